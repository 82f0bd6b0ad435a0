"""Conversations: how they and their items come in, and what clients see of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from marshmallow import EXCLUDE, Schema, ValidationError, post_load, validates_schema

from ragproxy.domain import Conversation, Cursor, Item, Page
from ragproxy.wire.fields import Items, Text
from ragproxy.wire.items import MAX_ITEM_BYTES, ItemField, check_texts
from ragproxy.wire.paging import PageQuery, page_json
from ragproxy.wire.parameters import Metadata
from ragproxy.wire.validation import missing

MAX_NEW_ITEMS = 20  # at a time, as OpenAI has it
MAX_INCLUDED = 64  # they may be said twice

# what an answer shows only when it is asked for
INCLUDABLE = (
    "file_search_call.results",
    "web_search_call.results",
    "web_search_call.action.sources",
    "message.input_image.image_url",
    "computer_call_output.output.image_url",
    "code_interpreter_call.outputs",
    "reasoning.encrypted_content",
    "message.output_text.logprobs",
)


class Notes(Metadata):
    """Metadata that is kept: of texts that databases can hold."""

    def check(self, value: Any) -> None:
        """Raise ValidationError for a wrong value."""
        super().check(value)
        check_texts(value)


class Include(Items):
    """An array in a query: the argument comes as often as there are values; an empty one is none."""

    def __init__(self, **named: str) -> None:
        super().__init__(
            Text(required=True, choices=INCLUDABLE),
            max_items=MAX_INCLUDED,
            description="What to show beside what is always shown",
        )
        self.data_key = named.get("data_key")

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[Any]:
        if type(value) is list:
            value = [each for each in value if each != ""]
        return super()._deserialize(value, attr, data, **kwargs)


class IncludeQuerySchema(Schema):
    """What is to be shown. Unknown arguments are ignored."""

    class Meta:
        unknown = EXCLUDE

    include = Include()
    bracketed = Include(data_key="include[]")  # as the official clients write it

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> tuple[str, ...]:
        """The values."""
        return _included(data)


@dataclass(frozen=True, slots=True)
class ItemQuery:
    """Which page of the items is wanted, and what of them is to be shown."""

    cursor: Cursor
    include: tuple[str, ...] = ()


class ItemQuerySchema(PageQuery):
    """GET /conversations/{id}/items."""

    include = Include()
    bracketed = Include(data_key="include[]")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> ItemQuery:
        """The query."""
        return ItemQuery(self.cursor(data), _included(data))


@dataclass(frozen=True, slots=True)
class ConversationRequest:
    """A conversation to make, with its first items."""

    items: tuple[Item, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)


class ConversationRequestSchema(Schema):
    """POST /conversations. Unknown keys are ignored."""

    class Meta:
        unknown = EXCLUDE

    items = Items(ItemField(max_bytes=MAX_ITEM_BYTES), max_items=MAX_NEW_ITEMS)
    metadata = Notes()

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> ConversationRequest:
        """The request."""
        return ConversationRequest(tuple(data.get("items") or ()), data.get("metadata") or {})


@dataclass(frozen=True, slots=True)
class ConversationChange:
    """The metadata that takes the place of the conversation's own."""

    metadata: Mapping[str, str]


class ConversationChangeSchema(Schema):
    """POST /conversations/{id}. Null takes all metadata away; unknown keys are ignored."""

    class Meta:
        unknown = EXCLUDE

    metadata = Notes()

    @validates_schema
    def check_there(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a change that changes nothing."""
        if "metadata" not in data:
            raise ValidationError(missing(), "metadata")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> ConversationChange:
        """The change."""
        return ConversationChange(data["metadata"] or {})


@dataclass(frozen=True, slots=True)
class NewItems:
    """Items to add to a conversation."""

    items: tuple[Item, ...]


class NewItemsSchema(Schema):
    """POST /conversations/{id}/items. Unknown keys are ignored."""

    class Meta:
        unknown = EXCLUDE

    items = Items(ItemField(max_bytes=MAX_ITEM_BYTES), required=True, max_items=MAX_NEW_ITEMS)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> NewItems:
        """The items."""
        return NewItems(tuple(data["items"]))


CONVERSATION_REQUEST = ConversationRequestSchema()
CONVERSATION_CHANGE = ConversationChangeSchema()
NEW_ITEMS = NewItemsSchema()
INCLUDE_QUERY = IncludeQuerySchema()
ITEM_QUERY = ItemQuerySchema()


def conversation_json(conversation: Conversation) -> dict[str, Any]:
    """OpenAI's conversation."""
    return {
        "id": conversation.id,
        "object": "conversation",
        "created_at": conversation.created,
        "metadata": dict(conversation.metadata),
    }


def item_list_json(page: Page[Item], include: Collection[str] = ()) -> dict[str, Any]:
    """OpenAI's list of items; that of an empty one has no null where clients expect an id."""
    listed = page_json([item_json(item, include) for item in page.items], page.has_more)
    return {**listed, "first_id": listed["first_id"] or "", "last_id": listed["last_id"] or ""}


def item_json(item: Item, include: Collection[str] = ()) -> dict[str, Any]:
    """The item as it is kept, without what is shown on demand alone."""
    hide = _HIDING.get(str(item.get("type")))
    return dict(item) if hide is None else hide(item, include)


def _included(data: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple({*(data.get("include") or ()), *(data.get("bracketed") or ())})


def _message(item: Item, include: Collection[str]) -> dict[str, Any]:
    def part(part: Mapping[str, Any]) -> Mapping[str, Any]:
        if part.get("type") == "input_image" and "message.input_image.image_url" not in include:
            return {**part, "image_url": None}
        if part.get("type") == "output_text" and "message.output_text.logprobs" not in include:
            return {**part, "logprobs": []}
        return part

    return {**item, "content": [part(each) for each in item.get("content") or ()]}


def _without(key: str, inside: str | None = None) -> Callable[[Item, Collection[str]], dict[str, Any]]:
    """Hides a member of the item, or of an object in it, whose name in `include` is its path."""

    def hide(item: Item, include: Collection[str]) -> dict[str, Any]:
        path = [str(item["type"]), *([inside] if inside else []), key]
        if ".".join(path) in include:
            return dict(item)
        if inside is None:
            return {**item, key: None} if key in item else dict(item)
        holder = item.get(inside)
        if not isinstance(holder, Mapping):
            return dict(item)
        return {**item, inside: {name: value for name, value in holder.items() if name != key}}

    return hide


_HIDING: Final[Mapping[str, Callable[[Item, Collection[str]], dict[str, Any]]]] = {
    "message": _message,
    "file_search_call": _without("results"),
    "web_search_call": _without("sources", inside="action"),
    "computer_call_output": _without("image_url", inside="output"),
    "code_interpreter_call": _without("outputs"),
    "reasoning": _without("encrypted_content"),
}
