"""Vector stores: how they are made and changed, and what clients see of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load

from ragproxy.domain import Chunking, Counts, Store, StoreChange
from ragproxy.wire.fields import Identifier, Items, Text, Whole
from ragproxy.wire.groups import Groups, groups_json
from ragproxy.wire.parameters import Metadata
from ragproxy.wire.store_files import ChunkingSchema
from ragproxy.wire.validation import at, wrong_value

MAX_NAME = 256  # characters
MAX_DESCRIPTION = 4096
MAX_FIRST_FILES = 500  # of a new store


class Description(Text):
    """A text of any lines, without the one character that databases do not store."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        value = super()._deserialize(value, attr, data, **kwargs)
        if "\0" in value:
            raise at(wrong_value("NUL characters are not allowed here"))
        return value


class StoreExpirySchema(Schema):
    """`expires_after` of a store, loaded as days."""

    class Meta:
        unknown = EXCLUDE

    anchor = Text(required=True, choices=("last_active_at",))
    days = Whole(1, 365, required=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> int:
        """The days."""
        return data["days"]


@dataclass(frozen=True, slots=True)
class StoreRequest:
    """A store to make, with its first files, each once; `chunking` None means ours."""

    name: str | None = None
    description: str | None = None
    file_ids: tuple[str, ...] = ()
    chunking: Chunking | None = None
    expires_after_days: int | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    groups: tuple[str, ...] = ()


class StoreRequestSchema(Schema):
    """POST /vector_stores. Unknown keys are ignored."""

    class Meta:
        unknown = EXCLUDE

    name = Identifier(max_length=MAX_NAME)
    description = Description(max_length=MAX_DESCRIPTION)
    file_ids = Items(Identifier(), max_items=MAX_FIRST_FILES)
    chunking_strategy = fields.Nested(ChunkingSchema, allow_none=True)
    expires_after = fields.Nested(StoreExpirySchema, allow_none=True)
    metadata = Metadata()
    groups = Groups()

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> StoreRequest:
        """The request; null means the default, as absence does."""
        return StoreRequest(
            name=data.get("name"),
            description=data.get("description"),
            file_ids=tuple(dict.fromkeys(data.get("file_ids") or ())),
            chunking=data.get("chunking_strategy"),
            expires_after_days=data.get("expires_after"),
            metadata=data.get("metadata") or {},
            groups=tuple(data.get("groups") or ()),
        )


class StoreChangeSchema(Schema):
    """POST /vector_stores/{id}. Null takes the expiry, the metadata or the groups away, and leaves the name.

    Unknown keys are ignored.
    """

    class Meta:
        unknown = EXCLUDE

    name = Identifier(max_length=MAX_NAME)
    expires_after = fields.Nested(StoreExpirySchema, allow_none=True)
    metadata = Metadata()
    groups = Groups()

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> StoreChange:
        """The change, by the names of the domain."""
        change = StoreChange()
        if data.get("name") is not None:  # a store always has one
            change["name"] = data["name"]
        if "expires_after" in data:
            change["expires_after_days"] = data["expires_after"]
        if "metadata" in data:
            change["metadata"] = data["metadata"] or {}
        if "groups" in data:
            change["groups"] = data["groups"] or ()
        return change


STORE_REQUEST = StoreRequestSchema()
STORE_CHANGE = StoreChangeSchema()


def store_json(store: Store) -> dict[str, Any]:
    """OpenAI's vector store object."""
    days = store.expires_after_days
    return {
        "id": store.id,
        "object": "vector_store",
        "created_at": store.created,
        "name": store.name,
        "description": store.description,
        "usage_bytes": store.usage_bytes,
        "file_counts": counts_json(store.counts),
        "status": store.status,
        "expires_after": None if days is None else {"anchor": "last_active_at", "days": days},
        "expires_at": store.expires,
        "last_active_at": store.last_active or None,
        "metadata": dict(store.metadata),
        **groups_json(store.groups),
    }


def counts_json(counts: Counts) -> dict[str, int]:
    """OpenAI's file_counts."""
    return {
        "in_progress": counts.in_progress,
        "completed": counts.completed,
        "failed": counts.failed,
        "cancelled": counts.cancelled,
        "total": counts.total,
    }
