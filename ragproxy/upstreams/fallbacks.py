"""Whether every fallback leads somewhere, as far as it can be known before a server is asked.

Two models may stand in for each other: each is asked once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ragproxy.upstreams.upstream import EXTRACTIVE, Upstream


@dataclass(frozen=True, slots=True)
class Wrong:
    """The upstream whose `fallbacks` are wrong, and why."""

    upstream: str
    why: str


def wrong_fallback(upstreams: Sequence[Upstream]) -> Wrong | None:
    """The first fallback that leads nowhere, to itself or to a model without chat; None when all are good."""
    for upstream in upstreams:
        for model, names in upstream.fallbacks.items():
            for name in names:
                itself = name in (model, f"{upstream.name}/{model}")
                why = "that is itself" if itself else _dead_end(name, upstreams)
                if why:
                    return Wrong(upstream.name, f"'{model}' falls back to '{name}', and {why}")
    return None


def _dead_end(name: str, upstreams: Sequence[Upstream]) -> str | None:
    if name == EXTRACTIVE:
        return None
    able = [upstream for upstream in upstreams if _may_have(upstream, name)]
    if not able:
        return "no upstream has such a model"
    if not any("chat" in upstream.serves for upstream in able):
        return f"the upstream '{able[0].name}' does not serve chat"
    return None


def _may_have(upstream: Upstream, name: str) -> bool:
    """By the model's own id or by `<upstream>/<id>`; whoever lists its models itself may have any."""
    own = name.removeprefix(upstream.name + "/")
    return upstream.models is None or name in upstream.models or own in upstream.models
