"""Filters on files' attributes, as OpenAI's vector store search has them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from ragproxy.domain import Comparison, Compound, Filter

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def select(filter: Filter, files: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """The ids of the files whose attributes match."""
    return {file_id for file_id, attributes in files.items() if matches(filter, attributes)}


def matches(filter: Filter, attributes: Mapping[str, Any]) -> bool:
    """Whether the attributes pass the filter.

    A missing key differs from everything: it passes `ne` and `nin` alone. Numbers compare with numbers and strings
    with strings (by code point); across kinds nothing is equal and nothing is ordered; booleans have no order, and
    true is not 1.
    """
    if isinstance(filter, Compound):
        verdicts = (matches(part, attributes) for part in filter.filters)
        return all(verdicts) if filter.op == "and" else any(verdicts)
    return _compare(filter, attributes)


def _compare(test: Comparison, attributes: Mapping[str, Any]) -> bool:
    value = attributes.get(test.key)
    if test.op in _ORDER:
        return _kind(value) == _kind(test.value) in ("number", "text") and _ORDER[test.op](value, test.value)
    wanted = list(test.value) if test.op in ("in", "nin") else [test.value]
    found = test.key in attributes and any(_same(value, candidate) for candidate in wanted)
    return found if test.op in ("eq", "in") else not found


def _same(left: Any, right: Any) -> bool:
    return _kind(left) == _kind(right) and bool(left == right)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    return "text" if isinstance(value, str) else "other"
