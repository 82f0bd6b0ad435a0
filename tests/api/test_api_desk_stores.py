"""What administrators see and do of every owner's stores, and the health that the desk shows."""

import pytest

from ragproxy.errors import StateUnavailable
from ragproxy.upstreams import Upstream as Configured
from tests.api.library import index, made, refused, right, services_of, strangers_store, uploaded
from tests.replies import refusal

KEY = "the-admin-key-of-this-test"
ADMIN = {"Authorization": f"Bearer {KEY}"}


def test_stores_of_every_owner_are_listed_with_whose_they_are(client):
    own, other = made(client, name="Mine"), strangers_store(client)
    owners = {store["id"]: store["owner"] for store in admins(client, "/admin/stores", limit=100)["data"]}
    assert owners[own] == "default"
    assert owners[other] != "default"
    found = admins(client, "/admin/stores", owner=owners[other])["data"]
    assert {store["owner"] for store in found} == {owners[other]}
    assert admins(client, "/admin/stores", owner="nobody")["data"] == []


def test_stores_come_in_pages(client):
    wanted = {made(client), strangers_store(client), made(client)}
    seen, after = [], None
    while True:
        page = admins(client, "/admin/stores", limit=2, **({"after": after} if after else {}))
        seen += [store["id"] for store in page["data"]]
        after = page["last_id"]
        if not page["has_more"]:
            break
    assert wanted <= set(seen)
    assert len(seen) == len(set(seen))


def test_a_store_shows_its_documents_and_why_one_failed(client):
    store = made(client, file_ids=[uploaded(client), uploaded(client, b"%PDF-1.4 no", "broken.pdf")])
    index(client)
    told = admins(client, f"/admin/stores/{store}")
    assert (told["owner"], told["reindex"]) == ("default", None)
    assert (told["file_counts"]["completed"], told["file_counts"]["failed"]) == (1, 1)
    files = {file["filename"]: file for file in admins(client, f"/admin/stores/{store}/files")["data"]}
    assert files["tower.txt"]["chunks"] == 1
    assert files["tower.txt"]["bytes"] > 0
    assert files["broken.pdf"]["last_error"]["message"]
    (failed,) = admins(client, f"/admin/stores/{store}/files", filter="failed")["data"]
    assert failed["filename"] == "broken.pdf"


def test_a_failed_document_is_indexed_again_and_a_good_one_left_alone(client):
    good, bad = uploaded(client), uploaded(client, b"%PDF-1.4 no", "broken.pdf")
    store = made(client, file_ids=[good, bad])
    index(client)
    again = right(client.post(f"/admin/stores/{store}/files/{bad}/retry", headers=ADMIN))
    assert (again["status"], again["filename"]) == ("in_progress", "broken.pdf")
    assert right(client.post(f"/admin/stores/{store}/files/{good}/retry", headers=ADMIN))["status"] == "completed"
    index(client)
    (failed,) = admins(client, f"/admin/stores/{store}/files", filter="failed")["data"]
    assert failed["id"] == bad


def test_a_strangers_store_is_indexed_anew_by_the_administrator(client):
    store = strangers_store(client)
    asked = right(client.post(f"/admin/stores/{store}/reindex", headers=ADMIN))
    assert (asked["status"], asked["vector_store_id"]) == ("in_progress", store)
    assert services_of(client).reindexer.work(lambda: False)
    assert admins(client, f"/admin/stores/{store}")["reindex"]["status"] == "completed"


def test_documents_and_stores_are_taken_away(client):
    file = uploaded(client)
    store = made(client, file_ids=[file])
    index(client)
    assert right(client.delete(f"/admin/stores/{store}/files/{file}", headers=ADMIN))["deleted"] is True
    assert admins(client, f"/admin/stores/{store}/files")["data"] == []
    assert right(client.get(f"/v1/files/{file}"))["id"] == file  # it stays in the library
    stranger = strangers_store(client)
    for gone in (store, stranger):
        assert right(client.delete(f"/admin/stores/{gone}", headers=ADMIN))["deleted"] is True
        refused(client.get(f"/admin/stores/{gone}", headers=ADMIN), 404, "vector_store_not_found")


@pytest.mark.parametrize("path", ["", "/files", "/reindex", "/files/file-x", "/files/file-x/retry"])
def test_a_store_that_is_not_there_is_not_found(client, path):
    method = {"": "GET", "/files": "GET", "/files/file-x": "DELETE"}.get(path, "POST")
    answer = client.open(f"/admin/stores/vs_none{path}", method=method, headers=ADMIN)
    refused(answer, 404, "vector_store_not_found")


def test_a_document_that_is_not_there_is_not_found(client):
    store = made(client)
    refused(client.delete(f"/admin/stores/{store}/files/file-x", headers=ADMIN), 404, "file_not_found")
    refused(client.post(f"/admin/stores/{store}/files/file-x/retry", headers=ADMIN), 404, "file_not_found")


def test_the_health_of_a_server_without_upstreams(client):
    told = admins(client, "/admin/health")
    assert told["object"] == "admin.health"
    assert told["checks"] == {"records": "ok", "index": "ok"}
    assert told["upstreams"] == []
    assert told["processes"] == 1


def test_records_that_do_not_answer_are_told(client, app, monkeypatch):
    def away():
        raise StateUnavailable("The database does not answer")

    monkeypatch.setattr(app.extensions["ragproxy"].state, "ping", away)
    assert admins(client, "/admin/health")["checks"]["records"] == "The database does not answer"


def test_the_health_of_an_upstream_is_what_its_calls_came_to(make_app, upstream):
    client = make_app(admin_key=KEY, upstream_url=upstream.url, upstream_model=upstream.models[0]).test_client()
    (told,) = admins(client, "/admin/health")["upstreams"]
    assert (told["name"], told["status"], told["calls"], told["circuit"]) == ("openai", "unknown", 0, None)
    ask = {"model": upstream.models[0], "messages": [{"role": "user", "content": "Hi"}]}
    assert client.post("/v1/chat/completions", json=ask).status_code == 200
    (told,) = admins(client, "/admin/health")["upstreams"]
    assert (told["status"], told["calls"], told["failures"], told["calls_in_flight"]) == ("ok", 1, 0, 0)
    assert told["p50_ms"] > 0
    upstream.script(refusal(401, "Incorrect API key: sk-secret"), path="/chat/completions")
    assert client.post("/v1/chat/completions", json=ask).status_code >= 400
    (told,) = admins(client, "/admin/health")["upstreams"]
    assert (told["status"], told["failures"], told["last_failure"]) == ("failing", 1, "401")
    assert "sk-secret" not in str(told)


def test_the_latency_of_requests_is_told_as_percentiles(client, app):
    from ragproxy.state import UsageRow

    rows = [
        UsageRow(f"{n:036d}", "req", 1_700_000_000 + n, "o", None, "/v1/chat/completions", "percentile", ms=n * 10.0)
        for n in range(1, 101)
    ]
    app.extensions["ragproxy"].state.usage.add(rows)
    found = admins(client, "/admin/latency", group_by="none", model="percentile", **{"from": "2023-11-01"})
    (bucket,) = found["data"]
    assert (bucket["object"], bucket["requests"], found["has_more"]) == ("latency.bucket", 100, False)
    assert (bucket["p50_ms"], bucket["p95_ms"], bucket["p99_ms"]) == (500.0, 950.0, 990.0)
    by_hour = admins(client, "/admin/usage", group_by="hour", model="percentile", **{"from": "2023-11-01"})["data"]
    assert [each["end_time"] - each["start_time"] for each in by_hour] == [3600]


def test_an_address_is_told_without_the_key_in_it():
    from ragproxy.backends.server import Server
    from ragproxy.wire.health import upstream_json

    server = Server(Configured("main", "https://user:secret@host:8443/v1"), pool=1)
    assert upstream_json(server.health)["base_url"] == "https://host:8443/v1"
    server.close()


def admins(client, path, **query):
    return right(client.get(path, query_string=query, headers=ADMIN))


@pytest.fixture(scope="module")
def app(make_app):
    return make_app(admin_key=KEY)
