"""The x-ratelimit-* headers of OpenAI's answers."""

from __future__ import annotations

from ragproxy.domain import Rate, Rates, duration


def rate_headers(rates: Rates) -> dict[str, str]:
    """Three headers for each kind of limit there is."""
    return {**_three("requests", rates.requests), **_three("tokens", rates.tokens)}


def _three(kind: str, rate: Rate | None) -> dict[str, str]:
    if rate is None:
        return {}
    return {
        f"x-ratelimit-limit-{kind}": str(rate.limit),
        f"x-ratelimit-remaining-{kind}": str(rate.remaining),
        f"x-ratelimit-reset-{kind}": duration(rate.reset_s),
    }
