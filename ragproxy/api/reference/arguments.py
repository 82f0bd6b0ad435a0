"""What operations take: their arguments, their headers, and the schemas of their bodies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ragproxy.api.idempotency import LONGEST
from ragproxy.api.reference.operations import Operation
from ragproxy.wire.reference.passed_on import ADDED

_FRAMEWORKS = ("Error", "PaginationMetadata")  # flask-smorest's own, which nobody is told here


def _text(where: str, name: str, about: str, **bounds: int) -> dict[str, Any]:
    return {"in": where, "name": name, "description": about, "schema": {"type": "string", **bounds}}


PARAMETERS: dict[str, dict[str, Any]] = {
    "RequestId": _text(
        "header", "x-request-id", "The id of the request in the logs and on the answer; one is made when it has none"
    ),
    "IdempotencyKey": _text(
        "header",
        "Idempotency-Key",
        "The same request under the same key is answered once, and told again what it was",
        minLength=1,
        maxLength=LONGEST,
    ),
    "CacheControl": _text(
        "header",
        "Cache-Control",
        "`no-store` keeps the request away from the cache of answers, `no-cache` has it answered anew",
    ),
    "ApiVersion": _text("query", "api-version", "As Azure's clients send it; any will do"),
    "Next": _text("query", "next", "The path of this server to go to after the login"),
    "LoginState": _text("query", "state", "As the login was begun with"),
    "LoginCode": _text("query", "code", "What the issuer gives for who has logged in"),
    "Range": _text("header", "Range", "The part of the file that is wanted, in bytes"),
}
_BESIDE = {
    "files.download_file": ("Range",),
    "login.begin": ("Next",),
    "login.finish": ("LoginState", "LoginCode"),
}


def headers_of(told: Operation, *, guarded: bool) -> list[dict[str, Any]]:
    """The headers that an operation takes, beside that of the key."""
    names = ["RequestId"] if guarded else []
    if told.keyed:
        names += ["IdempotencyKey", "CacheControl"]
    return [_parameter(name) for name in names]


def settled_arguments(endpoint: str, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The arguments of the query, where nothing can be null."""
    beside = (*(("ApiVersion",) if endpoint.startswith("azure_") else ()), *_BESIDE.get(endpoint, ()))
    return [*map(_settled, asked.get("parameters", ())), *map(_parameter, beside)]


def requests(schemas: Mapping[str, Any]) -> dict[str, Any]:
    """The schemas of bodies, by names that can be shown."""
    kept = {name: schema for name, schema in schemas.items() if name not in _FRAMEWORKS}
    shown = {name.lstrip("_"): schema for name, schema in _renamed(kept).items()}
    for name, fields in ADDED.items():
        doubled = fields.keys() & shown[name]["properties"].keys()
        assert not doubled, f"{name} knows them itself: {doubled}"
        shown[name] = {**shown[name], "properties": {**shown[name]["properties"], **fields}}
    return shown


def _parameter(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/parameters/{name}"}


def _settled(argument: Mapping[str, Any]) -> dict[str, Any]:
    schema = dict(argument["schema"])
    if isinstance(schema.get("type"), list):
        (schema["type"],) = [each for each in schema["type"] if each != "null"]
    settled = {**argument, "schema": schema}
    if schema["type"] == "object":  # `metadata[key]=value`
        settled |= {"style": "deepObject", "explode": True}
    return settled


def _renamed(value: Any) -> Any:
    """The value with its references by the names that are shown; an object that says no more may hold anything."""
    if isinstance(value, Mapping):
        renamed = {key: _reference(each) if key == "$ref" else _renamed(each) for key, each in value.items()}
        is_bare = "object" in value.get("type", ()) and not {"properties", "additionalProperties"} & value.keys()
        return {**renamed, "additionalProperties": True} if is_bare else renamed
    return [_renamed(each) for each in value] if isinstance(value, list) else value


def _reference(target: str) -> str:
    head, _, name = target.rpartition("/")
    return f"{head}/{name.lstrip('_')}"
