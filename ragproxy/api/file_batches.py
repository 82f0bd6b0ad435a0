"""/vector_stores/{id}/file_batches: many files put into a vector store at once, and watched together."""

from __future__ import annotations

from flask import Response

from ragproxy.api.context import services, visit
from ragproxy.api.resource import Resource
from ragproxy.api.stream import json_response
from ragproxy.api.vector_stores import owned_store, progress
from ragproxy.domain import Batch
from ragproxy.wire.file_batches import BATCH_REQUEST, BatchRequest, batch_json
from ragproxy.wire.paging import STORE_FILE_QUERY, StoreFileQuery, page_json
from ragproxy.wire.store_files import store_file_json

bp = Resource("vector_store_file_batches", "Batches of files of a vector store.", scope="files")


@bp.route("/vector_stores/<vector_store_id>/file_batches", methods=["POST"])
@bp.arguments(BATCH_REQUEST)
def create_vector_store_file_batch(asked: BatchRequest, vector_store_id: str) -> Response:
    """Put files into a vector store"""
    store = owned_store(vector_store_id)
    services.state.library.all_readable([each.file_id for each in asked.attachments], visit().caller)
    batch = services.state.batches.create(store.id, owner=store.owner, files=asked.attachments)
    services.jobs.ring()
    return json_response(batch_json(batch))


@bp.route("/vector_stores/<vector_store_id>/file_batches/<batch_id>", methods=["GET"])
def get_vector_store_file_batch(vector_store_id: str, batch_id: str) -> Response:
    """Retrieve a batch"""
    return progress(batch_json(_batch(vector_store_id, batch_id)))


@bp.route("/vector_stores/<vector_store_id>/file_batches/<batch_id>/cancel", methods=["POST"])
def cancel_vector_store_file_batch(vector_store_id: str, batch_id: str) -> Response:
    """Cancel what is left of a batch"""
    batch = _batch(vector_store_id, batch_id)
    services.state.files.cancel_batch(batch.store_id, batch.id)
    services.jobs.ring()
    return json_response(batch_json(_batch(vector_store_id, batch_id)))


@bp.route("/vector_stores/<vector_store_id>/file_batches/<batch_id>/files", methods=["GET"])
@bp.arguments(STORE_FILE_QUERY, location="query")
def list_files_in_vector_store_batch(query: StoreFileQuery, vector_store_id: str, batch_id: str) -> Response:
    """List the files of a batch"""
    batch = _batch(vector_store_id, batch_id)
    page = services.state.files.page(batch.store_id, query.cursor, query.status, batch.id, caller=visit().caller)
    return json_response(page_json([store_file_json(file) for file in page.items], page.has_more))


def _batch(store_id: str, batch_id: str) -> Batch:
    store = owned_store(store_id)
    return services.state.batches.get(batch_id, store_id=store.id, owner=store.owner)
