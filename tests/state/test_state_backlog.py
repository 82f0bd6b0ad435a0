"""How much work waits, as the metrics tell it."""

import pytest

from ragproxy.domain import Caller
from ragproxy.errors import StateUnavailable
from ragproxy.state import Backlog
from ragproxy.state.db import Database


def test_nothing_waits_at_first(state):
    kinds = ("files", "reindexes", "responses", "runs", "batches")
    assert state.backlog.read() == [(kind, 0, 0, 0.0) for kind in kinds]


def test_files_wait_until_they_are_claimed_and_then_until_they_are_done(state, clock, store, upload):
    for name in ("a", "b", "c"):
        state.files.attach(store.id, [upload(name)], owner="ann")
        clock.now += 10
    assert about(state, "files")[:2] == (3, 0)
    assert 29 <= about(state, "files")[2] <= 31
    (first,) = state.files.claim(1, "worker/1", 60)
    assert about(state, "files")[:2] == (2, 1)
    assert 19 <= about(state, "files")[2] <= 21
    state.files.complete_many("worker/1", {(store.id, first.id): (1, 10)})
    assert about(state, "files")[:2] == (2, 0)


def test_what_a_dead_worker_or_one_that_put_it_off_had_waits_again(state, clock, store, upload):
    state.files.attach(store.id, [upload("a")], owner="ann")
    state.files.claim(1, "worker/1", 60)
    assert about(state, "files")[:2] == (0, 1)
    state.files.put_off("worker/1")
    assert about(state, "files")[:2] == (1, 0)
    clock.now += 61
    state.files.claim(1, "worker/2", 60)
    assert about(state, "files")[:2] == (0, 1)
    clock.now += 61
    waiting, held, oldest_s = about(state, "files")
    assert (waiting, held) == (1, 0)
    assert oldest_s >= 121


def test_batches_and_reindexes_are_counted_too(state, clock, store):
    state.batch_jobs.create(
        caller=Caller(owner="anna"), endpoint="/v1/chat/completions", input_file_id="file-1", window_s=86_400
    )
    state.reindexes.ask(store.id, owner=store.owner)
    clock.now += 5
    assert about(state, "batches")[:2] == about(state, "reindexes")[:2] == (1, 0)
    assert 4 <= about(state, "batches")[2] <= 6
    assert state.batch_jobs.claim("worker/1", 60)
    assert about(state, "batches") == (0, 1, 0.0)


def about(state, name):
    return next(tuple(row)[1:] for row in state.backlog.read() if row.queue == name)


def test_a_database_that_does_not_answer_is_unavailable():
    database = Database("postgresql://nobody@127.0.0.1:1/none?connect_timeout=1")
    with pytest.raises(StateUnavailable):
        Backlog(database).read()
    database.close()
