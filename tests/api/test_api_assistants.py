"""/assistants, in one process."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types.beta import Assistant, AssistantDeleted

from ragproxy.domain import Agent
from tests.api.library import index, made, refused, right, services_of, strangers_file, strangers_store, uploaded
from tests.api.test_fuzz import QUIET, values

WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
BAD_IDS = ["asst_gone", "x" * 5000, "%00", "%ED%A0%80", "a%0Ab", "%F0%9F%99%82"]
MODEL = "extractive"


@pytest.mark.parametrize("prefix", ["/v1", ""])
def test_an_assistant_lives_and_dies(client, prefix):
    asked = {"model": MODEL, "name": "Maître", "tools": [WEATHER], "metadata": {"a": "b"}, "temperature": 0.5}
    beta = {"OpenAI-Beta": "assistants=v2"}
    shown = right(client.post(f"{prefix}/assistants", json=asked, headers=beta))
    assert shown["id"].startswith("asst_")
    assert shown == {
        "id": shown["id"],
        "object": "assistant",
        "created_at": shown["created_at"],
        "description": None,
        "instructions": None,
        "tool_resources": {},
        "top_p": 1.0,
        "response_format": "auto",
        **asked,
    }
    address = f"{prefix}/assistants/{shown['id']}"
    assert right(client.get(address)) == shown
    changed = right(client.post(address, json={"instructions": "Answer.", "name": None}))
    assert changed == right(client.get(address)) == {**shown, "instructions": "Answer.", "name": None}
    assert shown["id"] in [each["id"] for each in right(client.get(f"{prefix}/models"))["data"]]
    gone = right(client.delete(address))
    assert gone == {"id": shown["id"], "object": "assistant.deleted", "deleted": True}
    for each in (client.get(address), client.post(address, json={}), client.delete(address)):
        assert "No assistant found" in refused(each, 404, "not_found")
    Assistant.model_validate(shown, strict=True)
    AssistantDeleted.model_validate(gone, strict=True)


def test_an_assistant_answers_chats_and_responses_from_its_stores(client):
    store = filled(client)
    asked = {"model": MODEL, "tools": [{"type": "file_search"}], "tool_resources": on(store)}
    assistant = right(client.post("/v1/assistants", json=asked))
    assert assistant["tool_resources"] == on(store)
    question = [{"role": "user", "content": "How tall is the tower?"}]
    chat = right(client.post("/v1/chat/completions", json={"model": assistant["id"], "messages": question}))
    assert "330 metres" in chat["choices"][0]["message"]["content"]
    response = right(client.post("/v1/responses", json={"model": assistant["id"], "input": question}))
    assert "330 metres" in str(response["output"])
    right(client.post(f"/v1/assistants/{assistant['id']}", json={"tools": []}))
    chat = right(client.post("/v1/chat/completions", json={"model": assistant["id"], "messages": question}))
    assert "330 metres" not in chat["choices"][0]["message"]["content"]


def test_files_make_a_store(client):
    file_id = uploaded(client)
    new = {"file_ids": [file_id], "metadata": {"a": "b"}}
    asked = {"model": MODEL, "tool_resources": {"file_search": {"vector_stores": [new]}}}
    assistant = right(client.post("/v1/assistants", json=asked))
    (store_id,) = assistant["tool_resources"]["file_search"]["vector_store_ids"]
    store = right(client.get(f"/v1/vector_stores/{store_id}"))
    assert (store["file_counts"]["total"], store["metadata"], store["expires_after"]) == (1, {"a": "b"}, None)


def test_stores_and_files_that_are_not_there_are_named(client):
    for store_id in ("vs_gone", strangers_store(client)):
        answer = client.post("/v1/assistants", json={"model": MODEL, "tool_resources": on(store_id)})
        assert store_id in refused(answer, 404, "vector_store_not_found")
    new = {"file_search": {"vector_stores": [{"file_ids": [strangers_file(client)]}]}}
    answer = client.post("/v1/assistants", json={"model": MODEL, "tool_resources": new})
    assert "No such File object" in refused(answer, 404, "file_not_found")


def test_a_store_that_others_share_is_for_threads(client):
    theirs = services_of(client).state.stores.create("shared", owner="somebody", groups=("*",))
    answer = client.post("/v1/assistants", json={"model": MODEL, "tool_resources": on(theirs.id)})
    assert answer.status_code == 403
    assert right(client.post("/v1/threads", json={"tool_resources": on(theirs.id)}))["tool_resources"] == on(theirs.id)


def test_a_model_that_is_not_there_is_refused(client):
    refused(client.post("/v1/assistants", json={"model": "gpt-9"}), 404, "model_not_found", "model")
    shown = right(client.post("/v1/assistants", json={"model": "ragproxy"}))
    assert shown["model"] == "ragproxy"  # as it was given
    refused(client.post(f"/v1/assistants/{shown['id']}", json={"model": "g"}), 404, "model_not_found", "model")


def test_a_program_is_never_run(client):
    answer = client.post("/v1/assistants", json={"model": MODEL, "tools": [{"type": "code_interpreter"}]})
    message = refused(answer, 400, "unsupported_parameter", "tools[0].type")
    assert "'code_interpreter' is not available here" in message


def test_agents_of_the_owner_are_assistants_and_the_servers_can_be_seen(client):
    agents = services_of(client).state.agents
    agents.save(Agent("lawyer", "Maître", "default", stores=()))
    agents.save(Agent("stranger", "S", "somebody", visibility="public"))
    agents.save(Agent("famous", "F", "default", visibility="public", stores=()))
    agents.save(Agent("secret", "S", "default", visibility="groups", groups=("hr",), stores=()))
    listed = [each["id"] for each in right(client.get("/v1/assistants?limit=100"))["data"]]
    assert {"lawyer", "famous"} <= set(listed)
    assert not {"stranger", "ragproxy"} & set(listed)
    assert right(client.get("/v1/assistants/lawyer"))["name"] == "Maître"
    ours = right(client.get("/v1/assistants/ragproxy"))
    assert ours["tools"] == [{"type": "file_search"}]
    Assistant.model_validate(ours, strict=True)
    for each in (client.post("/v1/assistants/ragproxy", json={}), client.delete("/v1/assistants/ragproxy")):
        assert each.status_code == 403
    refused(client.get("/v1/assistants/stranger"), 404, "not_found")
    assert right(client.post("/v1/assistants/lawyer", json={"description": "D"}))["description"] == "D"
    assert agents.get("lawyer", owner="default").description == "D"
    for id in ("lawyer", "stranger", "famous", "secret"):
        agents.delete(id, owner="somebody" if id == "stranger" else "default")


def test_pages_both_ways(make_app):
    client = make_app().test_client()
    ids = [right(client.post("/v1/assistants", json={"model": MODEL}))["id"] for _ in range(5)]
    page = right(client.get("/v1/assistants?limit=2"))
    assert [each["id"] for each in page["data"]] == ids[:2:-1]
    assert (page["object"], page["first_id"], page["last_id"], page["has_more"]) == ("list", ids[4], ids[3], True)
    page = right(client.get(f"/v1/assistants?limit=2&order=asc&after={ids[1]}"))
    assert [each["id"] for each in page["data"]] == ids[2:4]
    page = right(client.get(f"/v1/assistants?limit=2&order=asc&before={ids[1]}"))
    assert ([each["id"] for each in page["data"]], page["has_more"]) == (ids[:1], False)
    right(client.delete(f"/v1/assistants/{ids[2]}"))
    page = right(client.get(f"/v1/assistants?order=asc&after={ids[2]}"))
    assert [each["id"] for each in page["data"]] == ids[3:]
    refused(client.get("/v1/assistants?after=asst_gone"), 400, None, "after")
    refused(client.get("/v1/assistants?limit=101"), 400, "integer_above_max_value", "limit")


@pytest.mark.parametrize("id", BAD_IDS)
def test_no_id_breaks_anything(client, id):
    for answer in (
        client.get(f"/v1/assistants/{id}"),
        client.post(f"/v1/assistants/{id}", json={}),
        client.delete(f"/v1/assistants/{id}"),
    ):
        refused(answer, 404, "not_found")


@QUIET
@given(body=st.dictionaries(st.sampled_from(["name", "tools", "tool_resources", "metadata", "top_p"]), values))
def test_no_body_breaks_anything(client, body):
    answer = client.post("/v1/assistants", json={"model": MODEL, **body})
    assert answer.status_code in (200, 400, 404), answer.text


def on(*stores):
    return {"file_search": {"vector_store_ids": list(stores)}}


def filled(client):
    store = made(client)
    right(client.post(f"/v1/vector_stores/{store}/files", json={"file_id": uploaded(client)}))
    index(client)
    return store
