"""/vector_stores/{id}/reindex: a store's index made anew, by the embedder that is configured now; a route of ours."""

from __future__ import annotations

from flask import Response

from ragproxy.api.context import services, visit
from ragproxy.api.resource import Resource
from ragproxy.api.vector_stores import owned_store, progress
from ragproxy.wire.reindexes import reindex_json

bp = Resource("vector_store_reindex", "Make the index of a vector store anew (not one of OpenAI's).", scope="files")


@bp.route("/vector_stores/<vector_store_id>/reindex", methods=["POST"])
def reindex_vector_store(vector_store_id: str) -> Response:
    """Index a vector store anew; the old index answers until the new one is whole"""
    store = owned_store(vector_store_id)
    reindex = services.state.reindexes.ask(store.id, owner=store.owner)
    services.jobs.ring()
    return progress(reindex_json(reindex))


@bp.route("/vector_stores/<vector_store_id>/reindex", methods=["GET"])
def get_vector_store_reindex(vector_store_id: str) -> Response:
    """Retrieve the last reindex of a vector store"""
    store = owned_store(vector_store_id)
    return progress(reindex_json(services.state.reindexes.get(store.id, owner=visit().caller.owner)))
