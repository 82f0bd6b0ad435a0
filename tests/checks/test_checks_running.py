"""The checks at once, each bounded."""

import threading
import time

from ragproxy.checks.running import carry_out
from ragproxy.checks.verdict import failed, ok
from ragproxy.errors import StateUnavailable


def test_what_checks_say_comes_in_their_order_whoever_is_first():
    second = threading.Event()

    def slow():
        assert second.wait(5)
        yield ok("slow", "It waited for the other")

    def quick():
        second.set()
        yield ok("quick", "Done")
        yield failed("quick.more", "Not this", "Do that")

    told = list(carry_out([("slow", slow), ("quick", quick)], timeout_s=5))
    assert [verdict.name for verdict in told] == ["slow", "quick", "quick.more"]
    assert all(verdict.duration_ms >= 0 for verdict in told)


def test_a_check_that_does_not_end_is_left_behind_and_has_failed():
    def never():
        threading.Event().wait(60)
        yield ok("never", "Too late")

    began = time.monotonic()
    told = list(carry_out([("never", never), ("other", lambda: [ok("other", "Well")])], timeout_s=0.1, spare_s=1))
    assert time.monotonic() - began < 5
    assert [(verdict.name, verdict.status) for verdict in told] == [("never", "failed"), ("other", "ok")]
    assert told[0].message == "It was not over after 1.3 seconds"


def test_an_error_in_words_is_a_failure_in_those_words():
    def broken():
        yield ok("part", "This was well")
        raise StateUnavailable("The shelf is empty")

    told = list(carry_out([("shelf", broken)], timeout_s=1))
    assert [(verdict.name, verdict.status) for verdict in told] == [("part", "ok"), ("shelf", "failed")]
    assert told[1].message == "The shelf is empty"


def test_a_mistake_of_ours_spoils_its_own_check_alone(monkeypatch):
    tracebacks = []
    monkeypatch.setattr(threading, "excepthook", tracebacks.append)

    def mistaken():
        raise ZeroDivisionError

    told = list(carry_out([("mine", mistaken), ("other", lambda: [ok("other", "Well")])], timeout_s=1))
    assert [(verdict.name, verdict.status) for verdict in told] == [("mine", "failed"), ("other", "ok")]
    until = time.monotonic() + 5
    while not tracebacks and time.monotonic() < until:
        time.sleep(0.01)
    assert [args.exc_type for args in tracebacks] == [ZeroDivisionError]
