"""A FOLDER AND A STORE, KEPT ALIKE: the walk and the comparison, which run where the folder is.

The index may be elsewhere: only new and changed files are handed over, a batch at a time.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from ragproxy.domain import FolderFile, Known, Outcome, Store
from ragproxy.errors import InvalidFile, LoadError
from ragproxy.ingestion.folders import Found, walk
from ragproxy.ingestion.loaders import check_supported
from ragproxy.ingestion.loaders.decoding import clean

# Thousands of small files are not a commit, or a request, each: files wait until there are this many, or this many
# bytes; a larger file goes alone.
BATCH_FILES = 200
BATCH_BYTES = 4 << 20

_BREAKS = re.compile(r"[\t\n\u2028\u2029]+")


class FolderIndex(Protocol):
    """Where stores are: in this process, or behind a server. Files above `file_limit` bytes are not taken."""

    file_limit: int

    def known(self, store: Store) -> Mapping[str, Known]:
        """What the store knows of files of folders, by their source."""
        ...

    def put(self, store: Store, files: Sequence[FolderFile]) -> Iterable[Outcome]:
        """Put the files in, or in the place of those of the same sources; an outcome a file, in order.

        "added" and "changed" are only said of what can be found and survives a crash.
        """
        ...

    def remove(self, store: Store, files: Sequence[Known]) -> None:
        """Take the files out; those that are gone already are no error."""
        ...


def sync(index: FolderIndex, store: Store, paths: Sequence[Path], *, prune: bool) -> Iterator[Outcome]:
    """Yield an outcome a file once it is true.

    A bad file fails with its reason and the others go on. With `prune`, files under these folders that no longer
    exist are removed at the end. Safe to stop at any point and to run again.
    """
    known = index.known(store)
    batch: list[FolderFile] = []
    for found in walk(paths):
        file = _examined(found, known.get(os.fspath(found.path)), index.file_limit)
        if isinstance(file, Outcome):
            yield file
            continue
        if batch and sum(len(one.data) for one in batch) + len(file.data) > BATCH_BYTES:
            yield from index.put(store, batch)
            batch = []
        batch.append(file)
        if len(batch) == BATCH_FILES:
            yield from index.put(store, batch)
            batch = []
    if batch:
        yield from index.put(store, batch)
    if prune:
        yield from _prune(index, store, paths, known)


def _examined(found: Found, known: Known | None, limit: int) -> FolderFile | Outcome:
    """The file, to be put in; an outcome when there is nothing to put."""
    try:
        data = _read(found, limit)
    except LoadError as err:
        return Outcome(_printable(found.path), "failed", known.chunks if known else 0, err.message)
    if known and known.sha256 == hashlib.sha256(data).hexdigest():
        return Outcome(found.path, "unchanged", known.chunks)
    return FolderFile(os.fspath(found.path), _shown(found.filename), data)


def _read(found: Found, limit: int) -> bytes:
    """The file's bytes, at least one. A LoadError says why there are none."""
    if _printable(found.path) != found.path:
        raise InvalidFile("The file's name is not valid UTF-8; rename it")
    try:
        status = os.stat(found.path)
        if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for ever
            raise InvalidFile("The folder cannot be read" if found.path.is_dir() else "This is not a regular file")
        check_supported(found.filename)
        if status.st_size > limit:
            raise _too_large(limit)
        with open(found.path, "rb") as file:
            data = file.read(limit + 1)
    except OSError as err:
        raise InvalidFile(f"The file cannot be read: {err.strerror or err}") from err
    if len(data) > limit:  # it grew meanwhile
        raise _too_large(limit)
    if not data:
        raise InvalidFile("The file is empty")
    return data


def _too_large(limit: int) -> InvalidFile:
    return InvalidFile(f"The file is larger than {limit / 1024 / 1024:,.1f} MiB")


def _prune(index: FolderIndex, store: Store, paths: Sequence[Path], known: Mapping[str, Known]) -> Iterator[Outcome]:
    roots = [root for root in map(os.path.realpath, paths) if os.path.isdir(root)]
    gone = [file for source, file in sorted(known.items()) if _lies_under(source, roots) and _is_gone(source)]
    for start in range(0, len(gone), BATCH_FILES):
        batch = gone[start : start + BATCH_FILES]
        index.remove(store, batch)
        yield from (Outcome(Path(file.source), "removed", file.chunks) for file in batch)


def _shown(filename: str) -> str:
    """The name as answers may show it: on one line, without what steers a terminal or a header."""
    return _BREAKS.sub(" ", clean(filename)).strip() or "file"


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
