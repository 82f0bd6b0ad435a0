"""Who is asking, as they are told themselves. Ours, in the manner of OpenAI's objects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ragproxy.domain import SCOPES, Agent, Caller


def caller(who: Caller, name: str | None, agents: Iterable[Agent]) -> dict[str, Any]:
    """A caller: what it is known as, what it may, and the agents it may use."""
    return {
        "object": "caller",
        "id": who.id,
        "name": name,
        "owner": who.owner,
        "admin": who.admin,
        "groups": sorted(who.groups),
        "scopes": [scope for scope in SCOPES if scope in who.scopes],
        "agents": [{"id": agent.id, "name": agent.name, "description": agent.description} for agent in agents],
    }
