"""Uploads in parts, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from ragproxy.domain import File
from ragproxy.errors import Conflict, InvalidRequest, NotFound


def test_an_upload_comes_back_as_it_was_made(state, clock):
    upload = _create(state, filename="Été.pdf", size=1 << 33, lifetime_s=3600)
    assert upload.id.startswith("upload_")
    assert (upload.owner, upload.filename, upload.purpose, upload.mime_type) == (
        "ann", "Été.pdf", "assistants", "application/pdf",
    )  # fmt: skip
    assert (upload.size, upload.status, upload.file_id, upload.lifetime_s) == (1 << 33, "pending", None, 3600)
    assert (upload.created, upload.expires) == (int(clock.now), int(clock.now) + 3600)
    assert state.uploads.get(upload.id, owner="ann") == upload


def test_parts_are_listed_as_they_came(state, clock):
    upload, other = _create(state, size=10), _create(state)
    ids = [state.uploads.add_part(upload.id, f"{n:064x}", n) for n in range(5)]
    state.uploads.add_part(other.id, "f" * 64, 1)
    parts = state.uploads.parts(upload.id)
    assert [part.id for part in parts] == ids
    assert all(id.startswith("part_") for id in ids)
    assert (parts[3].upload_id, parts[3].sha256, parts[3].size) == (upload.id, f"{3:064x}", 3)
    assert parts[3].created == int(clock.now)
    assert state.uploads.parts("upload_gone") == state.uploads.parts("nul\0") == []
    assert state.library.referenced({f"{n:064x}" for n in range(9)}) == {f"{n:064x}" for n in range(5)}


def test_parts_beyond_what_was_announced_are_refused(state):
    upload = _create(state, size=6)
    state.uploads.add_part(upload.id, "b" * 64, 4)
    with pytest.raises(InvalidRequest, match="would hold 7 bytes, but it was created for 6") as caught:
        state.uploads.add_part(upload.id, "c" * 64, 3)
    assert (caught.value.code, caught.value.param) == ("wrong_size", "data")
    state.uploads.add_part(upload.id, "d" * 64, 2)
    assert len(state.uploads.parts(upload.id)) == 2


def test_a_part_sent_again_because_its_answer_was_lost_counts_once(state):
    upload = _create(state, size=6)
    for _ in range(3):
        state.uploads.add_part(upload.id, "b" * 64, 6)
    assert len({part.id for part in state.uploads.parts(upload.id)}) == 3


def test_the_number_of_parts_has_an_end(state, monkeypatch):
    monkeypatch.setattr("ragproxy.state.uploads.MAX_PARTS", 2)
    upload = _create(state, size=1)
    for _ in range(2):
        state.uploads.add_part(upload.id, "b" * 64, 1)
    with pytest.raises(InvalidRequest, match="2 parts already"):
        state.uploads.add_part(upload.id, "b" * 64, 1)


def test_completing_makes_the_file_and_lets_go_of_the_parts(state):
    upload = _create(state)
    state.uploads.add_part(upload.id, "b" * 64, 6)
    done = state.uploads.complete(upload.id, _file())
    assert (done.status, done.file_id) == ("completed", "file-1")
    assert state.uploads.get(upload.id, owner="ann") == done
    assert state.library.get("file-1", owner="ann") == _file()
    assert state.uploads.parts(upload.id) == []
    assert state.library.referenced({"a" * 64, "b" * 64}) == {"a" * 64}


def test_a_file_that_cannot_be_made_leaves_the_upload_as_it_was(state):
    upload = _create(state)
    state.uploads.add_part(upload.id, "b" * 64, 6)
    state.library.create(_file())
    with pytest.raises(Conflict, match="file-1"):
        state.uploads.complete(upload.id, _file())
    assert state.uploads.get(upload.id, owner="ann").status == "pending"
    assert len(state.uploads.parts(upload.id)) == 1


@pytest.mark.parametrize("end", ["completed", "cancelled", "expired"])
def test_after_its_end_an_upload_takes_nothing_more(state, clock, end):
    upload = _create(state)
    state.uploads.add_part(upload.id, "b" * 64, 6)
    if end == "completed":
        state.uploads.complete(upload.id, _file())
    elif end == "cancelled":
        assert state.uploads.cancel(upload.id).status == "cancelled"
    else:
        clock.now = upload.expires
    assert state.uploads.get(upload.id, owner="ann").status == end
    for call in (
        lambda: state.uploads.add_part(upload.id, "c" * 64, 1),
        lambda: state.uploads.complete(upload.id, _file("file-2")),
        lambda: state.uploads.cancel(upload.id),
    ):
        with pytest.raises(Conflict, match=f"is {end}") as caught:
            call()
        assert caught.value.code == f"upload_{end}"
    with pytest.raises(NotFound):
        state.library.get("file-2", owner="ann")


def test_an_expired_upload_is_found_and_its_parts_let_go(state, clock):
    late, done = _create(state), _create(state)
    state.uploads.add_part(late.id, "b" * 64, 6)
    state.uploads.cancel(done.id)
    clock.now += 60
    fresh = _create(state)
    assert state.uploads.expired(clock.now) == []
    clock.now += 3541
    assert [upload.id for upload in state.uploads.expired(clock.now)] == [late.id]
    for id in (late.id, done.id, "upload_gone", "nul\0"):
        state.uploads.expire(id)
    assert state.uploads.expired(clock.now) == []
    assert state.uploads.parts(late.id) == []
    statuses = [state.uploads.get(id, owner="ann").status for id in (late.id, done.id, fresh.id)]
    assert statuses == ["expired", "cancelled", "pending"]


@pytest.mark.parametrize("id", ["upload_gone", "nul\0", "\ud800"])
def test_an_unknown_upload_is_not_found_by_its_id(state, id):
    for call in (
        lambda: state.uploads.get(id, owner="ann"),
        lambda: state.uploads.add_part(id, "a" * 64, 1),
        lambda: state.uploads.complete(id, _file()),
        lambda: state.uploads.cancel(id),
    ):
        with pytest.raises(NotFound, match="No such Upload object: ") as caught:
            call()
        assert caught.value.code == "upload_not_found"


def test_what_is_not_yours_is_not_there(state):
    with pytest.raises(NotFound):
        state.uploads.get(_create(state).id, owner="bob")


@pytest.mark.parametrize("field", ["filename", "mime_type", "owner"])
def test_a_text_that_cannot_be_kept_is_refused_by_name(state, field):
    with pytest.raises(InvalidRequest, match=f"'{field}'"):
        _create(state, **{field: "nul\0"})


def test_an_upload_is_completed_once_though_many_try(state):
    upload = _create(state)

    def complete(n):
        try:
            return state.uploads.complete(upload.id, _file(f"file-{n}")).file_id
        except Conflict:
            return None

    with ThreadPoolExecutor(8) as pool:
        made = [id for id in pool.map(complete, range(16)) if id]
    assert [state.uploads.get(upload.id, owner="ann").file_id] == made


def _create(state, **fields):
    known = {"owner": "ann", "filename": "a.pdf", "purpose": "assistants", "mime_type": "application/pdf", "size": 6}
    return state.uploads.create(**(known | fields))


def _file(id="file-1"):
    return File(id, "ann", "a.pdf", "assistants", "a" * 64, 6, 1_700_000_000)
