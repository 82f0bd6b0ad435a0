"""API keys: how they are made and changed, and what administrators see of them. Ours, in the manner of OpenAI's."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from marshmallow import RAISE, Schema, ValidationError, fields, post_load

from ragproxy.domain import EVERYONE, SCOPES, ApiKey, Budget, KeyTerms, Limits, Period
from ragproxy.wire.fields import Identifier, Items, Number, Text, Whole
from ragproxy.wire.validation import at, missing, wrong_type, wrong_value

MAX_NAMES = 256  # of groups, models or stores
MAX_RATE = 1_000_000_000  # in a minute
MAX_USD = 1_000_000_000
MAX_GRACE_S = 30 * 86_400
LAST_S = 253_402_300_799  # the end of the year 9999


class LimitsSchema(Schema):
    """How much may be asked in a minute; null is no limit of its own."""

    class Meta:
        unknown = RAISE

    requests_per_minute = Whole(1, MAX_RATE, description="Requests in any 60 seconds")
    tokens_per_minute = Whole(1, MAX_RATE, description="Tokens of prompts and completions in any 60 seconds")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Limits:
        """The limits."""
        return Limits(data.get("requests_per_minute"), data.get("tokens_per_minute"))


class ModelLimits(fields.Field):
    """Names of models, each to its limits."""

    def __init__(self) -> None:
        about = "Limits of single models, beside those of the key"
        limit = {"type": ["integer", "null"], "minimum": 1, "maximum": MAX_RATE}
        limits = {"type": "object", "properties": {f"{what}_per_minute": limit for what in ("requests", "tokens")}}
        documented = {"type": "object", "description": about, "additionalProperties": limits}
        super().__init__(allow_none=True, metadata=documented)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> dict[str, Limits]:
        if type(value) is not dict:
            raise at(wrong_type("an object", value))
        if len(value) > MAX_NAMES:
            raise at(wrong_value(f"expected at most {MAX_NAMES} models, but got {len(value)}"))
        limits = {}
        for model, each in value.items():
            _MODEL.deserialize(model)
            if type(each) is not dict:
                raise at(wrong_type("an object", each), model)
            limits[model] = _below(model, each)
        return limits


class BudgetSchema(Schema):
    """Money for a calendar day or month, by UTC."""

    class Meta:
        unknown = RAISE

    usd = Number(0, MAX_USD, description="US dollars")
    period = Text(required=True, choices=get_args(Period))

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Budget:
        """The budget."""
        if data.get("usd") is None:
            raise at(missing(), "usd")
        return Budget(float(data["usd"]), data["period"])


class _TermsSchema(Schema):
    """What is said of a key. Unknown keys are refused: a limit that is misspelt is no limit."""

    class Meta:
        unknown = RAISE

    name = Identifier(max_length=256, description="What the key is for")
    scopes = Items(Text(choices=SCOPES), min_items=1, max_items=len(SCOPES), description="Kinds of routes it may use")
    groups = Items(Identifier(max_length=256), max_items=MAX_NAMES, description="Groups it is in")
    models = Items(
        Identifier(), max_items=MAX_NAMES, description="Names that `model` may hold, `*` for anything; null: all"
    )
    vector_stores = Items(
        Identifier(), max_items=MAX_NAMES, description="Vector stores it may use, by id or name; null: all of its owner"
    )
    limits = fields.Nested(LimitsSchema, allow_none=True)
    model_limits = ModelLimits()
    budget = fields.Nested(BudgetSchema, allow_none=True)
    expires_at = Whole(0, LAST_S, description="When it ends, in epoch seconds; null: never")


class KeyRequestSchema(_TermsSchema):
    """POST /admin/keys. Null means the default, as absence does."""

    name = Identifier(required=True, max_length=256, description="What the key is for")
    owner = Identifier(max_length=256, description="The project whose files and stores it uses; `default` by default")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> KeyRequest:
        """The request."""
        owner = data.pop("owner", None) or "default"
        if owner == EVERYONE:
            raise at(wrong_value(f"'{EVERYONE}' stands for everybody"), "owner")
        expires = data.get("expires_at")
        if expires is not None and expires <= time.time():
            raise at(wrong_value("expected a time to come"), "expires_at")
        return KeyRequest(owner, _terms({name: value for name, value in data.items() if value is not None}))


class KeyChangeSchema(_TermsSchema):
    """POST /admin/keys/{id}. Null takes a limit, a budget, an expiry or a restriction away, and leaves the rest."""

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> KeyTerms:
        """The change, by the names of the domain."""
        kept = ("name", "scopes")  # a key always has them
        return _terms({name: value for name, value in data.items() if name not in kept or value is not None})


class RotationSchema(Schema):
    """POST /admin/keys/{id}/rotate."""

    class Meta:
        unknown = RAISE

    grace_seconds = Whole(0, MAX_GRACE_S, description="How long the former secret is still good; 0 by default")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> int:
        """The seconds."""
        return data.get("grace_seconds") or 0


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """A key to make; `terms` have a name."""

    owner: str
    terms: KeyTerms


_MODEL = Identifier(required=True)
_LIMITS = LimitsSchema()
KEY_REQUEST = KeyRequestSchema()
KEY_CHANGE = KeyChangeSchema()
ROTATION = RotationSchema()


def key_json(key: ApiKey, secret: str | None = None) -> dict[str, Any]:
    """The API key object; with its `value` when it has just got one, as at OpenAI."""
    now = time.time()
    shown = {
        "id": key.id,
        "object": "api_key",
        "name": key.name,
        "prefix": key.prefix,
        "owner": key.owner,
        "status": key.status(now),
        "scopes": list(key.scopes),
        "groups": list(key.groups),
        "models": None if key.models is None else list(key.models),
        "vector_stores": None if key.stores is None else list(key.stores),
        "limits": _limits_json(key.limits),
        "model_limits": {model: _limits_json(limits) for model, limits in key.model_limits.items()},
        "budget": None if key.budget is None else {"usd": key.budget.usd, "period": key.budget.period},
        "created_at": key.created,
        "expires_at": key.expires,
        "revoked_at": key.revoked,
        "last_used_at": key.last_used,
    }
    return shown if secret is None else {**shown, "value": secret}


def _limits_json(limits: Limits) -> dict[str, int | None]:
    return {"requests_per_minute": limits.requests, "tokens_per_minute": limits.tokens}


def _below(key: str, value: Mapping[str, Any]) -> Limits:
    """The limits, or what is wrong with them, at their key."""
    try:
        limits: Limits = _LIMITS.load(value)
    except ValidationError as err:
        raise ValidationError({key: err.messages}) from None
    return limits


def _terms(data: Mapping[str, Any]) -> KeyTerms:
    """The fields, by the names of the domain; null where it says that there is nothing of it."""
    terms = KeyTerms()
    if "name" in data:
        terms["name"] = data["name"]
    if "scopes" in data:
        terms["scopes"] = tuple(dict.fromkeys(data["scopes"]))
    if "groups" in data:
        terms["groups"] = tuple(dict.fromkeys(data["groups"] or ()))
    if "models" in data:
        terms["models"] = _names(data["models"])
    if "vector_stores" in data:
        terms["stores"] = _names(data["vector_stores"])
    if "limits" in data:
        terms["limits"] = data["limits"] or Limits()
    if "model_limits" in data:
        terms["model_limits"] = data["model_limits"] or {}
    if "budget" in data:
        terms["budget"] = data["budget"]
    if "expires_at" in data:
        terms["expires"] = data["expires_at"]
    return terms


def _names(names: list[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(dict.fromkeys(names))
