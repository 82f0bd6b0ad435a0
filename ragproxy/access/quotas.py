"""How many requests and tokens a caller may ask for in any minute: in all, and of single models.

Requests are counted by the moving window of `limits`, which keeps the moment of each. Tokens are not: that window would
keep an entry for each token, and the other one of the library, which keeps two counters and takes a cost, weighs the
minute before by a guess, cannot tell reserved tokens from consumed ones, and has no way to give back what was taken
before its counter moved on. So `windows` counts them.

When Redis does not answer, requests are let through uncounted: nobody is turned away for a fault of ours. Who they are
was checked before, elsewhere.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import MovingWindowRateLimiter

from ragproxy import redis_client
from ragproxy.access.windows import MemoryWindows, Reading, RedisWindows, Wanted, Windows
from ragproxy.domain import Caller, Limits, Rate, Rates, duration
from ragproxy.errors import OverQuota

log = logging.getLogger(__name__)

PREFIX = "ragproxy:limits:"
GUESS = 256  # tokens of an answer whose length nobody bounds
_SWEEP_S = 1.0
_WAIT_S = 0.25  # for Redis
_SULK_S = 5.0  # after a failure nobody waits for it again for so long
_COMPLAIN_S = 30.0  # between two lines of the log about that
NONE = Limits()
T = TypeVar("T")


class Memory(MemoryStorage):
    """Counts of this process. Its parent starts a thread every 10 ms to forget what is over; every second is enough.

    It is its own `timer`, which its parent sets, asks and starts.
    """

    _next: threading.Timer
    _due = float("-inf")

    @property
    def timer(self) -> Any:
        return self

    @timer.setter
    def timer(self, timer: threading.Timer) -> None:
        self._next = timer

    def is_alive(self) -> bool:
        """Whether it is too early to forget."""
        return time.monotonic() < self._due

    def start(self) -> None:
        """Forget what is over, in a moment."""
        self._due = time.monotonic() + _SWEEP_S
        self._next.daemon = True
        self._next.start()


class Quotas:
    """The counts of all callers. `default` holds for whoever has no such limit of its own; `unchecked` is told of each
    request that was not counted, for want of an answer of Redis.
    """

    def __init__(
        self,
        storage: Storage,
        windows: Windows,
        *,
        default: Limits = NONE,
        unchecked: Callable[[], None] = lambda: None,
        window_s: int = 60,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.windows = windows
        self._default = default
        self._unchecked = unchecked
        self._window_s = window_s
        self._clock = clock
        self._limiter = MovingWindowRateLimiter(storage)
        self._line = Line(storage)

    def of(self, caller: Caller) -> Quota | None:
        """The caller's share in one request; None for who has no limit, and then nothing is ever counted.

        The administrator's own key has none, so that limits can always be changed.
        """
        if caller.id is None and caller.admin:
            return None
        own, default = caller.limits, self._default
        requests = default.requests if own.requests is None else own.requests
        tokens = default.tokens if own.tokens is None else own.tokens
        if requests is None and tokens is None and not caller.model_limits:
            return None
        return Quota(self, _name(caller), Limits(requests, tokens), caller.model_limits)

    def hit(self, key: str, limit: int) -> tuple[bool, Rate] | None:
        """Count a request, if there is room for it, and say what is left; None when nobody can tell."""
        item = self._item(limit)
        return self._line.ask(lambda: (self._limiter.hit(item, key), self._rate(item, key)))

    def rate(self, key: str, limit: int) -> Rate | None:
        """What is left of a limit of requests; None when nobody can tell."""
        return self._line.ask(lambda: self._rate(self._item(limit), key))

    def ask(self, question: Callable[[], T]) -> T | None:
        """Ask the windows; None when nobody can tell."""
        return self._line.ask(question)

    def pass_unchecked(self) -> None:
        """One more request was not counted."""
        self._unchecked()

    def _item(self, limit: int) -> RateLimitItem:
        return RateLimitItemPerSecond(limit, self._window_s, namespace="requests")

    def _rate(self, item: RateLimitItem, key: str) -> Rate:
        stats = self._limiter.get_window_stats(item, key)
        if stats.remaining >= item.amount:
            return Rate(item.amount, item.amount, 0.0)
        return Rate(item.amount, max(0, stats.remaining), max(0.0, stats.reset_time - self._clock()))


@dataclass(frozen=True, slots=True)
class _Level:
    """A limit of tokens: where it is counted, and what it is of, in words."""

    key: str
    limit: int
    subject: str


class Quota:
    """A caller's share in one request: entered once, reserved at most once, settled once."""

    def __init__(self, quotas: Quotas, name: str, limits: Limits, model_limits: Mapping[str, Limits]) -> None:
        self._quotas = quotas
        self._name = name
        self._limits = limits
        self._model_limits = model_limits
        self._levels: list[_Level] = []
        if limits.tokens is not None:
            self._levels.append(_Level(f"{{{name}}}:tokens", limits.tokens, ""))
        self._held: Sequence[Wanted] = ()
        self._till = 0
        self._requests: Rate | None = None
        self._tokens: Rate | None = None
        self._blind = False  # whether nobody could tell, once

    def enter(self) -> None:
        """Count the request. OverQuota when the caller has sent too many."""
        if self._limits.requests is not None:
            self._count(self._name, self._limits.requests, "")

    def limits_tokens(self, models: Iterable[str]) -> bool:
        """Whether a request that names these models has a limit of tokens."""
        return bool(self._levels) or any(limits.tokens is not None for _, limits in self._of(models))

    def reserve(self, models: Iterable[str], prompt: int, completion: int | None) -> None:
        """Count the request for the models it names, and reserve its tokens until it is settled.

        A `completion` of None is one that nobody bounds. OverQuota when there is no room, or never will be.
        """
        for model, limits in self._of(models):
            subject = f" for the model '{model}'"
            if limits.requests is not None:
                self._count(f"{self._name}/{_safe(model)}", limits.requests, subject)
            if limits.tokens is not None:
                key = f"{{{self._name}}}:tokens:{_safe(model)}"
                self._levels.append(_Level(key, limits.tokens, subject))
        if not self._levels:
            return
        wanted = []
        for level in self._levels:
            # a guess of ours makes no request too large
            answer = min(GUESS, max(0, level.limit - prompt)) if completion is None else completion
            if prompt + answer > level.limit:
                raise _too_large(level, prompt + answer)
            wanted.append(Wanted(level.key, level.limit, prompt + answer))
        self._reserve(wanted)

    def settle(self, consumed: int) -> None:
        """Give back what was reserved, and count what was consumed."""
        held, self._held = self._held, ()
        if consumed or any(each.amount for each in held):
            self._read(self._ask(lambda: self._quotas.windows.settle(held, self._till, consumed)))

    @property
    def rates(self) -> Rates:
        """What is left, of the limits of each kind the tightest; looked up if it was not counted."""
        if self._requests is None and self._limits.requests is not None and not self._blind:
            self._requests = self._quotas.rate(self._name, self._limits.requests)
        if self._tokens is None and self._levels and not self._blind:
            nothing = [Wanted(level.key, level.limit, 0) for level in self._levels]
            self._read(self._ask(lambda: self._quotas.windows.settle(nothing, 0, 0)))
        return Rates(self._requests, self._tokens)

    def _of(self, models: Iterable[str]) -> list[tuple[str, Limits]]:
        return [(model, self._model_limits[model]) for model in dict.fromkeys(models) if model in self._model_limits]

    def _count(self, key: str, limit: int, subject: str) -> None:
        counted = self._ask(lambda: self._quotas.hit(key, limit))
        if counted is None:
            return
        fits, rate = counted
        self._requests = _tighter(self._requests, rate)
        if not fits:
            self._requests = rate
            raise _over(subject, "requests per min (RPM)", rate, limit - rate.remaining, 1, rate.reset_s)

    def _reserve(self, wanted: Sequence[Wanted]) -> None:
        reserved = None
        if any(each.amount for each in wanted):
            reserved = self._ask(lambda: self._quotas.windows.reserve(wanted))
            if reserved is None:  # perhaps it can be told when the request ends
                wanted = [Wanted(each.key, each.limit, 0) for each in wanted]
        if reserved is not None:
            self._read(reserved.readings)
            if not reserved.done:
                reading, level, each = max(
                    zip(reserved.readings, self._levels, wanted, strict=True), key=lambda three: three[0].wait_s
                )
                self._tokens = rate = _rate(level, reading)
                raise _over(level.subject, "tokens per min (TPM)", rate, reading.used, each.amount, reading.wait_s)
            self._till = reserved.till
        self._held = wanted

    def _read(self, readings: Sequence[Reading] | None) -> None:
        if readings:
            rates = [_rate(level, reading) for level, reading in zip(self._levels, readings, strict=True)]
            self._tokens = min(rates, key=lambda rate: rate.remaining)

    def _ask(self, question: Callable[[], T | None]) -> T | None:
        answer = self._quotas.ask(question)
        if answer is None and not self._blind:
            self._blind = True
            self._quotas.pass_unchecked()
        return answer


class Line:
    """The way to the storage. After a failure it is left alone for a while, then one request tries it for all."""

    def __init__(self, storage: Storage, clock: Callable[[], float] = time.monotonic) -> None:
        self._faults = redis_client.faults() if isinstance(storage, RedisStorage) else ()
        self._clock = clock
        self._sulking_until: float | None = None
        self._complained = float("-inf")

    def ask(self, question: Callable[[], T]) -> T | None:
        """The answer; None when there is none."""
        until = self._sulking_until
        if until is not None:
            if self._clock() < until:
                return None
            self._sulking_until = self._clock() + _SULK_S  # the others wait for what comes of this one
        try:
            answer = question()
        except self._faults as err:
            self._sulking_until = self._clock() + _SULK_S
            self._complain(err)
            return None
        if until is not None:
            self._sulking_until = None
            log.info("limits are checked again")
        return answer

    def _complain(self, err: Exception) -> None:
        if self._clock() - self._complained >= _COMPLAIN_S:
            self._complained = self._clock()
            log.warning("limits are not checked, for Redis does not answer: %s", type(err).__name__)


def open_quotas(
    redis_url: str | None,
    *,
    salt: str = "",
    default: Limits = NONE,
    unchecked: Callable[[], None] = lambda: None,
    window_s: int = 60,
) -> Quotas:
    """Counts that several processes share, or this process's own; nothing is connected yet.

    `salt` keeps servers apart that share a Redis. ConfigError without the client library.
    """
    if redis_url is None:
        windows: Windows = MemoryWindows(window_s=window_s)
        return Quotas(Memory(), windows, default=default, unchecked=unchecked, window_s=window_s)
    prefix = f"{PREFIX}{salt}:"
    pool = redis_client.connect(redis_url, _WAIT_S).connection_pool
    storage = RedisStorage(redis_url, connection_pool=pool, key_prefix=prefix + "requests")
    windows = RedisWindows(storage.get_connection(), prefix=prefix, window_s=window_s)
    return Quotas(storage, windows, default=default, unchecked=unchecked, window_s=window_s)


def _name(caller: Caller) -> str:
    """What a caller is counted under; all who come without a key together."""
    return "anybody" if caller.id is None else f"id={_safe(caller.id)}"


def _safe(name: str) -> str:
    return quote(name, safe="")


def _rate(level: _Level, reading: Reading) -> Rate:
    return Rate(level.limit, max(0, level.limit - reading.used), reading.reset_s)


def _tighter(one: Rate | None, other: Rate) -> Rate:
    return other if one is None or other.remaining < one.remaining else one


def _over(subject: str, kind: str, rate: Rate, used: int, wanted: int, wait_s: float) -> OverQuota:
    wait_s = max(wait_s, 0.001)
    return OverQuota(
        f"Rate limit reached{subject} on {kind}: Limit {rate.limit}, Used {used}, Requested {wanted}. "
        f"Please try again in {duration(wait_s)}",
        retry_after_s=wait_s,
    )


def _too_large(level: _Level, wanted: int) -> OverQuota:
    error = OverQuota(
        f"Request too large{level.subject} on tokens per min (TPM): Limit {level.limit}, Requested {wanted}. "
        "The input or output tokens must be reduced in order to run successfully",
        retry_after_s=60.0,
    )
    error.headers["x-should-retry"] = "false"
    return error
