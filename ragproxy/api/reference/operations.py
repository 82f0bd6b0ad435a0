"""How an operation is told in /openapi.json, beside what its arguments and its docstring say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ragproxy.wire.reference.shapes import STRING, Shape, either, shape

JSON, EVENTS, HTML = "application/json", "text/event-stream", "text/html"
BINARY: Shape = {"type": "string", "format": "binary"}


@dataclass(frozen=True, slots=True)
class Operation:
    """What a view's answer is, and more about it than its summary.

    `answers` are the media types of its success with their schemas. `more` are other statuses that are no errors, with
    what they say. `asks` is one that asks a model, `keyed` takes an Idempotency-Key, `relays` passes on what an
    upstream refuses, `refuses` are statuses of errors that only it has. Browsers are shown the errors of a `page`.
    """

    about: str
    answers: Mapping[str, Shape] = field(default_factory=dict)
    status: int = 200
    more: Mapping[int, str] = field(default_factory=dict)
    headers: tuple[str, ...] = ()
    asks: bool = False
    keyed: bool = False
    relays: bool = False
    refuses: tuple[int, ...] = ()
    page: bool = False


def answers(
    component: str | Shape,
    about: str,
    *,
    stream: str | Shape | None = None,
    headers: tuple[str, ...] = (),
    asks: bool = False,
    keyed: bool = False,
    relays: bool = False,
    refuses: tuple[int, ...] = (),
) -> Operation:
    """An operation that answers JSON, and with `stream` events, each of which is such a one."""
    told = {JSON: shape(component)} | ({} if stream is None else {EVENTS: shape(stream)})
    return Operation(about, told, headers=headers, asks=asks, keyed=keyed, relays=relays or asks, refuses=refuses)


def serves(media_type: str, about: str, what: Shape = STRING, **more: object) -> Operation:
    """An operation that answers something else than JSON."""
    return Operation(about, {media_type: what}, **more)  # type: ignore[arg-type]


def chat(about: str) -> Operation:
    """An operation that answers as a chat does; a stream that breaks off says why."""
    piece = either("ChatCompletionChunk", "Error")
    return answers("ChatCompletion", about, stream=piece, asks=True, keyed=True, headers=ANSWERED)


def completion(about: str) -> Operation:
    """An operation that answers as the legacy route does, in either of its forms."""
    whole = either("TextCompletion", "ChatCompletion")
    piece = either("TextCompletionChunk", "ChatCompletionChunk", "Error")
    return answers(whole, about, stream=piece, asks=True, keyed=True, headers=ANSWERED)


COST = ("x-ragproxy-cost", "x-ragproxy-tried")
ANSWERED = ("X-Metadata-Sources", *COST, "x-cache", "x-idempotent-replay")
