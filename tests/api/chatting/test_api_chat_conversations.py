"""Conversations of chats, over the application and an upstream on loopback."""

import pytest

from tests.api.chatting.asking import CHAT, MODEL, ask, body_of, items, said, sent
from tests.api.library import refused, right, services_of
from tests.replies import DONE, Reply, chat_chunk, chat_frames, sse

CALL = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
TOOL = {"type": "function", "function": {"name": "look"}}


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("path", [CHAT, "/chat/completions", "/v1/completions", "/completions"])
def test_a_conversation_goes_on(client, upstream, path, stream):
    upstream.text = "I am fine."
    first = ask(client, "How are you?", path=path, stream=stream, conversation_id="new")
    assert first.conversation_id.startswith("conv_")
    upstream.text = "Because."
    again = ask(client, "Why?", path=path, stream=stream, conversation_id=first.conversation_id)
    assert again.conversation_id == first.conversation_id
    assert sent(upstream) == [("user", "How are you?"), ("assistant", "I am fine."), ("user", "Why?")]
    assert said(client, first.conversation_id) == [*sent(upstream), ("assistant", "Because.")]


def test_azures_address_has_them_too(client):
    path = f"/openai/deployments/{MODEL}/chat/completions"
    id = ask(client, "Hi", path=path, conversation_id="new").conversation_id
    assert len(said(client, id)) == 2
    assert client.get(path).status_code == 405


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("model", ["ragproxy", "rag/{store}", "extractive", "gpt-4o"])
def test_whoever_answers_a_conversation_goes_on(client, store, model, stream):
    model = model.format(store=store)
    id = ask(client, "How tall is the tower?", model=model, stream=stream, conversation_id="new").conversation_id
    more = ask(client, "And in feet?", model=model, stream=stream, conversation_id=id)
    roles = [role for role, _ in said(client, id)]
    assert roles == ["user", "assistant"] * 2
    assert said(client, id)[-1] == ("assistant", more.text)


def test_earlier_turns_are_searched_with(client, upstream, store):
    first = ask(client, "How tall is the tower?", model=f"rag/{store}", clientModel="extractive", conversation_id="new")
    assert "330" in first.text
    again = ask(
        client, "And it?", model=f"rag/{store}", clientModel="extractive", conversation_id=first.conversation_id
    )
    assert again.bodies[0]["sources"][0]["filename"] == "tower.txt"
    ask(client, "And it?", model=f"rag/{store}", conversation_id=first.conversation_id)
    rewriting, answering = upstream.to("/chat/completions")
    assert "How tall is the tower?" in rewriting.json["messages"][0]["content"]
    assert len(answering.json["messages"]) == 6


@pytest.mark.parametrize("id", ["conv_none", "conv-1", "x" * 512, "é"])
def test_an_unknown_conversation_is_not_found(client, upstream, id):
    answer = client.post(CHAT, json=body_of("Hi", conversation_id=id))
    refused(answer, 404, "conversation_not_found", "conversation_id")
    assert upstream.to("/chat/completions") == []


@pytest.mark.parametrize("id", ["", "a\0b", "x" * 513])
def test_what_is_no_id_is_refused(client, id):
    assert client.post(CHAT, json=body_of("Hi", conversation_id=id)).status_code == 400


def test_a_strangers_conversation_is_not_found(client):
    id = services_of(client).state.conversations.create(owner="somebody", metadata={}).id
    refused(client.post(CHAT, json=body_of("Hi", conversation_id=id)), 404, "conversation_not_found", "conversation_id")


def test_a_deleted_conversation_is_not_found(client):
    id = ask(client, "Hi", conversation_id="new").conversation_id
    right(client.delete(f"/v1/conversations/{id}"))
    refused(client.post(CHAT, json=body_of("Hi", conversation_id=id)), 404, "conversation_not_found", "conversation_id")


@pytest.mark.parametrize("more", [{}, {"conversation_id": None}, {"store": False}, {"metadata": {"k": "v"}}])
def test_who_asks_for_nothing_gets_none(client, upstream, more):
    answer = ask(client, "Hi", **more)
    assert "conversation_id" not in answer.bodies[0]
    body = upstream.to("/chat/completions")[0].json
    assert {key: body[key] for key in ("store", "metadata") if key in body} == {
        key: value for key, value in more.items() if key != "conversation_id"
    }


def test_a_conversation_made_elsewhere_is_gone_on_with(client, upstream):
    start = [{"role": "developer", "content": "Be brief."}, {"role": "user", "content": "I am Ann."}]
    id = right(client.post("/v1/conversations", json={"items": start}))["id"]
    ask(client, "Who am I?", conversation_id=id)
    messages = upstream.to("/chat/completions")[-1].json["messages"]
    assert [(each["role"], each["content"]) for each in messages] == [
        ("developer", "Be brief."),
        ("user", "I am Ann."),
        ("user", "Who am I?"),
    ]


@pytest.mark.parametrize("stream", [True, False])
def test_tools_are_called_and_answered_over_turns(client, upstream, stream):
    message = {"role": "assistant", "content": None, "tool_calls": [{k: v for k, v in CALL.items() if k != "index"}]}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
    frames = [sse(chat_chunk({"role": "assistant", "tool_calls": [CALL]})), sse(chat_chunk({}, "tool_calls")), DONE]
    upstream.script(Reply.events(*frames) if stream else Reply.json({"choices": [choice]}), path="/chat/completions")
    asked = ask(client, "Look.", stream=stream, tools=[TOOL], conversation_id="new")
    assert asked.calls[0]["id"] == "call_1"
    id = asked.conversation_id
    upstream.text = "It is 42."
    output = {"role": "tool", "tool_call_id": "call_1", "content": "42"}
    assert ask(client, output, stream=stream, tools=[TOOL], conversation_id=id).text == "It is 42."
    messages = upstream.to("/chat/completions")[-1].json["messages"]
    assert [each["role"] for each in messages] == ["user", "assistant", "tool"]
    assert messages[1]["tool_calls"][0]["function"] == {"name": "look", "arguments": "{}"}
    kinds = [item["type"] for item in items(client, id)]
    assert kinds == ["message", "function_call", "function_call_output", "message"]


def test_a_hang_up_in_a_stream_keeps_what_was_said(client, upstream):
    upstream.script(Reply.events(*chat_frames("Hel", "lo", " you")[:2], stalls=True), path="/chat/completions")
    answer = client.post(CHAT, json=body_of("Hi", stream=True, conversation_id="new"))
    pieces = answer.iter_encoded()
    first = [next(pieces), next(pieces)]
    assert b'"Hel"' in first[1]
    answer.close()
    id = _conversation(first[0])
    assert [item["status"] for item in items(client, id)] == ["completed", "incomplete"]
    assert said(client, id)[-1] == ("assistant", "Hel")
    upstream.text = "Again."
    ask(client, "Hello?", conversation_id=id)
    assert [text for _, text in sent(upstream)] == ["Hi", "Hel", "Hello?"]


def test_an_upstream_that_breaks_off_leaves_what_was_shown(client, upstream):
    upstream.script(Reply.events(*chat_frames("Hel", "lo")[:2], ends_at=10**6), path="/chat/completions")
    answer = client.post(CHAT, json=body_of("Hi", stream=True, conversation_id="new"))
    frames = answer.text.split("\n\n")
    assert '"error"' in frames[-2]
    id = _conversation(frames[0].encode())
    assert said(client, id) == [("user", "Hi"), ("assistant", "Hel")]
    assert items(client, id)[-1]["status"] == "incomplete"


@pytest.mark.parametrize("stream", [True, False])
def test_what_fails_at_once_keeps_nothing(client, upstream, stream):
    id = ask(client, "Hi", conversation_id="new").conversation_id
    before = len(right(client.get("/v1/conversations?limit=100"))["data"])
    for conversation in (id, "new"):
        upstream.script(Reply.json({"error": {"message": "no"}}, 400), path="/chat/completions")
        answer = client.post(CHAT, json=body_of("More", stream=stream, conversation_id=conversation))
        assert answer.status_code == 400
    assert len(said(client, id)) == 2
    assert len(right(client.get("/v1/conversations?limit=100"))["data"]) == before


def test_a_cached_answer_is_said_too(client):
    ids = []
    for outcome in ("miss", "hit"):
        answer = ask(client, "Is this kept?", rag={"cache": True}, conversation_id="new")
        assert answer.response.headers["x-cache"] == outcome
        ids.append(answer.conversation_id)
    assert said(client, ids[0]) == said(client, ids[1])
    assert len(set(ids)) == 2


def test_old_conversations_are_swept_away(client):
    services = services_of(client)
    stored = ask(client, "Hi", store=True)
    old_s = services.settings.conversation_days * 86_400 + 100
    with services.state.conversations._database.writing() as connection:
        for table, column in (("conversations", "used"), ("completions", "created")):
            connection.exec_driver_sql(f"UPDATE {table} SET {column} = {column} - {old_s}")
    young = ask(client, "Hi", store=True)
    services.jobs._sweep()
    assert client.get(f"/v1/conversations/{stored.conversation_id}").status_code == 404
    assert client.get(f"{CHAT}/{stored.id}").status_code == 404
    right(client.get(f"/v1/conversations/{young.conversation_id}"))
    right(client.get(f"{CHAT}/{young.id}"))


def _conversation(frame):
    """The id that a frame of a stream tells."""
    return frame.decode().partition('"conversation_id":"')[2].partition('"')[0]
