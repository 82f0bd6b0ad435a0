"""JSON in and out. Whatever `loads` returns, `dumps` can write."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import orjson

from ragproxy.errors import InvalidRequest, UpstreamBroken

MAX_DEPTH = 100
MAX_VALUES = 1_000_000  # 32 MiB of `[],` would otherwise become 700 MB of lists

# Always matches from a quote to its end or to the end of the data, so that no input makes it start over: linear time.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)


def loads(data: bytes) -> Any:
    """The value of a client's JSON body.

    InvalidRequest: bad UTF-8, bad JSON, lone surrogates, NaN or infinite numbers, more than MAX_DEPTH levels or
    MAX_VALUES values. Integers beyond 64 bits become floats; of two equal keys the last counts.
    """
    if not data:
        raise InvalidRequest("The body is empty; send a JSON object")
    if _values(data) > MAX_VALUES:
        raise InvalidRequest(f"The body holds more than {MAX_VALUES:,} JSON values")
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as err:
        raise InvalidRequest(f"The body is not valid JSON: {_reason(err)}") from None
    if _may_be_deep(data) and _too_deep(value):
        raise InvalidRequest(f"The body is nested deeper than {MAX_DEPTH} levels")
    return value


def loads_file(data: bytes) -> Any:
    """The value of a file that an operator brings, of any length. InvalidRequest if it is no JSON, or too deep."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as err:
        raise InvalidRequest(f"not valid JSON: {_reason(err)}") from None
    if _may_be_deep(data) and _too_deep(value):
        raise InvalidRequest(f"nested deeper than {MAX_DEPTH} levels")
    return value


def loads_upstream(data: bytes) -> Any:
    """The value of an upstream's JSON, of any length: vectors come by the million. UpstreamBroken if it is none."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as err:
        raise UpstreamBroken(f"The upstream's answer is not valid JSON: {_reason(err)}") from None
    if data.count(b"[") + data.count(b"{") > MAX_DEPTH and _too_deep(value):  # asked for each chunk, and so not called
        raise UpstreamBroken(f"The upstream's answer is nested deeper than {MAX_DEPTH} levels")
    return value


dumps: Callable[[Any], bytes] = orjson.dumps  # compact, UTF-8


def canonical(value: Any) -> bytes:
    """The same bytes for the same value, whatever the order of its keys."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _reason(err: orjson.JSONDecodeError) -> str:
    return f"{err.msg} (line {err.lineno}, column {err.colno})"


def _values(data: bytes) -> int:
    """How many values there are at most, before any of them takes memory."""
    at_most = _marks(data)
    # commas and brackets inside strings are text, but cutting strings out costs: only for suspicious bodies
    return at_most if at_most <= MAX_VALUES else _marks(_STRING.sub(b"", data))


def _marks(data: bytes) -> int:
    return data.count(b",") + data.count(b"[") + data.count(b"{")


def _may_be_deep(data: bytes) -> bool:
    return data.count(b"[") + data.count(b"{") > MAX_DEPTH


def _too_deep(value: Any) -> bool:
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH + 1:
            return True
        level = [child for parent in level for child in _children(parent)]
    return False


def _children(value: Any) -> Any:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
