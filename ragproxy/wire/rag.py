"""What ragproxy adds to OpenAI's requests: the `rag` object and the fields beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from marshmallow import RAISE, Schema, ValidationError, fields, post_load

from ragproxy.domain import CacheUse, Carrier, RagOptions
from ragproxy.wire.fields import Flag, Identifier, Items, Language, Number, Text, Whole
from ragproxy.wire.filters import FilterField
from ragproxy.wire.sparse import Sparse
from ragproxy.wire.validation import Problem, at, wrong_type

CARRIERS: tuple[Carrier, ...] = get_args(Carrier)
KEYS = frozenset({"conversation_id", "files", "lang", "clientModel", "rag"})  # they never travel to an upstream
CACHE_TTL_S = 3600
MAX_TTL_S = 30 * 86_400
_TTL_S = Whole(1, MAX_TTL_S)


class CacheField(fields.Field):
    """true or false, or an object whose `ttl_s` is how many seconds the answer may be kept."""

    def __init__(self) -> None:
        seconds = {"type": "integer", "minimum": 1, "maximum": MAX_TTL_S, "default": CACHE_TTL_S}
        forms = [{"type": "boolean"}, {"type": "object", "properties": {"ttl_s": seconds}}, {"type": "null"}]
        super().__init__(allow_none=True, metadata={"oneOf": forms, "description": "Whether the answer may be cached"})

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> CacheUse:
        if type(value) is bool:
            return CacheUse(CACHE_TTL_S if value else 0)
        if type(value) is not dict:
            raise at(wrong_type("a boolean or an object", value))
        unknown = next((key for key in value if key != "ttl_s"), None)
        if unknown is not None:
            raise at(Problem("", "unknown_parameter", "Unknown parameter"), unknown)
        try:
            return CacheUse(_TTL_S.deserialize(value.get("ttl_s")) or CACHE_TTL_S)  # null is the default
        except ValidationError as err:
            raise ValidationError({"ttl_s": err.messages}) from None


class RagSchema(Schema):
    """The `rag` object. Unknown keys are refused: it is ours, and a misspelt `top_k` should not pass in silence."""

    class Meta:
        unknown = RAISE

    enabled = Flag(description="false: answer without looking anything up")
    stores = Items(Identifier(), max_items=32, description="Vector stores to search, by id or name")
    top_k = Whole(1, 50, description="Passages to look up")
    min_score = Number(0, 1, description="Passages scored lower are left out")
    filters = FilterField()
    sources = Items(Text(choices=CARRIERS), max_items=16, description="How the sources come back")
    cache = CacheField()

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> RagOptions:
        """The options; null means the default, as absence does."""
        stores, sources = data.get("stores"), data.get("sources")
        return RagOptions(
            enabled=data.get("enabled") is not False,
            stores=None if stores is None else tuple(stores),
            top_k=data.get("top_k"),
            min_score=data.get("min_score"),
            filters=data.get("filters"),
            sources=None if sources is None else tuple(dict.fromkeys(sources)),
            cache=data.get("cache"),
        )


class RagFields(Sparse):
    """The fields beside OpenAI's own, for every request that may be answered from documents."""

    conversation_id = Identifier(description="Goes on with that conversation; `new` begins one")
    files = Items(Identifier(), max_items=100, description="Answer from these files alone, by id")
    lang = Language(description="Language of the answer, ISO 639-1")
    clientModel = Identifier(description="Upstream model that writes this answer")  # the clients' spelling
    rag = fields.Nested(
        RagSchema, allow_none=True, metadata={"description": "How documents are looked up for this answer"}
    )


def rag_arguments(data: Mapping[str, Any]) -> dict[str, Any]:
    """The loaded fields, by their names in the domain. No files at all means no restriction."""
    return {
        "rag": data.get("rag") or RagOptions(),
        "files": tuple(data.get("files") or ()) or None,
        "lang": data.get("lang"),
        "client_model": data.get("clientModel"),
    }
