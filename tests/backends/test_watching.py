"""What an upstream's watch notes of its calls; its clock and timer are fakes."""

import pytest

from ragproxy.backends.watching import KEPT, Watch
from ragproxy.domain import Cancel
from ragproxy.errors import UpstreamBroken, UpstreamError, UpstreamRefused, UpstreamTimeout, UpstreamUnavailable
from tests.fakes import FakeClock


def test_a_call_counts_while_it_is_out_and_its_first_piece_is_timed(watch, timer):
    def answer():
        timer.now += 0.25
        yield 1
        timer.now += 5
        yield 2

    items = watch.guard(answer, Cancel())
    assert next(items) == 1
    assert (watch.in_flight, watch.calls, watch.failures) == (1, 1, 0)
    assert list(items) == [2]
    assert watch.in_flight == 0
    assert watch.latency_ms(50) == pytest.approx(250)
    assert watch.answered_at == 1000


def test_who_hangs_up_ends_the_call(watch):
    items = watch.guard(lambda: iter([1, 2]), Cancel())
    next(items)
    items.close()
    assert (watch.in_flight, watch.failures) == (0, 0)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (UpstreamUnavailable("down", status=503), "503"),
        (UpstreamTimeout("late"), "timeout"),
        (UpstreamBroken("cut"), "broken"),
        (UpstreamError("no", status=401), "401"),
        (UpstreamRefused("no", status=429), "429"),
    ],
)
def test_what_an_operator_should_hear_of_is_a_failure(watch, error, told):
    fail(watch, error)
    assert (watch.failures, watch.failure, watch.failed_at, watch.in_flight) == (1, told, 1000, 0)
    assert watch.answered_at is None


def test_what_a_client_did_wrong_shows_that_it_is_up(watch):
    fail(watch, UpstreamRefused("no", status=400))
    assert (watch.failures, watch.answered_at) == (0, 1000)


def test_what_was_called_off_is_neither_good_nor_bad(watch):
    cancel = Cancel()
    cancel.cancel()
    fail(watch, UpstreamBroken("given up"), cancel)
    assert (watch.failures, watch.answered_at, watch.in_flight) == (0, None, 0)


def test_percentiles_are_of_the_nearest_rank_of_the_last_calls(watch, timer):
    assert watch.latency_ms(95) is None
    for number in range(KEPT + 100):

        def answer(seconds=number / 1000):
            timer.now += seconds
            yield 1

        list(watch.guard(answer, Cancel()))
    assert watch.latency_ms(50) == pytest.approx(100 + KEPT / 2 - 1)
    assert watch.latency_ms(100) == pytest.approx(100 + KEPT - 1)


def fail(watch, error, cancel=None):
    def call():
        raise error
        yield

    with pytest.raises(type(error)):
        list(watch.guard(call, cancel or Cancel()))


@pytest.fixture
def watch(timer):
    return Watch(clock=lambda: 1000.7, timer=timer)


@pytest.fixture
def timer():
    return FakeClock()
