import threading

import pytest

from ragproxy.access.guessing import FAILURES, WINDOW_S, Guessing
from tests.fakes import FakeClock


def test_failures_are_forgotten_after_the_window(timer):
    guessing = Guessing(timer=timer)
    for _ in range(FAILURES):
        assert guessing.wait_s("192.0.2.1") == 0
        guessing.note("192.0.2.1")
        timer.now += 1
    assert guessing.wait_s("192.0.2.1") == pytest.approx(WINDOW_S - FAILURES)
    timer.now += WINDOW_S - FAILURES
    assert guessing.wait_s("192.0.2.1") == 0


def test_the_window_moves(timer):
    """One more failure is let through as each old one is forgotten, and not a whole lot of them at once."""
    guessing = Guessing(timer=timer)
    for _ in range(FAILURES):
        guessing.note("192.0.2.1")
        timer.now += 1
    timer.now += WINDOW_S - FAILURES
    guessing.note("192.0.2.1")
    assert guessing.wait_s("192.0.2.1") == pytest.approx(1)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::2:3:4", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        (None, "", True),
    ],
)
def test_one_customers_addresses_are_one(timer, one, other, same):
    guessing = Guessing(timer=timer)
    for _ in range(FAILURES):
        guessing.note(one)
    assert (guessing.wait_s(other) > 0) is same


def test_only_so_many_addresses_are_watched(timer):
    guessing = Guessing(timer=timer, watched=3)
    for address in ("a", "b", "c", "d"):
        for _ in range(FAILURES):
            guessing.note(address)
    assert [guessing.wait_s(address) > 0 for address in ("a", "b", "c", "d")] == [False, True, True, True]


def test_failures_on_many_threads_are_all_counted(timer):
    guessing = Guessing(timer=timer)
    threads = [threading.Thread(target=guessing.note, args=("192.0.2.1",)) for _ in range(FAILURES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert guessing.wait_s("192.0.2.1") > 0


@pytest.fixture
def timer():
    return FakeClock()
