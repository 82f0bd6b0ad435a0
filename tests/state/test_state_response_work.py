"""Responses in the background as rows: queued, claimed, written by who holds them alone, and ended once."""

import threading

import pytest

from ragproxy.domain import Caller, ResponseChange, StoredResponse
from ragproxy.errors import NotFound, OverQuota
from ragproxy.state import new_response_id
from ragproxy.state import response_work as rows

ANN = Caller(owner="ann", id="key_1", models=("tiny",), groups=frozenset({"staff"}))
SAID = [{"id": "msg_1", "type": "message", "role": "user", "content": []}]


def test_one_that_is_queued_is_claimed_with_its_caller(state):
    response = queue(state, "ann", events=[event("created"), event("queued")])
    assert state.responses.get(response.id, owner="ann") == response
    task = state.response_work.claim("w", 60)
    assert (task.response, task.caller, task.deaths, task.told) == (response, ANN, 0, 2)
    assert state.response_work.claim("v", 60) is None
    assert state.response_work.is_held(response.id, "w")
    assert not state.response_work.is_held(response.id, "v")


def test_what_was_answered_at_once_is_not_worked_on(state):
    state.responses.create(stored("ann", background=False, status="in_progress"))
    assert state.response_work.claim("w", 60) is None


def test_owners_for_whom_least_is_done_come_first(state, clock):
    anns = [queue(state, "ann")]
    clock.now += 1
    anns += [queue(state, "ann")]
    clock.now += 1
    bobs = [queue(state, "bob")]
    claimed = [state.response_work.claim("w", 60).response.id for _ in range(3)]
    assert claimed == [anns[0].id, bobs[0].id, anns[1].id]


def test_an_owner_has_so_many_under_way(state, monkeypatch):
    monkeypatch.setattr(rows, "MAX_UNENDED", 2)
    first = queue(state, "ann")
    queue(state, "ann")
    with pytest.raises(OverQuota) as caught:
        queue(state, "ann")
    assert caught.value.code == "response_limit_exceeded"
    queue(state, "bob")
    cancel(state, first)
    queue(state, "ann")


# ---- leases ----


def test_a_lease_that_ran_out_was_a_death_and_one_that_was_given_back_was_none(state, clock):
    response = queue(state, "ann")
    state.response_work.claim("w", 60)
    state.response_work.release("w")
    assert state.response_work.claim("v", 60).deaths == 0
    clock.now += 59
    assert state.response_work.renew("v", 60) == {response.id}
    clock.now += 59
    assert state.response_work.claim("u", 60) is None
    clock.now += 2
    assert state.response_work.claim("u", 60).deaths == 1
    assert state.response_work.renew("v", 60) == set()
    state.response_work.abandon("u")
    assert state.response_work.claim("t", 60).deaths == 2


def test_those_of_a_dead_process_are_free_and_no_others(state, clock):
    queue(state, "ann")
    clock.now += 1
    queue(state, "bob")
    state.response_work.claim("here/1", 60)
    state.response_work.claim("there/1", 60)
    state.response_work.abandon("here/")
    assert state.response_work.claim("here/2", 60).caller.owner == "ann"
    assert state.response_work.claim("here/2", 60) is None


def test_one_that_is_put_off_is_nobodys_until_then(state, clock):
    queue(state, "ann")
    state.response_work.claim("w", 60)
    state.response_work.put_off("w", 10)
    state.response_work.release("w")
    clock.now += 9
    assert state.response_work.claim("v", 60) is None
    clock.now += 2
    assert state.response_work.claim("v", 60).deaths == 0


def test_two_who_claim_at_once_have_one_each(state):
    wanted = {queue(state, owner).id for owner in "abcdefgh"}
    claimed, start = [], threading.Barrier(4)

    def claim(worker):
        start.wait()
        while (task := state.response_work.claim(worker, 60)) is not None:
            claimed.append(task.response.id)

    threads = [threading.Thread(target=claim, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    # one that is locked is skipped, and found at the next look
    while (task := state.response_work.claim("last", 60)) is not None:
        claimed.append(task.response.id)
    assert len(claimed) == len(wanted)
    assert set(claimed) == wanted


# ---- what is written ----


def test_events_are_numbered_in_one_row_whoever_writes_them(state):
    response = queue(state, "ann", events=[event("created")])
    state.response_work.claim("w", 60)
    assert write(state, response, "w", [event("a"), event("b")])
    assert not write(state, response, "v", [event("c")])
    state.response_work.release("w")
    assert not write(state, response, "w", [event("d")])
    assert state.response_work.claim("v", 60).told == 3
    assert write(state, response, "v", [event("e")])
    told = state.response_work.events(response.id, -1)
    assert [(each["type"], each["sequence_number"]) for each in told] == [("created", 0), ("a", 1), ("b", 2), ("e", 3)]
    assert state.response_work.events(response.id, 1) == told[2:]
    assert state.response_work.events(response.id, 3) == []


def test_its_object_and_its_status_are_one(state):
    response = queue(state, "ann")
    state.response_work.claim("w", 60)
    assert write(state, response, "w", body={"status": "in_progress", "output": [1]})
    seen = state.responses.get(response.id, owner="ann")
    assert (seen.status, seen.body["output"]) == ("in_progress", [1])
    assert state.response_work.is_under_way(response.id)
    assert write(state, response, "w", [event("completed")], {"status": "completed", "output": [1, 2]})
    assert state.responses.get(response.id, owner="ann").status == "completed"
    assert not state.response_work.is_under_way(response.id)
    assert not write(state, response, "w", [event("again")], {"status": "failed", "output": []})
    assert state.response_work.claim("v", 60) is None
    assert len(state.response_work.events(response.id, -1)) == 1


def test_its_conversation_has_its_turn_with_its_end_or_not_at_all(state):
    conversation = state.conversations.create(owner="ann", metadata={})
    ended, lost = (queue(state, "ann", conversation_id=conversation.id) for _ in range(2))
    state.response_work.claim("w", 60)
    state.response_work.claim("w", 60)
    assert write(state, ended, "w", body={"status": "completed", "output": []}, said=SAID)
    cancel(state, lost)
    assert not write(state, lost, "w", body={"status": "completed", "output": []}, said=SAID)
    assert [item for _, item in state.conversations.items(conversation.id, owner="ann")] == SAID
    assert state.conversations.items(conversation.id, owner="ann", without=ended.id) == []


def test_a_conversation_that_is_gone_keeps_nobody_from_ending(state):
    conversation = state.conversations.create(owner="ann", metadata={})
    response = queue(state, "ann", conversation_id=conversation.id)
    state.response_work.claim("w", 60)
    state.conversations.delete(conversation.id, owner="ann")
    assert write(state, response, "w", body={"status": "completed", "output": []}, said=SAID)
    assert state.responses.get(response.id, owner="ann").status == "completed"


# ---- ended from outside ----


def test_one_is_ended_for_good_whoever_has_it(state):
    waits, runs = queue(state, "ann", events=[event("created")]), queue(state, "bob")
    state.response_work.claim("w", 60)
    state.response_work.claim("w", 60)
    for response in (waits, runs):
        assert cancel(state, response).status == "cancelled"
        assert cancel(state, response).status == "cancelled"
        assert not write(state, response, "w", [event("late")])
        assert not state.response_work.is_held(response.id, "w")
    assert state.response_work.renew("w", 60) == set()
    assert [each["type"] for each in state.response_work.events(waits.id, -1)] == ["created", "end"]


def test_one_that_has_ended_is_not_ended_again(state):
    response = queue(state, "ann")
    state.response_work.claim("w", 60)
    write(state, response, "w", body={"status": "completed", "output": []})
    assert cancel(state, response).status == "completed"


@pytest.mark.parametrize("response_id", ["resp_other", "a\0b", "a\ud800", "x" * 5000])
def test_what_is_not_there_is_not_found(state, response_id):
    with pytest.raises(NotFound) as caught:
        state.response_work.end(response_id, lambda response: ResponseChange(), owner="ann")
    assert caught.value.code == "response_not_found"


def test_another_owners_is_not_there(state):
    response = queue(state, "ann")
    with pytest.raises(NotFound):
        state.response_work.end(response.id, lambda response: ResponseChange(), owner="bob")


def test_one_that_is_deleted_takes_its_events_along(state):
    response = queue(state, "ann", events=[event("created")])
    state.response_work.claim("w", 60)
    state.responses.delete(response.id, owner="ann")
    assert state.response_work.events(response.id, -1) == []
    assert not state.response_work.is_under_way(response.id)
    assert not write(state, response, "w", [event("late")])


def test_the_old_ones_are_dropped_with_their_events_once_they_have_ended(state, clock):
    ended, waits = queue(state, "ann", events=[event("created")]), queue(state, "ann")
    cancel(state, ended)
    clock.now += 100
    assert state.responses.drop(50) == 1
    assert state.response_work.events(ended.id, -1) == []
    assert state.response_work.claim("w", 60).response.id == waits.id


# ---- what they do ----


def stored(owner, status="queued", **fields):
    return StoredResponse(
        id=new_response_id(),
        owner=owner,
        created=int(fields.pop("now", 1_700_000_000)),
        status=status,
        body={"status": status, "output": []},
        request={"model": "tiny", "input": "Hi", "stream": True},
        **{"background": True, **fields},
    )


def queue(state, owner, events=(), **fields):
    response = stored(owner, now=state.response_work._clock(), **fields)
    caller = ANN if owner == "ann" else Caller(owner=owner)
    state.response_work.queue(response, caller, events)
    return response


def write(state, response, worker, events=(), body=None, said=()):
    return state.response_work.write(response.id, worker, ResponseChange(body, events), said)


def cancel(state, response):
    def change(found):
        return ResponseChange({**found.body, "status": "cancelled"}, [event("end")] if found.is_streamed else ())

    return state.response_work.end(response.id, change, owner=response.owner)


def event(kind):
    return {"type": kind}
