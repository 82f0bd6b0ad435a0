"""The library of uploaded files, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from ragproxy.domain import Caller, Cursor, File
from ragproxy.errors import Conflict, InvalidRequest, NotFound


def test_a_file_comes_back_as_it_was_put_in(state, clock):
    file = File("file-1", "ann", "Été 日本.pdf", "user_data", "b" * 64, 1 << 40, int(clock.now), int(clock.now) + 60)
    state.library.create(file)
    assert state.library.get("file-1", owner="ann") == file
    assert state.library.list(Caller("ann", admin=True), Cursor()).items == (file,)


def test_files_are_listed_by_purpose(state, upload):
    upload("a", purpose="assistants")
    batch = upload("b", purpose="batch")
    assert [file.id for file in state.library.list(Caller("ann", admin=True), Cursor(), "batch").items] == [batch]
    assert state.library.list(Caller("ann", admin=True), Cursor(), "vision").items == ()


def test_an_id_is_taken_once_for_each_owner(state, upload):
    upload("a", id="file-1")
    with pytest.raises(Conflict, match="file-1"):
        upload("b", id="file-1")
    upload("c", owner="bob", id="file-1")
    assert state.library.get("file-1", owner="ann").filename == "a.txt"


@pytest.mark.parametrize(("owner", "id"), [("bob", None), ("ann", "gone"), ("ann", "a\0"), ("\ud800", "a")])
def test_what_is_not_yours_or_not_there_is_not_found_by_its_id(state, upload, owner, id):
    id = id or upload("a")
    for call in (state.library.get, state.library.delete):
        with pytest.raises(NotFound, match=f"No such File object: {id[:1]}") as caught:
            call(id, owner=owner)
        assert caught.value.code == "file_not_found"
    assert state.library.list(Caller("bob", admin=True), Cursor()).items == ()
    assert state.library.list(Caller("\0", admin=True), Cursor()).items == ()


@pytest.mark.parametrize("field", ["id", "filename", "owner"])
def test_a_text_that_cannot_be_kept_is_refused_by_name(upload, field):
    with pytest.raises(InvalidRequest, match=f"'{field}'"):
        upload("a", **{field: "nul\0"})


def test_deleting_forgets_at_once_what_no_store_holds(state, upload):
    id, other = upload("a"), upload("b")
    state.library.delete(id, owner="ann")
    with pytest.raises(NotFound):
        state.library.get(id, owner="ann")
    with pytest.raises(NotFound):
        state.library.delete(id, owner="ann")
    assert [file.id for file in state.library.list(Caller("ann", admin=True), Cursor()).items] == [other]
    assert state.library.referenced({"a" * 64, "c" * 64}) == {"a" * 64}


def test_deleting_takes_the_file_out_of_every_store(state, store, indexed):
    other = state.stores.create("archive", owner="ann")
    id, neighbour = indexed(store, 2)
    state.files.attach(other.id, [id], owner="ann")
    version = state.stores.find(store.id, owner="ann").version
    state.library.delete(id, owner="ann")

    assert [file.id for file in state.files.of_store(store.id)] == [neighbour]
    assert state.files.page(other.id, Cursor()).items == ()
    assert set(state.files.attributes(store.id)) == {neighbour}
    assert state.stores.get(store.id, owner="ann").counts.total == 1
    assert state.stores.find(store.id, owner="ann").version > version
    assert state.files.claim(10, "indexer", 60) == []
    with pytest.raises(NotFound):
        state.library.get(id, owner="ann")
    with pytest.raises(NotFound, match=id):
        state.files.attach(other.id, [id], owner="ann")

    assert {(file.store_id, file.id) for file in state.files.removing()} == {(store.id, id), (other.id, id)}
    for file in state.files.claim_removals(10, "remover", 60):
        state.files.removed("remover", [(file.store_id, file.id)])
    assert state.files.removing() == []
    state.library.create(File(id, "ann", "again.txt", "assistants", "a" * 64, 1, 1))  # nothing is left in the way


def test_a_file_taken_from_a_store_stays_in_the_library(state, store, indexed):
    (id,) = indexed(store)
    state.files.mark_removing(store.id, [id])
    state.files.claim_removals(10, "remover", 60)
    state.files.removed("remover", [(store.id, id)])
    assert state.files.removing() == []
    assert state.library.get(id, owner="ann").id == id
    state.stores.delete(store.id)
    assert state.library.get(id, owner="ann").id == id


def test_a_file_of_a_folder_is_in_the_library_as_long_as_a_store_holds_it(state, store, file_in):
    state.files.save(file_in(store))
    assert state.library.get("file-a", owner="ann").filename == "file-a.md"
    state.files.delete(store.id, ["file-a"])
    with pytest.raises(NotFound):
        state.library.get("file-a", owner="ann")


def test_a_file_of_a_folder_that_was_deleted_comes_back_when_it_is_read_again(state, store, file_in):
    state.files.save(file_in(store))
    state.library.delete("file-a", owner="ann")
    assert state.files.of_store(store.id) == []
    state.files.save(file_in(store))
    assert state.library.get("file-a", owner="ann").id == "file-a"
    assert state.files.get(store.id, "file-a").status == "completed"
    assert state.files.removing() == []


def test_an_expired_file_is_not_there_and_waits_to_be_deleted(state, upload, clock):
    id = upload("a", expires=int(clock.now) + 60)
    upload("b")
    assert state.library.expired(clock.now) == []
    assert state.library.get(id, owner="ann").expires == int(clock.now) + 60
    clock.now += 61
    with pytest.raises(NotFound):
        state.library.get(id, owner="ann")
    assert len(state.library.list(Caller("ann", admin=True), Cursor()).items) == 1
    assert [file.id for file in state.library.expired(clock.now)] == [id]
    state.library.delete(id, owner="ann")
    assert state.library.expired(clock.now) == []


def test_deleting_and_attaching_at_once_leaves_either_both_or_nothing(state, upload):
    stores = [state.stores.create(f"store {n}", owner="ann") for n in range(3)]

    def attach(store, id):
        try:
            state.files.attach(store.id, [id], owner="ann")
        except NotFound:
            return

    with ThreadPoolExecutor(4) as pool:
        for n in range(25):
            id = upload(f"file {n}")
            jobs = [pool.submit(attach, store, id) for store in stores]
            jobs.append(pool.submit(state.library.delete, id, owner="ann"))
            for job in jobs:
                job.result()
            with pytest.raises(NotFound):
                state.library.get(id, owner="ann")
    assert [file.id for store in stores for file in state.files.of_store(store.id)] == []
    removing = state.files.claim_removals(100, "remover", 60)
    state.files.removed("remover", [(file.store_id, file.id) for file in removing])
    assert state.library.referenced({"a" * 64}) == set()
