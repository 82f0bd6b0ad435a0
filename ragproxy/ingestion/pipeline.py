"""A FOLDER -> THE INDEX: new and changed files added, vanished ones removed, the others left alone.

A file is known by its store and absolute path. Its row is written last: whatever a crash leaves half done is done again
by the next run, under the same ids.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ragproxy.domain import Caller, Chunk, Store, StoredFile
from ragproxy.errors import InvalidFile, LoadError
from ragproxy.ingestion.chunking import chunk
from ragproxy.ingestion.folders import Found, walk
from ragproxy.ingestion.loaders import check_supported, load
from ragproxy.ingestion.loaders.decoding import clean
from ragproxy.retrieval import Index
from ragproxy.state import State

Status = Literal["added", "changed", "unchanged", "removed", "failed"]

# Thousands of small files are not a commit each: files wait until there are this many, or this many chunks.
_BATCH_FILES = 200
_BATCH_CHUNKS = 500


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file. `chunks` it has in the store now (had, when removed); `reason` says why it failed.

    A failed file that was known keeps its old chunks.
    """

    path: Path
    status: Status
    chunks: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Pending:
    """A file read and cut, not yet in the index."""

    outcome: Outcome
    row: StoredFile
    chunks: list[Chunk]


class Ingestor:
    """Puts folders into a vector store. Files above `file_limit_bytes` are refused by name."""

    def __init__(
        self, index: Index, state: State, *, file_limit_bytes: int, clock: Callable[[], float] = time.time
    ) -> None:
        self._index = index
        self._state = state
        self._file_limit_bytes = file_limit_bytes
        self._clock = clock

    def ingest_folder(self, store: Store, paths: Sequence[Path], *, prune: bool, caller: Caller) -> Iterator[Outcome]:
        """Yield an outcome a file once it is true: a file is "added" when it can be found and survives a crash.

        A bad file fails with its reason and the others go on. With `prune`, files under these folders that no longer
        exist are removed at the end. Safe to stop at any point and to run again.
        """
        rows = self._state.files.of_store(store.id)
        known = {row.source: row for row in rows if row.source is not None}
        # a run that was killed may have left chunks whose row was never written: then every file is looked after
        tidy = self._index.count(store.id) == sum(row.chunks for row in rows)
        pending: list[_Pending] = []
        for found in walk(paths):
            file = self._prepare(store, found, known.get(os.fspath(found.path)), caller)
            if isinstance(file, Outcome):
                yield file
                continue
            pending.append(file)
            if len(pending) >= _BATCH_FILES or sum(len(file.chunks) for file in pending) >= _BATCH_CHUNKS:
                yield from self._flush(store, pending, tidy)
                pending = []
        yield from self._flush(store, pending, tidy)
        if prune:
            yield from self._prune(store, paths, known)

    def _prepare(self, store: Store, found: Found, row: StoredFile | None, caller: Caller) -> _Pending | Outcome:
        """Read and cut one file; an outcome when there is nothing to index."""
        source = os.fspath(found.path)
        try:
            data = self._read(found)
            sha256 = hashlib.sha256(data).hexdigest()
            if row is not None and row.sha256 == sha256:
                return Outcome(found.path, "unchanged", row.chunks)
            document = load(found.filename, data)
        except LoadError as err:
            return Outcome(_printable(found.path), "failed", row.chunks if row else 0, err.message)
        filename = clean(found.filename)
        file_id = row.id if row else _file_id(store.id, source)
        chunks = chunk(document, file_id=file_id, filename=filename)
        saved = StoredFile(
            id=file_id,
            store_id=store.id,
            owner=caller.owner,
            filename=filename,
            source=source,
            sha256=sha256,
            size=len(data),
            chunks=len(chunks),
            attributes=row.attributes if row else {},
            created=row.created if row else int(self._clock()),
        )
        return _Pending(Outcome(found.path, "changed" if row else "added", len(chunks)), saved, chunks)

    def _read(self, found: Found) -> bytes:
        """The file's bytes. A LoadError says why there are none."""
        if _printable(found.path) != found.path:
            raise InvalidFile("The file's name is not valid UTF-8; rename it")
        try:
            status = os.stat(found.path)
            if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for ever
                raise InvalidFile("The folder cannot be read" if found.path.is_dir() else "This is not a regular file")
            check_supported(found.filename)
            if status.st_size > self._file_limit_bytes:
                raise self._too_large()
            with open(found.path, "rb") as file:
                data = file.read(self._file_limit_bytes + 1)
        except OSError as err:
            raise InvalidFile(f"The file cannot be read: {err.strerror or err}") from err
        if len(data) > self._file_limit_bytes:  # it grew meanwhile
            raise self._too_large()
        return data

    def _too_large(self) -> InvalidFile:
        return InvalidFile(f"The file is larger than {self._file_limit_bytes / 1024 / 1024:,.1f} MiB")

    def _flush(self, store: Store, pending: Sequence[_Pending], tidy: bool) -> Iterator[Outcome]:
        """New chunks in, stale ones out, rows last; only then is anything said."""
        if not pending:
            return
        self._index.add(store.id, [piece for file in pending for piece in file.chunks])
        for file in pending:
            if file.outcome.status == "changed" or not tidy:
                self._index.keep(store.id, file.row.id, {piece.id for piece in file.chunks})
        for file in pending:
            self._state.files.save(file.row)  # raises the store's version
        yield from (file.outcome for file in pending)

    def _prune(self, store: Store, paths: Sequence[Path], known: dict[str, StoredFile]) -> Iterator[Outcome]:
        roots = [root for root in map(os.path.realpath, paths) if os.path.isdir(root)]
        gone = [row for source, row in sorted(known.items()) if _lies_under(source, roots) and _is_gone(source)]
        for start in range(0, len(gone), _BATCH_FILES):
            batch = gone[start : start + _BATCH_FILES]
            ids = [row.id for row in batch]
            self._index.remove(store.id, ids)  # before the rows: a crash between leaves what the next run removes
            self._state.files.delete(store.id, ids)
            yield from (Outcome(Path(row.source or ""), "removed", row.chunks) for row in batch)


def _file_id(store_id: str, source: str) -> str:
    """Derived, not drawn: a run that was killed finds the same id again, and overwrites what it had begun."""
    return "file-" + hashlib.sha256(f"{store_id}\0{source}".encode()).hexdigest()[:24]


def _printable(path: Path) -> Path:
    """The path without the surrogates that stand for bytes that are not UTF-8."""
    return Path(os.fsencode(path).decode("utf-8", "replace"))


def _lies_under(source: str, roots: Sequence[str]) -> bool:
    return any(source.startswith(root.rstrip(os.sep) + os.sep) for root in roots)


def _is_gone(source: str) -> bool:
    """Certainly gone: a folder we may not enter, or a disk that fails, proves nothing."""
    try:
        os.stat(source)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False
