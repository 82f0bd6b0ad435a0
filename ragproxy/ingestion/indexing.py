"""UPLOADED FILES -> THE INDEX, and out of it again.

What is to be done stands in the records: files wait there as `in_progress`, and are claimed (see state/leases.py).
Everything here is safe to do twice, at once, and to be killed in the midst of: chunks first, lexical after Chroma, the
row last; the other way round to remove.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial

from ragproxy.disk import is_full, room
from ragproxy.domain import Chunk, Document, Failure, StoredFile
from ragproxy.errors import (
    LoadError,
    NotFound,
    RagproxyError,
    StateUnavailable,
    StorageFull,
    UnsupportedFile,
    UpstreamUnavailable,
)
from ragproxy.ingestion.cutting import PORTION, cut, portions, usage
from ragproxy.retrieval import Index
from ragproxy.state import State
from ragproxy.state.leasing import Key, Lease, key_of
from ragproxy.telemetry import Metrics
from ragproxy.tracing import UNTRACED, Tracing

log = logging.getLogger(__name__)

_FEW, _MANY = 4, 64  # files claimed at once: as many as are done within seconds, so that threads share the work
_QUICK_S, _SLOW_S = 1.0, 10.0
_ATTEMPTS = 3
_DEATHS = 5  # of workers with the same file in hand, and no other: it is to blame, or needs more than there is
_REMEMBERED = 10_000  # files that failed, until they are done
_ORPHAN_S = 3600.0  # bytes without a row are kept so long, and looked for so often
_EVERYTHINGS_FAULT = (StateUnavailable, UpstreamUnavailable)  # the next file would fare no better

Stop = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class _Ready:
    """A file read and cut, not in the index yet."""

    file: StoredFile
    chunks: list[Chunk]


class Indexer:
    """Does what the records say is to be done. One a process; `work` may run in several threads at once.

    `load` reads a file, LoadError when it is the file's fault. `worker` begins the names that claims are made under,
    and nobody else's do.
    """

    def __init__(
        self,
        index: Index,
        state: State,
        load: Callable[[str, bytes], Document],
        *,
        worker: str,
        lease_s: float = 120.0,
        clock: Callable[[], float] = time.time,
        tracing: Tracing | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self._tracing = tracing
        self._metrics = metrics or Metrics()
        self._index = index
        self._state = state
        self._load = load
        self._worker = worker
        self._lease_s = lease_s
        self._clock = clock
        self._attempts: OrderedDict[Key, int] = OrderedDict()
        self._lock = threading.Lock()
        self._orphans_sought = -_ORPHAN_S

    def recover(self) -> None:
        """Free what an earlier process of this worker's name had in hand. Only for whoever knows that it is dead."""
        self._state.files.abandon(f"{self._worker}/")

    def work(self, stop: Stop) -> int:
        """Index and remove until nothing is left, or `stop` says so, which is asked between files; the files indexed.

        StateUnavailable, UpstreamUnavailable and StorageFull end it: there will be another round.
        """
        with room():
            return self._work(stop)

    def _work(self, stop: Stop) -> int:
        indexed, limit = 0, _FEW
        while not stop():
            self._remove()
            self._index.check_room()  # what was removed may have made some
            started = time.monotonic()
            with self._lease() as lease:
                claimed = lease.claim(partial(self._state.files.claim, limit))
                indexed += self._round(lease, claimed, stop)
            if not claimed:
                break
            limit = _next_limit(limit, time.monotonic() - started)
        return indexed

    def sweep(self) -> None:
        """Remove what has expired, what was to be removed, and bytes that nobody needs. Errors as of `work`."""
        with room():
            self._sweep()

    def _sweep(self) -> None:
        now = self._clock()
        for file in self._state.library.expired(now):
            with suppress(NotFound):
                self._state.library.delete(file.id, owner=file.owner)
        for upload in self._state.uploads.expired(now):
            self._state.uploads.expire(upload.id)
        for store in self._state.stores.expired(now):
            self._state.files.clear(store.id)
        self._remove()
        if now - self._orphans_sought >= _ORPHAN_S or not self._has_room():
            self._orphans_sought = now
            self._state.drop_orphans(_ORPHAN_S)
            self._state.changes.prune()

    # ---- in ----

    def _round(self, lease: Lease, claimed: Sequence[StoredFile], stop: Stop) -> int:
        """Index the claimed files; how many."""
        indexed = 0
        waiting: dict[str, list[_Ready]] = defaultdict(list)
        for file in claimed:
            if stop():
                break
            ready = self._prepared(lease, file, stop) if lease.wants(key_of(file)) else None
            if ready:
                held = waiting[file.store_id]
                held.append(ready)
                if sum(len(one.chunks) for one in held) >= PORTION:
                    indexed += self._put(lease, waiting.pop(file.store_id))
        indexed += sum(self._put(lease, held) for held in waiting.values())
        if stop():
            lease.put_off = False  # whoever comes next need not wait
        return indexed

    def _prepared(self, lease: Lease, file: StoredFile, stop: Stop) -> _Ready | None:
        """The file read and cut. None when that cannot be done, which is noted."""
        if file.deaths >= _DEATHS:
            reason = f"The server died {file.deaths} times while it indexed the file; it may need more memory"
            self._fail(lease, file, Failure("server_error", reason))
            return None
        try:
            with self._state.blobs.open(file.sha256) as stream:
                data = stream.read()
            with self._metrics.indexing_seconds.labels("read").time():
                return _Ready(file, cut(self._load(file.filename, data), file))
        except (LoadError, NotFound) as err:  # not found: the bytes, of a folder's file that an earlier version read
            self._fail(lease, file, failure(err))
        except Exception as err:  # noqa: BLE001 the worker's loop: one file must not stop the others
            if not stop():  # else its parser was ended under it
                self._put_off(lease, [file], err)
        return None

    def _put(self, lease: Lease, ready: Sequence[_Ready]) -> int:
        """Put files of one store into the index, and note it; how many of them could be."""
        store_id = ready[0].file.store_id
        try:
            with self._metrics.indexing_seconds.labels("write").time():
                self._add(store_id, [piece for one in ready for piece in one.chunks])
                for one in ready:
                    if self._may_have_chunks(one.file):
                        self._index.keep(store_id, one.file.id, {piece.id for piece in one.chunks})
        except Exception as err:  # noqa: BLE001 as above
            if len(ready) == 1 or isinstance(err, _EVERYTHINGS_FAULT) or is_full(err):
                self._put_off(lease, [one.file for one in ready], err)
                return 0
            return sum(self._put(lease, [one]) for one in ready)
        done = {key_of(one.file): (len(one.chunks), usage(one.chunks)) for one in ready}
        read = {key_of(one.file): one.file for one in ready}
        unwanted = self._state.files.complete_many(lease.name, done, read)
        self._forget_attempts(done)
        self._take_out(lease, unwanted)
        self._metrics.indexed.labels("completed").inc(len(done) - len(unwanted))
        return len(done) - len(unwanted)

    def _add(self, store_id: str, chunks: list[Chunk]) -> None:
        step = UNTRACED if self._tracing is None else self._tracing.step("index", chunks=len(chunks))
        with step:
            for portion in portions(chunks):
                self._index.add(store_id, portion)

    def _fail(self, lease: Lease, file: StoredFile, why: Failure) -> None:
        if self._may_have_chunks(file):
            self._index.remove(file.store_id, [file.id])
        if self._state.files.fail(file.store_id, file.id, lease.name, why):
            self._metrics.indexed.labels(why.code).inc()
        else:
            self._take_out(lease, [key_of(file)])
        self._forget_attempts([key_of(file)])

    def _put_off(self, lease: Lease, files: Sequence[StoredFile], error: Exception) -> None:
        """Try the files again once the lease has run out, a few times; raise what would befall the next file too."""
        if is_full(error):  # no fault of theirs: they wait until there is room
            raise StorageFull("There is no room left on the server's disk") from error
        lease.put_off = True
        ours = isinstance(error, RagproxyError)
        reason = error.message if isinstance(error, RagproxyError) else type(error).__name__
        log.warning("%d files could not be indexed: %s", len(files), reason, exc_info=None if ours else error)
        if isinstance(error, StateUnavailable):  # nothing could be noted either
            raise error
        message = reason if ours else "The server had an error while it indexed the file"
        for file in files:
            if self._attempt(file) >= _ATTEMPTS:
                self._fail(lease, file, Failure("server_error", message))
        if isinstance(error, _EVERYTHINGS_FAULT):
            raise error

    def _attempt(self, file: StoredFile) -> int:
        """Count one more failure of the file; how many that were."""
        with self._lock:
            self._attempts[key_of(file)] = self._attempts.pop(key_of(file), 0) + 1
            while len(self._attempts) > _REMEMBERED:
                self._attempts.popitem(last=False)
            return self._attempts.get(key_of(file), 0)

    def _forget_attempts(self, keys: Iterable[Key]) -> None:
        with self._lock:
            for key in keys:
                self._attempts.pop(key, None)

    def _may_have_chunks(self, file: StoredFile) -> bool:
        """Whether the index may hold chunks of an earlier attempt, or of another way to cut the file."""
        return file.chunks > 0 or file.deaths > 0 or key_of(file) in self._attempts

    # ---- out ----

    def _remove(self) -> None:
        """Take out of the index what is to leave it: files, then whole stores."""
        with self._lease() as lease:
            while files := lease.claim(partial(self._state.files.claim_removals, _MANY)):
                self._take_out(lease, [key_of(file) for file in files])
        for store in self._state.stores.removing():
            self._index.drop(store.id)
            self._state.stores.delete(store.id)

    def _take_out(self, lease: Lease, keys: Iterable[Key]) -> None:
        by_store: dict[str, list[str]] = defaultdict(list)
        for store_id, file_id in keys:
            by_store[store_id].append(file_id)
        for store_id, file_ids in by_store.items():
            self._index.remove(store_id, file_ids)
            self._state.files.removed(lease.name, [(store_id, file_id) for file_id in file_ids])

    def _has_room(self) -> bool:
        try:
            self._index.check_room()
        except StorageFull:
            return False
        return True

    @contextmanager
    def _lease(self) -> Iterator[Lease]:
        with Lease(self._state.files, self._worker, self._lease_s) as lease:
            try:
                yield lease
            finally:
                if lease.put_off:
                    with suppress(StateUnavailable):  # then a reindex of the store waits for the lease to run out
                        self._state.files.put_off(lease.name)


def failure(err: LoadError | NotFound) -> Failure:
    """Why a file cannot be indexed, as its `last_error` says it."""
    if isinstance(err, UnsupportedFile):
        return Failure("unsupported_file", err.message)
    if isinstance(err, NotFound):
        return Failure("server_error", err.message)
    return Failure("invalid_file", err.message)


def _next_limit(limit: int, seconds: float) -> int:
    """How many files to claim after a round of so many that took so long."""
    if seconds < _QUICK_S:
        return min(_MANY, 2 * limit)
    return max(1, limit // 2) if seconds > _SLOW_S else limit
