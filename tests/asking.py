"""Questions for a model, and what its deltas add up to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ragproxy.domain import ChatRequest, CompletionRequest, Delta, Message
from ragproxy.errors import UpstreamError


def chat(**fields: Any) -> ChatRequest:
    return ChatRequest(model="asked", messages=(Message("user", "Où ?"),), **fields)


def completion(*prompts: str, **fields: Any) -> CompletionRequest:
    return CompletionRequest(model="asked", prompts=prompts, **fields)


def text(deltas: Iterable[Delta], index: int = 0) -> str:
    """What a choice says."""
    return "".join(delta.content or "" for delta in deltas if delta.index == index)


def finishes(deltas: Iterable[Delta]) -> dict[int | None, str]:
    """How each choice that ended did."""
    return {delta.index: delta.finish_reason for delta in deltas if delta.finish_reason}


def collected(deltas: Iterable[Delta]) -> tuple[str, UpstreamError | None]:
    """The text of choice 0, and the error that ended it."""
    said = []
    try:
        said.extend(delta.content or "" for delta in deltas if delta.index == 0)
    except UpstreamError as error:
        return "".join(said), error
    return "".join(said), None
