"""A RESPONSE IN THE BACKGROUND: made by whoever has time, through the door that clients come in by.

What is to be made stands in the records, and what was said of it. Killed before anybody could read a word of it, it is
made again from its beginning; one whose stream has been told in part has failed, for its words would be others.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from ragproxy.answering import recording
from ragproxy.answering.batch_asking import asked_s
from ragproxy.answering.recording import Recording
from ragproxy.domain import Caller, Door, ResponseChange, ResponseTask, StoredResponse, Told
from ragproxy.errors import RagproxyError, Unauthenticated
from ragproxy.state import State
from ragproxy.state.leasing import Lease

log = logging.getLogger(__name__)

Stop = Callable[[], bool]

MOST_DEATHS = 3  # of workers that had it
PATH = "/v1/responses"
_LONGEST_S = 60.0  # of a wait that an answer asks for: the limit may be raised
_RETRY_S = 5.0  # when it does not say how long
_TOO_MANY, _UNAVAILABLE = 429, 503
_PATIENCE_S = {_TOO_MANY: 3600.0, _UNAVAILABLE: 600.0}  # one that is refused so for so long has failed
_NO_MONEY = "insufficient_quota"
_RESTARTED = "The server was restarted in the middle of this response; create it again"


class Refused(Protocol):
    """Why a response is not made: `code` as Responses have it, `reason` as the refusal had it."""

    @property
    def code(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def reason(self) -> str | None: ...


class Shapes(recording.Shapes, Protocol):
    """What responses look like; owned by those who make them in the background."""

    def cancelled(self, response: StoredResponse) -> ResponseChange:
        """It is not wanted any more."""
        ...

    def refusal(self, status: int, body: bytes) -> Refused:
        """What an answer with that status says."""
        ...


class Background:
    """Makes the responses there are, one in each thread that calls `work`.

    `worker` begins the names that claims are made under, and nobody else's do. `renew` says what the caller of a
    response may by now; Unauthenticated when it may nothing any more.
    """

    def __init__(
        self,
        state: State,
        shapes: Shapes,
        *,
        worker: str,
        renew: Callable[[Caller], Caller],
        lease_s: float = 15.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._state = state
        self._shapes = shapes
        self._worker = worker
        self._renew = renew
        self._lease_s = lease_s
        self._clock = clock
        self._door: Door | None = None
        self._lock = threading.Lock()
        self._in_hand: dict[str, Recording] = {}

    def open(self, door: Door) -> None:
        """From now on there is somebody to ask."""
        self._door = door

    def recover(self) -> None:
        """Free what an earlier process of this worker's name had in hand. Only for whoever knows that it is dead."""
        self._state.response_work.abandon(f"{self._worker}/")

    def recording(self, response_id: str | None) -> Recording | None:
        """Where that response is to be written down, when it is being made by this process."""
        with self._lock:
            return self._in_hand.get(response_id or "")

    def cancel(self, response_id: str, *, owner: str) -> StoredResponse:
        """Have it stopped, wherever it is made; one that has ended stays as it is. NotFound."""
        response = self._state.response_work.end(response_id, self._shapes.cancelled, owner=owner)
        self.cut_off(response_id)
        return response

    def cut_off(self, response_id: str) -> None:
        """Stop to make it, if this process does: the records have changed. Others look for themselves."""
        held = self.recording(response_id)
        if held is not None:
            held.cut_off()

    def work(self, stop: Stop, found: Callable[[], object] = lambda: None) -> bool:
        """Make one response, to its end or until it is taken away; whether there was one. StateUnavailable.

        `stop` is asked twice a second; what it cuts off is taken up again by whoever comes next. `found` is called
        before it is begun.
        """
        if self._door is None or stop():
            return False
        with Lease(self._state.response_work, self._worker, self._lease_s) as lease:
            task = lease.claim(self._state.response_work.claim)
            if task is None:
                return False
            found()
            try:
                with self._held(task, lease.name) as held:
                    self._do(task, held, lease.name, stop, self._door)
            except RagproxyError:
                raise
            except Exception:
                lease.put_off = True  # that counts as a death: nothing is tried for ever
                raise
            return True

    @contextmanager
    def _held(self, task: ResponseTask, worker: str) -> Iterator[Recording]:
        held = Recording(self._state.response_work, self._shapes, task, worker)
        with self._lock:
            self._in_hand[task.response.id] = held
        try:
            yield held
        finally:
            with self._lock:
                del self._in_hand[task.response.id]

    def _do(self, task: ResponseTask, held: Recording, worker: str, stop: Stop, door: Door) -> None:
        if task.deaths >= MOST_DEATHS:
            held.fail("server_error", f"The server died {task.deaths} times while it made this response")
            return
        if held.has_told:
            held.fail("server_error", _RESTARTED)
            return
        try:
            caller = self._renew(task.caller)
        except Unauthenticated as err:
            held.fail("server_error", err.message)
            return
        if not held.begin():
            return
        with held.written(stop):
            wait_s = self._ask(task.response, held, caller, door)
        if wait_s is not None:
            self._state.response_work.put_off(worker, wait_s)
        elif held.is_cut_off and held.has_told:
            held.fail("server_error", _RESTARTED)
        if not held.is_over:
            log.info("response %s was left off", task.response.id)

    def _ask(self, response: StoredResponse, held: Recording, caller: Caller, door: Door) -> float | None:
        """Have it answered and written down; how long to wait before it is asked again, None when it is not."""
        body = {**response.request, "stream": True}
        try:
            with door.post(PATH, body, caller, cancel=held.cancel, note=response.id) as told:
                pieces = [piece for piece in told.pieces if told.status >= 400]  # who tells a stream writes it down
        except (RagproxyError, OSError) as err:
            log.warning("response %s broke off: %s", response.id, type(err).__name__)
            pieces = []
        if held.is_over or held.is_cut_off:
            return None
        if not pieces:
            held.fail("server_error", "The answer broke off")
            return None
        refused = self._shapes.refusal(told.status, b"".join(pieces))
        wait_s = self._wait_s(response, told, refused)
        if wait_s is None:
            held.fail(refused.code, refused.message)
        return wait_s

    def _wait_s(self, response: StoredResponse, told: Told, refused: Refused) -> float | None:
        """None for what waiting does not help."""
        patience_s = _PATIENCE_S.get(told.status, 0.0)
        wait_s = asked_s(told.headers)
        if told.status == _UNAVAILABLE and wait_s is None:  # or else it says when it will be ready
            return None
        if refused.reason == _NO_MONEY or told.headers.get("x-should-retry") == "false":
            return None
        if self._clock() - response.created > patience_s:
            return None
        return min(wait_s or _RETRY_S, _LONGEST_S)
