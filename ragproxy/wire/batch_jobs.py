"""Batches of requests: how they are made, and what clients see of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, get_args

from marshmallow import EXCLUDE, Schema, fields, post_load

from ragproxy.domain import BatchEndpoint, BatchJob, BatchUsage, Cursor
from ragproxy.wire.fields import Identifier, Text
from ragproxy.wire.files import FileExpirySchema
from ragproxy.wire.paging import PageQuery
from ragproxy.wire.parameters import Metadata

WINDOWS_S = {"24h": 86_400}  # by their names


@dataclass(frozen=True, slots=True)
class BatchJobRequest:
    """A batch to make; the lifetime of the files that come of it is from their creation, None for ever."""

    input_file_id: str
    endpoint: BatchEndpoint
    window_s: int
    metadata: Mapping[str, str] | None = None
    output_lifetime_s: int | None = None


class BatchJobRequestSchema(Schema):
    """POST /batches. Unknown keys are ignored."""

    class Meta:
        unknown = EXCLUDE

    input_file_id = Identifier(required=True, description="A file of requests, uploaded with the purpose `batch`")
    endpoint = Text(required=True, choices=get_args(BatchEndpoint), description="What every line of the file asks")
    completion_window = Text(required=True, choices=tuple(WINDOWS_S))
    metadata = Metadata()
    output_expires_after = fields.Nested(FileExpirySchema, allow_none=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> BatchJobRequest:
        """The request."""
        return BatchJobRequest(
            input_file_id=data["input_file_id"],
            endpoint=data["endpoint"],
            window_s=WINDOWS_S[data["completion_window"]],
            metadata=data.get("metadata"),
            output_lifetime_s=data.get("output_expires_after"),
        )


class BatchJobQuerySchema(PageQuery):
    """GET /batches."""

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Cursor:
        """The query."""
        return self.cursor(data)


BATCH_JOB_REQUEST = BatchJobRequestSchema()
BATCH_JOB_QUERY = BatchJobQuerySchema()


def batch_job_json(job: BatchJob) -> dict[str, Any]:
    """OpenAI's batch. The time at which it ended is there under the name of how it did."""
    ended = {f"{ending}_at": job.ended if job.status == ending else None for ending in _ENDINGS}
    errors = [asdict(fault) for fault in job.errors]
    return {
        "id": job.id,
        "object": "batch",
        "endpoint": job.endpoint,
        "model": job.model,
        "errors": {"object": "list", "data": errors} if errors else None,
        "input_file_id": job.input_file_id,
        "completion_window": next(name for name, seconds in WINDOWS_S.items() if seconds == job.window_s),
        "status": job.status,
        "output_file_id": job.output_file_id,
        "error_file_id": job.error_file_id,
        "created_at": job.created,
        "in_progress_at": job.started,
        "expires_at": job.expires,
        "finalizing_at": None if job.cancelling else job.finalizing,
        "cancelling_at": job.cancelling,
        **ended,
        "request_counts": {"total": job.total, "completed": job.completed, "failed": job.failed},
        "usage": None if job.usage is None else _usage_json(job.usage),
        "metadata": None if job.metadata is None else dict(job.metadata),
    }


_ENDINGS = ("completed", "failed", "expired", "cancelled")


def _usage_json(usage: BatchUsage) -> dict[str, Any]:
    return {
        "input_tokens": usage.input,
        "input_tokens_details": {"cached_tokens": usage.cached},
        "output_tokens": usage.output,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning},
        "total_tokens": usage.input + usage.output,
    }
