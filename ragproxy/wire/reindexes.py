"""The reindex of a vector store: a route of our own, in the manner of OpenAI's."""

from __future__ import annotations

from typing import Any

from ragproxy.domain import Reindex


def reindex_json(reindex: Reindex) -> dict[str, Any]:
    """What clients poll; `done` and `total` count chunks."""
    error = reindex.error
    return {
        "object": "vector_store.reindex",
        "vector_store_id": reindex.store_id,
        "status": reindex.status,
        "done": reindex.done,
        "total": reindex.total,
        "error": None if error is None else {"code": error.code, "message": error.message},
        "created_at": reindex.created,
        "finished_at": reindex.finished,
    }
