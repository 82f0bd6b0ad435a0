"""That what is not OpenAI's is noticed when clients hear it."""

import json

import httpx
import pytest

from tests.e2e import strict
from tests.replies import chat_frames
from tests.upstream import Upstream

MADE = {"id": "conv_1", "object": "conversation", "created_at": 1, "metadata": {}}
ERROR = {"message": "No", "type": "invalid_request_error", "param": None, "code": None}
CREATED = b'event: response.created\ndata: {"type":"response.created"}\n\n'

DELTA = {"id": "msg_1", "object": "thread.message.delta", "delta": {"content": []}}
END = b"event: done\ndata: [DONE]\n\n"


def thread_event(data, name="thread.message.delta"):
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        ("POST", "/v1/conversations", 200, MADE),
        ("POST", "/conversations", 404, {"error": ERROR}),
        ("POST", "/v1/completions", 200, b"".join(chat_frames("Hi"))),
        ("GET", "/admin/keys", 200, {"anything": 1}),
        ("POST", "/v1/chat/completions", 200, b"".join(chat_frames("Hi"))),
        ("POST", "/v1/chat/completions", 200, b'data: {"error":' + json.dumps(ERROR).encode() + b"}\n\n"),
        ("POST", "/v1/threads/runs", 200, thread_event(DELTA) + END),
        ("POST", "/v1/threads/thread_1/runs", 200, thread_event(DELTA) + thread_event(ERROR, "error")),
        ("DELETE", "/threads/thread_1", 200, {"id": "thread_1", "object": "thread.deleted", "deleted": True}),
    ],
)
def test_what_is_openais_is_let_pass(faults, method, path, status, body):
    assert told(faults, method, path, status, body) == ""


@pytest.mark.parametrize(
    ("method", "path", "status", "body", "fault"),
    [
        ("POST", "/v1/conversations", 200, {**MADE, "created_at": "1"}, "valid integer"),
        ("POST", "/v1/conversations", 200, {**MADE, "owner": "ann"}, "not OpenAI's: ['owner']"),
        ("GET", "/v1/conversations/conv_1", 200, {"id": "conv_1"}, "Field required"),
        ("GET", "/v1/batches", 200, {"object": "list", "data": []}, "Field required"),
        ("POST", "/openai/deployments/tiny/chat/completions", 200, MADE, "Field required"),
        ("POST", "/v1/responses", 404, {"error": {**ERROR, "code": 404}}, "valid string"),
        ("POST", "/v1/responses", 404, {"error": {"message": "No", "type": "x"}}, "message"),
        ("POST", "/v1/responses", 404, {"detail": "No"}, "detail"),
        ("POST", "/v1/responses", 200, CREATED, "validation errors"),
        ("POST", "/v1/responses", 200, b"data: {}\n\n", "no event with a name"),
        ("POST", "/v1/chat/completions", 200, b"".join(chat_frames("Hi")[:-1]), "has no end"),
        ("POST", "/v1/chat/completions", 200, b"".join([*chat_frames("Hi"), *chat_frames("Ho")]), "after the end"),
        ("POST", "/v1/chat/completions", 200, b"".join(chat_frames("Hi"))[:-1], "in the middle"),
        ("POST", "/v1/threads/runs", 200, thread_event({**DELTA, "owner": "ann"}) + END, "not OpenAI's"),
        ("POST", "/v1/threads/runs", 200, thread_event({**DELTA, "id": 1}) + END, "valid string"),
        ("POST", "/v1/threads/runs", 200, thread_event(DELTA), "the stream ends with"),
        ("POST", "/v1/threads/runs", 200, END + thread_event(DELTA), "after the end"),
        ("GET", "/v1/threads/thread_1/runs/run_1", 200, {"id": "run_1"}, "Field required"),
    ],
)
def test_what_is_not_is_told(faults, method, path, status, body, fault):
    assert fault in told(faults, method, path, status, body)


def test_transports_read_what_goes_by(faults):
    with Upstream() as upstream, httpx.Client(transport=strict.Listening()) as client:
        before = strict.READ["answers"]
        assert client.get(f"{upstream.url}/models").json()["data"]
        assert strict.READ["answers"] == before + 1
        assert client.get(f"{upstream.url}/batches").status_code == 404
        assert faults == []
        asked = {"model": "upstream-model", "messages": [{"role": "user", "content": "Hi"}], "stream": True}
        asked["stream_options"] = {"include_usage": True}
        before = strict.READ["events"]
        client.post(f"{upstream.url}/chat/completions", json=asked)
        assert strict.READ["events"] == before + 5


def told(faults, method, path, status, body):
    media_type = "text/event-stream" if isinstance(body, bytes) else "application/json"
    strict.read(method, path, status, media_type, body if isinstance(body, bytes) else json.dumps(body).encode())
    return "\n".join(faults)


@pytest.fixture
def faults(monkeypatch):
    """What is noted meanwhile, for this test alone."""
    faults = []
    monkeypatch.setattr(strict, "FAULTS", faults)
    return faults
