"""The fields that RAG adds, and the filters in them."""

import pytest

from ragproxy.domain import CacheUse, Comparison, Compound, RagOptions
from ragproxy.errors import InvalidRequest
from ragproxy.wire.chat_request import CHAT_REQUEST
from ragproxy.wire.validation import load

ASK = {"model": "ragproxy", "messages": [{"role": "user", "content": "Hello"}]}
EQ = {"type": "eq", "key": "year", "value": 2024}


def _rag(rag):
    return load(CHAT_REQUEST, {**ASK, "rag": rag}).rag


def _nested(levels):
    return EQ if levels == 1 else {"type": "and", "filters": [_nested(levels - 1)]}


@pytest.mark.parametrize(
    "rag", [None, {}, dict.fromkeys(["enabled", "stores", "top_k", "min_score", "filters", "sources", "cache"])]
)
def test_no_options_are_the_defaults(rag):
    assert _rag(rag) == RagOptions()


@pytest.mark.parametrize(
    ("cache", "use"),
    [
        (True, CacheUse(3600)),
        (False, CacheUse(0)),
        ({}, CacheUse(3600)),
        ({"ttl_s": None}, CacheUse(3600)),
        ({"ttl_s": 1}, CacheUse(1)),
        ({"ttl_s": 2_592_000}, CacheUse(2_592_000)),
    ],
)
def test_how_long_the_cache_may_keep_the_answer(cache, use):
    assert _rag({"cache": cache}).cache == use


@pytest.mark.parametrize(
    ("cache", "param", "code"),
    [
        (1, "rag.cache", "invalid_type"),
        ("yes", "rag.cache", "invalid_type"),
        ([], "rag.cache", "invalid_type"),
        ({"ttl": 5}, "rag.cache.ttl", "unknown_parameter"),
        ({"ttl_s": True}, "rag.cache.ttl_s", "invalid_type"),
        ({"ttl_s": 1.5}, "rag.cache.ttl_s", "invalid_type"),
        ({"ttl_s": 0}, "rag.cache.ttl_s", "integer_below_min_value"),
        ({"ttl_s": 2_592_001}, "rag.cache.ttl_s", "integer_above_max_value"),
    ],
)
def test_a_wrong_wish_for_the_cache_names_the_field(cache, param, code):
    with pytest.raises(InvalidRequest) as caught:
        _rag({"cache": cache})
    assert (caught.value.param, caught.value.code) == (param, code)


def test_every_option_is_read():
    given = {
        "enabled": False,
        "stores": ["default", "vs_1"],
        "top_k": 50,
        "min_score": 0,
        "filters": EQ,
        "sources": ["markdown", "field", "field"],
    }
    assert _rag(given) == RagOptions(
        enabled=False,
        stores=("default", "vs_1"),
        top_k=50,
        min_score=0,
        filters=Comparison("year", "eq", 2024),
        sources=("markdown", "field"),
    )


def test_no_sources_at_all_may_be_asked_for():
    assert _rag({"sources": []}).sources == ()


def test_an_empty_list_of_files_is_no_restriction():
    assert load(CHAT_REQUEST, {**ASK, "files": []}).files is None


def test_filters_keep_their_order_and_their_values():
    given = {
        "type": "or",
        "filters": [
            {"type": "in", "key": "lang", "value": ["fr", 1, True]},
            {
                "type": "and",
                "filters": [{"type": "gte", "key": "n", "value": 0.5}, {"type": "ne", "key": "ok", "value": False}],
            },
        ],
    }
    assert _rag({"filters": given}).filters == Compound(
        "or",
        (
            Comparison("lang", "in", ["fr", 1, True]),
            Compound("and", (Comparison("n", "gte", 0.5), Comparison("ok", "ne", False))),
        ),
    )


@pytest.mark.parametrize("op", ["eq", "ne", "gt", "gte", "lt", "lte"])
def test_a_comparison_takes_one_value(op):
    assert _rag({"filters": {"type": op, "key": "k", "value": "v"}}).filters == Comparison("k", op, "v")


def test_five_levels_of_filters_are_read():
    assert isinstance(_rag({"filters": _nested(5)}).filters, Compound)


BAD = [
    ({"rag": 3}, "rag", "invalid_type"),
    ({"rag": {"topk": 3}}, "rag.topk", "unknown_parameter"),
    ({"rag": {"enabled": "yes"}}, "rag.enabled", "invalid_type"),
    ({"rag": {"stores": "default"}}, "rag.stores", "invalid_type"),
    ({"rag": {"stores": ["a", 3]}}, "rag.stores[1]", "invalid_type"),
    ({"rag": {"stores": [None]}}, "rag.stores[0]", "invalid_type"),
    ({"rag": {"stores": ["a\x00"]}}, "rag.stores[0]", "invalid_value"),
    ({"rag": {"stores": ["a"] * 33}}, "rag.stores", "array_above_max_length"),
    ({"rag": {"top_k": 0}}, "rag.top_k", "integer_below_min_value"),
    ({"rag": {"top_k": 51}}, "rag.top_k", "integer_above_max_value"),
    ({"rag": {"top_k": 3.0}}, "rag.top_k", "invalid_type"),
    ({"rag": {"min_score": 1.1}}, "rag.min_score", "decimal_above_max_value"),
    ({"rag": {"min_score": -0.1}}, "rag.min_score", "decimal_below_min_value"),
    ({"rag": {"sources": ["footer"]}}, "rag.sources[0]", "invalid_value"),
    ({"rag": {"sources": "field"}}, "rag.sources", "invalid_type"),
    ({"rag": {"filters": []}}, "rag.filters", "invalid_type"),
    ({"rag": {"filters": {}}}, "rag.filters.type", "missing_required_parameter"),
    ({"rag": {"filters": {"type": "like", "key": "k", "value": 1}}}, "rag.filters.type", "invalid_value"),
    ({"rag": {"filters": {"type": "eq", "value": 1}}}, "rag.filters.key", "missing_required_parameter"),
    ({"rag": {"filters": {"type": "eq", "key": 1, "value": 1}}}, "rag.filters.key", "invalid_type"),
    ({"rag": {"filters": {"type": "eq", "key": "k"}}}, "rag.filters.value", "missing_required_parameter"),
    ({"rag": {"filters": {"type": "eq", "key": "k", "value": None}}}, "rag.filters.value", "invalid_type"),
    ({"rag": {"filters": {"type": "eq", "key": "k", "value": [1]}}}, "rag.filters.value", "invalid_type"),
    ({"rag": {"filters": {"type": "in", "key": "k", "value": 1}}}, "rag.filters.value", "invalid_type"),
    ({"rag": {"filters": {"type": "in", "key": "k", "value": [1, {}]}}}, "rag.filters.value[1]", "invalid_type"),
    (
        {"rag": {"filters": {"type": "nin", "key": "k", "value": [1] * 1001}}},
        "rag.filters.value",
        "array_above_max_length",
    ),
    ({"rag": {"filters": {"type": "and"}}}, "rag.filters.filters", "missing_required_parameter"),
    ({"rag": {"filters": {"type": "or", "filters": []}}}, "rag.filters.filters", "empty_array"),
    ({"rag": {"filters": {"type": "or", "filters": [EQ] * 101}}}, "rag.filters.filters", "array_above_max_length"),
    (
        {"rag": {"filters": {"type": "or", "filters": [EQ, {"type": "x"}]}}},
        "rag.filters.filters[1].type",
        "invalid_value",
    ),
    ({"rag": {"filters": _nested(6)}}, "rag.filters" + ".filters[0]" * 5, "invalid_value"),
    ({"conversation_id": 3}, "conversation_id", "invalid_type"),
    ({"conversation_id": ""}, "conversation_id", "empty_string"),
    ({"files": "file-1"}, "files", "invalid_type"),
    ({"files": ["file-1", None]}, "files[1]", "invalid_type"),
    ({"files": ["f"] * 101}, "files", "array_above_max_length"),
    ({"lang": "fra"}, "lang", "invalid_value"),
    ({"lang": "f1"}, "lang", "invalid_value"),
    ({"lang": "fr\n"}, "lang", "invalid_value"),
    ({"lang": 3}, "lang", "invalid_type"),
    ({"clientModel": 3}, "clientModel", "invalid_type"),
    ({"clientModel": "a\rb"}, "clientModel", "invalid_value"),
]


@pytest.mark.parametrize(("more", "param", "code"), BAD, ids=lambda value: str(value)[:60])
def test_what_breaks_a_rule_is_refused_by_name(more, param, code):
    with pytest.raises(InvalidRequest) as caught:
        load(CHAT_REQUEST, {**ASK, **more})
    assert (caught.value.param, caught.value.code) == (param, code)
