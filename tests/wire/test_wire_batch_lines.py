"""The lines of a batch's files: what is asked, and what is told."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragproxy.domain import BatchFault, BatchLine, BatchResult, BatchUsage
from ragproxy.errors import Unauthenticated
from ragproxy.wire.batch_lines import answered, at_fault, read_line, refused, unanswered, usage_of, written
from tests.wire.bodies import json_values

CHAT = "/v1/chat/completions"
SAID = {"custom_id": "r1", "method": "POST", "url": CHAT, "body": {"model": "tiny"}}
LINE = BatchLine(3, "r1", {"model": "tiny"})


def test_a_line_is_read():
    assert read_line(3, json.dumps(SAID).encode(), CHAT) == LINE
    more = SAID | {"extra": 1, "body": {"model": "tiny", "stream": False}}
    assert read_line(3, json.dumps(more).encode(), CHAT).fault is None


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"custom_id": None}, "missing_required_parameter", "custom_id"),
        ({"custom_id": ""}, "invalid_custom_id", "custom_id"),
        ({"custom_id": "x" * 513}, "invalid_custom_id", "custom_id"),
        ({"custom_id": ["a"]}, "invalid_custom_id", "custom_id"),
        ({"method": None}, "missing_required_parameter", "method"),
        ({"method": "post"}, "invalid_method", "method"),
        ({"url": "/v1/embeddings"}, "invalid_url", "url"),
        ({"url": ["/v1"]}, "invalid_url", "url"),
        ({"body": None}, "missing_required_parameter", "body"),
        ({"body": "x"}, "invalid_type", "body"),
        ({"body": {"stream": True}}, "unsupported_parameter", "body.stream"),
        ({"body": {"background": True}}, "unsupported_parameter", "body.background"),
    ],
)
def test_what_cannot_be_asked_says_why_and_where(change, code, param):
    line = read_line(3, json.dumps(SAID | change).encode(), CHAT)
    assert (line.fault.code, line.fault.param, line.fault.line) == (code, param, 3)
    assert line.fault.message.startswith("Line 3: ")
    assert line.custom_id == (None if "custom_id" in change else "r1")


@pytest.mark.parametrize("data", [b"{", b"[]", b"7", b"\xff", b'{"a": NaN}', b"[" * 200 + b"]" * 200, b'"\\ud800"'])
def test_what_is_no_json_object_is_told_so(data):
    assert read_line(1, data, CHAT).fault.code == "invalid_json_line"


_json = json_values("POST", CHAT, keys=[*SAID, "stream", "model"])


@given(st.one_of(_json.map(lambda value: json.dumps(value).encode()), st.binary(min_size=1)))
def test_anything_is_read_or_told_to_be_wrong(data):
    line = read_line(1, data, CHAT)
    assert line.fault is not None or isinstance(line.custom_id, str)
    written(unanswered("batch_req_1", line, line.fault or BatchFault("a", "b")))


def test_an_answer_is_a_line_as_openai_has_it():
    result = answered("batch_req_1", LINE, 200, "req_1", b'{"object":"chat.completion"}')
    assert (result.number, result.failed, result.code) == (3, False, None)
    assert written(result) == (
        b'{"id":"batch_req_1","custom_id":"r1","response":{"status_code":200,"request_id":"req_1",'
        b'"body":{"object":"chat.completion"}},"error":null}\n'
    )


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ({"message": "m", "type": "t", "param": None, "code": "c"}, "c"),
        ({"message": "m", "type": "insufficient_quota", "param": None, "code": None}, "insufficient_quota"),
        ({"message": "m"}, None),
        ("m", None),
    ],
)
def test_a_refusal_has_failed_and_keeps_its_body(error, code):
    result = answered("batch_req_1", LINE, 429, "req_1", json.dumps({"error": error}).encode())
    assert (result.failed, result.code, result.data["error"]) == (True, code, None)
    assert result.data["response"]["body"] == {"error": error}


def test_an_answer_that_is_no_json_has_failed():
    result = answered("batch_req_1", LINE, 200, "req_1", b"<html>")
    assert (result.failed, result.data["response"], result.data["error"]["code"]) == (True, None, "invalid_response")


def test_vectors_by_the_million_are_an_answer():
    body = json.dumps({"data": [0.5] * 1_100_000}).encode()
    assert not answered("batch_req_1", LINE, 200, "req_1", body).failed


def test_what_was_not_asked_says_so():
    late = unanswered("batch_req_1", LINE, BatchFault("batch_expired", "Too late"))
    assert late == BatchResult(
        3,
        True,
        {
            "id": "batch_req_1",
            "custom_id": "r1",
            "response": None,
            "error": {"code": "batch_expired", "message": "Too late"},
        },
        "batch_expired",
    )
    wrong = at_fault(LINE, "invalid_url", "No", "url")
    assert unanswered("batch_req_1", wrong, wrong.fault).data["error"] == {
        "code": "invalid_url",
        "message": "Line 3: No",
        "line": 3,
        "param": "url",
    }


def test_who_may_not_ask_is_answered_as_over_http():
    result = refused("batch_req_1", LINE, 401, "req_1", Unauthenticated("Revoked"))
    assert result.failed
    assert result.data["response"] == {
        "status_code": 401,
        "request_id": "req_1",
        "body": {
            "error": {
                "message": "Revoked",
                "type": "invalid_request_error",
                "param": None,
                "code": "invalid_api_key",
            }
        },
    }


@pytest.mark.parametrize(
    ("usage", "counted"),
    [
        (
            {
                "prompt_tokens": 5,
                "completion_tokens": 3,
                "prompt_tokens_details": {"cached_tokens": 2},
                "completion_tokens_details": {"reasoning_tokens": 1},
            },
            BatchUsage(5, 2, 3, 1),
        ),
        (
            {
                "input_tokens": 5,
                "output_tokens": 3,
                "input_tokens_details": {"cached_tokens": 2},
                "output_tokens_details": {"reasoning_tokens": 1},
            },
            BatchUsage(5, 2, 3, 1),
        ),
        ({"prompt_tokens": 5, "total_tokens": 5}, BatchUsage(5, 0, 0, 0)),
        ({"prompt_tokens": "5", "completion_tokens": None, "prompt_tokens_details": None}, BatchUsage()),
        (None, BatchUsage()),
        ([], BatchUsage()),
    ],
)
def test_what_was_consumed_is_read_in_every_form(usage, counted):
    body = json.dumps({"usage": usage}).encode()
    assert usage_of(answered("batch_req_1", LINE, 200, "req_1", body)) == counted


def test_what_was_not_answered_consumed_nothing():
    assert usage_of(unanswered("batch_req_1", LINE, BatchFault("a", "b"))) == BatchUsage()
