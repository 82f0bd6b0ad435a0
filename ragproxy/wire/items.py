"""Items of conversations and of responses: how they come in, and what has to be there before they are kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final

from marshmallow import fields

from ragproxy.domain import Item
from ragproxy.wire.fields import component, counted
from ragproxy.wire.item_messages import compacted, compaction_of, items_of, messages_of
from ragproxy.wire.json import dumps
from ragproxy.wire.validation import at, may, missing, need, shown, wrong_type, wrong_value

__all__ = [
    "MAX_ITEM_BYTES",
    "STORED",
    "ItemField",
    "check_texts",
    "compacted",
    "compaction_of",
    "completed",
    "is_stored",
    "items_of",
    "messages_of",
]

MAX_ITEM_BYTES = 2**20  # of JSON
MAX_PARTS = 2048  # of one message or output
MAX_ID = 256  # characters

ROLES = ("user", "assistant", "system", "developer")
STATUSES = ("in_progress", "completed", "incomplete")

_DONE: Final = {"status": "completed"}
# OpenAI's types of items that a conversation can hold, each with what OpenAI shows of every one of them and clients
# may leave out
STORED: Final[Mapping[str, Mapping[str, Any]]] = {
    "message": _DONE,
    "function_call": _DONE,
    "function_call_output": _DONE,
    "file_search_call": {**_DONE, "queries": []},
    "web_search_call": _DONE,
    "image_generation_call": {**_DONE, "result": None},
    "computer_call": {**_DONE, "pending_safety_checks": []},
    "computer_call_output": _DONE,
    "tool_search_call": {**_DONE, "call_id": None, "execution": "client"},
    "tool_search_output": {**_DONE, "call_id": None, "execution": "client"},
    "additional_tools": {},
    "configuration_update": {},
    "reasoning": {"summary": []},
    "program": {},
    "program_output": _DONE,
    "compaction": {},
    "code_interpreter_call": {**_DONE, "code": None, "outputs": None},
    "local_shell_call": _DONE,
    "local_shell_call_output": {},
    "shell_call": {**_DONE, "environment": None},
    "shell_call_output": {**_DONE, "max_output_length": None},
    "apply_patch_call": _DONE,
    "apply_patch_call_output": _DONE,
    "mcp_list_tools": {},
    "mcp_approval_request": {},
    "mcp_approval_response": {},
    "mcp_call": {},
    "custom_tool_call": {},
    "custom_tool_call_output": {},
}
_PART_DEFAULTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "output_text": {"annotations": [], "logprobs": []},
    "input_image": {"detail": "auto"},
    "computer_screenshot": {"detail": "auto"},
}


class ItemField(fields.Field):
    """One item, loaded as a plain dict: as it came, with what OpenAI shows of every item of its type (`completed`).

    `max_bytes` is of its JSON. `more` are types that are taken, as they come, beside those that a conversation can hold
    (`item_reference`, which may go without its type).
    """

    def __init__(self, *, max_bytes: int | None = None, more: Collection[str] = ()) -> None:
        super().__init__(metadata={"oneOf": [component("InputItem" if more else "NewItem")]})
        self.max_bytes, self.more = max_bytes, more

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> dict[str, Any]:
        if type(value) is not dict:
            raise at(wrong_type("an object", value))
        check_texts(value)
        if self.max_bytes is not None and len(dumps(value)) > self.max_bytes:
            raise at(wrong_value(f"expected at most {self.max_bytes} bytes of JSON", "item_too_large"))
        kind = self._kind(value)
        if kind not in STORED:
            return {**value, "type": kind}
        may(value, "id", str)
        if len(value.get("id") or "") > MAX_ID:
            raise at(wrong_value(f"expected at most {MAX_ID} characters", "string_above_max_length"), "id")
        if check := _CHECKS.get(kind):
            check(value)
        return completed({**value, "type": kind})

    def _kind(self, value: Mapping[str, Any]) -> str:
        kind: str | None = may(value, "type", str)
        if kind is None:
            if "role" in value:
                return "message"
            if "id" in value and "item_reference" in self.more:
                return "item_reference"
            raise at(missing(), "type")
        if kind not in STORED and kind not in self.more:
            supported = ", ".join(f"'{each}'" for each in [*STORED, *self.more])
            raise at(wrong_value(f"{shown(kind)} is not one of {supported}"), "type")
        return kind


def completed(item: Item) -> dict[str, Any]:
    """The item with all that OpenAI shows of its type; the text of a message or an output as parts.

    An `id` that is null is left out.
    """
    kind = str(item.get("type"))
    whole = {**item, **{key: value for key, value in STORED.get(kind, {}).items() if item.get(key) is None}}
    if whole.get("id", "") is None or whole.get("id") == "":
        del whole["id"]
    if kind == "message":
        whole["content"] = [_part(part) for part in _parts(item)]
    elif isinstance(whole.get("output"), list):
        whole["output"] = [_part(part) if isinstance(part, dict) else part for part in whole["output"]]
    return whole


def is_stored(item: Item) -> bool:
    """Whether a conversation can hold such an item."""
    return item.get("type") in STORED


def _parts(message: Item) -> Iterable[Mapping[str, Any]]:
    content = message.get("content")
    if isinstance(content, str):
        kind = "output_text" if message.get("role") == "assistant" else "input_text"
        return [{"type": kind, "text": content}]
    return content or []


def _part(part: Mapping[str, Any]) -> dict[str, Any]:
    defaults = _PART_DEFAULTS.get(str(part.get("type")), {})
    return {**part, **{key: value for key, value in defaults.items() if part.get(key) is None}}


def check_texts(value: Any, path: tuple[str | int, ...] = ()) -> None:
    """Refuse texts that databases cannot hold, keys too. JSON comes in no deeper than we can follow it."""
    if type(value) is str:
        try:
            storable = b"\0" not in value.encode()
        except UnicodeEncodeError:
            storable = False
        if not storable:
            raise at(wrong_value("NUL characters and lone surrogates are not allowed here"), *path)
    elif type(value) is dict:
        for key, each in value.items():
            check_texts(key, path)
            check_texts(each, (*path, key))
    elif type(value) is list:
        for number, each in enumerate(value):
            check_texts(each, (*path, number))


# ---- the types that a chat is made of -------------------------------------------------------------


def _check_message(item: Mapping[str, Any]) -> None:
    _check_choice(need(item, "role", str), ROLES, "role")
    _check_status(item)
    if "content" not in item:
        raise at(missing(), "content")
    content = item["content"]
    if type(content) is not str:
        _check_parts(content, _MESSAGE_PARTS, "content")


def _check_call(item: Mapping[str, Any]) -> None:
    for key in ("call_id", "name", "input" if item["type"] == "custom_tool_call" else "arguments"):
        need(item, key, str)
    _check_status(item)


def _check_output(item: Mapping[str, Any]) -> None:
    need(item, "call_id", str)
    _check_status(item)
    if "output" not in item:
        raise at(missing(), "output")
    if type(item["output"]) is not str:
        _check_parts(item["output"], _OUTPUT_PARTS, "output")


def _check_search(item: Mapping[str, Any]) -> None:
    for number, query in enumerate(may(item, "queries", list) or ()):
        if type(query) is not str:
            raise at(wrong_type("a string", query), "queries", number)
    for number, result in enumerate(may(item, "results", list) or ()):
        if type(result) is not dict:
            raise at(wrong_type("an object", result), "results", number)


def _check_reasoning(item: Mapping[str, Any]) -> None:
    _check_status(item)
    for key, kind in (("summary", "summary_text"), ("content", "reasoning_text")):
        if item.get(key) is not None:
            _check_parts(item[key], {kind: _PARTS[kind]}, key)


def _check_compaction(item: Mapping[str, Any]) -> None:
    need(item, "encrypted_content", str)


_CHECKS: Final[Mapping[str, Callable[[Mapping[str, Any]], None]]] = {
    "message": _check_message,
    "function_call": _check_call,
    "custom_tool_call": _check_call,
    "function_call_output": _check_output,
    "custom_tool_call_output": _check_output,
    "file_search_call": _check_search,
    "reasoning": _check_reasoning,
    "compaction": _check_compaction,
}


def _check_status(item: Mapping[str, Any]) -> None:
    status = may(item, "status", str)
    if status is not None:
        _check_choice(status, STATUSES, "status")


def _check_choice(value: str, choices: Collection[str], *path: str | int) -> None:
    if value not in choices:
        supported = ", ".join(f"'{choice}'" for choice in choices)
        raise at(wrong_value(f"{shown(value)} is not one of {supported}"), *path)


_Check = Callable[[Mapping[str, Any], tuple[str | int, ...]], None]


def _check_parts(parts: Any, kinds: Mapping[str, _Check], key: str) -> None:
    if type(parts) is not list:
        raise at(wrong_type("a string or an array of content parts", parts), key)
    for number, part in enumerate(counted(parts, MAX_PARTS, 0, key)):
        here = (key, number)
        if type(part) is not dict:
            raise at(wrong_type("an object", part), *here)
        kind = need(part, "type", str, *here)
        _check_choice(kind, kinds, *here, "type")
        kinds[kind](part, here)


def _text(part: Mapping[str, Any], here: tuple[str | int, ...]) -> None:
    need(part, "text", str, *here)


def _output_text(part: Mapping[str, Any], here: tuple[str | int, ...]) -> None:
    need(part, "text", str, *here)
    for key in ("annotations", "logprobs"):
        for number, each in enumerate(may(part, key, list, *here) or ()):
            if type(each) is not dict:
                raise at(wrong_type("an object", each), *here, key, number)


def _refusal(part: Mapping[str, Any], here: tuple[str | int, ...]) -> None:
    need(part, "refusal", str, *here)


def _image(part: Mapping[str, Any], here: tuple[str | int, ...]) -> None:
    _one_of(part, ("image_url", "file_id"), here)
    detail = may(part, "detail", str, *here)
    if detail is not None:
        _check_choice(detail, ("low", "high", "auto", "original"), *here, "detail")


def _file(part: Mapping[str, Any], here: tuple[str | int, ...]) -> None:
    _one_of(part, ("file_id", "file_data", "file_url"), here)
    may(part, "filename", str, *here)


def _one_of(part: Mapping[str, Any], keys: tuple[str, ...], here: tuple[str | int, ...]) -> None:
    """At least one of the members, each a string."""
    if all(may(part, key, str, *here) is None for key in keys):
        raise at(missing(), *here, keys[0])


def _audio(part: Mapping[str, Any], here: tuple[str | int, ...]) -> None:
    audio = need(part, "input_audio", dict, *here)
    for key in ("data", "format"):
        need(audio, key, str, *here, "input_audio")


_PARTS: Final[Mapping[str, _Check]] = {
    "input_text": _text,
    "output_text": _output_text,
    "text": _text,
    "refusal": _refusal,
    "input_image": _image,
    "input_file": _file,
    "input_audio": _audio,
    "summary_text": _text,
    "reasoning_text": _text,
    "computer_screenshot": _image,
}
_MESSAGE_PARTS: Final = _PARTS
_OUTPUT_PARTS: Final = {kind: _PARTS[kind] for kind in ("input_text", "input_image", "input_file")}
