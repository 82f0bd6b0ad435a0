"""OpenAI's attribute filters (ComparisonFilter and CompoundFilter), from JSON to the domain and back."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from ragproxy.domain import Comparison, Compound, Filter
from ragproxy.wire.fields import component, counted
from ragproxy.wire.validation import at, missing, need, shown, wrong_type, wrong_value

MAX_DEPTH = 5
MAX_FILTERS = 100  # beneath one `and` or `or`
MAX_VALUES = 1000  # of one `in` or `nin`

COMPOUND = ("and", "or")
_LISTS = ("in", "nin")
COMPARISON = ("eq", "ne", "gt", "gte", "lt", "lte", *_LISTS)
_SCALARS = (str, int, float, bool)


class FilterField(fields.Field):
    """A filter on the attributes of files."""

    def __init__(self) -> None:
        super().__init__(allow_none=True, metadata={"oneOf": [component("Filter"), {"type": "null"}]})

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Filter:
        return _filter(value, ())


def filter_json(one: Filter) -> dict[str, Any]:
    """OpenAI's filter object."""
    if isinstance(one, Compound):
        return {"type": one.op, "filters": [filter_json(inner) for inner in one.filters]}
    return {"type": one.op, "key": one.key, "value": one.value}


def _filter(value: Any, path: tuple[str | int, ...]) -> Filter:
    if len(path) // 2 >= MAX_DEPTH:  # each level adds `filters` and an index
        raise at(wrong_value(f"filters are nested deeper than {MAX_DEPTH} levels"), *path)
    if not isinstance(value, dict):
        raise at(wrong_type("an object", value), *path)
    op = need(value, "type", str, *path)
    if op in COMPOUND:
        inner = counted(need(value, "filters", list, *path), MAX_FILTERS, 1, *path, "filters")
        filters = tuple(_filter(each, (*path, "filters", number)) for number, each in enumerate(inner))
        return Compound(op, filters)
    if op not in COMPARISON:
        supported = ", ".join(f"'{each}'" for each in COMPARISON + COMPOUND)
        raise at(wrong_value(f"{shown(op)} is not one of {supported}"), *path, "type")
    return Comparison(need(value, "key", str, *path), op, _compared(value, op, path))


def _compared(holder: dict[str, Any], op: str, path: tuple[str | int, ...]) -> Any:
    if op in _LISTS:
        values = counted(need(holder, "value", list, *path), MAX_VALUES, 0, *path, "value")
        for number, each in enumerate(values):
            if type(each) not in _SCALARS:
                raise at(wrong_type("a string, number or boolean", each), *path, "value", number)
        return values
    if "value" not in holder:
        raise at(missing(), *path, "value")
    if type(holder["value"]) not in _SCALARS:
        raise at(wrong_type("a string, number or boolean", holder["value"]), *path, "value")
    return holder["value"]
