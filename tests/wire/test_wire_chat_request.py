"""Chat requests: each rule with its `param`, and everything else as it came."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragproxy.domain import ChatRequest, Message
from ragproxy.errors import InvalidRequest
from ragproxy.wire.chat import chat_body
from ragproxy.wire.chat_request import CHAT_REQUEST
from ragproxy.wire.json import dumps
from ragproxy.wire.validation import load
from tests.wire.bodies import refusal

ASK = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}]}
TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}, "strict": True}}

EVERYTHING = {
    "temperature": 1,
    "top_p": 0.5,
    "n": 2,
    "max_tokens": 10,
    "max_completion_tokens": 20,
    "stop": ["a", "b"],
    "presence_penalty": -2,
    "frequency_penalty": 2.0,
    "logit_bias": {"50256": -100, "1": 1.5},
    "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": {}, "strict": True}},
    "logprobs": True,
    "top_logprobs": 0,
    "tools": [TOOL, {"type": "custom", "custom": {"name": "x y"}}, {"type": "web_search"}],
    "tool_choice": {"type": "function", "function": {"name": "get_weather"}},
    "parallel_tool_calls": False,
    "functions": [{"name": "f"}],
    "function_call": {"name": "f"},
    "seed": -(2**63),
    "user": "u",
    "service_tier": "on_demand",
    "store": False,
    "metadata": {"k" * 64: "v" * 512},
    "modalities": ["text", "audio"],
    "audio": {"voice": "alloy", "format": "wav"},
    "reasoning_effort": "low",
    "a_parameter_of_next_year": {"x": [1, None]},
}


def test_the_smallest_request():
    assert load(CHAT_REQUEST, ASK) == ChatRequest(model="gpt-4o", messages=(Message("user", "Hello"),))


def test_stream_is_false_unless_true():
    assert [load(CHAT_REQUEST, {**ASK, "stream": each}).stream for each in (None, False, True)] == [False, False, True]


def test_every_parameter_travels_on_as_it_came():
    request = load(CHAT_REQUEST, {**ASK, **EVERYTHING})
    assert request.params == EVERYTHING
    assert dumps(request.params) == dumps(EVERYTHING)  # 1 has not become 1.0
    assert chat_body(request, "llama") == {**EVERYTHING, "model": "llama", "messages": ASK["messages"]}


def test_what_is_ours_does_not_travel_on():
    ours = {
        "conversation_id": "conv-1",
        "files": ["file-1"],
        "lang": "FR",
        "clientModel": "llama",
        "rag": {"top_k": 3},
        "stream": True,
        "stream_options": {"include_usage": True, "include_obfuscation": False},
    }
    request = load(CHAT_REQUEST, {**ASK, **ours})
    assert request.params == {}
    assert (request.conversation_id, request.files, request.lang, request.client_model) == (
        "conv-1",
        ("file-1",),
        "fr",
        "llama",
    )
    assert (request.stream, request.include_usage) == (True, True)
    assert request.stream_options == {"include_usage": True, "include_obfuscation": False}


@pytest.mark.parametrize(
    "key", [*EVERYTHING, "stream", "stream_options", "conversation_id", "files", "lang", "clientModel", "rag"]
)
def test_null_is_as_good_as_absence(key):
    request = load(CHAT_REQUEST, {**ASK, key: None})
    assert (request.n, request.stop, request.max_tokens, request.stream, request.files) == (1, (), None, False, None)


def test_what_is_to_be_stored_is_ours_to_store():
    request = load(CHAT_REQUEST, {**ASK, "store": True, "metadata": {"k": "v"}, "temperature": 1})
    assert (request.store, request.metadata, request.params) == (True, {"k": "v"}, {"temperature": 1})
    assert load(CHAT_REQUEST, {**ASK, "store": True, "metadata": None}).metadata == {}


def test_what_is_not_to_be_stored_here_travels_on():
    for more in ({"metadata": {"k": "v"}}, {"store": False, "metadata": {"k": "\0"}}, {"store": None}):
        request = load(CHAT_REQUEST, {**ASK, **more})
        assert (request.store, request.metadata, request.params) == (False, {}, more)


def test_metadata_that_cannot_be_stored_is_refused():
    for metadata in ({"k": "a\0"}, {"\0": "a"}):
        assert refusal(CHAT_REQUEST, {**ASK, "store": True, "metadata": metadata})[1] == "invalid_value"


GOOD = [
    {"temperature": 0},
    {"temperature": 2},
    {"stop": "END"},
    {"stop": []},
    {"tools": []},
    {"tool_choice": "required"},
    {"tool_choice": {"type": "allowed_tools", "allowed_tools": {}}},
    {"function_call": "auto"},
    {"response_format": {"type": "text"}},
    {"response_format": {"type": "json_object"}},
    {"logprobs": True, "top_logprobs": 20},
    {"stream": True, "stream_options": {}},
    {"stream": True, "stream_options": {"include_usage": None}},
    {"metadata": {str(number): "" for number in range(16)}},
    {"messages": ASK["messages"] * 2048},
    {"tools": [TOOL] * 128},
]


@pytest.mark.parametrize("more", GOOD, ids=lambda more: str(more)[:60])
def test_what_openai_takes_is_taken(more):
    assert isinstance(load(CHAT_REQUEST, {**ASK, **more}), ChatRequest)


def _numbers(name, low, high):
    return [
        ({name: low - 0.1}, name, "decimal_below_min_value"),
        ({name: high + 1}, name, "decimal_above_max_value"),
        ({name: "0.5"}, name, "invalid_type"),
        ({name: True}, name, "invalid_type"),
        ({name: [1]}, name, "invalid_type"),
    ]


def _integers(name, low, high):
    return [
        ({name: low - 1}, name, "integer_below_min_value"),
        *([({name: high + 1}, name, "integer_above_max_value")] if high else []),
        ({name: 1.0}, name, "invalid_type"),
        ({name: "1"}, name, "invalid_type"),
        ({name: False}, name, "invalid_type"),
    ]


def _flags(name):
    return [({name: wrong}, name, "invalid_type") for wrong in (1, 0, "true", [], {})]


BAD = [
    ({"model": ...}, "model", "missing_required_parameter"),
    ({"model": None}, "model", "invalid_type"),
    ({"model": 4}, "model", "invalid_type"),
    ({"model": ""}, "model", "empty_string"),
    ({"model": "a\x00b"}, "model", "invalid_value"),
    ({"model": "a\nb"}, "model", "invalid_value"),
    ({"model": "m" * 513}, "model", "string_above_max_length"),
    ({"messages": ...}, "messages", "missing_required_parameter"),
    ({"messages": None}, "messages", "invalid_type"),
    ({"messages": "Hello"}, "messages", "invalid_type"),
    ({"messages": {}}, "messages", "invalid_type"),
    ({"messages": []}, "messages", "empty_array"),
    ({"messages": ASK["messages"] * 2049}, "messages", "array_above_max_length"),
    *_numbers("temperature", 0, 2),
    *_numbers("top_p", 0, 1),
    *_numbers("presence_penalty", -2, 2),
    *_numbers("frequency_penalty", -2, 2),
    *_integers("n", 1, 128),
    *_integers("max_tokens", 1, None),
    *_integers("max_completion_tokens", 1, None),
    *[({"logprobs": True, **more}, param, code) for more, param, code in _integers("top_logprobs", 0, 20)],
    *_integers("seed", -(2**63), 2**63 - 1),
    *_flags("stream"),
    *_flags("logprobs"),
    *_flags("parallel_tool_calls"),
    *_flags("store"),
    ({"top_logprobs": 3}, "top_logprobs", "invalid_value"),
    ({"top_logprobs": 3, "logprobs": False}, "top_logprobs", "invalid_value"),
    ({"stream_options": {"include_usage": True}}, "stream_options", "invalid_value"),
    ({"stream": False, "stream_options": {}}, "stream_options", "invalid_value"),
    ({"stream": True, "stream_options": []}, "stream_options", "invalid_type"),
    ({"stream": True, "stream_options": {"include_usage": 1}}, "stream_options.include_usage", "invalid_type"),
    ({"stop": 3}, "stop", "invalid_type"),
    ({"stop": ["a", 3]}, "stop[1]", "invalid_type"),
    ({"stop": ["a"] * 5}, "stop", "array_above_max_length"),
    ({"logit_bias": []}, "logit_bias", "invalid_type"),
    ({"logit_bias": {"cat": 1}}, "logit_bias", "invalid_key"),
    ({"logit_bias": {"7": 101}}, "logit_bias.7", "invalid_value"),
    ({"logit_bias": {"7": -100.5}}, "logit_bias.7", "invalid_value"),
    ({"logit_bias": {"7": "1"}}, "logit_bias.7", "invalid_type"),
    ({"logit_bias": {"7": True}}, "logit_bias.7", "invalid_type"),
    ({"logit_bias": {str(token): 1 for token in range(2049)}}, "logit_bias", "object_above_max_properties"),
    ({"response_format": "json"}, "response_format", "invalid_type"),
    ({"response_format": {}}, "response_format.type", "missing_required_parameter"),
    ({"response_format": {"type": "xml"}}, "response_format.type", "invalid_value"),
    ({"response_format": {"type": "json_schema"}}, "response_format.json_schema", "missing_required_parameter"),
    (
        {"response_format": {"type": "json_schema", "json_schema": {}}},
        "response_format.json_schema.name",
        "missing_required_parameter",
    ),
    (
        {"response_format": {"type": "json_schema", "json_schema": {"name": "a b"}}},
        "response_format.json_schema.name",
        "invalid_value",
    ),
    (
        {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": 1}}},
        "response_format.json_schema.schema",
        "invalid_type",
    ),
    ({"tools": {}}, "tools", "invalid_type"),
    ({"tools": [TOOL] * 129}, "tools", "array_above_max_length"),
    ({"tools": [TOOL, 3]}, "tools[1]", "invalid_type"),
    ({"tools": [{}]}, "tools[0].type", "missing_required_parameter"),
    ({"tools": [{"type": "function"}]}, "tools[0].function", "missing_required_parameter"),
    ({"tools": [{"type": "function", "function": {}}]}, "tools[0].function.name", "missing_required_parameter"),
    ({"tools": [{"type": "function", "function": {"name": "é"}}]}, "tools[0].function.name", "invalid_value"),
    ({"tools": [{"type": "function", "function": {"name": "a" * 65}}]}, "tools[0].function.name", "invalid_value"),
    ({"tools": [{"type": "function", "function": {"name": "a\n"}}]}, "tools[0].function.name", "invalid_value"),
    (
        {"tools": [{"type": "function", "function": {"name": "a", "parameters": []}}]},
        "tools[0].function.parameters",
        "invalid_type",
    ),
    (
        {"tools": [{"type": "function", "function": {"name": "a", "description": 1}}]},
        "tools[0].function.description",
        "invalid_type",
    ),
    (
        {"tools": [{"type": "function", "function": {"name": "a", "strict": 1}}]},
        "tools[0].function.strict",
        "invalid_type",
    ),
    ({"tool_choice": "any"}, "tool_choice", "invalid_value"),
    ({"tool_choice": 3}, "tool_choice", "invalid_type"),
    ({"tool_choice": {}}, "tool_choice.type", "missing_required_parameter"),
    ({"tool_choice": {"type": "function"}}, "tool_choice.function", "missing_required_parameter"),
    ({"tool_choice": {"type": "function", "function": {}}}, "tool_choice.function.name", "missing_required_parameter"),
    ({"functions": []}, "functions", "empty_array"),
    ({"functions": [{"name": "f"}] * 129}, "functions", "array_above_max_length"),
    ({"functions": [3]}, "functions[0]", "invalid_type"),
    ({"functions": [{"name": "f"}, {}]}, "functions[1].name", "missing_required_parameter"),
    ({"function_call": "required"}, "function_call", "invalid_value"),
    ({"function_call": []}, "function_call", "invalid_type"),
    ({"function_call": {}}, "function_call.name", "missing_required_parameter"),
    ({"user": 3}, "user", "invalid_type"),
    ({"service_tier": {}}, "service_tier", "invalid_type"),
    ({"metadata": []}, "metadata", "invalid_type"),
    ({"metadata": {str(number): "" for number in range(17)}}, "metadata", "object_above_max_properties"),
    ({"metadata": {"k" * 65: ""}}, "metadata", "invalid_value"),
    ({"metadata": {"k": 1}}, "metadata.k", "invalid_type"),
    ({"metadata": {"k": None}}, "metadata.k", "invalid_type"),
    ({"metadata": {"k": "v" * 513}}, "metadata.k", "string_above_max_length"),
]


@pytest.mark.parametrize(("more", "param", "code"), BAD, ids=lambda value: str(value)[:60])
def test_what_breaks_a_rule_is_refused_by_name(more, param, code):
    body = {key: value for key, value in {**ASK, **more}.items() if value is not ...}
    with pytest.raises(InvalidRequest) as caught:
        load(CHAT_REQUEST, body)
    assert (caught.value.param, caught.value.code) == (param, code)
    assert param.split(".")[0].split("[")[0] in caught.value.message


@pytest.mark.parametrize("body", [None, 3, "text", [], [ASK], True])
def test_a_body_that_is_no_object_is_refused(body):
    with pytest.raises(InvalidRequest, match="expected an object"):
        load(CHAT_REQUEST, body)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"temperature": 3}, "Invalid value for 'temperature': expected a value <= 2, but got 3"),
        ({"temperature": "hot"}, "Invalid type for 'temperature': expected a number, but got a string instead"),
        ({"n": 1.5}, "Invalid type for 'n': expected an integer, but got a decimal number instead"),
        ({"stop": list("abcde")}, "Invalid value for 'stop': expected at most 4 items, but got 5"),
        ({"messages": []}, "Invalid value for 'messages': expected at least 1 item, but got an empty array"),
        ({"stream_options": {}}, "The 'stream_options' parameter is only allowed when 'stream' is true"),
        ({"top_logprobs": 1}, "The 'top_logprobs' parameter is only allowed when 'logprobs' is true"),
    ],
)
def test_a_refusal_is_a_helpful_sentence(more, message):
    with pytest.raises(InvalidRequest) as caught:
        load(CHAT_REQUEST, {**ASK, **more})
    assert caught.value.message == message


def test_millions_of_wrong_messages_are_counted_before_they_are_looked_at():
    began = time.perf_counter()
    with pytest.raises(InvalidRequest, match="at most 2048"):
        load(CHAT_REQUEST, {"model": "m", "messages": [{}] * 1_000_000})
    assert time.perf_counter() - began < 0.5


_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 200)
    | st.floats(allow_nan=False)
    | st.sampled_from(["", "user", "function", "text", "and", "eq", "in", "\x00"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "function", "name", "text", "role", "content", "filters", "value", "key", "7"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
_keys = st.sampled_from(
    [
        *EVERYTHING,
        "stream",
        "stream_options",
        "conversation_id",
        "files",
        "lang",
        "clientModel",
        "rag",
        "client_model",
        "grounding",
        "_schema",
        "a.b",
        "",
    ]
)
_rag = st.dictionaries(
    st.sampled_from(["enabled", "stores", "top_k", "min_score", "filters", "sources"]), _json, max_size=3
)


@given(st.dictionaries(_keys, _json, max_size=5), _json | st.just(ASK["messages"]), _json | st.just("m"), _rag | _json)
@settings(max_examples=150, deadline=None)
def test_any_json_is_loaded_or_refused(more, messages, model, rag):
    for body in ({**ASK, **more}, {**more, "model": model, "messages": messages, "rag": rag}, {**ASK, "rag": rag}):
        try:
            request = load(CHAT_REQUEST, body)
        except InvalidRequest:
            continue
        dumps(chat_body(request, "m"))
        assert (request.n >= 1, request.stop is not None, request.include_usage in (True, False)) == (True, True, True)
