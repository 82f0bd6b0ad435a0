"""/batches: files of requests, answered in the background."""

from __future__ import annotations

from flask import Response

from ragproxy.api.context import services, visit
from ragproxy.api.resource import Resource
from ragproxy.api.stream import json_response
from ragproxy.domain import Cursor
from ragproxy.errors import NotFound
from ragproxy.wire.batch_jobs import BATCH_JOB_QUERY, BATCH_JOB_REQUEST, BatchJobRequest, batch_job_json
from ragproxy.wire.paging import page_json

bp = Resource("batches", "Batches: files of requests, answered in the background.", scope="chat")


@bp.route("/batches", methods=["POST"])
@bp.arguments(BATCH_JOB_REQUEST)
def create_batch(asked: BatchJobRequest) -> Response:
    """Create a batch of requests"""
    caller = visit().caller
    try:
        file = services.state.library.readable(asked.input_file_id, caller)
    except NotFound as err:
        raise NotFound(err.message, param="input_file_id", code=err.code) from err
    job = services.state.batch_jobs.create(
        caller=caller,
        endpoint=asked.endpoint,
        input_file_id=file.id,
        window_s=asked.window_s,
        metadata=asked.metadata,
        output_lifetime_s=asked.output_lifetime_s,
    )
    services.jobs.ring()
    return json_response(batch_job_json(job))


@bp.route("/batches", methods=["GET"])
@bp.arguments(BATCH_JOB_QUERY, location="query")
def list_batches(cursor: Cursor) -> Response:
    """List your batches"""
    page = services.state.batch_jobs.page(cursor, owner=visit().caller.owner)
    return json_response(page_json([batch_job_json(job) for job in page.items], page.has_more))


@bp.route("/batches/<batch_id>", methods=["GET"])
def retrieve_batch(batch_id: str) -> Response:
    """Retrieve a batch"""
    return json_response(batch_job_json(services.state.batch_jobs.get(batch_id, owner=visit().caller.owner)))


@bp.route("/batches/<batch_id>/cancel", methods=["POST"])
def cancel_batch(batch_id: str) -> Response:
    """Cancel a batch; what is done by then is kept"""
    job = services.state.batch_jobs.cancel(batch_id, owner=visit().caller.owner)
    services.jobs.ring()
    return json_response(batch_job_json(job))
