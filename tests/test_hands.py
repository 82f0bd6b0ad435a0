"""Threads for long work: woken by rings, told to stop, and not ended by a failure."""

import threading
import time

import pytest

from ragproxy.errors import StateUnavailable
from ragproxy.worker import Hands, Jobs


def test_a_ring_is_answered_at_once_and_until_nothing_is_left(hands):
    work = Work(0)
    one = hands(work.take, threads=1)
    one.start()
    until(lambda: work.looks == 1)
    work.add(5)
    one.ring()
    until(lambda: work.done == 5)
    time.sleep(0.1)
    assert work.looks <= 8  # and once or twice when nothing was left


def test_what_nobody_rang_for_is_found_in_time(hands):
    work = Work(0)
    hands(work.take, threads=1, look_s=0.05).start()
    until(lambda: work.looks >= 1)
    work.add(1)
    until(lambda: work.done == 1)


def test_one_of_several_looks_for_all(hands):
    work = Work(0)
    hands(work.take, threads=5, look_s=0.2).start()
    until(lambda: work.looks >= 1)
    before = work.looks
    time.sleep(1)
    assert 3 <= work.looks - before <= 6


def test_a_ring_is_heeded_by_one_unless_there_is_more(hands):
    work = Work(0)
    several = hands(work.take, threads=5)
    several.start()
    until(lambda: work.looks == 1)
    several.ring()
    until(lambda: work.looks == 2)
    time.sleep(0.1)
    assert work.looks == 2


def test_several_work_at_once_and_no_more(hands):
    work = Work(9, holding=True)
    several = hands(work.take, threads=3)
    several.start()
    several.ring()
    until(lambda: work.inside == 3)
    time.sleep(0.1)
    assert work.inside == 3
    work.go.set()
    until(lambda: work.done == 9)


def test_whoever_works_is_told_to_stop(hands):
    def take(stop, found):
        until(stop)
        return True

    one = hands(take)
    one.start()
    began = time.monotonic()
    assert one.stop(5)
    assert time.monotonic() - began < 1
    assert one.stop(0)


def test_one_that_does_not_heed_is_not_waited_for(hands):
    work = Work(1, holding=True)
    one = hands(work.take)
    one.start()
    until(lambda: work.inside == 1)
    assert not one.stop(0.05)
    work.go.set()


@pytest.mark.parametrize("failure", [StateUnavailable("away"), ZeroDivisionError()])
def test_a_failure_ends_nothing(hands, failure):
    failures = [failure]
    work = Work(1)

    def take(stop, found):
        if failures:
            raise failures.pop()
        return work.take(stop, found)

    one = hands(take)
    one.start()
    until(lambda: not failures)
    one.ring()
    until(lambda: work.done == 1)


def test_rings_before_the_start_cost_nothing(hands):
    work = Work(1)
    one = hands(work.take)
    one.ring()
    assert work.looks == 0
    assert one.stop(0)


def test_they_go_with_the_jobs(tmp_path):
    work = Work(1)
    hands = Hands(work.take, name="hands")
    jobs = Jobs(
        work=lambda stop: None, sweep=lambda: None, abort=lambda: None, file=tmp_path / "jobs.db", hands=[hands]
    )
    jobs.ring()
    assert work.done == 0
    jobs.start()
    until(lambda: work.done == 1)
    work.add(1)
    jobs.ring()
    until(lambda: work.done == 2, timeout_s=2)
    jobs.stop()
    work.add(1)
    jobs.ring()
    time.sleep(0.1)
    assert work.done == 2


def test_a_process_that_only_rings_has_none(tmp_path):
    work = Work(1)
    jobs = Jobs(
        work=lambda stop: None,
        sweep=lambda: None,
        abort=lambda: None,
        file=tmp_path / "jobs.db",
        here=False,
        hands=[Hands(work.take, name="hands")],
    )
    jobs.start()
    jobs.ring()
    time.sleep(0.1)
    assert work.looks == 0
    jobs.stop()


class Work:
    """So many pieces of work, each held until `go` when it is `holding`."""

    def __init__(self, left, holding=False):
        self.left, self.done, self.looks, self.inside = left, 0, 0, 0
        self.go = threading.Event()
        self._lock = threading.Lock()
        if not holding:
            self.go.set()

    def add(self, number):
        with self._lock:
            self.left += number

    def take(self, stop, found):
        with self._lock:
            self.looks += 1
            if not self.left:
                return False
            self.left -= 1
            self.inside += 1
        found()
        self.go.wait(10)
        with self._lock:
            self.inside -= 1
            self.done += 1
        return True


def until(happened, timeout_s=5):
    until = time.monotonic() + timeout_s
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.005)


@pytest.fixture
def hands():
    made = []

    def make(take, **options):
        made.append(Hands(take, name="hands", **{"look_s": 60} | options))
        return made[-1]

    yield make
    for one in made:
        one.stop(5)
