"""/uploads, in one process."""

import hashlib
import io

import pytest

from tests.api.library import index, made, refused, right, services_of

PARTS = [b"first, ", b"second, ", b"third"]
WHOLE = b"".join(PARTS)


def test_an_upload_is_answered_as_openai_does(client):
    upload = _begin(client)
    assert upload == {
        "id": upload["id"],
        "object": "upload",
        "bytes": len(WHOLE),
        "created_at": upload["created_at"],
        "filename": "été.txt",
        "purpose": "assistants",
        "status": "pending",
        "expires_at": upload["created_at"] + 3600,
        "file": None,
    }
    part = right(_send(client, upload["id"], PARTS[0]))
    assert part == {
        "id": part["id"],
        "object": "upload.part",
        "created_at": part["created_at"],
        "upload_id": upload["id"],
    }


def test_the_parts_make_the_file_in_the_order_that_is_given(client):
    upload = _begin(client)["id"]
    ids = [right(_send(client, upload, part))["id"] for part in PARTS[::-1]][::-1]
    done = right(_complete(client, upload, ids, md5=hashlib.md5(WHOLE).hexdigest().upper()))
    file = done["file"]
    assert done["status"] == "completed"
    assert (file["filename"], file["bytes"], file["purpose"]) == ("été.txt", len(WHOLE), "assistants")
    assert right(client.get(f"/v1/files/{file['id']}")) == file
    assert client.get(f"/v1/files/{file['id']}/content").data == WHOLE
    store = made(client, file_ids=[file["id"]])
    index(client)
    assert right(client.get(f"/v1/vector_stores/{store}"))["status"] == "completed"


def test_a_wrong_order_is_found_by_the_md5_and_may_be_mended(client):
    upload = _begin(client)["id"]
    ids = [right(_send(client, upload, part))["id"] for part in PARTS]
    md5 = hashlib.md5(WHOLE).hexdigest()
    refused(_complete(client, upload, ids[::-1], md5=md5), 400, "wrong_md5", "md5")
    assert right(_complete(client, upload, ids, md5=md5))["status"] == "completed"


def test_parts_that_do_not_add_up_are_refused(client):
    upload = _begin(client)["id"]
    ids = [right(_send(client, upload, part))["id"] for part in PARTS]
    other = right(_send(client, _begin(client)["id"], b"1"))["id"]
    message = refused(_complete(client, upload, ids[:2]), 400, "wrong_size", "part_ids")
    assert "15 bytes" in message
    assert "20" in message
    refused(_complete(client, upload, [ids[0], ids[0]]), 400, None, "part_ids[1]")
    assert other in refused(_complete(client, upload, [*ids, other]), 400, None, "part_ids[3]")
    assert "part_nowhere" in refused(_complete(client, upload, ["part_nowhere"]), 400, None, "part_ids[0]")
    refused(_complete(client, upload, []), 400, "empty_array", "part_ids")
    assert right(_complete(client, upload, ids))["status"] == "completed"


def test_a_part_beyond_what_was_announced_is_refused_and_its_bytes_are_gone(client):
    upload = _begin(client)["id"]
    ids = [right(_send(client, upload, part))["id"] for part in PARTS]
    blobs = services_of(client).state.blobs
    kept = set(blobs.all())
    message = refused(_send(client, upload, b"more"), 400, "wrong_size", "data")
    assert "24 bytes" in message
    assert "20" in message
    assert set(blobs.all()) == kept
    assert right(_send(client, upload, PARTS[0]))["id"] not in ids  # sent again: its answer might have been lost
    assert right(_complete(client, upload, ids))["status"] == "completed"


def test_parts_put_together_in_the_wrong_order_leave_no_bytes_behind(client):
    upload = _begin(client)["id"]
    parts = [b"uno, ", b"dos, ", b"tres, quatro"[:10]]
    ids = [right(_send(client, upload, part))["id"] for part in parts]
    blobs = services_of(client).state.blobs
    kept = set(blobs.all())
    refused(_complete(client, upload, ids[::-1], md5="0" * 32), 400, "wrong_md5", "md5")
    assert set(blobs.all()) == kept


def test_what_has_ended_takes_no_more(client):
    upload = _begin(client)["id"]
    ids = [right(_send(client, upload, part))["id"] for part in PARTS]
    right(_complete(client, upload, ids))
    for answer in (_send(client, upload, b"1"), _complete(client, upload, ids), _cancel(client, upload)):
        assert upload in refused(answer, 409, "upload_completed")


def test_a_cancelled_upload_makes_no_file(client):
    upload = _begin(client)["id"]
    part = right(_send(client, upload, WHOLE))["id"]
    cancelled = right(_cancel(client, upload))
    assert (cancelled["status"], cancelled["file"]) == ("cancelled", None)
    refused(_complete(client, upload, [part]), 409, "upload_cancelled")


def test_an_upload_expires_after_an_hour(make_app):
    client = make_app().test_client()
    upload = _begin(client)["id"]
    uploads = services_of(client).state.uploads
    clock = uploads._clock
    uploads._clock = lambda: clock() + 3601
    refused(_send(client, upload, b"1"), 409, "upload_expired")


def test_an_upload_that_is_not_there_or_not_mine_is_404_with_its_id(client):
    theirs = services_of(client).state.uploads.create(
        owner="somebody", filename="a.txt", purpose="assistants", mime_type="text/plain", size=1
    )
    for upload in ("upload_nowhere", theirs.id):
        for answer in (_send(client, upload, b"1"), _complete(client, upload, ["part_1"]), _cancel(client, upload)):
            assert upload in refused(answer, 404, "upload_not_found")


@pytest.mark.parametrize(
    ("change", "status", "code", "param"),
    [
        ({"bytes": 0}, 400, "integer_below_min_value", "bytes"),
        ({"bytes": (512 << 20) + 1}, 413, "request_too_large", "bytes"),
        ({"purpose": "mischief"}, 400, "invalid_value", "purpose"),
        ({"mime_type": "nonsense"}, 400, "invalid_value", "mime_type"),
        ({"filename": ""}, 400, "empty_string", "filename"),
    ],
)
def test_an_upload_that_cannot_be_is_refused(client, change, status, code, param):
    refused(client.post("/v1/uploads", json={**_asked(), **change}), status, code, param)


def test_a_part_is_not_empty_and_not_too_large(make_app):
    client = make_app(file_limit_mb=2).test_client()
    upload = _begin(client)["id"]
    refused(_send(client, upload, b""), 400, "empty_file", "data")
    refused(_send(client, upload, bytes((2 << 20) + 1)), 413, "request_too_large")
    refused(client.post(f"/v1/uploads/{upload}/parts", data={"other": "1"}), 415, "unsupported_media_type")


@pytest.fixture(scope="module")
def client(make_app):
    return make_app(body_limit_mb=1).test_client()


def _asked():
    return {"filename": "été.txt", "purpose": "assistants", "bytes": len(WHOLE), "mime_type": "text/plain"}


def _begin(client):
    return right(client.post("/v1/uploads", json=_asked()))


def _send(client, upload, data):
    return client.post(f"/v1/uploads/{upload}/parts", data={"data": (io.BytesIO(data), "part")})


def _complete(client, upload, part_ids, **more):
    return client.post(f"/v1/uploads/{upload}/complete", json={"part_ids": part_ids, **more})


def _cancel(client, upload):
    return client.post(f"/v1/uploads/{upload}/cancel")
