"""Conversations, what chat keeps in them, and stored completions: the official client against real servers."""

import uuid

import openai
import pytest

from tests.e2e.by_hand import user
from tests.e2e.responding import ARGUMENTS, called

pytestmark = pytest.mark.sets("embedded", "scaled")

LOOK = {"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}


def test_a_conversation_lives(ai):
    made = ai.conversations.create(
        items=[
            {"type": "message", "role": "user", "content": "Who are you?"},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "A clerk."}]},
            {"type": "function_call", "call_id": "call_1", "name": "look", "arguments": "{}"},
        ],
        metadata={"topic": "clerks"},
    )
    assert (made.object, made.metadata) == ("conversation", {"topic": "clerks"})
    assert ai.conversations.retrieve(made.id) == made
    changed = ai.conversations.update(made.id, metadata={"topic": "others"})
    assert (changed.id, changed.metadata) == (made.id, {"topic": "others"})
    output = {"type": "function_call_output", "call_id": "call_1", "output": "nothing"}
    added = ai.conversations.items.create(made.id, items=[output, *user("And now?")])
    assert [item.type for item in added.data] == ["function_call_output", "message"]
    newest = list(ai.conversations.items.list(made.id, limit=2))
    oldest = list(ai.conversations.items.list(made.id, limit=1, order="asc"))
    kinds = ["message", "message", "function_call", "function_call_output", "message"]
    assert [item.type for item in oldest] == kinds
    assert [item.id for item in newest] == [item.id for item in reversed(oldest)]
    assert [item.id for item in oldest[3:]] == [item.id for item in added.data]
    after = ai.conversations.items.list(made.id, after=oldest[1].id, order="asc")
    assert [item.id for item in after] == [item.id for item in oldest[2:]]
    one = ai.conversations.items.retrieve(oldest[1].id, conversation_id=made.id)
    assert one.content[0].text == "A clerk."
    assert ai.conversations.items.delete(oldest[0].id, conversation_id=made.id).id == made.id
    assert [item.id for item in ai.conversations.items.list(made.id, order="asc")] == [item.id for item in oldest[1:]]
    assert ai.conversations.delete(made.id).deleted
    with pytest.raises(openai.NotFoundError) as no:
        ai.conversations.retrieve(made.id)
    assert no.value.code == "conversation_not_found"
    with pytest.raises(openai.NotFoundError):
        ai.conversations.items.list(made.id)


@pytest.mark.parametrize("stream", [False, True])
def test_three_turns_are_told_to_the_upstream_again(ai, upstream, stream):
    upstream.text = "Hello Ada."
    first, said = chat(ai, "I am Ada.", stream=stream, conversation_id="new")
    assert said == "Hello Ada."
    assert first.startswith("conv_")
    upstream.text = "You are Ada."
    assert chat(ai, "Who am I?", stream=stream, conversation_id=first) == (first, "You are Ada.")
    upstream.text = "Bye."
    assert chat(ai, "Bye!", stream=stream, conversation_id=first) == (first, "Bye.")
    told = [(message["role"], message["content"]) for message in upstream.requests[-1].json["messages"]]
    assert told == [
        ("user", "I am Ada."),
        ("assistant", "Hello Ada."),
        ("user", "Who am I?"),
        ("assistant", "You are Ada."),
        ("user", "Bye!"),
    ]
    kept = [(item.role, item.content[0].text) for item in ai.conversations.items.list(first, order="asc")]
    assert kept == [*told, ("assistant", "Bye.")]


@pytest.mark.parametrize("stream", [False, True])
def test_a_tool_is_called_and_answered_in_a_conversation(ai, upstream, stream):
    upstream.script(called(stream), path="/chat/completions")
    conversation, _ = chat(ai, "Look!", stream=stream, conversation_id="new", tools=[LOOK])
    upstream.text = "A tower."
    result = [{"role": "tool", "tool_call_id": "call_1", "content": "330 m"}]
    assert chat(ai, result, stream=stream, conversation_id=conversation, tools=[LOOK])[1] == "A tower."
    asked, call, answer = upstream.requests[-1].json["messages"]
    assert (asked["content"], answer["content"], answer["tool_call_id"]) == ("Look!", "330 m", "call_1")
    assert call["tool_calls"][0]["function"] == {"name": "look", "arguments": "".join(ARGUMENTS)}
    kinds = [item.type for item in ai.conversations.items.list(conversation, order="asc")]
    assert kinds == ["message", "function_call", "function_call_output", "message"]


def test_an_unknown_conversation_is_refused_before_anybody_is_asked(ai, upstream):
    for stream in (False, True):
        with pytest.raises(openai.NotFoundError) as no:
            chat(ai, "Hello?", stream=stream, conversation_id="conv_nobody")
        assert (no.value.code, no.value.param) == ("conversation_not_found", "conversation_id")
    assert upstream.to("/chat/completions") == []


def test_answers_come_from_documents_in_a_conversation_too(ai, town, upstream):
    upstream.text = "It costs four euros [1]."
    model = f"rag/{town.name}"
    first, _ = chat(ai, "What does the pool cost?", model=model, conversation_id="new")
    answer = ai.chat.completions.create(
        model=model, messages=user("And when does the pool open?"), extra_body={"conversation_id": first}
    )
    (note,) = answer.choices[0].message.annotations
    cited = answer.choices[0].message.content[note.url_citation.start_index : note.url_citation.end_index]
    assert (cited, note.url_citation.title) == ("[1]", "pool.txt")
    system, *others = upstream.requests[-1].json["messages"]
    assert "at seven" in system["content"]
    assert [message["role"] for message in others] == ["user", "assistant", "user"]
    assert "<passage" not in str([item.to_dict() for item in ai.conversations.items.list(first)])


@pytest.mark.parametrize("stream", [False, True])
def test_a_stored_completion_lives(ai, upstream, stream):
    upstream.text = "Stored."
    mark = uuid.uuid4().hex
    asked = [{"role": "system", "content": "Be brief."}, *user("Store this.")]
    conversation, _ = chat(ai, asked, stream=stream, store=True, metadata={"mark": mark}, temperature=0.5)
    assert conversation.startswith("conv_")
    assert not {"store", "metadata"} & upstream.requests[-1].json.keys()
    (stored,) = ai.chat.completions.list(metadata={"mark": mark})
    assert (stored.model, stored.metadata, stored.temperature) == ("tiny", {"mark": mark}, 0.5)
    assert stored.choices[0].message.content == "Stored."
    assert ai.chat.completions.retrieve(stored.id).choices == stored.choices
    messages = list(ai.chat.completions.messages.list(stored.id, limit=1))
    assert [(message.role, message.content) for message in messages] == [
        (each["role"], each["content"]) for each in asked
    ]
    assert list(ai.chat.completions.list(model="other", metadata={"mark": mark})) == []
    assert ai.chat.completions.update(stored.id, metadata={"mark": mark, "a": "b"}).metadata == {"mark": mark, "a": "b"}
    assert [each.id for each in ai.chat.completions.list(metadata={"a": "b", "mark": mark}, limit=1)] == [stored.id]
    gone = ai.chat.completions.delete(stored.id)
    assert (gone.id, gone.deleted) == (stored.id, True)
    with pytest.raises(openai.NotFoundError):
        ai.chat.completions.retrieve(stored.id)
    assert list(ai.chat.completions.list(metadata={"mark": mark})) == []


@pytest.mark.parametrize("stream", [False, True])
def test_a_request_that_is_sent_again_under_its_key_is_answered_once(ai, upstream, stream):
    upstream.text = "Once."
    conversation = ai.conversations.create().id
    given = {"conversation_id": conversation, "extra_headers": {"Idempotency-Key": uuid.uuid4().hex}}
    assert chat(ai, "Say it.", stream=stream, **given) == (conversation, "Once.")
    upstream.text = "Twice."
    assert chat(ai, "Say it.", stream=stream, **given) == (conversation, "Once.")
    again = ai.chat.completions.with_raw_response.create(
        model="tiny",
        messages=user("Say it."),
        stream=stream,
        extra_body={"conversation_id": conversation},
        extra_headers=given["extra_headers"],
    )
    assert again.headers["x-idempotent-replay"] == "true"
    with pytest.raises(openai.BadRequestError) as no:
        chat(ai, "Say more.", stream=stream, **given)
    assert (no.value.code, no.value.param) == ("idempotency_key_reused", "Idempotency-Key")
    assert len(upstream.to("/chat/completions")) == 1
    assert len(list(ai.conversations.items.list(conversation))) == 2


# ---- what they do ---------------------------------------------------------------------------------


def chat(ai, asked, *, stream=False, model="tiny", conversation_id=None, **given):
    """The conversation and the text of an answer."""
    messages = user(asked) if isinstance(asked, str) else asked
    ours = {"conversation_id": conversation_id} if conversation_id else {}
    answer = ai.chat.completions.create(model=model, messages=messages, stream=stream, extra_body=ours, **given)
    if not stream:
        return answer.conversation_id, answer.choices[0].message.content
    chunks = list(answer)
    assert len({chunk.conversation_id for chunk in chunks}) == 1
    return chunks[0].conversation_id, "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


@pytest.fixture
def ai(official, upstream):
    """The official client of a server whose upstream behaves itself."""
    return official
