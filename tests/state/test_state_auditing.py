"""What the doctor reads and sets right in the records, on both databases."""

from ragproxy.domain import Failure
from ragproxy.state.db import BATCH


def test_stores_of_every_owner_are_read_and_none_that_goes(state):
    ids = [state.stores.create(f"s{n}", owner=f"owner {n}").id for n in range(3)]
    state.stores.mark_removing(ids[2], owner="owner 2")
    assert list(state.audit.stores()) == sorted([(ids[0], "s0"), (ids[1], "s1")])
    assert state.audit.number_of_stores() == 2
    assert state.audit.known([*ids, "vs_none", "a\0b"]) == set(ids)


def test_files_are_read_page_by_page_whatever_their_status(state, store, file_in):
    rows = [file_in(store, f"file-{n:04}") for n in range(2 * BATCH + 1)]
    state.files.save(*rows)
    state.files.mark_removing(store.id, ["file-0003"])
    pages = list(state.audit.files(store.id))
    assert [len(page) for page in pages] == [BATCH, BATCH, 1]
    held = [one for page in pages for one in page]
    assert [one.file.id for one in held] == [row.id for row in rows]
    assert [one.file.id for one in held if one.leaving] == ["file-0003"]
    assert set(state.audit.some(store.id, ["file-0001", "file-0003", "none"])) == {"file-0001", "file-0003"}


def test_a_cancelled_file_leaves_only_when_it_may_have_chunks(state, store, upload, clock):
    batch = state.batches.create(store.id, owner="ann")
    begun, untouched = upload("a"), upload("b")
    state.files.attach(store.id, [begun], owner="ann", batch_id=batch.id)
    state.files.claim(1, "indexer", 60)
    state.files.attach(store.id, [untouched], owner="ann", batch_id=batch.id)
    state.files.cancel_batch(store.id, batch.id)
    held = state.audit.some(store.id, [begun, untouched])
    assert {file_id: one.leaving for file_id, one in held.items()} == {begun: True, untouched: False}


def test_files_with_the_same_bytes_come_together(state, upload):
    digests = ["b" * 64, "a" * 64, "b" * 64]
    ids = [upload(f"{n}", owner=f"owner {n}", sha256=digest) for n, digest in enumerate(digests)]
    state.library.delete(upload("gone", sha256="b" * 64), owner="ann")
    kept = list(state.audit.kept())
    assert [one.id for one in kept] == [ids[1], ids[0], ids[2]]
    assert all(one.uploaded for one in kept)


def test_what_waits_and_what_is_in_hand_is_counted(state, store, upload):
    state.files.attach(store.id, [upload(str(n)) for n in range(5)], owner="ann")
    assert state.audit.waiting() == (5, 0)
    state.files.claim(2, "indexer", 60)
    assert state.audit.waiting() == (5, 2)
    state.files.release("indexer")
    assert state.audit.waiting() == (5, 0)
    state.stores.mark_removing(store.id, owner="ann")
    assert state.audit.waiting() == (0, 0)


def test_completed_files_wait_again_and_others_stay(state, store, upload, indexed):
    (done,) = indexed(store)
    waiting = upload("w")
    state.files.attach(store.id, [waiting], owner="ann")
    before = state.stores.get(store.id, owner="ann").version
    assert state.audit.index_again(store.id, [done, waiting, "none"]) == {done}
    assert state.stores.get(store.id, owner="ann").version > before
    again = state.files.get(store.id, done)
    assert (again.status, again.usage_bytes, again.chunks) == ("in_progress", 0, 2)
    assert {file.id for file in state.files.claim(10, "indexer", 60)} == {done, waiting}


def test_a_file_that_is_given_up_says_why(state, store, indexed):
    (done,) = indexed(store)
    error = Failure("server_error", "Its bytes are gone")
    assert state.audit.give_up(store.id, [done], error) == {done}
    failed = state.files.get(store.id, done)
    assert (failed.status, failed.error, failed.chunks, failed.usage_bytes) == ("failed", error, 0, 0)
    assert state.audit.give_up("vs_none", [done], error) == set()


def test_chunks_that_left_are_noted_for_those_who_keep_copies(state, store):
    before = state.changes.version(store.id)
    state.audit.changed(store.id, ["file-gone"])
    assert state.changes.since(store.id, before) == ["file-gone"]
