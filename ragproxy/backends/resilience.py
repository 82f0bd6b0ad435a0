"""Models around models: retries, a circuit breaker, a limit of calls at once, fallbacks.

Each is there for any other call too that yields items (embeddings, relays): `RetryPolicy.retry`, `Breaker.guard`,
`Gate.limit`, `fall_back`, and `Protection` for the first three in their right order. All are lazy, and closing one
closes what is inside at once. Only what fails before the first item is made good: past it, text would repeat.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import partial
from typing import TYPE_CHECKING

import tenacity

from ragproxy.backends.breaking import Breaker
from ragproxy.backends.fallback import Fallback, fall_back
from ragproxy.backends.limiting import Gate
from ragproxy.backends.trying import FAILURES, SHOULD_RETRY, Call, T, begin, close, last, outcome, told
from ragproxy.backends.watching import Watch
from ragproxy.domain import Cancel, ChatRequest, CompletionRequest, Delta
from ragproxy.errors import (
    BreakerOpen,
    RagproxyError,
    UpstreamBroken,
    UpstreamError,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnavailable,
    UpstreamUnreachable,
)
from ragproxy.telemetry import UpstreamMetrics

if TYPE_CHECKING:
    from ragproxy.backends.catalog import UpstreamModel

__all__ = [
    "Breaker",
    "Breaking",
    "Fallback",
    "Gate",
    "Limited",
    "Protection",
    "RetryPolicy",
    "Retrying",
    "Watch",
    "Watched",
    "fall_back",
]

RETRIES = 2
MAX_WAIT_S = 20.0  # an upstream that asks for more patience gets none: the client is told
FIRST_BACKOFF_S = 0.25  # doubled by each attempt; the wait is anything between nothing and this
LONGEST_BACKOFF_S = 8.0

# 520 to 523 and 529 come from what stands before large providers. Not 409: the same request meets the same conflict;
# not 501 and 505: time will not help; not 524: the upstream may still be at work
_PASSING = frozenset({408, 500, 502, 503, 504, 520, 521, 522, 523, 529})
_OUT_OF_MONEY = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})  # said with 429


def sleep(seconds: float, cancel: Cancel) -> None:
    """Wait, at most until `cancel`."""
    woken = threading.Event()
    with cancel.breaking(woken.set):
        woken.wait(seconds)


@dataclass(frozen=True)
class RetryPolicy:
    """How often a call is made again, and how long an upstream's `retry-after` may be."""

    retries: int = RETRIES
    max_wait_s: float = MAX_WAIT_S
    sleep: Callable[[float, Cancel], None] = field(default=sleep, repr=False)
    clock: Callable[[], float] = field(default=time.time, repr=False)  # epoch seconds
    metrics: UpstreamMetrics | None = field(default=None, repr=False)

    def retry(self, call: Call[T], cancel: Cancel) -> Iterator[T]:
        """The call's items, from the first attempt that begins; the last attempt's error when none does.

        Made again: what could not be reached, was closed without an answer, or answered with a status that passes. Not
        made again: what did not answer in time (it may still be at work) or broke off its answer. An upstream's
        `x-should-retry` overrules both, and its `retry-after` is waited for unless it is over `max_wait_s`.
        After a second attempt, how each ended is in the headers of the error or of the first item.
        """
        try:
            head, items = begin(call)
        except FAILURES as error:  # tenacity is asked only now: it costs more than all the rest of a call that is well
            head, items = self._again(error, call, cancel)
        try:
            yield from head
            yield from items
        finally:
            close(items)

    def _again(self, first: RagproxyError, call: Call[T], cancel: Cancel) -> tuple[list[T], Iterator[T]]:
        tried: list[str] = []
        made = [first]
        del first  # its traceback will hold this frame

        def attempt() -> tuple[list[T], Iterator[T]]:
            try:
                if made:
                    raise made.pop()
                return begin(call)
            except FAILURES as error:
                tried.append(outcome(error))
                raise

        def pause(seconds: float) -> None:
            self.sleep(seconds, cancel)
            if cancel.cancelled:
                raise UpstreamBroken("The call to the upstream was given up")
            if self.metrics is not None:
                self.metrics.retried()

        attempts = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(1 + self.retries),
            retry=tenacity.retry_if_exception(lambda error: not cancel.cancelled and self._is_worth_it(error)),
            wait=self._wait_s,
            sleep=pause,
            reraise=True,
        )
        try:
            head, items = attempts(attempt)
        except FAILURES as error:
            error.__context__ = None  # tenacity's frames hold the attempts, and these their errors: all would stay
            raise last(error.with_traceback(None), tried) from None
        return told(head, [*tried, "200"]), items

    def _wait_s(self, state: tenacity.RetryCallState) -> float:
        """What the upstream asked for, and on top of it what keeps many callers from coming back together."""
        error = state.outcome and state.outcome.exception()
        after_s = retry_after_s(error.headers, self.clock) if isinstance(error, UpstreamError) else None
        return (after_s or 0.0) + _BACKOFF(state)

    def _is_worth_it(self, error: BaseException) -> bool:
        if not isinstance(error, UpstreamError) or isinstance(error, BreakerOpen):
            return False
        said = error.headers.get(SHOULD_RETRY)
        passing = said == "true" if said in ("true", "false") else _passes(error)
        return passing and (retry_after_s(error.headers, self.clock) or 0.0) <= self.max_wait_s


_BACKOFF = tenacity.wait_random_exponential(multiplier=FIRST_BACKOFF_S, max=LONGEST_BACKOFF_S)


def retry_after_s(headers: Mapping[str, str], clock: Callable[[], float] = time.time) -> float | None:
    """The seconds of `retry-after-ms` or of `retry-after` (seconds or a date of HTTP); None when neither says."""
    milliseconds = _figure(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    said = headers.get("retry-after")
    seconds = _figure(said)
    if seconds is not None or said is None:
        return seconds
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - clock())
    except (ValueError, OverflowError):
        return None


def _figure(text: str | None) -> float | None:
    try:
        figure = float(text or "")
    except ValueError:
        return None
    return max(0.0, figure) if figure == figure else None  # NaN is no figure


def _passes(error: UpstreamError) -> bool:
    """Whether time may help."""
    if isinstance(error, UpstreamTimeout):
        return isinstance(error, UpstreamUnreachable)
    if isinstance(error, UpstreamRefused):
        return error.status == 429 and not {error.code, error.type} & _OUT_OF_MONEY
    return isinstance(error, UpstreamUnavailable) and (error.status is None or error.status in _PASSING)


# ---- models around a model ----------------------------------------------------------------------


class _Around:
    """An UpstreamModel that does something to the calls of another one."""

    def __init__(self, model: UpstreamModel, treat: Callable[[Call[Delta], Cancel], Iterator[Delta]]) -> None:
        self._model = model
        self._treat = treat

    @property
    def chat_only(self) -> bool:
        return self._model.chat_only

    def chat(self, request: ChatRequest) -> Iterator[Delta]:
        """As the port."""
        return self._treat(partial(self._model.chat, request), request.cancel)

    def complete(self, request: CompletionRequest) -> Iterator[Delta]:
        """As the port."""
        return self._treat(partial(self._model.complete, request), request.cancel)


class Retrying(_Around):
    """A model that is asked again when it fails before its first delta, as `RetryPolicy` says."""

    def __init__(
        self,
        model: UpstreamModel,
        retries: int = RETRIES,
        max_wait_s: float = MAX_WAIT_S,
        *,
        sleep: Callable[[float, Cancel], None] = sleep,
    ) -> None:
        super().__init__(model, RetryPolicy(retries, max_wait_s, sleep).retry)


class Breaking(_Around):
    """A model that is left alone while its upstream's breaker is open."""

    def __init__(self, model: UpstreamModel, breaker: Breaker) -> None:
        super().__init__(model, breaker.guard)


class Watched(_Around):
    """A model whose calls are noted by its upstream's `watch`, under that label."""

    def __init__(self, model: UpstreamModel, watch: Watch, label: str = "") -> None:
        super().__init__(model, partial(watch.guard, model=label))


class Limited(_Around):
    """A model that waits its turn at its upstream's gate, but not for a `breaker` that would refuse it then."""

    def __init__(self, model: UpstreamModel, gate: Gate, breaker: Breaker | None = None) -> None:
        super().__init__(model, partial(gate.limit, before_waiting=breaker.check if breaker else None))


@dataclass(frozen=True)
class Protection:
    """What stands before one upstream: Retrying(Limited(Breaking(...))).

    Retries are outermost, so that a call holds no place while it waits for its next attempt, and each attempt counts
    for the breaker, which then ends them. The breaker is innermost: it judges calls at the moment they go out, and
    knows nothing of the queue.
    """

    gate: Gate
    breaker: Breaker
    policy: RetryPolicy = RetryPolicy()

    def around(self, model: UpstreamModel) -> UpstreamModel:
        """The model behind all three; those of one upstream share them."""
        return _Around(model, self.call)

    def call(self, call: Call[T], cancel: Cancel) -> Iterator[T]:
        """The items of any call, the same way."""
        return self.policy.retry(
            partial(self.gate.limit, partial(self.breaker.guard, call, cancel), cancel, self.breaker.check), cancel
        )
