"""The messages of a conversation: checked role by role, kept as they came, and written out again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import fields

from ragproxy.domain import Message
from ragproxy.wire.fields import component, counted
from ragproxy.wire.validation import at, may, missing, need, shown, wrong_type, wrong_value

MAX_MESSAGES = 2048
MAX_PARTS = 2048  # of one message
MAX_TOOL_CALLS = 128  # of one message

ROLES = ("system", "developer", "user", "assistant", "tool", "function")
_INSTEAD_OF_CONTENT = ("tool_calls", "function_call", "refusal", "audio")


class MessageField(fields.Field):
    """One message."""

    def __init__(self) -> None:
        super().__init__(metadata={"oneOf": [component("ChatMessage")]})

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Message:
        if type(value) is not dict:
            raise at(wrong_type("an object", value))
        role = need(value, "role", str)
        if role not in ROLES:
            supported = ", ".join(f"'{each}'" for each in ROLES)
            raise at(wrong_value(f"{shown(role)} is not one of {supported}"), "role")
        content = _content(value, role)
        _check_rest(value, role)
        return Message(role, content, {key: each for key, each in value.items() if key not in ("role", "content")})


def message_json(message: Message) -> dict[str, Any]:
    """The message as an upstream reads it."""
    content = list(message.content) if isinstance(message.content, tuple) else message.content
    return {"role": message.role, "content": content, **message.extra}


def _content(message: Mapping[str, Any], role: str) -> str | tuple[Mapping[str, Any], ...] | None:
    content = message.get("content")
    if type(content) is str:
        return content
    if content is None and role == "assistant" and any(message.get(key) for key in _INSTEAD_OF_CONTENT):
        return None
    if "content" not in message:
        raise at(missing(), "content")
    if content is None and role == "function":
        return None
    if type(content) is not list:
        raise at(wrong_type("a string or an array of content parts", content), "content")
    for number, part in enumerate(counted(content, MAX_PARTS, 1, "content")):
        _check_part(part, number)
    return tuple(content)


def _check_rest(message: Mapping[str, Any], role: str) -> None:
    if role == "tool":
        need(message, "tool_call_id", str)
    if role == "function":
        need(message, "name", str)
    may(message, "name", str)
    may(message, "refusal", str)
    may(message, "function_call", dict)
    calls = may(message, "tool_calls", list)
    for number, call in enumerate(counted(calls or [], MAX_TOOL_CALLS, 0, "tool_calls")):
        if type(call) is not dict:
            raise at(wrong_type("an object", call), "tool_calls", number)


def _check_part(part: Any, number: int) -> None:
    here = ("content", number)
    if type(part) is not dict:
        raise at(wrong_type("an object", part), *here)
    kind = need(part, "type", str, *here)
    check = _PARTS.get(kind)
    if check is None:
        supported = ", ".join(f"'{each}'" for each in _PARTS)
        raise at(wrong_value(f"{shown(kind)} is not one of {supported}"), *here, "type")
    check(part, here)


def _text(part: Mapping[str, Any], here: tuple[str | int, ...]) -> None:
    need(part, "text", str, *here)


def _refusal(part: Mapping[str, Any], here: tuple[str | int, ...]) -> None:
    need(part, "refusal", str, *here)


def _image(part: Mapping[str, Any], here: tuple[str | int, ...]) -> None:
    need(need(part, "image_url", dict, *here), "url", str, *here, "image_url")


def _audio(part: Mapping[str, Any], here: tuple[str | int, ...]) -> None:
    audio = need(part, "input_audio", dict, *here)
    need(audio, "data", str, *here, "input_audio")
    need(audio, "format", str, *here, "input_audio")


def _file(part: Mapping[str, Any], here: tuple[str | int, ...]) -> None:
    need(part, "file", dict, *here)


_PARTS: dict[str, Callable[[Mapping[str, Any], tuple[str | int, ...]], None]] = {
    "text": _text,
    "image_url": _image,
    "input_audio": _audio,
    "file": _file,
    "refusal": _refusal,
}
