"""/threads/{id}/messages: what is said in a thread."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response

from ragproxy.api.context import services, visit
from ragproxy.api.resource import Resource
from ragproxy.api.stream import json_response
from ragproxy.api.tool_resources import check_files, put_into_thread
from ragproxy.domain import Thread, ThreadMessage
from ragproxy.wire.files import deleted_json
from ragproxy.wire.paging import page_json
from ragproxy.wire.thread_messages import (
    MESSAGE_CHANGE,
    MESSAGE_QUERY,
    NEW_MESSAGE,
    MessageChange,
    MessageQuery,
    message_json,
    named_files,
    searched_files,
)

bp = Resource("thread_messages", "Messages of a thread.", scope="chat")


@bp.route("/threads/<thread_id>/messages", methods=["POST"])
@bp.arguments(NEW_MESSAGE)
def create_message(message: ThreadMessage, thread_id: str) -> Response:
    """Add a message to a thread"""
    kept, owner = services.state.threads, visit().caller.owner
    thread = kept.free(thread_id, owner=owner)  # before its files are put into the thread's store
    prepare(thread, [message])
    (added,) = kept.add(thread_id, [message], owner=owner)
    return json_response(message_json(added))


@bp.route("/threads/<thread_id>/messages", methods=["GET"])
@bp.arguments(MESSAGE_QUERY, location="query")
def list_messages(query: MessageQuery, thread_id: str) -> Response:
    """List the messages of a thread, the newest first by default"""
    page = services.state.threads.page(thread_id, query.cursor, owner=visit().caller.owner, run_id=query.run_id)
    return json_response(page_json([message_json(each) for each in page.items], page.has_more))


@bp.route("/threads/<thread_id>/messages/<message_id>", methods=["GET"])
def get_message(thread_id: str, message_id: str) -> Response:
    """Retrieve a message"""
    return json_response(
        message_json(services.state.threads.message(thread_id, message_id, owner=visit().caller.owner))
    )


@bp.route("/threads/<thread_id>/messages/<message_id>", methods=["POST"])
@bp.arguments(MESSAGE_CHANGE)
def modify_message(change: MessageChange, thread_id: str, message_id: str) -> Response:
    """Change the metadata of a message"""
    kept, owner = services.state.threads, visit().caller.owner
    if change.metadata is None:
        return json_response(message_json(kept.message(thread_id, message_id, owner=owner)))
    changed = kept.update_message(thread_id, message_id, owner=owner, metadata=change.metadata)
    return json_response(message_json(changed))


@bp.route("/threads/<thread_id>/messages/<message_id>", methods=["DELETE"])
def delete_message(thread_id: str, message_id: str) -> Response:
    """Delete a message"""
    services.state.threads.delete_message(thread_id, message_id, owner=visit().caller.owner)
    return json_response(deleted_json(message_id, "thread.message.deleted"))


def prepare(thread: Thread, messages: Sequence[ThreadMessage]) -> None:
    """Put what new messages want searched into the thread's vector store. NotFound for files that are not there."""
    check_files(named_files(messages))
    put_into_thread(thread, searched_files(messages))
