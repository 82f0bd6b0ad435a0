"""Two OpenAPI documents held against each other: what one lets clients send or read, and the other does not.

What is found is told in lines such as `POST /responses tools[] = computer`: a route, a place in its body or its answer,
and what is missing there: `.field`, `?argument`, `= word`, or `: type`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.described import PASSED

Schema = Mapping[str, Any]

JSON = "application/json"
METHODS = ("get", "post", "put", "patch", "delete")
_DEEPEST = 8  # what is nested deeper is not looked at: filters hold filters
_TOLD_APART = ("type", "role", "event", "object")
# items of conversations are shown as clients sent them, of whatever type
_AS_THEY_CAME = {"#/components/schemas/Item"}


@dataclass(frozen=True)
class Place:
    """A schema, and the document that its references are of."""

    document: Schema
    schema: Schema

    def at(self, schema: Schema) -> Place:
        return Place(self.document, schema)

    @cached_property
    def forms(self) -> list[Schema]:
        """What it may be: schemas of one type each, without `anyOf` and references."""
        return list(self._forms(self.schema))

    @cached_property
    def types(self) -> set[str]:
        """Of JSON; none where it may be anything."""
        found = {_type(form) for form in self.forms}
        return set() if "" in found else found | ({"integer"} if "number" in found else set())

    @cached_property
    def words(self) -> set[str] | None:
        """The strings that it may be; None for any."""
        found: set[str] = set()
        for form in self.forms:
            if _type(form) in ("string", ""):
                if "const" not in form and "enum" not in form:
                    return None
                found |= {each for each in form.get("enum", [form.get("const")]) if isinstance(each, str)}
        return found

    @cached_property
    def objects(self) -> list[Schema]:
        return [form for form in self.forms if _type(form) == "object"]

    @cached_property
    def items(self) -> Place | None:
        found = [form["items"] for form in self.forms if "items" in form]
        return self.at(found[0] if len(found) == 1 else {"anyOf": found}) if found else None

    def kinds(self, one: Schema) -> set[tuple[str, str]]:
        """The values of the field that tells an object from others; none when there is no such field."""
        for key in _TOLD_APART:
            words = self.at(one["properties"][key]).words if key in one.get("properties", {}) else None
            if words:
                return {(key, word) for word in words}
        return set()

    def resolved(self, value: Schema) -> Schema:
        while "$ref" in value:
            _, *path = value["$ref"].split("/")
            value = self.document
            for key in path:
                value = value[key]
        return value

    def _forms(self, schema: Schema) -> Iterator[Schema]:
        schema = self.resolved(schema)
        if schema.get("nullable"):
            yield {"type": "null"}
        if "allOf" in schema:
            yield self._joined(schema)
        elif "properties" not in schema and (choices := [*schema.get("anyOf", ()), *schema.get("oneOf", ())]):
            for each in choices:
                yield from self._forms(each)
        elif isinstance(schema.get("type"), list):
            for type in schema["type"]:
                yield {**schema, "type": type}
        else:
            yield schema

    def _joined(self, schema: Schema) -> Schema:
        properties, required = dict(schema.get("properties", {})), set(schema.get("required", ()))
        rest: dict[str, Any] = {}
        for part in schema["allOf"]:
            for form in self._forms(part):
                properties |= form.get("properties", {})
                required |= set(form.get("required", ()))
                rest |= form
        return {**rest, "properties": properties, "required": sorted(required)} if properties else rest


def shared(theirs: Schema, ours: Schema) -> Iterator[tuple[str, Schema, Schema]]:
    """The routes of both: how a line begins that is about one, and the two operations with all their parameters."""
    known = {_shape(path): path for path in ours["paths"]}
    for path, item in theirs["paths"].items():
        own = known.get(_shape(f"/v1{path}"))
        for method in METHODS:
            if own is not None and method in item and method in ours["paths"][own]:
                both = _whole(item, method), _whole(ours["paths"][own], method)
                yield f"{method.upper()} {path}", *both


def unasked(theirs: Place, ours: Place) -> Iterator[str]:
    """What may be asked of the one operation and not of the other. The schemas are those of operations."""
    arguments = {each["name"].removesuffix("[]"): each["schema"] for each in _query(ours)}
    for each in _query(theirs):
        name = each["name"].removesuffix("[]")
        if name not in arguments:
            yield f"?{name}"
        else:
            yield from _untaken(theirs.at(each["schema"]), ours.at(arguments[name]), f"?{name}", 0)
    bodies = ours.schema.get("requestBody", {}).get("content", {})
    for media_type, content in theirs.schema.get("requestBody", {}).get("content", {}).items():
        if media_type not in bodies:
            yield f"{media_type}"
        else:
            yield from _untaken(theirs.at(content["schema"]), ours.at(bodies[media_type]["schema"]), "", 0)


def untold(theirs: Place, ours: Place) -> Iterator[str]:
    """What clients may rely on in the answers of the one operation, and not of the other."""
    own = ours.resolved(ours.schema["responses"]["200"]).get("content", {})
    success = next(
        theirs.schema["responses"][status] for status in ("200", "201") if status in theirs.schema["responses"]
    )
    for media_type, content in theirs.resolved(success).get("content", {}).items():
        if media_type not in own:
            yield media_type
        else:
            yield from _unread(theirs.at(content["schema"]), ours.at(own[media_type]["schema"]), "", 0)


def _untaken(theirs: Place, ours: Place, where: str, depth: int) -> Iterator[str]:
    if depth > _DEEPEST or not ours.types:
        return
    yield from (f"{where} : {type}" for type in sorted(theirs.types - ours.types))
    if theirs.words and ours.words is not None:
        yield from (f"{where} = {word}" for word in sorted(theirs.words - ours.words))
    if theirs.words is None and ours.words and "string" in theirs.types:
        yield f"{where} = anything"
    for one in theirs.objects:
        kinds = theirs.kinds(one)
        alike = [each for each in ours.objects if not kinds or not ours.kinds(each) or ours.kinds(each) & kinds]
        if not alike and ours.objects:
            yield from (f"{where} = {word}" for _, word in sorted(kinds))
        if not alike or any(each.get("additionalProperties") and not each.get("properties") for each in alike):
            continue
        fields: dict[str, list[Schema]] = {}
        for each in alike:
            for name, schema in each.get("properties", {}).items():
                fields.setdefault(name, []).append(schema)
        for name, schema in one.get("properties", {}).items():
            if name in fields:
                yield from _untaken(theirs.at(schema), ours.at({"anyOf": fields[name]}), f"{where}.{name}", depth + 1)
            elif not where or not any(each.get("additionalProperties") for each in alike):
                yield f"{where}.{name}"  # a body names its fields, whether others are taken or not
    if theirs.items and ours.items:
        yield from _untaken(theirs.items, ours.items, f"{where}[]", depth + 1)


def _unread(theirs: Place, ours: Place, where: str, depth: int) -> Iterator[str]:
    if depth > _DEEPEST or PASSED in ours.resolved(ours.schema) or ours.schema.get("$ref") in _AS_THEY_CAME:
        return
    for own in ours.objects:
        kinds = ours.kinds(own)
        exact = [each for each in theirs.objects if theirs.kinds(each) & kinds]
        for their in exact or [each for each in theirs.objects if not theirs.kinds(each)]:
            if own.get("properties"):  # else it is an object of any keys
                yield from _unread_fields(theirs, their, ours, own, where, depth)
    if theirs.items and ours.items:
        yield from _unread(theirs.items, ours.items, f"{where}[]", depth + 1)


def _unread_fields(theirs: Place, their: Schema, ours: Place, own: Schema, where: str, depth: int) -> Iterator[str]:
    fields = own.get("properties", {})
    for name in their.get("required", ()):
        if name not in fields:
            yield f"{where}.{name}"
        elif name not in own.get("required", ()) and PASSED not in ours.resolved(fields[name]):
            yield f"{where}.{name}?"
    for name, schema in their.get("properties", {}).items():
        if name in fields:
            yield from _unread(theirs.at(schema), ours.at(fields[name]), f"{where}.{name}", depth + 1)


def _whole(item: Schema, method: str) -> Schema:
    return {**item[method], "parameters": [*item.get("parameters", ()), *item[method].get("parameters", ())]}


def _query(place: Place) -> list[Schema]:
    return [each for each in map(place.resolved, place.schema["parameters"]) if each["in"] == "query"]


def _shape(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


def _type(form: Schema) -> str:
    """The type of JSON; nothing when the schema does not say."""
    if "type" in form:
        return str(form["type"])
    if "properties" in form:
        return "object"
    values = [*form.get("enum", ()), *([form["const"]] if "const" in form else [])]
    return "string" if values and all(isinstance(each, str) for each in values) else ""
