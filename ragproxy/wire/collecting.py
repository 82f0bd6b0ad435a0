"""Pieces of a streamed answer put together, whatever they are called: servers add their own, and new ones come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_WHOLE = frozenset({"id", "type", "name", "role"})  # servers that repeat these in every fragment mean the same thing


def merge(old: Any, new: Any) -> Any:
    """`old` continued by `new`: strings and lists grow, objects merge key by key, anything else is replaced.

    Neither is changed; null says nothing.
    """
    if old is None or new is None:
        return old if new is None else new
    if isinstance(old, str) and isinstance(new, str):
        return old + new
    if isinstance(old, list) and isinstance(new, list):
        return [*old, *new]
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        merged = dict(old)
        for key, value in new.items():
            merged[key] = (value or merged.get(key)) if key in _WHOLE else merge(merged.get(key), value)
        return merged
    return new


def merge_field(old: Any, new: Any) -> Any:
    """`merge` for a field of a delta, where a list may hold fragments by `index` (tool_calls).

    A list that comes first is taken whole. Later an item continues the one of its index, unless its `id` says that it
    is another: servers exist that number every tool call 0.
    """
    if not (isinstance(old, list) and isinstance(new, list) and all(_is_fragment(item) for item in new)):
        return merge(old, new)
    merged = list(old)
    for item in new:
        place = _place(merged, item)
        if place is None:
            merged.append(item)
        else:
            merged[place] = merge(merged[place], item)
    return merged


def _is_fragment(item: Any) -> bool:
    return isinstance(item, Mapping) and type(item.get("index")) is int


def _place(items: list[Any], fragment: Mapping[str, Any]) -> int | None:
    for place in range(len(items) - 1, -1, -1):
        item = items[place]
        if _is_fragment(item) and item["index"] == fragment["index"]:
            same = not fragment.get("id") or not item.get("id") or fragment["id"] == item["id"]
            return place if same else None
    return None
