"""Responses in the background on real records, through a door that says what it is told to."""

import json
import threading
import time
from contextlib import contextmanager

import pytest

from ragproxy.answering import Background, recording
from ragproxy.answering import background as module
from ragproxy.domain import Caller, ResponseChange, StoredResponse, Told
from ragproxy.errors import StateUnavailable, Unauthenticated
from ragproxy.state import migrate, new_response_id, open_state
from ragproxy.wire import background_responses as shapes
from ragproxy.wire.responses import response_head
from tests.fakes import FakeClock
from tests.wire.responding import checked, request, types

ANN = Caller(owner="ann", id="key_1")
RENEWED = Caller(owner="ann", id="key_1", scopes=frozenset({"chat"}))
OPENING = ["created", "queued", "in_progress"]
DELTA = {"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0, "content_index": 0}
DELTA |= {"delta": "Hi", "logprobs": [], "sequence_number": 7}


def test_it_is_asked_as_its_caller_may_by_now(world):
    response = world.queue()
    assert world.work()
    ((path, body, caller, note),) = world.door.asked
    assert (path, caller, note) == ("/v1/responses", RENEWED, response.id)
    assert body == {"model": "ragproxy", "input": "Hi", "background": True, "stream": True}
    assert world.status(response) == "completed"
    assert not world.work()


def test_nothing_is_done_before_the_door_is_open_nor_after_the_end(world):
    world.queue()
    shut = Background(world.state, shapes, worker="other", renew=lambda caller: caller)
    assert not shut.work(lambda: False)
    assert not world.background.work(lambda: True)
    assert world.work()


@pytest.mark.parametrize("is_streamed", [False, True])
def test_events_are_kept_of_streams_alone(world, is_streamed):
    world.door.tell = [DELTA, DELTA]
    response = world.queue(stream=is_streamed)
    world.work()
    events = world.events(response)
    assert types(events) == ([*OPENING, "output_text.delta", "output_text.delta", "completed"] if is_streamed else [])


def test_events_can_be_read_while_more_are_to_come(world):
    world.door.tell, world.door.goes_on = [DELTA], threading.Event()
    response = world.queue(stream=True)
    with world.working():
        world.until(lambda: len(world.events(response)) == 4)
        assert world.status(response) == "in_progress"
        world.door.goes_on.set()
        world.until(lambda: types(world.events(response))[-1] == "completed")


def test_what_is_written_so_far_can_be_seen(world, monkeypatch):
    monkeypatch.setattr(recording, "_SHOW_S", 0.0)
    world.door.tell, world.door.goes_on = [DELTA], threading.Event()
    response = world.queue()
    with world.working():
        world.until(lambda: world.seen(response).body["output"] == world.door.shown["output"])
        cancelled = world.background.cancel(response.id, owner="ann")
    assert [item["status"] for item in cancelled.body["output"]] == ["completed", "incomplete"]


# ---- refused ----


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        (400, "some_code", "invalid_prompt"),
        (404, "model_not_found", "invalid_prompt"),
        (403, "forbidden", "server_error"),
        (429, "insufficient_quota", "rate_limit_exceeded"),
        (502, None, "server_error"),
        (503, None, "server_error"),
    ],
)
def test_one_that_is_refused_has_failed_with_the_reason(world, status, code, told):
    world.door.refusals = [refused(status, code)]
    response = world.queue(stream=True)
    world.work()
    body = world.seen(response).body
    assert (body["status"], body["error"]) == ("failed", {"code": told, "message": "No"})
    assert types(world.events(response)) == [*OPENING, "failed"]


def test_what_is_no_error_of_ours_is_told_by_its_status(world):
    world.door.refusals = [(500, {}, b"<html>")]
    response = world.queue()
    world.work()
    assert "500" in world.seen(response).body["error"]["message"]


@pytest.mark.parametrize(
    ("refusal", "wait_s"),
    [
        ((429, {"retry-after": "7"}), 7),
        ((429, {"retry-after-ms": "1500"}), 1.5),
        ((429, {"retry-after": "999"}), 60),
        ((429, {}), 5),
        ((503, {"retry-after": "2"}), 2),
    ],
)
def test_over_a_limit_it_waits_and_holds_nobody_up(world, refusal, wait_s):
    status, headers = refusal
    world.door.refusals = [refused(status, "rate_limit_exceeded", headers)]
    response, other = world.queue(stream=True), world.queue("bob")
    world.work()
    assert world.status(response) == "in_progress"
    assert world.work()
    assert world.status(other) == "completed"
    world.clock.now += wait_s - 0.1
    assert not world.work()
    world.clock.now += 0.2
    assert world.work()
    assert types(world.events(response)) == [*OPENING, "completed"]


@pytest.mark.parametrize(("status", "patience_s"), [(429, 3600), (503, 600)])
def test_it_does_not_wait_for_ever(world, status, patience_s):
    world.door.refusals = [refused(status, "slow", {"retry-after": "1"})] * 2
    response = world.queue()
    world.work()
    world.clock.now += patience_s + 1
    world.work()
    assert world.status(response) == "failed"


def test_what_will_never_fit_does_not_wait(world):
    world.door.refusals = [refused(429, "rate_limit_exceeded", {"retry-after": "1", "x-should-retry": "false"})]
    response = world.queue()
    world.work()
    assert world.seen(response).body["error"]["code"] == "rate_limit_exceeded"


def test_a_key_that_opens_nothing_any_more_makes_it_fail(world):
    world.revoked = True
    response = world.queue(stream=True)
    world.work()
    assert world.door.asked == []
    assert world.seen(response).body["error"]["message"] == "It was revoked"
    assert types(world.events(response)) == ["created", "queued", "failed"]


def test_one_whose_answer_has_no_end_has_failed(world):
    world.door.ends = False
    response = world.queue()
    world.work()
    assert world.seen(response).body["error"]["message"] == "The answer broke off"


# ---- cancelled, deleted, left off ----


def test_one_that_is_cancelled_here_is_stopped_at_once(world, monkeypatch):
    monkeypatch.setattr(recording, "_LOOK_S", 3600.0)  # nobody needs to look
    response = world.hanging()
    with world.working():
        world.until(lambda: world.door.asked)
        assert world.background.cancel(response.id, owner="ann").status == "cancelled"
        world.until(lambda: world.door.left)
    assert types(world.events(response)) == [*OPENING, "incomplete"]


@pytest.mark.parametrize("is_deleted", [False, True])
def test_one_that_is_ended_elsewhere_is_stopped_soon(world, is_deleted):
    response = world.hanging()
    with world.working():
        world.until(lambda: world.door.asked)
        if is_deleted:
            world.state.responses.delete(response.id, owner="ann")
        else:
            elsewhere = Background(world.state, shapes, worker="elsewhere", renew=lambda caller: caller)
            elsewhere.cancel(response.id, owner="ann")
        world.until(lambda: world.door.left)
    assert not world.work()


def test_what_is_said_after_the_cancellation_is_not_kept(world):
    response = world.queue(stream=True)
    world.door.before_end = lambda: world.state.response_work.end(response.id, shapes.cancelled, owner="ann")
    world.work()
    assert world.status(response) == "cancelled"
    assert types(world.events(response)) == [*OPENING, "incomplete"]


def test_a_server_that_stops_leaves_it_to_the_next(world):
    response = world.hanging()
    stopping = threading.Event()
    with world.working(stopping.is_set):
        world.until(lambda: world.door.asked)
        stopping.set()
        world.until(lambda: world.door.left)
    assert world.status(response) == "in_progress"
    world.door.hangs = False
    assert world.work()
    assert types(world.events(response)) == [*OPENING, "completed"]


def test_a_server_that_stops_fails_what_was_read_in_part(world):
    world.door.tell = [DELTA]
    response = world.hanging()
    stopping = threading.Event()
    with world.working(stopping.is_set):
        world.until(lambda: len(world.events(response)) == 4)
        stopping.set()
    assert types(world.events(response)) == [*OPENING, "output_text.delta", "failed"]


# ---- killed ----


def test_one_that_was_read_in_part_fails_after_a_death(world):
    response = world.queue(stream=True)
    world.dies(response, [{"type": "response.in_progress"}, DELTA])
    world.work()
    assert world.door.asked == []
    assert "restarted" in world.seen(response).body["error"]["message"]


@pytest.mark.parametrize("is_streamed", [False, True])
def test_one_that_nobody_heard_of_is_made_again_three_times_at_most(world, is_streamed):
    response = world.queue(stream=is_streamed)
    for _ in range(module.MOST_DEATHS):
        world.dies(response)
    world.work()
    assert world.door.asked == []
    assert "died 3 times" in world.seen(response).body["error"]["message"]


def test_a_bug_counts_as_a_death(world):
    response = world.queue()
    world.door.bug = True
    for _ in range(module.MOST_DEATHS):
        with pytest.raises(ZeroDivisionError):
            world.work()
        world.clock.now += 60
    world.work()
    assert world.status(response) == "failed"


# ---- records that do not answer ----


def test_an_end_that_cannot_be_kept_is_kept_later(world, monkeypatch):
    monkeypatch.setattr(recording, "_AGAIN_S", 0.01)
    world.door.tell = [DELTA]
    response = world.queue(stream=True)
    write, failures = world.state.response_work.write, iter([True] * 5)

    def fails(id, worker, change, said=()):
        if change.events and change.events[0]["type"] != "response.in_progress" and next(failures, False):
            raise StateUnavailable("It does not answer")
        return write(id, worker, change, said)

    world.state.response_work.write = fails
    world.work()
    assert next(failures, None) is None
    assert types(world.events(response)) == [*OPENING, "output_text.delta", "completed"]


# ---- what they need ----


def refused(status, code, headers=()):
    body = {"error": {"message": "No", "type": "some_error", "param": None, "code": code}}
    return status, dict(headers), json.dumps(body).encode()


class Door:
    """Answers a response in hand as the application does: what is told is written down by whoever tells it."""

    def __init__(self):
        self.asked, self.refusals, self.tell = [], [], []
        self.hangs = self.left = self.bug = False
        self.ends = True
        self.goes_on = None
        self.before_end = lambda: None
        item = {"id": "msg_1", "type": "message", "role": "assistant", "content": []}
        self.shown = {"status": "in_progress"}
        self.shown["output"] = [{**item, "status": "completed"}, {**item, "status": "in_progress"}]

    @contextmanager
    def post(self, path, body, caller, *, cancel, note=None):
        self.asked.append((path, body, caller, note))
        if self.bug:
            raise ZeroDivisionError
        if self.refusals:
            status, headers, said = self.refusals.pop(0)
            yield Told(status, headers, iter([said]))
            return
        try:
            yield Told(200, {}, self._pieces(self.background.recording(note), cancel))
        finally:
            self.left = True

    def _pieces(self, held, cancel):
        for event in self.tell:
            held.tell(event, lambda: {**held.response.body, **self.shown})
            yield b"event"
        if self.hangs or self.goes_on:
            gone = threading.Event()
            with cancel.breaking(gone.set):
                while not gone.wait(0.01) and not (self.goes_on and self.goes_on.is_set()):
                    pass
            if gone.is_set():
                return
        self.before_end()
        if self.ends:
            held.end({**held.response.body, "status": "completed", "completed_at": 1_700_000_001})


class World:
    def __init__(self, folder):
        self.clock = FakeClock(1_700_000_000.0)
        url = f"sqlite:///{folder}/ragproxy.db"
        migrate(url)
        self.state = open_state(url, clock=self.clock)
        self.door = Door()
        self.revoked = False
        self.background = self.door.background = Background(
            self.state, shapes, worker="here", renew=self._renew, clock=self.clock
        )
        self.background.open(self.door)

    def _renew(self, caller):
        if self.revoked:
            raise Unauthenticated("It was revoked")
        return RENEWED if caller == ANN else caller

    def queue(self, owner="ann", *, stream=False):
        asked = request(background=True, stream=stream)
        id, created = new_response_id(), int(self.clock.now)
        change = shapes.queued(response_head(asked, id, created), streamed=stream)
        response = StoredResponse(id, owner, created, "queued", change.body, request=asked.body, background=True)
        self.state.response_work.queue(response, ANN if owner == "ann" else Caller(owner=owner), change.events)
        self.clock.now += 0.001
        return response

    def hanging(self):
        self.door.hangs = True
        return self.queue(stream=True)

    def dies(self, response, events=()):
        """A worker takes it, writes so much and is killed."""
        assert self.state.response_work.claim("here/dead", 60).response.id == response.id
        self.state.response_work.write(response.id, "here/dead", ResponseChange(events=events))
        self.background.recover()

    def work(self):
        return self.background.work(lambda: False)

    @contextmanager
    def working(self, stop=lambda: False):
        worker = threading.Thread(target=self.background.work, args=(stop,))
        worker.start()
        yield
        worker.join(10)
        assert not worker.is_alive()

    def until(self, happened, timeout_s=10):
        until = time.monotonic() + timeout_s
        while not happened():
            assert time.monotonic() < until
            time.sleep(0.01)

    def seen(self, response):
        return self.state.responses.get(response.id, owner=response.owner)

    def status(self, response):
        seen = self.seen(response)
        assert seen.body["status"] == seen.status
        return seen.status

    def events(self, response):
        return checked(self.state.response_work.events(response.id, -1))


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.state.close()
