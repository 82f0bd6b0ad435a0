"""Who gets a place at the gate and gives it back; the calls behind it wait until the test lets them go."""

import contextlib
import gc
import threading
import time

import pytest

from ragproxy.backends.limiting import Gate
from ragproxy.backends.resilience import Breaker, Limited
from ragproxy.domain import Cancel
from ragproxy.errors import BreakerOpen, OverQuota, UpstreamBroken, UpstreamUnavailable
from tests.asking import chat, text
from tests.replies import Reply, chat_chunk, chat_frames


def test_no_more_calls_are_out_than_it_says():
    gate = Gate("main", concurrency=3, queue=50)
    out, most, lock = 0, 0, threading.Lock()

    def call():
        nonlocal out, most
        with lock:
            out += 1
            most = max(most, out)
        time.sleep(0.002)
        yield "a"
        with lock:
            out -= 1

    threads = [threading.Thread(target=lambda: list(gate.limit(call, Cancel()))) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert (most, out) == (3, 0)
    assert (gate.running, gate.waiting) == (0, 0)


def test_who_came_first_is_served_first(waiting):
    gate = Gate("main", concurrency=1)
    first = hold(gate)
    served = []
    for number in range(5):
        waiting(gate, served, number)
    first.close()
    assert eventually(lambda: len(served) == 5)
    assert served == [0, 1, 2, 3, 4]


def test_a_full_queue_is_over_quota_at_once(waiting):
    gate = Gate("main", concurrency=1, queue=1, queue_timeout_s=7)
    first = hold(gate)
    waiting(gate, [], 0)
    began = time.monotonic()
    with pytest.raises(
        OverQuota, match=r"^The upstream main has as many calls .* \(1\), and its queue is full$"
    ) as caught:
        list(gate.limit(never, Cancel()))
    assert time.monotonic() - began < 0.2
    assert (caught.value.retry_after_s, caught.value.code) == (7, "upstream_busy")
    first.close()


def test_a_wait_that_is_too_long_is_over_quota():
    gate = Gate("main", concurrency=1, queue_timeout_s=0.05)
    first = hold(gate)
    with pytest.raises(OverQuota, match="too long"):
        list(gate.limit(never, Cancel()))
    assert (gate.running, gate.waiting) == (1, 0)
    first.close()
    assert list(gate.limit(lambda: iter("a"), Cancel())) == ["a"]


def test_a_cancel_ends_the_wait(breaking_after):
    gate = Gate("main", concurrency=1)
    first = hold(gate)
    with breaking_after(0.1) as (cancel, since):
        with pytest.raises(UpstreamBroken, match="given up"):
            list(gate.limit(never, cancel))
        assert since() < 0.5
    assert (gate.running, gate.waiting) == (1, 0)
    first.close()
    assert gate.running == 0


def test_a_place_that_comes_together_with_the_cancel_goes_on_to_the_next():
    gate = Gate("main", concurrency=1)
    for _ in range(50):
        first = hold(gate)
        cancel = Cancel()
        thread = threading.Thread(target=lambda cancel=cancel: _quietly(gate.limit(lambda: iter("a"), cancel)))
        thread.start()
        assert eventually(lambda: gate.waiting == 1)
        other = threading.Thread(target=cancel.cancel)
        other.start()
        first.close()
        other.join(5)
        thread.join(5)
        assert (gate.running, gate.waiting) == (0, 0)


@pytest.mark.parametrize("fails_after", [0, 1])
def test_a_call_that_fails_gives_its_place_back(fails_after):
    gate = Gate("main")

    def fails():
        yield from "a" * fails_after
        raise UpstreamUnavailable("down")

    with pytest.raises(UpstreamUnavailable):
        list(gate.limit(fails, Cancel()))
    assert gate.running == 0


def test_a_call_that_cannot_even_be_made_gives_its_place_back():
    gate = Gate("main")
    with pytest.raises(AssertionError):
        list(gate.limit(never, Cancel()))
    assert gate.running == 0


def test_the_place_is_held_until_the_answer_is_closed():
    gate = Gate("main")
    deltas = hold(gate)
    assert gate.running == 1
    deltas.close()
    deltas.close()
    assert gate.running == 0


def test_an_answer_that_never_began_holds_nothing():
    gate = Gate("main", concurrency=1)
    kept = gate.limit(never, Cancel())
    assert gate.running == 0
    kept.close()
    assert gate.running == 0


def test_an_answer_that_was_forgotten_gives_its_place_back():
    gate = Gate("main")
    deltas = hold(gate)
    cycle = [deltas]
    cycle.append(cycle)
    del deltas, cycle
    gc.collect()
    assert gate.running == 0


def test_who_would_have_to_wait_hears_first_of_what_makes_it_useless():
    gate = Gate("main", concurrency=1)
    calls = []
    assert list(gate.limit(lambda: iter("a"), Cancel(), lambda: calls.append(1))) == ["a"]
    assert calls == []
    first = hold(gate)

    def useless():
        raise BreakerOpen("open")

    with pytest.raises(BreakerOpen):
        list(gate.limit(never, Cancel(), useless))
    assert gate.waiting == 0
    first.close()


# ---- around a model of a real server ------------------------------------------------------------


def test_a_server_has_one_call_of_two_until_the_first_is_closed(up, model):
    limited = Limited(model, Gate("main", concurrency=1, queue=0))
    up.script(Reply.events(*chat_frames("a")[:2], chat_chunk({"content": "b"}), endless=True, delay_s=0.01))
    first = limited.chat(chat(stream=True))
    next(first)
    with pytest.raises(OverQuota):
        next(limited.chat(chat(stream=True)))
    assert len(up.requests) == 1
    first.close()
    assert up.requests[0].left.wait(0.5)
    assert text(limited.chat(chat(stream=True))) == "Où ?"


def test_nobody_waits_for_a_server_that_is_left_alone(up, model):
    gate, breaker = Gate("main", concurrency=1), Breaker("main", failures=1)
    limited = Limited(model, gate, breaker)
    first = hold(gate)
    with pytest.raises(UpstreamUnavailable):
        list(breaker.guard(_down, Cancel()))
    began = time.monotonic()
    with pytest.raises(BreakerOpen):
        list(limited.chat(chat()))
    assert time.monotonic() - began < 0.5
    first.close()


# ---- fixtures -----------------------------------------------------------------------------------


def never():
    raise AssertionError("it was called")


def hold(gate):
    """A call that has begun and goes on."""
    deltas = gate.limit(lambda: iter("ab"), Cancel())
    next(deltas)
    return deltas


def eventually(true, wait_s=5.0):
    end = time.monotonic() + wait_s
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.001)
    return True


def _down():
    raise UpstreamUnavailable("down")
    yield


def _quietly(items):
    with contextlib.suppress(UpstreamBroken):
        list(items)


@pytest.fixture
def waiting():
    """Another thread that queues at a gate, and notes its number when it is served."""
    threads = []

    def start(gate, served, number):
        def call():
            served.append(number)
            yield

        before = gate.waiting
        threads.append(threading.Thread(target=lambda: list(gate.limit(call, Cancel()))))
        threads[-1].start()
        assert eventually(lambda: gate.waiting == before + 1)

    yield start
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()
