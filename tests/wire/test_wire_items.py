"""Items: what comes in, what they are completed to, and their way to chat messages and back."""

import json
from itertools import chain
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema
from openai.types.conversations import ConversationItem
from openai.types.responses import ResponseInputItemParam
from pydantic import TypeAdapter

from ragproxy.domain import Message
from ragproxy.errors import InvalidRequest
from ragproxy.wire.fields import Items
from ragproxy.wire.items import (
    STORED,
    ItemField,
    compacted,
    compaction_of,
    completed,
    is_stored,
    items_of,
    messages_of,
)
from ragproxy.wire.validation import load

ITEM = TypeAdapter(ConversationItem)

CALL = {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": '{"city":"Lyon"}'}
OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "sunny"}

# the least that a client may send of each type, as openai.types.responses.ResponseInputItemParam has it
LEAST = {
    "message": {"role": "user", "content": "hello"},
    "function_call": CALL,
    "function_call_output": OUTPUT,
    "file_search_call": {"queries": ["q"]},
    "web_search_call": {"action": {"type": "search", "query": "q"}},
    "image_generation_call": {},
    "computer_call": {"call_id": "c", "action": {"type": "wait"}},
    "computer_call_output": {"call_id": "c", "output": {"type": "computer_screenshot", "image_url": "data:,"}},
    "tool_search_call": {"arguments": {}},
    "tool_search_output": {"tools": []},
    "additional_tools": {"role": "developer", "tools": []},
    "configuration_update": {},
    "reasoning": {},
    "program": {"call_id": "c", "code": "1", "fingerprint": "f"},
    "program_output": {"call_id": "c", "result": "1"},
    "compaction": {"encrypted_content": "x"},
    "code_interpreter_call": {"container_id": "c"},
    "local_shell_call": {"call_id": "c", "action": {"type": "exec", "command": ["ls"], "env": {}}},
    "local_shell_call_output": {"output": "{}"},
    "shell_call": {"call_id": "c", "action": {"commands": ["ls"]}},
    "shell_call_output": {
        "call_id": "c",
        "output": [{"outcome": {"type": "exit", "exit_code": 0}, "stderr": "", "stdout": ""}],
    },
    "apply_patch_call": {"call_id": "c", "operation": {"type": "delete_file", "path": "a"}},
    "apply_patch_call_output": {"call_id": "c"},
    "mcp_list_tools": {"server_label": "s", "tools": []},
    "mcp_approval_request": {"arguments": "{}", "name": "n", "server_label": "s"},
    "mcp_approval_response": {"approval_request_id": "r", "approve": True},
    "mcp_call": {"arguments": "{}", "name": "n", "server_label": "s"},
    "custom_tool_call": {"call_id": "c", "name": "n", "input": "i"},
    "custom_tool_call_output": {"call_id": "c", "output": "o"},
}

PARTS = [
    {"type": "input_text", "text": "t"},
    {"type": "output_text", "text": "t"},
    {"type": "text", "text": "t"},
    {"type": "refusal", "refusal": "no"},
    {"type": "input_image", "image_url": "https://example.org/a.png"},
    {"type": "input_image", "file_id": "file-1", "detail": "high"},
    {"type": "input_file", "file_id": "file-1"},
    {"type": "input_file", "file_data": "data:,x", "filename": "x.txt"},
    {"type": "input_file", "file_url": "https://example.org/x.pdf"},
    {"type": "summary_text", "text": "t"},
    {"type": "reasoning_text", "text": "t"},
    {"type": "computer_screenshot", "image_url": "data:,"},
]


# ---- what comes in --------------------------------------------------------------------------------


def test_the_types_are_those_of_openai():
    union = get_args(get_args(ConversationItem)[0])
    assert {get_args(each.model_fields["type"].annotation)[0] for each in union} == set(STORED) == set(LEAST)
    assert len(get_args(ResponseInputItemParam)) > 20  # the other union still is one


@pytest.mark.parametrize("kind", LEAST)
def test_the_least_of_every_type_comes_out_as_openai_has_it(kind):
    item = _load({"type": kind, **LEAST[kind]})
    assert (
        item.items()
        >= {"type": kind, **LEAST[kind], **({"content": item["content"]} if kind == "message" else {})}.items()
    )
    assert is_stored(item)
    _valid({**item, "id": "some_id"})


@pytest.mark.parametrize("part", PARTS, ids=json.dumps)
def test_every_content_part_comes_out_as_openai_has_it(part):
    item = _load({"type": "message", "role": "assistant", "content": [part]})
    assert item["content"][0].items() >= part.items()
    _valid({**item, "id": "msg_1"})


@pytest.mark.parametrize("part", [part for part in PARTS if part["type"].startswith("input_")], ids=json.dumps)
def test_outputs_may_have_parts(part):
    for kind in ("function_call_output", "custom_tool_call_output"):
        _valid({**_load({"type": kind, "call_id": "c", "output": [part]}), "id": "fco_1"})


def test_an_easy_message_becomes_a_whole_one():
    assert _load({"role": "developer", "content": "be brief"}) == {
        "type": "message",
        "role": "developer",
        "status": "completed",
        "content": [{"type": "input_text", "text": "be brief"}],
    }
    assert _load({"role": "assistant", "content": "", "id": None, "phase": "commentary"}) == {
        "type": "message",
        "role": "assistant",
        "phase": "commentary",
        "status": "completed",
        "content": [{"type": "output_text", "text": "", "annotations": [], "logprobs": []}],
    }


def test_what_the_client_says_stays():
    said = {
        "type": "message",
        "id": "msg_mine",
        "role": "assistant",
        "status": "incomplete",
        "content": [{"type": "output_text", "text": "t", "annotations": [{"type": "file_path"}], "logprobs": [{}]}],
        "new": {"key": [1]},
    }
    assert _load(said) == said
    call = {**CALL, "status": "in_progress", "id": "fc_1", "namespace": "n"}
    assert _load(call) == call


def test_completing_twice_changes_nothing():
    for kind, least in LEAST.items():
        once = completed({"type": kind, **least})
        assert completed(once) == once


@pytest.mark.parametrize(
    ("item", "param", "code"),
    [
        (3, "", "invalid_type"),
        (None, "", "invalid_type"),
        ({}, ".type", "missing_required_parameter"),
        ({"id": "msg_1"}, ".type", "missing_required_parameter"),
        ({"type": "wizardry"}, ".type", "invalid_value"),
        ({"type": "item_reference", "id": "msg_1"}, ".type", "invalid_value"),
        ({"type": 3}, ".type", "invalid_type"),
        ({"type": []}, ".type", "invalid_type"),
        ({**CALL, "id": 3}, ".id", "invalid_type"),
        ({**CALL, "id": "x" * 257}, ".id", "string_above_max_length"),
        ({"role": "wizard", "content": "x"}, ".role", "invalid_value"),
        ({"role": None, "content": "x"}, ".role", "invalid_type"),
        ({"type": "message", "content": "x"}, ".role", "missing_required_parameter"),
        ({"role": "user"}, ".content", "missing_required_parameter"),
        ({"role": "user", "content": None}, ".content", "invalid_type"),
        ({"role": "user", "content": {"type": "text"}}, ".content", "invalid_type"),
        ({"role": "user", "content": ["x"]}, ".content[0]", "invalid_type"),
        ({"role": "user", "content": [{}]}, ".content[0].type", "missing_required_parameter"),
        ({"role": "user", "content": [{"type": "image_url"}]}, ".content[0].type", "invalid_value"),
        ({"role": "user", "content": [{"type": "input_text"}]}, ".content[0].text", "missing_required_parameter"),
        ({"role": "user", "content": [{"type": "input_text", "text": 3}]}, ".content[0].text", "invalid_type"),
        (
            {"role": "user", "content": [{"type": "input_image"}]},
            ".content[0].image_url",
            "missing_required_parameter",
        ),
        (
            {"role": "user", "content": [{"type": "input_image", "image_url": {"url": "u"}}]},
            ".content[0].image_url",
            "invalid_type",
        ),
        (
            {"role": "user", "content": [{"type": "input_image", "image_url": "u", "detail": "huge"}]},
            ".content[0].detail",
            "invalid_value",
        ),
        ({"role": "user", "content": [{"type": "input_file"}]}, ".content[0].file_id", "missing_required_parameter"),
        (
            {"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "x"}}]},
            ".content[0].input_audio.format",
            "missing_required_parameter",
        ),
        (
            {"role": "assistant", "content": [{"type": "output_text", "text": "t", "annotations": [3]}]},
            ".content[0].annotations[0]",
            "invalid_type",
        ),
        ({"role": "user", "content": "x", "status": "perhaps"}, ".status", "invalid_value"),
        ({"role": "user", "content": [{"type": "text", "text": ""}] * 2049}, ".content", "array_above_max_length"),
        ({**CALL, "arguments": {}}, ".arguments", "invalid_type"),
        ({"type": "function_call", "call_id": "c", "arguments": ""}, ".name", "missing_required_parameter"),
        ({"type": "custom_tool_call", "call_id": "c", "name": "n"}, ".input", "missing_required_parameter"),
        ({"type": "function_call_output", "output": "x"}, ".call_id", "missing_required_parameter"),
        ({"type": "function_call_output", "call_id": "c"}, ".output", "missing_required_parameter"),
        ({**OUTPUT, "output": None}, ".output", "invalid_type"),
        ({**OUTPUT, "output": [{"type": "refusal", "refusal": "x"}]}, ".output[0].type", "invalid_value"),
        ({"type": "file_search_call", "queries": [3]}, ".queries[0]", "invalid_type"),
        ({"type": "file_search_call", "queries": [], "results": ["x"]}, ".results[0]", "invalid_type"),
        ({"type": "reasoning", "summary": [{"type": "text", "text": "x"}]}, ".summary[0].type", "invalid_value"),
        ({"type": "compaction"}, ".encrypted_content", "missing_required_parameter"),
        ({"role": "user", "content": "a\0b"}, ".content", "invalid_value"),
        ({"type": "mcp_call", "deep": [{"x": "\0"}]}, ".deep[0].x", "invalid_value"),
        ({"type": "mcp_call", "deep": {"a\0": 1}}, ".deep", "invalid_value"),
        ({"type": "mcp_call", "deep": ["\ud800"]}, ".deep[0]", "invalid_value"),
    ],
)
def test_what_is_wrong_is_named(item, param, code):
    with pytest.raises(InvalidRequest) as caught:
        _load(item)
    assert (caught.value.param, caught.value.code) == (f"items[0]{param}", code)


def test_an_item_has_a_size_where_one_is_set():
    item = {"role": "user", "content": "é" * 50}
    assert _load(item, max_bytes=len(json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode()))
    with pytest.raises(InvalidRequest) as caught:
        _load(item, max_bytes=100)
    assert (caught.value.param, caught.value.code) == ("items[0]", "item_too_large")


def test_references_are_taken_where_they_can_be_followed():
    reference = {"type": "item_reference", "id": "msg_1"}
    assert _load(reference, more=("item_reference",)) == reference
    assert _load({"id": "msg_1"}, more=("item_reference",)) == reference
    assert not is_stored(reference)


# ---- to messages and back -------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
names = st.sampled_from(["ann", "bob"])
ids = st.integers(0, 10**6).map("call_{}".format)
part_extras = st.fixed_dictionaries({}, optional={"cache_control": st.just({"type": "ephemeral"})})
text_parts = st.builds(lambda text, extra: {"type": "text", "text": text, **extra}, texts, part_extras)
images = st.builds(
    lambda url, detail: {"type": "image_url", "image_url": {"url": url, **detail}},
    st.sampled_from(["https://example.org/a.png", "data:image/png;base64,AA=="]),
    st.sampled_from([{}, {"detail": "low"}, {"detail": "high"}]),
)
files = st.builds(
    lambda file: {"type": "file", "file": file},
    st.sampled_from([{"file_id": "file-1"}, {"file_data": "data:,x", "filename": "x.pdf"}]),
)
audio = st.just({"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}})
results = st.lists(text_parts | images | files, min_size=2, max_size=3).map(tuple)
several = st.lists(text_parts | images | files | audio, min_size=2, max_size=4).map(tuple)
alone = (images | files | audio).map(lambda part: (part,))
named = st.fixed_dictionaries({}, optional={"name": names})
openings = st.builds(Message, st.sampled_from(["system", "developer"]), texts, named)
asked = st.builds(Message, st.just("user"), texts | several | alone, named)
functions = st.builds(
    lambda id, arguments, extra: {
        "id": id,
        "type": "function",
        "function": {"name": "weather", "arguments": arguments},
        **extra,
    },
    ids,
    texts,
    st.sampled_from([{}, {"extra_content": {"google": {"thought_signature": "x"}}}]),
)
customs = st.builds(
    lambda id, input: {"id": id, "type": "custom", "custom": {"name": "sql", "input": input}}, ids, texts
)
answers = st.builds(
    lambda content, extra: Message("assistant", content, extra),
    texts | st.lists(text_parts, min_size=2, max_size=3).map(tuple),
    st.fixed_dictionaries({}, optional={"name": names, "refusal": texts, "reasoning_content": texts}),
) | st.builds(lambda refusal: Message("assistant", None, {"refusal": refusal}), texts)


@st.composite
def exchanges(draw):
    """A question, the calls that were made to answer it, each round with its outputs, and the answer."""
    chat = [draw(asked)]
    for _ in range(draw(st.integers(0, 2))):
        calls = draw(st.lists(functions | customs, min_size=1, max_size=3, unique_by=lambda call: call["id"]))
        extra = draw(st.fixed_dictionaries({}, optional={"reasoning_content": texts}))
        content = draw(st.none() | texts)
        chat.append(Message("assistant", content, {**extra, "tool_calls": calls}))
        chat += [Message("tool", draw(texts | results), {"tool_call_id": call["id"], **draw(named)}) for call in calls]
    return [*chat, draw(answers)]


chats = st.builds(
    lambda first, rest: tuple(chain(first, *rest)),
    st.lists(openings, max_size=2),
    st.lists(exchanges(), max_size=3),
)


@given(chats)
def test_a_chat_comes_back_from_its_items_as_it_was(chat):
    assert messages_of(items_of(chat)) == chat


@given(chats)
def test_the_items_of_a_chat_are_whole_and_come_in_again(chat):
    for item in items_of(chat):
        assert completed(item) == item
        assert _load(json.loads(json.dumps(item))) == item
        parts = item.get("content") or (item["output"] if type(item.get("output")) is list else [])
        if not any(part["type"] == "input_audio" for part in parts):  # which OpenAI takes, but does not show
            _valid({**item, "id": "some_id"})


def test_an_exchange_with_parallel_calls_in_items():
    chat = (
        Message("user", "Lyon or Nice?"),
        Message("assistant", "Let me see.", {"tool_calls": [_call("a"), _call("b")]}),
        Message("tool", "sunny", {"tool_call_id": "a"}),
        Message("tool", "rain", {"tool_call_id": "b"}),
        Message("assistant", "Lyon."),
    )
    said = {"type": "output_text", "text": "Let me see.", "annotations": [], "logprobs": []}
    call = {"type": "function_call", "name": "weather", "arguments": "{}", "status": "completed"}
    output = {"type": "function_call_output", "status": "completed"}
    assert items_of(chat)[1:6] == (
        {"type": "message", "role": "assistant", "status": "completed", "content": [said]},
        {**call, "call_id": "a"},
        {**call, "call_id": "b"},
        {**output, "call_id": "a", "output": "sunny"},
        {**output, "call_id": "b", "output": "rain"},
    )
    assert messages_of(items_of(chat)) == chat


# Ollama's arguments are an object
ODD = {"id": "a", "type": "function", "function": {"name": "f", "arguments": {"x": 1}}}


@pytest.mark.parametrize(
    ("message", "comes_back"),
    [
        (Message("user", ({"type": "text", "text": "x"},)), Message("user", "x")),
        (
            Message("user", ({"type": "image_url", "image_url": {"url": "u", "detail": "auto"}},)),
            Message("user", ({"type": "image_url", "image_url": {"url": "u"}},)),
        ),
        (
            Message("assistant", "x", {"refusal": None, "annotations": [], "audio": None, "tool_calls": None}),
            Message("assistant", "x"),
        ),
        (
            Message("assistant", ({"type": "text", "text": "x"}, {"type": "refusal", "refusal": "no"})),
            Message("assistant", "x", {"refusal": "no"}),
        ),
        (Message("assistant", "x", {"id": "1", "status": "y", "type": "z", "phase": "p"}), Message("assistant", "x")),
        (Message("user", "x", {"custom": {"a": 1}}), Message("user", "x", {"custom": {"a": 1}})),
        (
            Message("assistant", None, {"audio": {"id": "audio_1"}}),
            Message("assistant", None, {"audio": {"id": "audio_1"}}),
        ),
        (
            Message("assistant", None, {"tool_calls": [{**ODD, "index": 0}]}),
            Message("assistant", None, {"tool_calls": [{**ODD, "function": {"name": "f", "arguments": '{"x":1}'}}]}),
        ),
    ],
)
def test_what_has_several_forms_comes_back_in_one(message, comes_back):
    assert messages_of(items_of([message])) == (comes_back,)
    assert messages_of(items_of([comes_back])) == (comes_back,)


def test_the_deprecated_function_call_becomes_a_tool_call():
    chat = [
        Message("assistant", None, {"function_call": {"name": "weather", "arguments": "{}"}}),
        Message("function", "sunny", {"name": "weather"}),
        Message("function", None, {"name": "weather"}),
    ]
    assert messages_of(items_of(chat)) == (
        Message("assistant", None, {"tool_calls": [_call("call_weather")]}),
        Message("tool", "sunny", {"tool_call_id": "call_weather"}),
        Message("tool", "", {"tool_call_id": "call_weather"}),
    )


@pytest.mark.parametrize("calls", [[{}], [{"function": 3}], ["x"], [{"id": 3, "function": {"name": None}}]])
def test_calls_that_no_server_should_make_are_survived(calls):
    for item in items_of([Message("assistant", None, {"tool_calls": calls, "function_call": None})]):
        json.dumps(item)
        _valid({**item, "id": "some_id"})


def test_citations_stay_with_the_item_alone():
    cited = {"type": "url_citation", "url_citation": {"url": "u", "title": "t", "start_index": 1, "end_index": 4}}
    items = items_of([Message("assistant", "a [1]", {"annotations": [cited]})])
    flat = {"type": "url_citation", "url": "u", "title": "t", "start_index": 1, "end_index": 4}
    assert items[0]["content"][0]["annotations"] == [flat]
    _valid({**items[0], "id": "msg_1"})
    assert messages_of(items) == (Message("assistant", "a [1]"),)


def test_what_a_chat_cannot_say_is_left_out():
    said = _load({"role": "user", "content": "q"})
    others = [_load({"type": kind, **least}) for kind, least in LEAST.items() if kind not in _SAID]
    assert messages_of([*others, said, *others]) == (Message("user", "q"),)


def test_calls_with_something_silent_between_them_are_one_message():
    silent = {"type": "reasoning", "summary": []}
    items = [{**CALL, "call_id": "a"}, silent, {**CALL, "call_id": "b"}]
    (message,) = messages_of(items)
    assert [call["id"] for call in message.extra["tool_calls"]] == ["a", "b"]


def test_calls_that_were_answered_one_by_one_are_two_messages():
    items = [{**CALL, "call_id": id} | more for id in "ab" for more in ({}, OUTPUT | {"call_id": id})]
    assert [message.role for message in messages_of(items)] == ["assistant", "tool", "assistant", "tool"]


def test_a_text_between_calls_and_their_outputs_joins_the_calls():
    items = [CALL, _load({"role": "assistant", "content": "One moment."}), OUTPUT]
    first, second = messages_of(items)
    assert (first.content, len(first.extra["tool_calls"])) == ("One moment.", 1)
    assert second == Message("tool", "sunny", {"tool_call_id": "call_1"})


def test_an_image_of_an_uploaded_file_is_a_file():
    item = _load({"role": "user", "content": [{"type": "input_image", "file_id": "file-1"}]})
    assert messages_of([item]) == (Message("user", ({"type": "file", "file": {"file_id": "file-1"}},)),)


@given(texts)
def test_what_was_compacted_is_read_as_a_system_message(text):
    item = compaction_of(text)
    assert compacted(item) == text
    assert messages_of([item]) == ((Message("system", text),) if text else ())
    _valid({**item, "id": "cmp_1"})


@pytest.mark.parametrize("content", [None, 3, "", "gAAAA", "ragproxy-1:*", "ragproxy-1:/w=="])
def test_what_another_server_has_compacted_says_nothing(content):
    item = {"type": "compaction", "encrypted_content": content}
    assert compacted(item) is None
    assert messages_of([item]) == ()


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@given(
    st.sampled_from(sorted(LEAST)),
    st.dictionaries(
        st.sampled_from(
            ["id", "status", "role", "content", "output", "call_id", "name", "arguments", "summary", "results"]
        ),
        values
        | st.lists(
            st.sampled_from(PARTS) | st.fixed_dictionaries({"type": st.just("input_text")}, optional={"text": values}),
            max_size=2,
        ),
        max_size=3,
    ),
)
def test_whatever_is_let_in_can_be_said_and_shown(kind, wrong):
    """An item is refused, or else it has a place in a chat."""
    try:
        item = _load({"type": kind, **LEAST[kind], **wrong})
    except InvalidRequest:
        return
    for message in messages_of([item]):
        assert isinstance(message.text, str)
    assert completed(item) == item


_SAID = {
    "message",
    "function_call",
    "function_call_output",
    "custom_tool_call",
    "custom_tool_call_output",
}


class _Body(Schema):
    pass


def _load(item, **kwargs):
    schema = _Body.from_dict({"items": Items(ItemField(**kwargs), max_items=20)})()
    return load(schema, {"items": [item]})["items"][0]


def _valid(item):
    ITEM.validate_json(json.dumps(item), strict=True)


def _call(id):
    return {"id": id, "type": "function", "function": {"name": "weather", "arguments": "{}"}}
