"""A request that has ended is gone at once, with all that belongs to it: nothing waits for the collector of cycles.

A hundred streams whose remains lie between what is alive, until somebody looks for them, cost a tenth of the memory.
"""

import gc
import time
from collections import Counter

import flask
import pytest

from ragproxy.api.accounting import Asking
from ragproxy.api.context import Visit
from ragproxy.backends.bodies import Body
from ragproxy.backends.parsing import Parser
from ragproxy.domain import ChatRequest
from tests.api.chatting.asking import MODEL
from tests.replies import DONE, Reply

WATCHED = (flask.Request, Visit, Asking, Body, Parser, ChatRequest)
REFUSED = Reply.json({"error": {"message": "No", "type": "invalid_request_error"}}, 400)
BUSY = Reply.json({"error": {"message": "Later", "type": "server_error"}}, 503, {"retry-after": "0"})


def chunk(text):
    return {
        "id": "c",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": MODEL,
        "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}],
    }


WHOLE = Reply.json(
    {
        "id": "c",
        "object": "chat.completion",
        "created": 1,
        "model": MODEL,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
    }
)
EMBEDDED = Reply.json(
    {
        "object": "list",
        "model": MODEL,
        "data": [{"object": "embedding", "index": 0, "embedding": [0.5]}],
        "usage": {"prompt_tokens": 1, "total_tokens": 1},
    }
)
STREAM = Reply.events(*[chunk("Hi") for _ in range(20)], DONE)


@pytest.fixture(scope="module")
def app(make_app, shared_upstream, tmp_path_factory):
    """One that asks twice, and never stops asking an upstream that fails."""
    file = tmp_path_factory.mktemp("leftovers") / "upstreams.toml"
    address = f'name = "main"\nbase_url = "{shared_upstream.url}"\nmodels = ["{MODEL}"]\nserves = ["chat", "embeddings", "moderations"]'
    file.write_text(f"[[upstream]]\n{address}\nretries = 1\nbreak_after = 0\n")
    return make_app(config=file, upstream_model=f"main/{MODEL}")


@pytest.fixture
def left_over():
    """What of a request is still there, by its name, when its threads have had the time to end."""

    def count():
        until = time.monotonic() + 2
        while (found := _found(known)) and time.monotonic() < until:
            time.sleep(0.01)
        return found

    gc.collect()
    known = [thing for thing in gc.get_objects() if type(thing) in WATCHED]  # of other tests
    gc.disable()
    yield count
    gc.enable()


@pytest.mark.parametrize(
    ("replies", "stream", "status"),
    [
        ([WHOLE], False, 200),
        ([STREAM], True, 200),
        ([REFUSED], False, 400),
        ([REFUSED], True, 400),
        ([BUSY] * 2, False, 503),
        ([BUSY, STREAM], True, 200),
        ([Reply.events(chunk("Hi"), cut_at=300)], True, 200),
        ([Reply.events(chunk("Hi"), cut_at=300)], False, 502),
        ([Reply((), head_cut_at=5)] * 2, True, 503),
    ],
    ids=["whole", "stream", "refused", "stream refused", "busy", "busy once", "cut stream", "cut", "cut in its head"],
)
def test_an_answer_leaves_nothing_behind(client, upstream, left_over, replies, stream, status):
    upstream.script(*replies, path="/chat/completions")
    answer = ask(client, stream)
    assert (answer.status_code, len(answer.get_data()) > 0) == (status, True)
    answer.close()
    del answer
    assert left_over() == {}


@pytest.mark.parametrize(
    ("path", "body", "reply"),
    [
        ("responses", {"input": "Hi"}, WHOLE),
        ("responses", {"input": "Hi", "stream": True}, STREAM),
        ("embeddings", {"input": "Hi"}, EMBEDDED),
        ("moderations", {"input": "Hi"}, Reply.json({"id": "m", "model": MODEL, "results": []})),
    ],
    ids=["response", "streamed response", "embeddings", "relay"],
)
def test_other_questions_leave_nothing_behind_either(client, upstream, left_over, path, body, reply):
    upstream.script(reply, path="/chat/completions" if path == "responses" else f"/{path}")
    answer = client.post(f"/v1/{path}", json={"model": MODEL, **body}, buffered=False)
    assert (answer.status_code, len(answer.get_data()) > 0) == (200, True)
    answer.close()
    del answer
    assert left_over() == {}


def test_an_answer_out_of_documents_leaves_nothing_behind(client, upstream, store, left_over):
    upstream.script(WHOLE, path="/chat/completions")
    said = {"messages": [{"role": "user", "content": "How tall is the tower?"}]}
    answer = client.post("/v1/chat/completions", json={"model": f"rag/{store}", **said})
    assert "tower.txt" in answer.text
    assert b"330 metres" in upstream.to("/chat/completions")[-1].body
    del answer
    assert left_over() == {}


def test_who_hangs_up_leaves_nothing_behind(client, upstream, left_over):
    upstream.script(Reply.events(chunk("Hi"), endless=True, delay_s=0.01), path="/chat/completions")
    answer = ask(client, stream=True)
    pieces = answer.iter_encoded()
    assert next(pieces)
    answer.close()
    del answer, pieces
    assert left_over() == {}


def _found(known):
    theirs = set(map(id, known))
    return Counter(
        type(thing).__name__ for thing in gc.get_objects() if type(thing) in WATCHED and id(thing) not in theirs
    )


def ask(client, stream):
    said = {"model": MODEL, "messages": [{"role": "user", "content": "Hi"}], "stream": stream}
    return client.post("/v1/chat/completions", json=said, buffered=False)
