import contextlib
import logging
import os
import threading
import time
import types
import uuid
from itertools import cycle

import pytest
from limits.storage import MemoryStorage, RedisStorage

from ragproxy.access.quotas import GUESS, Line, Quotas, open_quotas
from ragproxy.access.windows import MemoryWindows
from ragproxy.domain import Caller, Limits, Rate, Rates
from ragproxy.errors import OverQuota
from tests.fakes import FakeClock

REDIS = os.environ.get("RAGPROXY_TEST_REDIS", "redis://127.0.0.1:6379")
DEAD = "redis://127.0.0.1:1"
FEW = Caller(id="key_a", limits=Limits(requests=3))
SOME = Caller(id="key_a", limits=Limits(tokens=1000))


def test_who_has_no_limit_has_no_quota(quotas):
    assert quotas.of(Caller()) is None
    assert quotas.of(Caller(id="key_a")) is None


def test_the_servers_limits_hold_for_whoever_has_no_such_limit_of_its_own(clock):
    quotas = in_memory(clock, default=Limits(requests=10, tokens=100))
    assert quotas.of(Caller()).rates == Rates(Rate(10, 10, 0), Rate(100, 100, 0))
    assert quotas.of(Caller(id="key_a", limits=Limits(tokens=5))).rates == Rates(Rate(10, 10, 0), Rate(5, 5, 0))


def test_the_administrators_key_has_none(clock):
    quotas = in_memory(clock, default=Limits(requests=1))
    assert quotas.of(Caller(admin=True)) is None
    assert quotas.of(Caller(admin=True, id="key_a")) is not None


def test_requests_are_admitted_up_to_the_limit_in_any_window(quotas, clock):
    for remaining in (2, 1, 0):
        quota = enter(quotas, FEW)
        assert quota.rates == Rates(Rate(3, remaining, pytest.approx(60 - 10 * (2 - remaining))))
        clock.now += 10
    with pytest.raises(OverQuota) as refused:
        enter(quotas, FEW)
    assert refused.value.code == "rate_limit_exceeded"
    assert refused.value.retry_after_s == pytest.approx(30)
    assert refused.value.message == (
        "Rate limit reached on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 30s"
    )
    clock.now += 30.01
    enter(quotas, FEW)
    with pytest.raises(OverQuota):
        enter(quotas, FEW)


def test_who_was_refused_is_told_what_is_left(quotas):
    for _ in range(3):
        enter(quotas, FEW)
    quota = quotas.of(FEW)
    with pytest.raises(OverQuota):
        quota.enter()
    assert quota.rates == Rates(Rate(3, 0, pytest.approx(60)))


def test_callers_are_counted_apart_and_those_without_a_key_together(clock):
    quotas = in_memory(clock, default=Limits(requests=1))
    for caller in (Caller(), Caller(id="anybody"), Caller(id="a/b"), Caller(id="a")):
        enter(quotas, caller)
    with pytest.raises(OverQuota):
        enter(quotas, Caller(owner="another"))


def test_a_model_has_its_own_limits_beside_the_callers(quotas, clock):
    caller = Caller(id="key_a", limits=Limits(requests=10, tokens=1000), model_limits={"big": Limits(1, 500)})
    quota = reserve(quotas, caller, ["big"], 100, 100)
    assert quota.rates == Rates(Rate(1, 0, pytest.approx(60)), Rate(500, 300, 60))
    other = reserve(quotas, caller, ["small"], 100, 100)
    assert other.rates == Rates(Rate(10, 8, pytest.approx(60)), Rate(1000, 600, 60))
    with pytest.raises(OverQuota, match=r"reached for the model 'big' on requests per min \(RPM\): Limit 1, Used 1"):
        reserve(quotas, caller, ["small", "big"], 1, 1)


def test_the_tighter_of_two_limits_is_shown(quotas):
    caller = Caller(id="key_a", limits=Limits(requests=2, tokens=300), model_limits={"big": Limits(10, 5000)})
    assert reserve(quotas, caller, ["big"], 100, 0).rates == Rates(
        Rate(2, 1, pytest.approx(60)), Rate(300, 200, pytest.approx(60))
    )


def test_tokens_are_reserved_and_settled_to_what_was_consumed(quotas, clock):
    quota = reserve(quotas, SOME, [], 300, 400)
    assert quota.rates.tokens == Rate(1000, 300, 60)
    with pytest.raises(OverQuota) as refused:
        reserve(quotas, SOME, [], 301, 0)
    assert refused.value.message == (
        "Rate limit reached on tokens per min (TPM): Limit 1000, Used 700, Requested 301. Please try again in 5s"
    )
    quota.settle(310)
    assert quota.rates.tokens.remaining == 690
    assert 60 <= quota.rates.tokens.reset_s <= 61
    quota.settle(310)
    assert quota.rates.tokens.remaining == 690  # once is enough


def test_what_is_refused_gives_nothing_back(quotas):
    held = reserve(quotas, SOME, [], 900, 0)
    quota = quotas.of(SOME)
    with pytest.raises(OverQuota):
        quota.reserve([], 200, 0)
    quota.settle(0)
    assert quotas.of(SOME).rates.tokens.remaining == 100
    held.settle(0)
    assert quotas.of(SOME).rates == Rates(tokens=Rate(1000, 1000, 0))


def test_what_can_never_be_admitted_is_too_large_and_not_to_be_sent_again(quotas):
    with pytest.raises(
        OverQuota, match=r"Request too large on tokens per min \(TPM\): Limit 1000, Requested 1001"
    ) as it:
        reserve(quotas, SOME, [], 501, 500)
    assert it.value.code == "rate_limit_exceeded"
    assert it.value.headers == {"x-should-retry": "false"}


def test_an_answer_without_bound_is_guessed_but_never_too_large_for_that(quotas):
    assert reserve(quotas, SOME, [], 100, None).rates.tokens.remaining == 900 - GUESS
    little = Caller(id="key_b", limits=Limits(tokens=100))
    assert reserve(quotas, little, [], 30, None).rates.tokens.remaining == 0
    with pytest.raises(OverQuota, match="Request too large"):
        reserve(quotas, little, [], 101, None)


def test_what_needs_no_tokens_is_counted_when_it_consumed_some(quotas):
    quota = reserve(quotas, SOME, [], 0, 0)
    quota.settle(40)
    assert quotas.of(SOME).rates.tokens.remaining == 960


def test_callers_all_at_once_are_admitted_up_to_the_limit(quotas):
    caller = Caller(id="key_a", limits=Limits(requests=20))
    assert at_once(50, lambda: enter(quotas, caller)) == 20


def test_what_is_over_is_forgotten_once_a_second_and_not_by_a_thread_for_each_request(monkeypatch):
    started, start = [], threading.Timer.start
    monkeypatch.setattr(threading.Timer, "start", lambda timer: started.append(timer) or start(timer))
    quotas = open_quotas(None, window_s=1)
    caller = Caller(id="key_1", limits=Limits(requests=1000))
    for _ in range(40):
        quotas.of(caller).enter()
        time.sleep(0.015)
    assert len(started) <= 2
    time.sleep(1.2)
    quotas.of(caller).enter()  # the first request after a second has the rest forgotten
    time.sleep(0.1)
    assert sum(map(len, quotas._limiter.storage.events.values())) <= 2


def test_two_processes_share_the_counts_in_redis(redis_salt):
    caller = Caller(id="key_a", limits=Limits(requests=20, tokens=1000))
    one, other = (open_quotas(redis_at(0), salt=redis_salt) for _ in range(2))
    turns = cycle([one, other])
    assert at_once(50, lambda: enter(next(turns), caller)) == 20
    held = reserve_only(one, caller, 600)
    assert other.of(caller).rates.tokens.remaining == 400
    with pytest.raises(OverQuota):
        reserve_only(other, caller, 600)
    held.settle(100)
    assert other.of(caller).rates.tokens.remaining == 900


def test_redis_shows_the_same_as_memory(redis_salt):
    caller = Caller(id="key é/{a}", limits=Limits(requests=3, tokens=1000), model_limits={"m/{1}": Limits(2, 500)})
    for quotas in (open_quotas(None), open_quotas(redis_at(0), salt=redis_salt)):
        first = reserve(quotas, caller, ["m/{1}"], 100, 100)
        assert first.rates == Rates(Rate(2, 1, pytest.approx(60, abs=1)), Rate(500, 300, 60))
        first.settle(120)
        assert first.rates.tokens == Rate(500, 380, pytest.approx(60.5, abs=1))
        reserve(quotas, caller, ["m/{1}"], 100, 100)
        with pytest.raises(OverQuota, match=r"for the model 'm/\{1\}' on requests"):
            reserve(quotas, caller, ["m/{1}"], 1, 1)
        with pytest.raises(OverQuota, match=r"reached on requests per min \(RPM\): Limit 3, Used 3, Requested 1"):
            enter(quotas, caller)


def test_another_salt_is_another_count(redis_salt):
    for number in range(2):
        enter(open_quotas(redis_at(0), salt=f"{redis_salt}{number}"), Caller(id="a", limits=Limits(requests=1)))


def test_without_redis_all_are_let_through_and_that_is_told_once_for_each(caplog):
    told = []
    quotas = open_quotas(DEAD, unchecked=lambda: told.append(1))
    began = time.perf_counter()
    with caplog.at_level(logging.WARNING, logger="ragproxy"):
        for _ in range(5):
            quota = reserve(quotas, Caller(id="key_a", limits=Limits(requests=1, tokens=10)), [], 8, 0)
            quota.settle(8)
            assert quota.rates == Rates()
    assert time.perf_counter() - began < 2
    assert len(told) == 5
    assert [record.message for record in caplog.records] == [
        "limits are not checked, for Redis does not answer: ConnectionError"
    ]


def test_what_is_too_large_is_so_without_redis_too():
    with pytest.raises(OverQuota, match="Request too large"):
        reserve(open_quotas(DEAD), SOME, [], 1001, 0)


def test_a_dead_redis_is_tried_by_one_request_now_and_then(clock):
    line = Line(RedisStorage(DEAD, retry=None), clock)
    asked = []

    def fails():
        asked.append(clock.now)
        raise ConnectionRefusedError

    for _ in range(3):
        assert line.ask(fails) is None
    assert len(asked) == 1
    clock.now += 5

    def nested():
        assert line.ask(fails) is None  # while the first one tries, the others do not wait for it
        return "answer"

    assert line.ask(nested) == "answer"
    assert len(asked) == 1
    assert line.ask(lambda: "again") == "again"


def test_faults_of_our_own_are_not_hidden(clock):
    with pytest.raises(OSError):
        Line(MemoryStorage(), clock).ask(lambda: os.stat("/nowhere/at/all"))
    with pytest.raises(ZeroDivisionError):
        Line(RedisStorage(DEAD, retry=None), clock).ask(lambda: 1 / 0)


def in_memory(clock, **given):
    return Quotas(MemoryStorage(), MemoryWindows(clock=clock), clock=clock, **given)


def enter(quotas, caller):
    quota = quotas.of(caller)
    quota.enter()
    return quota


def reserve(quotas, caller, models, prompt, completion):
    quota = enter(quotas, caller)
    quota.reserve(models, prompt, completion)
    return quota


def reserve_only(quotas, caller, prompt):
    quota = quotas.of(caller)
    quota.reserve([], prompt, 0)
    return quota


def at_once(number, ask):
    """How many of so many threads are admitted."""
    admitted, ready = [], threading.Barrier(number)

    def run():
        ready.wait(10)
        with contextlib.suppress(OverQuota):
            admitted.append(ask())

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(admitted)


def redis_at(number):
    return f"{REDIS}/{number}"


@pytest.fixture
def clock(monkeypatch):
    """A clock that the library goes by, too."""
    clock = FakeClock()
    for module in ("limits.storage.memory", "limits.strategies"):
        monkeypatch.setattr(f"{module}.time", types.SimpleNamespace(time=clock))
    return clock


@pytest.fixture
def quotas(clock):
    return in_memory(clock)


@pytest.fixture
def redis_salt():
    """A part of Redis of one's own, or a skip."""
    redis = pytest.importorskip("redis")
    client = redis.Redis.from_url(redis_at(0), socket_connect_timeout=1)
    try:
        client.ping()
    except redis.RedisError as err:
        pytest.skip(f"no Redis at {REDIS}: {type(err).__name__}")
    salt = f"test-{uuid.uuid4().hex}"
    yield salt
    for key in client.scan_iter(f"ragproxy:limits:{salt}*"):
        client.delete(key)
