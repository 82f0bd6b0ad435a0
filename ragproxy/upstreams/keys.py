"""The keys of an [[upstream]] table: what each may hold and what it becomes. Readers raise ValueError with the rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from ragproxy.upstreams.upstream import CAPABILITIES, EXTRACTIVE, KINDS, Kind, Price

Reader = Callable[[Any], Any]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_VERSION = re.compile(r"[A-Za-z0-9.-]{1,40}")
_LONGEST = 512  # characters of a model's name, as in a request
# `rag/<store>` and the built-in model go by these in a request's `model`
_TAKEN = ("rag", EXTRACTIVE)
# what a key would be, and what the exchange itself says
_NOT_OURS = frozenset(
    {
        *("authorization", "api-key", "proxy-authorization", "cookie"),
        *("host", "content-length", "content-type", "content-encoding", "accept", "accept-encoding", "expect"),
        *("connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"),
    }
)


def carried(value: str) -> bool:
    """Whether an HTTP header can carry it."""
    return value.isascii() and value.isprintable()


def readers(kind: Kind) -> Mapping[str, Reader]:
    """The keys that an upstream of this kind may have."""
    return _AZURE if kind == "azure" else _COMMON


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST or not value.isprintable():
        raise ValueError("expected a text")
    return value.strip()


def _matching(pattern: re.Pattern[str], expected: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise ValueError(f"expected {expected}")
        return value

    return read


def _name(value: Any) -> str:
    name = _matching(_NAME, "1 to 64 letters, digits, '-', '_' and '.'")(value)
    if name in _TAKEN:
        raise ValueError(f"'{name}' has a meaning of its own in the names of models")
    return name


def _one_of(choices: tuple[str, ...]) -> Reader:
    def read(value: Any) -> Any:
        if value not in choices:
            raise ValueError(f"expected one of {', '.join(choices)}")
        return value

    return read


def _url(value: Any) -> str:
    parts = urlsplit(value) if isinstance(value, str) and value.isprintable() else None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("expected an address like https://host/v1")
    if "@" in parts.netloc:
        raise ValueError("an address in a file holds no key; key_env names the variable that does")
    return str(value).rstrip("/")


def _integer(low: int, high: int) -> Reader:
    def read(value: Any) -> int:
        if type(value) is not int or not low <= value <= high:
            raise ValueError(f"expected a whole number from {low} to {high}")
        return value

    return read


def _real(low: float, high: float) -> Reader:
    def read(value: Any) -> float:
        if type(value) not in (int, float) or not low <= value <= high:
            raise ValueError(f"expected a number from {low:g} to {high:g}")
        return float(value)

    return read


def _list_of(read_one: Callable[[Any], Any], *, least: int = 1) -> Callable[[Any], tuple[Any, ...]]:
    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) < least:
            raise ValueError('expected a list, such as ["a", "b"]')
        items = tuple(map(read_one, value))
        twice = next((item for item in items if items.count(item) > 1), None)
        if twice is not None:
            raise ValueError(f"'{twice}' stands there twice")
        return items

    return read


def _table_of(read_key: Reader, read_value: Reader) -> Callable[[Any], dict[str, Any]]:
    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValueError('expected a table, such as { "a" = ... }')
        pairs: dict[str, Any] = {}
        for key, inside in value.items():
            try:
                pairs[read_key(key)] = read_value(inside)
            except ValueError as err:
                raise ValueError(f"'{key}': {err}") from None
        return pairs

    return read


def _header(value: Any) -> str:
    name = _matching(_HEADER, "the name of an HTTP header")(value)
    if name.lower() in _NOT_OURS:
        raise ValueError("this header is not set here; keys come from key_env")
    return name


def _header_value(value: Any) -> str:
    text = _text(value)
    if not carried(text):
        raise ValueError("expected what an HTTP header can carry")
    return text


def _serves(value: Any) -> frozenset[str]:
    return frozenset(_list_of(_one_of(CAPABILITIES))(value))


def _price(value: Any) -> Price:
    parts = _table_of(_one_of(("prompt", "cached", "completion")), _real(0, 100_000))(value)
    if "prompt" not in parts:
        raise ValueError("'prompt' is missing; prices are in US dollars per million tokens")
    return Price(parts["prompt"], parts.get("cached", parts["prompt"]), parts.get("completion", 0.0))


_seconds = _real(0.1, 3600)
_variable = _matching(_VARIABLE, "the name of an environment variable")

_COMMON: Mapping[str, Reader] = {
    "name": _name,
    "kind": _one_of(KINDS),
    "base_url": _url,
    "key_env": _variable,
    "models": _list_of(_text),
    "serves": _serves,
    "headers": _table_of(_header, _header_value),
    "connect_timeout_s": _seconds,
    "read_timeout_s": _seconds,
    "retries": _integer(0, 10),
    "break_after": _integer(0, 1000),
    "concurrency": _integer(1, 100_000),
    "queue": _integer(0, 100_000),
    "queue_timeout_s": _seconds,
    "fallbacks": _table_of(_text, _list_of(_text)),
    "prices": _table_of(_text, _price),
}
_AZURE: Mapping[str, Reader] = {
    **_COMMON,
    "api_version": _matching(_VERSION, "a version such as 2024-10-21"),
    "deployments": _table_of(_text, _text),
    "entra_tenant": _matching(_VERSION, "a tenant's id or domain"),
    "entra_client": _text,
    "entra_secret_env": _variable,
    "entra_url": _url,
}
