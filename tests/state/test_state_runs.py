"""Runs as rows: one that is active in each thread, claimed, written by who holds them alone, and ended once."""

import threading

import pytest

from ragproxy.domain import Caller, Cursor, Run, RunChange, RunStep, ThreadMessage
from ragproxy.errors import InvalidRequest, NotFound, OverQuota
from ragproxy.state import new_id
from ragproxy.state import runs as rows

ANN = Caller(owner="ann", id="key_1", models=("tiny",), groups=frozenset({"staff"}))


def test_one_that_is_queued_is_claimed_with_its_caller(state):
    run = queue(state, events=[event("created"), event("queued")])
    assert state.runs.get(run.thread_id, run.id, owner="ann") == run
    task = state.run_work.claim("w", 60)
    assert (task.run, task.caller, task.deaths, task.told) == (run, ANN, 0, 2)
    assert state.run_work.claim("v", 60) is None
    assert state.run_work.wanted(run.id, "w")
    assert not state.run_work.wanted(run.id, "v")


def test_a_thread_has_one_that_is_active(state):
    first = queue(state)
    for refused in (
        lambda: queue(state, first.thread_id),
        lambda: state.runs.free(first.thread_id, owner="ann"),
        lambda: state.threads.add(first.thread_id, [message("x")], owner="ann"),
    ):
        with pytest.raises(InvalidRequest, match=first.id):
            refused()
    assert state.threads.messages(first.thread_id, owner="ann") == ()
    end(state, first, "completed")
    assert state.runs.free(first.thread_id, owner="ann").id == first.thread_id
    second = queue(state, first.thread_id, messages=[message("Hi")])
    page = state.runs.page(first.thread_id, Cursor(order="asc"), owner="ann")
    assert [run.id for run in page.items] == [first.id, second.id]
    assert texts(state, first) == ["Hi"]


def test_of_many_that_begin_at_once_in_a_thread_one_does(state):
    thread = state.threads.create(owner="ann", metadata={}, tool_resources={})
    outcomes = []
    together = threading.Barrier(6)

    def begin():
        together.wait()
        try:
            outcomes.append(queue(state, thread.id, messages=[message("Hi")]).id)
        except InvalidRequest:
            outcomes.append(None)

    at_once = [threading.Thread(target=begin) for _ in range(6)]
    for each in at_once:
        each.start()
    for each in at_once:
        each.join()
    assert sorted(outcome is None for outcome in outcomes) == [False, *[True] * 5]
    assert [each.item["content"][0]["text"] for each in state.threads.messages(thread.id, owner="ann")] == ["Hi"]


def test_what_becomes_of_one_is_kept_together(state):
    run = queue(state, events=[event("created")])
    state.run_work.claim("w", 60)
    steps = [step(run, "step_1", "completed"), step(run, "step_2", "in_progress")]
    said = [{"type": "function_call", "call_id": "call_1", "name": "look", "arguments": "{}"}]
    answer = message("Paris", role="assistant", run_id=run.id)
    waiting = RunChange(body(run, "requires_action"), said, steps, [answer], [event("requires_action")])
    assert state.run_work.write(run.id, "w", waiting)
    kept = state.runs.get(run.thread_id, run.id, owner="ann")
    assert (kept.status, kept.said) == ("requires_action", tuple(said))
    assert [each.id for each in numbered(state, run)] == ["step_1", "step_2"]
    assert texts(state, run) == ["Paris"]
    assert [(number, each["event"]) for number, each in state.runs.events(run.id, -1)] == [
        (0, "created"),
        (1, "requires_action"),
    ]
    assert state.runs.last_event(run.id) == (1, event("requires_action"))
    assert state.run_work.claim("v", 60) is None  # it waits for its caller
    assert not state.run_work.write(run.id, "w", RunChange(events=[event("late")]))

    def submit(found, open_steps):
        assert [each.id for each in open_steps] == ["step_2"]
        done = [step(run, "step_2", "completed"), step(run, "step_3", "in_progress")]
        return RunChange(body(found, "queued"), steps=done)

    changed = state.runs.change(run.thread_id, run.id, submit, owner="ann", request={"stream": True})
    assert (changed.status, changed.request) == ("queued", {"stream": True})
    assert [(each.number, each.body["status"]) for each in numbered(state, run)] == [
        (0, "completed"),
        (1, "completed"),
        (2, "in_progress"),
    ]
    assert state.run_work.claim("v", 60).run.id == run.id


def test_who_holds_none_writes_nothing(state, clock):
    run = queue(state)
    state.run_work.claim("w", 60)
    clock.now += 61
    assert state.run_work.claim("v", 60).deaths == 1
    ended = RunChange(
        body(run, "completed"), messages=[message("Paris", role="assistant")], events=[event("completed")]
    )
    assert not state.run_work.write(run.id, "w", ended)
    assert texts(state, run) == []
    assert state.run_work.write(run.id, "v", ended)
    assert not state.run_work.write(run.id, "v", ended)
    assert texts(state, run) == ["Paris"]
    assert len(state.runs.events(run.id, -1)) == 1
    assert not state.runs.is_active(run.id)


def test_one_that_was_cancelled_does_not_go_on_and_may_still_end(state):
    run = queue(state)
    state.run_work.claim("w", 60)
    assert state.run_work.write(run.id, "w", RunChange(body(run, "in_progress")))
    change(state, run, RunChange(body(run, "cancelling")))
    assert not state.run_work.wanted(run.id, "w")
    assert state.run_work.claim("v", 60) is None  # whoever has it is to end it
    for status in ("in_progress", "requires_action"):
        assert not state.run_work.write(run.id, "w", RunChange(body(run, status)))
    assert state.run_work.write(run.id, "w", RunChange(events=[event("delta")]))
    assert state.run_work.write(run.id, "w", RunChange(body(run, "cancelled")))


def test_one_that_was_put_off_is_seen_to_when_it_is_cancelled(state, clock):
    run = queue(state)
    state.run_work.claim("w", 60)
    state.run_work.put_off("w", 30)
    assert state.run_work.claim("v", 60) is None
    change(state, run, RunChange(body(run, "cancelling")))
    assert state.run_work.claim("v", 60).deaths == 0
    state.run_work.release("v")
    assert state.run_work.claim("u", 60).run.status == "cancelling"


def test_a_lease_is_renewed_and_deaths_are_counted(state, clock):
    run = queue(state)
    state.run_work.claim("here/1", 60)
    clock.now += 50
    assert state.run_work.renew("here/1", 60) == {run.id}
    clock.now += 50
    assert state.run_work.claim("v", 60) is None
    state.run_work.abandon("elsewhere/")
    assert state.run_work.claim("v", 60) is None
    state.run_work.abandon("here/")
    assert state.run_work.claim("v", 60).deaths == 1
    assert state.run_work.renew("here/1", 60) == set()


def test_owners_for_whom_least_is_done_come_first(state, clock):
    anns = [queue(state).id]
    clock.now += 1
    anns += [queue(state).id]
    clock.now += 1
    bobs = [queue(state, owner="bob").id]
    assert [state.run_work.claim("w", 60).run.id for _ in range(3)] == [anns[0], bobs[0], anns[1]]


def test_an_owner_has_so_many_that_are_active(state, monkeypatch):
    monkeypatch.setattr(rows, "MAX_ACTIVE", 2)
    first = queue(state)
    queue(state)
    with pytest.raises(OverQuota) as caught:
        queue(state, messages=[message("Hi")])
    assert caught.value.code == "run_limit_exceeded"
    queue(state, owner="bob")
    end(state, first, "failed")
    queue(state)


def test_those_whose_time_is_over_expire(state, clock):
    due = [queue(state, expires=int(clock.now) + 600) for _ in range(2)]
    ended = queue(state, expires=int(clock.now) + 600)
    end(state, ended, "completed")
    clock.now += 601
    later = queue(state, expires=int(clock.now) + 600)
    state.run_work.claim("w", 60)

    def expire(run, steps):
        return RunChange(body(run, "expired"), events=[event("expired")])

    assert state.runs.expire(expire, due[1].thread_id) == 1
    assert state.runs.expire(expire) == 1
    assert state.runs.expire(expire) == 0
    assert [status(state, run) for run in (*due, ended, later)] == ["expired", "expired", "completed", "queued"]
    assert not state.run_work.write(due[0].id, "w", RunChange(body(due[0], "completed")))


def test_metadata_that_was_changed_meanwhile_stays(state):
    run = queue(state)
    state.run_work.claim("w", 60)
    change(state, run, RunChange({**run.body, "metadata": {"a": "b"}}))
    state.run_work.write(run.id, "w", RunChange(body(run, "completed")))
    assert state.runs.get(run.thread_id, run.id, owner="ann").body["metadata"] == {"a": "b"}


def test_what_is_not_there_or_another_owners_is_not_found(state):
    run, other = queue(state), state.threads.create(owner="ann", metadata={}, tool_resources={})
    nothing = RunChange()
    for missing in (
        lambda: state.runs.get(run.thread_id, run.id, owner="bob"),
        lambda: state.runs.get(other.id, run.id, owner="ann"),
        lambda: state.runs.get(run.thread_id, "run_\0", owner="ann"),
        lambda: state.runs.page(run.thread_id, Cursor(), owner="bob"),
        lambda: state.runs.step(run.thread_id, run.id, "step_none", owner="ann"),
        lambda: state.runs.step(run.thread_id, run.id, "\0", owner="ann"),
        lambda: state.runs.change(run.thread_id, "run_none", lambda *_: nothing, owner="ann"),
        lambda: state.runs.change(run.thread_id, "run_\0", lambda *_: nothing, owner="ann"),
        lambda: queue(state, "thread_none"),
    ):
        with pytest.raises(NotFound):
            missing()


def test_one_goes_with_its_thread(state):
    run = queue(state, events=[event("created")])
    state.run_work.claim("w", 60)
    state.threads.delete(run.thread_id, owner="ann")
    assert not state.run_work.write(run.id, "w", RunChange(body(run, "completed")))
    assert (state.runs.events(run.id, -1), state.runs.last_event(run.id)) == ([], None)
    assert not state.runs.is_active(run.id)


# ---- what they do ----


def queue(state, thread_id=None, *, owner="ann", expires=None, messages=(), events=()):
    """A run that waits to be worked on, in a thread of its own unless one is named."""
    if thread_id is None:
        thread_id = state.threads.create(owner=owner, metadata={}, tool_resources={}).id
    id, now = new_id("run_"), int(state.runs._clock())
    shown = {"id": id, "status": "queued", "metadata": {}}
    run = Run(id, owner, thread_id, "asst_1", now, "queued", shown, {"stream": False}, expires=expires)
    caller = ANN if owner == "ann" else Caller(owner=owner)
    state.runs.create(run, caller, messages=messages, events=events)
    return run


def change(state, run, changed):
    return state.runs.change(run.thread_id, run.id, lambda *_: changed, owner=run.owner)


def end(state, run, how):
    change(state, run, RunChange(body(run, how)))


def status(state, run):
    return state.runs.get(run.thread_id, run.id, owner=run.owner).status


def body(run, how):
    return {**run.body, "status": how}


def event(name):
    return {"event": name, "data": {}}


def step(run, id, how):
    return RunStep(id, run.id, -1, 1, {"id": id, "status": how})


def numbered(state, run):
    return state.runs.steps(run.thread_id, run.id, Cursor(order="asc"), owner=run.owner).items


def message(text, role="user", **fields):
    kind = "input_text" if role == "user" else "output_text"
    return ThreadMessage({"type": "message", "role": role, "content": [{"type": kind, "text": text}]}, **fields)


def texts(state, run):
    return [each.item["content"][0]["text"] for each in state.threads.messages(run.thread_id, owner=run.owner)]
