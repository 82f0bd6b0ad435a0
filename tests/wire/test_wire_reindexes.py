"""What clients poll while a vector store is indexed anew."""

from ragproxy.domain import Failure, Reindex
from ragproxy.wire.reindexes import reindex_json


def test_one_that_runs():
    assert reindex_json(Reindex("vs_1", "in_progress", 3, 10, 1_700_000_000)) == {
        "object": "vector_store.reindex",
        "vector_store_id": "vs_1",
        "status": "in_progress",
        "done": 3,
        "total": 10,
        "error": None,
        "created_at": 1_700_000_000,
        "finished_at": None,
    }


def test_one_that_failed_says_why():
    failed = Reindex("vs_1", "failed", 3, 10, 1_700_000_000, 1_700_000_009, Failure("server_error", "It is down"))
    shown = reindex_json(failed)
    assert shown["error"] == {"code": "server_error", "message": "It is down"}
    assert (shown["status"], shown["finished_at"]) == ("failed", 1_700_000_009)
