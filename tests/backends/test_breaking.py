"""The breaker's clock is a fake; what it guards are calls that do as they are told, and at the end a real server."""

import threading
from itertools import islice

import pytest

from ragproxy.backends.breaking import Breaker
from ragproxy.backends.resilience import Breaking
from ragproxy.domain import Cancel
from ragproxy.errors import (
    BreakerOpen,
    InvalidRequest,
    NotServed,
    UpstreamBroken,
    UpstreamError,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from tests.asking import chat
from tests.fakes import FakeClock
from tests.replies import Reply, chat_chunk, chat_frames, refusal

DOWN = UpstreamUnavailable("down", status=503)


def test_it_opens_after_so_many_failures_in_a_row_and_then_calls_nobody(breaker):
    for _ in range(2):
        fail(breaker)
        assert breaker.state == "closed"
    fail(breaker)
    assert breaker.state == "open"
    with pytest.raises(BreakerOpen, match=r"^The upstream main failed too often and is left alone; try again in 10 s$"):
        list(breaker.guard(never, Cancel()))


def test_a_whole_answer_in_between_starts_the_count_again(breaker):
    for _ in range(5):
        fail(breaker)
        fail(breaker)
        succeed(breaker)
    assert breaker.state == "closed"


def test_a_refusal_says_when_to_come_back(breaker, clock):
    fail(breaker, 3)
    clock.now += 6.5
    with pytest.raises(BreakerOpen) as caught:
        list(breaker.guard(never, Cancel()))
    assert caught.value.headers == {"retry-after": "4", "retry-after-ms": "3500"}
    assert breaker.open_for_s == 3.5


def test_one_probe_goes_through_and_closes_it(breaker, clock):
    fail(breaker, 3)
    clock.now += 10
    probe = breaker.guard(lambda: iter("ab"), Cancel())
    assert breaker.state == "open"  # nothing has been asked of it yet
    assert next(probe) == "a"
    assert breaker.state == "closed"
    succeed(breaker)  # while the probe's answer goes on
    assert list(probe) == ["b"]


def test_while_the_probe_is_out_others_are_told_to_come_back_in_a_second(breaker, clock):
    fail(breaker, 3)
    clock.now += 10

    def probe():
        assert breaker.state == "half-open"
        with pytest.raises(BreakerOpen) as caught:
            list(breaker.guard(never, Cancel()))
        assert caught.value.headers["retry-after"] == "1"
        yield "a"

    assert list(breaker.guard(probe, Cancel())) == ["a"]


def test_of_many_threads_exactly_one_is_the_probe(clock):
    breaker = Breaker("main", failures=1, open_s=1, clock=clock)
    start, hold = threading.Barrier(8), threading.Event()
    for _ in range(20):
        fail(breaker)
        clock.now += 1000
        out, refused, barred = [], [], threading.Semaphore(0)

        def call(out=out, refused=refused, barred=barred):
            def probe():
                out.append(1)
                hold.wait(5)
                raise DOWN
                yield

            start.wait(5)
            try:
                list(breaker.guard(probe, Cancel()))
            except BreakerOpen:
                refused.append(1)
                barred.release()
            except UpstreamUnavailable:
                pass

        threads = [threading.Thread(target=call) for _ in range(8)]
        for thread in threads:
            thread.start()
        for _ in range(7):
            assert barred.acquire(timeout=5)
        hold.set()
        for thread in threads:
            thread.join(5)
        hold.clear()
        assert (len(out), len(refused)) == (1, 7)
        clock.now += 1000
        succeed(breaker)


def test_a_probe_that_fails_opens_it_for_twice_as_long_until_the_longest(breaker, clock):
    fail(breaker, 3)
    for open_s in (10, 20, 40, 80, 120, 120):
        assert breaker.open_for_s == open_s
        clock.now += open_s
        fail(breaker)
        assert breaker.state == "open"


def test_a_whole_answer_makes_the_next_opening_short_again(breaker, clock):
    fail(breaker, 3)
    clock.now += 10
    fail(breaker)
    clock.now += 20
    succeed(breaker)
    fail(breaker, 3)
    assert breaker.open_for_s == 10


def test_a_probe_that_breaks_after_its_first_item_opens_it_again(breaker, clock):
    fail(breaker, 3)
    clock.now += 10
    deltas = breaker.guard(lambda: broken_off("a"), Cancel())
    assert next(deltas) == "a"
    assert breaker.state == "closed"
    with pytest.raises(UpstreamBroken):
        next(deltas)
    assert (breaker.state, breaker.open_for_s) == ("open", 20)


def test_a_probe_that_is_called_off_leaves_its_turn_to_the_next_call(breaker, clock):
    fail(breaker, 3)
    clock.now += 10
    cancel = Cancel()

    def gives_up():
        cancel.cancel()
        raise UpstreamBroken("given up")
        yield

    with pytest.raises(UpstreamBroken):
        list(breaker.guard(gives_up, cancel))
    assert breaker.state == "half-open"
    succeed(breaker)
    assert breaker.state == "closed"


def test_a_probe_that_hangs_is_followed_by_another(breaker, clock):
    fail(breaker, 3)
    clock.now += 10

    def hangs():
        clock.now += 10.5  # the period
        succeed(breaker)
        yield "late"

    assert list(breaker.guard(hangs, Cancel())) == ["late"]
    assert breaker.state == "closed"


def test_calls_of_before_it_opened_say_nothing_about_the_probe(breaker, clock):
    early = [breaker.guard(lambda: broken_off("a"), Cancel()) for _ in range(2)]
    whole = breaker.guard(lambda: iter("ab"), Cancel())
    for deltas in (*early, whole):
        next(deltas)
    fail(breaker, 3)
    with pytest.raises(UpstreamBroken):
        next(early[0])
    assert list(whole) == ["b"]
    assert (breaker.state, breaker.open_for_s) == ("open", 10)
    clock.now += 10

    def probe():
        with pytest.raises(UpstreamBroken):
            next(early[1])
        assert breaker.state == "half-open"
        yield "a"

    assert list(breaker.guard(probe, Cancel())) == ["a"]
    assert breaker.state == "closed"


@pytest.mark.parametrize(
    ("error", "counts"),
    [
        (UpstreamUnavailable("no connection"), True),
        (DOWN, True),
        (UpstreamTimeout("slow"), True),
        (UpstreamBroken("cut"), True),
        (UpstreamUnavailable("408", status=408), False),
        (UpstreamUnavailable("501", status=501), False),
        (UpstreamRefused("no", status=400), False),
        (UpstreamRefused("slow down", status=429), False),
        (UpstreamError("our key", status=401), False),
        (NotServed("no such route"), False),
        (InvalidRequest("not for this model"), False),
        (ZeroDivisionError(), False),
    ],
)
def test_what_counts_is_an_upstream_that_is_down(breaker, error, counts):
    for _ in range(3):
        with pytest.raises(type(error)):
            list(breaker.guard(lambda: raising(error), Cancel()))
    assert breaker.state == ("open" if counts else "closed")


@pytest.mark.parametrize("error", [UpstreamRefused("no", status=400), UpstreamRefused("slow down", status=429)])
def test_a_probe_that_is_refused_has_shown_that_the_upstream_is_up(breaker, clock, error):
    fail(breaker, 3)
    clock.now += 10
    with pytest.raises(UpstreamRefused):
        list(breaker.guard(lambda: raising(error), Cancel()))
    assert breaker.state == "closed"


def test_a_client_that_hangs_up_is_no_failure(breaker):
    for _ in range(5):
        deltas = breaker.guard(lambda: iter("ab"), Cancel())
        next(deltas)
        deltas.close()
        cancelled = Cancel()
        cancelled.cancel()
        with pytest.raises(UpstreamBroken):
            list(breaker.guard(lambda: broken_off("a"), cancelled))
    assert breaker.state == "closed"


def test_an_answer_that_is_never_begun_is_never_a_probe(breaker, clock):
    fail(breaker, 3)
    clock.now += 10
    breaker.guard(never, Cancel()).close()
    succeed(breaker)
    assert breaker.state == "closed"


def test_check_refuses_like_a_call_and_takes_no_probe(breaker, clock):
    breaker.check()
    fail(breaker, 3)
    with pytest.raises(BreakerOpen):
        breaker.check()
    clock.now += 10
    breaker.check()
    breaker.check()
    succeed(breaker)


# ---- around a model of a real server ------------------------------------------------------------


def test_a_server_whose_streams_break_in_the_middle_is_left_alone(up, model, breaker):
    guarded = Breaking(model, breaker)
    up.script(*[Reply.events(*chat_frames("a")[:2], ends_at=100000)] * 3)
    for _ in range(3):
        with pytest.raises(UpstreamBroken):
            list(guarded.chat(chat(stream=True)))
    with pytest.raises(BreakerOpen):
        list(guarded.chat(chat(stream=True)))
    assert len(up.requests) == 3


def test_a_server_that_comes_back_is_asked_again(up, model, breaker, clock):
    guarded = Breaking(model, breaker)
    up.script(*[refusal(503, "down")] * 3)
    for _ in range(3):
        with pytest.raises(UpstreamUnavailable):
            list(guarded.chat(chat()))
    clock.now += 10
    assert list(guarded.chat(chat()))
    assert breaker.state == "closed"


def test_closing_closes_the_upstream_at_once(up, model, breaker):
    up.script(Reply.events(*chat_frames("a")[:2], chat_chunk({"content": "more"}), endless=True, delay_s=0.01))
    deltas = Breaking(model, breaker).chat(chat(stream=True))
    assert len(list(islice(deltas, 3))) == 3
    deltas.close()
    assert up.requests[0].left.wait(0.5)


# ---- fixtures -----------------------------------------------------------------------------------


def raising(error):
    raise error
    yield


def broken_off(*items):
    yield from items
    raise UpstreamBroken("cut")


def never():
    raise AssertionError("it was called")


def fail(breaker, times=1):
    for _ in range(times):
        with pytest.raises(UpstreamUnavailable):
            list(breaker.guard(lambda: raising(DOWN), Cancel()))


def succeed(breaker):
    assert list(breaker.guard(lambda: iter("ab"), Cancel())) == ["a", "b"]


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def breaker(clock):
    return Breaker("main", failures=3, open_s=10, longest_open_s=120, clock=clock)
