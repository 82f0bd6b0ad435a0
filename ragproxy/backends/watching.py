"""What has become of the calls of one upstream, for those who ask how it is doing. Counted by each process."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator

from ragproxy.backends.trying import Call, T, begin, close, outcome
from ragproxy.domain import Cancel
from ragproxy.errors import RagproxyError, UpstreamError, UpstreamRefused

KEPT = 256  # latencies


class Watch:
    """One for each upstream, shared by its models and by threads."""

    def __init__(
        self, *, clock: Callable[[], float] = time.time, timer: Callable[[], float] = time.perf_counter
    ) -> None:
        self._clock, self._timer = clock, timer
        self._lock = threading.Lock()
        self._latencies_s: deque[float] = deque(maxlen=KEPT)
        self.in_flight = 0
        self.calls = 0
        self.failures = 0
        self.answered_at: int | None = None
        self.failed_at: int | None = None
        self.failure: str | None = None

    def guard(self, call: Call[T], cancel: Cancel) -> Iterator[T]:
        """The call's items, and what becomes of it noted, unless a `cancel` or a hang-up ended it."""
        with self._lock:
            self.calls += 1
            self.in_flight += 1
        started = self._timer()
        items: Iterator[T] | None = None
        try:
            head, items = begin(call)
            self._latencies_s.append(self._timer() - started)
            self.well()
            yield from head
            yield from items
        except RagproxyError as error:
            if not cancel.cancelled:
                self.failed(error)
            raise
        finally:
            if items is not None:
                close(items)
            with self._lock:
                self.in_flight -= 1

    def well(self) -> None:
        """It answers."""
        self.answered_at = int(self._clock())

    def failed(self, error: RagproxyError) -> None:
        """It did not answer, or broke off. What it refuses for the client's fault (4xx) shows that it is up."""
        if not _is_fault(error):
            self.well()
            return
        with self._lock:
            self.failures += 1
            self.failed_at, self.failure = int(self._clock()), outcome(error)

    def latency_ms(self, percent: int) -> float | None:
        """The percentile of the last KEPT calls, by the nearest rank; None before there was one."""
        times = sorted(self._latencies_s.copy())
        return times[(len(times) * percent + 99) // 100 - 1] * 1000 if times else None


def _is_fault(error: RagproxyError) -> bool:
    """Whether an operator should hear of it: a key that is not taken, too, and money or patience that has run out."""
    if isinstance(error, UpstreamRefused):
        return error.status == 429
    return isinstance(error, UpstreamError)
