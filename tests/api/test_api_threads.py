"""/threads and their messages, in one process."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from openai.types.beta import Thread, ThreadDeleted
from openai.types.beta.threads import Message, MessageDeleted

from ragproxy.state.tables import runs
from tests.api.library import index, made, refused, right, services_of, strangers_file, uploaded
from tests.api.test_fuzz import QUIET, values

HELLO = {"role": "user", "content": "hello"}
BAD_IDS = ["thread_gone", "x" * 5000, "%00", "%ED%A0%80", "a%0Ab", "%F0%9F%99%82"]


# ---- threads --------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["/v1", ""])
def test_a_thread_lives_and_dies(client, prefix):
    store = made(client)
    resources = on(store)
    body = {"messages": [HELLO], "metadata": {"a": "é"}, "tool_resources": resources}
    shown = right(client.post(f"{prefix}/threads", json=body))
    assert shown == {
        "id": shown["id"],
        "object": "thread",
        "created_at": shown["created_at"],
        "metadata": {"a": "é"},
        "tool_resources": resources,
    }
    address = f"{prefix}/threads/{shown['id']}"
    assert right(client.get(address)) == shown
    changed = right(client.post(address, json={"metadata": {"c": "d"}}))
    assert changed == {**shown, "metadata": {"c": "d"}}
    changed = right(client.post(address, json={"tool_resources": {"file_search": {"vector_store_ids": []}}}))
    assert changed == right(client.get(address)) == {**shown, "metadata": {"c": "d"}, "tool_resources": {}}
    gone = right(client.delete(address))
    assert gone == {"id": shown["id"], "object": "thread.deleted", "deleted": True}
    for each in (client.get(address), client.post(address, json={}), client.delete(address)):
        assert "No thread found" in refused(each, 404, "not_found")
    Thread.model_validate(shown, strict=True)
    ThreadDeleted.model_validate(gone, strict=True)


def test_a_thread_may_begin_with_nothing(client):
    shown = right(client.post("/v1/threads", json={}))
    assert (shown["metadata"], shown["tool_resources"]) == ({}, {})
    assert right(client.get(f"/v1/threads/{shown['id']}/messages"))["data"] == []


def test_a_thread_is_a_conversation(client):
    thread = new_thread(client, messages=[HELLO])
    (item,) = right(client.get(f"/v1/conversations/{thread}/items"))["data"]
    assert item["content"] == [{"type": "input_text", "text": "hello"}]
    right(client.post(f"/v1/conversations/{thread}/items", json={"items": [{"role": "user", "content": "more"}]}))
    assert texts(client, thread) == ["more", "hello"]
    conversation = right(client.post("/v1/conversations", json={}))
    refused(client.get(f"/v1/threads/{conversation['id']}"), 404, "not_found")


def test_files_make_a_store_that_goes_after_a_week(client):
    new = {"file_ids": [uploaded(client)], "chunking_strategy": {"type": "auto"}}
    shown = right(client.post("/v1/threads", json={"tool_resources": {"file_search": {"vector_stores": [new]}}}))
    (store_id,) = shown["tool_resources"]["file_search"]["vector_store_ids"]
    store = right(client.get(f"/v1/vector_stores/{store_id}"))
    assert store["expires_after"] == {"anchor": "last_active_at", "days": 7}
    assert store["file_counts"]["total"] == 1


def test_what_is_not_there_is_named_and_nothing_is_made(client):
    message = refused(client.post("/v1/threads", json={"tool_resources": on("vs_gone")}), 404, "vector_store_not_found")
    assert "vs_gone" in message
    attached = {**HELLO, "attachments": [attachment(strangers_file(client))]}
    refused(client.post("/v1/threads", json={"messages": [attached]}), 404, "file_not_found")
    picture = {"type": "image_file", "image_file": {"file_id": "file-gone"}}
    body = {"messages": [{"role": "user", "content": [picture]}]}
    refused(client.post("/v1/threads", json=body), 404, "file_not_found")


# ---- messages -------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["/v1", ""])
def test_a_message_lives_and_dies(client, prefix):
    thread = new_thread(client)
    body = {**HELLO, "metadata": {"a": "b"}}
    shown = right(client.post(f"{prefix}/threads/{thread}/messages", json=body))
    assert shown == {
        "id": shown["id"],
        "object": "thread.message",
        "created_at": shown["created_at"],
        "thread_id": thread,
        "status": "completed",
        "incomplete_details": None,
        "completed_at": shown["completed_at"],
        "incomplete_at": None,
        "role": "user",
        "content": [{"type": "text", "text": {"value": "hello", "annotations": []}}],
        "assistant_id": None,
        "run_id": None,
        "attachments": [],
        "metadata": {"a": "b"},
    }
    address = f"{prefix}/threads/{thread}/messages/{shown['id']}"
    assert right(client.get(address)) == shown
    assert right(client.post(address, json={})) == shown
    changed = right(client.post(address, json={"metadata": {"c": "d"}}))
    assert changed == right(client.get(address)) == {**shown, "metadata": {"c": "d"}}
    gone = right(client.delete(address))
    assert gone == {"id": shown["id"], "object": "thread.message.deleted", "deleted": True}
    for each in (client.get(address), client.post(address, json={}), client.delete(address)):
        assert "No message found" in refused(each, 404, "not_found")
    Message.model_validate(shown, strict=True)
    MessageDeleted.model_validate(gone, strict=True)


def test_pictures_come_back(client):
    file_id = uploaded(client, purpose="vision", filename="a.png")
    parts = [
        {"type": "text", "text": "look"},
        {"type": "image_file", "image_file": {"file_id": file_id, "detail": "high"}},
        {"type": "image_url", "image_url": {"url": "https://x.example/a.png", "detail": "auto"}},
    ]
    shown = right(client.post(f"/v1/threads/{new_thread(client)}/messages", json={"role": "user", "content": parts}))
    assert shown["content"] == [{"type": "text", "text": {"value": "look", "annotations": []}}, *parts[1:]]
    Message.model_validate(shown, strict=True)


def test_attachments_land_in_the_threads_store(client):
    first, second = uploaded(client, "The tower is 330 metres tall."), uploaded(client, "Bridges.", "b.txt")
    thread = new_thread(client, messages=[{**HELLO, "attachments": [attachment(first)]}])
    (message,) = right(client.get(f"/v1/threads/{thread}/messages"))["data"]
    assert message["attachments"] == [attachment(first)]
    resources = right(client.get(f"/v1/threads/{thread}"))["tool_resources"]
    (store,) = resources["file_search"]["vector_store_ids"]
    assert files_of(client, store) == {first}
    right(client.post(f"/v1/threads/{thread}/messages", json={**HELLO, "attachments": [attachment(second)]}))
    assert right(client.get(f"/v1/threads/{thread}"))["tool_resources"] == resources
    assert files_of(client, store) == {first, second}
    index(client)
    found = right(client.post(f"/v1/vector_stores/{store}/search", json={"query": "how tall is the tower"}))
    assert found["data"][0]["file_id"] == first


def test_attachments_that_come_at_once_land_in_one_store(client):
    thread, ids = new_thread(client), [uploaded(client, f"text {n}", f"{n}.txt") for n in range(6)]

    def attach(file_id):
        body = {**HELLO, "attachments": [attachment(file_id)]}
        return right(client.application.test_client().post(f"/v1/threads/{thread}/messages", json=body))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(attach, ids))
    (store,) = right(client.get(f"/v1/threads/{thread}"))["tool_resources"]["file_search"]["vector_store_ids"]
    assert files_of(client, store) == set(ids)


def test_an_attachment_without_a_tool_is_only_shown(client):
    thread = new_thread(client)
    shown = {"file_id": uploaded(client), "tools": []}
    message = right(client.post(f"/v1/threads/{thread}/messages", json={**HELLO, "attachments": [shown]}))
    assert message["attachments"] == [shown]
    assert right(client.get(f"/v1/threads/{thread}"))["tool_resources"] == {}


def test_attachments_go_into_the_store_that_the_thread_has(client):
    store, file_id = made(client), uploaded(client)
    thread = new_thread(client, tool_resources=on(store))
    right(client.post(f"/v1/threads/{thread}/messages", json={**HELLO, "attachments": [attachment(file_id)]}))
    assert files_of(client, store) == {file_id}


def test_nothing_is_put_into_a_store_that_is_shared_to_be_read(client):
    theirs = services_of(client).state.stores.create("shared", owner="somebody", groups=("*",))
    thread = new_thread(client, tool_resources=on(theirs.id))
    body = {**HELLO, "attachments": [attachment(uploaded(client))]}
    assert client.post(f"/v1/threads/{thread}/messages", json=body).status_code == 403


def test_a_program_is_never_run(client):
    body = {**HELLO, "attachments": [{"file_id": "file-1", "tools": [{"type": "code_interpreter"}]}]}
    answer = client.post(f"/v1/threads/{new_thread(client)}/messages", json=body)
    refused(answer, 400, "unsupported_parameter", "attachments[0].tools[0].type")


def test_pages_both_ways(client):
    thread = new_thread(client, messages=[{**HELLO, "content": str(number)} for number in range(5)])
    address = f"/v1/threads/{thread}/messages"
    page = right(client.get(f"{address}?limit=2"))
    ids = [each["id"] for each in right(client.get(f"{address}?order=asc"))["data"]]
    assert (page["first_id"], page["last_id"], page["has_more"]) == (ids[4], ids[3], True)
    page = right(client.get(f"{address}?limit=2&order=asc&after={ids[1]}"))
    assert [each["id"] for each in page["data"]] == ids[2:4]
    page = right(client.get(f"{address}?limit=3&order=asc&before={ids[2]}"))
    assert ([each["id"] for each in page["data"]], page["has_more"]) == (ids[:2], False)
    assert right(client.get(f"{address}?run_id=run_none"))["data"] == []
    refused(client.get(f"{address}?after=msg_gone"), 400, None, "after")
    refused(client.get(f"{address}?order=up"), 400, "invalid_value", "order")


def test_while_a_run_is_active_nobody_adds_or_deletes(client):
    thread = new_thread(client, messages=[HELLO])
    (message,) = right(client.get(f"/v1/threads/{thread}/messages"))["data"]
    begin(client, thread, "run_active")
    file_id = uploaded(client)
    body = {**HELLO, "attachments": [attachment(file_id)]}
    said = refused(client.post(f"/v1/threads/{thread}/messages", json=body), 400)
    assert said == f"Can't add messages to {thread} while a run run_active is active."
    assert right(client.get(f"/v1/threads/{thread}"))["tool_resources"] == {}
    assert "run_active" in refused(client.delete(f"/v1/threads/{thread}/messages/{message['id']}"), 400)
    right(client.delete(f"/v1/threads/{thread}"))


def test_threads_of_others_are_not_there(client):
    theirs = services_of(client).state.threads.create(owner="somebody", metadata={}, tool_resources={}).id
    for answer in (
        client.get(f"/v1/threads/{theirs}"),
        client.post(f"/v1/threads/{theirs}", json={"metadata": {}}),
        client.delete(f"/v1/threads/{theirs}"),
        client.get(f"/v1/threads/{theirs}/messages"),
        client.post(f"/v1/threads/{theirs}/messages", json=HELLO),
    ):
        refused(answer, 404, "not_found")


@pytest.mark.parametrize("id", BAD_IDS)
def test_no_id_breaks_anything(client, id):
    thread = new_thread(client)
    for address in (f"/v1/threads/{id}", f"/v1/threads/{thread}/messages/{id}", f"/v1/threads/{id}/messages/msg_1"):
        for answer in (client.get(address), client.post(address, json={}), client.delete(address)):
            refused(answer, 404, "not_found")
    refused(client.post(f"/v1/threads/{id}/messages", json=HELLO), 404, "not_found")


@QUIET
@given(body=st.dictionaries(st.sampled_from(["messages", "tool_resources", "metadata"]), values))
def test_no_thread_breaks_anything(client, body):
    assert client.post("/v1/threads", json=body).status_code in (200, 400, 404)


@QUIET
@given(body=st.dictionaries(st.sampled_from(["content", "attachments", "metadata", "role"]), values))
def test_no_message_breaks_anything(client, body):
    thread = new_thread(client)
    answer = client.post(f"/v1/threads/{thread}/messages", json={**HELLO, **body})
    assert answer.status_code in (200, 400, 404), answer.text


def on(*stores):
    return {"file_search": {"vector_store_ids": list(stores)}}


def attachment(file_id):
    return {"file_id": file_id, "tools": [{"type": "file_search"}]}


def new_thread(client, **body):
    return right(client.post("/v1/threads", json=body))["id"]


def texts(client, thread):
    listed = right(client.get(f"/v1/threads/{thread}/messages"))["data"]
    return [each["content"][0]["text"]["value"] for each in listed]


def files_of(client, store):
    return {each["id"] for each in right(client.get(f"/v1/vector_stores/{store}/files"))["data"]}


def begin(client, thread, run_id):
    """A run's row: what makes and ends them is tested with the runs."""
    row = {"id": run_id, "owner": "default", "thread_id": thread, "assistant_id": "a", "created": 1}
    with services_of(client).state.threads._database.writing() as connection:
        connection.execute(sa.insert(runs).values(**row, status="queued", body={}, request={}, caller={}))
