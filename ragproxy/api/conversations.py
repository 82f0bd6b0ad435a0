"""/conversations: what was said, for whoever wants to go on with it or to look at it again."""

from __future__ import annotations

from flask import Response

from ragproxy.api.context import services, visit
from ragproxy.api.resource import Resource
from ragproxy.api.sealing import seal
from ragproxy.api.stream import json_response
from ragproxy.domain import Page
from ragproxy.wire.conversations import (
    CONVERSATION_CHANGE,
    CONVERSATION_REQUEST,
    INCLUDE_QUERY,
    ITEM_QUERY,
    NEW_ITEMS,
    ConversationChange,
    ConversationRequest,
    ItemQuery,
    NewItems,
    conversation_json,
    item_json,
    item_list_json,
)
from ragproxy.wire.files import deleted_json
from ragproxy.wire.paging import CONVERSATION_QUERY, ConversationQuery, page_json

bp = Resource("conversations", "Conversations: what was said, kept to go on with.", scope="chat")


@bp.route("/conversations", methods=["POST"])
@bp.arguments(CONVERSATION_REQUEST)
def create_conversation(asked: ConversationRequest) -> Response:
    """Create a conversation, with its first items if there are any"""
    kept, items = services.state.conversations, seal().opened(asked.items)
    made = kept.create(owner=visit().caller.owner, metadata=asked.metadata, items=items)
    return json_response(conversation_json(made))


@bp.route("/conversations", methods=["GET"])
@bp.arguments(CONVERSATION_QUERY, location="query")
def list_conversations(query: ConversationQuery) -> Response:
    """List the conversations of the caller's owner, the newest first (ragproxy's own: OpenAI has no such route)"""
    page = services.state.conversations.page(query.cursor, owner=visit().caller.owner, title=query.title)
    return json_response(page_json([conversation_json(each) for each in page.items], page.has_more))


@bp.route("/conversations/<conversation_id>", methods=["GET"])
def get_conversation(conversation_id: str) -> Response:
    """Retrieve a conversation"""
    return json_response(_shown(conversation_id))


@bp.route("/conversations/<conversation_id>", methods=["POST"])
@bp.arguments(CONVERSATION_CHANGE)
def update_conversation(change: ConversationChange, conversation_id: str) -> Response:
    """Change the metadata of a conversation"""
    changed = services.state.conversations.update(conversation_id, owner=visit().caller.owner, metadata=change.metadata)
    return json_response(conversation_json(changed))


@bp.route("/conversations/<conversation_id>", methods=["DELETE"])
def delete_conversation(conversation_id: str) -> Response:
    """Delete a conversation and what was said in it"""
    services.state.conversations.delete(conversation_id, owner=visit().caller.owner)
    return json_response(deleted_json(conversation_id, "conversation.deleted"))


@bp.route("/conversations/<conversation_id>/items", methods=["POST"])
@bp.arguments(NEW_ITEMS)
@bp.arguments(INCLUDE_QUERY, location="query")
def create_conversation_items(new: NewItems, include: tuple[str, ...], conversation_id: str) -> Response:
    """Add items to a conversation"""
    items = seal().opened(new.items)
    added = services.state.conversations.append(conversation_id, items, owner=visit().caller.owner)
    return json_response(item_list_json(Page(added, has_more=False), include))


@bp.route("/conversations/<conversation_id>/items", methods=["GET"])
@bp.arguments(ITEM_QUERY, location="query")
def list_conversation_items(query: ItemQuery, conversation_id: str) -> Response:
    """List the items of a conversation, the newest first by default"""
    page = services.state.conversations.item_page(conversation_id, query.cursor, owner=visit().caller.owner)
    return json_response(item_list_json(page, query.include))


@bp.route("/conversations/<conversation_id>/items/<item_id>", methods=["GET"])
@bp.arguments(INCLUDE_QUERY, location="query")
def get_conversation_item(include: tuple[str, ...], conversation_id: str, item_id: str) -> Response:
    """Retrieve an item of a conversation"""
    item = services.state.conversations.item(conversation_id, item_id, owner=visit().caller.owner)
    return json_response(item_json(item, include))


@bp.route("/conversations/<conversation_id>/items/<item_id>", methods=["DELETE"])
def delete_conversation_item(conversation_id: str, item_id: str) -> Response:
    """Delete an item of a conversation; what is left of the conversation comes back"""
    services.state.conversations.delete_item(conversation_id, item_id, owner=visit().caller.owner)
    return json_response(_shown(conversation_id))


def _shown(conversation_id: str) -> dict[str, object]:
    return conversation_json(services.state.conversations.get(conversation_id, owner=visit().caller.owner))
