"""Batches on real records, through a door that says what it is told to."""

import io
import json
import threading
import time
from collections import Counter
from contextlib import contextmanager

import pytest

from ragproxy.answering import Batching, batch_input
from ragproxy.domain import Caller, Cursor, File
from ragproxy.errors import StateUnavailable, Unauthenticated
from ragproxy.state import migrate, new_id, open_state
from ragproxy.wire import batch_lines
from ragproxy.wire.batch_jobs import batch_job_json
from tests.fakes import FakeClock, FakeDoor

ANN = Caller(owner="ann", id="key_1")
CHAT = "/v1/chat/completions"
DAY_S = 86_400
USAGE = {
    "prompt_tokens": 5,
    "completion_tokens": 3,
    "total_tokens": 8,
    "prompt_tokens_details": {"cached_tokens": 2},
    "completion_tokens_details": {"reasoning_tokens": 1},
}


def answer(body):
    return 200, {}, {"said": body["n"], "usage": USAGE}


# ---- what comes of it ----


def test_every_line_is_answered_once_in_the_order_of_the_file(world):
    job = world.made(lines(20))
    assert world.work()
    told = world.told(job)
    assert (told.status, told.total, told.completed, told.failed) == ("completed", 20, 20, 0)
    assert (told.model, told.error_file_id) == ("tiny", None)
    output = world.output(told)
    assert [line["custom_id"] for line in output] == [f"r{n}" for n in range(20)]
    assert output[7]["response"] == {"status_code": 200, "request_id": "req_1", "body": {"said": 7, "usage": USAGE}}
    assert output[7]["error"] is None
    assert len({line["id"] for line in output}) == 20
    assert all(line["id"].startswith("batch_req_") for line in output)
    assert Counter(body["n"] for _, body, _ in world.door.asked) == Counter(range(20))
    assert {(path, caller) for path, _, caller in world.door.asked} == {(CHAT, ANN)}
    usage = batch_job_json(told)["usage"]
    assert (usage["input_tokens"], usage["output_tokens"], usage["total_tokens"]) == (100, 60, 160)
    assert usage["input_tokens_details"]["cached_tokens"] == 40
    assert usage["output_tokens_details"]["reasoning_tokens"] == 20
    assert world.state.batch_jobs.done(job.id) == set()


def test_the_files_are_the_owners_for_as_long_as_was_asked(world):
    job = world.made(lines(1), groups=("staff",), output_lifetime_s=3600)
    world.work()
    file = world.state.library.get(world.told(job).output_file_id, owner="ann")
    assert (file.filename, file.purpose, file.groups) == (f"{job.id}_output.jsonl", "batch_output", ("staff",))
    assert file.expires == file.created + 3600


def test_what_is_refused_is_in_the_error_file_as_it_was_refused(world):
    refusal = {"error": {"message": "No", "type": "invalid_request_error", "param": None, "code": "no"}}
    world.door.answer = lambda body: (400, {}, refusal) if body["n"] == 1 else answer(body)
    job = world.made(lines(3))
    world.work()
    told = world.told(job)
    assert (told.status, told.completed, told.failed) == ("completed", 2, 1)
    assert [line["custom_id"] for line in world.output(told)] == ["r0", "r2"]
    (refused,) = world.errors(told)
    assert (refused["custom_id"], refused["error"]) == ("r1", None)
    assert refused["response"] == {"status_code": 400, "request_id": "req_1", "body": refusal}


def test_lines_that_cannot_be_asked_are_told_with_their_number_and_the_others_run(world):
    good = line(1)
    wrong = {
        2: ("{bad", "invalid_json_line", None),
        4: (line(1), "duplicate_custom_id", "r1"),
        5: (line(2, url="/v1/embeddings"), "invalid_url", "r2"),
        6: (line(3, method="GET"), "invalid_method", "r3"),
        7: (line(4, custom_id=None), "missing_required_parameter", None),
        8: (line(5, body={"stream": True}), "unsupported_parameter", "r5"),
        9: ("[1]", "invalid_json_line", None),
        10: (line(6, custom_id=7), "invalid_custom_id", None),
        11: (line(7, body=None), "missing_required_parameter", "r7"),
        12: (line(8, body=[]), "invalid_type", "r8"),
        13: (line(9, body={"model": "m", "n": 1, "text": "x" * 3000}), "request_too_large", None),
        14: (b"\xff\xfe", "invalid_json_line", None),
    }
    file = [good, "", *(text for text, _, _ in wrong.values())]
    file.insert(2, "   ")  # the third line is blank
    file[1] = file.pop(3)
    job = world.made(file, longest=2000)
    world.work()
    told = world.told(job)
    assert (told.status, told.total, told.completed, told.failed) == ("completed", 13, 1, 12)
    assert [one["custom_id"] for one in world.output(told)] == ["r1"]
    errors = world.errors(told)
    assert [one["response"] for one in errors] == [None] * 12
    assert {one["error"]["line"]: (one["error"]["code"], one["custom_id"]) for one in errors} == {
        number: (code, custom_id) for number, (_, code, custom_id) in wrong.items()
    }
    assert all(one["error"]["message"].startswith(f"Line {one['error']['line']}: ") for one in errors)
    assert len(world.door.asked) == 1


@pytest.mark.parametrize(
    ("file", "code", "count"),
    [
        (["", "  \r", ""], "empty_file", 0),
        (["{bad", "[]"], "invalid_json_line", 2),
        (["{bad"] * 120, "invalid_json_line", 120),
    ],
)
def test_a_file_in_which_nothing_can_be_asked_fails_with_reasons(world, file, code, count):
    job = world.made(file)
    world.work()
    told = world.told(job)
    assert (told.status, told.errors[0].code, told.output_file_id) == ("failed", code, None)
    assert (told.total, told.completed, told.failed) == (count, 0, count)
    assert len(told.errors) == min(max(count, 1), 100)
    assert world.door.asked == []


def test_a_file_of_another_purpose_fails(world):
    job = world.made(lines(1), purpose="user_data")
    world.work()
    assert (world.told(job).status, world.told(job).errors[0].code) == ("failed", "invalid_file_purpose")


def test_a_file_that_is_gone_fails(world):
    job = world.made(lines(1))
    world.state.library.delete(job.input_file_id, owner="ann")
    world.work()
    assert (world.told(job).status, world.told(job).errors[0].code) == ("failed", "file_not_found")


def test_a_file_that_is_too_large_or_has_too_many_lines_fails(world, monkeypatch):
    monkeypatch.setattr(batch_input, "MAX_LINES", 3)
    job = world.made(lines(4))
    world.work()
    assert (world.told(job).status, world.told(job).errors[0].code) == ("failed", "too_many_lines")
    monkeypatch.setattr(batch_input, "MAX_BYTES", 10)
    job = world.made(lines(1))
    world.work()
    assert (world.told(job).status, world.told(job).errors[0].code) == ("failed", "file_too_large")


def test_lines_end_as_windows_ends_them_and_the_last_need_not(world):
    job = world.made(["\ufeff" + line(0) + "\r", line(1)])
    world.work()
    assert world.told(job).completed == 2


def test_a_line_longer_than_what_is_read_at_once_is_whole(world):
    long = "x" * 700_000
    job = world.made([line(0, body={"model": "m", "n": 0, "text": long}), line(1)])
    world.work()
    assert world.told(job).completed == 2
    assert sorted(len(body.get("text", "")) for _, body, _ in world.door.asked) == [0, 700_000]


# ---- at a bounded rate, as the caller ----


def test_no_more_lines_are_asked_at_once_than_was_said(world):
    world.door.answer = lambda body: time.sleep(0.01) or answer(body)
    jobs = [world.made(lines(10)) for _ in range(3)]
    threads = [threading.Thread(target=world.work) for _ in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [world.told(job).completed for job in jobs] == [10, 10, 10]
    assert world.door.most_inside == 4


def test_a_limit_is_waited_for_and_the_line_is_asked_again(world):
    def limited(body):
        if len(world.door.asked) < 6:
            return 429, {"retry-after-ms": "50"}, {"error": {"code": "rate_limit_exceeded"}}
        return answer(body)

    world.door.answer = limited
    job = world.made(lines(3))
    world.work()
    assert (world.told(job).completed, world.told(job).failed) == (3, 0)


@pytest.mark.parametrize(
    ("headers", "code"),
    [({}, "insufficient_quota"), ({"x-should-retry": "false"}, "rate_limit_exceeded")],
)
def test_what_waiting_does_not_mend_is_not_waited_for(world, headers, code):
    world.door.answer = lambda body: (429, {"retry-after": "60", **headers}, {"error": {"code": code}})
    job = world.made(lines(2))
    world.work()
    assert (world.told(job).failed, len(world.door.asked)) == (2, 2)


def test_a_server_that_is_away_is_asked_again_so_often(world):
    world.door.answer = lambda body: (503, {}, {"error": {"code": "upstream_unavailable"}})
    job = world.made(lines(1))
    world.work()
    assert (world.told(job).failed, len(world.door.asked)) == (1, 3)


def test_who_asks_has_the_rights_that_are_left_to_it(world):
    world.renewed = lambda caller: Caller(owner="ann", id="key_1", models=("less",))
    world.work_on(lines(2))
    assert {caller.models for _, _, caller in world.door.asked} == {("less",)}


def test_who_may_nothing_any_more_is_refused(world):
    def gone(caller):
        raise Unauthenticated("The API key that this was asked with has been revoked")

    world.renewed = gone
    told = world.work_on(lines(2))
    assert (told.status, told.failed, world.door.asked) == ("completed", 2, [])
    response = world.errors(told)[0]["response"]
    assert (response["status_code"], response["body"]["error"]["code"]) == (401, "invalid_api_key")


# ---- ends before the end ----


def test_cancelling_stops_lines_in_flight_and_keeps_what_is_done(world):
    job = world.made([*lines(3), *(line(n, body={"n": n, "hangs": True}) for n in range(3, 30))])
    with world.working():
        world.until(lambda: world.told(job).completed == 3 and world.door.inside == 4)
        world.state.batch_jobs.cancel(job.id, owner="ann")
        began = time.monotonic()
        world.until(lambda: world.told(job).status == "cancelled")
        assert time.monotonic() - began < 2
    told = world.told(job)
    assert (told.total, told.completed, told.failed, told.error_file_id) == (30, 3, 0, None)
    assert sorted(one["custom_id"] for one in world.output(told)) == ["r0", "r1", "r2"]
    assert world.door.inside == 0


def test_cancelling_does_not_wait_for_a_limit(world):
    world.door.answer = lambda body: (429, {"retry-after": "60"}, {"error": {"code": "rate_limit_exceeded"}})
    job = world.made(lines(3))
    with world.working():
        world.until(lambda: world.door.asked)
        world.state.batch_jobs.cancel(job.id, owner="ann")
        began = time.monotonic()
        world.until(lambda: world.told(job).status == "cancelled")
        assert time.monotonic() - began < 2
    assert (world.told(job).output_file_id, world.told(job).error_file_id) == (None, None)


def test_what_is_not_done_when_the_window_has_passed_is_told_to_be_late(world):
    job = world.made([line(0), line(1, body={"n": 1, "hangs": True}), line(2, body={"n": 2, "hangs": True}), "{"])
    with world.working():
        world.until(lambda: world.told(job).completed == 1 and world.door.inside == 2)
        world.clock.now += DAY_S
        world.until(lambda: world.told(job).status == "expired")
    told = world.told(job)
    assert (told.total, told.completed, told.failed) == (4, 1, 3)
    assert [(one["custom_id"], one["error"]["code"]) for one in world.errors(told)] == [
        ("r1", "batch_expired"),
        ("r2", "batch_expired"),
        (None, "invalid_json_line"),
    ]


def test_one_whose_window_passed_before_anybody_came_is_late_as_a_whole(world):
    job = world.made(lines(700))
    world.clock.now += DAY_S
    assert world.batching.wind_up(lambda: False)
    told = world.told(job)
    assert (told.status, told.completed, told.failed) == ("expired", 0, 700)
    assert len(world.errors(told)) == 700


def test_those_who_wind_up_leave_the_young_alone(world):
    world.made(lines(1))
    assert not world.batching.wind_up(lambda: False)


# ---- dies, stops, and is taken up again ----


def test_a_server_that_ends_leaves_the_rest_to_the_next_and_no_line_is_answered_twice(world):
    stop = threading.Event()
    world.door.answer = lambda body: time.sleep(0.05) or answer(body)
    job = world.made(lines(100))
    working = threading.Thread(target=world.batching.work, args=(stop.is_set,))
    working.start()
    world.until(lambda: world.told(job).completed >= 10)
    stop.set()
    working.join(5)
    assert not working.is_alive()
    done = world.told(job).completed
    assert 10 <= done < 100
    assert world.told(job).status == "in_progress"
    assert world.work()
    assert world.told(job).completed == 100
    assert Counter(body["n"] for _, body, _ in world.door.asked) == Counter(range(100))
    assert [one["custom_id"] for one in world.output(world.told(job))] == [f"r{n}" for n in range(100)]


def test_a_stop_cuts_off_what_hangs_and_it_is_asked_again(world):
    stop = threading.Event()
    job = world.made([line(0, body={"n": 0, "hangs": True})])
    working = threading.Thread(target=world.batching.work, args=(stop.is_set,))
    working.start()
    world.until(lambda: world.door.inside == 1)
    stop.set()
    working.join(3)
    assert not working.is_alive()
    assert (world.told(job).status, world.told(job).completed + world.told(job).failed) == ("in_progress", 0)
    assert world.state.batch_jobs.claim("next", 60).deaths == 0


def test_who_has_lost_it_leaves_off_and_keeps_nothing(world):
    job = world.made([line(0), line(1, body={"n": 1, "hangs": True})])
    with world.working():
        world.until(lambda: world.told(job).completed == 1 and world.door.inside == 1)
        world.state.batch_jobs.abandon("me/")
        world.until(lambda: world.door.inside == 0)
    assert (world.told(job).status, world.told(job).completed, world.told(job).deaths) == ("in_progress", 1, 1)


def test_what_was_in_hand_when_the_server_died_can_be_taken_up_at_once(world):
    job = world.made(lines(2))
    world.state.batch_jobs.claim("me/dead", 60)
    assert not world.work()
    world.batching.recover()
    assert world.work()
    assert world.told(job).completed == 2


def test_one_that_kills_its_servers_fails_and_keeps_what_is_done(world):
    job = world.made([line(0), line(1, body={"n": 1, "hangs": True})])
    with world.working():
        world.until(lambda: world.told(job).completed == 1)
        world.state.batch_jobs.abandon("me/")
    for _ in range(4):
        world.state.batch_jobs.claim("me/dead", 60)
        world.batching.recover()
    assert world.work()
    told = world.told(job)
    assert (told.status, told.errors[0].code) == ("failed", "server_error")
    assert [one["custom_id"] for one in world.output(told)] == ["r0"]


def test_one_that_died_while_its_files_were_made_ends_as_it_would_have(world):
    job = world.made([line(0), "{"])
    puts = []
    put = world.state.blobs.put

    def failing(stream, limit):
        puts.append(limit)
        if len(puts) == 2:
            raise StateUnavailable("The file storage does not answer")
        return put(stream, limit)

    world.state.blobs.put = failing
    with pytest.raises(StateUnavailable):
        world.work()
    assert world.told(job).status == "finalizing"
    assert world.work()
    told = world.told(job)
    assert (told.status, len(world.output(told)), len(world.errors(told))) == ("completed", 1, 1)
    outputs = world.state.library.list(ANN, Cursor(), "batch_output").items
    assert {file.id for file in outputs} == {told.output_file_id, told.error_file_id}


def test_a_result_waits_for_records_that_are_away(world):
    keep, failures = world.state.batch_jobs.keep, []

    def failing(*given):
        if len(failures) < 1:
            failures.append(given)
            raise StateUnavailable("The database does not answer")
        return keep(*given)

    world.state.batch_jobs.keep = failing
    told = world.work_on(lines(1))
    assert (told.status, told.completed, len(world.door.asked)) == ("completed", 1, 1)


def test_a_bug_in_one_counts_as_a_death_and_is_not_tried_for_ever(world):
    def bug(*given, **more):
        raise ZeroDivisionError

    world.state.batch_jobs.keep = bug
    job = world.made(lines(1))
    with pytest.raises(ZeroDivisionError):
        world.work()
    assert not world.work()
    world.clock.now += 21
    with pytest.raises(ZeroDivisionError):
        world.work()
    assert world.told(job).deaths == 1


def test_nothing_is_done_before_there_is_a_door_nor_after_the_stop(world):
    world.made(lines(1))
    assert not world.batching.work(lambda: True)
    closed = Batching(world.state, batch_lines, worker="other", renew=lambda caller: caller)
    assert not closed.work(lambda: False)


# ---- what they stand on ----


def line(n, **changes):
    said = {"custom_id": f"r{n}", "method": "POST", "url": CHAT, "body": {"model": "tiny", "n": n}} | changes
    return json.dumps({key: value for key, value in said.items() if value is not None})


def lines(number):
    return [line(n) for n in range(number)]


class World:
    """Records of their own, a door, and who works between them."""

    def __init__(self, state, clock):
        self.state, self.clock = state, clock
        self.door = FakeDoor(answer)
        self.renewed = lambda caller: caller
        self.build()

    def build(self, longest=1 << 20):
        self.batching = Batching(
            self.state,
            batch_lines,
            worker="me",
            renew=lambda caller: self.renewed(caller),
            longest_line=longest,
            delays_s=(0.01, 0.02),
            clock=self.clock,
        )
        self.batching.open(self.door)

    def made(self, file, *, purpose="batch", groups=(), longest=None, output_lifetime_s=None):
        if longest:
            self.build(longest)
        data = b"\n".join(each if isinstance(each, bytes) else each.encode() for each in file)
        sha256, size = self.state.blobs.put(io.BytesIO(data), 1 << 30)
        stored = File(new_id("file-"), "ann", "in.jsonl", purpose, sha256, size, int(self.clock.now), groups=groups)
        self.state.library.create(stored)
        caller = Caller(owner="ann", id="key_1", groups=frozenset(groups)) if groups else ANN
        return self.state.batch_jobs.create(
            caller=caller,
            endpoint=CHAT,
            input_file_id=stored.id,
            window_s=DAY_S,
            output_lifetime_s=output_lifetime_s,
        )

    def work(self):
        return self.batching.work(lambda: False)

    def work_on(self, file):
        job = self.made(file)
        self.work()
        return self.told(job)

    @contextmanager
    def working(self):
        thread = threading.Thread(target=self.work, daemon=True)
        thread.start()
        yield
        thread.join(10)
        assert not thread.is_alive()

    def told(self, job):
        return self.state.batch_jobs.get(job.id, owner="ann")

    def output(self, job):
        return self.read(job.output_file_id)

    def errors(self, job):
        return self.read(job.error_file_id)

    def read(self, file_id):
        file = self.state.library.get(file_id, owner="ann")
        with self.state.blobs.open(file.sha256) as stream:
            return [json.loads(each) for each in stream]

    def until(self, happened, timeout_s=10):
        until = time.monotonic() + timeout_s
        while not happened():
            assert time.monotonic() < until
            time.sleep(0.01)


@pytest.fixture
def world(tmp_path):
    clock = FakeClock(time.time())
    url = f"sqlite:///{tmp_path}/ragproxy.db"
    migrate(url)
    state = open_state(url, tmp_path / "files", clock=clock)
    yield World(state, clock)
    state.close()
