"""Runs on real records, through a door that says what it is told to."""

import json
import threading
import time
from contextlib import contextmanager

import pytest

from ragproxy.answering import Running, run_writing
from ragproxy.answering import running as module
from ragproxy.domain import Agent, Caller, RunChange, Terms, ThreadMessage, Told
from ragproxy.errors import StateUnavailable, Unauthenticated, UpstreamUnavailable
from ragproxy.state import migrate, open_state
from ragproxy.wire import run_asking as shapes
from ragproxy.wire.run_making import new_run, opening
from ragproxy.wire.runs import RunRequest
from tests.fakes import FakeClock
from tests.wire.answers import answer
from tests.wire.responding import told as response_told
from tests.wire.test_run_events import finish, say

ANN = Caller(owner="ann", id="key_1")
RENEWED = Caller(owner="ann", id="key_1", scopes=frozenset({"chat"}))
AGENT = Agent("asst_1", "asst_1", "ann", stores=(), tools=(), instructions="Be brief.")
OPENING = ["run.created", "run.queued", "run.in_progress"]


def test_it_is_asked_as_its_caller_may_by_now_and_on_its_own_terms(world):
    run = world.queue()
    assert world.work()
    ((path, body, caller, note),) = world.door.asked
    assert (path, caller, note) == ("/v1/responses", RENEWED, run.id)
    assert (body["model"], body["store"], body["stream"], body["truncation"]) == ("asst_1", False, True, "auto")
    assert [item["content"][0]["text"] for item in body["input"]] == ["Hi"]
    assert world.door.terms == Terms("Be brief.", ())
    assert world.running.terms(run.id) is None  # nobody works on it any more
    assert world.status(run) == "completed"
    assert world.said() == ["Hi", "Paris"]
    assert not world.work()


def test_nothing_is_done_before_the_door_is_open_nor_after_the_end(world):
    world.queue()
    shut = Running(world.state, shapes, worker="other", renew=lambda caller: caller, count=len)
    assert not shut.work(lambda: False)
    assert not world.running.work(lambda: True)
    assert world.work()


def test_events_can_be_read_while_more_are_to_come(world):
    world.door.hangs = True
    run = world.queue(stream=True)
    with world.working():
        world.until(lambda: "message.delta" in world.events(run))
        assert world.status(run) == "in_progress"
        world.door.goes_on.set()
    assert world.events(run)[:3] == OPENING
    assert world.events(run)[-1] == "run.completed"


def test_events_are_kept_of_streams_alone(world):
    run = world.queue()
    world.work()
    assert world.events(run) == []


# ---- dying ----


def test_one_of_which_nothing_was_told_is_worked_on_again(world):
    run = world.queue(stream=True)
    world.dies(run, opened=False)
    assert world.work()
    assert world.status(run) == "completed"
    assert world.events(run).count("run.in_progress") == 1
    assert world.said() == ["Hi", "Paris"]


def test_one_that_was_told_in_part_has_failed(world):
    run = world.queue(stream=True)
    world.dies(run, [{"event": "thread.run.step.created", "data": {}}], opened=False)
    assert world.work()
    assert world.status(run) == "failed"
    assert "restarted" in world.seen(run).body["last_error"]["message"]
    assert (world.events(run)[-1], world.said(), world.door.asked) == ("run.failed", ["Hi"], [])


def test_one_that_kills_whoever_works_on_it_has_failed_in_the_end(world):
    run = world.queue()
    for _ in range(module.MOST_DEATHS):
        world.dies(run)
    world.work()
    assert (world.status(run), world.door.asked) == ("failed", [])


def test_a_bug_counts_as_a_death_and_is_not_tried_at_once(world):
    world.door.bug = True
    run = world.queue()
    with pytest.raises(ZeroDivisionError):
        world.work()
    assert not world.work()
    world.clock.now += 60
    world.door.bug = False
    world.work()
    assert world.status(run) == "completed"


# ---- stopping ----


def test_one_that_is_left_off_in_silence_is_taken_up_by_the_next(world):
    world.door.hangs, world.door.silent = True, True
    run, stopping = world.queue(stream=True), threading.Event()
    with world.working(stopping.is_set):
        world.until(lambda: world.door.asked)
        stopping.set()
    assert world.status(run) == "in_progress"
    world.door.hangs = False
    assert world.work()
    assert world.status(run) == "completed"


def test_one_that_is_left_off_in_the_middle_of_its_words_has_failed_and_they_are_kept(world):
    world.door.hangs = True
    run, stopping = world.queue(stream=True), threading.Event()
    with world.working(stopping.is_set):
        world.until(lambda: "message.delta" in world.events(run))
        stopping.set()
    assert world.status(run) == "failed"
    assert world.events(run)[-3:] == ["message.incomplete", "run.step.failed", "run.failed"]
    assert world.said() == ["Hi", "Paris"]


def test_one_that_expires_while_it_is_written_is_left_off(world):
    world.door.hangs = True
    run = world.queue(stream=True)
    with world.working():
        world.until(lambda: "message.delta" in world.events(run))
        world.clock.now += 601
        world.running.expire()
    assert world.status(run) == "expired"
    assert world.events(run)[-1] == "run.expired"
    assert world.said() == ["Hi"]


# ---- refused ----


def test_a_key_that_was_revoked_asks_nothing(world):
    world.revoked = True
    run = world.queue()
    world.work()
    assert (world.status(run), world.door.asked) == ("failed", [])
    assert world.seen(run).body["last_error"]["message"] == "It was revoked"


@pytest.mark.parametrize(
    ("status", "headers", "code", "waits_s"),
    [
        (429, {"retry-after": "7"}, "rate_limit_exceeded", 7),
        (429, {}, "rate_limit_exceeded", 5),
        (429, {"retry-after": "1000"}, "rate_limit_exceeded", 60),
        (429, {"x-should-retry": "false"}, "rate_limit_exceeded", None),
        (429, {}, "insufficient_quota", None),
        (503, {"retry-after": "3"}, "not_ready", 3),
        (503, {}, "unavailable", None),
        (400, {}, "invalid", None),
    ],
)
def test_what_passes_is_waited_for(world, status, headers, code, waits_s):
    world.door.refusal = (status, headers, code)
    run = world.queue()
    world.work()
    assert world.status(run) == ("failed" if waits_s is None else "in_progress")
    if waits_s is not None:
        world.door.refusal = None
        world.clock.now += waits_s - 0.5
        assert not world.work()
        world.clock.now += 1
        assert world.work()
        assert world.status(run) == "completed"


def test_a_door_that_breaks_is_a_failure(world):
    world.door.breaks = True
    run = world.queue()
    world.work()
    assert world.status(run) == "failed"
    assert "broke off" in world.seen(run).body["last_error"]["message"]


def test_records_that_do_not_answer_are_asked_again(world, monkeypatch):
    monkeypatch.setattr(run_writing, "_AGAIN_S", 0.01)
    run = world.queue()
    write, failures = world.state.run_work.write, iter([True, True])

    def flaky(run_id, worker, change):
        if change.body and change.body["status"] == "completed" and next(failures, False):
            raise StateUnavailable("Not now")
        return write(run_id, worker, change)

    monkeypatch.setattr(world.state.run_work, "write", flaky)
    world.work()
    assert world.status(run) == "completed"
    assert world.said() == ["Hi", "Paris"]


def test_pictures_that_are_gone_are_left_out(world):
    parts = [{"type": "input_text", "text": "See?"}, {"type": "input_image", "file_id": "file-gone", "detail": "auto"}]
    world.state.threads.add(
        world.thread.id, [ThreadMessage({"type": "message", "role": "user", "content": parts})], owner="ann"
    )
    world.queue()
    world.work()
    sent = world.door.asked[0][1]["input"][-1]["content"]
    assert [part["type"] for part in sent] == ["input_text"]


# ---- what they do ----


class Door:
    """Answers every question with Paris."""

    def __init__(self):
        self.asked, self.terms, self.running = [], None, None
        self.refusal = None
        self.hangs = self.silent = self.bug = self.breaks = False
        self.goes_on = threading.Event()

    @contextmanager
    def post(self, path, body, caller, *, cancel, note=None):
        self.asked.append((path, body, caller, note))
        self.terms = self.running.terms(note)
        if self.bug:
            raise ZeroDivisionError
        if self.breaks:
            raise UpstreamUnavailable("Gone")
        if self.refusal:
            status, headers, code = self.refusal
            error = {"message": "No", "type": "x", "param": None, "code": code}
            yield Told(status, headers, iter([json.dumps({"error": error}).encode()]))
        else:
            yield Told(200, {}, self._pieces(cancel))

    def _pieces(self, cancel):
        _, events = response_told(say("Paris"), finish("stop"), answered=answer())
        frames = [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events]
        said = (
            1 if self.silent else next(n for n, event in enumerate(events, 1) if event["type"].endswith("text.delta"))
        )
        yield from frames[:said]
        if self.hangs:
            with cancel.breaking(self.goes_on.set):
                self.goes_on.wait(10)
            self.goes_on = threading.Event()
            if cancel.cancelled:
                return
        yield from frames[said:]


class World:
    def __init__(self, folder):
        url = f"sqlite:///{folder}/ragproxy.db"
        migrate(url)
        self.clock, self.door, self.revoked = FakeClock(time.time()), Door(), False
        self.state = open_state(url, clock=lambda: self.clock.now)
        self.running = Running(
            self.state, shapes, worker="here", renew=self._renew, count=len, clock=lambda: self.clock.now
        )
        self.running.open(self.door)
        self.door.running = self.running
        hi = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]}
        self.thread = self.state.threads.create(
            owner="ann", metadata={}, tool_resources={}, messages=[ThreadMessage(hi)]
        )

    def _renew(self, caller):
        if self.revoked:
            raise Unauthenticated("It was revoked")
        return RENEWED if caller == ANN else caller

    def queue(self, *, stream=False):
        run = new_run(
            RunRequest({"assistant_id": "asst_1", "stream": stream}),
            AGENT,
            id=self.state.runs.new_id(),
            owner="ann",
            thread_id=self.thread.id,
            created=int(self.clock.now),
            model="tiny",
            stores=None,
            client_model=None,
        )
        self.state.runs.create(run, ANN, events=opening(run))
        return run

    def dies(self, run, events=(), *, opened=True):
        """A worker takes it, writes so much and is killed."""
        assert self.state.run_work.claim("here/dead", 60).run.id == run.id
        begun = shapes.begun(self.seen(run), int(self.clock.now), opened=opened)
        assert self.state.run_work.write(run.id, "here/dead", begun)
        assert self.state.run_work.write(run.id, "here/dead", RunChange(events=events))
        self.running.recover()

    def work(self):
        return self.running.work(lambda: False)

    @contextmanager
    def working(self, stop=lambda: False):
        worker = threading.Thread(target=self.running.work, args=(stop,))
        worker.start()
        yield
        worker.join(10)
        assert not worker.is_alive()

    def until(self, happened, timeout_s=10):
        until = time.monotonic() + timeout_s
        while not happened():
            assert time.monotonic() < until
            time.sleep(0.01)

    def seen(self, run):
        return self.state.runs.get(run.thread_id, run.id, owner="ann")

    def status(self, run):
        seen = self.seen(run)
        assert seen.body["status"] == seen.status
        return seen.status

    def events(self, run):
        return [event["event"].removeprefix("thread.") for _, event in self.state.runs.events(run.id, -1)]

    def said(self):
        return [each.item["content"][0]["text"] for each in self.state.threads.messages(self.thread.id, owner="ann")]


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.state.close()
