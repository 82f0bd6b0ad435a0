"""What answers consume, whether or not anybody reads them to their end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ragproxy.domain.asking import Caller

Ending = Literal["whole", "broken", "left"]


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
    """What the calls made for one request consumed, in the order they ended; threads may share it."""

    __slots__ = ("_calls",)

    def __init__(self) -> None:
        self._calls: list[Consumed] = []

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


@dataclass(frozen=True, slots=True)
class Account:
    """All that one request consumed: the call for its answer, and others before it (a question rewritten)."""

    request_id: str
    caller: Caller
    model: str  # as asked
    calls: tuple[Consumed, ...]
