"""Items to chat messages and back, so that what was said one way can be gone on with the other.

`messages_of(items_of(chat))` is the chat, but for these, which come back in one form of the several that they have:
- content that is one text part alone is a string;
- an image's detail "auto" and members that are null are left out;
- a refusal is the message's `refusal`, never a part;
- an assistant's text and the calls right after it are one message;
- the deprecated `function_call` and role `function` are a tool call and its output;
- `annotations` stay with the item: upstreams take none;
- `id`, `type`, `status` and `phase` of a message, which are the item's, and `index` of a call are left out.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import Any, Final

from ragproxy.domain import Item, Message
from ragproxy.wire.json import dumps

_COMPACTED = "ragproxy-1:"  # begins the `encrypted_content` of ours
# what is an item's own, and no business of a chat's, and the other way round
_ITEM_KEYS: Final = frozenset({"id", "type", "status", "phase", "created_by", "caller", "async", "namespace"})
_MESSAGE_KEYS: Final = frozenset(
    {"role", "content", "refusal", "tool_calls", "function_call", "tool_call_id", "annotations"}
)
_CALL_KEYS: Final = frozenset({"call_id", "name", "arguments", "input", "function", "custom", "index"})
_OUTPUT_KEYS: Final = frozenset({"call_id", "output"})
_PART_KEYS: Final = frozenset({"type", "annotations", "logprobs"})
_IMAGE_KEYS: Final = frozenset({"url", "image_url", "detail", "file_id"})
_FILE_KEYS: Final = ("file_id", "file_data", "file_url", "filename", "detail")


# ---- items to messages ----------------------------------------------------------------------------


def messages_of(items: Iterable[Item]) -> tuple[Message, ...]:
    """The chat that the items are, for an upstream that knows chat alone.

    Calls in a row are one assistant message, with the text before them. What a chat cannot say is left out: reasoning,
    searches, the items of other tools, and what another server has compacted.
    """
    chat: list[Message] = []
    for item in items:
        match item.get("type"):
            case "message":
                _say(chat, _message(item))
            case "function_call" | "custom_tool_call":
                _call(chat, _tool_call(item))
            case "function_call_output" | "custom_tool_call_output":
                chat.append(_output(item))
            case "compaction":
                text = compacted(item)
                if text:
                    chat.append(Message("system", text))
    return tuple(chat)


def compaction_of(text: str) -> dict[str, Any]:
    """The item, without id, that stands for what the text sums up. Its content is opaque to clients."""
    return {"type": "compaction", "encrypted_content": _COMPACTED + base64.b64encode(text.encode()).decode()}


def compacted(item: Item) -> str | None:
    """The text that a compaction of ours stands for; None for another server's."""
    content = item.get("encrypted_content")
    if not isinstance(content, str) or not content.startswith(_COMPACTED):
        return None
    try:
        return base64.b64decode(content.removeprefix(_COMPACTED), validate=True).decode()
    except (binascii.Error, ValueError):
        return None


def _say(chat: list[Message], message: Message) -> None:
    """Add a message; an assistant's text that comes after its calls joins them, or they would have no answer."""
    last = chat[-1] if chat else None
    if message.role == "assistant" and last and last.extra.get("tool_calls") and last.content is None:
        chat[-1] = Message("assistant", message.content, {**message.extra, **last.extra})
    else:
        chat.append(message)


def _call(chat: list[Message], call: Mapping[str, Any]) -> None:
    if chat and chat[-1].role == "assistant":
        last = chat[-1]
        chat[-1] = Message("assistant", last.content, {**last.extra, "tool_calls": [*_calls(last.extra), call]})
    else:
        chat.append(Message("assistant", None, {"tool_calls": [call]}))


def _message(item: Item) -> Message:
    role, extra = str(item.get("role")), _rest(item, _ITEM_KEYS | _MESSAGE_KEYS)
    content = item.get("content")
    if isinstance(content, str):
        return Message(role, content, extra)
    parts = [part for part in content or () if isinstance(part, Mapping)]
    refusals = [str(part.get("refusal") or "") for part in parts if part.get("type") == "refusal"]
    if refusals:
        extra["refusal"] = "\n".join(refusals)
    said = [_chat_part(part) for part in parts if part.get("type") != "refusal"]
    return Message(role, _content(said, None if role == "assistant" else ""), extra)


def _tool_call(item: Item) -> dict[str, Any]:
    head = {"id": item.get("call_id"), **_rest(item, _ITEM_KEYS | _CALL_KEYS)}
    if item.get("type") == "custom_tool_call":
        return {**head, "type": "custom", "custom": {"name": item.get("name"), "input": item.get("input")}}
    function = {"name": item.get("name"), "arguments": item.get("arguments")}
    return {**head, "type": "function", "function": function}


def _output(item: Item) -> Message:
    said = item.get("output")
    if not isinstance(said, str):
        said = _content([_chat_part(part) for part in said or () if isinstance(part, Mapping)], "")
    return Message("tool", said, {"tool_call_id": item.get("call_id"), **_rest(item, _ITEM_KEYS | _OUTPUT_KEYS)})


def _content(parts: Sequence[Mapping[str, Any]], nothing: str | None) -> str | tuple[Mapping[str, Any], ...] | None:
    if not parts:
        return nothing
    if len(parts) == 1 and parts[0].keys() == {"type", "text"}:
        return str(parts[0]["text"])
    return tuple(parts)


def _chat_part(part: Mapping[str, Any]) -> dict[str, Any]:
    rest = _rest(part, _PART_KEYS)
    match part.get("type"):
        case "input_image" | "computer_screenshot":
            return _chat_image(rest)
        case "input_file":
            file = {key: rest.pop(key) for key in _FILE_KEYS if key in rest}
            return {"type": "file", "file": file, **rest}
        case "input_audio":
            return {"type": "input_audio", **rest}
    return {"type": "text", **rest, "text": str(rest.get("text") or "")}


def _chat_image(image: Mapping[str, Any]) -> dict[str, Any]:
    rest = _rest(image, _IMAGE_KEYS)
    if image.get("image_url") is None:  # a file that was uploaded: chat has images by address alone
        return {"type": "file", "file": {"file_id": image.get("file_id")}, **rest}
    picture = {"url": image["image_url"]}
    if image.get("detail") not in (None, "auto"):
        picture["detail"] = image["detail"]
    return {"type": "image_url", "image_url": picture, **rest}


# ---- messages to items ----------------------------------------------------------------------------


def items_of(messages: Iterable[Message]) -> tuple[Item, ...]:
    """The items that the chat is, without ids; whole, as OpenAI shows them."""
    items: list[Item] = []
    custom: set[str] = set()  # ids of the calls to custom tools: their outputs are of another type
    for message in messages:
        if message.role in ("tool", "function"):
            items.append(_output_item(message, custom))
            continue
        calls = _calls(message.extra)
        if message.role != "assistant" or not calls or _says_something(message):
            items.append(_message_item(message))
        for call in calls:
            items.append(_call_item(call))
            if items[-1]["type"] == "custom_tool_call":
                custom.add(items[-1]["call_id"])
    return tuple(items)


def _calls(extra: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The calls of a message, the deprecated one among them: it has no id, so its name stands for it."""
    calls = [call for call in extra.get("tool_calls") or () if isinstance(call, Mapping)]
    old = extra.get("function_call")
    if isinstance(old, Mapping):
        calls.append({"id": f"call_{old.get('name')}", "type": "function", "function": old})
    return calls


def _says_something(message: Message) -> bool:
    extra = _rest(message.extra, (_ITEM_KEYS | _MESSAGE_KEYS) - {"refusal"})
    return message.content is not None or bool(extra)


def _message_item(message: Message) -> dict[str, Any]:
    ours = message.role == "assistant"
    parts = [_item_part(part, ours) for part in _parts(message.content)]
    refusal = message.extra.get("refusal")
    if isinstance(refusal, str):
        parts.append({"type": "refusal", "refusal": refusal})
    cited = [_annotation(each) for each in message.extra.get("annotations") or () if isinstance(each, Mapping)]
    if cited and parts and parts[0]["type"] == "output_text":
        parts[0]["annotations"] = cited
    extra = _rest(message.extra, _ITEM_KEYS | _MESSAGE_KEYS)
    return {"type": "message", "role": message.role, "status": "completed", "content": parts, **extra}


def _call_item(call: Mapping[str, Any]) -> dict[str, Any]:
    custom = call.get("custom")
    head = {"call_id": str(call.get("id") or ""), **_rest(call, _ITEM_KEYS | _CALL_KEYS)}
    if isinstance(custom, Mapping):
        return {"type": "custom_tool_call", "name": custom.get("name"), "input": _text(custom.get("input")), **head}
    function = call.get("function")
    function = function if isinstance(function, Mapping) else {}
    arguments = _text(function.get("arguments"))
    name = str(function.get("name") or "")
    return {"type": "function_call", "name": name, "arguments": arguments, "status": "completed", **head}


def _output_item(message: Message, custom: Container[object]) -> dict[str, Any]:
    extra = _rest(message.extra, _ITEM_KEYS | _MESSAGE_KEYS)
    call_id = message.extra.get("tool_call_id")
    if message.role == "function":
        call_id = f"call_{extra.pop('name', None)}"
    said = message.content or ""
    output = said if isinstance(said, str) else [_item_part(part, False) for part in said]
    if call_id in custom:
        return {"type": "custom_tool_call_output", "call_id": call_id, "output": output, **extra}
    return {"type": "function_call_output", "call_id": call_id, "output": output, "status": "completed", **extra}


def _parts(content: str | Sequence[Mapping[str, Any]] | None) -> Sequence[Mapping[str, Any]]:
    if isinstance(content, str):
        return ({"type": "text", "text": content},)
    return content or ()


def _item_part(part: Mapping[str, Any], ours: bool) -> dict[str, Any]:
    """A part as an item has it; text is the model's own or somebody's input."""
    kind, rest = part.get("type"), _rest(part, frozenset({"type"}))
    if write := _ITEM_PARTS.get(str(kind)):
        return write(rest)
    if kind == "text":
        text = {"type": "output_text", "annotations": [], "logprobs": []} if ours else {"type": "input_text"}
        return {**text, **rest}
    return dict(part)  # input_audio and refusal are the same in both


def _item_image(image: Mapping[str, Any]) -> dict[str, Any]:
    picture = image.get("image_url")
    picture = picture if isinstance(picture, Mapping) else {}
    shape = {"type": "input_image", "image_url": picture.get("url"), "detail": picture.get("detail") or "auto"}
    return {**_rest(image, _IMAGE_KEYS), **shape}


def _item_file(part: Mapping[str, Any]) -> dict[str, Any]:
    file = part.get("file")
    return {"type": "input_file", **_rest(part, frozenset({"file"})), **(file if isinstance(file, Mapping) else {})}


_ITEM_PARTS: Final[dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]]] = {
    "image_url": _item_image,
    "file": _item_file,
}


def _annotation(cited: Mapping[str, Any]) -> dict[str, Any]:
    """A citation of chat, whose members are one level down, as Responses have it."""
    inner = cited.get("url_citation")
    return {"type": cited.get("type"), **inner} if isinstance(inner, Mapping) else dict(cited)


def _text(value: Any) -> str:
    """Some servers send arguments as the object that their text should be."""
    return value if isinstance(value, str) else "" if value is None else dumps(value).decode()


def _rest(holder: Mapping[str, Any], without: frozenset[str]) -> dict[str, Any]:
    return {key: value for key, value in holder.items() if key not in without and value is not None}
