"""/vector_stores and their search, in one process."""

import pytest

from ragproxy.domain import Chunking
from tests.api.library import index, made, refused, right, services_of, strangers_file, strangers_store, uploaded

TOWER = "The Eiffel Tower is 330 metres tall. It stands in Paris, on the Champ de Mars."
LOUVRE = "Le musée du Louvre ferme le mardi. Il ouvre à neuf heures."
ZANZIBAR = "Zanzibar lies in the Indian Ocean, off the coast of Tanzania."


def test_a_store_is_answered_as_openai_does(client):
    days = {"anchor": "last_active_at", "days": 2}
    answer = right(
        client.post(
            "/v1/vector_stores",
            json={"name": "Paris", "description": "Sights", "metadata": {"a": "b"}, "expires_after": days},
        )
    )
    assert answer == {
        "id": answer["id"],
        "object": "vector_store",
        "created_at": answer["created_at"],
        "name": "Paris",
        "description": "Sights",
        "usage_bytes": 0,
        "file_counts": {"in_progress": 0, "completed": 0, "failed": 0, "cancelled": 0, "total": 0},
        "status": "completed",
        "expires_after": days,
        "expires_at": answer["created_at"] + 2 * 86_400,
        "last_active_at": answer["created_at"],
        "metadata": {"a": "b"},
    }
    assert right(client.get(f"/v1/vector_stores/{answer['id']}")) == answer


def test_a_store_needs_nothing_and_two_may_have_one_name(client):
    assert right(client.post("/v1/vector_stores", json={}))["name"] == ""
    assert made(client, name="twin") != made(client, name="twin")


def test_a_store_is_born_with_its_files(client):
    ids = [uploaded(client, TOWER), uploaded(client, LOUVRE)]
    sizes = {"type": "static", "static": {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 0}}
    store = right(client.post("/v1/vector_stores", json={"file_ids": [*ids, ids[0]], "chunking_strategy": sizes}))
    assert store["status"] == "in_progress"
    assert store["file_counts"]["in_progress"] == store["file_counts"]["total"] == 2
    assert index(client) == 2
    done = right(client.get(f"/v1/vector_stores/{store['id']}"))
    assert (done["status"], done["file_counts"]["completed"]) == ("completed", 2)
    assert done["usage_bytes"] > 0
    assert services_of(client).state.files.get(store["id"], ids[0]).chunking == Chunking(100, 0)


@pytest.mark.parametrize("whose", ["nobody's", "somebody else's"])
def test_a_store_with_a_file_that_is_not_there_is_not_made(client, whose):
    file_id = "file-nowhere" if whose == "nobody's" else strangers_file(client)
    before = _ids(client)
    answer = client.post("/v1/vector_stores", json={"file_ids": [uploaded(client), file_id]})
    assert file_id in refused(answer, 404, "file_not_found")
    assert _ids(client) == before


def test_stores_are_listed_page_by_page_in_both_directions(make_app):
    client = make_app().test_client()
    ids = [made(client, name=str(number)) for number in range(5)]
    assert _ids(client) == ids[::-1]
    assert _ids(client, order="asc", limit=2, after=ids[1]) == ids[2:4]
    assert _ids(client, order="asc", limit=2, before=ids[3]) == ids[1:3]
    page = right(client.get("/v1/vector_stores?limit=2"))
    assert (page["first_id"], page["last_id"], page["has_more"]) == (ids[4], ids[3], True)
    refused(client.get("/v1/vector_stores?limit=101"), 400, "integer_above_max_value", "limit")


def test_a_change_changes_what_it_names(client):
    store = made(client, name="before", metadata={"a": "b"}, expires_after={"anchor": "last_active_at", "days": 1})
    path = f"/v1/vector_stores/{store}"
    after = right(client.post(path, json={"name": "after"}))
    assert (after["name"], after["metadata"], after["expires_after"]["days"]) == ("after", {"a": "b"}, 1)
    cleared = right(client.post(path, json={"expires_after": None, "metadata": None}))
    assert (cleared["name"], cleared["metadata"], cleared["expires_after"]) == ("after", {}, None)
    assert right(client.get(path)) == cleared


def test_a_deleted_store_is_gone_and_its_files_stay(client):
    file_id = uploaded(client, TOWER)
    store = made(client, file_ids=[file_id])
    index(client)
    answer = right(client.delete(f"/v1/vector_stores/{store}"))
    assert answer == {"id": store, "object": "vector_store.deleted", "deleted": True}
    for method, path in (("get", ""), ("delete", ""), ("get", "/files"), ("get", f"/files/{file_id}/content")):
        refused(client.open(f"/v1/vector_stores/{store}{path}", method=method), 404, "vector_store_not_found")
    right(client.get(f"/v1/files/{file_id}"))
    index(client)
    assert services_of(client).index.count(store) == 0


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("get", "", None),
        ("post", "", {"name": "mine"}),
        ("delete", "", None),
        ("post", "/search", {"query": "tower"}),
        ("get", "/files", None),
        ("post", "/files", {"file_id": "file-1"}),
        ("get", "/files/file-1", None),
        ("post", "/files/file-1", {"attributes": {}}),
        ("delete", "/files/file-1", None),
        ("get", "/files/file-1/content", None),
        ("post", "/file_batches", {"file_ids": ["file-1"]}),
    ],
)
def test_a_store_that_is_not_there_or_not_mine_is_404_with_its_id(client, method, path, body):
    made(client, name="by-name")
    for store in ("vs_nowhere", strangers_store(client), "by-name"):
        answer = client.open(f"/v1/vector_stores/{store}{path}", method=method, json=body)
        assert store in refused(answer, 404, "vector_store_not_found")


# ---- search ----


def test_what_is_found_is_told_as_openai_does(client, sights):
    answer = _search(client, sights, query="How tall is the Eiffel Tower?")
    first = answer["data"][0]
    assert answer["object"] == "vector_store.search_results.page"
    assert answer["search_query"] == ["How tall is the Eiffel Tower?"]
    assert (answer["has_more"], answer["next_page"]) == (False, None)
    assert first["filename"] == "tower.txt"
    assert first["attributes"] == {"city": "Paris", "height": 330}
    assert first["content"] == [{"type": "text", "text": TOWER}]
    assert 0 < first["score"] <= 1


def test_of_several_queries_the_results_are_merged_best_first_each_once(client, sights):
    queries = ["Zanzibar Indian Ocean", "fermeture du Louvre", "Zanzibar"]
    answer = _search(client, sights, query=queries)
    scores = [one["score"] for one in answer["data"]]
    texts = [one["content"][0]["text"] for one in answer["data"]]
    assert answer["search_query"] == queries
    assert {ZANZIBAR, LOUVRE} <= set(texts)
    assert len(texts) == len(set(texts))
    assert scores == sorted(scores, reverse=True)
    assert scores[texts.index(ZANZIBAR)] == max(
        _search(client, sights, query=query)["data"][0]["score"] for query in (queries[0], queries[2])
    )
    assert len(_search(client, sights, query=queries, max_num_results=1)["data"]) == 1


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"type": "eq", "key": "city", "value": "Paris"}, {"tower.txt", "louvre.txt"}),
        ({"type": "ne", "key": "city", "value": "Paris"}, {"zanzibar.txt"}),
        ({"type": "gte", "key": "height", "value": 330}, {"tower.txt"}),
        ({"type": "lt", "key": "height", "value": 330}, {"louvre.txt"}),
        ({"type": "in", "key": "city", "value": ["Paris", "Rome"]}, {"tower.txt", "louvre.txt"}),
        ({"type": "eq", "key": "nowhere", "value": 1}, set()),
        (
            {
                "type": "and",
                "filters": [
                    {"type": "eq", "key": "city", "value": "Paris"},
                    {"type": "or", "filters": [{"type": "gt", "key": "height", "value": 300}]},
                ],
            },
            {"tower.txt"},
        ),
    ],
)
def test_filters_decide_what_may_be_found(client, sights, filters, names):
    answer = _search(client, sights, query=f"{TOWER} {LOUVRE} {ZANZIBAR}", filters=filters)
    assert {one["filename"] for one in answer["data"]} == names


def test_the_threshold_leaves_out_what_scores_lower(client, sights):
    query = "The Eiffel Tower in the ocean"
    scores = [one["score"] for one in _search(client, sights, query=query)["data"]]
    assert len(scores) > 1
    between = (scores[0] + min(scores)) / 2
    left = _search(client, sights, query=query, ranking_options={"score_threshold": between})["data"]
    assert [one["score"] for one in left] == [score for score in scores if score >= between]
    assert 0 < len(left) < len(scores)


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({}, "missing_required_parameter", "query"),
        ({"query": ""}, "empty_string", "query"),
        ({"query": []}, "empty_array", "query"),
        ({"query": ["a", 1]}, "invalid_type", "query[1]"),
        ({"query": "a", "max_num_results": 0}, "integer_below_min_value", "max_num_results"),
        ({"query": "a", "max_num_results": 51}, "integer_above_max_value", "max_num_results"),
        ({"query": "a", "filters": {"type": "like"}}, "invalid_value", "filters.type"),
        (
            {"query": "a", "ranking_options": {"score_threshold": 2}},
            "decimal_above_max_value",
            "ranking_options.score_threshold",
        ),
    ],
)
def test_a_search_that_cannot_be_is_refused(client, sights, body, code, param):
    refused(client.post(f"/v1/vector_stores/{sights}/search", json=body), 400, code, param)


def test_a_search_of_nothing_finds_nothing(client, sights):
    assert _search(client, sights, query="???")["data"] == []
    assert _search(client, made(client), query="tower")["data"] == []
    assert _search(client, sights, query="xylophone")["data"] == []


def test_rewriting_changes_nothing_without_an_upstream(client, sights):
    body = {"query": "How tall is the Eiffel Tower?"}
    assert _search(client, sights, **body, rewrite_query=True) == _search(client, sights, **body)


def test_a_removed_file_does_not_cost_the_others_their_place(client):
    ids = [uploaded(client, f"Zanzibar is an island, number {number}.") for number in range(6)]
    store = made(client, file_ids=ids)
    index(client)
    for file_id in ids[:3]:
        right(client.delete(f"/v1/vector_stores/{store}/files/{file_id}"))
    found = _search(client, store, query="Zanzibar island", max_num_results=3)["data"]
    assert {one["file_id"] for one in found} == set(ids[3:])


def test_an_expired_store_is_not_searched(make_app):
    client = make_app().test_client()
    store = made(client, expires_after={"anchor": "last_active_at", "days": 1})
    stores = services_of(client).state.stores
    clock = stores._clock
    stores._clock = lambda: clock() - 2 * 86_400
    right(client.post(f"/v1/vector_stores/{store}", json={"name": "old"}))
    stores._clock = clock
    assert right(client.get(f"/v1/vector_stores/{store}"))["status"] == "expired"
    refused(client.post(f"/v1/vector_stores/{store}/search", json={"query": "a"}), 400, "vector_store_expired")


@pytest.fixture(scope="module")
def client(make_app):
    return make_app(body_limit_mb=1).test_client()


@pytest.fixture(scope="module")
def sights(client):
    store = made(client, name="sights")
    for text, filename, attributes in (
        (TOWER, "tower.txt", {"city": "Paris", "height": 330}),
        (LOUVRE, "louvre.txt", {"city": "Paris", "height": 21}),
        (ZANZIBAR, "zanzibar.txt", {"city": "Zanzibar"}),
    ):
        body = {"file_id": uploaded(client, text, filename), "attributes": attributes}
        right(client.post(f"/v1/vector_stores/{store}/files", json=body))
    index(client)
    return store


def _search(client, store, **body):
    return right(client.post(f"/v1/vector_stores/{store}/search", json=body))


def _ids(client, **query):
    return [one["id"] for one in right(client.get("/v1/vector_stores", query_string=query))["data"]]
