"""What was said, in exchanges: each begins with a user's message, and no tool call is parted from its output."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ragproxy.domain import Item

CALLS = frozenset({"function_call", "custom_tool_call"})
OUTPUTS = frozenset({"function_call_output", "custom_tool_call_output"})
_GUIDING = frozenset({"system", "developer"})


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a user said, and all that came of it; `position` is that of its last item in the conversation."""

    items: tuple[Item, ...]
    position: int


def guides(item: Item) -> bool:
    """Whether it tells the model what to do, instead of taking part: a system's message, or what sums others up."""
    return item.get("type") == "compaction" or (item.get("type") == "message" and item.get("role") in _GUIDING)


def split(said: Sequence[tuple[int, Item]]) -> tuple[tuple[Item, ...], list[Exchange]]:
    """What guides from the very beginning, and the exchanges after it; `said` are items with their positions."""
    items = [item for _, item in said]
    start = next((place for place, item in enumerate(items) if not guides(item)), len(items))
    begins = [start, *_begins(items, start), len(items)] if start < len(items) else []
    exchanges = [Exchange(tuple(items[begin:end]), said[end - 1][0]) for begin, end in pairwise(begins)]
    return tuple(items[:start]), exchanges


def paired(items: Iterable[Item], answered: Collection[str] = ()) -> tuple[Item, ...]:
    """The items without calls that have no output, and outputs of no call: no model reads the one without the other.

    `answered` are ids of calls whose outputs come later.
    """
    items = tuple(items)
    calls = {item.get("call_id") for item in items if item.get("type") in CALLS}
    done = {item.get("call_id") for item in items if item.get("type") in OUTPUTS} | set(answered)
    return tuple(
        item
        for item in items
        if not (item.get("type") in CALLS and item.get("call_id") not in done)
        and not (item.get("type") in OUTPUTS and item.get("call_id") not in calls)
    )


def fitting(costs: Sequence[int], room: int) -> int:
    """How many of the oldest do not fit into the room; the newest always does."""
    left = room
    for place in range(len(costs) - 1, -1, -1):
        left -= costs[place]
        if left < 0 and place < len(costs) - 1:
            return place + 1
    return 0


def _begins(items: Sequence[Item], start: int) -> Iterator[int]:
    """Where exchanges begin, after the first one: with a user's message, or with what guides right before it."""
    leads = _leading(items)
    last_output = {item.get("call_id"): place for place, item in enumerate(items) if item.get("type") in OUTPUTS}
    awaited = -1  # an output of what was called so far comes there
    for place in range(start, len(items)):
        item = items[place]
        follows_its_guide = place > start and leads[place - 1] and guides(items[place - 1])
        if place > start and leads[place] and not follows_its_guide and awaited < place:
            yield place
        if item.get("type") in CALLS:
            awaited = max(awaited, last_output.get(item.get("call_id"), -1))


def _leading(items: Sequence[Item]) -> list[bool]:
    """Of each item, whether it is a user's message or guides what is right before one."""
    leads = [False] * (len(items) + 1)
    for place in range(len(items) - 1, -1, -1):
        item = items[place]
        asks = item.get("type") == "message" and item.get("role") == "user"
        leads[place] = asks or (guides(item) and leads[place + 1])
    return leads[:-1]
