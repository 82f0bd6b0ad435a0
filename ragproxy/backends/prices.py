"""What models cost whose prices are public, for upstreams that are configured without."""

from __future__ import annotations

import re

from ragproxy.upstreams import Price, Upstream

AS_OF = "2026-06"  # OpenAI's standard rates, in US dollars per million tokens

PUBLIC = {
    "gpt-5": Price(1.25, 0.125, 10.0),
    "gpt-5-mini": Price(0.25, 0.025, 2.0),
    "gpt-5-nano": Price(0.05, 0.005, 0.4),
    "gpt-4.1": Price(2.0, 0.5, 8.0),
    "gpt-4.1-mini": Price(0.4, 0.1, 1.6),
    "gpt-4.1-nano": Price(0.1, 0.025, 0.4),
    "gpt-4o": Price(2.5, 1.25, 10.0),
    "gpt-4o-2024-05-13": Price(5.0, 5.0, 15.0),
    "gpt-4o-mini": Price(0.15, 0.075, 0.6),
    "gpt-4-turbo": Price(10.0, 10.0, 30.0),
    "gpt-4": Price(30.0, 30.0, 60.0),
    "gpt-3.5-turbo": Price(0.5, 0.5, 1.5),
    "o1": Price(15.0, 7.5, 60.0),
    "o3": Price(2.0, 0.5, 8.0),
    "o3-mini": Price(1.1, 0.55, 4.4),
    "o4-mini": Price(1.1, 0.275, 4.4),
    "text-embedding-3-large": Price(0.13, 0.13, 0.0),
    "text-embedding-3-small": Price(0.02, 0.02, 0.0),
    "text-embedding-ada-002": Price(0.1, 0.1, 0.0),
}
FREE = Price(0.0, 0.0, 0.0)  # of what runs in this process
_DATED = re.compile(r"-\d{4}-\d{2}-\d{2}\Z")


def price_of(upstream: Upstream, model: str) -> Price | None:
    """The price of a model of that upstream, by its id there; None when nobody knows.

    What is configured counts; else the public price of the model of that name, whoever serves it. A model of a date
    costs what its line does, unless it has a price of its own.
    """
    line = _DATED.sub("", model)
    for prices in (upstream.prices, PUBLIC):
        price = prices.get(model) or prices.get(line)
        if price is not None:
            return price
    return None
