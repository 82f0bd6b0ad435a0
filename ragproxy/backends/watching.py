"""What has become of the calls of one upstream, for those who ask how it is doing. Counted by each process."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator

from ragproxy.backends.trying import Call, T, begin, close, outcome
from ragproxy.domain import Cancel
from ragproxy.errors import RagproxyError, UpstreamError, UpstreamRefused
from ragproxy.offload import brief_lock
from ragproxy.telemetry import UpstreamMetrics

KEPT = 256  # latencies
# statuses that are told as they are: a server may make up any other
_TOLD = frozenset({400, 401, 402, 403, 404, 408, 409, 413, 422, 424, 429, 500, 501, 502, 503, 504, 529})


class Watch:
    """One for each upstream, shared by its models and by threads."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        timer: Callable[[], float] = time.perf_counter,
        metrics: UpstreamMetrics | None = None,
    ) -> None:
        self._clock, self._timer = clock, timer
        self._metrics = metrics
        self._lock = brief_lock()
        self._latencies_s: deque[float] = deque(maxlen=KEPT)
        self.in_flight = 0
        self.calls = 0
        self.failures = 0
        self.answered_at: int | None = None
        self.failed_at: int | None = None
        self.failure: str | None = None

    def guard(self, call: Call[T], cancel: Cancel, model: str = "") -> Iterator[T]:
        """The call's items, and what becomes of it noted, unless a `cancel` or a hang-up ended it.

        `model` is its label in the metrics.
        """
        self._begin()
        started = self._timer()
        first_s: float | None = None
        items: Iterator[T] | None = None
        result = "failed"
        try:
            head, items = begin(call)
            first_s = self._timer() - started
            self._latencies_s.append(first_s)
            self.well()
            yield from head
            yield from items
            result = "ok"
        except RagproxyError as error:
            result = "left"
            if not cancel.cancelled:
                self.failed(error)
                result = _result(error)
            raise
        except GeneratorExit:
            result = "left"
            raise
        finally:
            if items is not None:
                close(items)
            self._end(model, result, first_s, self._timer() - started)

    def _begin(self) -> None:
        with self._lock:
            self.calls += 1
            self.in_flight += 1
        if self._metrics is not None:
            self._metrics.began()

    def _end(self, model: str, result: str, first_s: float | None, total_s: float) -> None:
        with self._lock:
            self.in_flight -= 1
        if self._metrics is not None:
            self._metrics.ended(model, result, first_s, total_s)

    def well(self) -> None:
        """It answers."""
        self.answered_at = int(self._clock())

    def failed(self, error: RagproxyError) -> None:
        """It did not answer, or broke off. What it refuses for the client's fault (4xx) shows that it is up."""
        if not _is_fault(error):
            self.well()
            return
        now, word = int(self._clock()), outcome(error)
        with self._lock:  # nothing is made under it: a collection of garbage may end a forgotten call, which wants it
            self.failures += 1
            self.failed_at, self.failure = now, word

    def latency_ms(self, percent: int) -> float | None:
        """The percentile of the last KEPT calls, by the nearest rank; None before there was one."""
        times = sorted(self._latencies_s.copy())
        return times[(len(times) * percent + 99) // 100 - 1] * 1000 if times else None


def _result(error: RagproxyError) -> str:
    """`outcome`, out of a bounded number of words."""
    word = outcome(error)
    return f"{word[0]}xx" if word.isdigit() and int(word) not in _TOLD else word


def _is_fault(error: RagproxyError) -> bool:
    """Whether an operator should hear of it: a key that is not taken, too, and money or patience that has run out."""
    if isinstance(error, UpstreamRefused):
        return error.status == 429
    return isinstance(error, UpstreamError)
