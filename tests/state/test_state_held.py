"""Which of an owner's stores hold a file, on both databases."""

import pytest

from ragproxy.domain import Caller

DAY_S = 86_400


@pytest.fixture
def held(state):
    """The stores that hold a file of Ann's, by name, with its status."""

    def stores(*file_ids, owner="ann"):
        names = {store.id: store.name for store in state.stores.list(owner=owner)}
        return [(names[file.store_id], file.status) for file in state.files.held(file_ids, Caller(owner, admin=True))]

    return stores


def test_every_store_is_told_with_the_files_status_oldest_first(state, store, upload, held, clock):
    file_id = upload()
    state.files.attach(store.id, [file_id], owner="ann")
    clock.now += 60
    state.files.attach(state.stores.create("archive", owner="ann").id, [file_id], owner="ann")
    (claimed,) = state.files.claim(1, "indexer", 60)
    state.files.complete(claimed.store_id, file_id, "indexer", chunks=1, usage_bytes=1)
    assert held(file_id) == [("library", "completed"), ("archive", "in_progress")]


def test_files_without_a_store_and_without_a_name_are_not_there(store, upload, held):
    assert held(upload(), "file-nowhere", "a\0b") == []
    assert held() == []


def test_strangers_files_are_not_told(state, store, upload, held):
    file_id = upload()
    state.files.attach(store.id, [file_id], owner="ann")
    assert held(file_id, owner="bob") == []
    assert state.files.held([file_id], Caller("a\0b", admin=True)) == []


@pytest.mark.parametrize("what", ["file", "store", "library", "store expired", "file expired"])
def test_what_goes_or_has_expired_is_not_told(state, upload, held, clock, what):
    store = state.stores.create("library", owner="ann", expires_after_days=1)
    file_id = upload(expires=int(clock.now) + DAY_S // 2)
    state.files.attach(store.id, [file_id], owner="ann")
    assert held(file_id) == [("library", "in_progress")]
    if what == "file":
        state.files.mark_removing(store.id, [file_id])
    elif what == "store":
        state.stores.mark_removing(store.id, owner="ann")
    elif what == "library":
        state.library.delete(file_id, owner="ann")
    elif what == "file expired":
        clock.now += DAY_S // 2
    else:
        file_id = upload("for ever")
        state.files.attach(store.id, [file_id], owner="ann")
        clock.now += DAY_S
    assert held(file_id) == []


def test_more_files_than_a_statement_takes(state, store, upload, held):
    ids = [upload(f"{number}") for number in range(501)]
    state.files.attach(store.id, ids, owner="ann")
    assert len(held(*ids)) == 501


def test_a_named_store_is_made_with_its_expiry_and_found_without_a_change(state):
    made = state.stores.named("mine", owner="ann", expires_after_days=7)
    assert made.expires_after_days == 7
    assert state.stores.named("mine", owner="ann", expires_after_days=3) == made
    assert state.stores.named("other", owner="ann").expires_after_days is None
