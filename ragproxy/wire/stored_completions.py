"""Chat completions that are kept: how they are written down, asked for, shown, and told a second time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from marshmallow import EXCLUDE, Schema, ValidationError, post_load, pre_load, validates_schema

from ragproxy.domain import Answer, ChatRequest, Cursor, Delta, Item, Message, Page, StoredCompletion
from ragproxy.wire.cached import numbered
from ragproxy.wire.chat import chat_completion
from ragproxy.wire.fields import Identifier
from ragproxy.wire.items import check_texts, items_of
from ragproxy.wire.paging import PageQuery, page_json
from ragproxy.wire.parameters import Metadata
from ragproxy.wire.reading import rest_of, usage_of
from ragproxy.wire.validation import missing

_ENDINGS: Final = frozenset({"stop", "length", "tool_calls", "content_filter", "function_call"})  # that OpenAI has
_CUT: Final = frozenset({"length", "content_filter"})
# what OpenAI shows of the request in a stored completion
_SHOWN: Final = (
    "tool_choice",
    "seed",
    "top_p",
    "temperature",
    "presence_penalty",
    "frequency_penalty",
    "tools",
    "response_format",
)
_TOLD: Final = ("refusal", "annotations")  # what else there is to a message
_SAID: Final = (*_TOLD, "tool_calls", "function_call")
_CHOICE: Final = frozenset({"index", "message", "finish_reason"})
_OURS: Final = ("sources", "conversation_id")

# ---- what is kept ---------------------------------------------------------------------------------


def answered_items(answer: Answer, whole: bool) -> tuple[Item, ...]:
    """What the first choice says, as items of a conversation; none when it broke off before it said anything.

    Of one that broke off, no call: it may be half of one, and nobody will answer it.
    """
    choice = next((each for each in chat_completion(answer)["choices"] if each["index"] == 0), None)
    if choice is None:
        return ()
    message = choice["message"]
    said = {key: message[key] for key in (_SAID if whole else _TOLD) if message.get(key)}
    if not whole and not message["content"] and not said:
        return ()
    content = message["content"]
    if content is None and not said:
        content = ""
    status = "completed" if whole and choice["finish_reason"] not in _CUT else "incomplete"
    return tuple({**item, "status": status} for item in items_of([Message("assistant", content, said)]))


def stored_completion(request: ChatRequest, answer: Answer) -> dict[str, Any]:
    """OpenAI's object for a completion that is stored: the answer, and what was set for it."""
    body = chat_completion(answer)
    for choice in body["choices"]:
        if choice["finish_reason"] not in _ENDINGS:  # a word of the upstream's own, or none
            choice["finish_reason"] = "stop"
    shown = {key: request.params.get(key) for key in _SHOWN}
    return {**shown, "input_user": request.params.get("user"), **body}


# ---- what is asked --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CompletionQuery:
    """What GET /chat/completions asks for: of every model when None, with all these pairs in the metadata."""

    cursor: Cursor
    model: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


class AscendingQuery(PageQuery):
    """A list that begins with the oldest, unless it is told otherwise."""

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Cursor:
        """Which page is wanted."""
        return self.cursor({"order": "asc", **data})


class CompletionQuerySchema(PageQuery):
    """GET /chat/completions. `metadata[key]=value` is a pair, as the official clients write it."""

    model = Identifier(description="Completions of this model alone, as it was asked for")
    metadata = Metadata(description="Completions with all these pairs alone, each as `metadata[key]=value`")

    @pre_load
    def drop_empty(self, data: Any, **_: Any) -> Any:
        """The arguments that have a value, those of the metadata together."""
        if not isinstance(data, Mapping):
            return data
        pairs = {key[9:-1]: data[key] for key in data if key.startswith("metadata[") and key.endswith("]")}
        rest = {key: data[key] for key in data if data[key] != "" and not key.startswith("metadata[")}
        return {**rest, "metadata": pairs} if pairs else rest

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> CompletionQuery:
        """The query."""
        return CompletionQuery(self.cursor({"order": "asc", **data}), data.get("model"), data.get("metadata") or {})


@dataclass(frozen=True, slots=True)
class CompletionChange:
    """The metadata that takes the place of the completion's own."""

    metadata: Mapping[str, str]


class CompletionChangeSchema(Schema):
    """POST /chat/completions/{id}. Null takes all metadata away; unknown keys are ignored."""

    class Meta:
        unknown = EXCLUDE

    metadata = Metadata()

    @validates_schema
    def check_there(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a change that changes nothing, and what cannot be stored."""
        if "metadata" not in data:
            raise ValidationError(missing(), "metadata")
        check_texts(data["metadata"], ("metadata",))

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> CompletionChange:
        """The change."""
        return CompletionChange(data["metadata"] or {})


COMPLETION_QUERY = CompletionQuerySchema()
MESSAGE_QUERY = AscendingQuery()
COMPLETION_CHANGE = CompletionChangeSchema()

# ---- what is shown --------------------------------------------------------------------------------


def completion_json(completion: StoredCompletion) -> dict[str, Any]:
    """OpenAI's stored chat completion."""
    return {**completion.body, "metadata": dict(completion.metadata)}


def completion_list_json(page: Page[StoredCompletion]) -> dict[str, Any]:
    """OpenAI's list of them."""
    return _listed([completion_json(each) for each in page.items], page.has_more)


def message_list_json(page: Page[tuple[str, Message]]) -> dict[str, Any]:
    """OpenAI's list of the messages that one answers."""
    return _listed([_message(id, message) for id, message in page.items], page.has_more)


def _listed(items: list[dict[str, Any]], has_more: bool) -> dict[str, Any]:
    """A list whose ids are strings, as OpenAI has it, also when it is empty."""
    listed = page_json(items, has_more)
    return {**listed, "first_id": listed["first_id"] or "", "last_id": listed["last_id"] or ""}


def _message(id: str, message: Message) -> dict[str, Any]:
    parts = None
    if isinstance(message.content, tuple):
        parts = [part for part in message.content if part.get("type") in ("text", "image_url")]  # OpenAI shows no other
    shown = {"id": id, "role": message.role, "content": message.text if message.content is not None else None}
    absent = dict.fromkeys(("refusal", "name"))  # which OpenAI shows as null
    return {**absent, **message.extra, **shown, "content_parts": parts}


# ---- what is told again ---------------------------------------------------------------------------


def told_again(body: Mapping[str, Any]) -> Answer:
    """The answer whose chat.completion this is, to be streamed."""
    return Answer(
        id=body["id"],
        created=body["created"],
        model=body["model"],
        deltas=_deltas(body),
        conversation_id=body.get("conversation_id"),
        carriers=(),  # they are in it
    )


def _deltas(body: Mapping[str, Any]) -> Iterator[Delta]:
    rest = {key: value for key, value in rest_of(body).items() if key not in _OURS}
    sources = {"sources": body["sources"]} if "sources" in body else {}
    for choice in body["choices"]:
        message = choice["message"]
        said = {key: each for key, each in message.items() if key not in ("role", "content") and each is not None}
        if "tool_calls" in said:
            said["tool_calls"] = numbered(said["tool_calls"])
        yield Delta(choice["index"], message["content"], None, said, rest_of(choice, _CHOICE), rest)
        yield Delta(choice["index"], finish_reason=choice["finish_reason"], chunk={**rest, **sources})
    if usage := usage_of(body):
        yield Delta(None, usage=usage, chunk=rest)
