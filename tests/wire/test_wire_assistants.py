"""Assistants, which agents are, as OpenAI's clients send and see them."""

from dataclasses import replace

import pytest
from openai.types.beta import Assistant

from ragproxy.domain import Agent, Retrieval
from ragproxy.errors import InvalidRequest
from ragproxy.wire.assistants import ASSISTANT_CHANGE, ASSISTANT_REQUEST, assistant_json
from ragproxy.wire.validation import load

WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
SCHEMA = {"type": "json_schema", "json_schema": {"name": "plan", "schema": {"enum": [None, 1]}}}
SEARCH = {"type": "file_search", "file_search": {"max_num_results": 3, "ranking_options": {"score_threshold": 0.25}}}
FULL = {
    "model": "gpt-4o",
    "name": "Maître",
    "description": "Le droit",
    "instructions": "Réponds.",
    "tools": [SEARCH, WEATHER],
    "metadata": {"a": "b"},
    "temperature": 0.2,
    "top_p": 0.5,
    "response_format": SCHEMA,
}


def test_all_that_can_be_said_is_read_and_shown():
    agent = made({**FULL, "reasoning_effort": "low"}, ["vs_1"])
    assert (agent.stores, agent.retrieval) == (("vs_1",), Retrieval(3, 0.25))
    assert agent.params["reasoning_effort"] == "low"
    assert agent.defaults["tools"] == [WEATHER]
    assert agent.reads
    shown = assistant_json(agent, ["vs_1"], "gpt-4o")
    ranking = {"ranker": "auto", "score_threshold": 0.25}
    search = {"type": "file_search", "file_search": {"max_num_results": 3, "ranking_options": ranking}}
    assert shown == {
        **FULL,
        "id": "asst_1",
        "object": "assistant",
        "created_at": 0,
        "tools": [search, WEATHER],
        "tool_resources": {"file_search": {"vector_store_ids": ["vs_1"]}},
    }
    Assistant.model_validate(shown, strict=True)


def test_a_model_is_enough():
    agent = made({"model": "gpt-4o"})
    assert (agent.stores, agent.tools, agent.reads) == ((), (), False)
    shown = assistant_json(agent, [], "gpt-4o")
    assert shown == {
        "id": "asst_1",
        "object": "assistant",
        "created_at": 0,
        "name": None,
        "description": None,
        "model": "gpt-4o",
        "instructions": None,
        "tools": [],
        "tool_resources": {},
        "metadata": {},
        "temperature": 1.0,
        "top_p": 1.0,
        "response_format": "auto",
    }
    Assistant.model_validate(shown, strict=True)
    assert made(dict.fromkeys(FULL) | {"model": "gpt-4o"}) == agent


def test_the_tool_needs_stores_and_stores_need_the_tool():
    assert not made({"model": "m", "tools": [{"type": "file_search"}]}).reads
    assert not made({"model": "m", "tools": [WEATHER]}, ["vs_1"]).reads
    assert made({"model": "m", "tools": [{"type": "file_search"}]}, ["vs_1"]).reads


def test_a_change_leaves_what_it_does_not_say():
    agent = made(FULL, ["vs_1"])
    assert changed(agent, {}) == agent
    assert changed(agent, {"tools": None, "model": None}) == agent
    assert changed(agent, {"name": "", "temperature": None, "response_format": "auto", "metadata": None}) == replace(
        agent, name="asst_1", params={"top_p": 0.5}, metadata={}
    )
    assert changed(agent, {"tools": []}) == replace(agent, tools=(), retrieval=Retrieval(3, 0.25))
    assert changed(agent, {"tools": [{"type": "file_search"}]}).retrieval == Retrieval()


def test_the_agents_of_administrators_are_assistants():
    agent = Agent("lawyer", "Maître", "ann", stores=("codes",), params={"tools": [WEATHER], "stop": "x"})
    assert assistant_json(agent, ["vs_1"], "m")["tools"] == [{"type": "file_search"}, WEATHER]
    assert assistant_json(replace(agent, stores=()), [], "m")["tools"] == [WEATHER]
    without = changed(agent, {"tools": []})
    assert (without.params, without.tools) == ({"stop": "x"}, ())


@pytest.mark.parametrize(
    ("more", "param", "code"),
    [
        ({"model": None}, "model", "missing_required_parameter"),
        ({"model": 1}, "model", "invalid_type"),
        ({"name": "x" * 257}, "name", "string_above_max_length"),
        ({"description": "x" * 513}, "description", "string_above_max_length"),
        ({"instructions": "x" * 256_001}, "instructions", "string_above_max_length"),
        ({"instructions": "\0"}, "instructions", "invalid_value"),
        ({"tools": {}}, "tools", "invalid_type"),
        ({"tools": [WEATHER] * 129}, "tools", "array_above_max_length"),
        ({"tools": [{}]}, "tools[0].type", "missing_required_parameter"),
        ({"tools": [{"type": "code_interpreter"}]}, "tools[0].type", "unsupported_parameter"),
        ({"tools": [{"type": "retrieval"}]}, "tools[0].type", "invalid_value"),
        ({"tools": [{"type": "file_search"}] * 2}, "tools[1]", "invalid_value"),
        (
            {"tools": [{"type": "file_search", "file_search": {"max_num_results": 51}}]},
            "tools[0].file_search.max_num_results",
            "integer_above_max_value",
        ),
        ({"tools": [{"type": "function"}]}, "tools[0].function", "missing_required_parameter"),
        (
            {"tools": [{"type": "function", "function": {"name": "a b"}}]},
            "tools[0].function.name",
            "invalid_value",
        ),
        (
            {"tools": [{"type": "function", "function": {"name": "a", "description": "\0"}}]},
            "tools[0].function.description",
            "invalid_value",
        ),
        (
            {"tool_resources": {"code_interpreter": {"file_ids": ["file-1"]}}},
            "tool_resources.code_interpreter.file_ids",
            "unsupported_parameter",
        ),
        (
            {"tool_resources": {"file_search": {"vector_store_ids": ["a"], "vector_stores": [{}]}}},
            "tool_resources.file_search.vector_stores",
            "invalid_value",
        ),
        (
            {"tool_resources": {"file_search": {"vector_stores": [{}, {}]}}},
            "tool_resources.file_search.vector_stores",
            "array_above_max_length",
        ),
        ({"temperature": 2.1}, "temperature", "decimal_above_max_value"),
        ({"response_format": "json"}, "response_format", "invalid_value"),
        ({"response_format": {"type": "xml"}}, "response_format.type", "invalid_value"),
        ({"reasoning_effort": "huge"}, "reasoning_effort", "invalid_value"),
        ({"metadata": {"a": 1}}, "metadata.a", "invalid_type"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_is_wrong_is_refused_by_name(more, param, code):
    with pytest.raises(InvalidRequest) as caught:
        load(ASSISTANT_REQUEST, {"model": "m", **more})
    assert (caught.value.param, caught.value.code) == (param, code)


def test_empty_resources_of_tools_that_are_not_there_are_let_through():
    resources = {"code_interpreter": {"file_ids": []}, "file_search": None}
    assert load(ASSISTANT_REQUEST, {"model": "m", "tool_resources": resources}).resources.stores is None


def made(body, stores=None):
    return load(ASSISTANT_REQUEST, body).agent("asst_1", "ann", stores)


def changed(agent, body):
    return load(ASSISTANT_CHANGE, body).applied(agent, None)
