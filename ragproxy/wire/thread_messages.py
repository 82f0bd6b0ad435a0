"""Messages of threads: how clients add and change them, and see them. A message is an item of a conversation."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from marshmallow import EXCLUDE, Schema, fields, post_load

from ragproxy.domain import Cursor, Item, ThreadMessage
from ragproxy.wire.conversations import Notes
from ragproxy.wire.fields import Identifier, Items, Text, component, counted
from ragproxy.wire.items import check_texts, completed
from ragproxy.wire.paging import PageQuery
from ragproxy.wire.tool_resources import CODE_INTERPRETER, no_interpreter
from ragproxy.wire.validation import at, may, missing, need, shown, wrong_type, wrong_value

MAX_TEXT = 256_000  # characters of a part
MAX_PARTS = 2048
MAX_ATTACHMENTS = 500
MAX_URL = 2**20
DETAILS = ("auto", "low", "high")
ROLES = ("user", "assistant")
SEARCH: Final = "file_search"

_MARKER: Final = re.compile(r"\[[^\]]{1,18}\]|【[^】]{1,200}】")  # of a citation; OpenAI's own are of the second kind


class MessageContent(fields.Field):
    """A text, or parts: text, image_file and image_url; loaded as the parts of an item, a text's type still open."""

    def __init__(self) -> None:
        parts = {"type": "array", "items": component("NewMessagePart"), "minItems": 1, "maxItems": MAX_PARTS}
        super().__init__(required=True, metadata={"oneOf": [{"type": "string", "minLength": 1}, parts]})

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[dict[str, Any]]:
        check_texts(value)
        if type(value) is str:
            return [_checked_text(value)]
        if type(value) is not list:
            raise at(wrong_type("a string or an array of content parts", value))
        return [_part(part, number) for number, part in enumerate(counted(value, MAX_PARTS, 1))]


class AttachmentTools(fields.Field):
    """The tools that may use an attachment: `file_search`, as there is no other that could."""

    def __init__(self) -> None:
        super().__init__(allow_none=True, metadata={"type": "array", "items": component("AttachmentTool")})

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[dict[str, Any]]:
        for number, tool in enumerate(counted(value, len(ROLES))):
            if type(tool) is not dict:
                raise at(wrong_type("an object", tool), number)
            kind = need(tool, "type", str, number)
            if kind == CODE_INTERPRETER:
                raise at(no_interpreter(), number, "type")
            if kind != SEARCH:
                raise at(wrong_value(f"{shown(kind)} is not '{SEARCH}'"), number, "type")
        return [{"type": SEARCH}] if value else []


class MessageAttachmentSchema(Schema):
    """A file of a message. Unknown keys are ignored."""

    class Meta:
        unknown = EXCLUDE

    file_id = Identifier(required=True)
    tools = AttachmentTools()

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The attachment; without a tool it is only shown."""
        return {"file_id": data["file_id"], "tools": data.get("tools") or []}


class NewMessageSchema(Schema):
    """POST /threads/{id}/messages, and the messages of new threads and runs. Unknown keys are ignored."""

    class Meta:
        unknown = EXCLUDE

    role = Text(required=True, choices=ROLES)
    content = MessageContent()
    attachments = Items(fields.Nested(MessageAttachmentSchema), max_items=MAX_ATTACHMENTS)
    metadata = Notes()

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> ThreadMessage:
        """The message."""
        kind = "output_text" if data["role"] == "assistant" else "input_text"
        parts = [{**part, "type": part.get("type") or kind} for part in data["content"]]
        return ThreadMessage(
            item=completed({"type": "message", "role": data["role"], "content": parts}),
            attachments=tuple(data.get("attachments") or ()),
            metadata=data.get("metadata") or {},
        )


class MessageChangeSchema(Schema):
    """POST /threads/{id}/messages/{id}, loaded as the new metadata. Null takes it away; absent, it stays (None)."""

    class Meta:
        unknown = EXCLUDE

    metadata = Notes()

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> MessageChange:
        """The change."""
        return MessageChange((data["metadata"] or {}) if "metadata" in data else None)


@dataclass(frozen=True, slots=True)
class MessageChange:
    """The metadata that takes the place of the message's own; None leaves it."""

    metadata: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class MessageQuery:
    """Which page of the messages is wanted; of one run alone, when it is named."""

    cursor: Cursor
    run_id: str | None = None


class MessageQuerySchema(PageQuery):
    """GET /threads/{id}/messages."""

    before = Identifier(description="The page that ends before the item of this id")
    run_id = Identifier(description="Messages of this run alone")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> MessageQuery:
        """The query."""
        return MessageQuery(self.cursor(data), data.get("run_id"))


NEW_MESSAGE = NewMessageSchema()
MESSAGE_CHANGE = MessageChangeSchema()
MESSAGE_QUERY = MessageQuerySchema()


def searched_files(messages: Sequence[ThreadMessage]) -> tuple[str, ...]:
    """The ids of the files that the messages want searched, each once."""
    return tuple(dict.fromkeys(each["file_id"] for one in messages for each in one.attachments if each["tools"]))


def named_files(messages: Sequence[ThreadMessage]) -> tuple[str, ...]:
    """The ids of all files that the messages name, each once."""
    attached = [each["file_id"] for one in messages for each in one.attachments]
    pictures = [part["file_id"] for one in messages for part in one.item["content"] if part.get("file_id")]
    return tuple(dict.fromkeys([*attached, *pictures]))


def message_json(message: ThreadMessage) -> dict[str, Any]:
    """OpenAI's message of a thread."""
    return {
        "id": message.id,
        "object": "thread.message",
        "created_at": message.created,
        "thread_id": message.thread_id,
        "status": message.status,
        "incomplete_details": None if message.incomplete is None else dict(message.incomplete),
        "completed_at": message.completed_at,
        "incomplete_at": message.incomplete_at,
        "role": message.item["role"],
        "content": content_json(message.item),
        "assistant_id": message.assistant_id,
        "run_id": message.run_id,
        "attachments": [dict(each) for each in message.attachments],
        "metadata": dict(message.metadata),
    }


def content_json(item: Item) -> list[dict[str, Any]]:
    """OpenAI's content of a message for an item's; files and sounds, which only other routes take, it cannot show."""
    content = item.get("content") or ()
    if isinstance(content, str):
        content = [{"type": "text", "text": content}]
    return [_SHOWN[part["type"]](part) for part in content if part.get("type") in _SHOWN]


def annotation_json(note: Mapping[str, Any], text: str) -> dict[str, Any] | None:
    """OpenAI's annotation of a message for an item's: it spans the marker that stands in the text.

    None for what is no citation of a file: messages have no other that we know.
    """
    if note.get("type") != "file_citation" or not isinstance(note.get("file_id"), str):
        return None
    start = note.get("index")
    start = min(start, len(text)) if isinstance(start, int) and start >= 0 else len(text)
    marker = _MARKER.match(text, start)
    end = marker.end() if marker else start
    return {
        "type": "file_citation",
        "text": text[start:end],
        "start_index": start,
        "end_index": end,
        "file_citation": {"file_id": note["file_id"]},
    }


def _checked_text(text: str, *path: str | int) -> dict[str, Any]:
    if not text:
        raise at(wrong_value("Message content must be non-empty", "empty_string"), *path)
    if len(text) > MAX_TEXT:
        raise at(
            wrong_value(f"expected at most {MAX_TEXT} characters, but got {len(text)}", "string_above_max_length"),
            *path,
        )
    return {"text": text}


def _part(part: Any, number: int) -> dict[str, Any]:
    if type(part) is not dict:
        raise at(wrong_type("an object", part), number)
    kind = need(part, "type", str, number)
    if kind == "text":
        return _text(part, number)
    if kind not in ("image_file", "image_url"):
        raise at(wrong_value(f"{shown(kind)} is not one of 'text', 'image_file', 'image_url'"), number, "type")
    image = need(part, kind, dict, number)
    key = "file_id" if kind == "image_file" else "url"
    where = need(image, key, str, number, kind)
    if not where:
        raise at(missing(), number, kind, key)
    if len(where) > MAX_URL:
        raise at(wrong_value(f"expected at most {MAX_URL} characters", "string_above_max_length"), number, kind, key)
    detail = may(image, "detail", str, number, kind) or "auto"
    if detail not in DETAILS:
        supported = ", ".join(f"'{each}'" for each in DETAILS)
        raise at(wrong_value(f"{shown(detail)} is not one of {supported}"), number, kind, "detail")
    return {"type": "input_image", "file_id" if kind == "image_file" else "image_url": where, "detail": detail}


def _text(part: Mapping[str, Any], number: int) -> dict[str, Any]:
    """A text; as messages show theirs too, for clients that send back what they were given."""
    text = part.get("text")
    if type(text) is dict:
        return _checked_text(need(text, "value", str, number, "text"), number, "text", "value")
    return _checked_text(need(part, "text", str, number), number, "text")


def _text_json(part: Mapping[str, Any]) -> dict[str, Any]:
    text = str(part.get("text") or "")
    notes = [annotation_json(note, text) for note in part.get("annotations") or ()]
    return {"type": "text", "text": {"value": text, "annotations": [note for note in notes if note]}}


def _refusal_json(part: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "refusal", "refusal": str(part.get("refusal") or "")}


def _image_json(part: Mapping[str, Any]) -> dict[str, Any]:
    detail = part["detail"] if part.get("detail") in DETAILS else "auto"
    if part.get("image_url") is not None:
        return {"type": "image_url", "image_url": {"url": part["image_url"], "detail": detail}}
    return {"type": "image_file", "image_file": {"file_id": str(part.get("file_id") or ""), "detail": detail}}


_SHOWN: Final[Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]]] = {
    "input_text": _text_json,
    "output_text": _text_json,
    "text": _text_json,
    "refusal": _refusal_json,
    "input_image": _image_json,
}
