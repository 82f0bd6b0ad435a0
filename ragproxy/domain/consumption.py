"""What answers consume, whether or not anybody reads them to their end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from ragproxy.domain.callers import Caller

Ending = Literal["whole", "broken", "left"]
Dimension = Literal["day", "hour", "key", "model", "upstream", "agent", "owner"]
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)


@dataclass(frozen=True, slots=True)
class Consumed:
    """The tokens of one call of a model: as the model reported them, or `estimated` because it did not.

    `cached` are those of the prompt that it had read before, `reasoning` those of the completion that nobody sees.
    """

    model: str  # `<upstream>/<id>`, who really answered
    prompt: int
    completion: int
    cached: int = 0
    reasoning: int = 0
    estimated: bool = False
    cost: float | None = None  # US dollars; None when nobody knows the price
    ended: Ending = "whole"  # `broken` by the upstream, `left` by those who read it


class Tally:
    """What the calls made for one request consumed, in the order they ended; threads may share it.

    `agent` is the `Agent.account` that they are made for, also when no answer comes of them.
    """

    __slots__ = ("_calls", "agent")

    def __init__(self) -> None:
        self._calls: list[Consumed] = []
        self.agent: str | None = None

    @property
    def calls(self) -> tuple[Consumed, ...]:
        return tuple(self._calls)

    @property
    def cost(self) -> float | None:
        """US dollars of all calls; None when there was none, or when the price of one is not known."""
        costs = [call.cost for call in self._calls if call.cost is not None]
        return sum(costs) if costs and len(costs) == len(self._calls) else None

    def add(self, call: Consumed) -> None:
        """One more call has ended."""
        self._calls.append(call)


@dataclass(slots=True)
class Account:
    """All that one request consumed: the call for its answer, and others before it (a question rewritten).

    A request that asked a model has one even when none was called: it was refused, or answered from the cache (`hit`).
    Nobody changes one; it is not frozen for the reason that Delta is not.
    """

    request_id: str
    caller: Caller
    model: str  # as asked
    calls: tuple[Consumed, ...]
    agent: str | None = None  # `Agent.account` of the one that answered
    route: str = ""
    status: int = 200  # of the answer, whatever became of its stream
    ms: float = 0.0  # from its first byte to the end of its answer
    hit: bool = False
    opaque: bool = False  # what was consumed may be more than the calls tell, for no upstream reports it

    @property
    def cost(self) -> float | None:
        """US dollars of all calls; None when nobody knows."""
        if not self.calls:
            return None if self.opaque else 0.0
        costs = [call.cost for call in self.calls]
        return None if None in costs else sum(cost for cost in costs if cost is not None)


@dataclass(frozen=True, slots=True)
class UsageFilter:
    """Which rows count: `since` <= created < `until`, in epoch seconds; None is no condition."""

    since: int | None = None
    until: int | None = None
    key: str | None = None
    model: str | None = None
    agent: str | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class UsageSums:
    """The sums of the rows that are alike in what was asked for.

    `day` and `hour` are their first second; they, `key` and the like are None when they were not asked for, or when
    the rows have none. `unpriced` are requests whose cost nobody knows; `usd` is of the others.
    """

    requests: int
    failed: int  # status 4xx or 5xx
    hits: int  # answered from the cache
    prompt: int
    cached: int
    completion: int
    reasoning: int
    estimated: int  # requests whose tokens were not all reported
    usd: float
    unpriced: int
    ms: float  # on average
    day: int | None = None
    hour: int | None = None
    key: str | None = None
    key_name: str | None = None
    model: str | None = None
    upstream: str | None = None
    agent: str | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Latency:
    """How long requests took that did not fail, in milliseconds, from their first byte to the end of their answer.

    `p95` is the shortest time that 95 of a hundred did not exceed. What `day` and the like are, `UsageSums` says.
    """

    requests: int
    p50: float
    p95: float
    p99: float
    day: int | None = None
    hour: int | None = None
    key: str | None = None
    key_name: str | None = None
    model: str | None = None
    upstream: str | None = None
    agent: str | None = None
    owner: str | None = None
