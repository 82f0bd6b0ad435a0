"""What upstreams hold of ours, on both databases."""

import pytest

from ragproxy.domain import Cursor, RemoteFile, RemoteJob
from ragproxy.errors import InvalidRequest, NotFound

COPY = RemoteFile("file-a", "main", "file-r1")


def test_a_copy_is_found_by_the_file_and_the_file_by_its_copy(state):
    assert state.remote.copy("file-a", "main", owner="ann") is None
    assert state.remote.note_copy(COPY, owner="ann") == "file-a"
    assert state.remote.copy("file-a", "main", owner="ann") == "file-r1"
    assert state.remote.local_ids("main", ["file-r1", "file-other"], owner="ann") == {"file-r1": "file-a"}


def test_copies_are_their_owners_and_their_upstreams(state):
    state.remote.note_copy(COPY, owner="ann")
    assert state.remote.copy("file-a", "other", owner="ann") is None
    assert state.remote.copy("file-a", "main", owner="bob") is None
    assert state.remote.local_ids("main", ["file-r1"], owner="bob") == {}
    assert state.remote.local_ids("other", ["file-r1"], owner="ann") == {}


def test_of_several_copies_the_latest_counts_and_all_are_known(state, clock):
    state.remote.note_copy(COPY, owner="ann")
    clock.now += 5
    state.remote.note_copy(RemoteFile("file-a", "main", "file-r0"), owner="ann")
    assert state.remote.copy("file-a", "main", owner="ann") == "file-r0"
    assert set(state.remote.local_ids("main", ["file-r0", "file-r1"], owner="ann").values()) == {"file-a"}


def test_a_copy_that_is_gone_is_still_the_files(state):
    state.remote.note_copy(COPY, owner="ann")
    state.remote.copy_is_gone(COPY, owner="ann")
    assert state.remote.copies("file-a", owner="ann") == []
    assert state.remote.local_ids("main", ["file-r1"], owner="ann") == {"file-r1": "file-a"}


def test_who_notes_a_copy_second_is_told_who_was_first(state):
    state.remote.note_copy(COPY, owner="ann")
    assert state.remote.note_copy(RemoteFile("file-late", "main", "file-r1"), owner="ann") == "file-a"
    assert state.remote.copies("file-late", owner="ann") == []


def test_many_ids_are_looked_up_at_once(state):
    state.remote.note_copy(COPY, owner="ann")
    ids = [f"file-{n}" for n in range(2000)]
    assert state.remote.local_ids("main", [*ids, "file-r1", "bad\0id"], owner="ann") == {"file-r1": "file-a"}


def test_a_job_is_its_owners(state):
    state.remote.note_job(RemoteJob("ftjob-1", "main"), owner="ann")
    assert state.remote.job("ftjob-1", owner="ann") == RemoteJob("ftjob-1", "main")
    for id, owner in (("ftjob-1", "bob"), ("ftjob-2", "ann"), ("a\0b", "ann")):
        with pytest.raises(NotFound) as caught:
            state.remote.job(id, owner=owner)
        assert caught.value.code == "fine_tuning_job_not_found"


def test_jobs_are_listed_page_by_page_the_newest_first(state, clock):
    for number in range(5):
        clock.now += 1
        state.remote.note_job(RemoteJob(f"ftjob-{number}", "main"), owner="ann")
    state.remote.note_job(RemoteJob("ftjob-of-bob", "main"), owner="bob")
    page = state.remote.jobs("ann", Cursor(limit=2))
    assert ([job.id for job in page.items], page.has_more) == (["ftjob-4", "ftjob-3"], True)
    page = state.remote.jobs("ann", Cursor(limit=5, after="ftjob-3"))
    assert ([job.id for job in page.items], page.has_more) == (["ftjob-2", "ftjob-1", "ftjob-0"], False)
    with pytest.raises(InvalidRequest):
        state.remote.jobs("ann", Cursor(after="ftjob-of-bob"))
