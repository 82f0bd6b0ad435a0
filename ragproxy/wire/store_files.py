"""Files of a vector store: how they are attached, and what clients see of them and of their text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validates_schema

from ragproxy.domain import Attachment, Chunk, Chunking, Failure, StoredFile
from ragproxy.wire.fields import Identifier, Text, Whole
from ragproxy.wire.parameters import MAX_KEY, MAX_PAIRS, MAX_VALUE, sized
from ragproxy.wire.validation import at, missing, wrong_type, wrong_value

MIN_CHUNK, MAX_CHUNK = 100, 4096  # tokens

_VALUES = [{"type": "string", "maxLength": MAX_VALUE}, {"type": "number"}, {"type": "boolean"}]


class Attributes(fields.Field):
    """Up to 16 values that searches can filter by: keys of 64 characters; strings of 512, numbers or booleans."""

    def __init__(self, *, required: bool = False) -> None:
        documented = {"type": "object", "additionalProperties": {"oneOf": _VALUES}, "maxProperties": MAX_PAIRS}
        super().__init__(required=required, allow_none=True, metadata=documented)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Mapping[str, Any]:
        for key, each in sized(value, MAX_PAIRS).items():
            if len(key) > MAX_KEY:
                raise at(wrong_value(f"expected keys of at most {MAX_KEY} characters, but got {len(key)}"))
            if type(each) not in (str, int, float, bool):
                raise at(wrong_type("a string, number or boolean", each), key)
            if type(each) is str and len(each) > MAX_VALUE:
                text = f"expected at most {MAX_VALUE} characters, but got {len(each)}"
                raise at(wrong_value(text, "string_above_max_length"), key)
        return value


class StaticChunkingSchema(Schema):
    """The sizes of the static strategy. Unknown keys are ignored."""

    class Meta:
        unknown = EXCLUDE

    max_chunk_size_tokens = Whole(MIN_CHUNK, MAX_CHUNK, required=True)
    chunk_overlap_tokens = Whole(0, required=True, description="At most half of max_chunk_size_tokens")

    @validates_schema
    def check_overlap(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse an overlap of more than half a chunk."""
        half = data["max_chunk_size_tokens"] // 2
        if data["chunk_overlap_tokens"] > half:
            problem = wrong_value(
                f"expected at most half of 'max_chunk_size_tokens' ({half}), but got {data['chunk_overlap_tokens']}",
                "integer_above_max_value",
            )
            raise ValidationError(problem, "chunk_overlap_tokens")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Chunking:
        """The sizes."""
        return Chunking(data["max_chunk_size_tokens"], data["chunk_overlap_tokens"])


class ChunkingSchema(Schema):
    """A chunking_strategy, loaded as None for auto. Unknown keys are ignored."""

    class Meta:
        unknown = EXCLUDE

    type = Text(required=True, choices=("auto", "static"))
    static = fields.Nested(StaticChunkingSchema, allow_none=True)

    @validates_schema
    def check_sizes(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse the static strategy without its sizes."""
        if data["type"] == "static" and data.get("static") is None:
            raise ValidationError(missing(), "static")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Chunking | None:
        """The client's sizes, or None for ours."""
        return data["static"] if data["type"] == "static" else None


class AttachmentSchema(Schema):
    """POST /vector_stores/{id}/files. Unknown keys are ignored."""

    class Meta:
        unknown = EXCLUDE

    file_id = Identifier(required=True)
    attributes = Attributes()
    chunking_strategy = fields.Nested(ChunkingSchema, allow_none=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Attachment:
        """The file."""
        return Attachment(data["file_id"], data.get("attributes") or {}, data.get("chunking_strategy"))


@dataclass(frozen=True, slots=True)
class AttributesChange:
    """The attributes that take the place of those a file has."""

    attributes: Mapping[str, Any]


class AttributesChangeSchema(Schema):
    """POST /vector_stores/{id}/files/{file_id}. Null takes every attribute away; unknown keys are ignored."""

    class Meta:
        unknown = EXCLUDE

    attributes = Attributes(required=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> AttributesChange:
        """The change."""
        return AttributesChange(data["attributes"] or {})


ATTACHMENT = AttachmentSchema()
ATTRIBUTES_CHANGE = AttributesChangeSchema()


def store_file_json(file: StoredFile) -> dict[str, Any]:
    """OpenAI's file of a vector store."""
    return {
        "id": file.id,
        "object": "vector_store.file",
        "usage_bytes": file.usage_bytes,
        "created_at": file.created,
        "vector_store_id": file.store_id,
        "status": file.status,
        "last_error": _error_json(file.error),
        "chunking_strategy": _chunking_json(file.chunking),
        "attributes": dict(file.attributes),
    }


def _error_json(error: Failure | None) -> dict[str, Any] | None:
    return None if error is None else {"code": error.code, "message": error.message}


def _chunking_json(chunking: Chunking | None) -> dict[str, Any]:
    if chunking is None:
        return {"type": "other"}  # ours cuts by characters and headings: token counts would be invented
    sizes = {"max_chunk_size_tokens": chunking.max_tokens, "chunk_overlap_tokens": chunking.overlap_tokens}
    return {"type": "static", "static": sizes}


def content_json(chunks: Iterable[Chunk]) -> dict[str, Any]:
    """The text of a file as it was indexed, a piece a chunk; always whole, since no client asks for a second page."""
    return {
        "object": "vector_store.file_content.page",
        "data": [{"type": "text", "text": chunk.text} for chunk in chunks],
        "has_more": False,
        "next_page": None,
    }
