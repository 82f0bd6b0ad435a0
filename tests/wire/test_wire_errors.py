"""OpenAI's error body, and upstreams' errors of every shape."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragproxy.errors import UpstreamBroken, UpstreamError, UpstreamRefused, UpstreamUnavailable
from ragproxy.wire.errors import error_body, explanation, passed_headers, upstream_error
from ragproxy.wire.json import dumps

OPENAI = {
    "error": {"message": "Unknown model", "type": "invalid_request_error", "param": "model", "code": "model_not_found"}
}


def test_an_error_body_has_all_four_keys():
    assert error_body("No.") == {
        "error": {"message": "No.", "type": "invalid_request_error", "param": None, "code": None}
    }
    assert error_body("No.", "server_error", "n", "x") == {
        "error": {"message": "No.", "type": "server_error", "param": "n", "code": "x"}
    }


def _told(error):
    return (error.message, error.type, error.param, error.code)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (OPENAI, ("Unknown model", "invalid_request_error", "model", "model_not_found")),
        ({"error": {"message": "No", "type": None, "param": None, "code": None}}, ("No", None, None, None)),
        ({"error": "No"}, ("No", None, None, None)),
        ({"error": "No", "code": 7}, ("No", None, None, "7")),
        ({"detail": "No"}, ("No", None, None, None)),
        ({"detail": {"message": "No", "code": "x"}}, ("No", None, None, "x")),
        (
            {"detail": [{"type": "missing", "loc": ["body", "messages", 0, "content"], "msg": "Field required"}]},
            ("Field required", "missing", "messages[0].content", None),
        ),
        ({"message": "No"}, ("No", None, None, None)),
        (
            {"object": "error", "message": "No", "type": "BadRequestError", "param": None, "code": 400},
            ("No", "BadRequestError", None, "400"),
        ),
        ([{"error": {"code": 400, "message": "No", "status": "INVALID_ARGUMENT"}}], ("No", None, None, "400")),
        ({"errors": [{"message": "No"}]}, ("No", None, None, None)),
        ({"errors": ["No"]}, ("No", None, None, None)),
        ({"title": "Bad", "detail": "No"}, ("No", None, None, None)),
        ("No", ("No", None, None, None)),
        ({"error": {"message": "two\n lines", "param": 3, "code": True}}, ("two lines", None, "3", None)),
    ],
)
def test_a_refusal_is_read_whatever_its_shape(body, told):
    error = upstream_error(400, dumps(body), {})
    assert isinstance(error, UpstreamRefused)
    assert _told(error) == told


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"3",
        b"<html><h1>Bad Request</h1></html>",
        b'{"error": {}}',
        b'{"error": {"message": {"a": 1}}}',
        b'{"message": ""}',
        b"\xff<",
        b'{"detail": []}',
        b"x" * 2_000_000,
    ],
)
def test_a_refusal_without_a_reason_is_still_a_sentence(body):
    assert (
        upstream_error(400, body, {}).message == "The upstream refused the request with status 400 and did not say why"
    )


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"code": 400, "message": "the request exceeds it", "type": "exceed_context_size_error"}, None),
        ({"code": 400, "message": "This model's maximum context length is 2048 tokens. However, ..."}, None),
        ({"message": "The input (9 tokens) is longer than the model's context length (8 tokens)."}, None),
        ({"code": "string_above_max_length", "message": "... maximum context length ..."}, "string_above_max_length"),
        ({"code": 400, "message": "The context is wrong"}, "400"),
    ],
)
def test_a_context_that_is_too_long_has_the_code_that_clients_know(said, code):
    error = upstream_error(400, json.dumps({"error": said}).encode(), {})
    assert error.code == (code or "context_length_exceeded")


def test_a_line_of_text_is_a_reason():
    assert upstream_error(404, b" 404 page not found\n", {}).message == "404 page not found"


def test_a_traceback_is_no_reason():
    body = dumps({"error": {"message": 'Traceback (most recent call last):\n File "/srv/app.py"'}})
    assert upstream_error(500, body, {}).message == "The upstream answered with status 500: it did not say why"


def test_a_long_reason_is_cut():
    message = upstream_error(400, dumps({"error": {"message": "é" * 5000}}), {}).message
    assert len(message) == 1000
    assert message.endswith("é...")


@pytest.mark.parametrize(
    ("status", "told"), [(400, 400), (404, 404), (409, 409), (413, 413), (415, 415), (422, 400), (429, 429)]
)
def test_what_the_client_can_mend_is_passed_on(status, told):
    error = upstream_error(status, dumps(OPENAI), {})
    assert isinstance(error, UpstreamRefused)
    assert (error.status, *_told(error)) == (told, "Unknown model", "invalid_request_error", "model", "model_not_found")


@pytest.mark.parametrize("status", [401, 402, 403, 407])
def test_the_servers_own_key_is_not_the_clients_fault(status):
    body = {"error": {"message": "Incorrect API key provided: sk-abc***xyz", "code": "invalid_api_key"}}
    error = upstream_error(status, dumps(body), {})
    assert type(error) is UpstreamError
    assert (error.code, error.status) == ("upstream_auth", status)
    assert "refused the server's own key" in error.message
    assert "sk-" not in error.message


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 529])
def test_what_may_pass_by_itself_is_worth_another_try(status):
    error = upstream_error(status, b'{"error": "overloaded"}', {"Retry-After": "7", "Server": "x"})
    assert isinstance(error, UpstreamUnavailable)
    assert error.status == status
    assert error.message == f"The upstream answered with status {status}: overloaded"
    assert error.headers == {"retry-after": "7"}


@pytest.mark.parametrize("status", [301, 405, 418])
def test_any_other_status_is_between_us_and_the_upstream(status):
    error = upstream_error(status, b"", {})
    assert type(error) is UpstreamError
    assert (error.code, str(status) in error.message) == ("upstream_error", True)
    assert not isinstance(error, UpstreamBroken)


def test_a_429_keeps_what_the_client_needs_to_come_back():
    headers = {
        "Retry-After": "20",
        "retry-after-ms": "19500",
        "X-Should-Retry": "false",
        "X-RateLimit-Remaining-Requests": "0",
        "x-ratelimit-reset-tokens": "6m0s",
        "Set-Cookie": "secret",
        "openai-organization": "ours",
        "x-request-id": "theirs",
    }
    error = upstream_error(
        429, dumps({"error": {"message": "Slow down", "type": "requests", "code": "rate_limit_exceeded"}}), headers
    )
    assert (error.status, error.code) == (429, "rate_limit_exceeded")
    assert error.headers == {
        "retry-after": "20",
        "retry-after-ms": "19500",
        "x-should-retry": "false",
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-tokens": "6m0s",
    }


@pytest.mark.parametrize(
    "headers",
    [
        {"retry-after": "1\r\nx: y"},
        {"retry-after": "é"},
        {"retry-after": "1" * 300},
        {"retry-after": ""},
        {"x-ratelimit-\n": "1"},
        {"x-retry-after": "1"},
    ],
)
def test_no_header_that_could_break_ours_passes(headers):
    assert passed_headers(headers) == {}


@pytest.mark.parametrize(
    ("value", "told"), [({"error": {"message": "a"}}, "a"), ({"error": "a"}, "a"), ({}, None), (None, None)]
)
def test_an_explanation_is_found_where_it_is(value, told):
    assert explanation(value) == told


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 999) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "detail", "message", "errors", "msg", "code", "param", "type", "loc"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(st.integers(300, 599), _json.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=40))
@settings(deadline=None)
def test_any_error_has_a_message_and_words_of_the_right_type(status, body):
    error = upstream_error(status, body, {})
    assert error.message
    assert all(
        word is None or isinstance(word, str) for word in (error.param, error.code, getattr(error, "type", None))
    )


def test_a_body_nested_without_end_is_no_trouble():
    body = b'{"error":' * 500 + b'"x"' + b"}" * 500
    assert upstream_error(400, body, {}).message
