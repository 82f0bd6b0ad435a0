"""What answers consumed, for the operator: metrics, a line of the log for each call, and a row for each request."""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Callable

from ragproxy.access.ledger import Ledger
from ragproxy.access.spending import Spending
from ragproxy.domain import Account, Consumed
from ragproxy.state import ORIGIN, UsageRow
from ragproxy.telemetry import OTHER, Metrics

log = logging.getLogger(__name__)


class Accounts:
    """A Recorder. The lines hold ids and counts, nobody's words.

    `process` is this process's name, of ORIGIN characters: the rows' ids begin with it, and so no row is written twice.
    The metrics tell the models that are `known`: clients may make up names, which some upstreams answer to.
    """

    def __init__(
        self,
        metrics: Metrics,
        ledger: Ledger,
        spending: Spending,
        process: str,
        *,
        known: Callable[[str], bool] = bool,
        clock: Callable[[], float] = time.time,
    ) -> None:
        assert len(process) == ORIGIN
        self._metrics = metrics
        self._ledger = ledger
        self._spending = spending
        self._process = process
        self._known = known
        self._clock = clock
        self._numbers = itertools.count(1)

    def record(self, account: Account) -> None:
        """As the port."""
        for call in account.calls:
            self._metrics.consumed(
                call.model if self._known(call.model) else OTHER,
                prompt=call.prompt,
                cached=call.cached,
                completion=call.completion,
                reasoning=call.reasoning,
                estimated=call.estimated,
                cost=call.cost,
            )
            log.info("consumed", extra=_line(account, call))
        now = int(self._clock())
        self._spending.add(account, now)  # before the row, so that our own count is never behind the records
        self._ledger.put(_row(account, f"{self._process}{next(self._numbers):012x}", now))

    def start(self) -> None:
        """Begin to write the rows; after any fork."""
        self._ledger.start()

    def close(self) -> None:
        """Write what is still to be written, then no more."""
        self._ledger.close()


def _row(account: Account, id: str, now: int) -> UsageRow:
    calls = account.calls
    return UsageRow(
        id=id,
        request_id=account.request_id,
        created=now,
        owner=account.caller.owner,
        caller=account.caller.id,
        route=account.route,
        model=account.model,
        agent=account.agent,
        upstream=calls[-1].model if calls else None,
        prompt=sum(call.prompt for call in calls),
        cached=sum(call.cached for call in calls),
        completion=sum(call.completion for call in calls),
        reasoning=sum(call.reasoning for call in calls),
        estimated=any(call.estimated for call in calls),
        cost=account.cost,
        ms=account.ms,
        status=account.status,
        hit=account.hit,
    )


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
