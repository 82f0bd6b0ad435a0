"""What goes wrong behind the gateway, as the exceptions of the official client."""

import time

import openai
import pytest
import requests
from openai import OpenAI

from tests.e2e.by_hand import checked, user
from tests.e2e.servers import Server, free_port, migrated
from tests.replies import Reply, refusal

LIMITS = {
    "retry-after": "3",
    "retry-after-ms": "2750",
    "x-ratelimit-limit-requests": "60",
    "x-ratelimit-remaining-requests": "0",
    "x-ratelimit-reset-requests": "1s",
}
STREAMED_OR_NOT = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
MODELS = pytest.mark.parametrize("model", ["ragproxy", "tiny"])


@STREAMED_OR_NOT
@MODELS
@pytest.mark.parametrize(
    ("status", "exception"),
    [
        (400, openai.BadRequestError),
        (404, openai.NotFoundError),
        (409, openai.ConflictError),
        (413, openai.APIStatusError),
        (429, openai.RateLimitError),
    ],
)
def test_a_refusal_is_passed_on_in_the_upstreams_words(ai, upstream, status, exception, model, stream):
    error = {"message": "Not like that", "type": "their_type", "param": "messages[0]", "code": "their_code"}
    upstream.script(Reply.json({"error": error}, status))
    caught = _refused(ai, exception, model=model, stream=stream)
    assert caught.status_code == status
    assert caught.body == error


@STREAMED_OR_NOT
def test_a_422_is_a_400(ai, upstream, stream):
    detail = [{"loc": ["body", "messages", 0, "content"], "msg": "Field required", "type": "missing"}]
    upstream.script(Reply.json({"detail": detail}, 422))
    caught = _refused(ai, openai.BadRequestError, stream=stream)
    assert caught.param == "messages[0].content"
    assert "Field required" in caught.message


@STREAMED_OR_NOT
@pytest.mark.parametrize("status", [401, 403])
def test_the_servers_own_key_being_refused_is_never_the_clients_401(ai, upstream, status, stream):
    upstream.script(refusal(status, "Incorrect API key provided: sk-upst***am", "invalid_api_key"))
    caught = _refused(ai, openai.InternalServerError, stream=stream)
    assert (caught.status_code, caught.code) == (502, "upstream_auth")
    assert "sk-upst" not in caught.message
    assert "OPENAI_API_KEY" in caught.message


@STREAMED_OR_NOT
@MODELS
def test_too_many_requests_say_when_to_come_back(ai, upstream, model, stream):
    upstream.script(refusal(429, "Slow down", "rate_limit_exceeded", headers=LIMITS))
    caught = _refused(ai, openai.RateLimitError, model=model, stream=stream)
    assert {name: caught.response.headers.get(name) for name in LIMITS} == LIMITS
    assert caught.code == "rate_limit_exceeded"


def test_the_clients_own_retry_after_a_429_succeeds(gateway, upstream):
    upstream.script(refusal(429, "Slow down", headers={"retry-after-ms": "200"}))
    patient = OpenAI(base_url=gateway.url, api_key="sk", max_retries=1)
    began = time.monotonic()
    assert patient.chat.completions.create(model="tiny", messages=user("Hello")).choices[0].message.content == "Hello"
    assert 0.15 < time.monotonic() - began < 3
    assert len(upstream.requests) == 2


@STREAMED_OR_NOT
@MODELS
@pytest.mark.parametrize("status", [500, 502, 503, 504, 529])
def test_an_upstream_out_of_order_is_503(ai, upstream, status, model, stream):
    upstream.script(refusal(status, "Overloaded", headers={"retry-after": "7"}))
    caught = _refused(ai, openai.InternalServerError, model=model, stream=stream)
    assert (caught.status_code, caught.code, caught.type) == (503, "upstream_unavailable", "server_error")
    assert "Overloaded" in caught.message
    assert caught.response.headers["retry-after"] == "7"
    assert len(upstream.requests) == 1


@STREAMED_OR_NOT
@pytest.mark.parametrize("status", [404, 500, 502])
def test_a_page_of_html_is_not_quoted(ai, upstream, status, stream):
    upstream.script(Reply.text("<html><h1>nginx</h1></html>", status, "text/html"))
    caught = _refused(ai, openai.NotFoundError if status == 404 else openai.InternalServerError, stream=stream)
    assert "<" not in caught.message
    assert str(status) in caught.message


@STREAMED_OR_NOT
@pytest.mark.parametrize(
    "reply",
    [
        Reply.text("<html>Welcome</html>", 200, "text/html"),
        Reply.text("not json", 200, "application/json"),
        Reply.text("", 200, "application/json"),
        Reply.json([]),
        Reply.json({"choices": []}),
        Reply.json({"choices": "none"}),
        Reply.text("{", 200, "application/json", length=400, closes=True),
    ],
    ids=["html", "no json", "nothing", "an array", "no choices", "choices of text", "cut"],
)
def test_an_answer_that_is_none_is_502(ai, upstream, reply, stream):
    upstream.script(reply)
    caught = _refused(ai, openai.InternalServerError, stream=stream)
    assert (caught.status_code, caught.code) == (502, "upstream_broken")


@STREAMED_OR_NOT
def test_an_error_with_status_200_is_an_error(ai, upstream, stream):
    upstream.script(Reply.json({"error": {"message": "Too long", "code": "context_length_exceeded"}}))
    caught = _refused(ai, openai.BadRequestError, stream=stream)
    assert caught.code == "context_length_exceeded"


@STREAMED_OR_NOT
def test_a_redirect_is_not_followed(ai, upstream, stream):
    upstream.script(Reply.text("", 302, "text/plain", headers={"location": "http://127.0.0.1:9/stolen"}))
    caught = _refused(ai, openai.InternalServerError, stream=stream)
    assert caught.status_code == 502
    assert len(upstream.requests) == 1


@STREAMED_OR_NOT
def test_an_upstream_too_slow_to_begin_is_504(impatient, upstream, stream):
    upstream.script(Reply.json({}, head_delay_s=20))
    began = time.monotonic()
    caught = _refused(_client(impatient), openai.InternalServerError, stream=stream)
    assert time.monotonic() - began < 3
    assert (caught.status_code, caught.code) == (504, "upstream_timeout")
    assert upstream.requests[-1].left.wait(2)


@pytest.mark.parametrize("model", ["ragproxy", "tiny"])
def test_an_upstream_that_is_not_there_is_503_and_the_server_serves_on(abandoned, model):
    caught = _refused(_client(abandoned), openai.InternalServerError, model=model)
    assert (caught.status_code, caught.code) == (503, "upstream_unavailable")
    assert "refuses connections" in caught.message
    assert "sk-upstream" not in caught.response.text


def test_without_its_upstream_the_rest_still_works(abandoned):
    client = _client(abandoned)
    names = {model.id for model in client.models.list()}
    assert {"ragproxy", "tiny", "extractive", "gpt-4o"} <= names
    assert client.chat.completions.create(model="extractive", messages=user("Hello?")).choices
    ready = requests.get(abandoned.url + "/ready", timeout=5)
    assert ready.status_code == 200


def test_every_error_has_its_id_and_all_four_keys(gateway, upstream):
    upstream.script(refusal(500, "Out of order"))
    body = {"model": "tiny", "messages": user("Hello")}
    answer = requests.post(gateway.url + "/chat/completions", json=body, headers={"x-request-id": "mine-7"}, timeout=10)
    checked(answer.json()["error"])
    assert answer.headers["x-request-id"] == "mine-7"
    assert "total;dur=" in answer.headers["Server-Timing"]
    assert answer.headers["content-type"] == "application/json"


def _refused(client, exception, *, model="tiny", stream=False):
    with pytest.raises(exception) as caught:
        client.chat.completions.create(model=model, messages=user("Hello"), stream=stream)
    checked(caught.value.response.json()["error"])
    assert caught.value.request_id
    return caught.value


def _client(server):
    return OpenAI(base_url=server.url, api_key="sk", max_retries=0, timeout=30)


@pytest.fixture(scope="module")
def abandoned(tmp_path_factory):
    """A gateway whose upstream has never been there."""
    data_dir = tmp_path_factory.mktemp("abandoned")
    migrated(data_dir)
    with Server(
        data_dir,
        OPENAI_BASE_URL=f"http://127.0.0.1:{free_port()}/v1",
        OPENAI_API_KEY="sk-upstream",
        RAGPROXY_UPSTREAM_MODEL="tiny",
    ) as server:
        yield server
