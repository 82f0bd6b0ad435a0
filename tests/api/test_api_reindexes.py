"""POST and GET /vector_stores/{id}/reindex."""

from tests.api.library import index, made, refused, right, services_of, strangers_store, uploaded


def test_a_reindex_is_asked_for_watched_and_done(client):
    store = made(client, file_ids=[uploaded(client)])
    index(client)
    answer = client.post(f"/v1/vector_stores/{store}/reindex")
    asked = right(answer)
    assert answer.headers["openai-poll-after-ms"].isdigit()
    assert asked == {
        "object": "vector_store.reindex",
        "vector_store_id": store,
        "status": "in_progress",
        "done": 0,
        "total": 0,
        "error": None,
        "created_at": asked["created_at"],
        "finished_at": None,
    }
    assert right(client.get(f"/vector_stores/{store}/reindex")) == asked
    assert services_of(client).reindexer.work(lambda: False)
    answer = client.get(f"/v1/vector_stores/{store}/reindex")
    done = right(answer)
    assert (done["status"], done["done"], done["total"], done["error"]) == ("completed", 1, 1, None)
    assert done["finished_at"] >= done["created_at"]
    assert "openai-poll-after-ms" not in answer.headers
    found = right(client.post(f"/v1/vector_stores/{store}/search", json={"query": "tower"}))["data"]
    assert [one["filename"] for one in found] == ["tower.txt"]


def test_asking_twice_is_asking_once(client):
    store = made(client)
    first = right(client.post(f"/v1/vector_stores/{store}/reindex"))
    assert right(client.post(f"/v1/vector_stores/{store}/reindex", json={})) == first
    assert services_of(client).reindexer.work(lambda: False)
    assert not services_of(client).reindexer.work(lambda: False)


def test_one_that_was_never_asked_for_is_not_found(client):
    store = made(client)
    message = refused(client.get(f"/v1/vector_stores/{store}/reindex"), 404, "reindex_not_found")
    assert store in message


def test_somebody_elses_store_is_not_found(client):
    for store in ("vs_none", strangers_store(client)):
        for method in (client.get, client.post):
            assert store in refused(method(f"/v1/vector_stores/{store}/reindex"), 404, "vector_store_not_found")
