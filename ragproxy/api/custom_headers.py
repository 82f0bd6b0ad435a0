"""X-Custom-*: what clients send along for their own ends, passed on to the upstream and given back on the answer."""

from __future__ import annotations

import dataclasses
from typing import TypeVar

from flask import Response

from ragproxy.api.context import Visit, visit
from ragproxy.domain import ChatRequest, CompletionRequest, EmbeddingRequest
from ragproxy.errors import InvalidRequest

PREFIX = "x-custom-"
_IN_ENVIRON = "HTTP_X_CUSTOM_"
MOST = 10
LONGEST = 1024  # bytes of a name, and of a value

Asked = TypeVar("Asked", ChatRequest, CompletionRequest, EmbeddingRequest)


def note() -> None:
    """Before every guarded view: the visit's custom headers. InvalidRequest names the one that cannot travel."""
    current = visit()
    request = current.request
    if not any(name.startswith(_IN_ENVIRON) for name in request.environ):
        return
    custom = {name: value for name, value in request.headers.items() if name.lower().startswith(PREFIX)}
    if len(custom) > MOST:
        raise InvalidRequest(
            f"The request has {len(custom)} headers X-Custom-*; at most {MOST} are passed on",
            code="too_many_custom_headers",
        )
    for name, value in custom.items():
        if len(name) > LONGEST or len(value) > LONGEST:
            raise InvalidRequest(f"The header '{name[:64]}' is longer than {LONGEST} bytes", param=name[:64])
        if not (value.isascii() and value.isprintable()):
            raise InvalidRequest(f"The header '{name[:64]}' holds more than printable ASCII", param=name[:64])
    current.custom = custom


def accompanied(asked: Asked) -> Asked:
    """The request with the visit's custom headers, for the upstreams that are called for it."""
    custom = visit().custom
    return dataclasses.replace(asked, headers=custom) if custom else asked


def give_back(response: Response, current: Visit) -> None:
    """Put the visit's custom headers on its answer, where browsers may read them too."""
    response.headers.update(current.custom)
    if "Origin" in current.request.headers:
        response.headers.add("Access-Control-Expose-Headers", ", ".join(current.custom))
