"""Conversations, responses, stored completions and batches on a server with threads, with the official client."""

import json
import time
import uuid

import openai
import pytest

from tests.e2e import scaled
from tests.e2e.conftest import _has_learnt, writing
from tests.e2e.responding import ask
from tests.e2e.scaled import wait_until
from tests.e2e.servers import Server, migrated
from tests.replies import Reply, chat_frames
from tests.upstream import Upstream

CHAT = "/chat/completions"
WORDS = [f"{n} " for n in range(20)]
SLOW = Reply.events(*chat_frames(*WORDS), delay_s=0.05)
STALLS = Reply.events(*chat_frames(*WORDS)[:6], stalls=True)
BROKEN = Reply.events(*chat_frames("Par", "is")[:2], ends_at=10**6)
ENDED = ("completed", "failed", "expired", "cancelled", "incomplete")
STREAMED = pytest.mark.parametrize("stream", [False, True])


# ---- conversations and stored completions ----


@STREAMED
def test_chats_go_on_in_a_conversation(ai, upstream, stream):
    first = chat(ai, "Hello", stream=stream, conversation_id="new")
    chat(ai, "And you?", stream=stream, conversation_id=first)
    assert asked(upstream) == ["Hello", "Hello", "And you?"]
    assert said(ai, first) == ["Hello", "Hello", "And you?", "And you?"]
    ai.conversations.items.create(first, items=[{"type": "message", "role": "user", "content": "By hand"}])
    assert said(ai, first)[-1] == "By hand"
    assert ai.conversations.update(first, metadata={"a": "b"}).metadata == {"a": "b"}
    assert ai.conversations.delete(first).deleted
    with pytest.raises(openai.NotFoundError):
        ai.conversations.retrieve(first)


@STREAMED
def test_a_completion_is_stored(ai, stream):
    topic = {"topic": uuid.uuid4().hex}
    chat(ai, "Keep this", stream=stream, store=True, metadata=topic)
    (kept,) = ai.chat.completions.list(metadata=topic)
    assert kept.choices[0].message.content == "Keep this"
    (message,) = ai.chat.completions.messages.list(kept.id)
    assert message.content == "Keep this"
    assert ai.chat.completions.delete(kept.id).deleted
    assert list(ai.chat.completions.list(metadata=topic)) == []


@STREAMED
def test_what_is_asked_again_under_its_key_is_answered_once(ai, upstream, stream):
    for conversation in ("chat", "response"):
        key = {"Idempotency-Key": uuid.uuid4().hex}
        id = ai.conversations.create().id
        before = len(upstream.to(CHAT))
        for _ in range(2):
            if conversation == "chat":
                chat(ai, "Once", stream=stream, extra_headers=key, conversation_id=id)
            else:
                assert ask(ai, "Once", stream=stream, extra_headers=key, conversation=id).output_text == "Once"
        assert said(ai, id) == ["Once", "Once"]
        assert len(upstream.to(CHAT)) == before + 1


# ---- responses ----


@STREAMED
def test_a_response_is_made_and_gone_on_from(ai, upstream, stream):
    first = ask(ai, "Hello", stream=stream)
    again = ask(ai, "And you?", stream=stream, previous_response_id=first.id)
    assert asked(upstream) == ["Hello", "Hello", "And you?"]
    assert ai.responses.retrieve(again.id).output_text == "And you?"
    assert [item.content[0].text for item in ai.responses.input_items.list(again.id)] == ["And you?"]
    ai.responses.delete(again.id)
    with pytest.raises(openai.NotFoundError):
        ask(ai, "And?", previous_response_id=again.id)


@pytest.mark.parametrize("ends", ["hung up", "broken"])
def test_what_was_told_of_a_response_is_kept(ai, upstream, ends):
    id = ai.conversations.create().id
    upstream.script(BROKEN if ends == "broken" else STALLS, path=CHAT)
    told = ""
    with ai.responses.create(model="tiny", input="Where?", stream=True, conversation=id) as stream:
        for event in stream:
            told += getattr(event, "delta", "")
            if ends == "hung up" and told:
                break
    wait_until(lambda: said(ai, id), 5)
    items = list(ai.conversations.items.list(id, order="asc"))
    assert [item.status for item in items] == ["completed", "incomplete"]
    assert items[1].content[0].text.startswith(told)


def test_a_response_in_the_background_is_polled(ai, upstream):
    response = ai.responses.create(model="tiny", input="Later", background=True)
    assert response.status == "queued"
    assert ended(ai.responses, response).output_text == "Later"


def test_a_response_in_the_background_is_followed_from_where_the_line_broke(ai, upstream):
    upstream.script(SLOW, path=CHAT)
    with ai.responses.create(model="tiny", input="Count", background=True, stream=True) as stream:
        events = [next(stream) for _ in range(8)]
    id = events[0].response.id
    events += ai.responses.retrieve(id, stream=True, starting_after=events[-1].sequence_number)
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert events[-1].type == "response.completed"
    assert events[-1].response.output_text == "".join(WORDS)
    assert len(upstream.to(CHAT)) == 1


def test_a_response_in_the_background_is_cancelled_and_others_are_answered_meanwhile(ai, upstream):
    upstream.script(STALLS, path=CHAT)
    with ai.responses.create(model="tiny", input="Count", background=True, stream=True) as stream:
        events = [next(stream) for _ in range(6)]
        assert ask(ai, "Meanwhile").output_text == "Meanwhile"
        began = time.monotonic()
        assert ai.responses.cancel(events[0].response.id).status == "cancelled"
        events += stream
    assert time.monotonic() - began < 2
    assert events[-1].type == "response.incomplete"
    assert upstream.to(CHAT)[0].left.wait(3)


# ---- batches ----


def test_a_batch_is_answered(ai):
    lines = [line(number) for number in range(12)]
    job = ended(ai.batches, batch(ai, [*lines, "{"]), 60)
    counts = job.request_counts
    assert (job.status, counts.total, counts.completed, counts.failed) == ("completed", 13, 12, 1)
    results = [json.loads(each) for each in ai.files.content(job.output_file_id).text.splitlines()]
    assert [result["custom_id"] for result in results] == [f"r{number}" for number in range(12)]


def test_a_batch_is_cancelled(ai, upstream):
    upstream.script(*[Reply.json({}, head_delay_s=60)] * 4, path=CHAT)
    job = batch(ai, [line(number) for number in range(30)])
    wait_until(lambda: len(upstream.to(CHAT)) == 4, 20)
    assert ai.batches.cancel(job.id).status == "cancelling"
    assert all(request.left.wait(3) for request in upstream.to(CHAT)[:4])
    assert ended(ai.batches, job).status == "cancelled"


# ---- killed ----


def test_what_was_under_way_is_done_after_a_restart(tmp_path, upstream):
    migrated(tmp_path)
    server = _threads(tmp_path, upstream)
    try:
        with scaled.client(server) as ai:
            upstream.script(*[Reply.json({}, head_delay_s=60)] * 2, path=CHAT)
            response = ai.responses.create(model="tiny", input="Later", background=True)
            wait_until(lambda: upstream.to(CHAT), 20)
            job = batch(ai, [line(number) for number in range(3)])
            wait_until(lambda: len(upstream.to(CHAT)) >= 4, 20)
            server.kill()
            server = _threads(tmp_path, upstream, PORT=str(server.port))
            assert ended(ai.responses, response).output_text == "Later"
            assert ended(ai.batches, job).request_counts.completed == 3
    finally:
        server.close()


# ---- what they do ----


def chat(ai, text, *, stream, extra_headers=None, **more):
    """The id of the conversation; the answer is what was asked."""
    own = {key: more.pop(key) for key in ("conversation_id",) if key in more}
    messages = [{"role": "user", "content": text}]
    answer = ai.chat.completions.create(
        model="tiny", messages=messages, stream=stream, extra_headers=extra_headers, extra_body=own, **more
    )
    chunks = list(answer) if stream else [answer]
    said = [each.choices[0].delta if stream else each.choices[0].message for each in chunks if each.choices]
    assert "".join(each.content or "" for each in said) == text
    return chunks[0].conversation_id


def asked(upstream):
    return [message["content"] for message in upstream.to(CHAT)[-1].json["messages"]]


def said(ai, conversation):
    return [item.content[0].text for item in ai.conversations.items.list(conversation, order="asc")]


def line(number):
    body = {"model": "tiny", "messages": [{"role": "user", "content": f"Number {number}"}]}
    return json.dumps({"custom_id": f"r{number}", "method": "POST", "url": "/v1/chat/completions", "body": body})


def batch(ai, lines):
    file = ai.files.create(file=("requests.jsonl", "\n".join(lines).encode()), purpose="batch")
    return ai.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h")


def ended(resource, thing, timeout_s=30):
    """The response or the batch when it has ended."""
    until = time.monotonic() + timeout_s
    while (seen := resource.retrieve(thing.id)).status not in ENDED:
        assert time.monotonic() < until, seen
        time.sleep(0.05)
    return seen


# ---- what it runs on ----


@pytest.fixture(scope="module")
def shared():
    with Upstream(models=["tiny", "spare", "other", "gpt-4o-mini"]) as upstream:
        yield upstream


@pytest.fixture
def upstream(shared):
    shared.reset()
    return shared


@pytest.fixture(scope="module")
def server(tmp_path_factory, shared):
    data_dir = tmp_path_factory.mktemp("threads")
    migrated(data_dir)
    with _threads(data_dir, shared) as server:
        _has_learnt(server)
        yield server
    assert "Traceback" not in server.log.read_text()


@pytest.fixture
def ai(server, upstream):
    """The official client."""
    with scaled.client(server, timeout=30) as client:
        yield client


def _threads(data_dir, upstream, **variables):
    return Server(data_dir, RAGPROXY_WORKER_CLASS="gthread", **writing(upstream), **variables)
