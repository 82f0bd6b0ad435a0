"""Files of folders over the API, in one process."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragproxy.domain import FolderFile
from tests.api.library import index, made, refused, right, services_of, strangers_store, uploaded
from tests.api.test_fuzz import QUIET, values
from tests.forms import CONTENT_TYPE, field, file, form

TOWER = "The tower is 330 metres tall."


def test_files_are_indexed_when_the_answer_comes(client):
    store = made(client)
    answer = right(put(client, store, {"/docs/tower.md": TOWER, "/docs/bad.pdf": b"%PDF-1.4 no", "/docs/x.exe": b"MZ"}))
    assert [(each["source"], each["status"], each["chunks"]) for each in answer["data"]] == [
        ("/docs/tower.md", "added", 1),
        ("/docs/bad.pdf", "failed", 0),
        ("/docs/x.exe", "failed", 0),
    ]
    assert ".pdf" in answer["data"][1]["reason"]
    assert "not supported" in answer["data"][2]["reason"]
    (found,) = right(client.post(f"/v1/vector_stores/{store}/search", json={"query": "How tall?"}))["data"]
    assert found["filename"] == "tower.md"
    assert right(client.get(f"/v1/vector_stores/{store}"))["file_counts"]["total"] == 1


def test_what_a_store_knows_is_listed_page_by_page(client):
    store = made(client, file_ids=[uploaded(client)])
    index(client)
    right(put(client, store, {f"/docs/{n}.md": f"{TOWER} {n}" for n in range(3)}))
    path = f"/v1/vector_stores/{store}/folder_files"
    first = right(client.get(path, query_string={"limit": 2}))
    assert (len(first["data"]), first["has_more"]) == (2, True)
    second = right(client.get(path, query_string={"limit": 2, "after": first["last_id"]}))
    assert second["has_more"] is False
    known = {each["source"]: each for each in [*first["data"], *second["data"]]}
    assert set(known) == {f"/docs/{n}.md" for n in range(3)}
    digest = hashlib.sha256(f"{TOWER} 1".encode()).hexdigest()
    assert (known["/docs/1.md"]["sha256"], known["/docs/1.md"]["chunks"]) == (digest, 1)


def test_a_file_sent_again_is_changed_or_unchanged(client):
    store = made(client)
    right(put(client, store, {"/docs/a.md": TOWER}))
    assert status_of(put(client, store, {"/docs/a.md": TOWER})) == ["unchanged"]
    assert status_of(put(client, store, {"/docs/a.md": "It was built in 1889."})) == ["changed"]


def test_the_local_and_the_remote_way_are_the_same_file(client):
    services, store_id = services_of(client), made(client)
    store = services.state.stores.find(store_id, owner="default")
    assert status_of(put(client, store_id, {"/docs/a.md": TOWER})) == ["added"]
    (outcome,) = services.ingestor.put(store, [FolderFile("/docs/a.md", "a.md", TOWER.encode())])
    assert outcome.status == "unchanged"


def test_the_file_is_one_of_the_library(client):
    store = made(client)
    right(put(client, store, {"/docs/tower.md": TOWER}))
    (known,) = right(client.get(f"/v1/vector_stores/{store}/folder_files"))["data"]
    file_id = known["id"]
    assert client.get(f"/v1/files/{file_id}/content").data == TOWER.encode()
    other = made(client, file_ids=[file_id])
    index(client)
    assert right(client.get(f"/v1/vector_stores/{other}/files/{file_id}"))["status"] == "completed"
    right(client.delete(f"/v1/files/{file_id}"))
    index(client)
    for store_id in (store, other):
        assert right(client.post(f"/v1/vector_stores/{store_id}/search", json={"query": "How tall?"}))["data"] == []
    refused(client.get(f"/v1/files/{file_id}/content"), 404, "file_not_found")


def test_the_content_of_a_file_without_bytes_is_not_there(client):
    store = made(client)
    right(put(client, store, {"/docs/tower.md": TOWER}))
    (known,) = right(client.get(f"/v1/vector_stores/{store}/folder_files"))["data"]
    services_of(client).state.blobs.delete(known["sha256"])
    message = refused(client.get(f"/v1/files/{known['id']}/content"), 404, "file_content_not_found")
    assert message == "The bytes of this file are not kept here"
    (known,) = right(client.get(f"/v1/vector_stores/{store}/folder_files"))["data"]
    assert known["sha256"] is None


def test_a_file_is_taken_out_like_any_other(client):
    store = made(client)
    right(put(client, store, {"/docs/tower.md": TOWER}))
    (known,) = right(client.get(f"/v1/vector_stores/{store}/folder_files"))["data"]
    right(client.delete(f"/v1/vector_stores/{store}/files/{known['id']}"))
    assert right(client.get(f"/v1/vector_stores/{store}/folder_files"))["data"] == []
    refused(client.delete(f"/v1/vector_stores/{store}/files/{known['id']}"), 404, "file_not_found")
    index(client)
    refused(client.get(f"/v1/files/{known['id']}"), 404, "file_not_found")


def test_another_owners_store_is_not_there(client):
    theirs = strangers_store(client)
    refused(client.get(f"/v1/vector_stores/{theirs}/folder_files"), 404, "vector_store_not_found")
    refused(put(client, theirs, {"/docs/a.md": TOWER}), 404, "vector_store_not_found")
    assert services_of(client).state.folders.of_store(theirs) == []


def test_an_expired_store_takes_nothing(client):
    services = services_of(client)
    store = services.state.stores.create("short", owner="default", expires_after_days=1)
    services.state.stores.modify(store.id, owner="default", expires_after_days=-1)
    before = set(services.state.blobs.all())
    message = refused(put(client, store.id, {"/docs/a.md": "Too late."}), 400, "vector_store_expired")
    assert set(services.state.blobs.all()) == before
    assert message == f"The vector store '{store.id}' has expired"


@pytest.mark.parametrize(
    ("parts", "code", "param", "message"),
    [
        ([], "missing_required_parameter", "manifest", "must begin with its 'manifest'"),
        ([file("file", "x")], "missing_required_parameter", "manifest", "must begin with its 'manifest'"),
        ([field("manifest", "{")], None, None, "not valid JSON"),
        ([field("manifest", "[]")], "invalid_type", None, "expected an object"),
        ([field("manifest", b"\xff")], None, "manifest", "not valid UTF-8"),
        ([field("manifest", '{"files": []}')], "empty_array", "files", "empty array"),
        ([field("manifest", "A")], None, "file", "lists 1 files, but the form holds 0"),
        ([field("manifest", "A"), file("other", "x")], None, "file", "as many parts 'file', and nothing else"),
        ([field("manifest", "A"), *[file("file", "x")] * 2], None, "file", "as many parts 'file', and nothing else"),
        ([field("manifest", "NUL"), file("file", "x")], "invalid_value", "files[0].source", "NUL"),
        ([field("manifest", '{"files": "' + "x" * (3 << 20))], None, "manifest", "longer than"),
    ],
)
def test_a_form_that_makes_no_sense_is_refused_and_nothing_is_kept(client, parts, code, param, message):
    manifests = {
        b"\r\n\r\nA\r\n": b'\r\n\r\n{"files": [{"source": "/a", "filename": "a.txt"}]}\r\n',
        b"\r\n\r\nNUL\r\n": b'\r\n\r\n{"files": [{"source": "/\\u0000", "filename": "a.txt"}]}\r\n',
    }
    body = form(*parts)
    for short, manifest in manifests.items():
        body = body.replace(short, manifest)
    store, before = made(client), set(services_of(client).state.blobs.all())
    assert message in refused(send(client, store, body), 400, code, param)
    assert set(services_of(client).state.blobs.all()) == before
    assert right(client.get(f"/v1/vector_stores/{store}/folder_files"))["data"] == []


def test_a_form_that_is_cut_off_is_refused_and_nothing_is_kept(client):
    store, before = made(client), set(services_of(client).state.blobs.all())
    body = form(manifest("/docs/a.txt", "/docs/b.txt"), file("file", "whole"), file("file", "x" * 100))[:-120]
    refused(send(client, store, body), 400)
    assert set(services_of(client).state.blobs.all()) == before


def test_a_body_of_another_kind_is_refused(client):
    refused(client.post(f"/v1/vector_stores/{made(client)}/folder_files", json={}), 415, "unsupported_media_type")


def test_a_file_beyond_the_limit_is_refused_by_the_name_of_the_setting(make_app):
    client = make_app(file_limit_mb=1).test_client()
    message = refused(put(client, made(client), {"/docs/a.txt": b"x" * (2 << 20)}), 413, "request_too_large")
    assert message == "The file is larger than 1 MiB; the setting is RAGPROXY_FILE_LIMIT_MB"
    assert list(services_of(client).state.blobs.all()) == []


def test_a_form_beyond_all_limits_is_refused_at_once(make_app):
    client = make_app(file_limit_mb=1).test_client()
    answer = client.post(
        f"/v1/vector_stores/{made(client)}/folder_files",
        headers={"Content-Type": CONTENT_TYPE},
        environ_overrides={"CONTENT_LENGTH": str(64 << 20)},
    )
    assert "32 MiB together" in refused(answer, 413, "request_too_large")


@QUIET
@given(
    listed=st.lists(st.fixed_dictionaries({"source": st.text() | values, "filename": st.text() | values}), max_size=3)
    | values,
    data=st.lists(st.binary(max_size=50), max_size=3),
    tail=st.binary(max_size=20),
)
def test_random_forms_get_no_5xx(client, store, listed, data, tail):
    body = form(field("manifest", json.dumps({"files": listed})), *(file("file", each) for each in data)) + tail
    answer = send(client, store, body)
    assert answer.status_code < 500, answer.text


@pytest.fixture(scope="module")
def client(make_app):
    return make_app(body_limit_mb=1).test_client()


@pytest.fixture(scope="module")
def store(client):
    return made(client)


def put(client, store, files):
    """POST these files, each called by the last part of its source; whatever comes of it."""
    return send(client, store, form(manifest(*files), *(file("file", data) for data in files.values())))


def send(client, store, body):
    return client.post(f"/v1/vector_stores/{store}/folder_files", data=body, headers={"Content-Type": CONTENT_TYPE})


def manifest(*sources):
    return field(
        "manifest",
        json.dumps({"files": [{"source": source, "filename": source.rpartition("/")[2]} for source in sources]}),
    )


def status_of(answer):
    return [each["status"] for each in right(answer)["data"]]
