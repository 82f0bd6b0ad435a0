"""Fields that take JSON types strictly ("0.5" and true are no numbers, 1 no boolean). Optional ones may be null."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from marshmallow import fields

from ragproxy.wire.validation import at, shown, wrong_type, wrong_value

# what reaches a database or a header: no control character, which PostgreSQL or the server would choke on
_IDENTIFIER = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]+")

_INTEGER = re.compile("-?[0-9]{1,18}")


def _documented(description: str | None, **schema: Any) -> dict[str, Any]:
    """OpenAPI's keywords, for /openapi.json."""
    return {key: value for key, value in {"description": description, **schema}.items() if value is not None}


def component(name: str) -> dict[str, str]:
    """The schema of that name in /openapi.json: one of ragproxy.wire.reference, which may not be imported from here."""
    return {"$ref": f"#/components/schemas/{name}"}


class Text(fields.String):
    """A string of at most `max_length` characters, or one of `choices`."""

    def __init__(
        self,
        *,
        required: bool = False,
        max_length: int | None = None,
        choices: Collection[str] = (),
        description: str | None = None,
    ) -> None:
        documented = _documented(description, maxLength=max_length, enum=list(choices) or None)
        super().__init__(required=required, allow_none=not required, metadata=documented)
        self.max_length = max_length
        self.choices = choices

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if type(value) is not str:
            raise at(wrong_type("a string", value))
        if self.choices and value not in self.choices:
            supported = ", ".join(f"'{choice}'" for choice in self.choices)
            raise at(wrong_value(f"{shown(value)} is not one of {supported}"))
        if self.max_length is not None and len(value) > self.max_length:
            raise at(
                wrong_value(
                    f"expected at most {self.max_length} characters, but got {len(value)}", "string_above_max_length"
                )
            )
        return value


class Identifier(Text):
    """A name or an id: not empty, without control characters."""

    def __init__(self, *, required: bool = False, max_length: int = 512, description: str | None = None) -> None:
        super().__init__(required=required, max_length=max_length, description=description)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        value = super()._deserialize(value, attr, data, **kwargs)
        if not value:
            raise at(wrong_value("expected at least one character", "empty_string"))
        if not _IDENTIFIER.fullmatch(value):
            raise at(wrong_value("control characters are not allowed here"))
        return value


class Language(Text):
    """An ISO 639-1 code: two letters, in lower case once loaded."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        value = super()._deserialize(value, attr, data, **kwargs)
        if not re.fullmatch("[A-Za-z]{2}", value):
            raise at(wrong_value(f"expected an ISO 639-1 code of two letters such as 'fr', but got {shown(value)}"))
        return value.lower()


class Whole(fields.Integer):
    """An integer from `low` to `high`, both included."""

    def __init__(
        self,
        low: int | None = None,
        high: int | None = None,
        *,
        required: bool = False,
        description: str | None = None,
    ) -> None:
        documented = _documented(description, minimum=low, maximum=high)
        super().__init__(strict=True, required=required, allow_none=not required, metadata=documented)
        self.low, self.high = low, high

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if type(value) is not int:
            raise at(wrong_type("an integer", value))
        _within(value, self.low, self.high, "integer")
        return value


def unquoted(value: Any) -> Any:
    """The integer that a text is; any other value as it came. In queries and forms everything is text."""
    return int(value) if type(value) is str and _INTEGER.fullmatch(value) else value


class Number(fields.Float):
    """A number from `low` to `high`, both included."""

    def __init__(self, low: float, high: float, *, description: str | None = None) -> None:
        super().__init__(allow_none=True, metadata=_documented(description, minimum=low, maximum=high))
        self.low, self.high = low, high

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> float:
        if type(value) not in (int, float):
            raise at(wrong_type("a number", value))
        _within(value, self.low, self.high, "decimal")
        return value


def _within(value: float, low: float | None, high: float | None, code: str) -> None:
    if low is not None and not value >= low:
        raise at(wrong_value(f"expected a value >= {low}, but got {value}", f"{code}_below_min_value"))
    if high is not None and not value <= high:
        raise at(wrong_value(f"expected a value <= {high}, but got {value}", f"{code}_above_max_value"))


class Flag(fields.Boolean):
    """true or false, nothing like them."""

    def __init__(self, *, description: str | None = None) -> None:
        super().__init__(allow_none=True, metadata=_documented(description))

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        if value is not True and value is not False:
            raise at(wrong_type("a boolean", value))
        return value


class Items(fields.List):
    """An array of `min_items` to `max_items`, counted before any item is looked at."""

    def __init__(
        self,
        inner: fields.Field,
        *,
        max_items: int,
        min_items: int = 0,
        required: bool = False,
        description: str | None = None,
    ) -> None:
        documented = _documented(description, minItems=min_items or None, maxItems=max_items)
        inner.allow_none = False  # the array may be null, not what it holds
        super().__init__(inner, required=required, allow_none=not required, metadata=documented)
        self.min_items, self.max_items = min_items, max_items

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[Any]:
        counted(value, self.max_items, self.min_items)
        return super()._deserialize(value, attr, data, **kwargs)


def counted(value: Any, max_items: int, min_items: int = 0, *path: str | int) -> list[Any]:
    """The value, if it is an array of that many items."""
    if type(value) is not list:
        raise at(wrong_type("an array", value), *path)
    if len(value) < min_items:
        raise at(wrong_value(f"expected at least {min_items} item, but got an empty array", "empty_array"), *path)
    if len(value) > max_items:
        text = f"expected at most {max_items} items, but got {len(value)}"
        raise at(wrong_value(text, "array_above_max_length"), *path)
    return value
