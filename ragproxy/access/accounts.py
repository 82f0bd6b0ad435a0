"""What answers consumed, for the operator: in the metrics, and a line of the log for each call of a model."""

from __future__ import annotations

import logging

from ragproxy.domain import Account, Consumed
from ragproxy.telemetry import Metrics

log = logging.getLogger(__name__)


class Accounts:
    """A Recorder. The lines hold ids and counts, nobody's words."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def record(self, account: Account) -> None:
        """As the port."""
        for call in account.calls:
            self._metrics.consumed(
                call.model,
                prompt=call.prompt,
                cached=call.cached,
                completion=call.completion,
                reasoning=call.reasoning,
                estimated=call.estimated,
                cost=call.cost,
            )
            log.info("consumed", extra=_line(account, call))


def _line(account: Account, call: Consumed) -> dict[str, object]:
    line: dict[str, object] = {
        "request": account.request_id,
        "owner": account.caller.owner,
        "asked": account.model,
        "model": call.model,
        "prompt_tokens": call.prompt,
        "cached_tokens": call.cached,
        "completion_tokens": call.completion,
        "reasoning_tokens": call.reasoning,
        "estimated": call.estimated,
        "ended": call.ended,
    }
    return line if call.cost is None else {**line, "cost_usd": round(call.cost, 10)}
