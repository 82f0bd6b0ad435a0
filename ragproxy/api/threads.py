"""/threads: conversations that assistants answer in."""

from __future__ import annotations

from flask import Response

from ragproxy.api.context import services, visit
from ragproxy.api.resource import Resource
from ragproxy.api.stream import json_response
from ragproxy.api.tool_resources import check_files, put_into_thread, stores_of
from ragproxy.domain import Thread
from ragproxy.wire.files import deleted_json
from ragproxy.wire.thread_messages import named_files, searched_files
from ragproxy.wire.threads import THREAD_CHANGE, THREAD_REQUEST, ThreadChange, ThreadRequest, thread_json
from ragproxy.wire.tool_resources import tool_resources_json

bp = Resource("threads", "Threads: conversations that assistants answer in.", scope="chat")


@bp.route("/threads", methods=["POST"])
@bp.arguments(THREAD_REQUEST)
def create_thread(asked: ThreadRequest) -> Response:
    """Create a thread, with its first messages if there are any"""
    return json_response(thread_json(new_thread(asked)))


@bp.route("/threads/<thread_id>", methods=["GET"])
def get_thread(thread_id: str) -> Response:
    """Retrieve a thread"""
    return json_response(thread_json(services.state.threads.get(thread_id, owner=visit().caller.owner)))


@bp.route("/threads/<thread_id>", methods=["POST"])
@bp.arguments(THREAD_CHANGE)
def modify_thread(change: ThreadChange, thread_id: str) -> Response:
    """Change the metadata or the vector stores of a thread"""
    kept, owner = services.state.threads, visit().caller.owner
    kept.get(thread_id, owner=owner)  # before a store is made for nothing
    stores = stores_of(change.resources, lasting=False)
    resources = None if stores is None else tool_resources_json(stores)
    return json_response(
        thread_json(kept.update(thread_id, owner=owner, metadata=change.metadata, tool_resources=resources))
    )


@bp.route("/threads/<thread_id>", methods=["DELETE"])
def delete_thread(thread_id: str) -> Response:
    """Delete a thread, what was said in it and its runs; its vector stores stay"""
    services.state.threads.delete(thread_id, owner=visit().caller.owner)
    return json_response(deleted_json(thread_id, "thread.deleted"))


def new_thread(asked: ThreadRequest) -> Thread:
    """The thread, made; what its messages want searched is in its vector store. Errors as of `stores_of`."""
    check_files(named_files(asked.messages))
    stores = stores_of(asked.resources, lasting=False)
    kept, owner = services.state.threads, visit().caller.owner
    thread = kept.create(
        owner=owner,
        metadata=asked.metadata,
        tool_resources=tool_resources_json(stores or ()),
        messages=asked.messages,
    )
    searched = searched_files(asked.messages)
    if not searched:
        return thread
    put_into_thread(thread, searched)
    return kept.get(thread.id, owner=owner)
