"""POST /responses, the request: what is read of it, what goes to a chat model, and what is refused by its name."""

import pytest

from ragproxy.domain import Comparison, FileSearch, RagOptions
from ragproxy.errors import InvalidRequest
from ragproxy.wire.response_request import COMPACT, RESPONSE_REQUEST, TOKEN_COUNT
from ragproxy.wire.validation import load
from tests.wire.responding import request

LOOK = {"type": "function", "name": "look", "parameters": {"type": "object"}}
SEARCH = {"type": "file_search", "vector_store_ids": ["vs_1", "laws"]}
CHAT_LOOK = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}


def test_a_text_is_a_message_of_the_user():
    (item,) = request(input="Où ?").input
    assert (item["type"], item["role"], item["content"]) == (
        "message",
        "user",
        [{"type": "input_text", "text": "Où ?"}],
    )


def test_items_come_as_they_are():
    items = [
        {"role": "developer", "content": "Be brief"},
        {"type": "function_call", "call_id": "c", "name": "look", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c", "output": "42"},
        {"type": "reasoning", "summary": []},
        {"id": "msg_1"},
        {"type": "item_reference", "id": "msg_2"},
        {"type": "compaction", "encrypted_content": "x"},
    ]
    kinds = [item["type"] for item in request(input=items).input]
    assert kinds == [
        "message",
        "function_call",
        "function_call_output",
        "reasoning",
        "item_reference",
        "item_reference",
        "compaction",
    ]


def test_the_rest_of_it():
    asked = request(
        instructions="Be brief",
        previous_response_id="resp_1",
        include=["file_search_call.results"],
        store=False,
        stream=True,
        stream_options={"include_obfuscation": False},
        truncation="auto",
        lang="FR",
        clientModel="big",
        files=["file-1"],
        rag={"top_k": 3},
        brand_new=1,
    )
    assert (asked.instructions, asked.previous_id, asked.store, asked.stream) == ("Be brief", "resp_1", False, True)
    assert (asked.truncate, asked.lang, asked.client_model, asked.files) == (True, "fr", "big", ("file-1",))
    assert (asked.include, asked.rag) == (frozenset({"file_search_call.results"}), RagOptions(top_k=3))
    assert (asked.body["brand_new"], asked.params) == (1, {})


def test_null_is_as_good_as_nothing():
    names = ["instructions", "previous_response_id", "conversation", "include", "store", "stream", "text", "tools"]
    names += ["reasoning", "tool_choice", "metadata", "max_output_tokens", "temperature", "top_logprobs", "background"]
    given = request(**dict.fromkeys(names))
    assert (given.params, given.shown, given.store) == (request().params, request().shown, True)


@pytest.mark.parametrize(
    "named", [{"conversation": "conv_1"}, {"conversation": {"id": "conv_1"}}, {"conversation_id": "conv_1"}]
)
def test_a_conversation_has_three_spellings(named):
    assert request(**named).conversation_id == "conv_1"


@pytest.mark.parametrize(
    ("given", "params"),
    [
        ({"temperature": 0.5, "top_p": 1, "user": "u"}, {"temperature": 0.5, "top_p": 1, "user": "u"}),
        ({"max_output_tokens": 9}, {"max_completion_tokens": 9}),
        ({"reasoning": {"effort": "low", "summary": "auto"}}, {"reasoning_effort": "low"}),
        ({"text": {"verbosity": "low", "format": {"type": "text"}}}, {"verbosity": "low"}),
        ({"text": {"format": {"type": "json_object"}}}, {"response_format": {"type": "json_object"}}),
        (
            {
                "text": {
                    "format": {"type": "json_schema", "name": "x", "schema": {}, "strict": True, "description": None}
                }
            },
            {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {}, "strict": True}}},
        ),
        ({"top_logprobs": 2}, {"logprobs": True, "top_logprobs": 2}),
        ({"include": ["message.output_text.logprobs"]}, {"logprobs": True}),
        ({"seed": 7, "stop": ["."], "service_tier": "flex"}, {"seed": 7, "stop": ["."], "service_tier": "flex"}),
        ({"safety_identifier": "s", "prompt_cache_key": "k"}, {"safety_identifier": "s", "prompt_cache_key": "k"}),
        ({"parallel_tool_calls": False, "metadata": {"a": "b"}, "max_tool_calls": 1}, {}),
        (
            {"tools": [LOOK], "parallel_tool_calls": False},
            {"tools": [CHAT_LOOK], "tool_choice": "auto", "parallel_tool_calls": False},
        ),
    ],
)
def test_what_a_chat_model_is_sent(given, params):
    assert request(**given).params == params


def test_a_search_is_ours():
    asked = request(
        tools=[
            LOOK,
            {
                **SEARCH,
                "max_num_results": 4,
                "ranking_options": {"score_threshold": 0.5},
                "filters": {"type": "eq", "key": "year", "value": 2024},
            },
        ]
    )
    assert asked.search == FileSearch(1, ("vs_1", "laws"), 4, 0.5, Comparison("year", "eq", 2024))
    assert asked.params == {"tools": [CHAT_LOOK], "tool_choice": "auto"}
    assert not asked.blind


@pytest.mark.parametrize(
    ("given", "searches", "choice"),
    [
        ({}, True, "auto"),
        ({"tool_choice": "auto"}, True, "auto"),
        ({"tool_choice": "none"}, False, "none"),
        ({"tool_choice": "required"}, True, "auto"),
        ({"tool_choice": "required", "max_tool_calls": 0}, False, "required"),
        ({"max_tool_calls": 0}, False, "auto"),
        ({"max_tool_calls": 1}, True, "auto"),
        ({"tool_choice": {"type": "file_search"}}, True, "auto"),
        (
            {"tool_choice": {"type": "function", "name": "look"}},
            False,
            {"type": "function", "function": {"name": "look"}},
        ),
        (
            {
                "tool_choice": {
                    "type": "allowed_tools",
                    "mode": "required",
                    "tools": [{"type": "function", "name": "look"}],
                }
            },
            False,
            "required",
        ),
        ({"tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "file_search"}]}}, True, None),
    ],
)
def test_when_a_search_is_done(given, searches, choice):
    asked = request(tools=[SEARCH, LOOK], **given)
    assert (asked.search is not None, asked.blind) == (searches, not searches)
    assert asked.params.get("tool_choice") == choice


def test_without_tools_nothing_is_forbidden():
    assert not request(tool_choice="none", max_tool_calls=0).blind


def test_a_custom_tool_as_chat_has_it():
    grammar = {"type": "grammar", "syntax": "lark", "definition": "start: A"}
    asked = request(tools=[{"type": "custom", "name": "sh", "format": grammar}, {"type": "custom", "name": "py"}])
    inner = {"type": "grammar", "grammar": {"syntax": "lark", "definition": "start: A"}}
    assert asked.params["tools"] == [
        {"type": "custom", "custom": {"name": "sh", "format": inner}},
        {"type": "custom", "custom": {"name": "py"}},
    ]


@pytest.mark.parametrize(
    ("body", "param", "code"),
    [
        ({"input": None}, "input", "invalid_type"),
        ({"input": []}, "input", "empty_array"),
        ({"input": 7}, "input", "invalid_type"),
        ({"input": ["Hi"]}, "input[0]", "invalid_type"),
        ({"input": [{"type": "item_reference"}]}, "input[0].id", "missing_required_parameter"),
        ({"input": [{"type": "wish"}]}, "input[0].type", "invalid_value"),
        (
            {"input": [{"role": "user", "content": [{"type": "input_text"}]}]},
            "input[0].content[0].text",
            "missing_required_parameter",
        ),
        ({"input": [{"role": "user", "content": "a\0b"}]}, "input[0].content", "invalid_value"),
        ({"model": None}, "model", "invalid_type"),
        ({"conversation": ""}, "conversation", "empty_string"),
        ({"conversation": {}}, "conversation.id", "missing_required_parameter"),
        ({"conversation": {"id": 7}}, "conversation.id", "invalid_type"),
        ({"conversation": {"id": "a\nb"}}, "conversation.id", "invalid_value"),
        ({"conversation": 7}, "conversation", "invalid_type"),
        ({"conversation": "c", "previous_response_id": "r"}, "previous_response_id", "invalid_value"),
        ({"previous_response_id": ""}, "previous_response_id", "empty_string"),
        ({"include": ["everything"]}, "include[0]", "invalid_value"),
        ({"max_output_tokens": 0}, "max_output_tokens", "integer_below_min_value"),
        ({"temperature": 3}, "temperature", "decimal_above_max_value"),
        ({"truncation": "some"}, "truncation", "invalid_value"),
        ({"stream_options": {}}, "stream_options", "invalid_value"),
        (
            {"stream": True, "stream_options": {"include_obfuscation": 1}},
            "stream_options.include_obfuscation",
            "invalid_type",
        ),
        ({"background": True, "store": False}, "background", "invalid_value"),
        ({"prompt": {"id": "pmpt_1"}}, "prompt", "unsupported_parameter"),
        ({"service_tier": "gold"}, "service_tier", "invalid_value"),
        ({"reasoning": {"effort": "huge"}}, "reasoning.effort", "invalid_value"),
        ({"reasoning": "low"}, "reasoning", "invalid_type"),
        ({"text": {"verbosity": "chatty"}}, "text.verbosity", "invalid_value"),
        ({"text": {"format": {"type": "xml"}}}, "text.format.type", "invalid_value"),
        (
            {"text": {"format": {"type": "json_schema", "name": "x"}}},
            "text.format.schema",
            "missing_required_parameter",
        ),
        ({"text": {"format": {"type": "json_schema", "name": "é", "schema": {}}}}, "text.format.name", "invalid_value"),
        ({"tools": {}}, "tools", "invalid_type"),
        ({"tools": [7]}, "tools[0]", "invalid_type"),
        ({"tools": [LOOK, {"type": "web_search"}]}, "tools[1].type", "unsupported_parameter"),
        ({"tools": [{"type": "function"}]}, "tools[0].name", "missing_required_parameter"),
        ({"tools": [{**LOOK, "parameters": []}]}, "tools[0].parameters", "invalid_type"),
        (
            {"tools": [{"type": "custom", "name": "x", "format": {"type": "regex"}}]},
            "tools[0].format.type",
            "invalid_value",
        ),
        ({"tools": [{"type": "file_search"}]}, "tools[0].vector_store_ids", "missing_required_parameter"),
        ({"tools": [{**SEARCH, "vector_store_ids": ["a\0"]}]}, "tools[0].vector_store_ids[0]", "invalid_value"),
        ({"tools": [{**SEARCH, "max_num_results": 51}]}, "tools[0].max_num_results", "integer_above_max_value"),
        ({"tools": [{**SEARCH, "filters": {"type": "eq"}}]}, "tools[0].filters.key", "missing_required_parameter"),
        (
            {"tools": [{**SEARCH, "ranking_options": {"score_threshold": 2}}]},
            "tools[0].ranking_options.score_threshold",
            "decimal_above_max_value",
        ),
        ({"tools": [SEARCH, SEARCH]}, "tools[1]", "invalid_value"),
        ({"tool_choice": "maybe"}, "tool_choice", "invalid_value"),
        ({"tool_choice": {"type": "wish"}}, "tool_choice.type", "invalid_value"),
        ({"tool_choice": {"type": "function"}}, "tool_choice.name", "missing_required_parameter"),
        ({"tool_choice": {"type": "function", "name": "look"}}, "tool_choice", "invalid_value"),
        ({"tools": [LOOK], "tool_choice": {"type": "file_search"}}, "tool_choice", "invalid_value"),
        (
            {"tool_choice": {"type": "allowed_tools", "mode": "none", "tools": [LOOK]}},
            "tool_choice.mode",
            "invalid_value",
        ),
        (
            {"tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [7]}},
            "tool_choice.tools[0]",
            "invalid_type",
        ),
    ],
)
def test_what_is_wrong_is_named(body, param, code):
    with pytest.raises(InvalidRequest) as err:
        load(RESPONSE_REQUEST, {"model": "m", "input": "Hi", **body})
    assert (err.value.param, err.value.code) == (param, code), err.value.message


def test_tokens_can_be_counted_of_no_model():
    asked = load(TOKEN_COUNT, {"input": "Hi", "tools": [LOOK]})
    assert (asked.model, asked.params["tools"]) == ("", [CHAT_LOOK])
    assert load(TOKEN_COUNT, {"previous_response_id": "resp_1"}).input == ()


def test_nothing_cannot_be_compacted():
    asked = load(COMPACT, {"model": "m", "previous_response_id": "resp_1"})
    assert (asked.previous_id, asked.input) == ("resp_1", ())
    with pytest.raises(InvalidRequest) as err:
        load(COMPACT, {"model": "m"})
    assert err.value.param == "input"
