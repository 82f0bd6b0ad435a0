"""Files of a vector store, alone and in batches, in one process."""

from dataclasses import replace

import pytest

from tests.api.library import index, made, refused, right, services_of, strangers_file, upload, uploaded

SIZES = {"type": "static", "static": {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 50}}
LONG = "\n\n".join(f"Paragraph {number} speaks of tower number {number} at length. " * 5 for number in range(20))


def test_a_file_of_a_store_is_answered_as_openai_does(client):
    store, file_id = made(client), uploaded(client)
    body = {"file_id": file_id, "attributes": {"year": 1889, "open": True}, "chunking_strategy": SIZES}
    answer = right(client.post(f"/v1/vector_stores/{store}/files", json=body))
    assert answer == {
        "id": file_id,
        "object": "vector_store.file",
        "usage_bytes": 0,
        "created_at": answer["created_at"],
        "vector_store_id": store,
        "status": "in_progress",
        "last_error": None,
        "chunking_strategy": SIZES,
        "attributes": {"year": 1889, "open": True},
    }
    assert _get(client, store, file_id) == answer
    path = f"/v1/vector_stores/{store}/files/{file_id}"
    assert int(client.get(path).headers["openai-poll-after-ms"]) < 1000
    index(client)
    assert "openai-poll-after-ms" not in client.get(path).headers
    done = _get(client, store, file_id)
    assert done["status"] == "completed"
    assert done["usage_bytes"] == len("The tower is 330 metres tall.")


def test_the_content_of_a_file_is_its_chunks_in_order(client):
    file_id = uploaded(client, LONG, "long.txt")
    auto, static = made(client, file_ids=[file_id]), made(client, file_ids=[file_id], chunking_strategy=SIZES)
    index(client)
    texts = {}
    for store in (auto, static):
        page = right(client.get(f"/v1/vector_stores/{store}/files/{file_id}/content"))
        assert (page["object"], page["has_more"], page["next_page"]) == ("vector_store.file_content.page", False, None)
        assert {piece["type"] for piece in page["data"]} == {"text"}
        texts[store] = [piece["text"] for piece in page["data"]]
    assert "".join("\n\n".join(texts[auto]).split()) == "".join(LONG.split())
    assert len(texts[static]) > len(texts[auto]) > 1
    assert max(map(len, texts[static])) <= 400


@pytest.mark.parametrize(
    ("data", "filename", "code"),
    [(b"%PDF-1.7 nonsense", "broken.pdf", "invalid_file"), (b"\x00\x01", "a.exe", "unsupported_file")],
)
def test_a_file_that_cannot_be_read_fails_and_says_why(client, data, filename, code):
    file_id = uploaded(client, data, filename)
    store = made(client, file_ids=[file_id])
    index(client)
    file = _get(client, store, file_id)
    assert (file["status"], file["last_error"]["code"]) == ("failed", code)
    assert file["last_error"]["message"]
    assert right(client.get(f"/v1/vector_stores/{store}"))["file_counts"]["failed"] == 1


def test_attaching_a_file_twice_changes_nothing(client):
    file_id = uploaded(client)
    store = made(client, file_ids=[file_id])
    index(client)
    again = right(client.post(f"/v1/vector_stores/{store}/files", json={"file_id": file_id}))
    assert again["status"] == "completed"
    assert _ids(client, f"{store}/files") == [file_id]
    index(client)
    assert services_of(client).index.count(store) == 1


def test_files_are_listed_by_status_and_page_by_page(client):
    good = [uploaded(client, f"text {number}") for number in range(3)]
    bad = uploaded(client, b"%PDF nonsense", "bad.pdf")
    store = made(client)
    for file_id in (*good, bad):
        right(client.post(f"/v1/vector_stores/{store}/files", json={"file_id": file_id}))
    assert _ids(client, f"{store}/files", filter="in_progress", order="asc") == [*good, bad]
    index(client)
    assert _ids(client, f"{store}/files", filter="failed") == [bad]
    assert _ids(client, f"{store}/files", filter="completed", order="asc", limit=2) == good[:2]
    assert _ids(client, f"{store}/files", order="asc", after=good[1]) == [good[2], bad]
    refused(client.get(f"/v1/vector_stores/{store}/files?filter=late"), 400, "invalid_value", "filter")


def test_new_attributes_take_the_place_of_the_old(client):
    store, file_id = made(client), uploaded(client)
    path = f"/v1/vector_stores/{store}/files"
    right(client.post(path, json={"file_id": file_id, "attributes": {"a": 1, "b": 2}}))
    index(client)
    assert right(client.post(f"{path}/{file_id}", json={"attributes": {"c": 3.5}}))["attributes"] == {"c": 3.5}
    assert _get(client, store, file_id)["attributes"] == {"c": 3.5}
    found = right(
        client.post(
            f"/v1/vector_stores/{store}/search",
            json={"query": "tower", "filters": {"type": "eq", "key": "c", "value": 3.5}},
        )
    )
    assert [one["file_id"] for one in found["data"]] == [file_id]
    refused(client.post(f"{path}/{file_id}", json={}), 400, "missing_required_parameter", "attributes")
    refused(client.post(f"{path}/{file_id}", json={"attributes": {"d": []}}), 400, "invalid_type", "attributes.d")


def test_a_file_taken_out_of_a_store_stays_in_the_library_and_in_others(client):
    file_id = uploaded(client)
    here, there = made(client, file_ids=[file_id]), made(client, file_ids=[file_id])
    index(client)
    answer = right(client.delete(f"/v1/vector_stores/{here}/files/{file_id}"))
    assert answer == {"id": file_id, "object": "vector_store.file.deleted", "deleted": True}
    refused(client.get(f"/v1/vector_stores/{here}/files/{file_id}"), 404, "file_not_found")
    refused(client.delete(f"/v1/vector_stores/{here}/files/{file_id}"), 404, "file_not_found")
    index(client)
    assert services_of(client).index.count(here) == 0
    assert services_of(client).index.count(there) == 1
    right(client.get(f"/v1/files/{file_id}"))
    right(client.post(f"/v1/vector_stores/{here}/files", json={"file_id": file_id}))
    index(client)
    assert services_of(client).index.count(here) == 1


@pytest.mark.parametrize("path", ["files", "file_batches"])
def test_a_file_that_is_not_there_or_not_mine_cannot_be_attached(client, path):
    store = made(client)
    for file_id in ("file-nowhere", strangers_file(client)):
        body = {"file_id": file_id} if path == "files" else {"file_ids": [uploaded(client), file_id]}
        assert file_id in refused(client.post(f"/v1/vector_stores/{store}/{path}", json=body), 404, "file_not_found")
    assert _ids(client, f"{store}/files") == []


@pytest.mark.parametrize("purpose", ["batch", "fine-tune"])
def test_a_file_of_another_purpose_cannot_be_searched(client, purpose):
    file_id = right(upload(client, "{}", "a.jsonl", purpose))["id"]
    store = made(client)
    for path, body in (("files", {"file_id": file_id}), ("file_batches", {"file_ids": [file_id]})):
        answer = client.post(f"/v1/vector_stores/{store}/{path}", json=body)
        message = refused(answer, 400, "invalid_file_purpose")
        assert file_id in message
        assert purpose in message


# ---- batches ----


def test_a_batch_is_answered_as_openai_does(client):
    store, ids = made(client), [uploaded(client, f"text {number}") for number in range(3)]
    batch = right(client.post(f"/v1/vector_stores/{store}/file_batches", json={"file_ids": ids}))
    assert batch == {
        "id": batch["id"],
        "object": "vector_store.files_batch",
        "created_at": batch["created_at"],
        "vector_store_id": store,
        "status": "in_progress",
        "file_counts": {"in_progress": 3, "completed": 0, "failed": 0, "cancelled": 0, "total": 3},
    }
    index(client)
    done = right(client.get(f"/v1/vector_stores/{store}/file_batches/{batch['id']}"))
    assert (done["status"], done["file_counts"]["completed"]) == ("completed", 3)


def test_the_files_of_a_batch_have_their_own_attributes_and_are_listed_apart(client):
    store, (first, second, third) = made(client), [uploaded(client, f"text {number}") for number in range(3)]
    right(client.post(f"/v1/vector_stores/{store}/files", json={"file_id": first}))
    files = [{"file_id": second, "attributes": {"a": 1}}, {"file_id": third, "chunking_strategy": SIZES}]
    batch = right(client.post(f"/v1/vector_stores/{store}/file_batches", json={"files": files}))
    path = f"{store}/file_batches/{batch['id']}/files"
    assert _ids(client, path, order="asc") == [second, third]
    assert _ids(client, path, order="asc", limit=1, after=second) == [third]
    assert _ids(client, path, filter="completed") == []
    assert _get(client, store, second)["attributes"] == {"a": 1}
    assert _get(client, store, third)["chunking_strategy"] == SIZES


def test_a_cancelled_batch_is_not_indexed(client):
    index(client)  # what other tests left
    store, ids = made(client), [uploaded(client, f"text {number}") for number in range(3)]
    path = f"/v1/vector_stores/{store}/file_batches"
    batch = right(client.post(path, json={"file_ids": ids}))
    cancelled = right(client.post(f"{path}/{batch['id']}/cancel"))
    assert (cancelled["status"], cancelled["file_counts"]["cancelled"]) == ("cancelled", 3)
    assert index(client) == 0
    assert right(client.post(f"{path}/{batch['id']}/cancel"))["status"] == "cancelled"
    assert services_of(client).index.count(store) == 0
    assert [file["status"] for file in right(client.get(f"/v1/vector_stores/{store}/files"))["data"]] == [
        "cancelled"
    ] * 3


def test_cancelling_a_finished_batch_leaves_it_finished(client):
    store, file_id = made(client), uploaded(client)
    path = f"/v1/vector_stores/{store}/file_batches"
    batch = right(client.post(path, json={"file_ids": [file_id]}))
    index(client)
    assert right(client.post(f"{path}/{batch['id']}/cancel"))["status"] == "completed"


def test_a_batch_that_is_not_there_is_404_with_its_id(client):
    store, other = made(client), made(client)
    batch = right(client.post(f"/v1/vector_stores/{other}/file_batches", json={"file_ids": [uploaded(client)]}))["id"]
    for batch_id in ("vsfb_nowhere", batch):
        for method, path in (("get", ""), ("post", "/cancel"), ("get", "/files")):
            answer = client.open(f"/v1/vector_stores/{store}/file_batches/{batch_id}{path}", method=method)
            assert batch_id in refused(answer, 404, "file_batch_not_found")


def test_two_thousand_files_in_one_batch(client):
    store = made(client)
    state = services_of(client).state
    file_id = uploaded(client)
    file = state.library.get(file_id, owner="default")
    ids = [f"file-{number:04}" for number in range(2000)]
    for one in ids:
        state.library.create(replace(file, id=one))
    path = f"/v1/vector_stores/{store}/file_batches"
    batch = right(client.post(path, json={"file_ids": ids}))
    assert batch["file_counts"]["total"] == 2000
    assert right(client.post(f"{path}/{batch['id']}/cancel"))["file_counts"]["cancelled"] == 2000
    refused(client.post(path, json={"file_ids": [*ids, file_id]}), 400, "array_above_max_length", "file_ids")
    refused(client.post(path, json={}), 400, "missing_required_parameter", "file_ids")


@pytest.fixture(scope="module")
def client(make_app):
    return make_app(body_limit_mb=1).test_client()


def _get(client, store, file_id):
    return right(client.get(f"/v1/vector_stores/{store}/files/{file_id}"))


def _ids(client, path, **query):
    return [one["id"] for one in right(client.get(f"/v1/vector_stores/{path}", query_string=query))["data"]]
