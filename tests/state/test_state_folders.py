"""Files of folders in a store: leased while they are put in, on both databases."""

import io
import os
from dataclasses import replace

import pytest

from ragproxy.domain import Chunking, Counts, Cursor, StoredFile
from ragproxy.errors import InvalidRequest, UnknownStore


def test_a_new_file_waits_under_a_lease_until_it_is_finished(state, store, clock):
    file = a_file(store)
    begun = state.folders.begin(store, [file], "cli/1", 60)
    assert (begun.ids, begun.fresh) == ({"file-a"}, {"file-a"})
    waiting = state.files.get(store.id, "file-a")
    assert (waiting.status, waiting.chunks, waiting.usage_bytes, waiting.source) == ("in_progress", 0, 0, "/docs/a.md")
    assert state.files.claim(10, "worker", 60) == []  # somebody has it in hand
    version = state.stores.find(store.id, owner="ann").version
    assert state.folders.finish(store, [file], "cli/1") == {"file-a"}
    assert state.files.get(store.id, "file-a") == file
    assert state.stores.find(store.id, owner="ann").version == version + 1
    assert state.changes.since(store.id, version) == ["file-a"]
    assert state.stores.get(store.id, owner="ann").counts == Counts(completed=1)


def test_what_a_dead_process_began_is_handed_to_a_worker(state, store, clock):
    state.folders.begin(store, [a_file(store)], "cli/1", 60)
    clock.now += 61
    (claimed,) = state.files.claim(10, "worker", 60)
    assert (claimed.id, claimed.sha256) == ("file-a", "a" * 64)


def test_a_dead_process_leaves_a_known_file_as_it_was(state, store, clock):
    put(state, store, a_file(store))
    begun = state.folders.begin(store, [a_file(store, sha256="b" * 64)], "cli/1", 60)
    assert (begun.ids, begun.fresh) == ({"file-a"}, set())
    clock.now += 61
    assert state.files.claim(10, "worker", 60) == []
    assert state.files.get(store.id, "file-a") == a_file(store)


def test_two_never_have_one_file_in_hand(state, store, clock):
    put(state, store, a_file(store))
    a, b = a_file(store), a_file(store, "b")
    assert state.folders.begin(store, [a], "cli/1", 60).ids == {"file-a"}
    assert state.folders.begin(store, [a, b], "cli/2", 60).ids == {"file-b"}
    assert state.folders.finish(store, [a, b], "cli/2") == {"file-b"}
    clock.now += 61
    assert state.folders.begin(store, [a], "cli/2", 60).ids == {"file-a"}
    assert state.folders.finish(store, [a], "cli/1") == set()
    assert state.folders.finish(store, [a], "cli/2") == {"file-a"}


def test_a_file_on_its_way_out_comes_back_as_a_new_one(state, store, clock):
    put(state, store, a_file(store, created=1_700_000_000))
    state.files.update_attributes(store.id, "file-a", {"year": 1889})
    state.library.delete("file-a", owner="ann")
    put(state, store, a_file(store))
    back = state.files.get(store.id, "file-a")
    assert (back.status, back.created, back.attributes) == ("completed", int(clock.now), {})
    assert state.library.get("file-a", owner="ann").filename == "a.md"
    assert state.files.claim_removals(10, "worker", 60) == []


def test_nobody_puts_in_what_is_being_taken_out(state, store):
    put(state, store, a_file(store))
    state.files.mark_removing(store.id, ["file-a"])
    assert len(state.files.claim_removals(10, "worker/1", 60)) == 1
    assert state.folders.begin(store, [a_file(store)], "cli/1", 60).ids == set()
    state.files.removed("worker/1", [(store.id, "file-a")])
    begun = state.folders.begin(store, [a_file(store)], "cli/1", 60)
    assert (begun.ids, begun.fresh) == ({"file-a"}, {"file-a"})


def test_attributes_that_were_given_meanwhile_stay(state, store):
    put(state, store, a_file(store))
    changed = a_file(store, sha256="b" * 64)
    state.folders.begin(store, [changed], "cli/1", 60)
    state.files.update_attributes(store.id, "file-a", {"year": 1889})
    state.folders.finish(store, [changed], "cli/1")
    assert state.files.get(store.id, "file-a") == replace(changed, attributes={"year": 1889})


def test_another_chunking_asked_for_meanwhile_is_not_lost(state, store):
    put(state, store, a_file(store))
    state.folders.begin(store, [a_file(store)], "cli/1", 60)
    state.files.attach(store.id, ["file-a"], owner="ann", chunking=Chunking(200, 0))
    state.folders.finish(store, [a_file(store)], "cli/1")
    (claimed,) = state.files.claim(10, "worker", 60)
    assert claimed.chunking == Chunking(200, 0)


def test_the_files_of_folders_are_listed_page_by_page(state, store, upload):
    several = [a_file(store, name, created=1_700_000_000 + n) for n, name in enumerate("abc")]
    put(state, store, *several)
    state.files.attach(store.id, [upload("uploaded")], owner="ann")
    first = state.folders.page(store.id, Cursor(limit=2, order="asc"))
    assert ([file.id for file in first.items], first.has_more) == (["file-a", "file-b"], True)
    second = state.folders.page(store.id, Cursor(limit=2, order="asc", after="file-b"))
    assert ([file.id for file in second.items], second.has_more) == (["file-c"], False)
    assert {file.id for file in state.folders.of_store(store.id)} == {"file-a", "file-b", "file-c"}


def test_a_store_that_is_not_yours_or_has_expired_takes_nothing(state, store, clock):
    with pytest.raises(UnknownStore):
        state.folders.begin(replace(store, owner="bob"), [a_file(store)], "cli/1", 60)
    short = state.stores.create("short", owner="ann", expires_after_days=1)
    clock.now += 86_400
    with pytest.raises(InvalidRequest, match="has expired"):
        state.folders.begin(short, [a_file(short)], "cli/1", 60)
    assert state.folders.of_store(store.id) == state.folders.of_store(short.id) == []


def test_a_store_that_went_meanwhile_is_an_error(state, store):
    state.folders.begin(store, [a_file(store)], "cli/1", 60)
    state.stores.mark_removing(store.id, owner="ann")
    assert state.stores.removing() == []  # it waits for whoever puts something in
    with pytest.raises(UnknownStore):
        state.folders.finish(store, [a_file(store)], "cli/1")
    state.files.release("cli/1")
    assert [left.id for left in state.stores.removing()] == [store.id]


@pytest.mark.parametrize("wrong", [{"source": "/docs/\0"}, {"filename": "\ud800.md"}])
def test_texts_that_no_database_holds_are_refused(state, store, wrong):
    with pytest.raises(InvalidRequest):
        state.folders.begin(store, [a_file(store, **wrong)], "cli/1", 60)


def test_another_store_keeps_what_it_indexed_until_it_is_told(state, store, tmp_path):
    old, new = keep(state, tmp_path, b"old"), keep(state, tmp_path, b"new")
    put(state, store, a_file(store, sha256=old))
    other = state.stores.create("other", owner="ann")
    state.files.attach(other.id, ["file-a"], owner="ann")
    state.files.claim(1, "worker", 60)
    state.files.complete(other.id, "file-a", "worker", chunks=1, usage_bytes=3)

    put(state, store, a_file(store, sha256=new))
    assert state.library.get("file-a", owner="ann").sha256 == new
    assert state.drop_orphans(3600) == 0  # the other store still stands on the old bytes
    assert state.files.get(other.id, "file-a").sha256 == old

    (again,) = state.files.attach(other.id, ["file-a"], owner="ann")
    assert (again.status, again.sha256) == ("in_progress", new)
    assert state.drop_orphans(3600) == 1
    assert set(state.blobs.all()) == {new}


def test_a_folders_file_goes_with_the_last_store_that_held_it(state, store, tmp_path):
    sha256 = keep(state, tmp_path, b"text")
    put(state, store, a_file(store, sha256=sha256))
    other = state.stores.create("other", owner="ann")
    state.files.attach(other.id, ["file-a"], owner="ann")
    state.files.delete(store.id, ["file-a"])
    assert state.library.get("file-a", owner="ann").sha256 == sha256
    state.files.delete(other.id, ["file-a"])
    assert state.drop_orphans(3600) == 1


def test_a_file_that_an_earlier_version_read_is_not_cut_anew(state, store, file_in):
    state.files.save(file_in(store, usage_bytes=0))  # as it wrote them: there are no bytes to cut
    (as_it_was,) = state.files.attach(store.id, ["file-a"], owner="ann", chunking=Chunking(200, 0))
    assert as_it_was.status == "completed"
    state.files.save(file_in(store, usage_bytes=12))
    (anew,) = state.files.attach(store.id, ["file-a"], owner="ann", chunking=Chunking(200, 0))
    assert anew.status == "in_progress"


def a_file(store, name="a", **fields):
    known = {
        "filename": f"{name}.md",
        "source": f"/docs/{name}.md",
        "sha256": "a" * 64,
        "size": 12,
        "chunks": 2,
        "usage_bytes": 50,
        "attributes": {},
        "created": 1_700_000_000,
    }
    return StoredFile(id=f"file-{name}", store_id=store.id, owner=store.owner, **(known | fields))


def put(state, store, *files):
    state.folders.begin(store, files, "cli/0", 60)
    assert state.folders.finish(store, files, "cli/0") == {file.id for file in files}


def keep(state, tmp_path, data):
    """Bytes put long ago; their digest."""
    sha256, _ = state.blobs.put(io.BytesIO(data), 100)
    os.utime(tmp_path / "blobs" / sha256[:2] / sha256, (1, 1))
    return sha256
