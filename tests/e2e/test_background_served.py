"""Responses in the background with the official client, on both sets: polled, followed, cancelled, and killed."""

import time
from concurrent.futures import ThreadPoolExecutor

import openai
import pytest

from tests.e2e import scaled
from tests.e2e.conftest import writing
from tests.e2e.scaled import wait_until
from tests.e2e.servers import Server, migrated
from tests.replies import Reply, chat_frames

CHAT = "/chat/completions"
WORDS = [f"{n} " for n in range(30)]
SLOW = Reply.events(*chat_frames(*WORDS), delay_s=0.05)
STALLS = Reply.events(*chat_frames(*WORDS)[:20], stalls=True)
SILENT = Reply.json({}, head_delay_s=60)
both = pytest.mark.sets("embedded", "scaled")


@both
def test_a_response_is_polled_until_it_is_there(making, upstream):
    upstream.text = "Paris it is."
    response = making.responses.create(model="tiny", input="Where?", background=True, metadata={"a": "b"})
    assert (response.status, response.output, response.background) == ("queued", [], True)
    done = ended(making, response)
    assert (done.status, done.output_text, done.metadata) == ("completed", "Paris it is.", {"a": "b"})
    assert (done.id, done.created_at) == (response.id, response.created_at)
    assert done.usage.total_tokens > 0
    after = making.responses.create(model="tiny", input="And?", background=True, previous_response_id=done.id)
    assert ended(making, after).status == "completed"
    assert [message["content"] for message in upstream.to(CHAT)[-1].json["messages"]] == [
        "Where?",
        "Paris it is.",
        "And?",
    ]
    making.responses.delete(done.id)
    with pytest.raises(openai.NotFoundError):
        making.responses.retrieve(done.id)


@both
def test_what_is_written_so_far_can_be_seen(making, upstream):
    upstream.script(STALLS, path=CHAT)
    response = making.responses.create(model="tiny", input="Count", background=True)
    wait_until(lambda: upstream.to(CHAT), 20)
    assert making.responses.retrieve(response.id).status == "in_progress"
    making.responses.cancel(response.id)


@both
def test_a_stream_that_was_left_goes_on_after_any_event(making, upstream):
    upstream.script(SLOW, path=CHAT)
    began = time.monotonic()
    stream = making.responses.create(model="tiny", input="Count", background=True, stream=True)
    first = [next(stream) for _ in range(8)]
    assert time.monotonic() - began < 10
    stream.close()
    response_id = first[0].response.id
    with ThreadPoolExecutor(2) as pool:  # two readers, wherever they are sent
        left_off = pool.submit(lambda: list(follow(making, response_id, first[-1].sequence_number)))
        anew = pool.submit(lambda: list(follow(making, response_id)))
        events = [*first, *left_off.result(30)]
        assert anew.result(30) == events
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert [event.type for event in events[:3]] == ["response.created", "response.queued", "response.in_progress"]
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == "".join(WORDS)
    assert events[-1].type == "response.completed"
    assert events[-1].response == making.responses.retrieve(response_id)
    assert list(follow(making, response_id, 5)) == events[6:]
    assert len(upstream.to(CHAT)) == 1


@both
def test_events_come_as_they_are_written(making, upstream):
    upstream.script(SLOW, path=CHAT)
    stream = making.responses.create(model="tiny", input="Count", background=True, stream=True)
    at = [time.monotonic() for event in stream if event.type == "response.output_text.delta"]
    assert at[-1] - at[0] > 1  # of the 1.5 s that the upstream takes


@both
def test_one_that_waits_for_its_upstream_is_cancelled_in_two_seconds(making, upstream):
    upstream.script(SILENT, path=CHAT)
    response = making.responses.create(model="tiny", input="Hi", background=True)
    wait_until(lambda: upstream.to(CHAT), 20)
    began = time.monotonic()
    assert making.responses.cancel(response.id).status == "cancelled"
    (request,) = upstream.to(CHAT)
    assert request.left.wait(3)
    assert request.left_at - began < 2
    assert making.responses.cancel(response.id).status == "cancelled"
    assert making.responses.retrieve(response.id).status == "cancelled"


@both
def test_one_that_is_written_is_cancelled_and_its_readers_hear_of_it(making, upstream):
    upstream.script(STALLS, path=CHAT)
    conversation = making.conversations.create()
    stream = making.responses.create(
        model="tiny", input="Count", background=True, stream=True, conversation=conversation.id
    )
    events = [next(stream) for _ in range(10)]
    began = time.monotonic()
    assert making.responses.cancel(events[0].response.id).status == "cancelled"
    events += stream
    assert time.monotonic() - began < 2
    (request,) = upstream.to(CHAT)
    assert request.left.wait(3)
    assert request.left_at - began < 2
    assert (events[-1].type, events[-1].response.status) == ("response.incomplete", "cancelled")
    assert list(making.conversations.items.list(conversation.id)) == []


@both
def test_one_that_is_deleted_is_given_up(making, upstream):
    upstream.script(SILENT, path=CHAT)
    response = making.responses.create(model="tiny", input="Hi", background=True)
    wait_until(lambda: upstream.to(CHAT), 20)
    making.responses.delete(response.id)
    assert upstream.to(CHAT)[0].left.wait(3)


def test_a_reader_is_told_that_it_goes_on_and_may_leave(tmp_path, upstream):
    migrated(tmp_path)
    with Server(tmp_path, **writing(upstream), RAGPROXY_HEARTBEAT="0.2") as server, scaled.client(server) as ai:
        upstream.script(STALLS, path=CHAT)
        with ai.responses.with_streaming_response.create(
            model="tiny", input="Count", background=True, stream=True
        ) as answer:
            lines = answer.iter_lines()
            assert next(lines) == "event: response.created"
            pings = 0
            while pings <= 2:
                pings += next(lines) == ": ping"
        wait_until(lambda: server.metric("ragproxy_requests_in_flight") == 2, 5)  # who asks, and who makes it
        assert not upstream.to(CHAT)[0].left.is_set()  # it is made for whoever comes back


def test_who_waits_for_an_answer_does_not_wait_for_the_background(making, upstream):
    upstream.script(*[SILENT] * 4, path=CHAT)
    waiting = [making.responses.create(model="tiny", input="Hi", background=True) for _ in range(8)]
    wait_until(lambda: len(upstream.to(CHAT)) == 4, 20)
    assert making.responses.create(model="tiny", input="Hello").output_text == "Hello"
    for response in waiting:
        making.responses.cancel(response.id)


def test_a_key_that_is_revoked_meanwhile_asks_no_more(tmp_path, upstream):
    migrated(tmp_path)
    variables = {"RAGPROXY_AUTH": "keys", "RAGPROXY_ADMIN_KEY": "admin", "RAGPROXY_BATCH_CONCURRENCY": "1"}
    with Server(tmp_path, **writing(upstream), **variables) as server, scaled.client(server, api_key="admin") as admin:
        key = admin.post(f"{server.url}/admin/keys", cast_to=object, body={"name": "one"})
        upstream.script(SILENT, path=CHAT)
        with scaled.client(server, api_key=key["value"]) as ai:
            first, second = (ai.responses.create(model="tiny", input="Hi", background=True) for _ in range(2))
            wait_until(lambda: upstream.to(CHAT), 20)
            admin.delete(f"{server.url}/admin/keys/{key['id']}", cast_to=object)
        other = admin.post(f"{server.url}/admin/keys", cast_to=object, body={"name": "two"})
        with scaled.client(server, api_key=other["value"]) as ai:
            ai.responses.cancel(first.id)
            failed = ended(ai, second)
            assert (failed.status, failed.error.code) == ("failed", "server_error")
            assert "revoked" in failed.error.message
        assert len(upstream.to(CHAT)) == 1


# ---- killed ----


def test_one_whose_server_is_killed_is_made_again(tmp_path, upstream):
    migrated(tmp_path)
    server = Server(tmp_path, **writing(upstream))
    try:
        with scaled.client(server) as ai:
            conversation = ai.conversations.create()
            upstream.script(STALLS, path=CHAT)
            response = ai.responses.create(model="tiny", input="Where?", background=True, conversation=conversation.id)
            wait_until(lambda: upstream.to(CHAT), 20)
            time.sleep(0.5)
            upstream.text = "Paris it is."
            server.kill()
            server = Server(tmp_path, PORT=str(server.port), **writing(upstream))
            done = ended(ai, response)
            assert (done.status, done.output_text) == ("completed", "Paris it is.")
            items = list(ai.conversations.items.list(conversation.id, order="asc"))
            assert [item.content[0].text for item in items] == ["Where?", "Paris it is."]
            assert len(upstream.to(CHAT)) == 2
    finally:
        server.close()


def test_one_whose_stream_was_read_in_part_has_failed_when_its_server_is_killed(tmp_path, upstream):
    migrated(tmp_path)
    server = Server(tmp_path, **writing(upstream))
    try:
        with scaled.client(server) as ai:
            conversation = ai.conversations.create()
            upstream.script(STALLS, path=CHAT)
            stream = ai.responses.create(
                model="tiny", input="Count", background=True, stream=True, conversation=conversation.id
            )
            events = [next(stream) for _ in range(10)]
            server.kill()
            server = Server(tmp_path, PORT=str(server.port), **writing(upstream))
            events += follow(ai, events[0].response.id, events[-1].sequence_number)
            assert [event.sequence_number for event in events] == list(range(len(events)))
            assert (events[-1].type, events[-1].response.error.code) == ("response.failed", "server_error")
            assert "restarted" in events[-1].response.error.message
            assert ai.responses.retrieve(events[0].response.id).status == "failed"
            assert list(ai.conversations.items.list(conversation.id)) == []
            assert len(upstream.to(CHAT)) == 1
    finally:
        server.close()


def test_one_that_nobody_heard_of_yet_begins_once_for_its_readers(tmp_path, upstream):
    migrated(tmp_path)
    server = Server(tmp_path, **writing(upstream))
    try:
        with scaled.client(server) as ai:
            upstream.script(SILENT, path=CHAT)
            stream = ai.responses.create(model="tiny", input="Hi", background=True, stream=True)
            events = [next(stream) for _ in range(3)]
            wait_until(lambda: upstream.to(CHAT), 20)
            server.kill()
            server = Server(tmp_path, PORT=str(server.port), **writing(upstream))
            events += follow(ai, events[0].response.id, 2)
            assert [event.sequence_number for event in events] == list(range(len(events)))
            assert [event.type for event in events].count("response.in_progress") == 1
            assert events[-1].response.output_text == "Hi"
    finally:
        server.close()


def test_one_that_kills_every_server_has_failed_in_the_end(tmp_path, upstream):
    migrated(tmp_path)
    upstream.script(*[SILENT] * 4, path=CHAT)
    server = Server(tmp_path, **writing(upstream))
    try:
        with scaled.client(server) as ai:
            response = ai.responses.create(model="tiny", input="Hi", background=True)
            for times in range(1, 4):
                wait_until(lambda times=times: len(upstream.to(CHAT)) == times, 20)
                server.kill()
                server = Server(tmp_path, PORT=str(server.port), **writing(upstream))
            failed = ended(ai, response)
            assert (failed.status, failed.error.code) == ("failed", "server_error")
            assert len(upstream.to(CHAT)) == 3
    finally:
        server.close()


# ---- what they do ----


def ended(ai, response, timeout_s=30):
    """The response when it has ended."""
    until = time.monotonic() + timeout_s
    while (seen := ai.responses.retrieve(response.id)).status in ("queued", "in_progress"):
        assert time.monotonic() < until, seen
        time.sleep(0.05)
    return seen


def follow(ai, response_id, after=openai.omit):
    return ai.responses.retrieve(response_id, stream=True, starting_after=after)


@pytest.fixture
def making(batching, upstream):
    """The official client of a server with background workers."""
    with scaled.client(batching) as ai:
        yield ai
