"""The parameters of a run that are more than a number or a string."""

from __future__ import annotations

from typing import Any, Final

from ragproxy.wire.fields import component
from ragproxy.wire.parameters import Checked, an_object, named
from ragproxy.wire.validation import at, need, shown, wrong_type, wrong_value

_WORDS: Final = ("none", "auto", "required")
_STRATEGIES: Final = ("auto", "last_messages")
MAX_MESSAGES: Final = 4096  # of those that are read last


class RunToolChoice(Checked):
    """none, auto, required, or an object that names the tool."""

    def __init__(self) -> None:
        super().__init__(oneOf=[component("RunToolChoice")])

    def check(self, value: Any) -> None:
        """Raise ValidationError for a wrong value."""
        if type(value) is str:
            if value not in _WORDS:
                supported = ", ".join(f"'{word}'" for word in _WORDS)
                raise at(wrong_value(f"{shown(value)} is not one of {supported}, nor an object"))
            return
        kind = need(an_object(value), "type", str)
        if kind == "function":
            named(need(value, "function", dict), "function")
        elif kind != "file_search":
            raise at(wrong_value(f"{shown(kind)} is not one of 'function', 'file_search'"), "type")


class Truncation(Checked):
    """`auto`, or how many of the `last_messages` are read."""

    def __init__(self) -> None:
        kinds = {"type": "string", "enum": list(_STRATEGIES)}
        super().__init__(type="object", properties={"type": kinds, "last_messages": {"type": ["integer", "null"]}})

    def check(self, value: Any) -> None:
        """Raise ValidationError for a wrong value."""
        kind = need(an_object(value), "type", str)
        if kind not in _STRATEGIES:
            raise at(wrong_value(f"{shown(kind)} is not one of 'auto', 'last_messages'"), "type")
        if kind == "last_messages":
            number = need(value, "last_messages", int)
            if not 1 <= number <= MAX_MESSAGES:
                text = f"expected a value from 1 to {MAX_MESSAGES}, but got {number}"
                raise at(wrong_value(text), "last_messages")
        elif value.get("last_messages") is not None:
            raise at(wrong_type("null, as the type is 'auto'", value["last_messages"]), "last_messages")
