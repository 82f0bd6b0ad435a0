"""FILES OF FOLDERS -> THE INDEX: what happens where the index is; the walk may be elsewhere (see syncing.py).

A file is known by its store and absolute path. Bytes first, then a row under a lease, then the chunks; the row is
completed last: whatever a crash leaves half done is done again by the next run, under the same ids.
"""

from __future__ import annotations

import hashlib
import io
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ragproxy.domain import Chunk, Document, FolderFile, FolderStatus, KeptFile, Known, Outcome, Store, StoredFile
from ragproxy.errors import BodyTooLarge, LoadError, StateUnavailable
from ragproxy.ingestion.cutting import PORTION, cut, portions, usage
from ragproxy.ingestion.indexing import failure
from ragproxy.ingestion.library import Kept, Readable
from ragproxy.ingestion.syncing import BATCH_FILES
from ragproxy.retrieval import Index
from ragproxy.state import Begun, State
from ragproxy.state.leasing import Lease
from ragproxy.telemetry import Metrics

_PATIENCE_S = 30.0  # for whoever else has a file in hand
_POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class _Given:
    """A file to put in: what it is called, and how to read it, to keep its bytes, and to forget them again."""

    source: str
    filename: str
    read: Callable[[], bytes]
    keep: Callable[[], object]
    drop: Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Ready:
    """A file read and cut, its bytes kept. `present`: its chunks were in the index, only the row is to be completed."""

    outcome: Outcome
    file: StoredFile
    chunks: list[Chunk]
    present: bool


class Ingestor:
    """A `FolderIndex` of the stores in this process. Safe to use from many threads; `at_once` of them work.

    Files above `file_limit_bytes` are not taken. `load` reads a file, LoadError when it is the file's fault. `worker`
    begins the names that files are leased under, and nobody else's do but the Indexer's of this process.
    """

    def __init__(
        self,
        index: Index,
        state: State,
        load: Callable[[str, bytes], Document],
        *,
        worker: str,
        file_limit_bytes: int,
        at_once: int = 1,
        lease_s: float = 120.0,
        patience_s: float = _PATIENCE_S,
        clock: Callable[[], float] = time.time,
        metrics: Metrics | None = None,
    ) -> None:
        self._metrics = metrics or Metrics()
        self._index = index
        self._state = state
        self._load = load
        self._worker = worker
        self.file_limit = file_limit_bytes
        self._lease_s = lease_s
        self._patience_s = patience_s
        self._clock = clock
        self._turns = threading.BoundedSemaphore(at_once)  # each holds a file in memory, twice

    def known(self, store: Store) -> dict[str, Known]:
        """As `FolderIndex.known`."""
        return {known.source: known for known in self.about(self._state.folders.of_store(store.id))}

    def about(self, files: Sequence[StoredFile]) -> list[Known]:
        """What there is to compare of files of folders. Those whose bytes are not kept are to be put again."""
        sound = [file for file in files if _is_sound(file)]
        absent = self._state.blobs.missing({file.sha256 for file in sound})
        good = {file.id for file in sound if file.sha256 not in absent}
        return [
            Known(file.source or "", file.id, file.sha256 if file.id in good else None, file.chunks) for file in files
        ]

    def put(self, store: Store, files: Sequence[FolderFile]) -> Iterator[Outcome]:
        """As `FolderIndex.put`; UnknownStore when the owner has no such store, InvalidRequest when it has expired."""
        return self._put_all(store, [self._of_data(file) for file in files])

    def put_kept(self, store: Store, files: Sequence[KeptFile]) -> Iterator[Outcome]:
        """`put` for files whose bytes are kept already."""
        return self._put_all(store, [self._of_kept(file) for file in files])

    def keep(self, stream: Readable) -> Kept:
        """Keep the bytes of a file, for `put_kept`. BodyTooLarge above the limit, StorageFull."""
        try:
            return Kept(*self._state.blobs.put(stream, self.file_limit))
        except BodyTooLarge as err:
            raise BodyTooLarge(
                f"The file is larger than {self.file_limit >> 20} MiB; the setting is RAGPROXY_FILE_LIMIT_MB"
            ) from err

    def drop(self, sha256: str) -> None:
        """Forget bytes that were kept a moment ago, when no row will be; what others have kept too stays."""
        self._state.blobs.take_back(sha256)

    def remove(self, store: Store, files: Sequence[Known]) -> None:
        """As `FolderIndex.remove`."""
        ids = [file.file_id for file in files]
        self._index.remove(store.id, ids)  # before the rows: a crash between leaves what the next run removes
        self._state.files.delete(store.id, ids)

    # ---- inside ----

    def _of_data(self, file: FolderFile) -> _Given:
        def keep() -> Kept:
            return self.keep(io.BytesIO(file.data))

        return _Given(file.source, file.filename, lambda: file.data, keep, lambda: None)

    def _of_kept(self, file: KeptFile) -> _Given:
        def read() -> bytes:
            with self._state.blobs.open(file.sha256) as stream:
                return stream.read()

        return _Given(file.source, file.filename, read, lambda: None, lambda: self.drop(file.sha256))

    def _put_all(self, store: Store, given: Sequence[_Given]) -> Iterator[Outcome]:
        """Several additions, each committed before the next begins."""
        rows = self._state.folders.rows(store.id, [_file_id(store.id, file.source) for file in given])
        waiting: list[_Ready | Outcome] = []
        for file in given:
            with self._turns:
                waiting.append(self._prepared(store, file, rows.get(_file_id(store.id, file.source))))
            ready = [one for one in waiting if isinstance(one, _Ready)]
            if len(ready) >= BATCH_FILES or sum(len(one.chunks) for one in ready) >= PORTION:
                yield from self._added(store, waiting)
                waiting = []
        yield from self._added(store, waiting)

    def _prepared(self, store: Store, given: _Given, row: StoredFile | None) -> _Ready | Outcome:
        """Read, cut and keep one file; an outcome when there is nothing to index."""
        source = Path(given.source)
        here = row if row and row.status != "removing" else None
        data = given.read()
        sha256 = hashlib.sha256(data).hexdigest()
        as_it_was = here is not None and here.status == "completed" and here.sha256 == sha256
        file = self._row(store, given, sha256, len(data), here)
        try:
            if here and as_it_was and _is_sound(here):
                given.keep()
                return Outcome(source, "unchanged", here.chunks)
            with self._metrics.indexing_seconds.labels("read").time():
                chunks = cut(self._load(given.filename, data), file)
        except LoadError as err:
            given.drop()
            self._metrics.indexed.labels(failure(err).code).inc()
            return Outcome(source, "failed", here.chunks if here else 0, err.message)
        except ChildProcessError as err:  # says nothing of the file: the server stops, or cannot start a process
            raise StateUnavailable("The files cannot be read at this moment; ingest them again") from err
        given.keep()
        file = replace(file, chunks=len(chunks), usage_bytes=usage(chunks))
        status: FolderStatus = "unchanged" if as_it_was else "changed" if here and here.chunks else "added"
        # an earlier version kept no bytes, and cut it in the same way
        present = as_it_was and here is not None and here.chunks == len(chunks)
        return _Ready(Outcome(source, status, len(chunks)), file, chunks, present)

    def _row(self, store: Store, given: _Given, sha256: str, size: int, here: StoredFile | None) -> StoredFile:
        return StoredFile(
            id=_file_id(store.id, given.source),
            store_id=store.id,
            owner=store.owner,
            filename=given.filename,
            source=given.source,
            sha256=sha256,
            size=size,
            chunks=0,
            attributes=here.attributes if here else {},
            created=here.created if here else int(self._clock()),
            chunking=here.chunking if here else None,
        )

    def _added(self, store: Store, waiting: Sequence[_Ready | Outcome]) -> Iterator[Outcome]:
        """New chunks in, stale ones out, rows last; only then is anything said, in order."""
        done = self._indexed(store, [one for one in waiting if isinstance(one, _Ready)])
        for one in waiting:
            if isinstance(one, Outcome):
                yield one
            else:
                yield one.outcome if one.file.id in done else _busy(one)

    def _indexed(self, store: Store, ready: Sequence[_Ready]) -> set[str]:
        """Index the files; those that others have in hand as soon as they let go of them. The ids of those that are in.

        What is ours is done before anything is waited for: two who held what the other wants would wait for ever.
        """
        done: set[str] = set()
        left, give_up = list(ready), time.monotonic() + self._patience_s
        while left:
            with Lease(self._state.files, self._worker, self._lease_s) as lease:
                begun = self._state.folders.begin(store, [one.file for one in left], lease.name, self._lease_s)
                ours = [one for one in left if one.file.id in begun.ids]
                if ours:
                    lease.hold()
                    with self._turns, self._metrics.indexing_seconds.labels("write").time():
                        self._index_all(store, ours, begun)
                    finished = self._finish(lease, store, [one.file for one in ours])
                    self._metrics.indexed.labels("completed").inc(len(finished))
                    done |= finished
                    give_up = time.monotonic() + self._patience_s
            left = [one for one in left if one.file.id not in begun.ids]
            if left and not ours:
                if time.monotonic() >= give_up:
                    break
                time.sleep(_POLL_S)
        return done

    def _index_all(self, store: Store, ready: Sequence[_Ready], begun: Begun) -> None:
        # what the store had of it is asked again: somebody may have had it in hand since
        rows = self._state.folders.rows(store.id, [one.file.id for one in ready if one.present])
        absent = [one for one in ready if not _is_as_it_was(one.file, rows.get(one.file.id))]
        for chunks in portions([piece for one in absent for piece in one.chunks]):
            self._index.add(store.id, chunks)
        for one in absent:
            if one.file.id not in begun.fresh:
                self._index.keep(store.id, one.file.id, {piece.id for piece in one.chunks})

    def _finish(self, lease: Lease, store: Store, files: Sequence[StoredFile]) -> set[str]:
        """Note that the files are in the index; the ids of those that the store still wanted from us."""
        done = self._state.folders.finish(store, files, lease.name)
        lost = [file.id for file in files if file.id not in done]
        gone = set(lost) - set(self._state.folders.rows(store.id, lost))
        if gone:  # what nobody knows of would stay in the index for ever
            self._index.remove(store.id, gone)
            self._state.audit.changed(store.id, gone)
        return done


def _is_sound(file: StoredFile) -> bool:
    """Whether the store has the file whole; earlier versions kept no bytes, and counted no usage."""
    return file.status == "completed" and file.usage_bytes > 0


def _is_as_it_was(file: StoredFile, row: StoredFile | None) -> bool:
    return row is not None and row.status == "completed" and row.sha256 == file.sha256


def _busy(ready: _Ready) -> Outcome:
    return Outcome(ready.outcome.path, "failed", 0, "Another process has this file in hand; ingest it again")


def _file_id(store_id: str, source: str) -> str:
    """Derived, not drawn: a run that was killed finds the same id again, and overwrites what it had begun."""
    return "file-" + hashlib.sha256(f"{store_id}\0{source}".encode()).hexdigest()[:24]
