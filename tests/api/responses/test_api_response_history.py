"""/responses that go on from something: chains, conversations, references and compactions."""

import json

import pytest
import sqlalchemy as sa
from openai.types.responses import CompactedResponse

from ragproxy.state.tables import responses
from tests.api.library import refused, right
from tests.api.responses.asking import ITEM, LOOK, MODEL, PATH, ask, items, stream, tokens, unfit
from tests.replies import Reply, chat_frames


def test_a_chain_carries_what_was_said_and_no_instructions(client, upstream):
    first = ask(client, "One", instructions="Be brief")
    second = ask(client, "Two", previous_response_id=first["id"])
    assert second["previous_response_id"] == first["id"]
    ask(client, "Three", previous_response_id=second["id"], instructions="Be long")
    said = [(message["role"], message["content"]) for message in upstream.requests[-1].json["messages"]]
    assert said == [
        ("system", "Be long"),
        ("user", "One"),
        ("assistant", "One"),
        ("user", "Two"),
        ("assistant", "Two"),
        ("user", "Three"),
    ]


@pytest.mark.parametrize("id", ["resp_nobody", "resp_\ud800".encode("utf-8", "replace").decode(), "x" * 500])
def test_there_has_to_be_a_previous_response(client, id):
    unfit(client, id, "previous_response_not_found", 404)


def test_a_previous_response_that_is_deleted_a_strangers_or_its_own_ancestor(client, upstream, app):
    first = ask(client, "One")
    second = ask(client, "Two", previous_response_id=first["id"])
    database = app.extensions["ragproxy"].state.responses._database
    with database.writing() as connection:
        connection.execute(sa.update(responses).where(responses.c.id == first["id"]).values(previous_id=second["id"]))
    unfit(client, second["id"], "previous_response_cycle")
    with database.writing() as connection:
        connection.execute(sa.update(responses).where(responses.c.id == first["id"]).values(owner="somebody"))
    unfit(client, second["id"], "previous_response_not_found", 404)
    unfit(client, first["id"], "previous_response_not_found", 404)
    assert right(client.delete(f"{PATH}/{second['id']}"))["deleted"] is True
    unfit(client, second["id"], "previous_response_not_found", 404)


def test_a_conversation_is_gone_on_with(client, upstream):
    conversation = right(client.post("/v1/conversations", json={"items": [{"role": "user", "content": "I am Ann"}]}))[
        "id"
    ]
    body = ask(client, "Who am I?", conversation=conversation)
    assert body["conversation"] == {"id": conversation}
    stream(client, "Sure?", conversation={"id": conversation})
    said = [message["content"] for message in upstream.requests[-1].json["messages"]]
    assert said == ["I am Ann", "Who am I?", "Who am I?", "Sure?"]
    held = right(client.get(f"/v1/conversations/{conversation}/items?order=asc"))["data"]
    assert [item["role"] for item in held] == ["user", "user", "assistant", "user", "assistant"]
    assert held[2]["id"] == body["output"][0]["id"]
    # going on from a response of a conversation is going on from what was said until then
    ask(client, "Again", previous_response_id=body["id"])
    said = [message["content"] for message in upstream.requests[-1].json["messages"]]
    assert said == ["I am Ann", "Who am I?", "Who am I?", "Again"]


def test_a_conversation_has_to_be_there(client):
    answer = client.post(PATH, json={"model": MODEL, "input": "Hi", "conversation": "conv_nobody"})
    refused(answer, 404, "conversation_not_found", "conversation")


@pytest.mark.parametrize("form", ["response", "chat"])
@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.parametrize("told", ["Par", ""])
def test_of_an_answer_that_breaks_off_what_the_client_was_told_is_added(client, upstream, form, streamed, told):
    """Chats and responses alike."""
    conversation = right(client.post("/v1/conversations", json={}))["id"]
    upstream.script(Reply.events(*chat_frames(told)[:2], ends_at=10**6), path="/chat/completions")
    if form == "chat":
        body = {"messages": [{"role": "user", "content": "Where?"}], "conversation_id": conversation}
        answer = client.post("/v1/chat/completions", json={"model": MODEL, "stream": streamed, **body})
    else:
        body = {"input": "Where?", "conversation": conversation}
        answer = client.post(PATH, json={"model": MODEL, "stream": streamed, **body})
    assert answer.status_code == (200 if streamed else 502)
    assert '"error"' in answer.text
    held = right(client.get(f"/v1/conversations/{conversation}/items?order=asc"))["data"]
    kept = [(item["role"], item["status"], item["content"][0]["text"]) for item in held]
    both = [("user", "completed", "Where?"), ("assistant", "incomplete", told)]
    assert kept == (both if streamed and told else [])


def test_a_response_that_broke_off_is_answered_anew_under_its_key(client, upstream):
    conversation = right(client.post("/v1/conversations", json={}))["id"]
    upstream.script(Reply.events(*chat_frames("Par")[:2], ends_at=10**6), path="/chat/completions")
    ask = {"model": MODEL, "input": "Where?", "conversation": conversation, "stream": True}
    upstream.text = "Paris"
    for last in ("failed", "completed"):
        answer = client.post(PATH, json=ask, headers={"Idempotency-Key": "broken"})
        assert f"event: response.{last}" in answer.text
        answer.close()
    held = right(client.get(f"/v1/conversations/{conversation}/items?order=asc"))["data"]
    assert [item["content"][0]["text"] for item in held] == ["Where?", "Paris"]


def test_items_can_be_referred_to(client, upstream):
    upstream.text = "Paris"
    first = ask(client, "Where?")
    (asked,), (answered,) = items(client, first), first["output"]
    upstream.text = None
    body = ask(
        client,
        [{"id": asked["id"]}, {"type": "item_reference", "id": answered["id"]}, {"role": "user", "content": "Sure?"}],
    )
    said = [message["content"] for message in upstream.requests[-1].json["messages"]]
    assert said == ["Where?", "Paris", "Sure?"]
    assert len(items(client, body)) == 3
    ask(client, [{"id": asked["id"]}, {"role": "user", "content": "Sure?"}], previous_response_id=first["id"])
    said = [message["content"] for message in upstream.requests[-1].json["messages"]]
    assert said == ["Where?", "Paris", "Sure?"]  # what is in the history is not said twice
    answer = client.post(PATH, json={"model": MODEL, "input": [{"type": "item_reference", "id": "msg_nobody"}]})
    refused(answer, 404, "item_not_found", "input[0].id")


def test_what_is_too_long_is_left_out_when_that_is_asked_for(make_app, shared_upstream, upstream):
    app = make_app(upstream_url=shared_upstream.url, upstream_model=MODEL, history_tokens=100)
    app.extensions["ragproxy"].models.start()
    client = app.test_client()
    first = ask(client, "One " * 200)
    second = ask(client, "Two", previous_response_id=first["id"])
    ask(client, "Three", previous_response_id=second["id"], truncation="auto")
    assert [message["content"] for message in upstream.requests[-1].json["messages"]] == ["Two", "Two", "Three"]
    ask(client, "Three", previous_response_id=second["id"])
    assert len(upstream.requests[-1].json["messages"]) == 5


def test_tokens_are_counted_with_the_history(client, upstream):
    alone = tokens(client, input="How tall is the tower?")
    body = ask(client, "How tall is the tower?")
    assert tokens(client, input="And the bridge?", previous_response_id=body["id"]) > alone > 0
    assert tokens(client, input="Hi", tools=[LOOK]) > tokens(client, input="Hi")
    refused(
        client.post(f"{PATH}/input_tokens", json={"model": "nobody", "input": "Hi"}), 404, "model_not_found", "model"
    )


def test_a_conversation_is_compacted_and_gone_on_with(client, upstream):
    first = ask(client, "How tall is the tower?")
    upstream.text = "They spoke of a tower."
    answer = client.post(f"{PATH}/compact", json={"model": MODEL, "input": "And?", "previous_response_id": first["id"]})
    body = right(answer)
    # OpenAI's own type has no messages of users in it, and OpenAI sends them
    CompactedResponse.model_validate_json(json.dumps({**body, "output": body["output"][-1:]}), strict=True)
    for item in body["output"]:
        ITEM.validate_json(json.dumps(item), strict=True)
    *kept, compaction = body["output"]
    assert [item["content"][0]["text"] for item in kept] == ["How tall is the tower?", "And?"]
    assert compaction["type"] == "compaction"
    assert "tower" not in compaction["encrypted_content"]
    assert body["usage"]["input_tokens"] == 7
    upstream.text = None
    ask(client, [*body["output"], {"role": "user", "content": "Go on"}])
    said = [message["content"] for message in upstream.requests[-1].json["messages"]]
    assert said[-1] == "Go on"
    assert "They spoke of a tower." in said[-2]


@pytest.mark.parametrize("added", [False, True])
def test_a_chat_goes_on_with_a_conversation_that_holds_a_compaction(client, upstream, added):
    upstream.text = "They spoke of a tower."
    compacted = right(client.post(f"{PATH}/compact", json={"model": MODEL, "input": "How tall is it?"}))["output"]
    upstream.text = None
    id = right(client.post("/v1/conversations", json={} if added else {"items": compacted}))["id"]
    if added:
        right(client.post(f"/v1/conversations/{id}/items", json={"items": compacted}))
    body = {"model": MODEL, "conversation_id": id, "messages": [{"role": "user", "content": "Go on"}]}
    right(client.post("/v1/chat/completions", json=body))
    by_chat = upstream.requests[-1].json["messages"]
    assert [message["role"] for message in by_chat] == ["user", "system", "user"]
    assert "They spoke of a tower." in by_chat[1]["content"]
    ask(client, "And on", conversation=id)
    assert upstream.requests[-1].json["messages"][:3] == by_chat


def test_a_compaction_that_was_not_made_here_is_refused(client, upstream):
    item = {"type": "compaction", "encrypted_content": "IkhpIg.forged"}
    answer = client.post(PATH, json={"model": MODEL, "input": [item]})
    refused(answer, 400, "invalid_encrypted_content", "input[0].encrypted_content")
    items = {"items": [{"role": "user", "content": "Hi"}, item]}
    id = right(client.post("/v1/conversations", json={}))["id"]
    for path in ("/v1/conversations", f"/v1/conversations/{id}/items"):
        refused(client.post(path, json=items), 400, "invalid_encrypted_content", "items[1].encrypted_content")
    assert right(client.get(f"/v1/conversations/{id}/items"))["data"] == []


@pytest.mark.parametrize("model", [MODEL, "extractive"])
def test_when_no_model_sums_up_the_last_messages_stand(client, upstream, model):
    upstream.script(Reply.json({"error": {"message": "no"}}, 400), path="/chat/completions")
    body = right(client.post(f"{PATH}/compact", json={"model": model, "input": "The tower is tall."}))
    upstream.reset()
    ask(client, [body["output"][-1], {"role": "user", "content": "Go on"}])
    assert "User: The tower is tall." in upstream.requests[-1].json["messages"][0]["content"]


def test_nobody_compacts_for_a_name_that_means_nothing(client):
    refused(client.post(f"{PATH}/compact", json={"model": "nobody", "input": "Hi"}), 404, "model_not_found", "model")
