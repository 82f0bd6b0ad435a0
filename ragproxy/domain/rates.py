"""How much of the limits is left, and for how long."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """What is left of a limit. `reset_s`: seconds until the oldest that counts is forgotten, 0 when nothing does."""

    limit: int
    remaining: int
    reset_s: float


@dataclass(frozen=True, slots=True)
class Rates:
    """What is left of requests and tokens; None where there is no limit, or where nobody can tell."""

    requests: Rate | None = None
    tokens: Rate | None = None


def duration(seconds: float) -> str:
    """Seconds as OpenAI writes them (`0s`, `120ms`, `1s`, `6m0s`, `1h0m5s`), rounded up, for it is waited so long."""
    ms = math.ceil(max(seconds, 0.0) * 1000 - 1e-6)
    if 0 < ms < 1000:
        return f"{ms}ms"
    minutes, rest = divmod(math.ceil(ms / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    return (f"{hours}h" if hours else "") + (f"{minutes}m" if hours or minutes else "") + f"{rest}s"
