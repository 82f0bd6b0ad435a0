"""The document of /openapi.json: what flask-smorest knows of the requests, and what `OPERATIONS` say beside it."""

from __future__ import annotations

import copy
import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from ragproxy import __version__
from ragproxy.api.reference import asking, assisting, library, operating
from ragproxy.api.reference.answering import components, responses_of
from ragproxy.api.reference.arguments import headers_of, requests, settled_arguments
from ragproxy.api.reference.operations import Operation
from ragproxy.api.reference.words import ABOUT, PATHS, RESOURCES, TAGS

OPERATIONS: Mapping[str, Operation] = {
    **asking.OPERATIONS,
    **assisting.OPERATIONS,
    **library.OPERATIONS,
    **operating.OPERATIONS,
}
OPEN = frozenset({"ops", "sources", "login", "reference", "admin_session"})  # blueprints whose routes need no key
UNTOLD = frozenset(
    {"assets", "playground", "admin_desk"}
)  # pages with scripts, and what they are made of, are nobody's to call
SECURITY: list[dict[str, list[str]]] = [{"bearer": []}, {"apiKey": []}]
_PART = re.compile(r"<(?:[a-z]+:)?(\w+)>")
_BARE = "bare-"


def document(app: Flask) -> dict[str, Any]:
    """The whole of it, for the routes that the application has. KeyError when nobody has described one."""
    known = copy.deepcopy(app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec.to_dict())
    paths: dict[str, dict[str, Any]] = {}
    for rule, method in told_routes(app):
        path = _PART.sub(r"{\1}", rule.rule)
        asked = known["paths"].get(path, {}).get(method.lower(), {})
        paths.setdefault(path, {"parameters": _parts_of(rule)} if rule.arguments else {})
        paths[path][method.lower()] = _operation(app, rule, asked)
    used = dict.fromkeys(TAGS[endpoint.partition(".")[0]] for endpoint in OPERATIONS)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ragproxy",
            "version": __version__,
            "description": ABOUT,
            "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "This server"}],
        "security": SECURITY,
        "tags": [{"name": name, "description": RESOURCES[name]} for name in used],
        "paths": paths,
        "components": components(requests(known["components"]["schemas"])),
    }


def told_routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Each route once, with its method: without the bare addresses, and what pages are made of."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith(_BARE) or rule.endpoint.partition(".")[0] in UNTOLD:
            continue
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
            yield rule, method


def _operation(app: Flask, rule: Rule, asked: Mapping[str, Any]) -> dict[str, Any]:
    blueprint, _, view = rule.endpoint.partition(".")
    told, scope = OPERATIONS[rule.endpoint], getattr(app.blueprints[blueprint], "scope", None)
    summary = (inspect.getdoc(app.view_functions[rule.endpoint]) or "").partition("\n")[0].rstrip(".")
    arguments = [*headers_of(told, guarded=blueprint not in OPEN), *settled_arguments(rule.endpoint, asked)]
    needs = "" if scope is None else f" Needs the scope `{scope}`."
    body: dict[str, Any] = {
        "operationId": f"azure_{view}" if blueprint.startswith("azure_") else f"{blueprint}_{view}",
        "summary": summary,
        "description": told.about + needs,
        "tags": [TAGS[blueprint]],
    }
    if arguments:
        body["parameters"] = arguments
    if "requestBody" in asked:
        body["requestBody"] = asked["requestBody"]
    if blueprint in OPEN:
        body["security"] = []
    guarded = blueprint not in OPEN
    body["responses"] = responses_of(told, rule, guarded=guarded, sent="requestBody" in asked)
    return body


def _parts_of(rule: Rule) -> list[dict[str, Any]]:
    return [
        {
            "in": "path",
            "name": name,
            "required": True,
            "description": PATHS[name],
            "schema": {"type": "string", "minLength": 1},
        }
        for name in _PART.findall(rule.rule)
    ]
