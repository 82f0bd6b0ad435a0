"""The search of a store, both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.pagination import SyncPage
from openai.types import VectorStoreSearchResponse

from ragproxy.domain import Chunk, Comparison, Compound, Passage
from ragproxy.wire.store_search import SEARCH_REQUEST, SearchRequest, search_json
from ragproxy.wire.validation import load
from tests.wire.bodies import GONE, changed, json_values, refusal

EQ = {"type": "eq", "key": "year", "value": 2024}
ASK = {"query": "What is the return policy?"}


@pytest.mark.parametrize(
    "more",
    [
        {},
        dict.fromkeys(["max_num_results", "filters", "ranking_options", "rewrite_query"]),
        {"ranking_options": {}, "unknown": 1},
        {"ranking_options": {"ranker": None, "score_threshold": None, "hybrid_search": {}}},
    ],
)
def test_a_query_alone_is_enough(more):
    assert load(SEARCH_REQUEST, {**ASK, **more}) == SearchRequest(("What is the return policy?",))


def test_every_option_is_read():
    body = {
        "query": ["b", "a", "b"],
        "max_num_results": 50,
        "filters": {"type": "or", "filters": [EQ, {"type": "nin", "key": "lang", "value": ["fr"]}]},
        "ranking_options": {"ranker": "default-2024-11-15", "score_threshold": 0.5},
        "rewrite_query": True,
    }
    assert load(SEARCH_REQUEST, body) == SearchRequest(
        queries=("b", "a"),
        max_results=50,
        filters=Compound("or", (Comparison("year", "eq", 2024), Comparison("lang", "nin", ["fr"]))),
        min_score=0.5,
        rewrite=True,
    )


@pytest.mark.parametrize("ranker", ["none", "auto", "default-2024-11-15"])
@pytest.mark.parametrize("threshold", [0, 1, 0.25])
def test_every_ranker_and_threshold_of_openais_is_taken(ranker, threshold):
    options = {"ranker": ranker, "score_threshold": threshold}
    assert load(SEARCH_REQUEST, {**ASK, "ranking_options": options}).min_score == threshold


BAD = [
    ({"query": GONE}, "query", "missing_required_parameter"),
    ({"query": None}, "query", "invalid_type"),
    ({"query": 3}, "query", "invalid_type"),
    ({"query": {}}, "query", "invalid_type"),
    ({"query": ""}, "query", "empty_string"),
    ({"query": "q" * 10_001}, "query", "string_above_max_length"),
    ({"query": []}, "query", "empty_array"),
    ({"query": ["q"] * 33}, "query", "array_above_max_length"),
    ({"query": ["a", 3]}, "query[1]", "invalid_type"),
    ({"query": ["a", None]}, "query[1]", "invalid_type"),
    ({"query": ["a", ""]}, "query[1]", "empty_string"),
    ({"query": ["a", "q" * 10_001]}, "query[1]", "string_above_max_length"),
    ({"max_num_results": 0}, "max_num_results", "integer_below_min_value"),
    ({"max_num_results": 51}, "max_num_results", "integer_above_max_value"),
    ({"max_num_results": "10"}, "max_num_results", "invalid_type"),
    ({"max_num_results": 10.0}, "max_num_results", "invalid_type"),
    ({"filters": []}, "filters", "invalid_type"),
    ({"filters": {**EQ, "type": "like"}}, "filters.type", "invalid_value"),
    (
        {"filters": {"type": "and", "filters": [EQ, {"type": "eq"}]}},
        "filters.filters[1].key",
        "missing_required_parameter",
    ),
    ({"ranking_options": "auto"}, "ranking_options", "invalid_type"),
    ({"ranking_options": {"ranker": "best"}}, "ranking_options.ranker", "invalid_value"),
    ({"ranking_options": {"ranker": 3}}, "ranking_options.ranker", "invalid_type"),
    ({"ranking_options": {"score_threshold": 1.1}}, "ranking_options.score_threshold", "decimal_above_max_value"),
    ({"ranking_options": {"score_threshold": -0.1}}, "ranking_options.score_threshold", "decimal_below_min_value"),
    ({"ranking_options": {"score_threshold": "0.5"}}, "ranking_options.score_threshold", "invalid_type"),
    ({"rewrite_query": "yes"}, "rewrite_query", "invalid_type"),
]


@pytest.mark.parametrize(("more", "param", "code"), BAD, ids=lambda value: str(value)[:60])
def test_what_breaks_a_rule_is_refused_by_name(more, param, code):
    assert refusal(SEARCH_REQUEST, changed(ASK, more)) == (param, code)


_json = json_values("auto", "and", "eq", "in", keys=["type", "key", "value", "filters", "ranker", "score_threshold"])
_keys = st.sampled_from(["query", "max_num_results", "filters", "ranking_options", "rewrite_query", "x"])


@given(st.dictionaries(_keys, _json, max_size=5))
def test_any_json_is_loaded_or_refused(more):
    for body in (more, {**ASK, **more}):
        if refusal(SEARCH_REQUEST, body) is None:
            request = load(SEARCH_REQUEST, body)
            assert all(request.queries)
            assert request.queries
            assert 1 <= request.max_results <= 50
            assert 0 <= request.min_score <= 1


def test_the_results_are_openais():
    chunk = Chunk("c1", "file-1", "guide.pdf", 4, "Returns within 30 days.", page=2, heading="Returns")
    passages = [
        Passage(chunk, "vs_1", 0.951234, {"author": "Zoë", "year": 2023, "ok": True}),
        Passage(chunk, "vs_1", 0.0),
    ]
    page = search_json(("return policy", "refund"), passages)
    result = {
        "file_id": "file-1",
        "filename": "guide.pdf",
        "score": 0.9512,
        "attributes": {"author": "Zoë", "year": 2023, "ok": True},
        "content": [{"type": "text", "text": "Returns within 30 days."}],
        "page": 2,
    }
    assert page == {
        "object": "vector_store.search_results.page",
        "search_query": ["return policy", "refund"],
        "data": [result, {**result, "score": 0.0, "attributes": {}}],
        "has_more": False,
        "next_page": None,
    }
    read = SyncPage[VectorStoreSearchResponse].model_validate(page, strict=True)
    assert (read.data[0].score, read.data[0].content[0].text) == (0.9512, "Returns within 30 days.")


def test_nothing_found_is_an_empty_page():
    page = search_json(["q"], [])
    assert (page["search_query"], page["data"]) == (["q"], [])
    assert SyncPage[VectorStoreSearchResponse].model_validate(page, strict=True).data == []
