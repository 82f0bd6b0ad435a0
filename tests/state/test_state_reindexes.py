"""Reindexes as rows, on both databases: asked for once, claimed once, taken up again, and files wait meanwhile."""

import pytest

from ragproxy.domain import Failure
from ragproxy.errors import InvalidRequest, NotFound, UnknownStore

DAY_S = 86_400


def test_a_reindex_is_asked_for_done_and_told(state, store, clock):
    asked = state.reindexes.ask(store.id, owner="ann")
    assert (asked.store_id, asked.status, asked.done, asked.total) == (store.id, "in_progress", 0, 0)
    assert (asked.created, asked.finished, asked.error) == (int(clock.now), None, None)
    assert state.reindexes.claim("worker/1", 60) == asked
    assert state.reindexes.advance(store.id, "worker/1", 20, 50)
    running = state.reindexes.get(store.id, owner="ann")
    assert (running.status, running.done, running.total) == ("in_progress", 20, 50)
    clock.now += 9
    state.reindexes.complete(store.id, "worker/1", 50)
    done = state.reindexes.get(store.id, owner="ann")
    assert (done.status, done.done, done.total) == ("completed", 50, 50)
    assert (done.created, done.finished) == (asked.created, asked.created + 9)
    assert state.reindexes.claim("worker/2", 60) is None


def test_completion_raises_the_version_of_the_store(state, store):
    state.reindexes.ask(store.id, owner="ann")
    state.reindexes.claim("w", 60)
    before = state.stores.get(store.id, owner="ann").version
    state.reindexes.complete(store.id, "w", 5)
    assert state.stores.get(store.id, owner="ann").version == before + 1


def test_asking_again_while_one_waits_or_runs_gives_the_same(state, store, clock):
    asked = state.reindexes.ask(store.id, owner="ann")
    clock.now += 5
    assert state.reindexes.ask(store.id, owner="ann") == asked
    state.reindexes.claim("w", 60)
    state.reindexes.advance(store.id, "w", 1, 2)
    again = state.reindexes.ask(store.id, owner="ann")
    assert (again.created, again.done) == (asked.created, 1)
    assert state.reindexes.claim("other", 60) is None


@pytest.mark.parametrize("end", ["completed", "failed"])
def test_asking_after_the_end_begins_a_new_one(state, store, clock, end):
    state.reindexes.ask(store.id, owner="ann")
    state.reindexes.claim("w", 60)
    if end == "completed":
        state.reindexes.complete(store.id, "w", 5)
    else:
        state.reindexes.fail(store.id, "w", Failure("server_error", "The embedder is down"))
    clock.now += 5
    again = state.reindexes.ask(store.id, owner="ann")
    assert (again.status, again.done, again.total, again.error, again.finished) == ("in_progress", 0, 0, None, None)
    assert again.created == int(clock.now)
    assert state.reindexes.claim("w2", 60) == again


def test_a_failure_keeps_its_reason(state, store):
    state.reindexes.ask(store.id, owner="ann")
    state.reindexes.claim("w", 60)
    state.reindexes.fail(store.id, "w", Failure("server_error", "The embedder is down"))
    failed = state.reindexes.get(store.id, owner="ann")
    assert (failed.status, failed.error) == ("failed", Failure("server_error", "The embedder is down"))
    assert failed.finished is not None


def test_what_was_never_asked_for_is_not_found(state, store):
    with pytest.raises(NotFound, match=store.id):
        state.reindexes.get(store.id, owner="ann")
    state.reindexes.ask(store.id, owner="ann")
    for store_id, owner in ((store.id, "bob"), ("vs_other", "ann"), ("a\0b", "ann")):
        with pytest.raises(NotFound):
            state.reindexes.get(store_id, owner=owner)
        with pytest.raises(UnknownStore):
            state.reindexes.ask(store_id, owner=owner)


def test_an_expired_store_is_not_reindexed(state, clock):
    store = state.stores.create("old", owner="ann", expires_after_days=1)
    clock.now += 2 * DAY_S
    with pytest.raises(InvalidRequest):
        state.reindexes.ask(store.id, owner="ann")


def test_the_one_that_waits_longest_comes_first(state, clock):
    stores = [state.stores.create(str(n), owner="ann") for n in range(3)]
    for store in stores:
        state.reindexes.ask(store.id, owner="ann")
        clock.now += 1
    assert [state.reindexes.claim(f"w{n}", 60).store_id for n in range(3)] == [store.id for store in stores]


def test_one_whose_worker_died_is_taken_up_again_and_the_dead_one_has_no_say(state, store, clock):
    state.reindexes.ask(store.id, owner="ann")
    state.reindexes.claim("dead", 60)
    state.reindexes.advance(store.id, "dead", 30, 50)
    clock.now += 59
    assert state.reindexes.claim("next", 60) is None
    clock.now += 2
    assert state.reindexes.claim("next", 60).store_id == store.id
    assert state.reindexes.get(store.id, owner="ann").done == 0
    assert not state.reindexes.advance(store.id, "dead", 31, 50)
    assert state.reindexes.renew("dead", 60) == set()
    state.reindexes.fail(store.id, "dead", Failure("server_error", "late"))
    assert state.reindexes.get(store.id, owner="ann").status == "in_progress"


def test_a_lease_that_is_renewed_does_not_run_out(state, store, clock):
    state.reindexes.ask(store.id, owner="ann")
    state.reindexes.claim("w", 60)
    for _ in range(3):
        clock.now += 50
        assert state.reindexes.renew("w", 60) == {store.id}
        assert state.reindexes.claim("other", 60) is None


def test_what_is_given_back_can_be_claimed_at_once(state, store):
    state.reindexes.ask(store.id, owner="ann")
    state.reindexes.claim("house/1", 60)
    state.reindexes.release("house/1")
    assert state.reindexes.claim("house/2", 60) is not None
    state.reindexes.abandon("house/")
    state.reindexes.abandon("nobody/")
    assert state.reindexes.claim("other", 60) is not None


def test_a_store_that_goes_ends_it(state, store):
    state.reindexes.ask(store.id, owner="ann")
    state.reindexes.claim("w", 60)
    state.stores.mark_removing(store.id, owner="ann")
    assert not state.reindexes.advance(store.id, "w", 1, 2)
    assert state.reindexes.renew("w", 60) == set()
    with pytest.raises(UnknownStore):
        state.reindexes.complete(store.id, "w", 5)
    assert state.stores.removing() == []  # its index is being written to
    state.reindexes.release("w")
    assert [one.id for one in state.stores.removing()] == [store.id]
    assert state.reindexes.claim("other", 60) is None
    state.stores.delete(store.id)
    with pytest.raises(NotFound):
        state.reindexes.get(store.id, owner="ann")


def test_files_of_the_store_wait_and_others_do_not(state, store, upload, clock):
    other = state.stores.create("other", owner="ann")
    waits, removed, goes = upload("a"), upload("b"), upload("c")
    state.files.attach(store.id, [removed], owner="ann")
    (claimed,) = state.files.claim(10, "indexer", 60)
    state.files.complete(store.id, claimed.id, "indexer", chunks=2, usage_bytes=5)
    state.reindexes.ask(store.id, owner="ann")
    state.files.attach(store.id, [waits], owner="ann")
    state.files.attach(other.id, [goes], owner="ann")
    state.files.mark_removing(store.id, [removed])
    assert [file.id for file in state.files.claim(10, "indexer", 60)] == [goes]
    assert state.files.claim_removals(10, "indexer", 60) == []
    state.reindexes.claim("w", 60)
    assert state.files.claim(10, "indexer", 60) == []
    state.reindexes.complete(store.id, "w", 2)
    assert [file.id for file in state.files.claim(10, "indexer", 60)] == [waits]
    assert [file.id for file in state.files.claim_removals(10, "indexer", 60)] == [removed]


def test_it_waits_for_those_who_hold_files_of_the_store(state, store, upload):
    state.files.attach(store.id, [upload("a")], owner="ann")
    state.files.claim(10, "indexer", 60)
    state.reindexes.ask(store.id, owner="ann")
    assert state.reindexes.claim("w", 60) is None
    state.files.release("indexer")
    assert state.reindexes.claim("w", 60) is not None


def test_it_does_not_wait_for_files_that_were_put_off(state, store, upload, clock):
    """Those of a store of another embedder are, before anybody thinks of a reindex."""
    file_id = upload("a")
    state.files.attach(store.id, [file_id], owner="ann")
    state.files.claim(10, "indexer", 60)
    state.files.put_off("indexer")
    assert state.files.claim(10, "other", 60) == []
    assert state.files.renew("indexer", 60) == set()
    state.reindexes.ask(store.id, owner="ann")
    assert state.reindexes.claim("w", 60) is not None
    state.reindexes.complete(store.id, "w", 1)
    clock.now += 61
    assert [file.id for file in state.files.claim(10, "other", 60)] == [file_id]
