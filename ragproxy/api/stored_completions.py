"""/chat/completions, those that were stored: listed, looked at, noted upon and deleted."""

from __future__ import annotations

from flask import Response

from ragproxy.api.context import services, visit
from ragproxy.api.resource import Resource
from ragproxy.api.stream import json_response
from ragproxy.domain import Cursor
from ragproxy.wire.files import deleted_json
from ragproxy.wire.stored_completions import (
    COMPLETION_CHANGE,
    COMPLETION_QUERY,
    MESSAGE_QUERY,
    CompletionChange,
    CompletionQuery,
    completion_json,
    completion_list_json,
    message_list_json,
)

bp = Resource("stored_completions", "Chat completions that were stored.", scope="chat")


@bp.route("/chat/completions", methods=["GET"])
@bp.arguments(COMPLETION_QUERY, location="query")
def list_chat_completions(query: CompletionQuery) -> Response:
    """List stored chat completions, the oldest first by default"""
    page = services.state.completions.page(
        query.cursor, owner=visit().caller.owner, model=query.model, metadata=query.metadata
    )
    return json_response(completion_list_json(page))


@bp.route("/chat/completions/<completion_id>", methods=["GET"])
def get_chat_completion(completion_id: str) -> Response:
    """Retrieve a stored chat completion"""
    return json_response(completion_json(services.state.completions.get(completion_id, owner=visit().caller.owner)))


@bp.route("/chat/completions/<completion_id>", methods=["POST"])
@bp.arguments(COMPLETION_CHANGE)
def update_chat_completion(change: CompletionChange, completion_id: str) -> Response:
    """Change the metadata of a stored chat completion"""
    changed = services.state.completions.update(completion_id, owner=visit().caller.owner, metadata=change.metadata)
    return json_response(completion_json(changed))


@bp.route("/chat/completions/<completion_id>", methods=["DELETE"])
def delete_chat_completion(completion_id: str) -> Response:
    """Delete a stored chat completion"""
    services.state.completions.delete(completion_id, owner=visit().caller.owner)
    return json_response(deleted_json(completion_id, "chat.completion.deleted"))


@bp.route("/chat/completions/<completion_id>/messages", methods=["GET"])
@bp.arguments(MESSAGE_QUERY, location="query")
def list_chat_completion_messages(cursor: Cursor, completion_id: str) -> Response:
    """List the messages that a stored chat completion answers"""
    page = services.state.completions.message_page(completion_id, cursor, owner=visit().caller.owner)
    return json_response(message_list_json(page))
