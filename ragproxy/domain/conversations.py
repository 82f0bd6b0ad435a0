"""What was said, and kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# a message, a tool call, an output or a search, as OpenAI's Responses write it; with `id` and `type` once it is kept
Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Conversation:
    """A list of items of one owner's. `created` and `used`, when something was last said, are epoch seconds."""

    id: str
    owner: str
    created: int
    used: int
    metadata: Mapping[str, str] = field(default_factory=dict)
