"""What the request in hand consumes, on its way to who writes it down."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response

from ragproxy.api.context import services, visit
from ragproxy.domain import Account, Tally
from ragproxy.wire.reading import dollars

COST = "x-ragproxy-cost"


def settling(model: str, tally: Tally) -> Callable[[], None]:
    """What to call, from anywhere, when the request has ended: it records what was consumed, if anything was."""
    recorder, current = services.recorder, visit()

    def settle() -> None:
        if calls := tally.calls:
            recorder.record(Account(current.id, current.caller, model, calls))

    return settle


def tell_cost(response: Response, tally: Tally) -> None:
    """Say in the answer's headers what it cost, when that is known and more than nothing."""
    if cost := tally.cost:
        response.headers[COST] = dollars(cost)
