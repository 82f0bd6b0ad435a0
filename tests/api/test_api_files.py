"""/files, in one process."""

import errno
import hashlib
import io

import pytest

from tests.api.library import index, made, refused, right, services_of, strangers_file, upload, uploaded
from tests.forms import CONTENT_TYPE, field, file, form

FRENCH = 'Résumé de l\'été (n°1) "final".pdf'


def test_a_file_is_answered_as_openai_does(client):
    answer = right(upload(client, "text", "a.txt"))
    assert answer["id"].startswith("file-")
    assert answer == {
        "id": answer["id"],
        "object": "file",
        "bytes": 4,
        "created_at": answer["created_at"],
        "expires_at": None,
        "filename": "a.txt",
        "purpose": "assistants",
        "status": "processed",
        "status_details": None,
    }
    assert right(client.get(f"/v1/files/{answer['id']}")) == answer
    assert right(client.get(f"/files/{answer['id']}")) == answer


def test_a_file_expires_when_it_should(client):
    brackets = {"expires_after[anchor]": "created_at", "expires_after[seconds]": "3600"}
    answer = right(upload(client, **brackets))
    assert answer["expires_at"] == answer["created_at"] + 3600
    batch = right(upload(client, purpose="batch"))
    assert batch["expires_at"] == batch["created_at"] + 30 * 86_400


@pytest.mark.parametrize(
    ("fields", "code", "param"),
    [
        ({"purpose": "mischief"}, "invalid_value", "purpose"),
        ({"purpose": "assistants_output"}, "invalid_value", "purpose"),
        ({"expires_after[anchor]": "created_at"}, "missing_required_parameter", "expires_after.seconds"),
        (
            {"expires_after[anchor]": "created_at", "expires_after[seconds]": "1"},
            "integer_below_min_value",
            "expires_after.seconds",
        ),
        ({"filename": "a\x01b.txt"}, "invalid_value", "file"),
        ({"filename": "x" * 513}, "string_above_max_length", "file"),
        ({"text": ""}, "empty_file", "file"),
    ],
)
def test_a_file_that_is_not_right_is_refused(client, fields, code, param):
    before = _ids(client)
    refused(upload(client, **fields), 400, code, param)
    assert _ids(client) == before


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        (form(file("file", "1")), "missing_required_parameter", "purpose"),
        (form(field("purpose", "assistants")), "missing_required_parameter", "file"),
        (form(field("purpose", "assistants"), field("file", "1")), "invalid_type", "file"),
        (form(field("purpose", "assistants"), file("file", "1", "")), "empty_string", "file"),
        (form(field("purpose", "assistants"), file("file", "1"), end=False), None, None),
    ],
)
def test_a_form_that_lacks_something_is_refused(client, body, code, param):
    refused(client.post("/v1/files", data=body, content_type=CONTENT_TYPE), 400, code, param)


def test_json_is_no_form(client):
    refused(client.post("/v1/files", json={"purpose": "assistants"}), 415, "unsupported_media_type")


def test_a_file_may_be_larger_than_json_and_not_larger_than_its_own_limit(make_app):
    client = make_app(body_limit_mb=1, file_limit_mb=3).test_client()
    assert right(upload(client, bytes(3 << 20)))["bytes"] == 3 << 20
    for size in ((3 << 20) + 1, 5 << 20):  # the second is seen to be too large unread
        message = refused(upload(client, bytes(size)), 413, "request_too_large")
        assert message == "The file is larger than 3 MiB; the setting is RAGPROXY_FILE_LIMIT_MB"
    assert len(_ids(client)) == 1


def test_a_refused_form_leaves_no_bytes_behind(make_app):
    client = make_app().test_client()
    blobs = services_of(client).state.blobs
    for body in (
        form(file("file", "new")),
        form(file("file", "new"), field("purpose", "mischief")),
        form(file("file", "new", ""), field("purpose", "assistants")),
        form(file("file", "new"), field("purpose", "assistants"), file("file", "2")),
    ):
        assert client.post("/v1/files", data=body, content_type=CONTENT_TYPE).status_code == 400
        assert list(blobs.all()) == []
    assert upload(client, "").status_code == 400
    assert list(blobs.all()) == []


def test_a_refused_form_leaves_the_bytes_of_others_alone(make_app):
    client = make_app().test_client()
    file_id = uploaded(client, "shared")
    body = form(file("file", "shared"), field("purpose", "mischief"))
    assert client.post("/v1/files", data=body, content_type=CONTENT_TYPE).status_code == 400
    assert client.get(f"/v1/files/{file_id}/content").text == "shared"


def test_no_room_left_is_a_507_that_nobody_retries(make_app):
    client = make_app().test_client()
    blobs = services_of(client).state.blobs

    class Full(io.BytesIO):
        def read(self, *_):
            raise OSError(errno.ENOSPC, "No space left on device")

    keep = blobs.put
    blobs.put = lambda stream, limit: keep(Full(), limit)
    answer = upload(client)
    assert "room" in refused(answer, 507, "storage_full")
    assert answer.headers["x-should-retry"] == "false"
    assert _ids(client) == []
    assert not list((blobs._root / "incoming").iterdir())


def test_files_are_listed_newest_first_page_by_page(make_app):
    client = make_app().test_client()
    ids = [uploaded(client, str(number)) for number in range(5)]
    evals = uploaded(client, "{}", "e.jsonl", "evals")
    assert _ids(client) == [evals, *ids[::-1]]
    assert _ids(client, purpose="evals") == [evals]
    assert _ids(client, purpose="batch") == []
    assert _ids(client, order="asc", limit=2) == ids[:2]
    page = right(client.get("/v1/files", query_string={"order": "asc", "limit": 2, "after": ids[1]}))
    assert [one["id"] for one in page["data"]] == ids[2:4]
    assert (page["first_id"], page["last_id"], page["has_more"], page["object"]) == (ids[2], ids[3], True, "list")
    assert not right(client.get("/v1/files"))["has_more"]


@pytest.mark.parametrize(
    ("query", "code", "param"),
    [
        ({"limit": "many"}, "invalid_type", "limit"),
        ({"limit": "0"}, "integer_below_min_value", "limit"),
        ({"limit": "10001"}, "integer_above_max_value", "limit"),
        ({"order": "up"}, "invalid_value", "order"),
        ({"purpose": "mischief"}, "invalid_value", "purpose"),
        ({"after": "file-nowhere"}, None, "after"),
    ],
)
def test_a_list_that_cannot_be_is_refused(client, query, code, param):
    refused(client.get("/v1/files", query_string=query), 400, code, param)


def test_unknown_arguments_and_empty_ones_are_ignored(client):
    right(client.get("/v1/files?after=&limit=&colour=red"))


@pytest.mark.parametrize("path", ["/v1/files/{}", "/v1/files/{}/content"])
def test_what_is_not_there_or_not_mine_is_404_with_its_id(client, path):
    for file_id in ("file-nowhere", "a%00b", strangers_file(client)):
        message = refused(client.get(path.format(file_id)), 404, "file_not_found")
        assert file_id.replace("%00", "?") in message
        refused(client.delete(f"/v1/files/{file_id}"), 404, "file_not_found")


def test_a_deleted_file_is_gone_from_the_library_and_from_every_store(client):
    file_id = uploaded(client, "Zanzibar lies in the Indian Ocean.")
    stores = [made(client, file_ids=[file_id]) for _ in range(2)]
    index(client)
    assert _found(client, stores[0], "Zanzibar") == [file_id]
    answer = right(client.delete(f"/v1/files/{file_id}"))
    assert answer == {"id": file_id, "object": "file", "deleted": True}
    refused(client.get(f"/v1/files/{file_id}"), 404, "file_not_found")
    refused(client.delete(f"/v1/files/{file_id}"), 404, "file_not_found")
    for store in stores:
        assert _found(client, store, "Zanzibar") == []  # though nobody has tidied up yet
        refused(client.get(f"/v1/vector_stores/{store}/files/{file_id}"), 404, "file_not_found")
    index(client)
    assert [services_of(client).index.count(store) for store in stores] == [0, 0]


def test_the_content_comes_back_as_it_was(client):
    data = bytes(range(256)) * 5000
    answer = client.get(f"/v1/files/{uploaded(client, data, 'a.bin')}/content")
    assert answer.data == data
    assert answer.status_code == 200
    assert answer.headers["Content-Length"] == str(len(data))
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["ETag"] == f'"{hashlib.sha256(data).hexdigest()}"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("filename", "content_type"),
    [
        ("a.txt", "text/plain; charset=utf-8"),
        ("A.PDF", "application/pdf"),
        ("a.md", "text/markdown; charset=utf-8"),
        ("a.html", "text/html; charset=utf-8"),
        ("a.jsonl", "application/jsonl"),
        ("a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("noending", "application/octet-stream"),
    ],
)
def test_the_content_has_the_type_of_its_name(client, filename, content_type):
    answer = client.get(f"/v1/files/{uploaded(client, 'text', filename)}/content")
    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{filename}"'


def test_a_french_name_survives_in_the_header(client):
    body = form(field("purpose", "assistants"), file("file", "x", FRENCH.replace('"', "%22")))
    file_id = right(client.post("/v1/files", data=body, content_type=CONTENT_TYPE))["id"]
    name = right(client.get(f"/v1/files/{file_id}"))["filename"]
    disposition = client.get(f"/v1/files/{file_id}/content").headers["Content-Disposition"]
    assert name == FRENCH
    assert disposition == (
        'attachment; filename="Resume de l\'ete (n1) \\"final\\".pdf"; '
        "filename*=UTF-8''R%C3%A9sum%C3%A9%20de%20l%27%C3%A9t%C3%A9%20%28n%C2%B01%29%20%22final%22.pdf"
    )


@pytest.mark.parametrize(
    ("range_", "status", "part", "said"),
    [
        ("bytes=0-3", 206, slice(0, 4), "bytes 0-3/300000"),
        ("bytes=299990-", 206, slice(299_990, None), "bytes 299990-299999/300000"),
        ("bytes=-10", 206, slice(-10, None), "bytes 299990-299999/300000"),
        ("bytes=100000-299999", 206, slice(100_000, None), "bytes 100000-299999/300000"),
        ("bytes=5-1000000", 206, slice(5, None), "bytes 5-299999/300000"),
        ("lines=1-2", 200, slice(None), None),
        ("bytes=1-2,4-5", 200, slice(None), None),
        ("nonsense", 200, slice(None), None),
    ],
)
def test_a_range_of_the_content_is_sent_alone(client, range_, status, part, said):
    data = bytes(number % 251 for number in range(300_000))
    url = f"/v1/files/{uploaded(client, data)}/content"
    answer = client.get(url, headers={"Range": range_})
    assert answer.status_code == status
    assert answer.data == data[part]
    assert answer.headers.get("Content-Range") == said
    assert int(answer.headers["Content-Length"]) == len(data[part])


def test_a_range_beyond_the_end_is_416_with_the_size(client):
    answer = client.get(f"/v1/files/{uploaded(client, '12345')}/content", headers={"Range": "bytes=5-"})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == "bytes */5"
    assert set(answer.get_json()["error"]) == {"message", "type", "param", "code"}


def test_content_that_the_client_has_is_not_sent_again(client):
    url = f"/v1/files/{uploaded(client, '12345')}/content"
    etag = client.get(url).headers["ETag"]
    again = client.get(url, headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(url, headers={"Range": "bytes=1-2", "If-Range": etag}).data == b"23"
    assert client.get(url, headers={"Range": "bytes=1-2", "If-Range": '"other"'}).data == b"12345"


def test_head_has_the_headers_alone(client):
    answer = client.head(f"/v1/files/{uploaded(client, '12345')}/content")
    assert (answer.status_code, answer.headers["Content-Length"], answer.data) == (200, "5", b"")


@pytest.fixture(scope="module")
def client(make_app):
    return make_app(body_limit_mb=1).test_client()


def _ids(client, **query):
    return [one["id"] for one in right(client.get("/v1/files", query_string=query))["data"]]


def _found(client, store, query):
    body = right(client.post(f"/v1/vector_stores/{store}/search", json={"query": query}))
    return [one["file_id"] for one in body["data"]]
