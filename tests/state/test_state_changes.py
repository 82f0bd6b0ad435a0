"""The log of changes: what a copy of the index elsewhere must know, and nothing before it is true."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from ragproxy.domain import Failure
from ragproxy.state.changes import KEPT_S


@pytest.fixture
def since(state, store):
    """The files that changed since the last call, sorted."""
    seen = [state.changes.version(store.id)]

    def look():
        version = state.changes.version(store.id)
        changed = state.changes.since(store.id, seen[0])
        seen[0] = version
        return None if changed is None else sorted(changed)

    return look


def test_a_file_is_in_the_log_once_it_is_indexed_and_not_before(state, store, upload, since):
    file_id = upload()
    state.files.attach(store.id, [file_id], owner="ann")
    state.files.claim(1, "worker", 60)
    assert since() == []
    state.files.complete(store.id, file_id, "worker", chunks=3, usage_bytes=9)
    assert since() == [file_id]
    assert since() == []


def test_a_file_that_failed_may_have_lost_chunks(state, store, upload, since):
    file_id = upload()
    state.files.attach(store.id, [file_id], owner="ann")
    state.files.claim(1, "worker", 60)
    state.files.fail(store.id, file_id, "worker", Failure("invalid_file", "It is torn"))
    assert since() == [file_id]


def test_what_nobody_wants_any_more_was_put_in_all_the_same(state, store, upload, since):
    ids = [upload("a"), upload("b")]
    state.files.attach(store.id, ids, owner="ann")
    state.files.claim(2, "worker", 60)
    state.files.mark_removing(store.id, ids[:1])
    unwanted = state.files.complete_many("worker", {(store.id, file_id): (1, 1) for file_id in ids})
    assert unwanted == {(store.id, ids[0])}
    assert since() == sorted(ids)


def test_a_removal_is_in_the_log_when_the_chunks_are_gone(state, store, indexed, since):
    ids = indexed(store, 3)
    since()
    state.files.mark_removing(store.id, ids[:2])
    assert since() == []
    keys = [(file.store_id, file.id) for file in state.files.claim_removals(5, "remover", 60)]
    state.files.removed("remover", keys)
    assert since() == sorted(ids[:2])


def test_files_of_folders_are_in_the_log(state, store, file_in, since):
    state.files.save(file_in(store, "a"), file_in(store, "b"))
    assert since() == ["a", "b"]
    state.files.delete(store.id, ["a"])
    assert since() == ["a"]


def test_a_change_of_attributes_is_none_of_the_words(state, store, file_in, since):
    state.files.save(file_in(store, "a"))
    since()
    before = state.changes.version(store.id)
    state.files.update_attributes(store.id, "a", {"year": 2024})
    assert state.changes.version(store.id) > before
    assert since() == []


def test_a_file_has_one_entry_however_often_it_changes(state, store, file_in):
    for _ in range(3):
        state.files.save(file_in(store, "a"))
    assert list(state.changes.since(store.id, 0)) == ["a"]


def test_thousands_at_once_are_all_noted(state, store, since):
    ids = [f"file-{number:04}" for number in range(1_201)]
    state.files.delete(store.id, ids)
    assert since() == ids


def test_writers_at_once_are_all_seen_by_whoever_sees_their_version(state, store, file_in):
    seen, version = set(), 0

    def save(number):
        state.files.save(file_in(store, f"file-{number}"))

    with ThreadPoolExecutor(4) as threads:
        saving = [threads.submit(save, number) for number in range(24)]
        while not all(one.done() for one in saving):
            now = state.changes.version(store.id)
            seen.update(state.changes.since(store.id, version))
            version = now
            assert len(set(seen)) >= now  # each save is one version and one file
        for one in saving:
            one.result()
    seen.update(state.changes.since(store.id, version))
    assert len(seen) == 24


def test_a_log_that_was_pruned_says_how_far_back_it_reaches(state, store, file_in, clock):
    state.files.save(file_in(store, "old"))
    before = state.changes.version(store.id)
    state.files.save(file_in(store, "older"))
    clock.now += KEPT_S + 10
    state.files.save(file_in(store, "new"))
    state.changes.prune()
    assert state.changes.since(store.id, before) is None
    assert list(state.changes.since(store.id, before + 1)) == ["new"]
    state.changes.prune()
    assert list(state.changes.since(store.id, before + 1)) == ["new"]


def test_recent_changes_tell_their_stores(state, store, file_in, clock):
    other = state.stores.create("other", owner="ann")
    state.files.save(file_in(store, "a"))
    clock.now += 100
    state.files.save(file_in(other, "b"))
    assert state.changes.recent(50) == {other.id: 1}
    assert state.changes.recent(200) == {store.id: 1, other.id: 1}


def test_a_store_that_is_gone_has_no_version_and_no_log(state, store, file_in):
    state.files.save(file_in(store, "a"))
    state.stores.mark_removing(store.id, owner="ann")
    assert state.changes.version(store.id) is None
    state.stores.delete(store.id)
    assert state.changes.since(store.id, 0) is None
    assert state.changes.recent(1000) == {}
    assert state.changes.version("vs_\0") is None
