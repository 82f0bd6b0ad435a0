"""Stored chat completions, over the application."""

import json

import pytest
from openai.types.chat import ChatCompletion, ChatCompletionDeleted, ChatCompletionStoreMessage

from ragproxy.domain import StoredCompletion
from tests.api.chatting.asking import CHAT, MODEL, ask, said
from tests.api.library import refused, right, services_of

BAD_IDS = ["chatcmpl-none", "x" * 5000, "%00", "%ED%A0%80", "a%0Ab"]


@pytest.mark.parametrize("stream", [True, False])
def test_a_stored_completion_is_there_whole(client, upstream, stream):
    upstream.text = "Hello."
    asked = ask(client, "Hi", stream=stream, store=True, metadata={"k": "v"}, temperature=0.5)
    body = upstream.to("/chat/completions")[0].json
    assert "store" not in body
    assert "metadata" not in body
    stored = right(client.get(f"{CHAT}/{asked.id}"))
    strict(ChatCompletion, stored)
    assert (stored["id"], stored["model"], stored["metadata"]) == (asked.id, MODEL, {"k": "v"})
    assert stored["choices"][0]["message"]["content"] == "Hello."
    assert (stored["temperature"], stored["usage"]["total_tokens"] > 0) == (0.5, True)
    assert said(client, asked.conversation_id) == [("user", "Hi"), ("assistant", "Hello.")]


@pytest.mark.parametrize("model", ["extractive", "rag/{store}", "ragproxy"])
@pytest.mark.parametrize("stream", [True, False])
def test_whatever_answers_can_be_stored(client, store, model, stream):
    asked = ask(client, "How tall is the tower?", model=model.format(store=store), stream=stream, store=True)
    stored = right(client.get(f"{CHAT}/{asked.id}"))
    strict(ChatCompletion, stored)
    assert stored["choices"][0]["message"]["content"] == asked.text


def test_what_is_not_stored_is_not_there(client):
    asked = ask(client, "Hi", conversation_id="new")
    refused(client.get(f"{CHAT}/{asked.id}"), 404, "completion_not_found")


@pytest.mark.parametrize("prefix", ["/v1", ""])
def test_the_list_goes_page_by_page(client, prefix):
    clear(client)
    path = f"{prefix}/chat/completions"
    assert right(client.get(path)) == {"object": "list", "data": [], "first_id": "", "last_id": "", "has_more": False}
    ids = [ask(client, "Hi", store=True).id for _ in range(3)]
    page = right(client.get(f"{path}?limit=2"))
    assert ([each["id"] for each in page["data"]], page["has_more"]) == (ids[:2], True)
    assert (page["first_id"], page["last_id"]) == (ids[0], ids[1])
    assert [each["id"] for each in right(client.get(f"{path}?after={ids[1]}"))["data"]] == ids[2:]
    assert [each["id"] for each in right(client.get(f"{path}?order=desc"))["data"]] == ids[::-1]
    refused(client.get(f"{path}?after=nothing"), 400, None, "after")


def test_the_list_is_narrowed_by_model_and_metadata(client):
    clear(client)
    plain = ask(client, "Hi", store=True, metadata={"team": "a", "run": "1"}).id
    other = ask(client, "Hi", store=True, metadata={"team": "a"}, model="extractive").id

    def found(query):
        return [each["id"] for each in right(client.get(CHAT, query_string=query))["data"]]

    assert found({"model": MODEL}) == [plain]
    assert found({"metadata[team]": "a"}) == [plain, other]
    assert found({"metadata[team]": "a", "metadata[run]": "1"}) == [plain]
    assert found({"metadata[team]": "\0"}) == []
    refused(client.get(f"{CHAT}?metadata=a"), 400, "invalid_type", "metadata")


def test_metadata_is_changed_and_the_rest_stays(client):
    id = ask(client, "Hi", store=True, metadata={"a": "1"}).id
    before = right(client.get(f"{CHAT}/{id}"))
    changed = right(client.post(f"{CHAT}/{id}", json={"metadata": {"b": "2"}}))
    strict(ChatCompletion, changed)
    assert changed == {**before, "metadata": {"b": "2"}} == right(client.get(f"{CHAT}/{id}"))
    assert right(client.post(f"{CHAT}/{id}", json={"metadata": None}))["metadata"] == {}
    refused(client.post(f"{CHAT}/{id}", json={}), 400, "missing_required_parameter", "metadata")


def test_a_deleted_one_is_gone_and_its_conversation_stays(client):
    asked = ask(client, "Hi", store=True)
    deleted = right(client.delete(f"{CHAT}/{asked.id}"))
    strict(ChatCompletionDeleted, deleted)
    assert deleted == {"id": asked.id, "object": "chat.completion.deleted", "deleted": True}
    refused(client.get(f"{CHAT}/{asked.id}"), 404, "completion_not_found")
    assert len(said(client, asked.conversation_id)) == 2


def test_its_messages_are_those_that_were_sent(client):
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
    system = {"role": "system", "content": "Be brief."}
    parts = {"role": "user", "content": [{"type": "text", "text": "What?"}, picture]}
    id = ask(client, system, parts, store=True).id
    page = right(client.get(f"{CHAT}/{id}/messages"))
    first, second = page["data"]
    assert (first["role"], first["content"], first["content_parts"]) == ("system", "Be brief.", None)
    assert (second["role"], second["content"], second["content_parts"]) == ("user", "What?", parts["content"])
    for each in page["data"]:  # the package's type knows assistants alone
        strict(ChatCompletionStoreMessage, {**each, "role": "assistant"})
    page = right(client.get(f"{CHAT}/{id}/messages?limit=1"))
    assert ([each["id"] for each in page["data"]], page["has_more"]) == ([first["id"]], True)
    rest = right(client.get(f"{CHAT}/{id}/messages?after={page['last_id']}"))
    assert [each["id"] for each in rest["data"]] == [second["id"]]
    refused(client.get(f"{CHAT}/{id}/messages?after=nothing"), 400, None, "after")


@pytest.mark.parametrize("id", BAD_IDS)
def test_an_id_of_nothing_is_not_found(client, id):
    for answer in asked(client, id):
        refused(answer, 404, "completion_not_found")


def test_a_strangers_is_not_found(client):
    theirs = StoredCompletion("chatcmpl-theirs", "somebody", 1, "m", (), {"id": "chatcmpl-theirs"})
    services_of(client).state.completions.create(theirs)
    for answer in asked(client, theirs.id):
        refused(answer, 404, "completion_not_found")
    assert theirs.id not in client.get(CHAT).text


@pytest.mark.parametrize("metadata", [{"k": "\0"}, {"k": 1}, {"k" * 65: "v"}, {"k": "v" * 513}, "x"])
def test_metadata_that_cannot_be_kept_is_refused(client, upstream, metadata):
    answer = client.post(CHAT, json={"model": MODEL, "messages": [], "store": True, "metadata": metadata})
    assert answer.status_code == 400
    assert upstream.to("/chat/completions") == []


def asked(client, id):
    """Every way to ask for one."""
    return [
        client.get(f"{CHAT}/{id}"),
        client.post(f"{CHAT}/{id}", json={"metadata": {}}),
        client.delete(f"{CHAT}/{id}"),
        client.get(f"{CHAT}/{id}/messages"),
    ]


def clear(client):
    for page in iter(lambda: right(client.get(f"{CHAT}?limit=100"))["data"], []):
        for each in page:
            right(client.delete(f"{CHAT}/{each['id']}"))


def strict(kind, body):
    kind.model_validate_json(json.dumps(body), strict=True)
