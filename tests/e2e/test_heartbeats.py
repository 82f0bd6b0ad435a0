"""Streams that fall silent: comments keep the line open, and nobody's client trips over them."""

import json
import time

import pytest
import requests
from openai import APIError, OpenAI

from tests.e2e.by_hand import TOWER, ask, error_in, frames, post, question, read_until, user
from tests.e2e.conftest import writing
from tests.e2e.servers import Server, migrated, ragproxy
from tests.replies import DONE, Reply, chat_chunk, chat_frames, refusal, sse, whole

PING = b": ping\n\n"
BEAT_S = 0.3
SLOW_S = 1.0  # between the pieces of the upstream
CHAT = "/v1/chat/completions"
TEXT = "/v1/completions"
PIECE = {"id": "cmpl-up", "object": "text_completion", "created": 1, "model": "tiny"}


def native(*texts):
    """A stream of legacy completions."""
    choices = [{"index": 0, "text": text, "logprobs": None, "finish_reason": None} for text in texts]
    choices[-1]["finish_reason"] = "stop"
    return [*(sse({**PIECE, "choices": [choice]}) for choice in choices), DONE]


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        (CHAT, {"model": "tiny", "messages": user("x")}, chat_frames("one", " two")[1:]),
        (CHAT, {"model": "ragproxy", "messages": user(TOWER)}, chat_frames("one", " two")[1:]),
        (TEXT, {"model": "tiny", "prompt": "x"}, native("one", " two")),
        (TEXT, {"model": "ragproxy", "prompt": TOWER}, chat_frames("one", " two")[1:]),
        (TEXT, {"model": "ragproxy", "prompt": [TOWER]}, chat_frames("one", " two")[1:]),
    ],
    ids=["chat", "grounded chat", "completion", "grounded completion", "grounded list"],
)
def test_a_silence_is_filled_with_comments(server, upstream, path, body, said):
    upstream.script(Reply.events(said[0], b"".join(said[1:]), delay_s=SLOW_S))
    answer = post(server, {**body, "stream": True}, path).content
    events = frames(answer)
    assert events[-1] == DONE
    assert "".join(map(text, events)) == "one two"
    one, two = (next(at for at, event in enumerate(events) if word in text(event)) for word in ("one", "two"))
    assert 2 <= events[one:two].count(PING) <= 4
    assert events.index(PING) > one  # nothing comes before the answer begins


def test_a_comment_comes_when_it_is_due(server, upstream):
    upstream.script(Reply.events(*chat_frames("one")[:2], stalls=True))
    with ask(server, question()) as sock:
        read_until(sock, b"one")
        began = time.monotonic()
        read_until(sock, PING)
        assert 0.8 * BEAT_S < time.monotonic() - began < 4 * BEAT_S
        read_until(sock, PING)
        assert time.monotonic() - began > 1.8 * BEAT_S


def test_a_stream_that_keeps_talking_needs_none(server, upstream):
    upstream.script(Reply.events(*chat_frames(*"talk"), delay_s=0.05))
    assert PING not in post(server, question()).content


def test_an_upstream_that_only_says_that_it_lives_is_heard(server, upstream):
    begun, rest = chat_frames("one")[:2], chat_frames("one")[2:]
    upstream.script(Reply.events(*begun, *[b": still here\n\n"] * 10, *rest, delay_s=0.1))
    answer = post(server, question()).content
    assert 2 <= answer.count(PING) <= 5
    assert b"still here" not in answer
    assert answer.endswith(DONE)


@pytest.mark.parametrize("model", ["tiny", "ragproxy"])
def test_the_official_client_reads_on(ai, upstream, model):
    begun, rest = chat_frames("one", " two")[:2], chat_frames("one", " two")[2:]
    upstream.script(Reply.events(*begun, b"".join(rest), delay_s=SLOW_S / 2))
    chunks = list(ai.chat.completions.create(model=model, messages=user(TOWER), stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "one two"
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_all_silence_together_is_still_bounded(server, upstream):
    upstream.script(Reply.events(*chat_frames("one")[:2], stalls=True))
    began = time.monotonic()
    *before, last = frames(post(server, question()).content)
    assert error_in(last)["code"] == "upstream_timeout"
    assert 2.5 < time.monotonic() - began < 6
    assert 5 <= before.count(PING) <= 10


def test_the_official_client_raises_after_comments_too(ai, upstream):
    upstream.script(Reply.events(*chat_frames("one")[:2], b"data: {broken\n\n", delay_s=SLOW_S / 2))
    with pytest.raises(APIError):
        list(ai.chat.completions.create(model="tiny", messages=user("x"), stream=True))


@pytest.mark.parametrize("stream", [False, True])
def test_before_an_answer_begins_its_status_is_still_open(server, upstream, stream):
    upstream.script(refusal(429, "Slow down", head_delay_s=SLOW_S))
    answer = post(server, question(stream=stream))
    assert (answer.status_code, answer.json()["error"]["message"]) == (429, "Slow down")


def test_a_whole_answer_is_json_alone_however_slow(server, upstream):
    upstream.script(Reply.json(whole("Yes"), framing="chunked", delay_s=SLOW_S))
    answer = post(server, question(stream=False))
    assert answer.json()["choices"][0]["message"]["content"] == "Yes"
    assert PING not in answer.content


def test_a_marker_that_is_held_back_is_not_lost_over_a_silence(server, upstream):
    pieces = [chat_chunk({"content": text}) for text in ("330 m [", "1].")]
    upstream.script(Reply.events(*pieces, chat_chunk({}, "stop"), DONE, delay_s=SLOW_S / 2))
    events = frames(post(server, {"model": "ragproxy", "messages": user(TOWER), "stream": True}).content)
    assert "".join(map(text, events)) == "330 m [1]."
    assert PING in events


def test_0_turns_them_off(tmp_path, upstream):
    migrated(tmp_path)
    with Server(tmp_path, RAGPROXY_HEARTBEAT="0", **writing(upstream)) as server:
        upstream.script(Reply.events(*chat_frames("one"), delay_s=SLOW_S / 2), path=CHAT.removeprefix("/v1"))
        answer = post(server, question()).content
    assert answer.endswith(DONE)
    assert PING not in answer


def text(event):
    """What one event says."""
    if event in (DONE, PING):
        return ""
    choices = json.loads(event[6:])["choices"]
    return "".join((choice.get("text") or choice.get("delta", {}).get("content") or "") for choice in choices)


@pytest.fixture(scope="module")
def server(tmp_path_factory, documents, shared_upstream):
    data_dir = tmp_path_factory.mktemp("heartbeats")
    migrated(data_dir)
    ragproxy("ingest", documents, "--store", "default", data_dir=data_dir)
    variables = {"RAGPROXY_HEARTBEAT": str(BEAT_S), "RAGPROXY_READ_TIMEOUT": "3", **writing(shared_upstream)}
    with Server(data_dir, **variables) as server:
        until = time.monotonic() + 10
        while "spare" not in requests.get(server.url + "/models", timeout=5).text:
            assert time.monotonic() < until
            time.sleep(0.05)
        yield server


@pytest.fixture
def ai(server):
    with OpenAI(base_url=server.url + "/v1", api_key="any", max_retries=0, timeout=30) as ai:
        yield ai
