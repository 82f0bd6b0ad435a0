"""The doorbell and those who answer it: real Huey on a real file and a real Redis."""

import json
import logging
import os
import pickle
import shutil
import signal
import socket
import subprocess
import threading
import time
from contextlib import suppress

import pytest
import redis

from ragproxy.errors import ConfigError, StateUnavailable
from ragproxy.telemetry import start_logging
from ragproxy.worker import Jobs
from ragproxy.worker.queue import open_file, open_redis


def test_a_ring_is_answered_at_once(build, hand):
    jobs = build()
    jobs.start()
    hand.wait(1)  # the start looks for work by itself
    for expected in (2, 3, 4):
        time.sleep(0.1)
        started = time.monotonic()
        jobs.ring()
        hand.wait(expected)
        assert time.monotonic() - started < 1


def test_the_start_tidies_up_before_anybody_rings(build, hand):
    build().start()
    hand.wait(1)
    assert hand.swept == 1


def test_nothing_is_done_in_a_process_that_only_rings(build, hand):
    jobs = build(here=False)
    jobs.start()
    jobs.ring()
    time.sleep(0.5)
    assert (hand.worked, hand.swept) == (0, 0)


def test_a_ring_from_another_process_is_heard(build, hand):
    build(here=False).ring()
    listening = build()
    listening.start()
    hand.wait(2)  # the ring that waited, and the start's own
    time.sleep(0.2)
    build(here=False).ring()
    hand.wait(3, timeout_s=4)


def test_a_thousand_rings_are_a_handful_of_calls(build, hand):
    jobs = build()
    hand.hold()
    jobs.start()
    hand.wait(1)
    started = time.monotonic()
    for _ in range(1_000):
        jobs.ring()
    assert time.monotonic() - started < 3
    hand.let_go()
    time.sleep(0.5)
    assert 2 <= hand.worked <= 12


def test_two_threads_work_at_once(build, hand):
    jobs = build(threads=2)
    hand.hold()
    jobs.start()
    hand.wait(1)
    jobs.ring()
    hand.wait(2, timeout_s=4)
    hand.let_go()


def test_stopping_tells_the_work_and_waits_for_it(build, hand):
    jobs = build()
    hand.hold(until_told=True)
    jobs.start()
    hand.wait(1)
    started = time.monotonic()
    jobs.stop(patience_s=10)
    assert time.monotonic() - started < 3
    assert hand.finished == 1
    assert hand.aborted == 1
    jobs.stop()


def test_work_that_does_not_stop_is_broken_off(build, hand):
    jobs = build()
    hand.hold()
    jobs.start()
    hand.wait(1)
    started = time.monotonic()
    jobs.stop(patience_s=0.3)
    assert time.monotonic() - started < 3
    assert (hand.finished, hand.aborted) == (1, 1)


def test_stopping_what_never_started_is_no_error(build, hand):
    build().stop()
    assert hand.aborted == 1


def test_an_error_is_a_line_in_the_log_and_the_next_ring_is_answered(build, hand, lines):
    jobs = build()
    hand.fails = StateUnavailable("The database does not answer; try again in a moment")
    jobs.start()
    hand.wait(1)
    hand.fails = ZeroDivisionError("a secret")
    jobs.ring()
    hand.wait(2)
    hand.fails = None
    jobs.ring()
    hand.wait(3)
    (ours,) = [line for line in lines() if line["logger"].startswith("ragproxy")]
    assert "The database does not answer" in ours["message"]
    assert (ours["level"], "error" in ours) == ("warning", False)
    (huey,) = [line for line in lines() if line["logger"].startswith("huey")]
    assert huey["error"] == "ZeroDivisionError"
    assert "secret" not in json.dumps(huey)


def test_signals_stay_whose_they_were(build, hand):
    before = [signal.getsignal(signum) for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    build().start()
    hand.wait(1)
    assert [signal.getsignal(signum) for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == before


def test_a_message_of_ours_is_two_names_and_pickles_are_never_opened(build, hand, storage, tmp_path):
    build(here=False).ring()
    (message,) = storage().enqueued_items()
    task_id, name = json.loads(message)
    assert len(task_id) == 36
    assert name.endswith(".index_pending")
    storage().enqueue(pickle.dumps(_Trap(str(tmp_path / "sprung"))))
    storage().enqueue(b'["x", "no.such.task"]')
    storage().enqueue(b"{}")
    jobs = build()
    jobs.start()
    hand.wait(2)
    jobs.ring()
    hand.wait(3)
    assert not (tmp_path / "sprung").exists()


def test_running_works_until_it_is_told_to_end(build, hand):
    jobs = build(here=False)
    ended = threading.Event()
    running = threading.Thread(target=jobs.run, args=(ended,))
    running.start()
    hand.wait(1)
    jobs.ring()
    hand.wait(2)
    ended.set()
    running.join(5)
    assert not running.is_alive()
    assert hand.aborted == 1


def test_a_redis_that_is_away_costs_a_ring_a_moment_and_no_error(hand, lines, tmp_path):
    with socket.socket() as deaf:  # accepts, and never answers
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        for url in (f"redis://127.0.0.1:{_free_port()}", f"redis://:hush@127.0.0.1:{deaf.getsockname()[1]}"):
            jobs = _jobs(hand, file=tmp_path / "x.db", redis_url=url)
            started = time.monotonic()
            jobs.ring()
            assert time.monotonic() - started < 4
            started = time.monotonic()
            for _ in range(100):
                jobs.ring()
            assert time.monotonic() - started < 0.5
    assert [line["level"] for line in lines()] == ["warning", "warning"]
    assert "hush" not in json.dumps(lines())


def test_workers_outlive_a_restart_of_redis(hand, redis_server, lines):
    jobs = _jobs(hand, redis_url=redis_server.url)
    jobs.start()
    hand.wait(1)
    redis_server.stop()
    time.sleep(1.5)
    redis_server.start()
    worked = hand.worked
    until = time.monotonic() + 15
    while hand.worked == worked and time.monotonic() < until:
        jobs.ring()
        time.sleep(0.1)
    assert hand.worked > worked
    jobs.stop()


def test_a_queue_that_cannot_be_opened_says_which(hand, tmp_path):
    with pytest.raises(ConfigError, match="RAGPROXY_DATA_DIR"):
        _jobs(hand, file=tmp_path / "nowhere" / "jobs.db").start()


def test_a_damaged_queue_is_begun_anew(hand, tmp_path):
    path = tmp_path / "jobs.db"
    path.write_bytes(b"nonsense" * 1_000)
    jobs = _jobs(hand, file=path)
    jobs.start()
    hand.wait(1)
    jobs.ring()
    hand.wait(2)
    jobs.stop()


@pytest.fixture(params=["file", "redis"])
def queue(request, tmp_path):
    """Where the messages are: the options of Jobs that say so."""
    if request.param == "file":
        return {"file": tmp_path / "jobs.db"}
    return {"redis_url": request.getfixturevalue("redis_server").url}


@pytest.fixture
def storage(queue):
    """The queue from outside."""
    return lambda: (open_redis(queue["redis_url"]) if "redis_url" in queue else open_file(queue["file"])).storage


@pytest.fixture
def build(queue, hand):
    made = []

    def build(**options):
        made.append(_jobs(hand, **queue, **options))
        return made[-1]

    yield build
    hand.let_go()
    for jobs in made:
        jobs.stop()


@pytest.fixture
def hand():
    return Hand()


@pytest.fixture
def lines(tmp_path):
    """What is logged, as the operator reads it."""
    path = tmp_path / "log"
    with path.open("w") as stream:
        start_logging("info", stream=stream)
        yield lambda: [json.loads(line) for line in path.read_text().splitlines()]
    for name in ("ragproxy", "huey"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory):
    if not shutil.which("redis-server"):
        pytest.skip("redis-server is not installed")
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def _empty_redis(request):
    if "redis_server" in request.fixturenames or "redis" in request.node.name:
        with suppress(pytest.skip.Exception, redis.ConnectionError):
            redis.Redis.from_url(request.getfixturevalue("redis_server").url).flushall()


class Hand:
    """What the bell calls. It counts, can be held in the midst of its work, and can fail."""

    def __init__(self):
        self.worked = self.swept = self.finished = self.aborted = 0
        self.fails = None
        self._free = threading.Event()
        self._free.set()
        self._until_told = False
        self._changed = threading.Condition()

    def work(self, stop):
        with self._changed:
            self.worked += 1
            self._changed.notify_all()
        if self.fails:
            raise self.fails
        while not self._free.wait(0.01) and not (self._until_told and stop()):
            pass
        self.finished += 1

    def sweep(self):
        self.swept += 1

    def abort(self):
        self.aborted += 1
        self._free.set()

    def hold(self, until_told=False):
        self._until_told = until_told
        self._free.clear()

    def let_go(self):
        self._free.set()

    def wait(self, worked, timeout_s=10):
        with self._changed:
            assert self._changed.wait_for(lambda: self.worked >= worked, timeout_s), f"worked {self.worked} times"


class RedisServer:
    """A Redis of our own, that keeps nothing."""

    def __init__(self, folder):
        self.port = _free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self._folder = folder
        self._process = None

    def start(self):
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", self._folder]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        client = redis.Redis.from_url(self.url)
        until = time.monotonic() + 10
        while True:
            try:
                client.ping()
                return
            except redis.ConnectionError:
                assert time.monotonic() < until
                time.sleep(0.02)

    def stop(self):
        self._process.kill()
        self._process.wait()


class _Trap:
    """Whoever unpickles it makes a file."""

    def __init__(self, path):
        self._path = path

    def __reduce__(self):
        return os.mkdir, (self._path,)


def _jobs(hand, file=None, **options):
    return Jobs(work=hand.work, sweep=hand.sweep, abort=hand.abort, file=file, **options)


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_deployments_over_one_redis_keep_their_rings(redis_server):
    one, other = (open_redis(redis_server.url, salt).storage for salt in ("-one", "-other"))
    one.enqueue(b"ring")
    assert (one.queue_size(), other.queue_size()) == (1, 0)
