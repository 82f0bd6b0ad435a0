"""Tokens in a moving window, in memory and in Redis: the same tests for both."""

import os
import threading
import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ragproxy.access.windows import HOLD_S, SOON_S, MemoryWindows, RedisWindows, Wanted
from tests.fakes import FakeClock

REDIS = os.environ.get("RAGPROXY_TEST_REDIS", "redis://127.0.0.1:6379")


def test_what_is_reserved_counts_until_it_is_settled(windows, clock):
    held = reserve(windows, 700)
    assert held.done
    assert not reserve(windows, 400).done
    assert used(windows) == 700
    clock.now += 100  # longer than the window
    assert not reserve(windows, 400).done
    settle(windows, held, 700, 0)
    assert reserve(windows, 400).done


def test_what_was_consumed_counts_for_a_window_and_up_to_a_sixtieth_of_it_more(windows, clock):
    clock.now += 0.9
    settle(windows, reserve(windows, 700), 700, 650)
    clock.now += 59.9
    assert used(windows) == 650
    assert not reserve(windows, 400).done
    clock.now += 1.1
    assert used(windows) == 0
    assert reserve(windows, 1000).done


def test_more_may_be_consumed_than_was_reserved_and_is_paid_for(windows, clock):
    settle(windows, reserve(windows, 100), 100, 1500)
    assert used(windows) == 1500
    refused = reserve(windows, 1)
    assert not refused.done
    assert 60 <= refused.readings[0].wait_s <= 61


def test_the_wait_is_until_enough_is_forgotten(windows, clock):
    for _ in range(3):
        settle(windows, reserve(windows, 300), 300, 300)
        clock.now += 10
    (reading,) = reserve(windows, 500).readings
    assert reading.wait_s == pytest.approx(60 + 1 - 20)  # the second of three is to go too
    assert reading.reset_s == pytest.approx(60 + 1 - 30)
    clock.now += reading.wait_s
    assert reserve(windows, 500).done


def test_when_only_who_is_still_being_answered_can_give_back_the_wait_is_short(windows):
    assert reserve(windows, 900).done
    assert reserve(windows, 500).readings[0].wait_s == SOON_S


def test_a_reservation_that_nobody_settles_is_forgotten(windows, clock):
    lost = reserve(windows, 1000)
    clock.now += HOLD_S - 1
    assert not reserve(windows, 1).done
    clock.now += 11
    held = reserve(windows, 1000)
    assert held.done
    settle(windows, lost, 1000, 0)  # its process was only slow
    assert used(windows) == 1000
    settle(windows, held, 1000, 0)
    assert used(windows) == 0


def test_all_is_reserved_or_nothing(windows):
    wanted = [Wanted("{a}", 1000, 300), Wanted("{a}:model", 200, 300)]
    refused = windows.reserve(wanted)
    assert not refused.done
    assert (refused.readings[0].wait_s, refused.readings[1].wait_s) == (0, SOON_S)
    assert used(windows) == 0
    assert windows.reserve([Wanted("{a}", 1000, 100), Wanted("{a}:model", 200, 100)]).done
    assert [each.used for each in windows.settle([Wanted("{a}", 0, 0), Wanted("{a}:model", 0, 0)], 0, 0)] == [100, 100]


def test_reservations_of_the_same_moment_are_given_back_one_by_one(windows):
    first, second = reserve(windows, 300), reserve(windows, 200)
    settle(windows, first, 300, 0)
    assert used(windows) == 200
    settle(windows, second, 200, 50)
    assert used(windows) == 50


def test_who_wants_nothing_reads(windows):
    assert used(windows) == 0
    reserve(windows, 10)
    assert windows.settle([Wanted("{a}", 1000, 0)], 0, 0)[0].reset_s == 60


def test_threads_together_reserve_no_more_than_there_is(windows):
    admitted = []

    def ask():
        for _ in range(10):
            held = reserve(windows, 30)
            if held.done:
                admitted.append(held)

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(admitted) == 1000 // 30
    for held in admitted:
        settle(windows, held, 30, 0)
    assert used(windows) == 0


STEP = st.one_of(
    st.tuples(st.just("wait"), st.floats(0, 40)),
    st.tuples(st.just("reserve"), st.integers(0, 700)),
    st.tuples(st.just("settle"), st.integers(0, 20), st.integers(0, 900)),
    st.tuples(st.just("die"), st.integers(0, 20)),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=60))
def test_in_no_window_is_more_let_in_than_the_limit_and_everything_comes_back(make, steps):
    clock = FakeClock()
    windows = make(clock)
    held, dead, consumed = [], [], []  # with the moment of each
    for step, *given_ in steps:
        if step == "wait":
            clock.now += given_[0]
        elif step == "reserve":
            (amount,) = given_
            now = clock.now
            answer = reserve(windows, amount)
            surely = sum(n for n, at in consumed if at > now - 60) + sum(
                n for n, at, _ in held + dead if at > now - HOLD_S
            )
            perhaps = sum(n for n, at in consumed if at > now - 61.001) + sum(
                n for n, at, _ in held + dead if at > now - HOLD_S - 11
            )
            if answer.done:
                assert surely + amount <= 1000
                held.append((amount, now, answer))
            else:
                assert perhaps + amount > 1000
        elif step == "settle" and held:
            amount, _, answer = held.pop(given_[0] % len(held))
            settle(windows, answer, amount, given_[1])
            consumed.append((given_[1], clock.now))
        elif step == "die" and held:
            dead.append(held.pop(given_[0] % len(held)))
        assert used(windows) >= 0
    for amount, _, answer in held:
        settle(windows, answer, amount, 0)
    if not dead:
        assert used(windows) == sum(n for n, at in consumed if used_still(at, clock.now))
    clock.now += HOLD_S + 61
    assert used(windows) == 0


def test_counts_that_nobody_asks_for_any_more_are_dropped(clock):
    windows = MemoryWindows(clock=clock)
    for number in range(100):
        windows.settle([Wanted(str(number), 10, 0)], 0, 1)
    clock.now += 100
    for _ in range(5000):
        windows.settle([Wanted("a", 10, 0)], 0, 0)
        windows.reserve([Wanted("a", 10, 0)])
    assert len(windows) < 5


def test_redis_forgets_a_key_by_itself(make_redis, clock):
    windows = make_redis(clock)
    settle(windows, reserve(windows, 5), 5, 5)
    (key,) = windows.client.keys(windows.prefix + "*")
    assert HOLD_S < windows.client.ttl(key) <= HOLD_S + 120


def reserve(windows, amount, key="{a}"):
    return windows.reserve([Wanted(key, 1000, amount)])


def settle(windows, held, amount, consumed, key="{a}"):
    windows.settle([Wanted(key, 1000, amount)], held.till, consumed)


def used(windows, key="{a}"):
    (reading,) = windows.settle([Wanted(key, 1000, 0)], 0, 0)
    return reading.used


def used_still(at, now):
    return int(at) >= int(now) - 60


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def make_redis():
    """Makes counts in a part of Redis of one's own, or skips."""
    redis = pytest.importorskip("redis")
    client = redis.Redis.from_url(REDIS, socket_connect_timeout=1)
    try:
        client.ping()
    except redis.RedisError as err:
        pytest.skip(f"no Redis at {REDIS}: {type(err).__name__}")
    prefix = f"ragproxy:limits:test-{uuid.uuid4().hex}:"

    def make(clock):
        windows = RedisWindows(client, prefix=f"{prefix}{uuid.uuid4().hex}:", clock=clock)
        windows.client, windows.prefix = client, prefix
        return windows

    yield make
    for key in client.scan_iter(prefix + "*"):
        client.delete(key)


@pytest.fixture(params=["memory", "redis"])
def make(request):
    if request.param == "memory":
        return lambda clock: MemoryWindows(clock=clock)
    return request.getfixturevalue("make_redis")


@pytest.fixture
def windows(make, clock):
    return make(clock)
