"""Responses, the answers that are no stream: the object's fixed fields, counts, deletions and compactions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ragproxy.domain import Item, ResponseRequest, Usage
from ragproxy.wire.response_events import response_usage


def response_head(asked: ResponseRequest, id: str, created: int) -> dict[str, Any]:
    """The fields of the object that its answer does not change; `created` in epoch seconds."""
    conversation = None if asked.conversation_id is None else {"id": asked.conversation_id}
    return {
        "id": id,
        "object": "response",
        "created_at": created,
        "model": asked.model,
        "conversation": conversation,
        **asked.shown,
    }


def deleted_json(id: str) -> dict[str, Any]:
    """What is said of a response that is gone."""
    return {"id": id, "object": "response", "deleted": True}


def input_tokens_json(tokens: int) -> dict[str, Any]:
    """OpenAI's count of the tokens of a question."""
    return {"object": "response.input_tokens", "input_tokens": tokens}


def compaction_json(id: str, created: int, output: Sequence[Item], usage: Usage) -> dict[str, Any]:
    """OpenAI's compacted conversation; `created` in epoch seconds."""
    return {
        "id": id,
        "object": "response.compaction",
        "created_at": created,
        "output": list(output),
        "usage": response_usage(usage),
    }
