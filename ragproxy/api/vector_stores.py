"""/vector_stores: the collections of documents that answers come from, and their search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response

from ragproxy.api.accounting import asking, tell_cost
from ragproxy.api.admission import admit_queries
from ragproxy.api.context import services, visit
from ragproxy.api.resource import Resource
from ragproxy.api.stream import json_response
from ragproxy.domain import Cursor, Store, StoreChange, Tally
from ragproxy.errors import Forbidden, InvalidRequest, UnknownStore
from ragproxy.wire.files import deleted_json
from ragproxy.wire.paging import STORE_QUERY, page_json
from ragproxy.wire.store_search import SEARCH_REQUEST, SearchRequest, search_json
from ragproxy.wire.vector_stores import STORE_CHANGE, STORE_REQUEST, StoreRequest, store_json

bp = Resource("vector_stores", "Vector stores: documents that can be searched, and answered from.", scope="files")

POLL_MS = 200


@bp.route("/vector_stores", methods=["POST"])
@bp.arguments(STORE_REQUEST)
def create_vector_store(asked: StoreRequest) -> Response:
    """Create a vector store"""
    caller = visit().caller
    services.state.library.all_readable(asked.file_ids, caller)
    store = services.state.stores.create(
        asked.name,
        owner=caller.owner,
        description=asked.description,
        metadata=asked.metadata,
        expires_after_days=asked.expires_after_days,
        groups=shared(asked.groups),
    )
    if asked.file_ids:
        store = services.librarian.fill(store, asked.file_ids, asked.chunking)
    return json_response(store_json(store))


@bp.route("/vector_stores", methods=["GET"])
@bp.arguments(STORE_QUERY, location="query")
def list_vector_stores(cursor: Cursor) -> Response:
    """List vector stores"""
    page = services.state.stores.readable(visit().caller).page(cursor)
    return json_response(page_json([store_json(store) for store in page.items], page.has_more))


@bp.route("/vector_stores/<vector_store_id>", methods=["GET"])
def get_vector_store(vector_store_id: str) -> Response:
    """Retrieve a vector store"""
    return json_response(store_json(services.state.stores.readable(visit().caller).get(vector_store_id)))


@bp.route("/vector_stores/<vector_store_id>", methods=["POST"])
@bp.arguments(STORE_CHANGE)
def modify_vector_store(change: StoreChange, vector_store_id: str) -> Response:
    """Modify a vector store"""
    store = owned_store(vector_store_id)
    if "groups" in change:
        shared(change["groups"])
    return json_response(store_json(services.state.stores.modify(store.id, owner=store.owner, **change)))


@bp.route("/vector_stores/<vector_store_id>", methods=["DELETE"])
def delete_vector_store(vector_store_id: str) -> Response:
    """Delete a vector store; its files stay in the library"""
    store = owned_store(vector_store_id)
    services.state.stores.mark_removing(store.id, owner=store.owner)
    services.jobs.ring()
    return json_response(deleted_json(vector_store_id, "vector_store.deleted"))


@bp.route("/vector_stores/<vector_store_id>/search", methods=["POST"])
@bp.arguments(SEARCH_REQUEST)
def search_vector_store(asked: SearchRequest, vector_store_id: str) -> Response:
    """Search a vector store"""
    store = readable_store(vector_store_id)
    if store.status == "expired":
        raise InvalidRequest(f"The vector store '{store.id}' has expired", code="vector_store_expired")
    tally = Tally()
    queries = asked.queries
    if asked.rewrite:
        model = f"rag/{store.id}"
        admit_queries(asking(model, tally), model, queries)
        queries = services.searcher.rewritten(queries, tally)
    passages = services.searcher.search(
        store.id,
        queries,
        top_k=asked.max_results,
        filters=asked.filters,
        min_score=asked.min_score,
        hidden=services.state.files.hidden(store.id, visit().caller),
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


def readable_store(store_id: str) -> Store:
    """The store of that id, without its counts, which take longer. UnknownStore unless the caller may read it."""
    store = services.state.stores.readable(visit().caller).find(store_id)
    if store.id != store_id:  # it is the name of one
        raise UnknownStore(f"There is no vector store '{store_id}'; its id is '{store.id}'")
    return store


def owned_store(store_id: str) -> Store:
    """The same, to be changed. Forbidden when others let the caller read it, and no more."""
    store = readable_store(store_id)
    if store.owner != visit().caller.owner:
        raise Forbidden(f"The vector store '{store_id}' is shared with you to be read; its owner alone changes it")
    return store


def shared(groups: Sequence[str]) -> Sequence[str]:
    """The groups, if the caller may let them read what is its own. Forbidden unless it is in them all.

    Whoever shares puts texts into the answers of others.
    """
    caller = visit().caller
    if not caller.admin and not caller.groups.issuperset(groups):
        raise Forbidden("You may share with groups that you are in, and with no others", param="groups")
    return groups
