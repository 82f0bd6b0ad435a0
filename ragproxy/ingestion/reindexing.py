"""A STORE'S INDEX MADE ANEW, in the background: by the embedder and the analyser there are now, from the text it holds.

What is to be done stands in the records. Killed in the middle, it is begun again; until the new index is whole, the old
one answers.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from ragproxy.disk import room
from ragproxy.domain import Failure
from ragproxy.errors import RagproxyError, StateUnavailable, UnknownStore, UpstreamRefused
from ragproxy.retrieval import Index
from ragproxy.state import State
from ragproxy.state.leasing import Lease

log = logging.getLogger(__name__)

Stop = Callable[[], bool]

_DELAYS_S = (2.0, 10.0)  # before another attempt: an embedder that restarts is back by then
_NOTE_S = 1.0  # progress is written down so often at most
_TOO_MANY = 429
_POLL_S = 0.2  # while it waits for another attempt


class _LeftOff(Exception):
    """Nobody wants it any more, somebody else does it, or this process is to stop."""


class Reindexer:
    """Does the reindexes that were asked for, a few at a time, so that threads are left to index files.

    Of `threads` that call `work`, one is always left for other work, unless there is only one. `worker` begins the
    names that claims are made under, and nobody else's do.
    """

    def __init__(
        self,
        index: Index,
        state: State,
        *,
        worker: str,
        threads: int = 1,
        lease_s: float = 120.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._index = index
        self._state = state
        self._worker = worker
        self._lease_s = lease_s
        self._clock = clock
        self._sleep = sleep
        self._places = threading.Semaphore(max(1, threads - 1))

    def recover(self) -> None:
        """Free what an earlier process of this worker's name had in hand. Only for whoever knows that it is dead."""
        self._state.reindexes.abandon(f"{self._worker}/")

    def work(self, stop: Stop) -> bool:
        """Do the one that waits longest; whether there was one to be done.

        `stop` is asked between a thousand chunks and the next; what it cuts off is begun again. StateUnavailable.
        """
        if stop() or not self._places.acquire(blocking=False):
            return False
        try:
            with Lease(self._state.reindexes, self._worker, self._lease_s) as lease:
                claimed = lease.claim(self._state.reindexes.claim)
                if claimed is None:
                    return False
                try:
                    self._do(_Task(self._state, lease, claimed.store_id, stop, self._clock))
                except _LeftOff:
                    log.info("the reindex of store %s was left off", claimed.store_id)
                return True
        finally:
            self._places.release()

    def _do(self, task: _Task) -> None:
        """Try until it succeeds, or has failed for good."""
        for delay_s in (*_DELAYS_S, None):
            try:
                with room():
                    self._index.reindex(task.store_id, task.note)
            except StateUnavailable:
                raise
            except _LeftOff:
                raise
            except Exception as err:
                reason = _reason(err)
                log.warning("store %s could not be reindexed: %s", task.store_id, reason, exc_info=_trace(err))
                if delay_s is None or _is_final(err):
                    task.fail(reason)
                    return
                self._wait(delay_s, task)
            else:
                task.complete(self._index.count(task.store_id))
                return

    def _wait(self, seconds: float, task: _Task) -> None:
        waited = 0.0
        while waited < seconds:
            task.check()
            self._sleep(_POLL_S)
            waited += _POLL_S


class _Task:
    """One reindex in hand: how far it is, and whether it is still ours and wanted."""

    def __init__(self, state: State, lease: Lease, store_id: str, stop: Stop, clock: Callable[[], float]) -> None:
        self.store_id = store_id
        self._state = state
        self._lease = lease
        self._stop = stop
        self._clock = clock
        self._noted = -_NOTE_S

    def check(self) -> None:
        """_LeftOff when it should go no further."""
        if self._stop() or not self._lease.wants(self.store_id):
            raise _LeftOff

    def note(self, done: int, total: int) -> None:
        """Write down how far it is, now and then. _LeftOff when it should go no further."""
        self.check()
        if self._clock() - self._noted >= _NOTE_S:
            self._noted = self._clock()
            if not self._state.reindexes.advance(self.store_id, self._lease.name, done, total):
                raise _LeftOff

    def complete(self, chunks: int) -> None:
        """Note that it is done."""
        try:
            self._state.reindexes.complete(self.store_id, self._lease.name, chunks)
        except UnknownStore as err:
            raise _LeftOff from err

    def fail(self, reason: str) -> None:
        """Note why it is given up."""
        self._state.reindexes.fail(self.store_id, self._lease.name, Failure("server_error", reason))


def _reason(err: Exception) -> str:
    if isinstance(err, RagproxyError):
        return err.message
    return "The server had an error while it indexed the vector store anew"


def _is_final(err: Exception) -> bool:
    """Whether another attempt would fare no better: a wrong key or model stays wrong."""
    return isinstance(err, UpstreamRefused) and err.status != _TOO_MANY


def _trace(err: Exception) -> Exception | None:
    return None if isinstance(err, RagproxyError) else err
