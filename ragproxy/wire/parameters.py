"""The parameters that are more than a number or a string: stop, logit_bias, metadata, response_format and the like."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from ragproxy.wire.fields import component, counted
from ragproxy.wire.validation import alone, at, may, need, shown, wrong_type, wrong_value

NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")  # of functions and of JSON schemas
MAX_STOPS = 4
MAX_BIASES = 2048
MAX_PAIRS, MAX_KEY, MAX_VALUE = 16, 64, 512  # of metadata; characters

STREAM_OPTIONS_ALONE = alone("The 'stream_options' parameter is only allowed when 'stream' is true")


class Checked(fields.Field):
    """A value that stays as it came once `check` has found nothing wrong with it."""

    def __init__(self, **documented: Any) -> None:
        if "oneOf" in documented:  # of one type, marshmallow says so itself
            documented["oneOf"] = [*documented["oneOf"], {"type": "null"}]
        super().__init__(allow_none=True, metadata=documented)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        self.check(value)
        return value

    @abstractmethod
    def check(self, value: Any) -> None:
        """Raise ValidationError for a wrong value (never null)."""


class Stop(Checked):
    """A string, or up to MAX_STOPS of them."""

    def __init__(self) -> None:
        strings = {"type": "array", "items": {"type": "string"}, "maxItems": MAX_STOPS}
        super().__init__(oneOf=[{"type": "string"}, strings])

    def check(self, value: Any) -> None:
        """Raise ValidationError for a wrong value."""
        if type(value) is str:
            return
        if type(value) is not list:
            raise at(wrong_type("a string or an array of strings", value))
        for number, each in enumerate(counted(value, MAX_STOPS)):
            if type(each) is not str:
                raise at(wrong_type("a string", each), number)


class LogitBias(Checked):
    """Token ids, as strings, to numbers from -100 to 100."""

    def __init__(self) -> None:
        super().__init__(type="object", additionalProperties={"type": "number", "minimum": -100, "maximum": 100})

    def check(self, value: Any) -> None:
        """Raise ValidationError for a wrong value."""
        for token, bias in sized(value, MAX_BIASES).items():
            if not re.fullmatch("[0-9]{1,19}", token):
                raise at(wrong_value(f"expected token ids as keys, but got {shown(token)}", "invalid_key"))
            if type(bias) not in (int, float):
                raise at(wrong_type("a number", bias), token)
            if not -100 <= bias <= 100:
                raise at(wrong_value(f"expected a value from -100 to 100, but got {bias:g}"), token)


class Metadata(Checked):
    """Up to 16 pairs of strings: keys of 64 characters, values of 512."""

    def __init__(self, **documented: Any) -> None:
        documented |= {"type": "object", "additionalProperties": {"type": "string"}, "maxProperties": MAX_PAIRS}
        super().__init__(**documented)

    def check(self, value: Any) -> None:
        """Raise ValidationError for a wrong value."""
        for key, text in sized(value, MAX_PAIRS).items():
            if len(key) > MAX_KEY:
                raise at(wrong_value(f"expected keys of at most {MAX_KEY} characters, but got {len(key)}"))
            if type(text) is not str:
                raise at(wrong_type("a string", text), key)
            if len(text) > MAX_VALUE:
                text = f"expected at most {MAX_VALUE} characters, but got {len(text)}"
                raise at(wrong_value(text, "string_above_max_length"), key)


class StreamOptions(Checked):
    """An object whose `include_usage` asks for the usage chunk."""

    def __init__(self) -> None:
        padding = {"type": ["boolean", "null"], "description": "Changes nothing"}
        usage = {"type": ["boolean", "null"], "description": "true: the last chunk tells the usage"}
        super().__init__(type="object", properties={"include_usage": usage, "include_obfuscation": padding})

    def check(self, value: Any) -> None:
        """Raise ValidationError for a wrong value."""
        may(an_object(value), "include_usage", bool)


class ResponseFormat(Checked):
    """text, json_object, or a named json_schema."""

    kinds = ("text", "json_object", "json_schema")
    documented = "ChatResponseFormat"

    def __init__(self) -> None:
        super().__init__(oneOf=[component(self.documented)])

    def check(self, value: Any) -> None:
        """Raise ValidationError for a wrong value."""
        kind = need(an_object(value), "type", str)
        if kind not in self.kinds:
            supported = ", ".join(f"'{each}'" for each in self.kinds)
            raise at(wrong_value(f"{shown(kind)} is not one of {supported}"), "type")
        if kind == "json_schema":
            schema = need(value, "json_schema", dict)
            named(schema, "json_schema")
            may(schema, "schema", dict, "json_schema")


def an_object(value: Any) -> Mapping[str, Any]:
    """The value, if it is an object."""
    if type(value) is not dict:
        raise at(wrong_type("an object", value))
    return value


def sized(value: Any, max_pairs: int) -> Mapping[str, Any]:
    """The value, if it is an object of at most that many pairs."""
    if len(an_object(value)) > max_pairs:
        text = f"expected at most {max_pairs} pairs, but got {len(value)}"
        raise at(wrong_value(text, "object_above_max_properties"))
    return value


def named(holder: Mapping[str, Any], *path: str | int) -> str:
    """The `name` of the object at `path`, if it has one that OpenAI allows."""
    name = need(holder, "name", str, *path)
    if not NAME.fullmatch(name):
        text = f"expected 1 to 64 letters, digits, '_' or '-', but got {shown(name)}"
        raise at(wrong_value(text), *path, "name")
    return name
