"""A RUN: worked on by whoever has time, each answer asked for through the door that clients come in by.

A run goes from one point at which everything is kept to the next: until it calls functions and waits, or until it has
ended. Killed in between before anybody could read a word, it goes on from the last such point; one whose stream has
been told in part has failed, for its words would be others.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Protocol

from ragproxy.answering.background import MOST_DEATHS, PATH, Refused
from ragproxy.answering.batch_asking import asked_s
from ragproxy.answering.run_writing import Held, TakenUp
from ragproxy.domain import Caller, Door, Item, Run, RunChange, RunStep, RunTask, Terms, Told
from ragproxy.errors import NotFound, RagproxyError, Unauthenticated, UnknownStore
from ragproxy.state import State, new_id
from ragproxy.state.leasing import Lease

log = logging.getLogger(__name__)

Stop = Callable[[], bool]

_LONGEST_S, _RETRY_S = 60.0, 5.0  # of a wait for a limit or an upstream; the run's own time goes on meanwhile
_STORES_S, _STORE_LOOK_S = 60.0, 0.1  # what was just put into a thread's stores is waited for, as OpenAI does
_TOO_MANY, _UNAVAILABLE = 429, 503
_NO_MONEY = "insufficient_quota"
_RESTARTED = "The server was restarted in the middle of this run; create it again"
_BROKE_OFF = "The answer broke off"


class Asked(Protocol):
    """What is to be asked; `lacking` names the limit of the run that leaves no room for it."""

    @property
    def body(self) -> Mapping[str, Any]: ...
    @property
    def lacking(self) -> str | None: ...


class Shapes(Protocol):
    """What runs look like; owned by those who work on them."""

    def asked(self, run: Run, items: Iterable[Item], count: Callable[[str], int]) -> Asked:
        """What is asked, of the items of its thread."""
        ...

    def heard(self, pieces: Iterable[bytes]) -> Iterator[dict[str, Any]]:
        """The events of the answer."""
        ...

    def refusal(self, status: int, body: bytes) -> Refused:
        """What an answer with that status says."""
        ...

    def is_opening(self, event: Mapping[str, Any]) -> bool:
        """Whether nothing of an answer has been told where it is the last event so far."""
        ...

    def begun(self, run: Run, now: int, *, opened: bool) -> RunChange:
        """Somebody works on it; with `opened` that has been told."""
        ...

    def short(self, run: Run, now: int, lacking: str) -> RunChange:
        """That limit of its own leaves no room to go on."""
        ...

    def closed(
        self, run: Run, steps: Sequence[RunStep], status: str, now: int, code: str = ..., message: str = ...
    ) -> RunChange:
        """It ends as `failed`, `cancelled` or `expired`; `steps` are those that have not ended."""
        ...

    def taken_up(self, run: Run, name: Callable[[str], str], now: Callable[[], float]) -> TakenUp:
        """The run, from here on."""
        ...


class Running:
    """Works on the runs there are, on one in each thread that calls `work`.

    `worker` begins the names that claims are made under, and nobody else's do. `renew` says what the caller of a run
    may by now; Unauthenticated when it may nothing any more. `count` gives the tokens of a text.
    """

    def __init__(
        self,
        state: State,
        shapes: Shapes,
        *,
        worker: str,
        renew: Callable[[Caller], Caller],
        count: Callable[[str], int],
        lease_s: float = 15.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._state = state
        self._shapes = shapes
        self._worker = worker
        self._renew = renew
        self._count = count
        self._lease_s = lease_s
        self._clock = clock
        self._door: Door | None = None
        self._lock = threading.Lock()
        self._in_hand: dict[str, Held] = {}

    def open(self, door: Door) -> None:
        """From now on there is somebody to ask."""
        self._door = door

    def recover(self) -> None:
        """Free what an earlier process of this worker's name had in hand. Only for whoever knows that it is dead."""
        self._state.run_work.abandon(f"{self._worker}/")

    def cut_off(self, run_id: str) -> None:
        """Stop to work on it, if this process does: it was cancelled. Others look for themselves."""
        with self._lock:
            held = self._in_hand.get(run_id)
        if held is not None:
            held.cut_off(wanted=False)

    def terms(self, run_id: str | None) -> Terms | None:
        """What the run of that id says in the place of its assistant, when it is being worked on by this process."""
        with self._lock:
            held = self._in_hand.get(run_id or "")
        if held is None:
            return None
        kept = held.run.request["terms"]
        return Terms(**{**kept, "tools": None if kept["tools"] is None else tuple(kept["tools"])})

    def expire(self, thread_id: str | None = None) -> None:
        """End the runs whose time is over, of one thread or of all. StateUnavailable."""
        now = int(self._clock())
        self._state.runs.expire(lambda run, steps: self._shapes.closed(run, steps, "expired", now), thread_id)

    def work(self, stop: Stop, found: Callable[[], object] = lambda: None) -> bool:
        """Work on one run until it waits, has ended or is taken away; whether there was one. StateUnavailable.

        `stop` is asked twice a second; what it cuts off is taken up again by whoever comes next. `found` is called
        before it is begun.
        """
        if self._door is None or stop():
            return False
        self.expire()
        with Lease(self._state.run_work, self._worker, self._lease_s) as lease:
            task = lease.claim(self._state.run_work.claim)
            if task is None:
                return False
            found()
            try:
                with self._held(task, lease.name, stop) as held:
                    wait_s = self._do(task, held, self._door)
                if wait_s is not None:
                    self._state.run_work.put_off(lease.name, wait_s)
            except RagproxyError:
                raise
            except Exception:
                lease.put_off = True  # that counts as a death: nothing is tried for ever
                raise
            return True

    @contextmanager
    def _held(self, task: RunTask, worker: str, stop: Stop) -> Iterator[Held]:
        held = Held(self._state.run_work, task.run, worker, stop)
        with self._lock:
            self._in_hand[task.run.id] = held
        try:
            yield held
        finally:
            with self._lock:
                del self._in_hand[task.run.id]

    def _do(self, task: RunTask, held: Held, door: Door) -> float | None:
        """How long to wait before it is gone on with, None when it is not put off."""
        run = task.run
        if run.status == "cancelling":
            held.end(self._closed(run, "cancelled"))
            return None
        if task.deaths >= MOST_DEATHS:
            held.end(self._failed(run, "server_error", f"The server died {task.deaths} times while it worked on this"))
            return None
        last = self._state.runs.last_event(run.id) if held.is_streamed else None
        if last is not None and not self._shapes.is_opening(last[1]):
            held.end(self._failed(run, "server_error", _RESTARTED))
            return None
        try:
            caller = self._renew(task.caller)
        except Unauthenticated as err:
            held.end(self._failed(run, "server_error", err.message))
            return None
        opened = not held.is_streamed or (last is not None and last[1]["event"] == "thread.run.in_progress")
        change = self._shapes.begun(run, int(self._clock()), opened=opened)
        if not held.write(change):
            return None
        assert change.body is not None
        return self._go_on(held.took(change.body), held, caller, door)

    def _go_on(self, run: Run, held: Held, caller: Caller, door: Door) -> float | None:
        try:
            items = [item for _, item in self._state.conversations.items(run.thread_id, owner=run.owner)]
        except NotFound:  # deleted with its thread
            return None
        asked = self._shapes.asked(run, self._readable(items, caller), self._count)
        if asked.lacking is not None:
            held.end(self._shapes.short(run, int(self._clock()), asked.lacking))
            return None
        taken = self._shapes.taken_up(run, new_id, self._clock)
        with held.watched():
            self._wait_for_stores(run, held)
            refused = self._ask(asked.body, held, taken, caller, door)
        if refused is not None and not held.is_cut_off:
            told, refusal = refused
            wait_s = _wait_s(told, refusal)
            if wait_s is not None:
                return wait_s
            held.tell(taken.break_off("failed", refusal.code, refusal.message))
        elif held.is_cut_off and not taken.is_over:
            if held.is_wanted and not held.has_told:
                log.info("run %s was left off", run.id)
                return None
            how = ("failed", "server_error", _RESTARTED) if held.is_wanted else ("cancelled",)
            held.tell(taken.break_off(*how))
        elif not taken.is_over:
            held.tell(taken.break_off("failed", "server_error", _BROKE_OFF))
        held.end(taken.change())
        return None

    def _wait_for_stores(self, run: Run, held: Held) -> None:
        """Until what was put into the thread's stores can be found, or for so long that something must be wrong."""
        until = time.monotonic() + _STORES_S
        for store_id in run.request["awaited"]:
            with suppress(UnknownStore):
                while self._state.stores.get(store_id, owner=run.owner).counts.in_progress:
                    if held.is_cut_off or time.monotonic() >= until:
                        return
                    time.sleep(_STORE_LOOK_S)

    def _ask(
        self, body: Mapping[str, Any], held: Held, taken: TakenUp, caller: Caller, door: Door
    ) -> tuple[Told, Refused] | None:
        """Have it answered, and tell what is said; how it was refused, None when it was not."""
        try:
            with door.post(PATH, body, caller, cancel=held.cancel, note=held.run.id) as told:
                if told.status >= 400:
                    return told, self._shapes.refusal(told.status, b"".join(told.pieces))
                for event in self._shapes.heard(told.pieces):
                    held.tell(taken.hear(event))
                    if taken.is_over:
                        break
        except (RagproxyError, OSError) as err:
            log.warning("a run broke off: %s", type(err).__name__)
        return None

    def _readable(self, items: Sequence[Item], caller: Caller) -> Iterator[Item]:
        """The items without pictures that are there no more: they were taken when they came."""
        for item in items:
            content = item.get("content")
            if not isinstance(content, list) or not any(part.get("type") in _FILES for part in content):
                yield item
                continue
            yield {**item, "content": [part for part in content if self._is_there(part, caller)]}

    def _is_there(self, part: Mapping[str, Any], caller: Caller) -> bool:
        if part.get("type") not in _FILES or not part.get("file_id"):
            return True
        with suppress(NotFound):
            self._state.library.readable(str(part["file_id"]), caller)
            return True
        return False

    def _failed(self, run: Run, code: str, message: str) -> RunChange:
        return self._shapes.closed(run, (), "failed", int(self._clock()), code, message)

    def _closed(self, run: Run, status: str) -> RunChange:
        return self._shapes.closed(run, (), status, int(self._clock()))


_FILES = ("input_image", "input_file")


def _wait_s(told: Told, refused: Refused) -> float | None:
    """None for what waiting does not help."""
    wait_s = asked_s(told.headers)
    if told.status != _TOO_MANY and (told.status != _UNAVAILABLE or wait_s is None):
        return None  # one that is not ready says when it will be
    if refused.reason == _NO_MONEY or told.headers.get("x-should-retry") == "false":
        return None
    return min(wait_s or _RETRY_S, _LONGEST_S)
