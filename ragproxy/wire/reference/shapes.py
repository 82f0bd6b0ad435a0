"""The words that schemas are written with: JSON Schema of OpenAPI 3.1, in a few letters.

What is described here is what we answer. An object is all there is to it, unless it is `passing`: then an upstream's
keys may stand beside ours. A value that is `passed` is the upstream's own word, which OpenAI's list may not have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Shape = dict[str, Any]

STRING: Shape = {"type": "string"}
INTEGER: Shape = {"type": "integer"}
NUMBER: Shape = {"type": "number"}
BOOLEAN: Shape = {"type": "boolean"}
ANYTHING: Shape = {}
OBJECT: Shape = {"type": "object", "additionalProperties": True}
NULL: Shape = {"type": "null"}
TIME: Shape = {"type": "integer", "description": "Epoch seconds"}
METADATA: Shape = {"type": "object", "additionalProperties": STRING}
PASSED = "x-ragproxy-passed"


def ref(name: str) -> Shape:
    """The component of that name."""
    return {"$ref": f"#/components/schemas/{name}"}


def shape(what: str | Shape) -> Shape:
    """The schema, or the component of that name."""
    return ref(what) if isinstance(what, str) else what


def told(what: str | Shape, description: str) -> Shape:
    """The same, with a sentence about it."""
    return {**shape(what), "description": description}


def const(value: str | bool) -> Shape:
    """That value and no other."""
    return {"type": "boolean" if isinstance(value, bool) else "string", "const": value}


def choice(values: Iterable[str]) -> Shape:
    """One of these strings."""
    return {"type": "string", "enum": list(values)}


def passed(what: Shape) -> Shape:
    """What an upstream says in OpenAI's words, as long as it has no words of its own."""
    return {**what, PASSED: True}


def array(items: str | Shape) -> Shape:
    """A list of these."""
    return {"type": "array", "items": shape(items)}


def mapping(values: str | Shape) -> Shape:
    """An object of any keys, whose values are these."""
    return {"type": "object", "additionalProperties": shape(values)}


def nullable(what: str | Shape) -> Shape:
    """The same, or null."""
    one = shape(what)
    if isinstance(one.get("type"), str) and "const" not in one:
        more = {"enum": [*one["enum"], None]} if "enum" in one else {}
        return {**one, "type": [one["type"], "null"], **more}
    return {"anyOf": [one, NULL]}


def either(*what: str | Shape) -> Shape:
    """Any one of these."""
    return {"anyOf": [shape(each) for each in what]}


def union(key: str, *names: str) -> Shape:
    """One of these components, which are told apart by their `key`."""
    return {"oneOf": [ref(name) for name in names], "x-ragproxy-told-apart-by": key}


def record(fields: Mapping[str, str | Shape], about: str | None = None, *, passing: bool = False) -> Shape:
    """An object; a field whose name ends with `?` may be missing."""
    names = {name: name.removesuffix("?") for name in fields}
    body: Shape = {
        "type": "object",
        "properties": {names[name]: shape(what) for name, what in fields.items()},
        "required": [name for name in fields if not name.endswith("?")],
    }
    if not body["required"]:
        del body["required"]
    if passing:
        body["additionalProperties"] = True
    if about is not None:
        body["description"] = about
    return body


def page(item: str | Shape, about: str, *, empty: Shape | None = None) -> Shape:
    """OpenAI's list of objects that have an id; `empty` is what the ids of one without items are."""
    id = nullable(STRING) if empty is None else empty
    return record(
        {"object": const("list"), "data": array(item), "first_id": id, "last_id": id, "has_more": BOOLEAN}, about
    )


def deleted(object: str, about: str) -> Shape:
    """OpenAI's answer to DELETE."""
    return record({"id": STRING, "object": const(object), "deleted": const(True)}, about)
