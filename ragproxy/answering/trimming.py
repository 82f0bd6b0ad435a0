"""A conversation that is too long: its oldest exchanges are left out, whole, so that no tool call loses its output."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from ragproxy.domain import Message


def trimmed(messages: Sequence[Message], budget: int, count: Callable[[str], int]) -> tuple[Message, ...]:
    """The messages that fit into `budget` tokens: the newest exchanges, after what the system said before them all.

    An exchange begins with a user's message; the newest one always stays.
    """
    start = next((at for at, each in enumerate(messages) if each.role not in ("system", "developer")), len(messages))
    left = budget - sum(_tokens(message, count) for message in messages[:start])
    begins = [at for at in range(start, len(messages)) if messages[at].role == "user"]
    kept = end = len(messages)
    for begin in reversed(begins):
        left -= sum(_tokens(message, count) for message in messages[begin:end])
        if left < 0 and kept < len(messages):
            break
        kept = end = begin
    else:  # whatever comes before the first user's message goes with it
        before = sum(_tokens(message, count) for message in messages[start:end])
        kept = start if before <= left or not begins else kept
    return (*messages[:start], *messages[kept:])


def _tokens(message: Message, count: Callable[[str], int]) -> int:
    calls = message.extra.get("tool_calls")
    return count(message.text) + (count(json.dumps(calls)) if calls else 0)
