"""Responses put together of deltas, each event and each object read strictly by OpenAI's own types."""

import json

from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from ragproxy.wire.json import dumps
from ragproxy.wire.response_events import Transcript
from ragproxy.wire.response_request import RESPONSE_REQUEST
from ragproxy.wire.responses import response_head
from ragproxy.wire.validation import load
from tests.wire.answers import answer

EVENT = TypeAdapter(ResponseStreamEvent)
NOW = 1731628860.9


def request(**body):
    """A ResponseRequest, out of what a client sent."""
    return load(RESPONSE_REQUEST, {"model": "ragproxy", "input": "Hi", **body})


def transcript(asked=None, **options):
    asked = asked or request()
    head = response_head(asked, "resp_1", 1731628800)
    return Transcript(head, name=lambda kind, place: f"{kind}-{place}", now=lambda: NOW, **options)


def told(*deltas, asked=None, ends=True, answered=None, **options):
    """The transcript when it has ended, and its events."""
    made = transcript(asked, **options)
    events = list(made.begin(answered or answer()))
    for delta in deltas:
        events += made.go_on(delta)
    if ends:
        events += made.end()
    return made, checked(events)


def checked(events):
    """The events as a client reads them, when they are OpenAI's and in one row."""
    events = [json.loads(dumps(event)) for event in events]
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    for event in events:
        EVENT.validate_json(json.dumps(event), strict=True)
    return events


def whole(made):
    """The object, when it is OpenAI's."""
    body = json.loads(dumps(made.body()))
    Response.model_validate_json(json.dumps(body), strict=True)
    return body


def types(events):
    """What the events are called, without what they have in common."""
    return [event["type"].removeprefix("response.") for event in events]
