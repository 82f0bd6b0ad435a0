"""Who works on which file, on both databases."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from ragproxy.domain import Attachment, Chunking, Counts, Failure
from ragproxy.errors import NotFound
from ragproxy.state import open_state


def test_those_that_wait_longest_come_first(state, store, upload, clock):
    late = [upload(f"late {n}") for n in range(3)]
    early = upload("early")
    state.files.attach(store.id, [early], owner="ann")
    clock.now += 5
    state.files.attach(store.id, late, owner="ann")
    assert [file.id for file in state.files.claim(2, "one", 60)] == [early, late[0]]
    assert [file.id for file in state.files.claim(9, "two", 60)] == late[1:]
    assert state.files.claim(9, "three", 60) == []


@pytest.mark.parametrize("workers", [2, 8])
def test_no_file_is_claimed_twice(state, store, upload, workers, database_url):
    ids = [upload(f"file {n}") for n in range(200)]
    state.files.attach(store.id, ids, owner="ann")
    elsewhere = open_state(database_url)  # another process, as far as locks in memory can tell
    start = threading.Barrier(workers)

    def work(n):
        files, got = (state, elsewhere)[n % 2].files, []
        start.wait()
        while claimed := files.claim(7, f"worker {n}", 600):
            got += [file.id for file in claimed]
        return got

    with ThreadPoolExecutor(workers) as pool:
        claimed = Counter(id for got in pool.map(work, range(workers)) for id in got)
    elsewhere.close()
    assert claimed == Counter(ids)


def test_a_completed_file_says_what_it_takes_in_the_index(state, store, upload):
    id = upload("a")
    state.files.attach(store.id, [id], owner="ann")
    state.files.claim(1, "indexer", 60)
    version = state.stores.find(store.id, owner="ann").version
    assert state.files.complete(store.id, id, "indexer", chunks=3, usage_bytes=700)
    file = state.files.get(store.id, id)
    assert (file.status, file.chunks, file.usage_bytes) == ("completed", 3, 700)
    found = state.stores.get(store.id, owner="ann")
    assert (found.status, found.counts, found.usage_bytes) == ("completed", Counts(completed=1), 700)
    assert found.version == version + 1
    assert state.files.renew("indexer", 60) == set()


def test_a_failed_file_says_why(state, store, upload):
    id = upload("a")
    state.files.attach(store.id, [id], owner="ann")
    state.files.claim(1, "indexer", 60)
    assert state.files.fail(store.id, id, "indexer", Failure("unsupported_file", "There is no loader for .xyz"))
    file = state.files.get(store.id, id)
    assert (file.status, file.error) == ("failed", Failure("unsupported_file", "There is no loader for .xyz"))
    assert (file.chunks, file.usage_bytes) == (0, 0)
    assert state.files.claim(1, "indexer", 60) == []


@pytest.mark.parametrize("again", [Chunking(100, 0), None], ids=["in another way", "as before"])
def test_a_file_that_is_to_be_cut_in_another_way_by_now_waits_to_be_indexed_again(state, store, upload, again):
    id = upload("a")
    state.files.attach(store.id, [id], owner="ann")
    (claimed,) = state.files.claim(1, "indexer", 60)
    state.files.attach(store.id, [id], owner="ann", chunking=again)
    read = {(store.id, id): claimed}
    assert state.files.complete_many("indexer", {(store.id, id): (3, 700)}, read) == set()
    file = state.files.get(store.id, id)
    if again is None:
        assert (file.status, file.chunks) == ("completed", 3)
        assert state.files.claim(1, "indexer", 60) == []
    else:
        assert (file.status, file.chunks, file.usage_bytes) == ("in_progress", 3, 0)  # chunks to be replaced
        assert [file.chunking for file in state.files.claim(1, "another", 60)] == [Chunking(100, 0)]


def test_a_file_recut_while_its_worker_died_may_have_chunks(state, store, upload):
    id = upload("a")
    state.files.attach(store.id, [id], owner="ann")
    state.files.claim(1, "dead", 60)
    state.files.attach(store.id, [id], owner="ann", chunking=Chunking(100, 0))
    state.files.abandon("dead")
    (file,) = state.files.claim(1, "next", 60)
    assert file.chunks > 0


def test_a_file_with_which_a_worker_died_comes_last_and_alone(state, store, upload):
    ids = [upload(f"file {n}") for n in range(4)]
    state.files.attach(store.id, ids[:3], owner="ann")
    assert len(state.files.claim(3, "dead/1", 60)) == 3
    state.files.complete(store.id, ids[2], "dead/1", chunks=1, usage_bytes=1)
    state.files.abandon("dead/")
    state.files.attach(store.id, [ids[3]], owner="ann")
    claims = [state.files.claim(9, f"next/{n}", 60) for n in range(4)]
    assert [[file.id for file in claim] for claim in claims] == [[ids[3]], [ids[0]], [ids[1]], []]
    assert [file.deaths for claim in claims for file in claim] == [0, 1, 1]


def test_a_lease_that_ran_out_at_work_is_a_death_and_one_let_go_or_put_off_is_none(state, store, upload, clock):
    ids = sorted(upload(f"file {n}") for n in range(3))
    state.files.attach(store.id, ids, owner="ann")
    for worker in ("dead", "leaving", "patient"):
        state.files.claim(1, worker, 60)
    state.files.release("leaving")
    state.files.put_off("patient")
    clock.now += 61
    claimed = [*state.files.claim(9, "next", 60), *state.files.claim(9, "next", 60)]
    assert {file.id: file.deaths for file in claimed} == {ids[0]: 1, ids[1]: 0, ids[2]: 0}


@pytest.mark.parametrize("end", ["completed", "failed", "attached anew"])
def test_deaths_are_forgotten(state, store, upload, end):
    id = upload("a")
    state.files.attach(store.id, [id], owner="ann")
    state.files.claim(1, "dead/1", 60)
    state.files.abandon("dead/")
    assert state.files.get(store.id, id).deaths == 1
    state.files.claim(1, "next", 60)
    if end == "completed":
        state.files.complete(store.id, id, "next", chunks=1, usage_bytes=1)
    elif end == "failed":
        state.files.fail(store.id, id, "next", Failure("server_error", "no"))
    else:
        state.files.attach(store.id, [id], owner="ann", chunking=Chunking(100, 0))
    assert state.files.get(store.id, id).deaths == 0


def test_many_are_completed_together_in_several_stores(state, store, upload):
    other = state.stores.create("archive", owner="ann")
    ids = [upload(f"file {n}") for n in range(6)]
    for place in (store, other):
        state.files.attach(place.id, ids, owner="ann")
    claimed = state.files.claim(20, "indexer", 60)
    state.files.mark_removing(other.id, [ids[3]])
    done = {(file.store_id, file.id): (1, 10) for file in claimed}
    assert state.files.complete_many("indexer", done) == {(other.id, ids[3])}
    assert state.stores.get(store.id, owner="ann").counts == Counts(completed=6)
    assert state.stores.get(other.id, owner="ann").counts == Counts(completed=5)


def test_nobody_takes_over_while_the_lease_lasts(state, store, upload, clock):
    state.files.attach(store.id, [upload("a")], owner="ann")
    state.files.claim(1, "one", 60)
    clock.now += 59
    assert state.files.claim(1, "two", 60) == []
    state.files.renew("one", 60)
    clock.now += 59
    assert state.files.claim(1, "two", 60) == []
    clock.now += 1
    assert len(state.files.claim(1, "two", 60)) == 1


def test_who_was_too_slow_leaves_the_file_to_the_one_who_took_over(state, store, upload, clock):
    """The chunks of both are the same: the slow one must not take them out of the index again."""
    id = upload("a")
    state.files.attach(store.id, [id], owner="ann")
    state.files.claim(1, "slow", 60)
    clock.now += 61
    state.files.claim(1, "next", 60)
    assert state.files.renew("slow", 60) == set()
    assert state.files.complete(store.id, id, "slow", chunks=9, usage_bytes=9)
    assert state.files.fail(store.id, id, "slow", Failure("server_error", "Too late"))
    assert state.files.get(store.id, id).status == "in_progress"
    assert state.files.complete(store.id, id, "next", chunks=1, usage_bytes=1)
    assert state.files.complete(store.id, id, "slow", chunks=9, usage_bytes=9)
    assert state.files.get(store.id, id).chunks == 1


def test_who_was_slow_may_finish_what_nobody_took(state, store, upload, clock):
    id = upload("a")
    state.files.attach(store.id, [id], owner="ann")
    state.files.claim(1, "slow", 60)
    clock.now += 600
    assert state.files.complete(store.id, id, "slow", chunks=1, usage_bytes=1)
    assert state.files.get(store.id, id).status == "completed"


def test_what_is_given_back_is_taken_at_once(state, store, upload):
    ids = [upload(f"file {n}") for n in range(3)]
    state.files.attach(store.id, ids, owner="ann")
    state.files.claim(3, "leaving", 600)
    state.files.complete(store.id, ids[0], "leaving", chunks=1, usage_bytes=1)
    state.files.release("leaving")
    assert state.files.renew("leaving", 600) == set()
    assert [file.id for file in state.files.claim(3, "next", 60)] == ids[1:]


def test_a_file_cancelled_while_it_is_indexed_is_to_be_taken_out(state, store, upload):
    id, other = upload("a"), upload("b")
    batch = state.batches.create(store.id, owner="ann", files=[Attachment(id), Attachment(other)])
    state.files.claim(1, "indexer", 60)
    assert state.files.renew("indexer", 60) == {(store.id, id)}
    assert state.files.cancel_batch(store.id, batch.id) == 2
    assert state.files.renew("indexer", 60) == set()
    assert not state.files.complete(store.id, id, "indexer", chunks=3, usage_bytes=3)
    assert state.files.claim_removals(5, "remover", 60) == []  # the indexer is at it
    state.files.removed("indexer", [(store.id, id)])
    assert state.files.claim_removals(5, "remover", 60) == []
    assert [state.files.get(store.id, each).status for each in (id, other)] == ["cancelled"] * 2
    assert state.stores.get(store.id, owner="ann").counts == Counts(cancelled=2)


@pytest.mark.parametrize("leaves", ["killed", "gives back"])
def test_what_a_dead_worker_left_of_a_cancelled_file_is_found(state, store, upload, clock, leaves):
    id = upload("a")
    batch = state.batches.create(store.id, owner="ann", files=[Attachment(id), Attachment(upload("untouched"))])
    state.files.claim(1, "dead", 60)
    state.files.cancel_batch(store.id, batch.id)
    if leaves == "gives back":
        state.files.release("dead")
    else:
        assert state.files.claim_removals(5, "remover", 60) == []
        clock.now += 61
    assert [file.id for file in state.files.claim_removals(5, "remover", 60)] == [id]
    state.files.removed("remover", [(store.id, id)])
    assert state.files.removing() == []
    assert state.files.get(store.id, id).status == "cancelled"


def test_the_old_chunks_of_a_file_cancelled_while_it_waits_anew_are_found(state, store, indexed):
    (id,) = indexed(store)
    batch = state.batches.create(store.id, owner="ann", files=[Attachment(id, chunking=Chunking(200, 0))])
    assert state.files.cancel_batch(store.id, batch.id) == 1
    assert [file.id for file in state.files.claim_removals(5, "remover", 60)] == [id]
    state.files.removed("remover", [(store.id, id)])
    assert (state.files.get(store.id, id).chunks, state.files.removing()) == (0, [])


def test_a_file_deleted_while_it_is_indexed_is_to_be_taken_out(state, store, upload):
    id = upload("a")
    state.files.attach(store.id, [id], owner="ann")
    state.files.claim(1, "indexer", 60)
    state.library.delete(id, owner="ann")
    assert state.files.claim_removals(5, "remover", 60) == []  # not before the indexer is done
    assert not state.files.complete(store.id, id, "indexer", chunks=3, usage_bytes=3)
    state.files.removed("indexer", [(store.id, id)])
    assert state.files.removing() == []
    assert state.library.referenced({"a" * 64}) == set()
    assert not state.files.complete(store.id, id, "indexer", chunks=3, usage_bytes=3)


def test_a_removal_is_done_by_one_and_taken_over_from_the_dead(state, store, indexed, clock):
    (id,) = indexed(store)
    state.files.mark_removing(store.id, [id])
    version = state.stores.find(store.id, owner="ann").version
    assert len(state.files.claim_removals(5, "dead", 60)) == 1
    assert state.files.claim_removals(5, "remover", 60) == []
    clock.now += 61
    (taken,) = state.files.claim_removals(5, "remover", 60)
    assert (taken.id, taken.chunks) == (id, 2)
    state.files.removed("dead", [(store.id, id)])
    assert len(state.files.removing()) == 1
    state.files.removed("remover", [(store.id, id)])
    assert state.files.removing() == []
    assert state.stores.find(store.id, owner="ann").version > version


def test_a_file_attached_again_waits_until_its_old_chunks_are_out(state, store, indexed):
    """Or the remover would take out what the indexer has just put in."""
    (id,) = indexed(store)
    state.files.mark_removing(store.id, [id])
    state.files.claim_removals(5, "remover", 60)
    state.files.attach(store.id, [id], owner="ann")
    assert state.files.claim(5, "indexer", 60) == []
    state.files.removed("remover", [(store.id, id)])
    assert [(file.id, file.chunks) for file in state.files.claim(5, "indexer", 60)] == [(id, 0)]
    assert state.files.complete(store.id, id, "indexer", chunks=1, usage_bytes=1)
    assert state.files.get(store.id, id).status == "completed"


def test_a_store_being_removed_hands_out_no_work_and_takes_none(state, store, upload, clock):
    ids = [upload(f"file {n}") for n in range(3)]
    state.files.attach(store.id, ids, owner="ann")
    state.files.claim(1, "indexer", 60)
    state.files.mark_removing(store.id, [ids[2]])
    state.stores.mark_removing(store.id, owner="ann")
    assert state.stores.removing() == []  # the indexer is at it
    assert state.files.claim(5, "next", 60) == []
    assert state.files.claim_removals(5, "remover", 60) == []
    assert state.files.removing() == []
    assert not state.files.complete(store.id, ids[0], "indexer", chunks=1, usage_bytes=1)
    assert not state.files.fail(store.id, ids[0], "indexer", Failure("server_error", "No store"))
    state.files.release("indexer")
    assert [each.id for each in state.stores.removing()] == [store.id]
    state.stores.delete(store.id)
    assert not state.files.complete(store.id, ids[0], "indexer", chunks=1, usage_bytes=1)
    state.files.removed("indexer", [(store.id, ids[0])])
    with pytest.raises(NotFound):
        state.files.get(store.id, ids[0])
