"""Agents as administrators send and see them."""

import datetime
import re
import tomllib

import pytest
import tomli_w

from ragproxy.domain import Agent, Allowance, Comparison, Compound, Retrieval
from ragproxy.errors import InvalidRequest
from ragproxy.wire.agents import (
    AGENT_CHANGE,
    AGENT_FILE,
    AGENT_QUERY,
    AGENT_REQUEST,
    OWNER_QUERY,
    agent_json,
    agent_table,
)
from ragproxy.wire.validation import load

FULL = {
    "id": "lawyer",
    "owner": "ann",
    "name": "Maître",
    "description": "Le droit\ndu travail",
    "instructions": "Réponds.\nCite l'article.",
    "vector_stores": ["codes", "library"],
    "model": "gpt-oss-120b",
    "params": {"temperature": 0.2, "stop": ["§"], "reasoning": {"effort": "low"}},
    "lang": "fr",
    "retrieval": {
        "top_k": 3,
        "min_score": 0.25,
        "filters": {
            "type": "and",
            "filters": [
                {"type": "gte", "key": "year", "value": 2020},
                {"type": "in", "key": "kind", "value": ["law", "decree"]},
            ],
        },
        "sources": ["field"],
        "cache_ttl_s": 60,
    },
    "visibility": "groups",
    "groups": ["legal", "hr"],
    "allowance": {"period": "day", "requests": 100, "usd": 0.5},
    "tools": [
        {"type": "file_search", "file_search": {"max_num_results": 3}},
        {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}},
    ],
    "metadata": {"team": "legal"},
}
LAWYER = Agent(
    id="lawyer",
    owner="ann",
    name="Maître",
    description="Le droit\ndu travail",
    instructions="Réponds.\nCite l'article.",
    stores=("codes", "library"),
    model="gpt-oss-120b",
    params={"temperature": 0.2, "stop": ["§"], "reasoning": {"effort": "low"}},
    lang="fr",
    retrieval=Retrieval(
        3,
        0.25,
        Compound("and", (Comparison("year", "gte", 2020), Comparison("kind", "in", ["law", "decree"]))),
        ("field",),
        60,
    ),
    visibility="groups",
    groups=("legal", "hr"),
    allowance=Allowance("day", 100, 0.5),
    created=1_700_000_000,
    tools=(
        {"type": "file_search", "file_search": {"max_num_results": 3}},
        {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}},
    ),
    metadata={"team": "legal"},
)
NOTHING = {
    "top_k": None,
    "min_score": None,
    "filters": None,
    "sources": None,
    "cache_ttl_s": None,
}


def test_all_that_can_be_said_is_read_and_shown():
    agent = made(FULL)
    assert agent == Agent(**{**fields_of(LAWYER), "created": 0})
    assert agent_json(LAWYER) == {**FULL, "object": "agent", "created_at": 1_700_000_000}


@pytest.mark.parametrize("nulls", [False, True])
def test_an_id_is_enough(nulls):
    body = {"id": "a"} | (dict.fromkeys(FULL.keys() - {"id"}) if nulls else {})
    assert made(body) == Agent("a", "a", "default")
    assert agent_json(made(body)) == {
        "id": "a",
        "object": "agent",
        "owner": "default",
        "created_at": 0,
        "name": "a",
        "description": None,
        "instructions": None,
        "vector_stores": ["default"],
        "model": None,
        "params": {},
        "lang": None,
        "retrieval": NOTHING,
        "visibility": "private",
        "groups": [],
        "allowance": None,
        "tools": None,
        "metadata": {},
    }


def test_a_file_of_toml_has_no_nulls_in_its_tools():
    weather = {"type": "function", "function": {"name": "w", "parameters": {"enum": ["a", None], "default": None}}}
    agent = made({"id": "a", "tools": [weather]})
    assert agent.tools == (weather,)
    (again,) = load(AGENT_FILE, tomllib.loads(tomli_w.dumps({"agent": [agent_table(agent)]})))
    (tool,) = again.agent("default").tools
    assert tool["function"]["parameters"] == {"enum": ["a"]}


@pytest.mark.parametrize("value", [datetime.date(2026, 1, 1), float("inf"), 2**70])
def test_tools_of_a_file_hold_what_json_can_tell(value):
    weather = {"type": "function", "function": {"name": "w", "parameters": {"default": value}}}
    with pytest.raises(InvalidRequest, match=re.escape("agent[0].tools[0].function.parameters.default")):
        load(AGENT_FILE, {"agent": [{"id": "a", "tools": [weather]}]})


def test_an_agent_of_the_server_is_public_unless_it_says_otherwise():
    assert made({"id": "a", "owner": "*"}).visibility == "public"
    assert made({"id": "a", "owner": "*", "groups": ["hr"]}).visibility == "groups"
    assert made({"id": "a", "owner": "*", "visibility": "private"}).visibility == "private"


def test_who_names_groups_means_them():
    assert made({"id": "a", "groups": ["hr", "it", "hr"]}).groups == ("hr", "it")
    assert made({"id": "a", "groups": ["hr"]}).visibility == "groups"
    assert made({"id": "a", "groups": [], "visibility": "public"}).visibility == "public"


def test_no_stores_at_all_may_be_said():
    assert made({"id": "a", "vector_stores": []}).stores == ()
    assert made({"id": "a", "vector_stores": ["b", "a", "b"]}).stores == ("b", "a")


def test_lines_end_alike():
    assert made({"id": "a", "instructions": "One\r\ntwo\rthree\n"}).instructions == "One\ntwo\rthree\n"


@pytest.mark.parametrize("agent_id", ["a", "A1", "gpt-4o", "llama3.1_8b", "0", "x" * 64])
def test_ids_that_are_good(agent_id):
    assert made({"id": agent_id}).id == agent_id


@pytest.mark.parametrize(
    "agent_id",
    ["", " ", "a b", "rag/laws", "a/b", "-a", ".a", "é", "a\n", "a\0", "a:b", "x" * 65, "*", "a\u202e"],
)
def test_ids_that_are_not(agent_id):
    assert refused({"id": agent_id}) == "id"


BAD = [
    ({"id": 3}, "id", "invalid_type"),
    ({"id": None}, "id", "invalid_type"),
    ({"name": "a\n"}, "name", "invalid_value"),
    ({"owner": ""}, "owner", "empty_string"),
    ({"instruction": "x"}, "instruction", "unknown_parameter"),
    ({"stores": ["a"]}, "stores", "unknown_parameter"),
    ({"created_at": 3}, "created_at", "unknown_parameter"),
    ({"instructions": "a\0"}, "instructions", "invalid_value"),
    ({"instructions": "x" * 256_001}, "instructions", "string_above_max_length"),
    ({"vector_stores": ["a", 3]}, "vector_stores[1]", "invalid_type"),
    ({"vector_stores": ["a"] * 33}, "vector_stores", "array_above_max_length"),
    ({"lang": "fra"}, "lang", "invalid_value"),
    ({"visibility": "secret"}, "visibility", "invalid_value"),
    ({"visibility": "groups"}, "groups", "missing_required_parameter"),
    ({"visibility": "groups", "groups": []}, "groups", "missing_required_parameter"),
    ({"visibility": "public", "groups": ["hr"]}, "groups", "invalid_value"),
    ({"visibility": "private", "groups": ["hr"]}, "groups", "invalid_value"),
    ({"retrieval": {"topk": 3}}, "retrieval.topk", "unknown_parameter"),
    ({"retrieval": {"top_k": 51}}, "retrieval.top_k", "integer_above_max_value"),
    ({"retrieval": {"min_score": 2}}, "retrieval.min_score", "decimal_above_max_value"),
    ({"retrieval": {"min_score": float("nan")}}, "retrieval.min_score", "decimal_below_min_value"),
    ({"retrieval": {"sources": ["footer"]}}, "retrieval.sources[0]", "invalid_value"),
    ({"retrieval": {"cache_ttl_s": -1}}, "retrieval.cache_ttl_s", "integer_below_min_value"),
    ({"retrieval": {"filters": {"type": "eq", "key": "k"}}}, "retrieval.filters.value", "missing_required_parameter"),
    (
        {"retrieval": {"filters": {"type": "eq", "key": "k", "value": float("inf")}}},
        "retrieval.filters.value",
        "invalid_value",
    ),
    ({"retrieval": 3}, "retrieval", "invalid_type"),
    ({"allowance": {}}, "allowance.requests", "missing_required_parameter"),
    ({"allowance": {"period": "week", "requests": 3}}, "allowance.period", "invalid_value"),
    ({"allowance": {"usd": -1}}, "allowance.usd", "decimal_below_min_value"),
    ({"allowance": {"eur": 1}}, "allowance.eur", "unknown_parameter"),
    ({"params": {"temperature": 3}}, "params.temperature", "decimal_above_max_value"),
    ({"params": {"temperature": None}}, "params.temperature", "invalid_type"),
    ({"params": {"new": {"a": [1, None]}}}, "params.new.a[1]", "invalid_type"),
    ({"params": {"new": datetime.date(2024, 1, 1)}}, "params.new", "invalid_type"),
    ({"params": {"new": float("inf")}}, "params.new", "invalid_value"),
    ({"params": {"new": 2**63}}, "params.new", "invalid_value"),
    ({"params": {"new": "a\0"}}, "params.new", "invalid_value"),
    ({"params": {"new": {"\ud800": 1}}}, "params.new", "invalid_value"),
    ({"params": {"top_logprobs": 3}}, "params.top_logprobs", "invalid_value"),
    ({"params": {f"p{n}": 1 for n in range(65)}}, "params", "invalid_value"),
    ({"params": [1]}, "params", "invalid_type"),
    *(
        ({"params": {key: []}}, f"params.{key}", "unknown_parameter")
        for key in ("model", "messages", "stream", "stream_options", "rag", "files", "lang", "clientModel")
    ),
]


@pytest.mark.parametrize(("more", "param", "code"), BAD, ids=lambda value: str(value)[:60])
def test_what_breaks_a_rule_is_refused_by_name(more, param, code):
    with pytest.raises(InvalidRequest) as caught:
        load(AGENT_REQUEST, {"id": "a", **more})
    assert (caught.value.param, caught.value.code) == (param, code)


def test_parameters_nested_without_end_are_refused():
    value = 1
    for _ in range(40):
        value = [value]
    assert refused({"id": "a", "params": {"new": value}}).startswith("params.new[0][0]")


# ---- changes ----------------------------------------------------------------------------------------


def test_what_a_change_does_not_say_stays():
    assert changed({}) == LAWYER
    assert changed({"lang": "de"}).lang == "de"
    assert {**fields_of(changed({"lang": "de"})), "lang": "fr"} == fields_of(LAWYER)


def test_null_puts_back_what_a_new_agent_has():
    cleared = changed(dict.fromkeys(FULL.keys() - {"id", "groups", "owner"}))
    assert cleared == Agent(
        "lawyer", "Maître", "ann", created=1_700_000_000, visibility="groups", groups=("legal", "hr")
    )


def test_groups_go_with_the_visibility():
    assert (changed({"visibility": "public"}).visibility, changed({"visibility": "public"}).groups) == ("public", ())
    private = Agent("a", "a", "ann")
    assert load(AGENT_CHANGE, {"groups": ["hr"]}).changed(private).visibility == "groups"


@pytest.mark.parametrize("change", [{"groups": []}, {"groups": None}, {"visibility": "groups", "groups": []}])
def test_an_agent_of_groups_is_not_left_without_any(change):
    with pytest.raises(InvalidRequest) as caught:
        changed(change)
    assert (caught.value.param, caught.value.code) == ("groups", "missing_required_parameter")


def test_a_change_of_visibility_needs_groups():
    with pytest.raises(InvalidRequest, match="groups"):
        load(AGENT_CHANGE, {"visibility": "groups"}).changed(Agent("a", "a", "ann"))


def test_an_id_does_not_change():
    with pytest.raises(InvalidRequest) as caught:
        load(AGENT_CHANGE, {"id": "b"})
    assert caught.value.param == "id"


# ---- files and queries ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "agent"),
        ({"agent": []}, "agent"),
        ({"agent": {"id": "a"}}, "agent"),
        ({"agents": [{"id": "a"}]}, "agent"),
        ({"agent": [{"id": "a"}], "agents": []}, "agents"),
        ({"agent": [{"id": "a"}, {"name": "b"}]}, "agent[1].id"),
        ({"agent": [{"id": "a"}, {"id": "b"}, {"id": "c", "retrieval": {"top_k": 0}}]}, "agent[2].retrieval.top_k"),
        ({"agent": [{"id": "a"}, {"id": "b"}, {"id": "a"}]}, "agent[2].id"),
    ],
)
def test_a_file_names_the_place(body, param):
    with pytest.raises(InvalidRequest) as caught:
        load(AGENT_FILE, body)
    assert caught.value.param == param


def test_a_file_has_agents_of_several_owners():
    asked = load(AGENT_FILE, {"agent": [{"id": "a", "owner": "ann"}, {"id": "a", "owner": "bob"}, {"id": "a"}]})
    assert [each.agent("carl").owner for each in asked] == ["ann", "bob", "carl"]


def test_queries_name_the_owner():
    assert load(AGENT_QUERY, {}).owner is None
    assert load(AGENT_QUERY, {"owner": "*", "limit": "3", "x": "y"}).cursor.limit == 3
    assert load(OWNER_QUERY, {"owner": ""}) is None
    assert load(OWNER_QUERY, {"owner": "ann"}) == "ann"


def made(body):
    return load(AGENT_REQUEST, body).agent("default")


def changed(body):
    return load(AGENT_CHANGE, body).changed(LAWYER)


def refused(body):
    with pytest.raises(InvalidRequest) as caught:
        load(AGENT_REQUEST, body)
    return caught.value.param


def fields_of(agent):
    return {name: getattr(agent, name) for name in Agent.__dataclass_fields__}
