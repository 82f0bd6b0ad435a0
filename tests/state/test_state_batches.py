"""Batches of files, on both databases."""

import pytest

from ragproxy.domain import Attachment, Counts, Failure
from ragproxy.errors import NotFound, UnknownStore


def test_a_batch_is_watched_until_it_is_done(state, store, upload, clock):
    ids = [upload(f"file {n}") for n in range(3)]
    batch = state.batches.create(store.id, owner="ann", files=[Attachment(id, {"n": 1}) for id in ids])
    assert batch.id.startswith("vsfb_")
    assert (batch.store_id, batch.owner, batch.created) == (store.id, "ann", int(clock.now))
    assert (batch.status, batch.counts) == ("in_progress", Counts(in_progress=3))
    assert state.files.get(store.id, ids[0]).attributes == {"n": 1}
    state.files.claim(3, "indexer", 60)
    state.files.complete(store.id, ids[0], "indexer", chunks=1, usage_bytes=1)
    state.files.fail(store.id, ids[1], "indexer", Failure("invalid_file", "It is empty"))
    assert _get(state, batch).counts == Counts(in_progress=1, completed=1, failed=1)
    state.files.complete(store.id, ids[2], "indexer", chunks=1, usage_bytes=1)
    assert (_get(state, batch).status, _get(state, batch).counts) == ("completed", Counts(completed=2, failed=1))
    assert state.files.cancel_batch(store.id, batch.id) == 0
    assert _get(state, batch).status == "completed"


def test_a_batch_of_which_every_file_failed_has_failed(state, store, upload):
    batch = state.batches.create(store.id, owner="ann", files=[Attachment(upload("a"))])
    (file,) = state.files.claim(1, "indexer", 60)
    state.files.fail(store.id, file.id, "indexer", Failure("invalid_file", "It is empty"))
    assert _get(state, batch).status == "failed"


def test_a_cancelled_batch_keeps_what_was_done(state, store, upload):
    ids = [upload(f"file {n}") for n in range(3)]
    batch = state.batches.create(store.id, owner="ann", files=[Attachment(id) for id in ids])
    state.files.claim(1, "indexer", 60)
    state.files.complete(store.id, ids[0], "indexer", chunks=1, usage_bytes=1)
    assert state.files.cancel_batch(store.id, batch.id) == 2
    assert (_get(state, batch).status, _get(state, batch).counts) == ("cancelled", Counts(completed=1, cancelled=2))
    assert state.files.claim(5, "indexer", 60) == []


def test_files_may_follow_a_batch(state, store, upload):
    batch = state.batches.create(store.id, owner="ann")
    assert (batch.status, batch.counts) == ("completed", Counts())
    state.files.attach(store.id, [upload("a"), upload("b")], owner="ann", batch_id=batch.id)
    assert _get(state, batch).counts == Counts(in_progress=2)


def test_one_unknown_file_and_there_is_no_batch(state, store, upload):
    with pytest.raises(NotFound, match="file-unknown"):
        state.batches.create(store.id, owner="ann", files=[Attachment(upload("a")), Attachment("file-unknown")])
    assert state.files.of_store(store.id) == []


@pytest.mark.parametrize("wrong", [{"batch_id": "vsfb_gone"}, {"batch_id": "\0"}, {"store_id": "vs"}, {"owner": "bob"}])
def test_what_is_not_yours_or_not_there_is_not_found(state, store, upload, wrong):
    batch = state.batches.create(store.id, owner="ann")
    asked = {"batch_id": batch.id, "store_id": store.id, "owner": "ann"} | wrong
    with pytest.raises(NotFound, match="No such vector store file batch") as caught:
        state.batches.get(**asked)
    assert caught.value.code == "file_batch_not_found"
    with pytest.raises(UnknownStore):
        state.batches.create(store.id, owner="bob")
    assert state.files.cancel_batch(store.id, "nul\0") == 0


def test_a_batch_goes_with_its_store(state, store):
    batch = state.batches.create(store.id, owner="ann")
    state.stores.mark_removing(store.id, owner="ann")
    with pytest.raises(NotFound):
        _get(state, batch)
    state.stores.delete(store.id)
    with pytest.raises(NotFound):
        _get(state, batch)


def _get(state, batch):
    return state.batches.get(batch.id, store_id=batch.store_id, owner=batch.owner)
