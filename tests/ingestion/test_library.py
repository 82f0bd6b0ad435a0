"""Bytes in, rows after them: what the librarian promises, on real records and a folder of blobs."""

import hashlib
import io
from contextlib import closing

import pytest

from ragproxy.domain import Caller, Chunking, Cursor
from ragproxy.errors import BodyTooLarge, Conflict, InvalidRequest, NotFound, UnknownStore
from ragproxy.ingestion import Librarian
from ragproxy.ingestion.library import PART_LIMIT, Kept
from ragproxy.state import open_state
from tests import databases
from tests.fakes import FakeDoorbell
from tests.ingestion.library import Clock

LIMIT = 1000
DATA = b"Le chat dort.\n"


# ---- whole ----


def test_the_bytes_are_kept_before_any_row_says_so(librarian, state):
    kept = librarian.keep(io.BytesIO(DATA))
    assert kept == Kept(hashlib.sha256(DATA).hexdigest(), len(DATA))
    with state.blobs.open(kept.sha256) as stream:
        assert stream.read() == DATA
    assert state.library.list(Caller("ann", admin=True), Cursor()).items == ()


def test_a_file_is_in_the_library_as_it_was_described(librarian, state, clock):
    file = added(librarian, filename="Été.txt", purpose="user_data", lifetime_s=3600)
    assert state.library.get(file.id, owner="ann") == file
    assert (file.filename, file.purpose, file.size) == ("Été.txt", "user_data", len(DATA))
    assert (file.created, file.expires) == (int(clock.now), int(clock.now) + 3600)
    assert added(librarian, lifetime_s=None).expires is None


def test_the_same_bytes_twice_are_two_files_and_one_blob(librarian, state):
    first, second = added(librarian), added(librarian)
    assert first.id != second.id
    assert first.sha256 == second.sha256
    assert list(state.blobs.all()) == [first.sha256]


def test_a_file_of_exactly_the_limit_is_taken_and_one_byte_more_is_not(librarian, state):
    assert librarian.keep(io.BytesIO(b"x" * LIMIT)).size == LIMIT
    with pytest.raises(BodyTooLarge):
        librarian.keep(io.BytesIO(b"x" * (LIMIT + 1)))
    assert len(list(state.blobs.all())) == 1


@pytest.mark.parametrize(("keep", "param"), [("keep", "file"), ("keep_part", "data")])
def test_nothing_is_no_file_and_no_part(librarian, state, keep, param):
    with pytest.raises(InvalidRequest) as caught:
        getattr(librarian, keep)(io.BytesIO())
    assert (caught.value.code, caught.value.param) == ("empty_file", param)
    assert list(state.blobs.all()) == []


def test_a_part_is_no_larger_than_openais_nor_than_a_file(state, librarian):
    assert librarian.part_limit.size == LIMIT
    with pytest.raises(BodyTooLarge):
        librarian.keep_part(io.BytesIO(b"x" * (LIMIT + 1)))
    assert Librarian(state, FakeDoorbell(), file_limit_bytes=1 << 40).part_limit.size == PART_LIMIT == 64 << 20


def test_bytes_that_become_no_file_are_dropped(librarian, state):
    librarian.drop(librarian.keep(io.BytesIO(DATA)))
    assert list(state.blobs.all()) == []


def test_bytes_that_a_file_has_are_not_dropped_by_another_who_kept_them(librarian, state):
    file = added(librarian)
    librarian.drop(librarian.keep(io.BytesIO(DATA)))
    assert list(state.blobs.all()) == [file.sha256]


def test_what_is_forgotten_leaves_its_stores_and_the_bell_rings_for_it(librarian, state, bell):
    file = added(librarian)
    store = filled(librarian, state, file)
    rings = bell.rings
    librarian.forget(file.id, owner="ann")
    assert bell.rings == rings + 1
    assert state.files.attributes(store.id) == {}
    for wanted in (lambda: state.library.get(file.id, owner="ann"), lambda: librarian.forget(file.id, owner="ann")):
        with pytest.raises(NotFound):
            wanted()


def test_a_strangers_file_is_not_forgotten(librarian, state, bell):
    file = added(librarian)
    with pytest.raises(NotFound):
        librarian.forget(file.id, owner="bob")
    assert state.library.get(file.id, owner="ann") == file
    assert bell.rings == 0


# ---- into a store ----


def test_a_new_store_gets_its_files_and_the_bell_rings(librarian, state, bell):
    files = [added(librarian), added(librarian)]
    store = filled(librarian, state, *files, chunking=Chunking(200, 20))
    assert (store.counts.in_progress, store.status) == (2, "in_progress")
    assert {file.id: file.chunking for file in state.files.of_store(store.id)} == {
        file.id: Chunking(200, 20) for file in files
    }
    assert bell.rings == 1


def test_a_new_store_goes_again_when_a_file_is_not_there(librarian, state, bell):
    store = state.stores.create("notes", owner="ann")
    with pytest.raises(NotFound, match="file-nowhere"):
        librarian.fill(store, [added(librarian).id, "file-nowhere"], None)
    with pytest.raises(UnknownStore):
        state.stores.get(store.id, owner="ann")
    assert bell.rings == 0


def test_a_file_that_moves_in_keeps_its_id_and_its_age(librarian, state):
    about = {"owner": "ann", "filename": "a.txt", "purpose": "assistants"}
    file = librarian.move_in(io.BytesIO(DATA), id="file-abc", created=7, **about)
    assert (file.id, file.created, file.size) == ("file-abc", 7, len(DATA))
    assert state.library.get("file-abc", owner="ann") == file
    with pytest.raises(Conflict):
        librarian.move_in(io.BytesIO(b"another"), id="file-abc", created=7, **about)
    assert list(state.blobs.all()) == [file.sha256]


# ---- in parts ----


def test_parts_make_the_file_in_the_order_asked_for(librarian, state, clock):
    upload = announced(librarian, size=9, lifetime_s=60)
    parts = [part(librarian, upload, data) for data in (b"two", b"one", b"end")]
    clock.now += 5
    ids = [parts[1].id, parts[0].id, parts[2].id]
    done, file = librarian.complete(upload, ids, hashlib.md5(b"onetwoend").hexdigest())
    with state.blobs.open(file.sha256) as stream:
        assert stream.read() == b"onetwoend"
    assert (done.status, done.file_id) == ("completed", file.id)
    assert state.library.get(file.id, owner="ann") == file
    assert (file.filename, file.purpose, file.size) == ("a.txt", "assistants", 9)
    assert file.expires == int(clock.now) + 60


def test_an_upload_that_is_too_large_is_refused_before_its_parts(librarian):
    with pytest.raises(BodyTooLarge) as caught:
        announced(librarian, size=LIMIT + 1)
    assert caught.value.param == "bytes"
    assert announced(librarian, size=LIMIT).size == LIMIT


def test_an_upload_is_pending_for_its_owner_until_it_ends(librarian, state):
    upload = announced(librarian, size=3)
    assert librarian.pending(upload.id, owner="ann") == upload
    with pytest.raises(NotFound):
        librarian.pending(upload.id, owner="bob")
    state.uploads.cancel(upload.id)
    with pytest.raises(Conflict) as caught:
        librarian.pending(upload.id, owner="ann")
    assert caught.value.code == "upload_cancelled"
    with pytest.raises(Conflict):
        part(librarian, upload, b"one")


@pytest.mark.parametrize(
    ("choose", "code", "param"),
    [
        (lambda mine, theirs: [mine[0], theirs], None, "part_ids[1]"),
        (lambda mine, theirs: [mine[0], mine[1], mine[0]], None, "part_ids[2]"),
        (lambda mine, theirs: [mine[0]], "wrong_size", "part_ids"),
        (lambda mine, theirs: [], "wrong_size", "part_ids"),
    ],
)
def test_parts_that_do_not_make_the_file_are_refused_and_it_stays_pending(librarian, state, choose, code, param):
    upload, other = announced(librarian, size=6), announced(librarian, size=3)
    mine = [part(librarian, upload, data).id for data in (b"one", b"two")]
    theirs = part(librarian, other, b"six").id
    with pytest.raises(InvalidRequest) as caught:
        librarian.complete(upload, choose(mine, theirs), None)
    assert (caught.value.code, caught.value.param) == (code, param)
    assert librarian.complete(librarian.pending(upload.id, owner="ann"), mine, None)[1].size == 6


def test_another_md5_is_refused_and_it_stays_pending(librarian, state):
    upload = announced(librarian, size=6)
    first, second = (part(librarian, upload, data).id for data in (b"one", b"two"))
    with pytest.raises(InvalidRequest) as caught:
        librarian.complete(upload, [second, first], hashlib.md5(b"onetwo").hexdigest())
    assert (caught.value.code, caught.value.param) == ("wrong_md5", "md5")
    assert len(list(state.blobs.all())) == 2  # the parts
    assert librarian.pending(upload.id, owner="ann").status == "pending"
    assert state.library.list(Caller("ann", admin=True), Cursor()).items == ()


def test_a_completed_upload_is_not_completed_again(librarian):
    upload = announced(librarian, size=3)
    ids = [part(librarian, upload, b"one").id]
    librarian.complete(upload, ids, None)
    with pytest.raises(Conflict):
        librarian.complete(upload, ids, None)


def test_a_file_of_one_part_needs_no_second_blob(librarian, state):
    upload = announced(librarian, size=3)
    file = librarian.complete(upload, [part(librarian, upload, b"one").id], None)[1]
    assert list(state.blobs.all()) == [file.sha256]


def added(librarian, *, filename="a.txt", purpose="assistants", lifetime_s=None):
    kept = librarian.keep(io.BytesIO(DATA))
    return librarian.add(kept, owner="ann", filename=filename, purpose=purpose, lifetime_s=lifetime_s)


def filled(librarian, state, *files, chunking=None):
    store = state.stores.create("notes", owner="ann")
    return librarian.fill(store, [file.id for file in files], chunking)


def announced(librarian, *, size, lifetime_s=None):
    return librarian.announce(
        owner="ann",
        filename="a.txt",
        purpose="assistants",
        mime_type="text/plain",
        size=size,
        lifetime_s=lifetime_s,
    )


def part(librarian, upload, data):
    return librarian.add_part(upload, librarian.keep_part(io.BytesIO(data)))


@pytest.fixture
def librarian(state, bell, clock):
    return Librarian(state, bell, file_limit_bytes=LIMIT, clock=clock)


@pytest.fixture
def bell():
    return FakeDoorbell()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def state(tmp_path, clock):
    url = f"sqlite:///{tmp_path}/ragproxy.db"
    databases.migrated(url)
    with closing(open_state(url, tmp_path / "files", clock=clock)) as state:
        yield state
