"""Stored chat completions, as OpenAI shows them, and answers that are told a second time."""

import json
from dataclasses import replace

import pytest
from openai.types.chat import ChatCompletion, ChatCompletionStoreMessage
from openai.types.conversations import Message as ConversationMessage
from openai.types.responses import ResponseFunctionToolCallItem
from webargs.multidictproxy import MultiDictProxy
from werkzeug.datastructures import MultiDict

from ragproxy.domain import ChatRequest, Cursor, Delta, Message, Page, StoredCompletion, Usage
from ragproxy.state import with_ids
from ragproxy.wire.chat import chat_chunks, chat_completion
from ragproxy.wire.stored_completions import (
    COMPLETION_CHANGE,
    COMPLETION_QUERY,
    MESSAGE_QUERY,
    CompletionQuery,
    answered_items,
    completion_json,
    completion_list_json,
    message_list_json,
    stored_completion,
    told_again,
)
from ragproxy.wire.validation import load
from tests.wire.answers import ANNOTATION_JSON, SOURCE_JSON, answer, citation, source
from tests.wire.bodies import refusal

CALL = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
STOP = Delta(finish_reason="stop")
REQUEST = ChatRequest("ragproxy", (Message("user", "Hi"),), {"temperature": 0.5, "user": "u-1", "seed": 7})
SAID = [
    Delta(content="Open "),
    Delta(content="[1].", citations=(citation(5, 8),)),
    Delta(finish_reason="stop", sources=(source(),), chunk={"system_fingerprint": "fp"}),
    Delta(None, usage=Usage(3, 2, 5)),
]

# ---- what is kept -------------------------------------------------------------------------------


def test_an_answer_is_a_message_with_what_it_cites():
    (item,) = answered_items(answer(*SAID), True)
    part = {"type": "output_text", "text": "Open [1].", "logprobs": []}
    part["annotations"] = [{"type": "url_citation", **ANNOTATION_JSON["url_citation"]}]
    assert item == {"type": "message", "role": "assistant", "status": "completed", "content": [part]}
    ConversationMessage.model_validate_json(json.dumps(with_ids([item])[0]), strict=True)


def test_calls_are_items_of_their_own():
    item, call = answered_items(answer(Delta(content="Hm."), Delta(fields={"tool_calls": [CALL]}), STOP), True)
    assert item["content"][0]["text"] == "Hm."
    assert call["type"] == "function_call"
    ResponseFunctionToolCallItem.model_validate_json(json.dumps(with_ids([call])[0]), strict=True)


def test_of_an_answer_that_broke_off_no_call_is_left():
    deltas = [Delta(content="Hm."), Delta(fields={"tool_calls": [CALL]})]
    (item,) = answered_items(answer(*deltas), False)
    assert (item["status"], item["content"][0]["text"]) == ("incomplete", "Hm.")
    assert answered_items(answer(deltas[1]), False) == ()


@pytest.mark.parametrize("deltas", [[], [Delta(content="")], [Delta(fields={"reasoning": "Hm."})], [Delta(1, "x")]])
def test_nothing_said_is_no_item_unless_that_was_the_answer(deltas):
    assert answered_items(answer(*deltas), False) == ()
    whole = answered_items(answer(*deltas, STOP), True)
    assert [item["content"][0]["text"] for item in whole] == [""]


def test_a_refusal_is_something_said():
    (item,) = answered_items(answer(Delta(fields={"refusal": "No."})), False)
    assert item["content"] == [{"type": "refusal", "refusal": "No."}]


def test_what_is_stored_tells_what_was_set():
    body = stored_completion(REQUEST, answer(*SAID))
    assert (body["temperature"], body["input_user"], body["seed"], body["tools"]) == (0.5, "u-1", 7, None)
    assert {key: body[key] for key in chat_completion(answer(*SAID))} == chat_completion(answer(*SAID))
    strict(ChatCompletion, body)


@pytest.mark.parametrize("reason", [None, "eos", "abort"])
def test_an_ending_that_openai_does_not_have_is_a_stop(reason):
    body = stored_completion(REQUEST, answer(Delta(content="x", finish_reason=reason)))
    assert body["choices"][0]["finish_reason"] == "stop"
    strict(ChatCompletion, body)


# ---- what is shown ------------------------------------------------------------------------------


def test_a_stored_completion_is_shown_with_its_metadata():
    shown = completion_json(stored(metadata={"k": "v"}))
    assert shown["metadata"] == {"k": "v"}
    strict(ChatCompletion, shown)
    listed = completion_list_json(Page((stored(), stored(id="chatcmpl-2")), has_more=True))
    assert (listed["object"], listed["has_more"]) == ("list", True)
    assert (listed["first_id"], listed["last_id"]) == ("chatcmpl-1", "chatcmpl-2")
    empty = completion_list_json(Page((), has_more=False))
    assert (empty["data"], empty["first_id"], empty["last_id"]) == ([], "", "")


def test_messages_are_shown_with_their_parts():
    text, picture = {"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": "data:,"}}
    messages = (
        Message("user", "Hi", {"name": "Ann"}),
        Message("user", (text, picture, {"type": "file", "file": {"file_id": "f"}})),
        Message("assistant", None, {"tool_calls": [CALL]}),
        Message("tool", "42", {"tool_call_id": "call_1"}),
    )
    page = Page(tuple((f"c-{number}", message) for number, message in enumerate(messages)), has_more=False)
    plain, parted, called, output = message_list_json(page)["data"]
    shown = {"id": "c-0", "role": "user", "content": "Hi", "name": "Ann", "refusal": None, "content_parts": None}
    assert plain == shown
    assert (parted["content"], parted["content_parts"]) == ("What?", [text, picture])
    assert (called["content"], called["tool_calls"]) == (None, [CALL])
    assert output["tool_call_id"] == "call_1"
    for each in (plain, parted, called, output):
        # the package's type knows assistants alone, where OpenAI's own example shows a user
        strict(ChatCompletionStoreMessage, {**each, "role": "assistant"})


# ---- what is asked ------------------------------------------------------------------------------


def test_the_oldest_come_first_unless_asked_otherwise():
    assert load(COMPLETION_QUERY, {}) == CompletionQuery(Cursor(20, "asc"))
    assert load(MESSAGE_QUERY, {"order": "desc", "limit": "3", "after": "x"}) == Cursor(3, "desc", "x")


def test_pairs_of_metadata_are_read_from_brackets():
    arguments = MultiDict([("metadata[team]", "a"), ("metadata[empty]", ""), ("metadata[b[c]]", "d"), ("model", "m")])
    query = COMPLETION_QUERY.load(MultiDictProxy(arguments, COMPLETION_QUERY))
    assert query == CompletionQuery(Cursor(order="asc"), "m", {"team": "a", "empty": "", "b[c]": "d"})
    assert load(COMPLETION_QUERY, {"metadata": "", "model": ""}) == CompletionQuery(Cursor(order="asc"))


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ({"metadata": "team"}, "metadata"),
        ({"metadata[k]": "x" * 513}, "metadata.k"),
        ({f"metadata[{'k' * 65}]": "x"}, "metadata"),
        ({f"metadata[{n}]": "x" for n in range(17)}, "metadata"),
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"order": "up"}, "order"),
        ({"model": "a\0"}, "model"),
    ],
)
def test_bad_queries_are_refused(query, param):
    assert refusal(COMPLETION_QUERY, query)[0] == param


def test_a_change_is_of_the_metadata():
    assert load(COMPLETION_CHANGE, {"metadata": {"k": "v"}, "other": 1}).metadata == {"k": "v"}
    assert load(COMPLETION_CHANGE, {"metadata": None}).metadata == {}
    assert refusal(COMPLETION_CHANGE, {}) == ("metadata", "missing_required_parameter")
    assert refusal(COMPLETION_CHANGE, {"metadata": {"k": 1}}) == ("metadata.k", "invalid_type")
    assert refusal(COMPLETION_CHANGE, {"metadata": {"k": "\0"}}) == ("metadata.k", "invalid_value")


# ---- what is told again -------------------------------------------------------------------------


def test_a_stream_told_again_says_the_same():
    request = replace(REQUEST, stream=True, stream_options={"include_usage": True})
    body = chat_completion(answer(*SAID, conversation_id="conv_1", sources=(source(),)))
    role, content, end, usage = chat_chunks(told_again(body), request)
    for chunk in (role, content, end, usage):
        head = ("chatcmpl-1", "chat.completion.chunk", 1731628800, "ragproxy", "conv_1", "fp")
        keys = ("id", "object", "created", "model", "conversation_id", "system_fingerprint")
        assert tuple(chunk[key] for key in keys) == head
    assert role["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert content["choices"][0]["delta"] == {"content": "Open [1].", "annotations": [ANNOTATION_JSON]}
    assert "sources" not in content
    assert end["choices"][0]["finish_reason"] == "stop"
    assert end["sources"] == [SOURCE_JSON]
    assert (usage["choices"], usage["usage"]["total_tokens"]) == ([], 5)


def test_calls_told_again_are_numbered():
    calls = [CALL, {**CALL, "index": 1, "id": "call_2"}]
    body = chat_completion(answer(Delta(fields={"tool_calls": calls}), Delta(finish_reason="tool_calls")))
    assert all("index" not in call for call in body["choices"][0]["message"]["tool_calls"])
    _, told, end = chat_chunks(told_again(body), REQUEST)
    assert told["choices"][0]["delta"] == {"tool_calls": calls}
    assert end["choices"][0]["finish_reason"] == "tool_calls"


def test_all_choices_are_told_again():
    body = chat_completion(answer(Delta(0, "a"), Delta(1, "b"), STOP, replace(STOP, index=1)))
    again = chat_completion(told_again(body))
    assert again["choices"] == body["choices"]


def stored(**fields):
    known = {"id": "chatcmpl-1", "owner": "ann", "created": 1, "model": "ragproxy", "messages": ()}
    body = stored_completion(REQUEST, answer(*SAID, id=fields.get("id", "chatcmpl-1")))
    return StoredCompletion(**{**known, "body": body, **fields})


def strict(kind, body):
    kind.model_validate_json(json.dumps(body), strict=True)
