"""The list of models: ours to clients, an upstream's to us."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ragproxy.domain import ModelCard
from ragproxy.errors import UpstreamBroken

_LONGEST = 512  # characters of a model's name, as in a request


def model(card: ModelCard) -> dict[str, Any]:
    """A line of the list."""
    return {"id": card.id, "object": "model", "created": card.created, "owned_by": card.owned_by}


def model_list(cards: Iterable[ModelCard]) -> dict[str, Any]:
    """The list, in the order given."""
    return {"object": "list", "data": [model(card) for card in cards]}


def model_names(body: Any) -> list[str]:
    """The names in an upstream's list, each once: OpenAI's `data`, a bare array, or `models` as some servers have it.

    UpstreamBroken when it is no list; lines without a usable name are left out.
    """
    lines = body
    if isinstance(body, dict):
        lines = body.get("data") if body.get("data") is not None else body.get("models")
    if not isinstance(lines, list):
        raise UpstreamBroken("The upstream's list of models is not a list")
    names = (_name(line) for line in lines)
    return list(dict.fromkeys(name for name in names if name))


def _name(line: Any) -> str | None:
    if isinstance(line, dict):
        line = next((line[key] for key in ("id", "model", "name") if line.get(key)), None)
    usable = isinstance(line, str) and len(line) <= _LONGEST and line.isprintable()
    return line if usable else None
