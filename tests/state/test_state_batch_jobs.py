"""Batches of requests as rows: made, claimed, their lines kept once, ended with their files, and forgotten."""

import pytest

from ragproxy.domain import BatchFault, BatchResult, BatchUsage, Caller, Cursor, File
from ragproxy.errors import Conflict, InvalidRequest, NotFound, OverQuota
from ragproxy.state import batch_jobs as rows
from ragproxy.state import new_id

ANN = Caller(owner="ann", id="key_1", models=("tiny",))
DAY_S = 86_400


def test_a_batch_is_made_and_told(state, clock):
    job = make(state, metadata={"a": "b"}, output_lifetime_s=3600)
    assert state.batch_jobs.get(job.id, owner="ann") == job
    assert job.id.startswith("batch_")
    assert (job.status, job.created, job.expires) == ("validating", int(clock.now), int(clock.now) + DAY_S)
    assert (job.caller, job.metadata, job.output_lifetime_s) == (ANN, {"a": "b"}, 3600)
    assert (job.started, job.ended, job.errors, job.usage, job.total) == (None, None, (), None, 0)


@pytest.mark.parametrize("batch_id", ["batch_other", "a\0b", "a\ud800", "x" * 5000])
def test_what_is_not_there_is_not_found(state, batch_id):
    make(state)
    for ask in (state.batch_jobs.get, state.batch_jobs.cancel):
        with pytest.raises(NotFound) as caught:
            ask(batch_id, owner="ann")
        assert caught.value.code == "batch_not_found"


def test_another_owners_are_not_there(state):
    job = make(state)
    for ask in (state.batch_jobs.get, state.batch_jobs.cancel):
        with pytest.raises(NotFound):
            ask(job.id, owner="bob")
    assert state.batch_jobs.page(Cursor(), owner="bob").items == ()


def test_an_owner_has_so_many_that_have_not_ended(state, monkeypatch):
    monkeypatch.setattr(rows, "MAX_UNENDED", 2)
    job = make(state)
    make(state)
    with pytest.raises(OverQuota) as caught:
        make(state)
    assert caught.value.code == "batch_limit_exceeded"
    make(state, caller=Caller(owner="bob"))
    state.batch_jobs.cancel(job.id, owner="ann")
    make(state)


def test_they_are_listed_in_pages(state, clock):
    ids = []
    for _ in range(5):
        ids.append(make(state).id)
        clock.now += 1
    first = state.batch_jobs.page(Cursor(limit=2), owner="ann")
    assert ([job.id for job in first.items], first.has_more) == (ids[:2:-1], True)
    rest = state.batch_jobs.page(Cursor(limit=9, after=ids[3]), owner="ann")
    assert ([job.id for job in rest.items], rest.has_more) == (ids[2::-1], False)
    with pytest.raises(InvalidRequest) as caught:
        state.batch_jobs.page(Cursor(after="batch_other"), owner="ann")
    assert caught.value.param == "after"


def test_one_is_claimed_once(state):
    job = make(state)
    assert state.batch_jobs.claim("w1", 60).id == job.id
    assert state.batch_jobs.claim("w2", 60) is None
    assert state.batch_jobs.status(job.id, "w1") == "validating"
    assert state.batch_jobs.status(job.id, "w2") is None
    state.batch_jobs.release("w1")
    claimed = state.batch_jobs.claim("w2", 60)
    assert (claimed.id, claimed.deaths) == (job.id, 0)


def test_the_owner_for_whom_least_is_done_comes_first_then_what_waits_longest(state, clock):
    made = []
    for owner in ("ann", "ann", "ann", "bob"):
        made.append(make(state, caller=Caller(owner=owner)).id)
        clock.now += 1
    assert [state.batch_jobs.claim(f"w{n}", 60).id for n in range(4)] == [made[0], made[3], made[1], made[2]]


def test_a_lease_that_runs_out_is_a_death_and_one_that_is_renewed_does_not(state, clock):
    job = make(state)
    state.batch_jobs.claim("w1", 60)
    for _ in range(3):
        clock.now += 50
        assert state.batch_jobs.renew("w1", 60) == {job.id}
        assert state.batch_jobs.claim("w2", 60) is None
    clock.now += 61
    assert state.batch_jobs.claim("w2", 60).deaths == 1
    assert state.batch_jobs.renew("w1", 60) == set()
    state.batch_jobs.abandon("nobody/")
    assert state.batch_jobs.claim("w3", 60) is None
    state.batch_jobs.abandon("w")
    assert state.batch_jobs.claim("w3", 60).deaths == 2


def test_a_line_that_is_done_takes_the_deaths_back(state, clock):
    job = begun(state, "w1")
    clock.now += 61
    assert state.batch_jobs.claim("w2", 60).deaths == 1
    assert state.batch_jobs.keep(job.id, "w2", [result(1)])
    assert state.batch_jobs.get(job.id, owner="ann").deaths == 0


def test_results_are_kept_once_and_counted(state):
    job = begun(state, "w", total=4)
    assert state.batch_jobs.keep(job.id, "w", [result(1), result(3, failed=True)])
    assert state.batch_jobs.keep(job.id, "w", [result(3, text="again"), result(2)])
    told = state.batch_jobs.get(job.id, owner="ann")
    assert (told.total, told.completed, told.failed) == (4, 2, 1)
    assert state.batch_jobs.done(job.id) == {1, 2, 3}
    assert list(state.batch_jobs.results(job.id, failed=False)) == [result(1), result(2)]
    assert list(state.batch_jobs.results(job.id, failed=True)) == [result(3, failed=True)]


def test_many_results_come_in_their_order(state):
    job = begun(state, "w", total=50)
    for number in range(50, 0, -1):
        state.batch_jobs.keep(job.id, "w", [result(number)])
    assert [each.number for each in state.batch_jobs.results(job.id, failed=False)] == list(range(1, 51))


def test_what_an_answer_says_comes_back_as_it_was(state):
    job = begun(state, "w")
    text = "été \0 \x7f \u2028 " + "😀" * 3
    state.batch_jobs.keep(job.id, "w", [result(1, text=text)])
    (kept,) = state.batch_jobs.results(job.id, failed=False)
    assert kept.data["text"] == text


def test_who_has_lost_the_claim_keeps_nothing(state, clock):
    job = begun(state, "dead")
    clock.now += 61
    state.batch_jobs.claim("next", 60)
    assert not state.batch_jobs.keep(job.id, "dead", [result(1)])
    assert state.batch_jobs.finalize(job.id, "dead", "completed") is None
    assert not state.batch_jobs.finish(job.id, "dead", output=None, error=None, usage=BatchUsage())
    assert state.batch_jobs.done(job.id) == set()
    assert state.batch_jobs.get(job.id, owner="ann").status == "in_progress"


def test_lines_that_cannot_be_asked_are_there_from_the_beginning(state):
    job = make(state)
    state.batch_jobs.claim("w", 60)
    faulty = [result(number, failed=True) for number in range(1, 700)]
    assert state.batch_jobs.begin(job.id, "w", total=1000, model="tiny", faulty=faulty)
    told = state.batch_jobs.get(job.id, owner="ann")
    assert (told.status, told.model, told.total, told.failed) == ("in_progress", "tiny", 1000, 699)
    assert len(state.batch_jobs.done(job.id)) == 699
    assert not state.batch_jobs.begin(job.id, "w", total=1, model=None, faulty=[])


def test_one_ends_with_its_files_and_its_results_are_forgotten(state, clock):
    job = begun(state, "w", total=2)
    state.batch_jobs.keep(job.id, "w", [result(1), result(2, failed=True)])
    clock.now += 5
    assert state.batch_jobs.finalize(job.id, "w", "completed") == "completed"
    assert not state.batch_jobs.keep(job.id, "w", [result(3)])
    told = state.batch_jobs.get(job.id, owner="ann")
    assert (told.status, told.finalizing, told.ended) == ("finalizing", int(clock.now), None)
    with pytest.raises(Conflict) as caught:
        state.batch_jobs.cancel(job.id, owner="ann")
    assert caught.value.code == "batch_finalizing"
    clock.now += 5
    output, error = file(clock), file(clock)
    usage = BatchUsage(5, 4, 3, 2)
    assert state.batch_jobs.finish(job.id, "w", output=output, error=error, usage=usage)
    told = state.batch_jobs.get(job.id, owner="ann")
    assert (told.status, told.ended, told.usage) == ("completed", int(clock.now), usage)
    assert (told.output_file_id, told.error_file_id) == (output.id, error.id)
    assert state.library.get(output.id, owner="ann") == output
    assert not state.batch_jobs.finish(job.id, "w", output=file(clock), error=None, usage=usage)
    assert state.batch_jobs.claim("other", 60) is None
    state.batch_jobs.clear()
    assert state.batch_jobs.done(job.id) == set()
    assert (told.completed, told.failed) == (1, 1)


def test_results_of_those_that_have_not_ended_stay(state):
    job = begun(state, "w")
    state.batch_jobs.keep(job.id, "w", [result(1)])
    state.batch_jobs.clear()
    assert state.batch_jobs.done(job.id) == {1}


def test_one_whose_file_cannot_be_used_fails_and_says_why(state, clock):
    job = make(state)
    state.batch_jobs.claim("w", 60)
    errors = (BatchFault("invalid_json_line", "This line is no JSON", 1), BatchFault("empty_file", "Nothing"))
    state.batch_jobs.fail(job.id, "w", errors, lines=2)
    told = state.batch_jobs.get(job.id, owner="ann")
    assert (told.total, told.completed, told.failed) == (2, 0, 2)
    assert (told.status, told.ended, told.errors) == ("failed", int(clock.now), errors)
    assert state.batch_jobs.claim("w", 60) is None


def test_what_nobody_has_begun_is_cancelled_at_once(state, clock):
    job = make(state)
    told = state.batch_jobs.cancel(job.id, owner="ann")
    assert (told.status, told.cancelling, told.ended) == ("cancelled", int(clock.now), int(clock.now))
    assert state.batch_jobs.cancel(job.id, owner="ann") == told
    assert state.batch_jobs.claim("w", 60) is None


def test_what_is_in_hand_is_cancelled_when_its_worker_has_left_off(state, clock):
    job = begun(state, "w", total=3)
    cancelled_at = int(clock.now)
    told = state.batch_jobs.cancel(job.id, owner="ann")
    assert (told.status, told.cancelling, told.ended) == ("cancelling", cancelled_at, None)
    clock.now += 5
    assert state.batch_jobs.cancel(job.id, owner="ann").cancelling == cancelled_at
    assert state.batch_jobs.status(job.id, "w") == "cancelling"
    assert state.batch_jobs.keep(job.id, "w", [result(1)])
    assert state.batch_jobs.finalize(job.id, "w", "completed") == "cancelled"
    assert state.batch_jobs.get(job.id, owner="ann").status == "cancelling"
    assert state.batch_jobs.finish(job.id, "w", output=None, error=None, usage=BatchUsage())
    told = state.batch_jobs.get(job.id, owner="ann")
    assert (told.status, told.completed, told.ended) == ("cancelled", 1, int(clock.now))


def test_one_that_is_cancelled_while_it_is_read_is_not_begun(state):
    job = make(state)
    state.batch_jobs.claim("w", 60)
    assert state.batch_jobs.cancel(job.id, owner="ann").status == "cancelling"
    assert not state.batch_jobs.begin(job.id, "w", total=1, model=None, faulty=[])


def test_those_near_their_end_can_be_had_alone(state, clock):
    cancelled, late, young = begun(state, "w"), make(state), make(state)
    state.batch_jobs.release("w")
    assert state.batch_jobs.claim("e", 60, ending=True) is None
    state.batch_jobs.cancel(cancelled.id, owner="ann")
    assert state.batch_jobs.claim("e", 60, ending=True).id == cancelled.id
    assert state.batch_jobs.claim("e", 60, ending=True) is None
    clock.now += DAY_S
    assert {state.batch_jobs.claim(f"e{n}", 60, ending=True).id for n in range(3)} == {
        cancelled.id,
        late.id,
        young.id,
    }


def test_those_that_ended_long_ago_are_forgotten(state, clock):
    old = make(state)
    state.batch_jobs.cancel(old.id, owner="ann")
    clock.now += 100
    unended, young = begun(state, "w"), make(state)
    state.batch_jobs.cancel(young.id, owner="ann")
    assert state.batch_jobs.drop(99) == 1
    with pytest.raises(NotFound):
        state.batch_jobs.get(old.id, owner="ann")
    clock.now += 200
    assert state.batch_jobs.drop(100) == 1
    assert [job.id for job in state.batch_jobs.page(Cursor(), owner="ann").items] == [unended.id]


# ---- what they stand on ----


def make(state, caller=ANN, **fields):
    known = {"endpoint": "/v1/chat/completions", "input_file_id": "file-in", "window_s": DAY_S}
    return state.batch_jobs.create(caller=caller, **(known | fields))


def begun(state, worker, total=1):
    """A batch whose file has been read."""
    job = make(state)
    state.batch_jobs.claim(worker, 60)
    assert state.batch_jobs.begin(job.id, worker, total=total, model="tiny", faulty=[])
    return job


def result(number, *, failed=False, text="hello"):
    return BatchResult(number, failed, {"id": f"batch_req_{number}", "text": text})


def file(clock):
    return File(new_id("file-"), "ann", "out.jsonl", "batch_output", "a" * 64, 12, int(clock.now))
