"""/vector_stores/{id}/files: what a vector store holds."""

from __future__ import annotations

from flask import Response

from ragproxy.api.context import services, visit
from ragproxy.api.resource import Resource
from ragproxy.api.stream import json_response
from ragproxy.api.vector_stores import owned_store, progress, readable_store
from ragproxy.domain import Attachment, Store, StoredFile
from ragproxy.errors import NotFound
from ragproxy.wire.files import deleted_json
from ragproxy.wire.paging import STORE_FILE_QUERY, StoreFileQuery, page_json
from ragproxy.wire.store_files import (
    ATTACHMENT,
    ATTRIBUTES_CHANGE,
    AttributesChange,
    content_json,
    store_file_json,
)

bp = Resource("vector_store_files", "Files of a vector store.", scope="files")


@bp.route("/vector_stores/<vector_store_id>/files", methods=["POST"])
@bp.arguments(ATTACHMENT)
def create_vector_store_file(asked: Attachment, vector_store_id: str) -> Response:
    """Put a file into a vector store"""
    store = owned_store(vector_store_id)
    services.state.library.readable(asked.file_id, visit().caller)
    (file,) = services.state.files.attach_all(store.id, [asked], owner=store.owner)
    services.jobs.ring()
    return json_response(store_file_json(file))


@bp.route("/vector_stores/<vector_store_id>/files", methods=["GET"])
@bp.arguments(STORE_FILE_QUERY, location="query")
def list_vector_store_files(query: StoreFileQuery, vector_store_id: str) -> Response:
    """List the files of a vector store"""
    store = readable_store(vector_store_id)
    page = services.state.files.page(store.id, query.cursor, query.status, caller=visit().caller)
    return json_response(page_json([store_file_json(file) for file in page.items], page.has_more))


@bp.route("/vector_stores/<vector_store_id>/files/<file_id>", methods=["GET"])
def get_vector_store_file(vector_store_id: str, file_id: str) -> Response:
    """Retrieve a file of a vector store"""
    return progress(store_file_json(_file(readable_store(vector_store_id), file_id)))


@bp.route("/vector_stores/<vector_store_id>/files/<file_id>", methods=["POST"])
@bp.arguments(ATTRIBUTES_CHANGE)
def update_vector_store_file(change: AttributesChange, vector_store_id: str, file_id: str) -> Response:
    """Change the attributes of a file"""
    store = owned_store(vector_store_id)
    file = services.state.files.update_attributes(store.id, _file(store, file_id).id, change.attributes)
    return json_response(store_file_json(file))


@bp.route("/vector_stores/<vector_store_id>/files/<file_id>", methods=["DELETE"])
def delete_vector_store_file(vector_store_id: str, file_id: str) -> Response:
    """Take a file out of a vector store; it stays in the library"""
    file = _file(owned_store(vector_store_id), file_id)
    services.state.files.mark_removing(file.store_id, [file.id])
    services.jobs.ring()
    return json_response(deleted_json(file.id, "vector_store.file.deleted"))


@bp.route("/vector_stores/<vector_store_id>/files/<file_id>/content", methods=["GET"])
def retrieve_vector_store_file_content(vector_store_id: str, file_id: str) -> Response:
    """Retrieve the text of a file as it was indexed"""
    file = _file(readable_store(vector_store_id), file_id)
    return json_response(content_json(services.index.chunks(file.store_id, file.id)))


def _file(store: Store, file_id: str) -> StoredFile:
    """The file, unless the store keeps it from the caller: then it is as if it were not there."""
    file = services.state.files.get(store.id, file_id)
    if file.id in services.state.files.hidden(store.id, visit().caller):
        raise NotFound(f"No such File object: {file.id}", code="file_not_found")
    return file
