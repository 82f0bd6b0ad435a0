"""Responses in the background while nobody answers them, each object and event read strictly by OpenAI's own types."""

import json

import pytest
from openai.types.responses import Response

from ragproxy.domain import StoredResponse
from ragproxy.errors import InvalidRequest
from ragproxy.wire import background_responses as shapes
from ragproxy.wire.responses import response_head
from ragproxy.wire.validation import load
from tests.wire.responding import checked, request, types

ASKED = request(background=True, stream=True)
MESSAGE = {"type": "message", "id": "msg_1", "role": "assistant", "content": []}


def test_a_whole_life_is_openais():
    response = stored()
    opening = shapes.queued(response_head(ASKED, "resp_1", 1731628800), streamed=True)
    begun = shapes.begun(response, 2)
    body = {**begun.body, "status": "completed", "completed_at": 1731628801}
    ended = shapes.ended(response, body)
    events = numbered(opening, begun, ended)
    assert types(events) == ["created", "queued", "in_progress", "completed"]
    assert [event["response"]["status"] for event in events] == ["queued", "queued", "in_progress", "completed"]


@pytest.mark.parametrize("told", [3, 9])
def test_one_that_is_begun_again_is_not_told_to_begin_again(told):
    assert shapes.begun(stored(), told).events == ()


def test_without_a_stream_nothing_is_told():
    response = stored(stream=False)
    assert shapes.queued(response_head(ASKED, "resp_1", 1), streamed=False).events == ()
    changes = [shapes.begun(response, 0), shapes.cancelled(response), shapes.failed(response, "server_error", "No")]
    assert [change.events for change in changes] == [(), (), ()]


def test_what_breaks_off_keeps_what_was_written():
    response = stored(output=[{**MESSAGE, "status": "completed"}, {**MESSAGE, "status": "in_progress"}])
    cancelled, failed = shapes.cancelled(response), shapes.failed(response, "server_error", "It broke")
    assert [item["status"] for item in cancelled.body["output"]] == ["completed", "incomplete"]
    assert (cancelled.body["status"], cancelled.body["error"]) == ("cancelled", None)
    assert failed.body["error"] == {"code": "server_error", "message": "It broke"}
    for change in (cancelled, failed):
        Response.model_validate_json(json.dumps(change.body), strict=True)
        assert change.events[0]["response"] == change.body
    assert types(numbered(cancelled, failed)) == ["incomplete", "failed"]


@pytest.mark.parametrize(
    ("status", "body", "code", "message", "reason"),
    [
        (400, {"message": "Bad", "type": "t", "code": "c"}, "invalid_prompt", "Bad", "c"),
        (429, {"message": "Slow", "type": "t", "code": None}, "rate_limit_exceeded", "Slow", "t"),
        (500, {"message": "Oh", "type": "t", "code": "c"}, "server_error", "Oh", "c"),
        (503, None, "server_error", "The request was answered with the status 503", None),
        (413, {"message": "Large"}, "invalid_prompt", "The request was answered with the status 413", None),
    ],
)
def test_a_refusal_is_told_in_the_words_of_responses(status, body, code, message, reason):
    refusal = shapes.refusal(status, json.dumps({"error": body}).encode())
    assert (refusal.code, refusal.message, refusal.reason) == (code, message, reason)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b'{"error": "no"}'])
def test_a_refusal_that_is_no_error_of_ours_is_told_by_its_status(body):
    assert shapes.refusal(502, body) == shapes.Refusal("server_error", "The request was answered with the status 502")


@pytest.mark.parametrize(
    ("query", "stream", "after"),
    [
        ({}, False, -1),
        ({"stream": "true"}, True, -1),
        ({"stream": "True", "starting_after": "0"}, True, 0),
        ({"stream": "1", "starting_after": "12"}, True, 12),
        ({"stream": "false", "starting_after": "12"}, False, 12),
        ({"stream": "", "include_obfuscation": "x", "include": "y"}, False, -1),
    ],
)
def test_a_query_is_read(query, stream, after):
    assert load(shapes.RESPONSE_QUERY, query) == shapes.ResponseQuery(stream, after)


@pytest.mark.parametrize(
    "query", [{"stream": "yes"}, {"starting_after": "-1"}, {"starting_after": "1.5"}, {"starting_after": ""}]
)
def test_a_query_that_means_nothing_is_refused(query):
    with pytest.raises(InvalidRequest) as caught:
        load(shapes.RESPONSE_QUERY, query)
    assert caught.value.param == next(iter(query))


def stored(*, stream=True, output=()):
    head = response_head(ASKED, "resp_1", 1731628800)
    body = {**shapes.queued(head, streamed=stream).body, "output": list(output)}
    return StoredResponse(
        "resp_1", "ann", 1731628800, "queued", body, request={**ASKED.body, "stream": stream}, background=True
    )


def numbered(*changes):
    events = [event for change in changes for event in change.events]
    return checked({**event, "sequence_number": number} for number, event in enumerate(events))
