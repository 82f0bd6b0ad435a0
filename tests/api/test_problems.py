"""The error contract, for every way a request can go wrong before it reaches a model."""

import json

import pytest

from ragproxy.api.problems import problem
from ragproxy.errors import IssuerUnavailable, NotServed, OverQuota, UpstreamUnavailable

QUESTION = {"model": "ragproxy", "messages": [{"role": "user", "content": "Hello?"}]}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing/here", 404, "unknown_url"),
        ("GET", "/v1", 404, "unknown_url"),
        ("POST", "/v1//chat/completions", 404, "unknown_url"),
        ("GET", "/v1/embeddings", 405, "method_not_allowed"),
        ("DELETE", "/v1/models", 405, "method_not_allowed"),
        ("PATCH", "/chat/completions", 405, "method_not_allowed"),
        ("GET", "/v1/models/gpt-9", 404, "model_not_found"),
        ("GET", "/models/rag/nowhere", 404, "model_not_found"),
        ("GET", "/v1/models/a%00b", 404, "model_not_found"),
    ],
)
def test_what_is_not_there_is_refused_in_openais_shape(client, method, path, status, code):
    error = _error(client.open(path, method=method), status)
    assert error["type"] == "invalid_request_error"
    assert error["code"] == code


def test_405_says_what_is_allowed(client):
    assert "POST" in client.get("/v1/embeddings").headers["Allow"]


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_a_body_that_is_not_json_is_415(client, content_type):
    response = client.post("/v1/chat/completions", data=json.dumps(QUESTION), content_type=content_type)
    assert "application/json" in _error(response, 415)["message"]


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/json; charset=utf-8", "application/vnd.x+json"]
)
def test_any_spelling_of_json_is_read(client, content_type):
    response = client.post("/v1/chat/completions", data=json.dumps(QUESTION), content_type=content_type)
    assert response.status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe{}",
        b'{"model": "\xe9"}',
        b'{"model": "\\ud800"}',
        b'{"temperature": NaN}',
        b"[" * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b"\x00",
    ],
    ids=range(13),
)
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/completions"])
def test_a_body_that_cannot_be_read_is_400(client, path, body):
    _error(client.post(path, data=body, content_type="application/json"), 400)


def test_nul_bytes_in_a_message_do_no_harm(client):
    question = {"model": "ragproxy", "messages": [{"role": "user", "content": "What\x00 is this?"}]}
    assert client.post("/v1/chat/completions", json=question).status_code == 200


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"model": None}, "model"),
        ({"model": 4}, "model"),
        ({"messages": []}, "messages"),
        ({"messages": "Hello?"}, "messages"),
        ({"messages": [{"role": "wizard", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, "messages[0].content[0].text"),
        ({"temperature": 3}, "temperature"),
        ({"temperature": "hot"}, "temperature"),
        ({"top_logprobs": 3}, "top_logprobs"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
        ({"rag": {"top_k": 0}}, "rag.top_k"),
        ({"lang": "french"}, "lang"),
    ],
)
def test_a_wrong_field_is_named(client, change, param):
    error = _error(client.post("/v1/chat/completions", json={**QUESTION, **change}), 400)
    assert error["param"] == param
    assert error["type"] == "invalid_request_error"


def test_a_body_over_the_limit_is_413_and_names_the_setting(client):
    question = {"model": "ragproxy", "messages": [{"role": "user", "content": "x" * (2 << 20)}]}
    error = _error(client.post("/v1/chat/completions", json=question), 413)
    assert "1 MiB" in error["message"]
    assert "RAGPROXY_BODY_LIMIT_MB" in error["message"]


def test_an_error_nobody_foresaw_tells_nothing_of_itself(make_app):
    app = make_app()
    app.add_url_rule("/broken", view_func=lambda: 1 / 0)
    response = app.test_client().get("/broken")
    error = _error(response, 500)
    assert error == {"message": error["message"], "type": "server_error", "param": None, "code": "internal_error"}
    assert "ZeroDivision" not in response.text
    assert response.headers["x-should-retry"] == "false"


def test_every_answer_carries_its_id_and_its_time(client):
    for response in (client.get("/v1/models"), client.get("/nothing"), client.post("/v1/chat/completions")):
        assert response.headers["x-request-id"].startswith("req_")
        assert int(response.headers["openai-processing-ms"]) >= 0
        assert "total;dur=" in response.headers["Server-Timing"]
    assert client.get("/health", headers={"x-request-id": "mine-1"}).headers["x-request-id"] == "mine-1"


def test_a_browser_may_send_any_header_and_read_ours(client):
    preflight = client.options(
        "/v1/chat/completions",
        headers={
            "Origin": "https://ui.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, content-type, x-stainless-lang, x-stainless-retry-count",
        },
    )
    assert preflight.status_code == 200
    assert "x-stainless-retry-count" in preflight.headers["Access-Control-Allow-Headers"]
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    answer = client.get("/v1/models", headers={"Origin": "https://ui.example"})
    exposed = answer.headers["Access-Control-Expose-Headers"].lower()
    for name in ("x-metadata-sources", "x-request-id", "x-ratelimit-remaining-tokens", "retry-after", "server-timing"):
        assert name in exposed
    assert {"x-should-retry", "x-ragproxy-tried"} <= set(exposed.split(", "))
    assert "Access-Control-Allow-Origin" in client.get("/nothing", headers={"Origin": "https://ui.example"}).headers


def test_only_the_origins_that_were_named_are_let_in(make_app):
    client = make_app(cors_origins=("https://ui.example",)).test_client()
    allowed = client.get("/v1/models", headers={"Origin": "https://ui.example"})
    refused = client.get("/v1/models", headers={"Origin": "https://evil.example"})
    assert allowed.headers["Access-Control-Allow-Origin"] == "https://ui.example"
    assert "Access-Control-Allow-Origin" not in refused.headers


@pytest.mark.parametrize(
    "error",
    [
        OverQuota("full", retry_after_s=7),
        IssuerUnavailable("away", retry_after_s=7),
        NotServed("no such route"),
        UpstreamUnavailable("down", headers={"retry-after": "7"}),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_of_any_kind_takes_its_headers_along(app, error):
    error.headers["x-ragproxy-tried"] = "main/m 503, spare/m busy"
    with app.test_request_context():
        headers = problem(error).headers
    assert headers["x-ragproxy-tried"] == "main/m 503, spare/m busy"
    assert headers.get("retry-after") == (None if isinstance(error, NotServed) else "7")


def _error(response, status):
    assert response.status_code == status, response.text
    assert response.mimetype == "application/json"
    body = response.get_json()
    assert list(body) == ["error"]
    error = body["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert isinstance(error["message"], str)
    assert error["message"]
    assert isinstance(error["type"], str)
    assert error["param"] is None or isinstance(error["param"], str)
    assert error["code"] is None or isinstance(error["code"], str)
    return error
