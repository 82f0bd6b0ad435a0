"""What models cost whose prices are public, for upstreams that are configured without.

Checked against LiteLLM's model_prices_and_context_window.json. What OpenAI asks on top isn't in here: more for prompts
beyond 272,000 tokens (gpt-5.4 and later, but its mini and nano), and for what is written to the cache (gpt-5.6 and
later).
"""

from __future__ import annotations

import re

from ragproxy.upstreams import Price, Upstream

AS_OF = "2026-11"  # OpenAI's standard rates, in US dollars per million tokens

PUBLIC = {
    "gpt-6.1-sol": Price(2.0, 0.1, 10.0),
    "gpt-6.1-terra": Price(1.0, 0.05, 5.0),
    "gpt-6-astra": Price(10.0, 1.0, 50.0),
    "gpt-6-sol": Price(2.0, 0.2, 10.0),
    "gpt-6-luna": Price(0.1, 0.01, 0.5),
    "gpt-5.6": Price(5.0, 0.5, 30.0),
    "gpt-5.6-sol": Price(5.0, 0.5, 30.0),
    "gpt-5.6-terra": Price(2.0, 0.2, 12.0),
    "gpt-5.6-luna": Price(0.2, 0.02, 1.2),
    "gpt-5.5": Price(5.0, 0.5, 30.0),
    "gpt-5.5-pro": Price(30.0, 30.0, 180.0),
    "gpt-5.4": Price(2.5, 0.25, 15.0),
    "gpt-5.4-mini": Price(0.75, 0.075, 4.5),
    "gpt-5.4-nano": Price(0.2, 0.02, 1.25),
    "gpt-5.4-pro": Price(30.0, 30.0, 180.0),
    "gpt-5.3-chat-latest": Price(1.75, 0.175, 14.0),
    "gpt-5.3-codex": Price(1.75, 0.175, 14.0),
    "gpt-5.2": Price(1.75, 0.175, 14.0),
    "gpt-5.2-chat-latest": Price(1.75, 0.175, 14.0),
    "gpt-5.2-codex": Price(1.75, 0.175, 14.0),
    "gpt-5.2-pro": Price(21.0, 21.0, 168.0),
    "gpt-5.1": Price(1.25, 0.125, 10.0),
    "gpt-5.1-chat-latest": Price(1.25, 0.125, 10.0),
    "gpt-5.1-codex": Price(1.25, 0.125, 10.0),
    "gpt-5.1-codex-max": Price(1.25, 0.125, 10.0),
    "gpt-5.1-codex-mini": Price(0.25, 0.025, 2.0),
    "gpt-5": Price(1.25, 0.125, 10.0),
    "gpt-5-mini": Price(0.25, 0.025, 2.0),
    "gpt-5-nano": Price(0.05, 0.005, 0.4),
    "gpt-5-pro": Price(15.0, 15.0, 120.0),
    "gpt-5-chat-latest": Price(1.25, 0.125, 10.0),
    "gpt-5-codex": Price(1.25, 0.125, 10.0),
    "chat-latest": Price(5.0, 0.5, 30.0),
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
    "o1-pro": Price(150.0, 150.0, 600.0),
    "o3": Price(2.0, 0.5, 8.0),
    "o3-mini": Price(1.1, 0.55, 4.4),
    "o3-pro": Price(20.0, 20.0, 80.0),
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
