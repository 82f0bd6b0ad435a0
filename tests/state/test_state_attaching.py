"""Files put into stores and taken out, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from ragproxy.domain import Attachment, Chunking, Counts, Cursor, Failure
from ragproxy.errors import InvalidRequest, NotFound, UnknownStore


def test_an_attached_file_waits_to_be_indexed(state, store, upload, clock):
    id = upload("a", size=99)
    (file,) = state.files.attach(store.id, [id], owner="ann", attributes={"year": 2024}, chunking=Chunking(800, 400))
    assert state.files.get(store.id, id) == file
    assert (file.id, file.store_id, file.owner, file.filename, file.source) == (id, store.id, "ann", "a.txt", None)
    assert (file.status, file.error, file.chunks, file.usage_bytes, file.size) == ("in_progress", None, 0, 0, 99)
    assert (file.attributes, file.chunking, file.created) == ({"year": 2024}, Chunking(800, 400), int(clock.now))
    assert state.stores.get(store.id, owner="ann").counts == Counts(in_progress=1)
    assert state.stores.get(store.id, owner="ann").status == "in_progress"
    assert state.stores.get(store.id, owner="ann").version == 0  # nothing that can be found has changed


def test_files_come_back_in_the_order_given_each_once(state, store, upload):
    ids = [upload(f"file {n}") for n in range(4)]
    found = state.files.attach(store.id, [ids[2], ids[0], ids[2], ids[3]], owner="ann")
    assert [file.id for file in found] == [ids[2], ids[0], ids[3]]


def test_one_unknown_file_and_none_is_attached(state, store, upload):
    id, theirs = upload("a"), upload("b", owner="bob")
    for wrong in (theirs, "file-unknown", "nul\0"):
        with pytest.raises(NotFound, match=f"No such File object: {wrong[:3]}") as caught:
            state.files.attach(store.id, [id, wrong], owner="ann")
        assert caught.value.code == "file_not_found"
    assert state.files.of_store(store.id) == []


@pytest.mark.parametrize("store_id", ["vs_gone", "vs_\0", None])
def test_a_store_that_is_not_yours_takes_nothing(state, store, upload, store_id):
    id = upload("a", owner="bob")
    with pytest.raises(UnknownStore):
        state.files.attach(store_id or store.id, [id], owner="bob")


def test_a_store_that_has_expired_takes_nothing(state, upload, clock):
    store = state.stores.create("short", owner="ann", expires_after_days=1)
    clock.now += 86_400
    with pytest.raises(InvalidRequest, match="has expired") as caught:
        state.files.attach(store.id, [upload("a")], owner="ann")
    assert caught.value.code == "vector_store_expired"


def test_each_of_many_has_its_own_attributes_and_chunking(state, store, upload):
    a, b = upload("a"), upload("b")
    first, second = state.files.attach_all(
        store.id, [Attachment(a, {"n": 1}), Attachment(b, {"n": 2}, Chunking(100, 0))], owner="ann"
    )
    assert (first.attributes, first.chunking) == ({"n": 1}, None)
    assert (second.attributes, second.chunking) == ({"n": 2}, Chunking(100, 0))


def test_attaching_again_takes_the_attributes_and_leaves_the_index(state, store, indexed):
    (id,) = indexed(store)
    state.files.update_attributes(store.id, id, {"year": 2023})
    version = state.stores.find(store.id, owner="ann").version
    (again,) = state.files.attach(store.id, [id], owner="ann")
    assert (again.status, again.chunks, again.usage_bytes, again.attributes) == ("completed", 2, 50, {"year": 2023})
    (again,) = state.files.attach(store.id, [id], owner="ann", attributes={"year": 2024})
    assert (again.status, again.attributes) == ("completed", {"year": 2024})
    assert state.files.attributes(store.id) == {id: {"year": 2024}}
    assert state.stores.find(store.id, owner="ann").version > version
    assert state.files.claim(10, "indexer", 60) == []


def test_another_chunking_means_to_index_again(state, store, indexed):
    (id,) = indexed(store)
    (again,) = state.files.attach(store.id, [id], owner="ann", chunking=Chunking(200, 100))
    assert (again.status, again.usage_bytes, again.chunking) == ("in_progress", 0, Chunking(200, 100))
    assert [file.id for file in state.files.claim(10, "indexer", 60)] == [id]


def test_a_file_of_a_folder_is_not_read_again(state, store, file_in):
    """Its bytes are not among the blobs."""
    state.files.save(file_in(store))
    (again,) = state.files.attach(store.id, ["file-a"], owner="ann", chunking=Chunking(200, 100), attributes={"n": 1})
    assert (again.status, again.chunks, again.attributes) == ("completed", 1, {"n": 1})


def test_what_failed_or_was_cancelled_is_tried_again(state, store, upload):
    failed, cancelled = upload("a"), upload("b")
    state.files.attach(store.id, [failed], owner="ann")
    state.files.claim(1, "indexer", 60)
    state.files.fail(store.id, failed, "indexer", Failure("invalid_file", "It is damaged"))
    batch = state.batches.create(store.id, owner="ann", files=[Attachment(cancelled)])
    state.files.cancel_batch(store.id, batch.id)
    again = state.files.attach(store.id, [failed, cancelled], owner="ann")
    assert [(file.status, file.error) for file in again] == [("in_progress", None)] * 2


def test_a_file_that_is_removed_and_attached_again_is_new(state, store, indexed, clock):
    (id,) = indexed(store)
    state.files.update_attributes(store.id, id, {"year": 2023})
    state.files.mark_removing(store.id, [id])
    clock.now += 10
    (again,) = state.files.attach(store.id, [id], owner="ann")
    assert (again.status, again.attributes, again.created) == ("in_progress", {}, int(clock.now))
    assert state.files.removing() == []


def test_two_thousand_files_are_attached_with_few_statements(state, store, upload):
    ids = [upload(f"file {n}", id=f"file-{n:04}") for n in range(2000)]
    statements = _statements(state)
    batch = state.batches.create(store.id, owner="ann", files=[Attachment(id) for id in ids])
    assert batch.counts == Counts(in_progress=2000)
    assert len(statements) < 30
    page = state.files.page(store.id, Cursor(limit=100, order="asc"), "in_progress", batch.id)
    assert [file.id for file in page.items] == ids[:100]
    assert page.has_more
    assert state.files.page(store.id, Cursor(), "completed", batch.id).items == ()


def test_files_are_paged_by_status_and_batch(state, store, indexed, upload):
    done = indexed(store, 3)
    batch = state.batches.create(store.id, owner="ann", files=[Attachment(upload("a"))])
    waiting = [file.id for file in state.files.page(store.id, Cursor(), batch_id=batch.id).items]
    assert [file.id for file in state.files.page(store.id, Cursor(), "in_progress").items] == waiting
    assert [file.id for file in state.files.page(store.id, Cursor(), "completed").items] == done[::-1]
    assert [file.id for file in state.files.page(store.id, Cursor()).items] == [*waiting, *done[::-1]]
    for nothing in (("vs_\0", None), ("vs_gone", None), (store.id, "nul\0"), (store.id, "vsfb_gone")):
        assert state.files.page(nothing[0], Cursor(), batch_id=nothing[1]).items == ()


def test_attributes_are_replaced(state, store, indexed):
    (id,) = indexed(store)
    assert state.files.attributes(store.id) == {id: {}}
    assert state.files.update_attributes(store.id, id, {"a": 1, "b": True}).attributes == {"a": 1, "b": True}
    assert state.files.update_attributes(store.id, id, {"c": "é"}).attributes == {"c": "é"}
    assert state.files.attributes(store.id) == {id: {"c": "é"}}
    for wrong in ("gone", "nul\0"):
        with pytest.raises(NotFound, match=f"No such File object: {wrong[:3]}"):
            state.files.update_attributes(store.id, wrong, {})
    state.files.mark_removing(store.id, [id])
    with pytest.raises(NotFound):
        state.files.update_attributes(store.id, id, {})


def test_a_file_being_removed_is_in_no_list_and_no_count(state, store, indexed, upload):
    gone, kept = indexed(store, 2)
    batch = state.batches.create(store.id, owner="ann", files=[Attachment(gone), Attachment(upload("new"))])
    version = state.stores.find(store.id, owner="ann").version
    assert state.files.mark_removing(store.id, [gone, "unknown", "nul\0"]) == {gone}
    assert state.files.mark_removing(store.id, [gone]) == set()
    assert state.stores.find(store.id, owner="ann").version > version

    with pytest.raises(NotFound, match=gone):
        state.files.get(store.id, gone)
    assert gone not in [file.id for file in state.files.of_store(store.id)]
    for page in (state.files.page(store.id, Cursor()), state.files.page(store.id, Cursor(), batch_id=batch.id)):
        assert gone not in [file.id for file in page.items]
    assert gone not in state.files.attributes(store.id)
    counted = state.stores.get(store.id, owner="ann")
    assert (counted.counts, counted.usage_bytes) == (Counts(in_progress=1, completed=1), 50)
    assert state.batches.get(batch.id, store_id=store.id, owner="ann").counts == Counts(in_progress=1)
    assert [file.status for file in state.files.removing()] == ["removing"]
    assert state.files.get(store.id, kept).status == "completed"


def test_a_store_is_cleared(state, store, indexed):
    ids = indexed(store, 5)
    assert state.files.clear(store.id) == set(ids)
    assert state.files.clear(store.id) == set()
    assert state.files.clear("vs_gone") == set()
    assert state.stores.get(store.id, owner="ann").counts.total == 0
    assert {file.id for file in state.files.removing()} == set(ids)


def test_attaching_removing_and_renewing_at_once_never_stop_each_other(state, store, upload):
    """In one order of locks; two that took theirs in a circle would fail on PostgreSQL."""
    ids = [upload(f"file {n}", id=f"file-{n * 7919 % 300:03}") for n in range(300)]  # not as they lie on the disk
    state.files.attach(store.id, ids, owner="ann")

    def work(n):
        worker = f"worker {n}"
        mine = ids[n * 20 : n * 20 + 150]
        for _ in range(8):
            state.files.claim(150, worker, 60)
            state.files.renew(worker, 60)
            state.files.mark_removing(store.id, mine)
            taken = state.files.claim_removals(150, worker, 60)
            state.files.attach(store.id, mine[::-1], owner="ann")
            state.files.renew(worker, 60)
            state.files.removed(worker, [(file.store_id, file.id) for file in taken])
            state.files.release(worker)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))


def _statements(state):
    seen = []
    sa.event.listen(state._database.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    return seen
