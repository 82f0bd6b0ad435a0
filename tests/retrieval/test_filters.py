import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragproxy.domain import Comparison, Compound
from ragproxy.retrieval.filters import matches, select

FILE = {"lang": "fr", "year": 2024, "draft": False, "price": 9.5}


@pytest.mark.parametrize(
    ("key", "op", "value", "passes"),
    [
        ("lang", "eq", "fr", True),
        ("lang", "eq", "FR", False),
        ("lang", "ne", "en", True),
        ("year", "eq", 2024.0, True),
        ("year", "eq", "2024", False),
        ("year", "gt", 2023, True),
        ("year", "gt", 2024, False),
        ("year", "gte", 2024, True),
        ("year", "lt", 2024, False),
        ("year", "lte", 2024, True),
        ("price", "lt", 10, True),
        ("lang", "gt", "en", True),
        ("lang", "gt", 1, False),
        ("lang", "lt", 1, False),
        ("draft", "eq", False, True),
        ("draft", "eq", 0, False),
        ("draft", "lt", True, False),
        ("lang", "in", ["en", "fr"], True),
        ("lang", "in", [], False),
        ("lang", "nin", ["en"], True),
        ("lang", "nin", ["fr"], False),
        ("year", "in", [True, 2024], True),
    ],
)
def test_a_comparison(key, op, value, passes):
    assert matches(Comparison(key, op, value), FILE) is passes


@pytest.mark.parametrize("op", ["eq", "gt", "gte", "lt", "lte"])
def test_a_missing_key_passes_no_test(op):
    assert not matches(Comparison("nowhere", op, "x"), FILE)
    assert not matches(Comparison("nowhere", "in", ["x"]), FILE)


def test_a_missing_key_differs_from_everything():
    assert matches(Comparison("nowhere", "ne", "x"), FILE)
    assert matches(Comparison("nowhere", "nin", ["x"]), FILE)


def test_select_keeps_the_ids_of_those_that_pass():
    files = {"a": {"lang": "fr"}, "b": {"lang": "en"}, "c": {}}
    assert select(Comparison("lang", "eq", "fr"), files) == {"a"}
    assert select(Comparison("lang", "ne", "fr"), files) == {"b", "c"}
    assert select(Compound("and", ()), files) == {"a", "b", "c"}
    assert select(Compound("or", ()), files) == set()


VALUES = st.one_of(st.sampled_from(["a", "b", "A", ""]), st.integers(-2, 2), st.booleans(), st.sampled_from([0.5, 1.0]))
KEYS = st.sampled_from(["k", "l", "m"])
COMPARISONS = st.one_of(
    st.builds(Comparison, KEYS, st.sampled_from(["eq", "ne", "gt", "gte", "lt", "lte"]), VALUES),
    st.builds(Comparison, KEYS, st.sampled_from(["in", "nin"]), st.lists(VALUES, max_size=3)),
)
FILTERS = st.recursive(
    COMPARISONS,
    lambda inner: st.builds(Compound, st.sampled_from(["and", "or"]), st.lists(inner, max_size=3).map(tuple)),
)


@given(FILTERS, st.dictionaries(KEYS, VALUES))
def test_any_filter_agrees_with_a_naive_reading(filter, attributes):
    assert matches(filter, attributes) is naive(filter, attributes)


def naive(filter, attributes):
    if isinstance(filter, Compound):
        verdicts = [naive(part, attributes) for part in filter.filters]
        return False not in verdicts if filter.op == "and" else True in verdicts
    if filter.op == "ne":
        return not naive(Comparison(filter.key, "eq", filter.value), attributes)
    if filter.op == "nin":
        return not naive(Comparison(filter.key, "in", filter.value), attributes)
    if filter.key not in attributes:
        return False
    value = attributes[filter.key]
    if filter.op == "in":
        return any(naive(Comparison(filter.key, "eq", one), attributes) for one in filter.value)
    kinds = {type(value).__name__.replace("float", "int"), type(filter.value).__name__.replace("float", "int")}
    if len(kinds) == 2:
        return False
    if filter.op == "eq":
        return value == filter.value
    if kinds == {"bool"}:
        return False
    return {
        "gt": value > filter.value,
        "gte": value >= filter.value,
        "lt": value < filter.value,
        "lte": value <= filter.value,
    }[filter.op]
