"""A circuit breaker: an upstream that fails again and again is left alone for a while, then tried with one call."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator

from ragproxy.backends.trying import Call, T, begin, close
from ragproxy.domain import Cancel, CircuitState
from ragproxy.errors import BreakerOpen, NotServed, RagproxyError, UpstreamBroken, UpstreamError, UpstreamUnavailable
from ragproxy.telemetry import UpstreamMetrics

MOST_FAILURES = 10  # in a row: several requests and their retries, so that one which crashes its upstream opens nothing
OPEN_S = 10.0  # doubled each time that it opens without having been well in between
LONGEST_OPEN_S = 120.0
_PROBING_S = 1.0  # what others are told to wait while a probe is out

_NOT_SERVED = 501  # the server is up, and does not know the route


class Breaker:
    """One for each upstream, shared by its models and by threads. `name` is the upstream's.

    Closed, it lets every call through and counts the failures in a row. Open, it refuses them at once. Half-open, it
    lets one through, the probe: its first item closes the breaker, its failure opens it for twice as long. While the
    probe is silent another may follow each time that the breaker's period has passed, in case the first one hangs.
    """

    def __init__(
        self,
        name: str,
        *,
        failures: int = MOST_FAILURES,
        open_s: float = OPEN_S,
        longest_open_s: float = LONGEST_OPEN_S,
        clock: Callable[[], float] = time.monotonic,
        metrics: UpstreamMetrics | None = None,
    ) -> None:
        self._name = name
        self._metrics = metrics
        self._most = failures
        self._first_s, self._longest_s = open_s, longest_open_s
        self._clock = clock
        # re-entrant: a collection of garbage may close a forgotten call in the middle of our own work
        self._lock = threading.RLock()
        self._state: CircuitState = "closed"
        self._failures = 0
        self._period_s = 0.0  # how long it was opened for; 0 when it has been well since
        self._until = 0.0
        self._well = True  # nothing failed since the last whole answer; then there is nothing to write down
        self._opened = 0  # how often; calls admitted before the last time say nothing any more

    @property
    def state(self) -> CircuitState:
        return self._state

    @property
    def open_for_s(self) -> float:
        """Seconds until a probe may go through; 0 when closed."""
        return 0.0 if self._state == "closed" else max(0.0, self._until - self._clock())

    def guard(self, call: Call[T], cancel: Cancel) -> Iterator[T]:
        """The call's items, and what becomes of it written down. BreakerOpen instead of calling.

        A stream that breaks in the middle is a failure; what a `cancel` or a hang-up ended is neither good nor bad. An
        upstream that refuses a request (4xx) is up.
        """
        admitted = self._admit()
        well: bool | None = None
        items: Iterator[T] | None = None
        try:
            head, items = begin(call)
            self._answers(admitted)
            yield from head
            yield from items
            well = True
        except (UpstreamError, NotServed) as error:
            well = None if cancel.cancelled else not _is_down(error)
            raise
        finally:
            if items is not None:
                close(items)
            self._settle(admitted, well)

    def check(self) -> None:
        """BreakerOpen when a call would be refused now."""
        if self._state != "closed":
            with self._lock:
                self._refuse_unless_due()

    def _admit(self) -> int:
        opened = self._opened  # read first: if it opens meanwhile, this call is one of before
        if self._state == "closed":
            return opened
        with self._lock:
            self._refuse_unless_due()
            if self._state != "closed":
                self._turn("half-open")
                self._until = self._clock() + self._period_s
            return self._opened

    def _refuse_unless_due(self) -> None:
        left_s = self._until - self._clock()
        if self._state == "closed" or left_s <= 0:
            return
        wait_s = left_s if self._state == "open" else min(left_s, _PROBING_S)
        if self._metrics is not None:
            self._metrics.refused("open")
        raise BreakerOpen(
            f"The upstream {self._name} failed too often and is left alone; try again in {math.ceil(wait_s)} s",
            headers={"retry-after": str(math.ceil(wait_s)), "retry-after-ms": str(math.ceil(wait_s * 1000))},
        )

    def _answers(self, admitted: int) -> None:
        if self._state == "closed":
            return
        with self._lock:
            if self._state == "half-open" and admitted == self._opened:
                # others need not wait for the end of a long answer; should it break, one failure is enough
                self._turn("closed")
                self._failures = self._most - 1

    def _settle(self, admitted: int, well: bool | None) -> None:
        if well and self._well:
            return
        with self._lock:
            if admitted != self._opened or self._state == "open":
                return
            if well is None:
                if self._state == "half-open":
                    self._until = self._clock()  # the probe was called off: the next call is one
            elif well:
                self._turn("closed")
                self._failures, self._period_s, self._well = 0, 0.0, True
            else:
                self._fail()

    def _fail(self) -> None:
        self._well = False
        self._failures += 1
        if self._state == "half-open" or self._failures >= self._most:
            self._turn("open")  # before `_opened`: see `_admit`
            self._opened += 1
            self._failures = 0
            self._period_s = min(2 * self._period_s or self._first_s, self._longest_s)
            self._until = self._clock() + self._period_s

    def _turn(self, state: CircuitState) -> None:
        if state != self._state:
            self._state = state
            if self._metrics is not None:
                self._metrics.circuit(state)


def _is_down(error: RagproxyError) -> bool:
    if isinstance(error, UpstreamUnavailable):
        return error.status is None or (error.status >= 500 and error.status != _NOT_SERVED)
    return isinstance(error, UpstreamBroken)
