"""/admin/stores: vector stores of every owner and their documents. Ours, not OpenAI's."""

from __future__ import annotations

from flask import Response

from ragproxy.api.context import services
from ragproxy.api.resource import Resource
from ragproxy.api.stream import json_response
from ragproxy.api.vector_stores import progress
from ragproxy.domain import Store
from ragproxy.errors import NotFound
from ragproxy.wire.admin_stores import (
    ADMIN_STORE_QUERY,
    AdminStoreQuery,
    admin_file_json,
    admin_store_json,
    whole_store_json,
)
from ragproxy.wire.files import deleted_json
from ragproxy.wire.paging import STORE_FILE_QUERY, StoreFileQuery, page_json
from ragproxy.wire.reindexes import reindex_json

bp = Resource("admin_stores", "Vector stores of this server's callers, for its administrator.", scope="admin")


@bp.route("/stores", methods=["GET"])
@bp.arguments(ADMIN_STORE_QUERY, location="query")
def list_stores(asked: AdminStoreQuery) -> Response:
    """List vector stores, of one owner or of all"""
    stores = services.state.stores
    page = (stores.all() if asked.owner is None else stores.of(asked.owner)).page(asked.cursor)
    return json_response(page_json([admin_store_json(store) for store in page.items], page.has_more))


@bp.route("/stores/<store_id>", methods=["GET"])
def get_store(store_id: str) -> Response:
    """Retrieve a vector store of any owner, with its last reindex"""
    store = _store(store_id)
    try:
        reindex = services.state.reindexes.get(store.id, owner=store.owner)
    except NotFound:
        reindex = None
    return json_response(whole_store_json(store, reindex))


@bp.route("/stores/<store_id>", methods=["DELETE"])
def delete_store(store_id: str) -> Response:
    """Delete a vector store of any owner; its files stay in the library"""
    store = _store(store_id)
    services.state.stores.mark_removing(store.id, owner=store.owner)
    services.jobs.ring()
    return json_response(deleted_json(store.id, "vector_store.deleted"))


@bp.route("/stores/<store_id>/reindex", methods=["POST"])
def reindex_store(store_id: str) -> Response:
    """Index a vector store of any owner anew; the old index answers until the new one is whole"""
    store = _store(store_id)
    reindex = services.state.reindexes.ask(store.id, owner=store.owner)
    services.jobs.ring()
    return progress(reindex_json(reindex))


@bp.route("/stores/<store_id>/files", methods=["GET"])
@bp.arguments(STORE_FILE_QUERY, location="query")
def list_store_files(query: StoreFileQuery, store_id: str) -> Response:
    """List what a vector store of any owner holds, with what failed and why"""
    page = services.state.files.page(_store(store_id).id, query.cursor, query.status)
    return json_response(page_json([admin_file_json(file) for file in page.items], page.has_more))


@bp.route("/stores/<store_id>/files/<file_id>/retry", methods=["POST"])
def retry_store_file(store_id: str, file_id: str) -> Response:
    """Index a document again that has failed or was cancelled"""
    store = _store(store_id)
    file = services.state.files.get(store.id, file_id)
    if file.status in ("failed", "cancelled"):
        (file,) = services.state.files.attach(store.id, [file.id], owner=store.owner, chunking=file.chunking)
        services.jobs.ring()
    return progress(admin_file_json(file))


@bp.route("/stores/<store_id>/files/<file_id>", methods=["DELETE"])
def delete_store_file(store_id: str, file_id: str) -> Response:
    """Take a document out of a vector store of any owner; it stays in the library"""
    file = services.state.files.get(_store(store_id).id, file_id)
    services.state.files.mark_removing(file.store_id, [file.id])
    services.jobs.ring()
    return json_response(deleted_json(file.id, "vector_store.file.deleted"))


def _store(store_id: str) -> Store:
    return services.state.stores.all().get(store_id)
