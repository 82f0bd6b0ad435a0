"""Batches: many files put into a vector store at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validates_schema

from ragproxy.domain import Attachment, Batch
from ragproxy.wire.fields import Identifier, Items
from ragproxy.wire.store_files import AttachmentSchema, Attributes, ChunkingSchema
from ragproxy.wire.validation import alone, missing
from ragproxy.wire.vector_stores import counts_json

MAX_ENTRIES = 2000


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """The files to put into a store, each once, in the order given."""

    attachments: tuple[Attachment, ...]


class BatchRequestSchema(Schema):
    """POST /vector_stores/{id}/file_batches. Unknown keys are ignored."""

    class Meta:
        unknown = EXCLUDE

    file_ids = Items(Identifier(), min_items=1, max_items=MAX_ENTRIES)
    files = Items(fields.Nested(AttachmentSchema), min_items=1, max_items=MAX_ENTRIES)
    attributes = Attributes()
    chunking_strategy = fields.Nested(ChunkingSchema, allow_none=True)

    @validates_schema
    def check_forms(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse both forms, or none."""
        ids, files = data.get("file_ids") is not None, data.get("files") is not None
        if ids and files:
            raise ValidationError(alone("Send either 'file_ids' or 'files', not both"), "files")
        if not ids and not files:
            raise ValidationError(
                alone("Missing required parameter 'file_ids' (or 'files')", missing().code), "file_ids"
            )

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> BatchRequest:
        """The files; of two entries for one file the last counts, as if they had come one after the other."""
        attachments = data["files"] if data.get("files") is not None else _alike(data)
        return BatchRequest(tuple({each.file_id: each for each in attachments}.values()))


def _alike(data: Mapping[str, Any]) -> list[Attachment]:
    """The same attributes and strategy for every file; with `files` OpenAI ignores these."""
    attributes, chunking = data.get("attributes") or {}, data.get("chunking_strategy")
    return [Attachment(file_id, attributes, chunking) for file_id in data["file_ids"]]


BATCH_REQUEST = BatchRequestSchema()


def batch_json(batch: Batch) -> dict[str, Any]:
    """OpenAI's batch of files."""
    return {
        "id": batch.id,
        "object": "vector_store.files_batch",
        "created_at": batch.created,
        "vector_store_id": batch.store_id,
        "status": batch.status,
        "file_counts": counts_json(batch.counts),
    }
