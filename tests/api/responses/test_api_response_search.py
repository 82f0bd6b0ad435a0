"""/responses and documents: the file_search tool, agents, and files in the input."""

import pytest

from tests.api.library import index, made, refused, right, strangers_store, uploaded
from tests.api.responses.asking import LOOK, MODEL, PATH, ask, searching


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("model", [MODEL, "ragproxy"])
def test_the_search_is_native(client, upstream, store, model, streamed):
    upstream.text = "It is 330 metres tall [1]."
    tool = {"type": "file_search", "vector_store_ids": [store]}
    body = ask(client, "How tall is the tower?", model=model, tools=[tool], stream=streamed)
    search, message = body["output"]
    assert (search["type"], search["queries"], search["results"]) == (
        "file_search_call",
        ["How tall is the tower?"],
        None,
    )
    (part,) = message["content"]
    (note,) = part["annotations"]
    assert part["text"][note["index"] :].startswith("[1]")
    assert (note["type"], note["filename"]) == ("file_citation", "tower.txt")
    assert "330 metres" in upstream.requests[-1].json["messages"][0]["content"]
    assert "tools" not in upstream.requests[-1].json


def test_the_results_of_a_search_are_shown_when_they_are_included(client, upstream, store):
    body = ask(client, "tower or bridge?", tools=[searching(store)], include=["file_search_call.results"])
    results = body["output"][0]["results"]
    assert {result["filename"] for result in results} == {"tower.txt", "bridge.txt"}
    assert all(0 < result["score"] <= 1 and "metres" in result["text"] for result in results)
    assert {result["attributes"].get("kind") for result in results} == {"tower", "bridge"}


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"max_num_results": 1}, 1),
        ({"filters": {"type": "eq", "key": "kind", "value": "bridge"}}, 1),
        ({"ranking_options": {"score_threshold": 0.99}}, 0),
        ({}, 2),
    ],
)
def test_a_search_is_as_it_was_asked_for(client, upstream, store, options, found):
    body = ask(client, "metres of zeppelins", tools=[searching(store, **options)], include=["file_search_call.results"])
    assert len(body["output"][0]["results"]) == found


@pytest.mark.parametrize("more", [{"tool_choice": "none"}, {"max_tool_calls": 0}])
@pytest.mark.parametrize("model", [MODEL, "ragproxy"])
def test_a_search_that_is_not_wanted_is_not_done(client, upstream, store, model, more):
    body = ask(client, "tower", model=model, tools=[searching(store)], **more)
    assert [item["type"] for item in body["output"]] == ["message"]


def test_an_agent_searches_without_a_tool(client, upstream, store):
    body = ask(client, "How tall is the tower?", model=f"rag/{store}")
    assert [item["type"] for item in body["output"]] == ["file_search_call", "message"]


def test_stores_that_are_not_there_are_named(client, upstream, store):
    gone = made(client)
    right(client.delete(f"/v1/vector_stores/{gone}"))
    for missing in (gone, strangers_store(client), "vs_nobody"):
        tools = [LOOK, searching(store, missing)]
        answer = client.post(PATH, json={"model": MODEL, "input": "Hi", "tools": tools})
        refused(answer, 404, "vector_store_not_found", "tools[1].vector_store_ids[1]")


def test_files_of_the_input_are_what_is_searched(client, upstream, store):
    other = uploaded(client, "The harbour closes at nine.", "harbour.txt")
    right(client.post(f"/v1/vector_stores/{store}/files", json={"file_id": other}))
    index(client)
    content = [{"type": "input_file", "file_id": other}, {"type": "input_text", "text": "When does it close?"}]
    body = ask(client, [{"role": "user", "content": content}], include=["file_search_call.results"])
    assert {result["file_id"] for result in body["output"][0]["results"]} == {other}
    assert upstream.requests[-1].json["messages"][-1]["content"] == "When does it close?"
    after = ask(client, "And when does it close?", previous_response_id=body["id"])
    assert after["output"][0]["type"] == "file_search_call"
    answer = client.post(
        PATH, json={"model": MODEL, "input": [{"role": "user", "content": [{**content[0], "file_id": "file-x"}]}]}
    )
    refused(answer, 404, "file_not_found", "input")
