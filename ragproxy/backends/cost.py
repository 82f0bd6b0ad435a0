"""What a call costs: its tokens, each at the price of its kind."""

from __future__ import annotations

from ragproxy.upstreams import Price

_MILLION = 1_000_000


def cost_usd(price: Price, *, prompt: int, cached: int, completion: int) -> float:
    """US dollars. `cached` are those of the prompt's tokens that have a price of their own, at most all of them."""
    cached = min(cached, prompt)
    return (
        (prompt - cached) * price.prompt + cached * price.cached + completion * price.completion  # reasoning included
    ) / _MILLION
