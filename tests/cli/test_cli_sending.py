"""A folder sent to a server: what is sent when, and what is made of the answers."""

import json
from pathlib import Path

import pytest

from ragproxy.cli.remote import Remote
from ragproxy.cli.sending import RemoteFolders, find_or_create_store, find_store
from ragproxy.domain import FolderFile, Known, Store
from ragproxy.errors import BodyTooLarge, NotFound, UpstreamBroken

STORE = Store("vs_1", "paris", "default", 0, 1)
A, B = FolderFile("/docs/a.md", "a.md", b"one"), FolderFile("/docs/\x1bé.md", "é.md", b"\r\n--two--\r\n")


def test_a_form_holds_the_manifest_and_the_files(server, folders):
    server.answers = [(200, answer(A, B))]
    assert [(str(done.path), done.status, done.chunks) for done in folders.put(STORE, [A, B])] == [
        ("/docs/a.md", "added", 1),
        ("/docs/\x1bé.md", "added", 1),
    ]
    (request,) = server.requests
    assert request.path == "/v1/vector_stores/vs_1/folder_files"
    assert int(request.headers["Content-Length"]) == len(request.body)
    kind, _, boundary = request.headers["Content-Type"].partition("; boundary=")
    assert kind == "multipart/form-data"
    head, manifest, one, two, end = request.body.split(f"--{boundary}".encode())
    assert (head, end) == (b"", b"--\r\n")
    assert json.loads(manifest.partition(b"\r\n\r\n")[2]) == {
        "files": [
            {"source": "/docs/a.md", "filename": "a.md"},
            {"source": "/docs/\x1bé.md", "filename": "é.md"},
        ]
    }
    assert (one.partition(b"\r\n\r\n")[2], two.partition(b"\r\n\r\n")[2]) == (b"one\r\n", B.data + b"\r\n")


def test_what_is_too_large_together_is_sent_alone_and_fails_alone(server, folders):
    refusal = (413, {"error": {"message": "The file is larger than 1 MiB"}})
    server.answers = [refusal, refusal, (200, answer(B))]
    too_large, fine = folders.put(STORE, [A, B])
    assert (too_large.path, too_large.status, too_large.reason) == (
        Path("/docs/a.md"),
        "failed",
        "The file is larger than 1 MiB",
    )
    assert fine.status == "added"


def test_what_the_server_knows_is_read_page_by_page(server, folders):
    item = {"id": "file-a", "source": "/docs/a.md", "sha256": None, "chunks": 2}
    other = {"id": "file-b", "source": "/docs/b.md", "sha256": "b" * 64, "chunks": 1}
    server.answers = [
        (200, {"data": [item], "has_more": True, "last_id": "file-a"}),
        (200, {"data": [other], "has_more": False}),
    ]
    assert folders.known(STORE) == {
        "/docs/a.md": Known("/docs/a.md", "file-a", None, 2),
        "/docs/b.md": Known("/docs/b.md", "file-b", "b" * 64, 1),
    }


def test_what_is_gone_already_is_removed(server, folders):
    server.answers = [(404, {"error": {"message": "No such File object"}}), (200, {"deleted": True})]
    folders.remove(STORE, [Known("/docs/a.md", "file-a", None, 2), Known("/docs/b.md", "file-b", None, 2)])
    assert [(request.method, request.path) for request in server.requests] == [
        ("DELETE", "/v1/vector_stores/vs_1/files/file-a"),
        ("DELETE", "/v1/vector_stores/vs_1/files/file-b"),
    ]


@pytest.mark.parametrize(
    "nonsense",
    [{}, {"data": []}, {"data": [{"source": "/docs/a.md", "status": "eaten", "chunks": 1, "reason": None}]}],
)
def test_an_answer_that_makes_no_sense_is_no_success(server, folders, nonsense):
    server.answers = [(200, nonsense)]
    with pytest.raises(UpstreamBroken, match="not of a version that takes folders"):
        list(folders.put(STORE, [A]))


def test_a_store_is_found_by_its_id_and_else_by_its_name_the_oldest_first(server):
    stores = [{"id": "vs_1", "name": "paris"}, {"id": "vs_2", "name": "paris"}, {"id": "vs_3", "name": "vs_1"}]
    server.answers = [(200, {"data": stores, "has_more": False})] * 3
    remote = Remote(server.url)
    assert find_store(remote, "paris")["id"] == "vs_1"
    assert find_store(remote, "vs_1")["id"] == "vs_1"
    with pytest.raises(NotFound, match="no vector store 'rome'"):
        find_store(remote, "rome")


def test_a_store_is_made_when_it_is_absent(server):
    server.answers = [(200, {"data": [], "has_more": False}), (200, {"id": "vs_1", "name": "paris"})]
    assert find_or_create_store(Remote(server.url), "paris")["id"] == "vs_1"
    assert json.loads(server.requests[1].body) == {"name": "paris"}


def test_a_refusal_of_everything_is_not_taken_for_a_large_file(server, folders):
    server.answers = [(507, {"error": {"message": "There is no room left"}})]
    with pytest.raises(Exception, match="no room left") as caught:
        list(folders.put(STORE, [A]))
    assert not isinstance(caught.value, BodyTooLarge)


def answer(*files):
    return {"data": [{"source": file.source, "status": "added", "chunks": 1, "reason": None} for file in files]}


@pytest.fixture
def folders(server):
    return RemoteFolders(Remote(server.url), file_limit_bytes=1 << 20)
