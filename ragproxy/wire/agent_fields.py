"""What an agent is made of: its id, its texts, the defaults of its parameters, how it looks things up.

What cannot be told in TOML (a null among the parameters) or in JSON (a date, an infinite number) is refused in both.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, get_args

from marshmallow import INCLUDE, RAISE, Schema, post_load, pre_load

from ragproxy.domain import Allowance, Period, Retrieval
from ragproxy.wire.assistant_fields import AssistantTools
from ragproxy.wire.chat_request import APART, ChatRequestSchema
from ragproxy.wire.fields import Items, Number, Text, Whole
from ragproxy.wire.filters import FilterField
from ragproxy.wire.rag import CARRIERS, MAX_TTL_S
from ragproxy.wire.validation import Problem, at, missing, shown, wrong_type, wrong_value
from ragproxy.wire.vector_stores import Description

MAX_ID = 64  # characters
MAX_PARAMS = 64
MAX_DEPTH = 32  # of parameters
MAX_REQUESTS = 1_000_000_000_000
MAX_USD = 1_000_000_000

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_INT64 = 2**63


class AgentId(Text):
    """What `model` will name: letters and digits of ASCII, `.`, `_` and `-`, so that it is no `rag/` name."""

    def __init__(self) -> None:
        super().__init__(required=True, max_length=MAX_ID, description="What `model` names: letters, digits, . _ -")

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        value = super()._deserialize(value, attr, data, **kwargs)
        if not _ID.fullmatch(value):
            raise at(
                wrong_value(
                    f"expected letters, digits, '.', '_' and '-' with a letter or digit first, but got {shown(value)}"
                )
            )
        return value


class Lines(Description):
    """A text of any lines, which end as on Unix: files of TOML know no other end."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        return super()._deserialize(value, attr, data, **kwargs).replace("\r\n", "\n")


class ParamsSchema(ChatRequestSchema):
    """Defaults for the parameters of chats, checked as those of a request. Unknown ones travel on, as there."""

    class Meta:
        unknown = INCLUDE
        exclude = tuple(APART)

    @pre_load
    def check(self, data: Any, **_: Any) -> Any:
        """Refuse what is no parameter, and what a file cannot tell."""
        if isinstance(data, Mapping):
            for key in data:
                if key in APART:
                    raise at(Problem("", "unknown_parameter", "Unknown parameter"), key)
            if len(data) > MAX_PARAMS:
                raise at(wrong_value(f"expected at most {MAX_PARAMS} parameters, but got {len(data)}"))
            _check_plain(data, ())
        return data

    @post_load(pass_original=True)
    def build(self, data: dict[str, Any], original: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The parameters as they came."""
        return dict(original)


class AgentTools(AssistantTools):
    """The tools of an assistant, from JSON or a file; in JSON, what a function takes may hold a null."""

    def check(self, value: Any) -> None:
        """Raise ValidationError for a wrong value."""
        super().check(value)
        _check_plain(value, (), nulls=True)


class RetrievalSchema(Schema):
    """How the agent looks things up; what is absent or null is left to the server."""

    class Meta:
        unknown = RAISE

    top_k = Whole(1, 50, description="Passages to look up")
    min_score = Number(0, 1, description="Passages scored lower are left out")
    filters = FilterField()
    sources = Items(Text(choices=CARRIERS), max_items=16, description="How the sources come back")
    cache_ttl_s = Whole(0, MAX_TTL_S, description="Seconds for which answers may be kept; 0: not at all")

    @pre_load
    def check(self, data: Any, **_: Any) -> Any:
        """Refuse values of filters that a file or JSON cannot tell."""
        if isinstance(data, Mapping) and isinstance(data.get("filters"), Mapping):
            _check_plain(data["filters"], ("filters",))
        return data

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Retrieval:
        """The settings."""
        sources = data.get("sources")
        return Retrieval(
            top_k=data.get("top_k"),
            min_score=data.get("min_score"),
            filters=data.get("filters"),
            sources=None if sources is None else tuple(dict.fromkeys(sources)),
            cache_ttl_s=data.get("cache_ttl_s"),
        )


class AllowanceSchema(Schema):
    """How much all callers together may use the agent in a calendar day or month, by UTC."""

    class Meta:
        unknown = RAISE

    period = Text(choices=get_args(Period), description="month by default")
    requests = Whole(0, MAX_REQUESTS)
    usd = Number(0, MAX_USD, description="US dollars")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Allowance:
        """The allowance."""
        requests, usd = data.get("requests"), data.get("usd")
        if requests is None and usd is None:
            raise at(missing(), "requests")
        return Allowance(data.get("period") or "month", requests, usd)


def _check_plain(value: Any, path: tuple[str | int, ...], *, nulls: bool = False) -> None:
    """Refuse what TOML, JSON or a database has no way to tell; nulls too, unless they may be left out."""
    if len(path) > MAX_DEPTH:
        raise at(wrong_value(f"parameters are nested deeper than {MAX_DEPTH} levels"), *path[:MAX_DEPTH])
    if isinstance(value, Mapping):
        for key, each in value.items():
            _check_text(key, path)
            _check_plain(each, (*path, key), nulls=nulls)
    elif isinstance(value, list):
        for number, each in enumerate(value):
            _check_plain(each, (*path, number), nulls=nulls)
    elif isinstance(value, str):
        _check_text(value, path)
    elif type(value) is int:
        if not -_INT64 <= value < _INT64:
            raise at(wrong_value("expected an integer of 64 bits"), *path)
    elif type(value) is float:
        if not math.isfinite(value):
            raise at(wrong_value("expected a finite number"), *path)
    elif type(value) is not bool and not (nulls and value is None):
        raise at(wrong_type("a string, number, boolean, array or object", value), *path)


def _check_text(text: str, path: tuple[str | int, ...]) -> None:
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text):
        raise at(wrong_value("NUL characters and halves of characters are not allowed here"), *path)
