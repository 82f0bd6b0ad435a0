"""What keys have cost and how much agents were used, in the calendar day or month, against what they may.

Every process counts what it has recorded itself, from its start, and nobody else adds to that count. What all have
consumed is the sum of such counts. Those of other processes come from two places, which may both lag behind but never
run ahead: the records, whose ids tell which process wrote them, and Redis, where each process keeps its latest count
under its own name. Of one process the greater count is the later one, for a count only grows. So nothing is counted
twice, whichever of the two has it already, and nothing is forgotten: rows still on their way to the database are in
their process's own count, those of processes that ended are in the records, and a count that Redis has lost or missed
is put there again by whoever owns it, at its next look.

One process needs the records once in a period. With Redis, the counts of all are current at each admission, and the
records are read seldom. Without it, or while it is away, the records are read every few seconds: a budget is then late
by so much, but never open.
"""

from __future__ import annotations

import calendar
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, Protocol

from ragproxy import redis_client
from ragproxy.domain import Account, Agent, Caller, Period
from ragproxy.errors import Forbidden, OverBudget, RagproxyError
from ragproxy.state import Total

log = logging.getLogger(__name__)

PREFIX = "ragproxy:spent:"
LONGEST_WAIT_S = 86_400.0  # that a refusal tells: budgets are raised too
NEVER_S = float("inf")
SOON_S = 3.0  # how often the records are read when nothing else tells of other processes
SELDOM_S = 600.0  # and when Redis does
_SHARE = 10.0  # a read that takes long is made this much less often than it takes
_WAIT_S = 0.5  # for Redis
_SULK_S = 5.0  # after a failure nobody waits for it again for so long
_KEPT_S = 86_400  # how long Redis keeps a count after its period
_HOUR_S = 3600
_CENT = 1e-9  # dollars; sums of decimal fractions are off by less

Kind = Literal["caller", "agent"]
Subject = tuple[Kind, str]  # and its id

# the count of one process, unless there is a later one; then all counts
_SCRIPT = """
local count = redis.call('HGET', KEYS[1], ARGV[1])
if not count or tonumber(string.match(count, '^%d+')) < tonumber(ARGV[2]) then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. ARGV[3])
  redis.call('EXPIREAT', KEYS[1], ARGV[4])
end
return redis.call('HGETALL', KEYS[1])
"""


class Records(Protocol):
    """The rows of usage."""

    def by_origin(self, column: Kind, value: str, since: int) -> Mapping[str, Total]:
        """What was consumed since then, by the process that recorded it."""
        ...


@dataclass(frozen=True, slots=True)
class Span:
    """A calendar day or month by UTC: `start` <= t < `end`, in epoch seconds."""

    start: int
    end: int


@dataclass(slots=True)
class _Meter:
    """What is known of one subject in one span. `others` are the counts of the other processes."""

    subject: Subject
    span: Span
    period: Period
    others: dict[str, Total] = field(default_factory=dict)
    reading: threading.Lock = field(default_factory=threading.Lock)
    read_again: float = float("-inf")  # when the records are to be read
    complete: bool = False  # whether they have ever been


class Spending:
    """A Gate, and the budgets of keys. `process` is this process's name in the ids of its rows.

    `refresh_s` is how often the records are read without Redis; NEVER_S when this process is the only one.
    """

    def __init__(
        self,
        records: Records,
        process: str,
        *,
        shared: Shared | None = None,
        refresh_s: float = NEVER_S,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._records = records
        self._process = process
        self._shared = shared
        self._refresh_s = refresh_s
        self._clock = clock
        self._lock = threading.Lock()
        self._own: dict[tuple[Subject, Period], tuple[int, Total]] = {}  # with the start of the span
        self._meters: dict[tuple[Subject, Period], _Meter] = {}
        self._untold: list[_Meter] = []  # whose latest count the others have not got

    def check(self, caller: Caller) -> None:
        """OverBudget when the caller's budget is used up; StateUnavailable when nobody can tell."""
        budget = caller.budget
        if budget is None or caller.id is None:
            return
        span = span_of(budget.period, self._clock())
        spent = self._total(("caller", caller.id), budget.period, span)
        if spent.usd < budget.usd - _CENT:
            return
        error = OverBudget(
            f"You exceeded your current quota: this key may cost {budget.usd:g} US dollars in a calendar "
            f"{budget.period}, and that is used up until {_date(span.end)} (UTC). "
            "Ask the administrator of this server for more",
            retry_after_s=min(span.end - self._clock(), LONGEST_WAIT_S),
        )
        error.headers["x-should-retry"] = "false"
        raise error

    def enter(self, agent: Agent) -> None:
        """As the port; StateUnavailable when nobody can tell."""
        allowance = agent.allowance
        if allowance is None or (allowance.requests is None and allowance.usd is None):
            return
        span = span_of(allowance.period, self._clock())
        used = self._total(("agent", agent.account), allowance.period, span)
        if (allowance.requests is not None and used.requests >= allowance.requests) or (
            allowance.usd is not None and used.usd >= allowance.usd - _CENT
        ):
            raise Forbidden(
                f"The agent '{agent.id}' was used as much as it may be in a calendar {allowance.period}; "
                f"it answers again from {_date(span.end)} (UTC)",
                code="usage_limit_reached",
            )

    def add(self, account: Account, now: float) -> None:
        """Count what was consumed, at the moment that its row tells. Never fails."""
        subjects: list[Subject] = []
        if account.caller.id is not None:
            subjects.append(("caller", account.caller.id))
        if account.agent is not None:
            subjects.append(("agent", account.agent))
        for subject in subjects:
            for period in ("day", "month"):
                meter = self._count(subject, period, now, account.cost or 0.0)
                if meter is not None and self._shared is not None and not self._learn_shared(meter):
                    with self._lock:
                        self._untold.append(meter)

    def tend(self) -> None:
        """Tell the others what they could not be told when it was counted; quick when there is nothing."""
        with self._lock:
            untold, self._untold = self._untold, []
        distinct = {id(meter): meter for meter in untold}
        failed = [meter for meter in distinct.values() if not self._learn_shared(meter)]
        if failed:
            with self._lock:
                self._untold += failed

    def _count(self, subject: Subject, period: Period, now: float, usd: float) -> _Meter | None:
        """Count one more request; the meter of the span when somebody looks at it."""
        start = span_of(period, now).start
        with self._lock:
            kept, total = self._own.get((subject, period), (start, Total()))
            if kept > start:  # two threads at midnight: the new span has begun already
                return None
            if kept < start:
                total = Total()
            self._own[subject, period] = start, Total(total.requests + 1, total.usd + usd)
            meter = self._meters.get((subject, period))
            return meter if meter is not None and meter.span.start == start else None

    def _total(self, subject: Subject, period: Period, span: Span) -> Total:
        meter = self._meter(subject, period, span)
        current = self._learn_shared(meter)
        self._learn_recorded(meter, SELDOM_S if current else self._refresh_s)
        with self._lock:
            totals = [*meter.others.values(), self._own_total(meter)]
        return Total(sum(total.requests for total in totals), sum(total.usd for total in totals))

    def _meter(self, subject: Subject, period: Period, span: Span) -> _Meter:
        with self._lock:
            meter = self._meters.get((subject, period))
            if meter is None or meter.span.start < span.start:
                meter = self._meters[subject, period] = _Meter(subject, span, period)
            return meter

    def _own_total(self, meter: _Meter) -> Total:
        start, total = self._own.get((meter.subject, meter.period), (0, Total()))
        return total if start == meter.span.start else Total()

    def _learn_shared(self, meter: _Meter) -> bool:
        """Tell the others our count, and take theirs; whether that could be done."""
        if self._shared is None:
            return False
        with self._lock:
            own = self._own_total(meter)
        counts = self._shared.exchange(meter.subject, meter.span, self._process, own)
        if counts is None:
            meter.read_again = min(meter.read_again, self._clock() + self._refresh_s)
            return False
        self._merge(meter, counts)
        return True

    def _learn_recorded(self, meter: _Meter, every_s: float) -> None:
        """Read the records when it is time; the first time everybody waits for that."""
        if meter.complete and self._clock() < meter.read_again:
            return
        if not meter.reading.acquire(blocking=not meter.complete):
            return
        try:
            if meter.complete and self._clock() < meter.read_again:
                return
            began = time.perf_counter()
            self._merge(meter, self._records.by_origin(*meter.subject, meter.span.start))
            meter.complete = True
            meter.read_again = self._clock() + max(every_s, _SHARE * (time.perf_counter() - began))
        except RagproxyError as err:
            if not meter.complete:
                raise
            meter.read_again = self._clock() + SOON_S
            log.warning("what was spent cannot be read, and is taken as it was: %s", err.message)
        finally:
            meter.reading.release()

    def _merge(self, meter: _Meter, counts: Mapping[str, Total]) -> None:
        with self._lock:
            for process, total in counts.items():
                known = meter.others.get(process)
                if process != self._process and (known is None or known.requests < total.requests):
                    meter.others[process] = total


class Shared:
    """The counts of all processes, in Redis. `salt` keeps servers apart that share one."""

    def __init__(self, client: Any, *, salt: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        self._script = client.register_script(_SCRIPT)
        self._salt = salt
        self._clock = clock
        self._sulking_until = float("-inf")

    def exchange(self, subject: Subject, span: Span, process: str, own: Total) -> Mapping[str, Total] | None:
        """Put the process's count there, and get all of them; None when Redis does not answer."""
        if self._clock() < self._sulking_until:
            return None
        key = f"{PREFIX}{self._salt}:{subject[0]}:{span.start}-{span.end}:{subject[1]}"
        try:
            found = self._script(keys=[key], args=[process, own.requests, repr(own.usd), span.end + _KEPT_S])
        except redis_client.faults() as err:
            self._sulking_until = self._clock() + _SULK_S
            log.warning("budgets are checked by the records, for Redis does not answer: %s", type(err).__name__)
            return None
        texts = [item.decode() for item in found]
        return {name: _total(count) for name, count in zip(texts[::2], texts[1::2], strict=True)}


def open_shared(redis_url: str, *, salt: str = "") -> Shared:
    """The counts in that Redis; nothing is connected yet. ConfigError without the client library."""
    return Shared(redis_client.connect(redis_url, _WAIT_S), salt=salt)


def span_of(period: Period, now: float) -> Span:
    """The day or month that the moment lies in."""
    return _span_of(period, int(now // _HOUR_S))


@lru_cache(maxsize=64)
def _span_of(period: Period, hour: int) -> Span:
    """The same, for an hour since the epoch: all its moments are in one day."""
    moment = time.gmtime(hour * _HOUR_S)
    if period == "day":
        start = calendar.timegm((moment.tm_year, moment.tm_mon, moment.tm_mday, 0, 0, 0))
        return Span(start, start + 86_400)
    start = calendar.timegm((moment.tm_year, moment.tm_mon, 1, 0, 0, 0))
    year, month = (moment.tm_year, moment.tm_mon + 1) if moment.tm_mon < 12 else (moment.tm_year + 1, 1)
    return Span(start, calendar.timegm((year, month, 1, 0, 0, 0)))


def _total(count: str) -> Total:
    requests, _, usd = count.partition(" ")
    return Total(int(requests), float(usd))


def _date(seconds: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))
