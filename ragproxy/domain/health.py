"""How the servers that we call are doing, as far as this process has seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CircuitState = Literal["closed", "open", "half-open"]


@dataclass(frozen=True, slots=True)
class UpstreamHealth:
    """One upstream. Times are epoch seconds, None for never; latencies are to the first piece of an answer.

    `failure` is a status or a word without anybody's text. `circuit` is None where nothing breaks it.
    """

    name: str
    kind: str
    base_url: str
    circuit: CircuitState | None
    open_for_s: float
    in_flight: int
    waiting: int
    calls: int
    failures: int
    answered_at: int | None
    failed_at: int | None
    failure: str | None
    p50_ms: float | None
    p95_ms: float | None
    models: int
    listed: bool  # whether its models are known

    @property
    def status(self) -> Literal["ok", "failing", "down", "unknown"]:
        """`down` is left alone; `failing` has failed since it last answered; `unknown` was never asked."""
        if self.circuit in ("open", "half-open"):
            return "down"
        if self.failed_at is not None and self.failed_at >= (self.answered_at or 0):
            return "failing"
        return "unknown" if self.answered_at is None else "ok"
