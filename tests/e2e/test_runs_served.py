"""Runs with the official client: many threads at once, and servers that are killed."""

import time
from concurrent.futures import ThreadPoolExecutor

import openai
import pytest

from tests.e2e import scaled
from tests.e2e.assisting import TEMPERATURE, calling, outputs, wait_for_run
from tests.e2e.conftest import writing
from tests.e2e.scaled import wait_until
from tests.e2e.servers import Server, migrated
from tests.replies import Reply, chat_frames

CHAT = "/chat/completions"
WORDS = [f"{n} " for n in range(30)]
STALLS = Reply.events(*chat_frames(*WORDS)[:20], stalls=True)
SILENT = Reply.json({}, head_delay_s=60)
TURNS = 2
many = pytest.mark.parametrize("many", [20, pytest.param(50, marks=pytest.mark.soak)])


@many
@pytest.mark.sets("embedded", "scaled")
def test_many_threads_run_at_once_each_in_its_order(running, upstream, many):
    bot = running.beta.assistants.create(model="tiny")

    def talk(number):
        thread = running.beta.threads.create()
        for turn in range(TURNS):
            running.beta.threads.messages.create(thread.id, role="user", content=f"Thread {number}, turn {turn}")
            # so many that ask twenty times a second would be a test of something else
            run = running.beta.threads.runs.create_and_poll(
                thread_id=thread.id, assistant_id=bot.id, poll_interval_ms=500
            )
            assert run.status == "completed", run.last_error
        said = list(running.beta.threads.messages.list(thread.id, order="asc"))
        return [(each.role, each.content[0].text.value, each.run_id is not None) for each in said]

    with ThreadPoolExecutor(many) as pool:
        talks = list(pool.map(talk, range(many)))
    for number, said in enumerate(talks):
        assert [role for role, _, _ in said] == ["user", "assistant"] * TURNS
        asked = [text for role, text, _ in said if role == "user"]
        assert asked == [f"Thread {number}, turn {turn}" for turn in range(TURNS)]
        assert [answer for role, answer, by_run in said if role == "assistant" and by_run] == asked  # it is echoed


@many
@pytest.mark.sets("embedded", "scaled")
def test_many_streams_at_once_are_told_to_their_ends(running, upstream, many):
    bot = running.beta.assistants.create(model="tiny")

    def talk(number):
        thread = {"messages": [{"role": "user", "content": f"Stream {number}"}]}
        with running.beta.threads.create_and_run_stream(assistant_id=bot.id, thread=thread) as stream:
            text = "".join(stream.text_deltas)
            return text, stream.get_final_run().status

    with ThreadPoolExecutor(many) as pool:
        told = list(pool.map(talk, range(many)))
    assert told == [(f"Stream {number}", "completed") for number in range(many)]


def test_a_run_whose_server_is_killed_is_worked_on_again(tmp_path, upstream):
    migrated(tmp_path)
    server = Server(tmp_path, **writing(upstream))
    try:
        with scaled.client(server) as ai:
            bot = ai.beta.assistants.create(model="tiny")
            thread = ai.beta.threads.create(messages=[{"role": "user", "content": "Where?"}])
            upstream.script(STALLS, path=CHAT)
            run = ai.beta.threads.runs.create(thread.id, assistant_id=bot.id)
            wait_until(lambda: upstream.to(CHAT), 20)
            time.sleep(0.5)
            upstream.text = "Paris it is."
            server.kill()
            server = Server(tmp_path, PORT=str(server.port), **writing(upstream))
            assert wait_for_run(ai, run).status == "completed"
            assert said(ai, thread) == ["Where?", "Paris it is."]
            assert len(list(ai.beta.threads.runs.steps.list(run.id, thread_id=thread.id))) == 1
            assert len(upstream.to(CHAT)) == 2
            assert goes_on(ai, thread, bot)
    finally:
        server.close()


def test_a_run_that_was_followed_in_part_has_failed_when_its_server_is_killed(tmp_path, upstream):
    migrated(tmp_path)
    server = Server(tmp_path, **writing(upstream))
    try:
        with scaled.client(server) as ai:
            bot = ai.beta.assistants.create(model="tiny")
            thread = ai.beta.threads.create(messages=[{"role": "user", "content": "Count"}])
            upstream.script(STALLS, path=CHAT)
            stream = ai.beta.threads.runs.create(thread.id, assistant_id=bot.id, stream=True)
            events = [next(stream) for _ in range(12)]
            server.kill()
            server = Server(tmp_path, PORT=str(server.port), **writing(upstream))
            run = wait_for_run(ai, events[0].data)
            assert (run.status, run.last_error.code) == ("failed", "server_error")
            assert "restarted" in run.last_error.message
            assert said(ai, thread) == ["Count"]
            assert len(upstream.to(CHAT)) == 1
            assert goes_on(ai, thread, bot)
    finally:
        server.close()


def test_a_run_that_waits_for_a_function_goes_on_after_a_kill(tmp_path, upstream):
    migrated(tmp_path)
    server = Server(tmp_path, **writing(upstream))
    try:
        with scaled.client(server) as ai:
            bot = ai.beta.assistants.create(model="tiny", tools=[TEMPERATURE])
            thread = ai.beta.threads.create(messages=[{"role": "user", "content": "Warm?"}])
            upstream.script(calling("get_current_temperature"), SILENT, path=CHAT)
            run = ai.beta.threads.runs.create_and_poll(thread_id=thread.id, assistant_id=bot.id)
            server.kill()
            server = Server(tmp_path, PORT=str(server.port), **writing(upstream))
            run = ai.beta.threads.runs.retrieve(run.id, thread_id=thread.id)
            assert run.status == "requires_action"
            given = outputs(run)
            with pytest.raises(openai.BadRequestError, match=run.id):
                ai.beta.threads.messages.create(thread.id, role="user", content="And?")
            ai.beta.threads.runs.submit_tool_outputs(run.id, thread_id=thread.id, tool_outputs=given)
            wait_until(lambda: len(upstream.to(CHAT)) == 2, 20)
            upstream.text = "57 degrees."
            server.kill()  # in the middle of what comes after the function
            server = Server(tmp_path, PORT=str(server.port), **writing(upstream))
            assert wait_for_run(ai, run, "completed").usage.total_tokens > 0
            assert said(ai, thread) == ["Warm?", "57 degrees."]
            told = upstream.to(CHAT)[-1].json["messages"]
            assert [message["role"] for message in told][-3:] == ["user", "assistant", "tool"]
            assert len(list(ai.beta.threads.runs.steps.list(run.id, thread_id=thread.id))) == 2
    finally:
        server.close()


def test_a_run_that_kills_every_server_has_failed_in_the_end(tmp_path, upstream):
    migrated(tmp_path)
    upstream.script(*[SILENT] * 4, path=CHAT)
    server = Server(tmp_path, **writing(upstream))
    try:
        with scaled.client(server) as ai:
            bot = ai.beta.assistants.create(model="tiny")
            thread = ai.beta.threads.create(messages=[{"role": "user", "content": "Hi"}])
            run = ai.beta.threads.runs.create(thread.id, assistant_id=bot.id)
            for times in range(1, 4):
                wait_until(lambda times=times: len(upstream.to(CHAT)) == times, 20)
                server.kill()
                server = Server(tmp_path, PORT=str(server.port), **writing(upstream))
            failed = wait_for_run(ai, run)
            assert (failed.status, failed.last_error.code) == ("failed", "server_error")
            assert len(upstream.to(CHAT)) == 3
            upstream.reset()
            assert goes_on(ai, thread, bot)
    finally:
        server.close()


# ---- what they do ----


def said(ai, thread):
    """The texts of the thread, oldest first."""
    return [each.content[0].text.value for each in ai.beta.threads.messages.list(thread.id, order="asc")]


def goes_on(ai, thread, bot):
    """Whether the thread takes a message and a run again."""
    before = len(said(ai, thread))
    ai.beta.threads.messages.create(thread.id, role="user", content="And now?")
    run = ai.beta.threads.runs.create_and_poll(thread_id=thread.id, assistant_id=bot.id, poll_interval_ms=50)
    return run.status == "completed" and len(said(ai, thread)) == before + 2


@pytest.fixture
def running(batching, upstream):
    """The official client of a server with background workers."""
    with scaled.client(batching) as ai:
        yield ai
