"""Conversations, both ways."""

import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types.conversations import Conversation as OpenAIConversation
from openai.types.conversations import ConversationItem, ConversationItemList
from openai.types.responses import ResponseIncludable
from pydantic import TypeAdapter
from werkzeug.datastructures import MultiDict

from ragproxy.domain import Conversation, Cursor, Page
from ragproxy.wire.conversations import (
    CONVERSATION_CHANGE,
    CONVERSATION_REQUEST,
    INCLUDABLE,
    INCLUDE_QUERY,
    ITEM_QUERY,
    NEW_ITEMS,
    ConversationChange,
    ConversationRequest,
    NewItems,
    conversation_json,
    item_json,
    item_list_json,
)
from ragproxy.wire.validation import load
from tests.wire.bodies import json_values, refusal

HELLO = {"role": "user", "content": "hello"}
WHOLE = {**HELLO, "type": "message", "status": "completed", "content": [{"type": "input_text", "text": "hello"}]}
LOGPROBS = [{"token": "a", "bytes": [97], "logprob": -0.5, "top_logprobs": []}]

# an item of each type that shows something on demand, where that is, what else is there, and what is shown without
HIDDEN = [
    (
        "file_search_call.results",
        {"type": "file_search_call", "status": "completed", "queries": ["q"], "results": [{"score": 0.5}]},
        {"results": None},
    ),
    (
        "web_search_call.action.sources",
        {
            "type": "web_search_call",
            "status": "completed",
            "action": {"type": "search", "query": "q", "sources": [{"type": "url", "url": "u"}]},
        },
        {"action": {"type": "search", "query": "q"}},
    ),
    (
        "message.input_image.image_url",
        {**WHOLE, "content": [{"type": "input_image", "detail": "auto", "image_url": "data:,"}]},
        {"content": [{"type": "input_image", "detail": "auto", "image_url": None}]},
    ),
    (
        "message.output_text.logprobs",
        {**WHOLE, "content": [{"type": "output_text", "text": "a", "annotations": [], "logprobs": LOGPROBS}]},
        {"content": [{"type": "output_text", "text": "a", "annotations": [], "logprobs": []}]},
    ),
    (
        "computer_call_output.output.image_url",
        {
            "type": "computer_call_output",
            "status": "completed",
            "call_id": "c",
            "output": {"type": "computer_screenshot", "image_url": "data:,"},
        },
        {"output": {"type": "computer_screenshot"}},
    ),
    (
        "code_interpreter_call.outputs",
        {
            "type": "code_interpreter_call",
            "status": "completed",
            "code": "1",
            "container_id": "c",
            "outputs": [{"type": "logs", "logs": "1"}],
        },
        {"outputs": None},
    ),
    (
        "reasoning.encrypted_content",
        {"type": "reasoning", "summary": [], "encrypted_content": "x"},
        {"encrypted_content": None},
    ),
]


def test_a_conversation_as_openai_has_it():
    made = conversation_json(Conversation("conv_1", "ann", 1741900000, 1741900009, {"topic": "demo"}))
    assert made == {
        "id": "conv_1",
        "object": "conversation",
        "created_at": 1741900000,
        "metadata": {"topic": "demo"},
    }
    OpenAIConversation.model_validate_json(json.dumps(made), strict=True)


@pytest.mark.parametrize(("include", "item", "without"), HIDDEN, ids=[include for include, _, _ in HIDDEN])
def test_some_things_are_shown_on_demand_alone(include, item, without):
    item = {**item, "id": "some_id"}
    kept = json.dumps(item)
    others = set(INCLUDABLE) - {include}
    assert item_json(item) == item_json(item, others) == {**item, **without}
    assert item_json(item, (include,)) == item_json(item, INCLUDABLE) == item
    assert json.dumps(item) == kept
    for shown in (item_json(item), item):
        TypeAdapter(ConversationItem).validate_json(json.dumps(shown), strict=True)


@pytest.mark.parametrize("kind", [item["type"] for _, item, _ in HIDDEN])
def test_what_is_not_there_need_not_be_hidden(kind):
    item = {"type": kind, "id": "x", **({"content": []} if kind == "message" else {})}
    assert item_json(item) == item
    strange = {"type": kind, "id": "x", "action": 3, "output": None, "content": []}
    assert item_json(strange) == strange


def test_a_list_of_items_as_openai_has_it():
    items = ({**WHOLE, "id": "msg_2"}, {**WHOLE, "id": "msg_1"})
    listed = item_list_json(Page(items, True))
    assert listed == {
        "object": "list",
        "data": list(items),
        "first_id": "msg_2",
        "last_id": "msg_1",
        "has_more": True,
    }
    for each in (listed, item_list_json(Page((), False))):
        ConversationItemList.model_validate_json(json.dumps(each), strict=True)


def test_the_includes_are_those_of_openai():
    assert get_args(ResponseIncludable) == INCLUDABLE


@pytest.mark.parametrize(
    ("query", "include"),
    [
        ({}, set()),
        ({"include": ["reasoning.encrypted_content"]}, {"reasoning.encrypted_content"}),
        ({"include[]": ["reasoning.encrypted_content"] * 20}, {"reasoning.encrypted_content"}),
        (
            {"include": ["", "code_interpreter_call.outputs"], "include[]": ["file_search_call.results"]},
            {"code_interpreter_call.outputs", "file_search_call.results"},
        ),
    ],
)
def test_includes_come_in_either_spelling(query, include):
    assert set(load(INCLUDE_QUERY, query)) == set(load(ITEM_QUERY, query).include) == include


def test_an_unknown_include_is_refused():
    for schema in (INCLUDE_QUERY, ITEM_QUERY):
        assert refusal(schema, {"include": ["x"]}) == ("include[0]", "invalid_value")


def test_the_page_of_items_that_is_asked_for():
    asked = load(ITEM_QUERY, MultiDict({"after": "msg_1", "limit": "3", "order": "asc"}))
    assert (asked.cursor, asked.include) == (Cursor(limit=3, order="asc", after="msg_1"), ())
    assert load(ITEM_QUERY, {"after": "", "limit": ""}).cursor == Cursor(limit=20, order="desc")
    assert refusal(ITEM_QUERY, {"limit": "0"}) == ("limit", "integer_below_min_value")
    assert refusal(ITEM_QUERY, {"limit": "101"}) == ("limit", "integer_above_max_value")
    assert refusal(ITEM_QUERY, {"order": "up"}) == ("order", "invalid_value")


def test_a_conversation_to_make():
    assert load(CONVERSATION_REQUEST, {}) == ConversationRequest()
    assert load(CONVERSATION_REQUEST, {"items": None, "metadata": None, "new": 1}) == ConversationRequest()
    asked = load(CONVERSATION_REQUEST, {"items": [HELLO], "metadata": {"a": "b"}})
    assert asked == ConversationRequest((WHOLE,), {"a": "b"})
    assert load(NEW_ITEMS, {"items": [HELLO, HELLO]}) == NewItems((WHOLE, WHOLE))
    assert load(NEW_ITEMS, {"items": []}) == NewItems(())


def test_metadata_is_replaced_as_a_whole():
    assert load(CONVERSATION_CHANGE, {"metadata": {"a": "b"}}) == ConversationChange({"a": "b"})
    assert load(CONVERSATION_CHANGE, {"metadata": None}) == ConversationChange({})
    assert refusal(CONVERSATION_CHANGE, {}) == ("metadata", "missing_required_parameter")


@pytest.mark.parametrize("schema", [CONVERSATION_REQUEST, CONVERSATION_CHANGE])
@pytest.mark.parametrize(
    ("metadata", "where"),
    [
        ({str(n): "x" for n in range(17)}, ("metadata", "object_above_max_properties")),
        ({"k" * 65: "x"}, ("metadata", "invalid_value")),
        ({"k": "x" * 513}, ("metadata.k", "string_above_max_length")),
        ({"k": 1}, ("metadata.k", "invalid_type")),
        ({"k": None}, ("metadata.k", "invalid_type")),
        ({"k": "a\0"}, ("metadata.k", "invalid_value")),
        ({"a\0": "x"}, ("metadata", "invalid_value")),
        ([], ("metadata", "invalid_type")),
        ("x", ("metadata", "invalid_type")),
    ],
)
def test_metadata_that_is_refused(schema, metadata, where):
    assert refusal(schema, {"metadata": metadata}) == where


@pytest.mark.parametrize("schema", [CONVERSATION_REQUEST, CONVERSATION_CHANGE])
def test_metadata_up_to_the_limits_is_taken(schema):
    largest = {f"{n:064}": "é" * 512 for n in range(16)}
    assert load(schema, {"metadata": largest}).metadata == largest


@pytest.mark.parametrize("schema", [CONVERSATION_REQUEST, NEW_ITEMS])
@pytest.mark.parametrize(
    ("items", "where"),
    [
        ([HELLO] * 21, ("items", "array_above_max_length")),
        ([HELLO, {"type": "wizardry"}], ("items[1].type", "invalid_value")),
        ([HELLO, None], ("items[1]", "invalid_type")),
        ({}, ("items", "invalid_type")),
        ("hello", ("items", "invalid_type")),
        ([{**HELLO, "content": "x" * 2**20}], ("items[0]", "item_too_large")),
        ([{"type": "item_reference", "id": "msg_1"}], ("items[0].type", "invalid_value")),
    ],
)
def test_items_that_are_refused(schema, items, where):
    assert refusal(schema, {"items": items}) == where


def test_new_items_have_to_be_there():
    assert refusal(NEW_ITEMS, {}) == ("items", "missing_required_parameter")
    assert refusal(NEW_ITEMS, {"items": None}) == ("items", "invalid_type")


BODIES = json_values("message", "user", "input_text", keys=["items", "metadata", "type", "role", "content", "text"])


@given(st.dictionaries(st.sampled_from(["items", "metadata"]), BODIES))
def test_no_body_breaks_the_schemas(body):
    for schema in (CONVERSATION_REQUEST, CONVERSATION_CHANGE, NEW_ITEMS):
        refusal(schema, body)


@given(st.dictionaries(st.sampled_from(["include", "include[]", "after", "limit", "order"]), BODIES))
def test_no_query_breaks_the_schemas(query):
    for schema in (INCLUDE_QUERY, ITEM_QUERY):
        refusal(schema, query)
