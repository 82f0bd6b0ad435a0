"""What operations answer: their statuses with their headers, and the components that these refer to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from werkzeug.routing import Rule

from ragproxy.api.reference.arguments import PARAMETERS
from ragproxy.api.reference.operations import HTML, JSON, Operation
from ragproxy.api.reference.words import ERRORS, EVERY_HEADER, HEADERS, RATES, RETRIES
from ragproxy.wire.reference import schemas
from ragproxy.wire.reference.shapes import STRING, ref

_REFUSED = "The upstream's refusal, passed on"
_ON_PAGES = {410}  # statuses of pages alone, which write out what they answer
_LIMITED = (429, 503)  # statuses after which trying again makes sense


def responses_of(told: Operation, rule: Rule, *, guarded: bool, sent: bool) -> dict[str, Any]:
    """All statuses of an operation; `guarded` is one that needs a key, `sent` one that takes a body."""
    known = (*EVERY_HEADER, *(RATES if guarded else ()))
    success: dict[str, Any] = {"description": "Success", "headers": _headers((*known, *told.headers))}
    if told.answers:
        success["content"] = {media_type: {"schema": schema} for media_type, schema in told.answers.items()}
    if told.status in (302, 303):
        success["description"] = "Elsewhere"
        success["headers"]["Location"] = {"description": "Where to", "schema": {"type": "string"}}
    answers = {str(told.status): success}
    for status, about in told.more.items():
        more: dict[str, Any] = {"description": about, "headers": _headers(known)}
        if status != 304:
            more["content"] = success["content"]
        answers[str(status)] = more
    for status in sorted(_errors_of(told, rule, guarded=guarded, sent=sent) - {*told.more}):
        answers[str(status)] = _shown(status) if told.page else {"$ref": f"#/components/responses/Error{status}"}
    if told.relays:
        answers["4XX"] = {"$ref": "#/components/responses/Refused"}
    return answers


def components(requests: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that is referred to by its name."""
    answers = schemas()
    doubled = requests.keys() & answers.keys()
    assert not doubled, f"both of a request and of an answer: {doubled}"
    return {
        "schemas": {**requests, **answers},
        "responses": {
            f"Error{status}": _error(status, about) for status, about in ERRORS.items() if status not in _ON_PAGES
        }
        | {"Refused": _error(0, _REFUSED)},
        "parameters": PARAMETERS,
        "headers": {name: {"description": about, "schema": schema} for name, (schema, about) in HEADERS.items()},
        "securitySchemes": {
            "bearer": {
                "type": "http",
                "scheme": "bearer",
                "description": "A key of this server's, or a token of its OpenID Connect issuer",
            },
            "apiKey": {"type": "apiKey", "in": "header", "name": "api-key", "description": "As Azure's clients do"},
        },
    }


def _errors_of(told: Operation, rule: Rule, *, guarded: bool, sent: bool) -> set[int]:
    statuses = {500, *told.refuses}
    if guarded:
        statuses |= {400, 401, 403, 429, 503, 507}  # 507: what was asked is written down, too
    if rule.arguments or sent or told.asks:
        statuses |= {404}  # bodies name models, files and stores, too
    if sent:
        statuses |= {413, 415}
    if sent or (guarded and (rule.methods or set()) & {"POST", "DELETE"}):
        statuses |= {409}
    if told.asks or told.relays:
        statuses |= {502, 504}
    return statuses


def _shown(status: int) -> dict[str, Any]:
    """An error that people with browsers are told on a page."""
    error = _error(status, ERRORS[status])
    return {**error, "content": {**error["content"], HTML: {"schema": STRING}}}


def _headers(names: Iterable[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _error(status: int, about: str) -> dict[str, Any]:
    headers = _headers((*EVERY_HEADER, *(RETRIES if status in _LIMITED or not status else ("x-should-retry",))))
    if status == 401:
        headers["WWW-Authenticate"] = {"description": "How to show who one is", "schema": {"type": "string"}}
    return {"description": about, "headers": headers, "content": {JSON: {"schema": ref("Error")}}}
