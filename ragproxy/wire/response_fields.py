"""The parameters of a response that are more than a number or a string: its input, its text, its reasoning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from marshmallow import ValidationError, fields

from ragproxy.domain import Item
from ragproxy.wire.fields import Identifier, component, counted
from ragproxy.wire.items import ItemField, completed
from ragproxy.wire.parameters import Checked, an_object, named
from ragproxy.wire.validation import at, may, need, shown, wrong_type, wrong_value

MAX_ITEMS = 4096  # of one input
REFERENCE = "item_reference"
INCLUDABLE: Final = (
    "file_search_call.results",
    "web_search_call.results",
    "web_search_call.action.sources",
    "message.input_image.image_url",
    "computer_call_output.output.image_url",
    "code_interpreter_call.outputs",
    "reasoning.encrypted_content",
    "message.output_text.logprobs",
)
_FORMATS: Final = ("text", "json_object", "json_schema")
_EFFORTS: Final = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
_SUMMARIES: Final = ("auto", "concise", "detailed")
_VERBOSITIES: Final = ("low", "medium", "high")
_ITEM = ItemField(more=(REFERENCE,))


def _choice(words: tuple[str, ...], description: str | None = None) -> dict[str, Any]:
    about = {} if description is None else {"description": description}
    return {"type": ["string", "null"], "enum": [*words, None], **about}


class Input(fields.Field):
    """A text, which is a user's message, or an array of items; loaded as a tuple of items."""

    def __init__(self, *, required: bool = False) -> None:
        items = {"type": "array", "items": component("InputItem"), "maxItems": MAX_ITEMS}
        forms = [{"type": "string"}, items, *([] if required else [{"type": "null"}])]
        super().__init__(required=required, allow_none=not required, metadata={"oneOf": forms})

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> tuple[Item, ...]:
        if type(value) is str:
            return (completed({"type": "message", "role": "user", "content": value}),)
        if type(value) is not list:
            raise at(wrong_type("a string or an array of items", value))
        items = []
        for number, each in enumerate(counted(value, MAX_ITEMS, 1)):
            try:
                item = _ITEM.deserialize(each)
            except ValidationError as err:
                raise ValidationError({number: err.messages}) from None
            if item["type"] == REFERENCE:
                need(item, "id", str, number)
            items.append(item)
        return tuple(items)


class ConversationField(fields.Field):
    """A conversation's id, by itself or in an object; loaded as the id."""

    def __init__(self) -> None:
        named = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
        forms = [{"type": "string"}, named, {"type": "null"}]
        super().__init__(allow_none=True, metadata={"oneOf": forms})
        self._id = Identifier(required=True)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if type(value) is str:
            return str(self._id.deserialize(value))
        if type(value) is not dict:
            raise at(wrong_type("a string or an object", value))
        try:
            return str(self._id.deserialize(need(value, "id", str)))
        except ValidationError as err:
            raise err if isinstance(err.messages, dict) else ValidationError({"id": err.messages}) from None


class TextOptions(Checked):
    """`format`, which is text, json_object or a named json_schema, and `verbosity`."""

    def __init__(self) -> None:
        format = component("ResponseTextFormat")
        verbosity = _choice(_VERBOSITIES)
        super().__init__(type="object", properties={"format": format, "verbosity": verbosity})

    def check(self, value: Any) -> None:
        """Raise ValidationError for a wrong value."""
        _check_choice(an_object(value), "verbosity", _VERBOSITIES)
        format = may(value, "format", dict)
        if format is None:
            return
        kind = need(format, "type", str, "format")
        if kind not in _FORMATS:
            raise _no_choice(kind, _FORMATS, "format", "type")
        if kind == "json_schema":
            named(format, "format")
            need(format, "schema", dict, "format")
            may(format, "description", str, "format")
            may(format, "strict", bool, "format")


class Reasoning(Checked):
    """`effort` and `summary`."""

    def __init__(self) -> None:
        properties = {
            "effort": _choice(_EFFORTS),
            "summary": _choice(_SUMMARIES),
            "generate_summary": _choice(_SUMMARIES, "The same as `summary`, which took its place"),
            **{name: {"type": ["string", "null"], "description": "Changes nothing"} for name in ("mode", "context")},
        }
        super().__init__(type="object", properties=properties)

    def check(self, value: Any) -> None:
        """Raise ValidationError for a wrong value."""
        _check_choice(an_object(value), "effort", _EFFORTS)
        _check_choice(value, "summary", _SUMMARIES)
        _check_choice(value, "generate_summary", _SUMMARIES)


class ResponseStreamOptions(Checked):
    """An object whose `include_obfuscation` asks for padding, which is not needed here."""

    def __init__(self) -> None:
        super().__init__(type="object", properties={"include_obfuscation": {"type": "boolean"}})

    def check(self, value: Any) -> None:
        """Raise ValidationError for a wrong value."""
        may(an_object(value), "include_obfuscation", bool)


def chat_format(text: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a chat that say what `text` does."""
    params: dict[str, Any] = {}
    if text.get("verbosity") is not None:
        params["verbosity"] = text["verbosity"]
    format = text.get("format") or {"type": "text"}
    if format["type"] == "json_schema":
        schema = {key: each for key, each in format.items() if key != "type" and each is not None}
        params["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif format["type"] != "text":
        params["response_format"] = {"type": format["type"]}
    return params


def _check_choice(holder: Mapping[str, Any], key: str, choices: tuple[str, ...]) -> None:
    value = may(holder, key, str)
    if value is not None and value not in choices:
        raise _no_choice(value, choices, key)


def _no_choice(value: str, choices: tuple[str, ...], *path: str) -> ValidationError:
    supported = ", ".join(f"'{each}'" for each in choices)
    return at(wrong_value(f"{shown(value)} is not one of {supported}"), *path)
