"""/vector_stores: the collections of documents that answers come from, and their search."""

from __future__ import annotations

from typing import Any

from flask import Response

from ragproxy.api.accounting import settling, tell_cost
from ragproxy.api.context import services, visit
from ragproxy.api.resource import Resource
from ragproxy.api.stream import json_response
from ragproxy.domain import Cursor, Store, StoreChange, Tally
from ragproxy.errors import InvalidRequest, UnknownStore
from ragproxy.wire.files import deleted_json
from ragproxy.wire.paging import STORE_QUERY, page_json
from ragproxy.wire.store_search import SEARCH_REQUEST, SearchRequest, search_json
from ragproxy.wire.vector_stores import STORE_CHANGE, STORE_REQUEST, StoreRequest, store_json

bp = Resource("vector_stores", "Vector stores: documents that can be searched, and answered from.")

POLL_MS = 200


@bp.route("/vector_stores", methods=["POST"])
@bp.arguments(STORE_REQUEST)
def create_vector_store(asked: StoreRequest) -> Response:
    """Create a vector store"""
    store = services.state.stores.create(
        asked.name,
        owner=visit().caller.owner,
        description=asked.description,
        metadata=asked.metadata,
        expires_after_days=asked.expires_after_days,
    )
    if asked.file_ids:
        store = services.librarian.fill(store, asked.file_ids, asked.chunking)
    return json_response(store_json(store))


@bp.route("/vector_stores", methods=["GET"])
@bp.arguments(STORE_QUERY, location="query")
def list_vector_stores(cursor: Cursor) -> Response:
    """List vector stores"""
    page = services.state.stores.page(visit().caller.owner, cursor)
    return json_response(page_json([store_json(store) for store in page.items], page.has_more))


@bp.route("/vector_stores/<vector_store_id>", methods=["GET"])
def get_vector_store(vector_store_id: str) -> Response:
    """Retrieve a vector store"""
    return json_response(store_json(services.state.stores.get(vector_store_id, owner=visit().caller.owner)))


@bp.route("/vector_stores/<vector_store_id>", methods=["POST"])
@bp.arguments(STORE_CHANGE)
def modify_vector_store(change: StoreChange, vector_store_id: str) -> Response:
    """Modify a vector store"""
    owner = visit().caller.owner
    return json_response(store_json(services.state.stores.modify(vector_store_id, owner=owner, **change)))


@bp.route("/vector_stores/<vector_store_id>", methods=["DELETE"])
def delete_vector_store(vector_store_id: str) -> Response:
    """Delete a vector store; its files stay in the library"""
    services.state.stores.mark_removing(vector_store_id, owner=visit().caller.owner)
    services.jobs.ring()
    return json_response(deleted_json(vector_store_id, "vector_store.deleted"))


@bp.route("/vector_stores/<vector_store_id>/search", methods=["POST"])
@bp.arguments(SEARCH_REQUEST)
def search_vector_store(asked: SearchRequest, vector_store_id: str) -> Response:
    """Search a vector store"""
    store = owned_store(vector_store_id)
    if store.status == "expired":
        raise InvalidRequest(f"The vector store '{store.id}' has expired", code="vector_store_expired")
    tally = Tally()
    queries = services.searcher.rewritten(asked.queries, tally) if asked.rewrite else asked.queries
    settling(f"rag/{store.id}", tally)()
    passages = services.searcher.search(
        store.id, queries, top_k=asked.max_results, filters=asked.filters, min_score=asked.min_score
    )
    response = json_response(search_json(queries, passages))
    tell_cost(response, tally)
    return response


def progress(body: dict[str, Any]) -> Response:
    """The JSON of something that clients poll, with when to ask again: their own second is long for small files."""
    response = json_response(body)
    if body["status"] == "in_progress":
        response.headers["openai-poll-after-ms"] = str(POLL_MS)
    return response


def owned_store(store_id: str) -> Store:
    """The caller's store of that id, without its counts, which take longer. UnknownStore when there is none."""
    store = services.state.stores.find(store_id, owner=visit().caller.owner)
    if store.id != store_id:  # it is the name of one
        raise UnknownStore(f"There is no vector store '{store_id}'; its id is '{store.id}'")
    return store
