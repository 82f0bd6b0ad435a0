"""/batches, in one process; nobody works on them before a test does."""

import io
import json

import pytest
from openai.types import Batch

from ragproxy.domain import Caller
from tests.api.library import refused, right, services_of, strangers_file, uploaded

EMBEDDINGS = "/v1/embeddings"


def test_a_batch_is_answered_as_openai_does(client):
    file_id = uploaded(client, lines(1), "in.jsonl", "batch")
    job = right(make(client, file_id, metadata={"a": "b"}))
    Batch.model_validate_json(json.dumps(job), strict=True)
    assert (job["status"], job["endpoint"], job["input_file_id"]) == ("validating", EMBEDDINGS, file_id)
    assert (job["expires_at"], job["metadata"]) == (job["created_at"] + 86_400, {"a": "b"})
    assert job["request_counts"] == {"total": 0, "completed": 0, "failed": 0}
    assert right(client.get(f"/v1/batches/{job['id']}")) == job
    assert right(client.get(f"/batches/{job['id']}")) == job


def test_it_is_worked_on_through_the_servers_own_door(client):
    file_id = uploaded(client, lines(3) + "{\n", "in.jsonl", "batch")
    job = right(make(client, file_id, output_expires_after={"anchor": "created_at", "seconds": 3600}))
    work(client)
    told = right(client.get(f"/v1/batches/{job['id']}"))
    Batch.model_validate_json(json.dumps(told), strict=True)
    assert (told["status"], told["model"]) == ("completed", "hash-384")
    assert told["request_counts"] == {"total": 4, "completed": 3, "failed": 1}
    assert told["usage"]["input_tokens"] > 0
    output = content(client, told["output_file_id"])
    assert [line["custom_id"] for line in output] == ["r0", "r1", "r2"]
    assert {line["response"]["body"]["object"] for line in output} == {"list"}
    (wrong,) = content(client, told["error_file_id"])
    assert (wrong["custom_id"], wrong["error"]["line"]) == (None, 4)
    file = right(client.get(f"/v1/files/{told['output_file_id']}"))
    assert (file["purpose"], file["expires_at"]) == ("batch_output", file["created_at"] + 3600)
    listed = right(client.get("/v1/files?purpose=batch_output"))["data"]
    assert {told["output_file_id"], told["error_file_id"]} <= {one["id"] for one in listed}


def test_they_are_listed_in_pages(client):
    file_id = uploaded(client, lines(1), "in.jsonl", "batch")
    ids = [right(make(client, file_id))["id"] for _ in range(3)]
    first = right(client.get("/v1/batches?limit=2"))
    assert ([job["id"] for job in first["data"]], first["has_more"]) == (ids[:0:-1], True)
    assert (first["object"], first["first_id"], first["last_id"]) == ("list", ids[2], ids[1])
    rest = right(client.get(f"/v1/batches?limit=1&after={ids[1]}"))
    assert [job["id"] for job in rest["data"]] == [ids[0]]
    refused(client.get("/v1/batches?after=batch_other"), 400, None, "after")
    refused(client.get("/v1/batches?limit=101"), 400, "integer_above_max_value", "limit")


def test_one_is_cancelled_once_and_one_that_has_ended_is_not(client):
    job = right(make(client, uploaded(client, lines(1), "in.jsonl", "batch")))
    cancelled = right(client.post(f"/v1/batches/{job['id']}/cancel"))
    Batch.model_validate_json(json.dumps(cancelled), strict=True)
    assert cancelled["status"] == "cancelled"
    assert right(client.post(f"/v1/batches/{job['id']}/cancel")) == cancelled
    job = right(make(client, uploaded(client, lines(1), "in.jsonl", "batch")))
    work(client)
    refused(client.post(f"/v1/batches/{job['id']}/cancel"), 409, "batch_completed")


@pytest.mark.parametrize("batch_id", ["batch_other", "a%00b", "%ed%a0%80", "x" * 3000])
def test_what_is_not_there_is_not_found(client, batch_id):
    refused(client.get(f"/v1/batches/{batch_id}"), 404, "batch_not_found")
    refused(client.post(f"/v1/batches/{batch_id}/cancel"), 404, "batch_not_found")


def test_another_owners_are_not_there(client):
    theirs = services_of(client).state.batch_jobs.create(
        caller=Caller(owner="somebody"), endpoint=EMBEDDINGS, input_file_id="file-1", window_s=60
    )
    refused(client.get(f"/v1/batches/{theirs.id}"), 404, "batch_not_found")
    refused(client.post(f"/v1/batches/{theirs.id}/cancel"), 404, "batch_not_found")
    refused(client.get(f"/v1/batches?after={theirs.id}"), 400, None, "after")
    listed = right(client.get("/v1/batches?limit=100"))["data"]
    assert theirs.id not in {job["id"] for job in listed}
    services_of(client).state.batch_jobs.cancel(theirs.id, owner="somebody")


def test_a_file_that_is_not_there_or_anothers_is_named(client):
    for file_id in ("file-other", strangers_file(client)):
        refused(make(client, file_id), 404, "file_not_found", "input_file_id")


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"endpoint": "/v1/files"}, "endpoint"),
        ({"completion_window": "1h"}, "completion_window"),
        ({"metadata": {"a": 1}}, "metadata.a"),
        ({"input_file_id": None}, "input_file_id"),
    ],
)
def test_a_wrong_request_names_its_field(client, change, param):
    answer = make(client, "file-1", **change)
    assert (answer.status_code, answer.get_json()["error"]["param"]) == (400, param)


def test_whose_key_was_revoked_is_refused_line_by_line(client):
    services = services_of(client)
    key, secret = services.keys.create(name="batches", owner="ours")
    headers = {"Authorization": f"Bearer {secret}"}
    sent = {"data": {"purpose": "batch", "file": (_bytes(lines(2)), "in.jsonl")}, "headers": headers}
    file_id = right(client.post("/v1/files", **sent))["id"]
    asked = {"input_file_id": file_id, "endpoint": EMBEDDINGS, "completion_window": "24h"}
    job = right(client.post("/v1/batches", json=asked, headers=headers))
    services.keys.revoke(key.id)
    work(client)
    told = services.state.batch_jobs.get(job["id"], owner="ours")
    assert (told.status, told.completed, told.failed) == ("completed", 0, 2)
    refused(client.get(f"/v1/batches/{job['id']}"), 404, "batch_not_found")


def test_a_key_without_the_scope_of_a_line_is_told_so_there(client):
    services = services_of(client)
    _, secret = services.keys.create(name="chat alone", owner="theirs", scopes=("chat", "files"))
    headers = {"Authorization": f"Bearer {secret}"}
    sent = {"data": {"purpose": "batch", "file": (_bytes(lines(1)), "in.jsonl")}, "headers": headers}
    file_id = right(client.post("/v1/files", **sent))["id"]
    asked = {"input_file_id": file_id, "endpoint": EMBEDDINGS, "completion_window": "24h"}
    job = right(client.post("/v1/batches", json=asked, headers=headers))
    work(client)
    told = right(client.get(f"/v1/batches/{job['id']}", headers=headers))
    body = client.get(f"/v1/files/{told['error_file_id']}/content", headers=headers).data
    response = json.loads(body)["response"]
    assert (response["status_code"], response["body"]["error"]["code"]) == (403, "insufficient_scope")


def lines(number):
    body = {"model": "hash-384", "input": "hello"}
    said = [{"custom_id": f"r{n}", "method": "POST", "url": EMBEDDINGS, "body": body} for n in range(number)]
    return "".join(json.dumps(each) + "\n" for each in said)


def make(client, file_id, **change):
    body = {"input_file_id": file_id, "endpoint": EMBEDDINGS, "completion_window": "24h"} | change
    return client.post("/v1/batches", json=body)


def work(client):
    """Do what the background work would do."""
    (batching,) = [runner for runner in services_of(client).runners if hasattr(runner, "wind_up")]
    while batching.work(lambda: False):
        pass


def content(client, file_id):
    return [json.loads(line) for line in client.get(f"/v1/files/{file_id}/content").data.splitlines()]


def _bytes(text):
    return io.BytesIO(text.encode())
