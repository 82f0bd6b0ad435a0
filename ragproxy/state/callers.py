"""Callers as JSON, kept beside what is worked on for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ragproxy.domain import Budget, Caller, Limits


def caller_json(caller: Caller) -> dict[str, Any]:
    """The caller, for a JSON column."""
    return {
        "owner": caller.owner,
        "admin": caller.admin,
        "id": caller.id,
        "groups": sorted(caller.groups),
        "scopes": sorted(caller.scopes),
        "models": None if caller.models is None else list(caller.models),
        "stores": None if caller.stores is None else list(caller.stores),
        "limits": _limits_json(caller.limits),
        "model_limits": {model: _limits_json(limits) for model, limits in caller.model_limits.items()},
        "budget": caller.budget and {"usd": caller.budget.usd, "period": caller.budget.period},
    }


def caller_of(kept: Mapping[str, Any]) -> Caller:
    """The caller that was kept."""
    return Caller(
        owner=kept["owner"],
        admin=kept["admin"],
        id=kept["id"],
        groups=frozenset(kept["groups"]),
        scopes=frozenset(kept["scopes"]),
        models=None if kept["models"] is None else tuple(kept["models"]),
        stores=None if kept["stores"] is None else tuple(kept["stores"]),
        limits=Limits(**kept["limits"]),
        model_limits={model: Limits(**limits) for model, limits in kept["model_limits"].items()},
        budget=kept["budget"] and Budget(**kept["budget"]),
    )


def _limits_json(limits: Limits) -> dict[str, int | None]:
    return {"requests": limits.requests, "tokens": limits.tokens}
