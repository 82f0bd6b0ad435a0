"""/conversations, in one process."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types.conversations import (
    Conversation,
    ConversationDeletedResource,
    ConversationItem,
    ConversationItemList,
)
from pydantic import TypeAdapter

from tests.api.library import refused, right, services_of
from tests.api.test_fuzz import QUIET, values

HELLO = {"role": "user", "content": "hello"}
SEARCH = {
    "type": "file_search_call",
    "queries": ["q"],
    "results": [{"file_id": "file-1", "filename": "a.txt", "score": 0.5, "text": "t", "attributes": {"a": 1.5}}],
}
PICTURE = {"role": "user", "content": [{"type": "input_image", "image_url": "data:image/png;base64,AA=="}]}
CALLS = [
    {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": "{}"},
    {"type": "function_call_output", "call_id": "call_1", "output": "sunny"},
]
BAD_IDS = ["conv_gone", "x" * 5000, "%00", "%ED%A0%80", "a%0Ab", "%F0%9F%99%82"]


# ---- conversations --------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", ["/v1", ""])
def test_a_conversation_lives_and_dies(client, prefix):
    made = right(client.post(f"{prefix}/conversations", json={"metadata": {"topic": "été"}, "items": [HELLO]}))
    assert made == {
        "id": made["id"],
        "object": "conversation",
        "created_at": made["created_at"],
        "metadata": {"topic": "été"},
    }
    address = f"{prefix}/conversations/{made['id']}"
    assert right(client.get(address)) == made
    changed = right(client.post(address, json={"metadata": {"a": "b"}}))
    assert changed == right(client.get(address)) == {**made, "metadata": {"a": "b"}}
    gone = right(client.delete(address))
    assert gone == {"id": made["id"], "object": "conversation.deleted", "deleted": True}
    refused(client.get(address), 404, "conversation_not_found")
    refused(client.delete(address), 404, "conversation_not_found")
    for each in (made, changed):
        _valid(Conversation, each)
    _valid(ConversationDeletedResource, gone)


def test_a_conversation_may_begin_with_nothing(client):
    made = right(client.post("/v1/conversations", json={}))
    assert made["metadata"] == {}
    listed = right(client.get(f"/v1/conversations/{made['id']}/items"))
    assert listed == {"object": "list", "data": [], "first_id": "", "last_id": "", "has_more": False}
    _valid(ConversationItemList, listed)


def test_ones_own_conversations_are_listed_the_newest_first(client):
    ids = [_made(client) for _ in range(3)][::-1]
    page = right(client.get("/v1/conversations?limit=2"))
    assert [each["id"] for each in page["data"]] == ids[:2]
    assert (page["object"], page["first_id"], page["last_id"], page["has_more"]) == ("list", ids[0], ids[1], True)
    right(client.delete(f"/v1/conversations/{ids[1]}"))
    page = right(client.get(f"/v1/conversations?limit=1&after={ids[1]}"))
    assert [each["id"] for each in page["data"]] == ids[2:]
    _valid(Conversation, page["data"][0])
    assert right(client.get(f"/v1/conversations?order=asc&before={ids[2]}&limit=100"))["has_more"] is False
    refused(client.get("/v1/conversations?after=conv_gone"), 400, None, "after")
    refused(client.get("/v1/conversations?limit=101"), 400, "integer_above_max_value", "limit")


def test_conversations_are_found_by_the_words_of_their_title(client):
    titled = {
        title: right(client.post("/v1/conversations", json={"metadata": {"title": title}}))["id"]
        for title in ("Les congés d'Été", "The summer holidays", "Congés de maladie")
    }
    _made(client)  # has no title

    def found(query, **more):
        page = right(client.get("/v1/conversations", query_string={"query": query, **more}))
        return [each["id"] for each in page["data"]], page["has_more"]

    assert found("CONGES") == ([titled["Congés de maladie"], titled["Les congés d'Été"]], False)
    assert found("ete conges")[0] == [titled["Les congés d'Été"]]
    assert found("conges", limit=1) == ([titled["Congés de maladie"]], True)
    assert found("conges", limit=1, after=titled["Congés de maladie"]) == ([titled["Les congés d'Été"]], False)
    assert found("nothing like it") == ([], False)
    assert len(found(" ")[0]) >= 4
    refused(client.get("/v1/conversations", query_string={"query": "x" * 513}), 400, "string_above_max_length", "query")


# ---- items ----------------------------------------------------------------------------------------


def test_items_are_added_read_and_deleted(client):
    id = _made(client, HELLO)
    added = right(client.post(f"/v1/conversations/{id}/items", json={"items": [*CALLS, {**HELLO, "id": "msg_mine"}]}))
    _valid(ConversationItemList, added)
    assert [each["type"] for each in added["data"]] == ["function_call", "function_call_output", "message"]
    assert (added["first_id"], added["last_id"], added["has_more"]) == (added["data"][0]["id"], "msg_mine", False)
    for each in added["data"]:
        one = right(client.get(f"/v1/conversations/{id}/items/{each['id']}"))
        assert one == each
        TypeAdapter(ConversationItem).validate_json(json.dumps(one), strict=True)
    left = right(client.delete(f"/v1/conversations/{id}/items/{added['first_id']}"))
    assert left == right(client.get(f"/v1/conversations/{id}"))
    _valid(Conversation, left)
    refused(client.get(f"/v1/conversations/{id}/items/{added['first_id']}"), 404, "item_not_found")
    refused(client.delete(f"/v1/conversations/{id}/items/{added['first_id']}"), 404, "item_not_found")
    assert len(right(client.get(f"/v1/conversations/{id}/items"))["data"]) == 3


def test_items_are_listed_page_by_page(client):
    id = _made(client, *({**HELLO, "id": f"msg_{n}"} for n in range(5)))
    address = f"/v1/conversations/{id}/items"
    seen, after = [], ""
    while True:
        page = right(client.get(f"{address}?limit=2&after={after}"))
        _valid(ConversationItemList, page)
        seen += [each["id"] for each in page["data"]]
        after = page["last_id"]
        right(client.delete(f"{address}/{after}"))  # and nothing is passed over
        if not page["has_more"]:
            break
    assert seen == [f"msg_{n}" for n in (4, 3, 2, 1, 0)]
    page = right(client.get(f"{address}?order=asc"))
    assert [each["id"] for each in page["data"]] == ["msg_2", "msg_4"]


def test_what_is_shown_on_demand_alone(client):
    id = _made(client, SEARCH, PICTURE)
    address = f"/v1/conversations/{id}/items"
    picture, search = right(client.get(address))["data"]
    assert search["results"] is None
    assert picture["content"][0]["image_url"] is None
    asked = "?include[]=file_search_call.results&include=message.input_image.image_url"
    listed = right(client.get(address + asked))
    _valid(ConversationItemList, listed)
    picture, search = listed["data"]
    assert search["results"] == SEARCH["results"]
    assert picture["content"][0]["image_url"] == PICTURE["content"][0]["image_url"]
    assert right(client.get(f"{address}/{search['id']}{asked}")) == search
    assert right(client.get(f"{address}/{search['id']}"))["results"] is None
    assert right(client.post(address + asked, json={"items": [SEARCH]}))["data"][0]["results"] == SEARCH["results"]
    assert right(client.post(address, json={"items": [SEARCH]}))["data"][0]["results"] is None
    for path in (address, f"{address}/{search['id']}"):
        refused(client.get(f"{path}?include=everything"), 400, "invalid_value", "include[0]")


def test_items_of_other_tools_come_back_as_they_were(client):
    other = {"type": "mcp_call", "id": "mcp_1", "arguments": "{}", "name": "n", "server_label": "s", "output": "o"}
    id = _made(client, other)
    assert right(client.get(f"/v1/conversations/{id}/items/mcp_1")) == other


# ---- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({"items": [{"type": "wizardry"}]}, "invalid_value", "items[0].type"),
        ({"items": [HELLO] * 21}, "array_above_max_length", "items"),
        ({"items": [{"role": "user", "content": "a\0"}]}, "invalid_value", "items[0].content"),
        ({"items": "hello"}, "invalid_type", "items"),
    ],
)
def test_bad_items_are_refused_and_none_is_kept(client, body, code, param):
    id = _made(client)
    refused(client.post(f"/v1/conversations/{id}/items", json=body), 400, code, param)
    before = right(client.get("/v1/conversations"))["first_id"]
    refused(client.post("/v1/conversations", json=body), 400, code, param)
    assert right(client.get(f"/v1/conversations/{id}/items"))["data"] == []
    assert right(client.get("/v1/conversations"))["first_id"] == before


def test_a_lone_surrogate_is_refused(client):
    id = _made(client)
    for text in ('"\\ud800"', '"\\udc00x"'):
        for route, body in (
            ("/items", '{"items":[{"role":"user","content":TEXT}]}'),
            ("", '{"metadata":{"a":TEXT}}'),
        ):
            data = body.replace("TEXT", text)
            answer = client.post(f"/v1/conversations/{id}{route}", data=data, content_type="application/json")
            assert "not valid JSON" in refused(answer, 400)


def test_bad_metadata_is_refused(client):
    id = _made(client)
    for path in ("/v1/conversations", f"/v1/conversations/{id}"):
        refused(client.post(path, json={"metadata": {"a": 1}}), 400, "invalid_type", "metadata.a")
        refused(client.post(path, json={"metadata": {"a": "\0"}}), 400, "invalid_value", "metadata.a")
        refused(client.post(path, data="x", content_type="text/plain"), 415, "unsupported_media_type")
    refused(client.post(f"/v1/conversations/{id}", json={}), 400, "missing_required_parameter", "metadata")
    refused(client.post(f"/v1/conversations/{id}/items", json={}), 400, "missing_required_parameter", "items")


@pytest.mark.parametrize("bad", BAD_IDS)
def test_ids_of_nothing_are_not_found(client, bad):
    for ask in _asks(client, bad, "msg_1"):
        refused(ask(), 404, "conversation_not_found")
    id = _made(client)
    for method in ("GET", "DELETE"):
        refused(client.open(f"/v1/conversations/{id}/items/{bad}", method=method), 404, "item_not_found")
    assert client.get(f"/v1/conversations/{id}/items?after={bad}").status_code == 400


def test_what_is_anothers_is_not_found(client):
    kept = services_of(client).state.conversations
    theirs = kept.create(owner="somebody", metadata={"a": "b"}, items=[{"type": "message", "content": []}])
    ((_, item),) = kept.items(theirs.id, owner="somebody")
    for ask in _asks(client, theirs.id, item["id"]):
        refused(ask(), 404, "conversation_not_found")
    id = _made(client, HELLO)
    refused(client.get(f"/v1/conversations/{id}/items/{item['id']}"), 404, "item_not_found")
    refused(client.delete(f"/v1/conversations/{id}/items/{item['id']}"), 404, "item_not_found")
    refused(client.get(f"/v1/conversations/{id}/items?after={item['id']}"), 400, None, "after")
    assert theirs.id not in client.get("/v1/conversations?limit=100").text
    refused(client.get(f"/v1/conversations?after={theirs.id}"), 400, None, "after")
    assert kept.get(theirs.id, owner="somebody") == theirs
    assert kept.items(theirs.id, owner="somebody") == [(1, item)]


# ---- at random ------------------------------------------------------------------------------------

KINDS = ["message", "function_call", "function_call_output", "file_search_call", "reasoning", "mcp_call", "wizardry"]
KEYS = ["id", "role", "content", "call_id", "name", "arguments", "output", "queries", "results", "summary", "status"]
parts = st.fixed_dictionaries(
    {"type": st.sampled_from(["input_text", "output_text", "input_image", "input_file", "refusal", "image_url"])},
    optional={"text": st.text() | values, "image_url": st.text() | values, "file_id": values, "annotations": values},
)
items = st.fixed_dictionaries(
    {"type": st.sampled_from(KINDS)},
    optional={key: st.text() | st.lists(parts, max_size=2) | values for key in KEYS}
    | {"role": st.sampled_from(["user", "assistant", "wizard"])},
)
bodies = st.fixed_dictionaries({}, optional={"items": st.lists(items, max_size=3) | values, "metadata": values})


@QUIET
@given(body=bodies, route=st.sampled_from(["", "/{id}", "/{id}/items"]))
def test_no_body_breaks_the_server_and_what_is_taken_comes_back(client, body, route):
    id = _made(client)
    path = "/v1/conversations" + route.format(id=id)
    answer = client.post(path, data=json.dumps(body), content_type="application/json")
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 400:
        assert set(answer.get_json()["error"]) == {"message", "type", "param", "code"}
    else:
        said = answer.get_json()
        id = said["id"] if route == "" else id
        listed = right(client.get(f"/v1/conversations/{id}/items?order=asc"))
        assert [each["type"] for each in listed["data"]] == [
            each["type"] for each in (body.get("items") or () if route != "/{id}" else ())
        ]
    right(client.delete(f"/v1/conversations/{id}"))


@QUIET
@given(
    query=st.dictionaries(st.sampled_from(["after", "before", "limit", "order", "include", "include[]"]), st.text()),
    items=st.booleans(),
)
def test_no_query_breaks_the_server(client, query, items):
    id = _made(client)
    query = {key: value.encode("utf-8", "replace") for key, value in query.items()}
    path = f"/v1/conversations/{id}/items" if items else "/v1/conversations"
    assert client.get(path, query_string=query).status_code in (200, 400)
    right(client.delete(f"/v1/conversations/{id}"))


def _made(client, *items):
    """The id of a new conversation."""
    return right(client.post("/v1/conversations", json={"items": list(items)}))["id"]


def _asks(client, id, item_id):
    """Every way to ask for something of a conversation."""
    address = f"/v1/conversations/{id}"
    return [
        lambda: client.get(address),
        lambda: client.post(address, json={"metadata": {}}),
        lambda: client.delete(address),
        lambda: client.get(f"{address}/items"),
        lambda: client.post(f"{address}/items", json={"items": [HELLO]}),
        lambda: client.get(f"{address}/items/{item_id}"),
        lambda: client.delete(f"{address}/items/{item_id}"),
    ]


def _valid(of, body):
    of.model_validate_json(json.dumps(body), strict=True)
