"""Responses that are made in the background: what their objects and their events are while nobody answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from marshmallow import EXCLUDE, Schema, post_load

from ragproxy.domain import ResponseChange, StoredResponse
from ragproxy.errors import UpstreamBroken
from ragproxy.wire.fields import Text
from ragproxy.wire.json import loads_upstream
from ragproxy.wire.paging import Limit

Event = Mapping[str, Any]

OPENING: Final = ("response.created", "response.queued", "response.in_progress")
_NOTHING: Final[Mapping[str, Any]] = {
    "completed_at": None,
    "error": None,
    "incomplete_details": None,
    "output": [],
    "usage": None,
}
_CODES: Final = {429: "rate_limit_exceeded", 400: "invalid_prompt", 404: "invalid_prompt", 413: "invalid_prompt"}


# ---- the response, from its creation to its end ----


def queued(head: Mapping[str, Any], *, streamed: bool) -> ResponseChange:
    """It waits to be made; `head` are the fields that its answer does not change."""
    body = {**head, "status": "queued", **_NOTHING}
    return _changed(body, *OPENING[:2], streamed=streamed)


def begun(response: StoredResponse, told: int) -> ResponseChange:
    """Somebody makes it, whether for the first time or not: `told` of its events are kept."""
    body = {**response.body, "status": "in_progress", **_NOTHING}
    return _changed(body, *OPENING[told:], streamed=response.is_streamed)


def ended(response: StoredResponse, body: Mapping[str, Any]) -> ResponseChange:
    """It came to that end."""
    return _changed(body, f"response.{body['status']}", streamed=response.is_streamed)


def failed(response: StoredResponse, code: str, message: str) -> ResponseChange:
    """It cannot be made, for this reason; what was said of it is no answer."""
    body = {**_broken_off(response, "failed"), "error": {"code": code, "message": message}}
    return _changed(body, "response.failed", streamed=response.is_streamed)


def cancelled(response: StoredResponse) -> ResponseChange:
    """It is not wanted any more. No event of OpenAI's says so: it ends as one that is incomplete."""
    return _changed(_broken_off(response, "cancelled"), "response.incomplete", streamed=response.is_streamed)


def is_opening(event: Event) -> bool:
    """Whether it is one of those that are told before anybody answers."""
    return event["type"] in OPENING


def _changed(body: Mapping[str, Any], *kinds: str, streamed: bool) -> ResponseChange:
    return ResponseChange(body, tuple({"type": kind, "response": body} for kind in kinds if streamed))


def _broken_off(response: StoredResponse, status: str) -> dict[str, Any]:
    output = [
        {**item, "status": "incomplete"} if item.get("status") == "in_progress" else item
        for item in response.body["output"]
    ]
    return {**response.body, "status": status, "output": output}


# ---- what the server told itself ----


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the response is not made: `code` as Responses have it, `reason` as the refusal had it."""

    code: str
    message: str
    reason: str | None = None


def refusal(status: int, body: bytes) -> Refusal:
    """What an answer with that status says."""
    try:
        error = loads_upstream(body)["error"]
        message, reason = str(error["message"]), error["code"] or error["type"]
    except (UpstreamBroken, KeyError, TypeError):
        message, reason = f"The request was answered with the status {status}", None
    return Refusal(_CODES.get(status, "server_error"), message, reason)


# ---- GET /responses/{id} ----


@dataclass(frozen=True, slots=True)
class ResponseQuery:
    """How a response is wanted: as it is, or as the events after one of that number."""

    stream: bool = False
    after: int = -1


class ResponseQuerySchema(Schema):
    """The arguments. Unknown ones are ignored, and so is what may be included, which is there anyway."""

    class Meta:
        unknown = EXCLUDE

    stream = Text(
        choices=("true", "false", "True", "False", "1", "0", ""), description="true: as the events that make it"
    )
    starting_after = Limit(0, description="The number of the event that the stream begins after")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> ResponseQuery:
        """The query."""
        after = data.get("starting_after")
        return ResponseQuery(data.get("stream") in ("true", "True", "1"), -1 if after is None else after)


RESPONSE_QUERY = ResponseQuerySchema()
