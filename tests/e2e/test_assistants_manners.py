"""Assistants, threads, messages and runs with the official client: listed, changed, cancelled, refused."""

import openai
import pytest

from tests.e2e.assisting import RAIN, TEMPERATURE, calling, outputs, wait_for_run
from tests.e2e.scaled import wait_until
from tests.replies import Reply, chat_frames, refusal

pytestmark = [pytest.mark.sets("embedded", "scaled"), pytest.mark.filterwarnings("ignore::DeprecationWarning")]

CHAT = "/chat/completions"
WORDS = [f"{n} " for n in range(30)]
STALLS = Reply.events(*chat_frames(*WORDS)[:20], stalls=True)


def test_assistants_are_listed_changed_and_deleted(client):
    before = {each.id for each in client.beta.assistants.list(limit=100)}
    made = [client.beta.assistants.create(model="tiny", name=f"a{number}") for number in range(3)]
    listed = [each.id for each in client.beta.assistants.list(limit=2, order="asc") if each.id not in before]
    assert listed == [each.id for each in made]
    changed = client.beta.assistants.update(
        made[0].id, instructions="Be brief.", metadata={"a": "b"}, temperature=0.5, tools=[TEMPERATURE], top_p=0.9
    )
    assert client.beta.assistants.retrieve(made[0].id) == changed
    assert (changed.name, changed.instructions, changed.metadata) == ("a0", "Be brief.", {"a": "b"})
    assert (changed.temperature, changed.top_p, changed.tools[0].function.name) == (0.5, 0.9, "get_current_temperature")
    for each in made:
        assert client.beta.assistants.delete(each.id).deleted is True
    with pytest.raises(openai.NotFoundError):
        client.beta.assistants.retrieve(made[0].id)
    assert {each.id for each in client.beta.assistants.list(limit=100)} == before


def test_threads_and_messages_are_changed_and_deleted(client):
    thread = client.beta.threads.create(
        messages=[{"role": "user", "content": "One."}, {"role": "assistant", "content": "Two."}], metadata={"a": "b"}
    )
    assert client.beta.threads.update(thread.id, metadata={"c": "d"}).metadata == {"c": "d"}
    added = client.beta.threads.messages.create(
        thread.id, role="user", content=[{"type": "text", "text": "Three."}], metadata={"e": "f"}
    )
    said = list(client.beta.threads.messages.list(thread.id, order="asc"))
    assert [(each.role, each.content[0].text.value) for each in said] == [
        ("user", "One."),
        ("assistant", "Two."),
        ("user", "Three."),
    ]
    assert said[-1] == added
    client.beta.threads.messages.update(added.id, thread_id=thread.id, metadata={"g": "h"})
    assert client.beta.threads.messages.retrieve(added.id, thread_id=thread.id).metadata == {"g": "h"}
    assert client.beta.threads.messages.delete(added.id, thread_id=thread.id).deleted is True
    assert [each.id for each in client.beta.threads.messages.list(thread.id)] == [said[1].id, said[0].id]
    items = client.conversations.items.list(thread.id, order="asc")  # a thread is a conversation
    assert [item.content[0].text for item in items] == ["One.", "Two."]
    assert client.beta.threads.delete(thread.id).deleted is True
    with pytest.raises(openai.NotFoundError):
        client.beta.threads.retrieve(thread.id)


def test_a_run_is_cancelled_while_it_writes(client, bot, upstream):
    upstream.script(STALLS, path=CHAT)
    thread = client.beta.threads.create(messages=[{"role": "user", "content": "Count."}])
    run = client.beta.threads.runs.create(thread.id, assistant_id=bot.id)
    assert run.status == "queued"
    wait_until(lambda: upstream.to(CHAT), 20)
    wait_for_run(client, run, "in_progress")
    for refused in (
        lambda: client.beta.threads.runs.create(thread.id, assistant_id=bot.id),
        lambda: client.beta.threads.messages.create(thread.id, role="user", content="And?"),
    ):
        with pytest.raises(openai.BadRequestError, match=run.id):
            refused()
    assert client.beta.threads.runs.cancel(run.id, thread_id=thread.id).status in ("cancelling", "cancelled")
    assert wait_for_run(client, run, "cancelled").cancelled_at
    assert upstream.to(CHAT)[-1].left.wait(5)
    upstream.text = "One."
    assert client.beta.threads.runs.create_and_poll(thread_id=thread.id, assistant_id=bot.id).status == "completed"
    with pytest.raises(openai.BadRequestError):
        client.beta.threads.runs.cancel(run.id, thread_id=thread.id)


def test_a_run_that_waits_for_a_function_is_cancelled(client, bot, upstream):
    upstream.script(calling("get_rain_probability"), path=CHAT)
    thread = client.beta.threads.create(messages=[{"role": "user", "content": "Rain?"}])
    run = client.beta.threads.runs.create_and_poll(thread_id=thread.id, assistant_id=bot.id)
    assert run.status == "requires_action"
    with pytest.raises(openai.BadRequestError):
        client.beta.threads.runs.submit_tool_outputs(
            run.id, thread_id=thread.id, tool_outputs=[{"tool_call_id": "call_other", "output": "1"}]
        )
    answered = outputs(run)
    assert client.beta.threads.runs.cancel(run.id, thread_id=thread.id).status == "cancelled"
    with pytest.raises(openai.BadRequestError):
        client.beta.threads.runs.submit_tool_outputs(run.id, thread_id=thread.id, tool_outputs=answered)


def test_a_run_whose_upstream_fails_says_so_and_frees_its_thread(client, bot, upstream):
    upstream.script(refusal(400, "I am a teapot"), path=CHAT)
    thread = client.beta.threads.create(messages=[{"role": "user", "content": "Tea?"}])
    run = client.beta.threads.runs.create_and_poll(thread_id=thread.id, assistant_id=bot.id)
    assert (run.status, bool(run.failed_at)) == ("failed", True)
    assert "teapot" in run.last_error.message
    upstream.text = "Tea."
    with client.beta.threads.runs.stream(thread_id=thread.id, assistant_id=bot.id) as stream:
        stream.until_done()
    assert [each.status for each in client.beta.threads.runs.list(thread.id)] == ["completed", "failed"]


def test_a_run_is_told_how_to_answer(client, bot, upstream):
    upstream.text = "Yes."
    thread = client.beta.threads.create(messages=[{"role": "user", "content": "One."}])
    run = client.beta.threads.runs.create_and_poll(
        thread_id=thread.id,
        assistant_id=bot.id,
        model="other",
        additional_instructions="Say yes.",
        additional_messages=[{"role": "assistant", "content": "Two."}, {"role": "user", "content": "Three."}],
        temperature=0.1,
        max_completion_tokens=256,
        metadata={"a": "b"},
        tool_choice="none",
        truncation_strategy={"type": "last_messages", "last_messages": 2},
    )
    assert (run.status, run.model, run.temperature, run.metadata) == ("completed", "other", 0.1, {"a": "b"})
    assert run.instructions.startswith("You are a weather bot.")
    assert "Say yes." in run.instructions
    sent = upstream.to(CHAT)[-1].json
    assert (sent["model"], sent["temperature"]) == ("other", 0.1)
    assert [each["content"] for each in sent["messages"][1:]] == ["Two.", "Three."]
    assert "Say yes." in sent["messages"][0]["content"]
    changed = client.beta.threads.runs.update(run.id, thread_id=thread.id, metadata={"c": "d"})
    assert client.beta.threads.runs.retrieve(run.id, thread_id=thread.id) == changed


@pytest.mark.parametrize(
    "ask",
    [
        lambda ai, thread, bot: ai.beta.assistants.retrieve("asst_nobody"),
        lambda ai, thread, bot: ai.beta.assistants.delete("asst_nobody"),
        lambda ai, thread, bot: ai.beta.threads.retrieve("thread_nobody"),
        lambda ai, thread, bot: ai.beta.threads.messages.retrieve("msg_nobody", thread_id=thread),
        lambda ai, thread, bot: ai.beta.threads.messages.list("thread_nobody"),
        lambda ai, thread, bot: ai.beta.threads.runs.retrieve("run_nobody", thread_id=thread),
        lambda ai, thread, bot: ai.beta.threads.runs.create("thread_nobody", assistant_id=bot),
        lambda ai, thread, bot: ai.beta.threads.runs.create(thread, assistant_id="asst_nobody"),
        lambda ai, thread, bot: ai.beta.threads.runs.cancel("run_nobody", thread_id=thread),
        lambda ai, thread, bot: ai.beta.threads.runs.steps.list("run_nobody", thread_id=thread),
    ],
)
def test_what_is_not_there_is_not_found(client, bot, thread, ask):
    with pytest.raises(openai.NotFoundError):
        ask(client, thread, bot.id)


@pytest.mark.parametrize(
    ("ask", "param"),
    [
        (lambda ai, thread: ai.beta.assistants.create(model="tiny", tools=[{"type": "code_interpreter"}]), "tools[0]"),
        (lambda ai, thread: ai.beta.assistants.create(model="tiny", tools=[{"type": "magic"}]), "tools[0]"),
        (lambda ai, thread: ai.beta.assistants.create(model="tiny", temperature=3), "temperature"),
        (lambda ai, thread: ai.beta.assistants.create(model="tiny", metadata={"a": 1}), "metadata"),
        (lambda ai, thread: ai.beta.threads.messages.create(thread, role="system", content="x"), "role"),
        (lambda ai, thread: ai.beta.threads.messages.create(thread, role="user", content=[]), "content"),
        (lambda ai, thread: ai.beta.threads.messages.list(thread, after="msg_nobody"), "after"),
    ],
)
def test_what_is_wrong_is_refused_and_named(client, thread, ask, param):
    with pytest.raises(openai.BadRequestError) as no:
        ask(client, thread)
    assert (no.value.param or "").startswith(param)


@pytest.fixture
def client(official, upstream):
    """The official client of a server whose upstream behaves itself."""
    return official


@pytest.fixture(scope="module")
def bot(official):
    """An assistant with functions."""
    return official.beta.assistants.create(
        instructions="You are a weather bot.", model="gpt-4o", tools=[TEMPERATURE, RAIN]
    )


@pytest.fixture(scope="module")
def thread(official):
    """The id of an empty thread."""
    return official.beta.threads.create().id
