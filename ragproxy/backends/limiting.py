"""How many calls an upstream gets at once, and how many may wait for their turn."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator

from ragproxy.backends.trying import Call, T, close
from ragproxy.domain import Cancel
from ragproxy.errors import OverQuota, UpstreamBroken
from ragproxy.telemetry import UpstreamMetrics

CONCURRENCY = 64
QUEUE = 128
QUEUE_TIMEOUT_S = 10.0


class Gate:
    """One for each upstream, shared by its models and by threads; first come, first served. `name` is the upstream's.

    At most `concurrency` calls are out, and at most `queue` wait, none longer than `queue_timeout_s`.
    """

    def __init__(
        self,
        name: str,
        *,
        concurrency: int = CONCURRENCY,
        queue: int = QUEUE,
        queue_timeout_s: float = QUEUE_TIMEOUT_S,
        metrics: UpstreamMetrics | None = None,
    ) -> None:
        self._name = name
        self._metrics = metrics
        self._concurrency, self._queue, self._timeout_s = concurrency, queue, queue_timeout_s
        # re-entrant: a collection of garbage may close a forgotten call in the middle of our own work
        self._lock = threading.RLock()
        self._running = 0
        self._waiters: deque[_Waiter] = deque()

    @property
    def running(self) -> int:
        """How many calls are out."""
        return self._running

    @property
    def waiting(self) -> int:
        """How many calls wait for their turn."""
        return len(self._waiters)

    def limit(self, call: Call[T], cancel: Cancel, before_waiting: Callable[[], None] | None = None) -> Iterator[T]:
        """The call's items, once there is room for it; its place is free again when they end or are closed.

        OverQuota when the queue is full or the wait too long, UpstreamBroken when `cancel` ended it. `before_waiting`
        is called only if it would have to wait, and may raise instead.
        """
        self._enter(cancel, before_waiting)
        items: Iterator[T] | None = None
        try:
            items = call()
            yield from items
        finally:
            try:
                if items is not None:
                    close(items)
            finally:
                self._leave()

    def _enter(self, cancel: Cancel, before_waiting: Callable[[], None] | None) -> None:
        with self._lock:
            if self._running < self._concurrency:  # then nobody waits: a place that is freed goes to who waits
                self._running += 1
                return
        if before_waiting is not None:
            before_waiting()
        waiter = self._queue_up()
        if waiter is None:
            return
        try:
            with cancel.breaking(waiter.called.set):
                waiter.called.wait(self._timeout_s)
        except BaseException:
            if self._give_up(waiter):
                self._leave()
            raise
        came = self._give_up(waiter)
        if cancel.cancelled:
            if came:
                self._leave()
            raise UpstreamBroken(f"The call to the upstream {self._name} was given up")
        if not came:
            raise self._busy("waits in its queue were too long")

    def _queue_up(self) -> _Waiter | None:
        """A place in the queue; None when there is room after all. OverQuota when the queue is full."""
        with self._lock:
            if self._running < self._concurrency:
                self._running += 1
                return None
            if len(self._waiters) >= self._queue:
                raise self._busy("its queue is full")
            waiter = _Waiter()
            self._waiters.append(waiter)
            if self._metrics is not None:
                self._metrics.queued(1)
            return waiter

    def _give_up(self, waiter: _Waiter) -> bool:
        """Leave the queue; whether the waiter has been given a place meanwhile."""
        with self._lock:
            if self._metrics is not None:
                self._metrics.queued(-1)
            if not waiter.admitted:
                self._waiters.remove(waiter)
            return waiter.admitted

    def _leave(self) -> None:
        with self._lock:
            if self._waiters:
                waiter = self._waiters.popleft()
                waiter.admitted = True
                waiter.called.set()
            else:
                self._running -= 1

    def _busy(self, why: str) -> OverQuota:
        if self._metrics is not None:
            self._metrics.refused("busy")
        # by then whoever waits now has been served or sent away
        return OverQuota(
            f"The upstream {self._name} has as many calls at once as it may have ({self._concurrency}), and {why}",
            retry_after_s=self._timeout_s,
            code="upstream_busy",
        )


class _Waiter:
    __slots__ = ("admitted", "called")

    def __init__(self) -> None:
        self.called = threading.Event()
        self.admitted = False
