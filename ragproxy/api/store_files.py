"""/vector_stores/{id}/files: what a vector store holds."""

from __future__ import annotations

from flask import Response

from ragproxy.api.context import services, visit
from ragproxy.api.resource import Resource
from ragproxy.api.stream import json_response
from ragproxy.api.vector_stores import owned_store, progress
from ragproxy.domain import Attachment
from ragproxy.wire.files import deleted_json
from ragproxy.wire.paging import STORE_FILE_QUERY, StoreFileQuery, page_json
from ragproxy.wire.store_files import (
    ATTACHMENT,
    ATTRIBUTES_CHANGE,
    AttributesChange,
    content_json,
    store_file_json,
)

bp = Resource("vector_store_files", "Files of a vector store.")


@bp.route("/vector_stores/<vector_store_id>/files", methods=["POST"])
@bp.arguments(ATTACHMENT)
def create_vector_store_file(asked: Attachment, vector_store_id: str) -> Response:
    """Put a file into a vector store"""
    (file,) = services.state.files.attach_all(vector_store_id, [asked], owner=visit().caller.owner)
    services.jobs.ring()
    return json_response(store_file_json(file))


@bp.route("/vector_stores/<vector_store_id>/files", methods=["GET"])
@bp.arguments(STORE_FILE_QUERY, location="query")
def list_vector_store_files(query: StoreFileQuery, vector_store_id: str) -> Response:
    """List the files of a vector store"""
    page = services.state.files.page(owned_store(vector_store_id).id, query.cursor, query.status)
    return json_response(page_json([store_file_json(file) for file in page.items], page.has_more))


@bp.route("/vector_stores/<vector_store_id>/files/<file_id>", methods=["GET"])
def get_vector_store_file(vector_store_id: str, file_id: str) -> Response:
    """Retrieve a file of a vector store"""
    return progress(store_file_json(services.state.files.get(owned_store(vector_store_id).id, file_id)))


@bp.route("/vector_stores/<vector_store_id>/files/<file_id>", methods=["POST"])
@bp.arguments(ATTRIBUTES_CHANGE)
def update_vector_store_file(change: AttributesChange, vector_store_id: str, file_id: str) -> Response:
    """Change the attributes of a file"""
    store = owned_store(vector_store_id)
    file = services.state.files.update_attributes(store.id, file_id, change.attributes)
    return json_response(store_file_json(file))


@bp.route("/vector_stores/<vector_store_id>/files/<file_id>", methods=["DELETE"])
def delete_vector_store_file(vector_store_id: str, file_id: str) -> Response:
    """Take a file out of a vector store; it stays in the library"""
    file = services.state.files.get(owned_store(vector_store_id).id, file_id)
    services.state.files.mark_removing(file.store_id, [file.id])
    services.jobs.ring()
    return json_response(deleted_json(file.id, "vector_store.file.deleted"))


@bp.route("/vector_stores/<vector_store_id>/files/<file_id>/content", methods=["GET"])
def retrieve_vector_store_file_content(vector_store_id: str, file_id: str) -> Response:
    """Retrieve the text of a file as it was indexed"""
    file = services.state.files.get(owned_store(vector_store_id).id, file_id)
    return json_response(content_json(services.index.chunks(file.store_id, file.id)))
