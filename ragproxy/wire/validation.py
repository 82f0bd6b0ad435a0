"""What is wrong with a body, in OpenAI's words: marshmallow's tree of errors becomes one InvalidRequest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError
from marshmallow.exceptions import SCHEMA

from ragproxy.errors import InvalidRequest

_SHOWN = 64  # characters of a client's value or key repeated in a message
_KINDS = {
    type(None): "null",
    bool: "a boolean",
    int: "an integer",
    float: "a decimal number",
    str: "a string",
    list: "an array",
    dict: "an object",
}


class Problem(str):
    """A leaf of marshmallow's tree: the end of the sentence, and what OpenAI calls the kind of error.

    `lead` begins the sentence ("Invalid type for" 'temperature': ...); without one the text is the whole sentence.
    """

    code: str
    lead: str | None

    def __new__(cls, text: str, code: str, lead: str | None = "Invalid value for") -> Problem:
        problem = super().__new__(cls, text)
        problem.code, problem.lead = code, lead
        return problem

    def sentence(self, param: str | None) -> str:
        """The whole sentence about the field at `param`."""
        if self.lead is None:
            return str(self)
        if param is None:
            return f"Invalid body: {self}"
        return f"{self.lead} '{param}'" + (f": {self}" if self else "")


def missing() -> Problem:
    """A required field is not there."""
    return Problem("", "missing_required_parameter", "Missing required parameter")


def wrong_type(expected: str, value: Any) -> Problem:
    """The value is of another JSON type than `expected` ("a string")."""
    return Problem(f"expected {expected}, but got {kind(value)} instead", "invalid_type", "Invalid type for")


def wrong_value(text: str, code: str = "invalid_value") -> Problem:
    """The value is of the right type, yet wrong; `text` says why."""
    return Problem(text, code)


def alone(sentence: str, code: str = "invalid_value") -> Problem:
    """A sentence that needs no lead."""
    return Problem(sentence, code, None)


def kind(value: Any) -> str:
    """The value's JSON type, with its article."""
    return _KINDS.get(type(value), "something else")


def shown(text: str) -> str:
    """A client's text, short and quoted."""
    return f"'{text if len(text) <= _SHOWN else text[:_SHOWN] + '...'}'"


def at(problem: Problem, *path: str | int) -> ValidationError:
    """The problem as an error at a path below the field that raises it."""
    tree: Any = [problem]
    for key in reversed(path):
        tree = {key: tree}
    return ValidationError(tree)


def need(holder: Mapping[str, Any], key: str, of: type, *path: str | int) -> Any:
    """A member that must be there and of that JSON type; `path` leads to the holder."""
    if key not in holder:
        raise at(missing(), *path, key)
    value = holder[key]
    if type(value) is not of:
        raise at(wrong_type(_KINDS[of], value), *path, key)
    return value


def may(holder: Mapping[str, Any], key: str, of: type, *path: str | int) -> Any:
    """A member of that JSON type; None when absent or null."""
    return None if holder.get(key) is None else need(holder, key, of, *path)


def load(schema: Schema, value: Any) -> Any:
    """What the schema makes of the value. InvalidRequest names the first field at fault."""
    try:
        return schema.load(value)
    except ValidationError as err:
        raise invalid(err.messages) from None


def invalid(messages: Any, *, location: str = "json") -> InvalidRequest:
    """The first error of `ValidationError.messages`, with OpenAI's path (`messages[0].content`) as `param`.

    webargs puts the tree under the name of where it read the values: that `location` is left out of the path.
    """
    if isinstance(messages, Mapping) and list(messages) == [location] and isinstance(messages[location], Mapping):
        messages = messages[location]
    path, leaf = _first(messages)
    param = _param(path)
    problem = leaf if isinstance(leaf, Problem) else _translated(str(leaf))
    return InvalidRequest(problem.sentence(param), param=param, code=problem.code)


def _first(tree: Any) -> tuple[list[str | int], Any]:
    path: list[str | int] = []
    while isinstance(tree, (Mapping, list, tuple)) and tree:
        if isinstance(tree, Mapping):
            key, tree = next(iter(tree.items()))
            if key != SCHEMA:
                path.append(key)
        else:
            tree = tree[0]
    return path, tree


def _param(path: list[str | int]) -> str | None:
    text = ""
    for key in path:
        text += f"[{key}]" if isinstance(key, int) else f".{str(key)[:_SHOWN]}"
    return text.removeprefix(".") or None


def _translated(text: str) -> Problem:
    """marshmallow's own sentences, which carry no code."""
    match text:
        case "Missing data for required field.":
            return missing()
        case "Field may not be null.":
            return Problem("null is not allowed here", "invalid_type", "Invalid type for")
        case "Unknown field.":
            return Problem("", "unknown_parameter", "Unknown parameter")
        case "Invalid input type.":
            return Problem("expected an object", "invalid_type", "Invalid type for")
    return wrong_value(text)
