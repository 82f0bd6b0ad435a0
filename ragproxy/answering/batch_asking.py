"""The lines of a batch on their way through the door: several at once, each until it is answered for good."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from ragproxy.answering.batch_input import Unusable
from ragproxy.domain import BatchFault, BatchJob, BatchLine, BatchResult, Caller, Cancel, Door
from ragproxy.errors import RagproxyError, StateUnavailable, StorageFull, Unauthenticated
from ragproxy.state import BatchJobs, new_id
from ragproxy.telemetry import request_id

log = logging.getLogger(__name__)

_KNOWN_S = 2.0  # how long a caller is believed to be who it was
_LONGEST_S = 60.0  # of a wait that an answer asks for: its batch may be cancelled, or the limit raised
_RETRY_S = 5.0  # when it does not say how long
_AGAIN_S = 1.0  # before records that do not answer are asked again
_LOOK_S = 0.2
_TOO_MANY, _UNAVAILABLE, _NO_KEY = 429, 503, 401
_NO_MONEY = "insufficient_quota"


class Answering(Protocol):
    """Knows what an answer is as a result; owned by those who ask the lines."""

    def answered(self, id: str, line: BatchLine, status: int, request_id: str, body: bytes) -> BatchResult:
        """The line was answered so."""
        ...

    def refused(self, id: str, line: BatchLine, status: int, request_id: str, error: RagproxyError) -> BatchResult:
        """The line was refused by us, before anybody was asked."""
        ...

    def unanswered(self, id: str, line: BatchLine, fault: BatchFault) -> BatchResult:
        """The line was not answered, for this reason."""
        ...


@dataclass(frozen=True, slots=True)
class _Said:
    """What the door answered. `broken` when the answer broke off."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    broken: bool = False


class Asker:
    """Asks the lines of one batch in threads of its own, and keeps what becomes of each as soon as it is known.

    Whoever asks holds one of the `places`, which batches share; whoever waits holds none.
    """

    def __init__(
        self,
        jobs: BatchJobs,
        form: Answering,
        job: BatchJob,
        worker: str,
        door: Door,
        *,
        renew: Callable[[Caller], Caller],
        places: threading.Semaphore,
        delays_s: tuple[float, ...],
    ) -> None:
        self._jobs = jobs
        self._form = form
        self._job = job
        self._worker = worker
        self._door = door
        self._renew = renew
        self._places = places
        self._delays_s = delays_s
        self._lines: Iterator[BatchLine] = iter(())
        self._lock = threading.Lock()
        self._closed = threading.Event()  # no line is begun any more, nor waited for
        self._cancel = Cancel()
        self._over = threading.Event()
        self._working = 0
        self._error: Exception | None = None
        self._caller: tuple[Caller, float] | None = None
        self._not_before = 0.0  # by time.monotonic()

    def start(self, lines: Iterator[BatchLine], threads: int) -> None:
        """Begin to ask these lines, so many at once."""
        self._lines = lines
        self._working = threads
        for number in range(threads):
            threading.Thread(target=self._run, name=f"line-{number}", daemon=True).start()

    def wait(self, patience_s: float) -> bool:
        """Wait until every line is done or was cut off; whether that came in time."""
        return self._over.wait(patience_s)

    def close(self) -> None:
        """Begin no more lines."""
        self._closed.set()

    def cut_off(self) -> None:
        """Give up those in flight too: nothing is kept of them."""
        self._closed.set()
        self._cancel.cancel()

    def is_whole(self) -> bool:
        """Whether every line is done, and none was cut off. Raises what ended the work before its time, if it did."""
        if self._error is not None:
            raise self._error
        return not self._closed.is_set()

    def _run(self) -> None:
        try:
            while (line := self._next()) is not None:
                result = self._answer(line)
                if result is None or not self._keep(result):
                    return
        except (RagproxyError, Unusable) as err:
            self._fail(err)
        except Exception as err:  # nobody else would hear of a bug in a thread
            log.exception("unforeseen error in a line of batch %s", self._job.id)
            self._fail(err)
        finally:
            with self._lock:
                self._working -= 1
                if not self._working:
                    self._over.set()

    def _fail(self, err: Exception) -> None:
        self._error = err
        self.cut_off()

    def _next(self) -> BatchLine | None:
        with self._lock:
            return None if self._closed.is_set() else next(self._lines, None)

    def _answer(self, line: BatchLine) -> BatchResult | None:
        """What becomes of the line in the end; None when it was cut off."""
        tried = 0
        while True:
            try:
                caller = self._current()
            except Unauthenticated as err:
                return self._form.refused(new_id("batch_req_"), line, _NO_KEY, request_id(None), err)
            said = self._ask(line, caller)
            if said is None or self._cancel.cancelled:
                return None
            result = self._result(line, said)
            wait_s = self._wait_s(said, result, tried)
            if wait_s is None:
                return result
            tried += said.status != _TOO_MANY
            if said.status == _TOO_MANY:  # the others would be told the same
                self._not_before = max(self._not_before, time.monotonic() + wait_s)
            elif self._closed.wait(wait_s):
                return None

    def _current(self) -> Caller:
        """Who the caller is by now. Unauthenticated."""
        known = self._caller
        now = time.monotonic()
        if known is None or now - known[1] >= _KNOWN_S:
            known = self._caller = self._renew(self._job.caller), now
        return known[0]

    def _ask(self, line: BatchLine, caller: Caller) -> _Said | None:
        if not self._enter():
            return None
        try:
            with self._door.post(self._job.endpoint, line.body, caller, cancel=self._cancel) as told:
                return _Said(told.status, told.headers, b"".join(told.pieces))
        except (RagproxyError, OSError) as err:  # after its beginning an answer breaks off in no other way
            log.warning("a line of batch %s broke off: %s", self._job.id, type(err).__name__)
            return _Said(_UNAVAILABLE, {}, b"", broken=True)
        finally:
            self._places.release()

    def _enter(self) -> bool:
        """Wait for the time and for a place; False when the work is closed."""
        while (wait_s := self._not_before - time.monotonic()) > 0:
            if self._closed.wait(wait_s):
                return False
        while not self._closed.is_set():
            if self._places.acquire(timeout=_LOOK_S):
                return True
        return False

    def _result(self, line: BatchLine, said: _Said) -> BatchResult:
        id = new_id("batch_req_")
        if said.broken:
            return self._form.unanswered(id, line, BatchFault("server_error", "The answer broke off"))
        return self._form.answered(id, line, said.status, said.headers.get("x-request-id", ""), said.body)

    def _wait_s(self, said: _Said, result: BatchResult, tried: int) -> float | None:
        """How long to wait before the line is asked again; None when it is answered for good."""
        if said.headers.get("x-should-retry") == "false":
            return None
        if said.status == _TOO_MANY and result.code != _NO_MONEY:
            return min(asked_s(said.headers) or _RETRY_S, _LONGEST_S)
        if said.status == _UNAVAILABLE and tried < len(self._delays_s):
            return min(max(asked_s(said.headers) or 0.0, self._delays_s[tried]), _LONGEST_S)
        return None

    def _keep(self, result: BatchResult) -> bool:
        """False when nobody wants it any more."""
        while True:
            try:
                if self._jobs.keep(self._job.id, self._worker, [result]):
                    return True
                self.cut_off()
                return False
            except (StateUnavailable, StorageFull) as err:
                # what was answered is not to be asked again for that
                log.warning("a result of batch %s cannot be kept yet: %s", self._job.id, err.message)
                if self._closed.wait(_AGAIN_S):
                    return False


def asked_s(headers: Mapping[str, str]) -> float | None:
    """The wait that an answer asks for."""
    for name, unit_s in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) * unit_s
        except (KeyError, ValueError):
            continue
        if 0 <= seconds < float("inf"):
            return seconds
    return None
