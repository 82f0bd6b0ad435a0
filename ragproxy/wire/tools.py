"""Tools and functions: their shapes are checked, their types beyond `function` are the upstream's affair."""

from __future__ import annotations

from typing import Any

from ragproxy.wire.fields import component, counted
from ragproxy.wire.parameters import Checked, an_object, named
from ragproxy.wire.validation import at, may, need, shown, wrong_type, wrong_value

MAX_TOOLS = 128


class Tools(Checked):
    """An array of tools."""

    def __init__(self) -> None:
        super().__init__(type="array", items=component("ChatTool"), maxItems=MAX_TOOLS)

    def check(self, value: Any) -> None:
        """Raise ValidationError for a wrong value."""
        for number, tool in enumerate(counted(value, MAX_TOOLS)):
            if type(tool) is not dict:
                raise at(wrong_type("an object", tool), number)
            if need(tool, "type", str, number) == "function":
                _check_function(need(tool, "function", dict, number), number, "function")


class Functions(Checked):
    """The deprecated array of functions."""

    def __init__(self) -> None:
        super().__init__(type="array", items=component("ChatFunction"), minItems=1, maxItems=MAX_TOOLS)

    def check(self, value: Any) -> None:
        """Raise ValidationError for a wrong value."""
        for number, function in enumerate(counted(value, MAX_TOOLS, 1)):
            if type(function) is not dict:
                raise at(wrong_type("an object", function), number)
            _check_function(function, number)


class ToolChoice(Checked):
    """none, auto, required, or an object that names the tool."""

    words = ("none", "auto", "required")

    def __init__(self) -> None:
        super().__init__(oneOf=[component("ChatToolChoice")])

    def check(self, value: Any) -> None:
        """Raise ValidationError for a wrong value."""
        if _is_word(value, self.words):
            return
        if need(an_object(value), "type", str) == "function":
            named(need(value, "function", dict), "function")


class FunctionCall(Checked):
    """The deprecated choice of a function: none, auto, or an object with its name."""

    words = ("none", "auto")

    def __init__(self) -> None:
        super().__init__(oneOf=[component("ChatFunctionChoice")])

    def check(self, value: Any) -> None:
        """Raise ValidationError for a wrong value."""
        if not _is_word(value, self.words):
            named(an_object(value))


def _is_word(value: Any, words: tuple[str, ...]) -> bool:
    if type(value) is not str:
        return False
    if value not in words:
        supported = ", ".join(f"'{word}'" for word in words)
        raise at(wrong_value(f"{shown(value)} is not one of {supported}, nor an object"))
    return True


def _check_function(function: dict[str, Any], *path: str | int) -> None:
    named(function, *path)
    may(function, "description", str, *path)
    may(function, "parameters", dict, *path)
    may(function, "strict", bool, *path)
