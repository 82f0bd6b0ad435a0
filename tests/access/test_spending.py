"""What keys and agents have used against what they may: current at the next request, whoever counted it."""

import calendar
import multiprocessing
import threading
import time
import uuid

import pytest

from ragproxy.access import SOON_S, Accounts, Ledger, Spending, open_shared
from ragproxy.access.spending import LONGEST_WAIT_S, SELDOM_S, Span, span_of
from ragproxy.domain import Account, Agent, Allowance, Budget, Caller, Consumed
from ragproxy.errors import Forbidden, OverBudget, StateUnavailable
from ragproxy.state import Total, open_state
from ragproxy.telemetry import Metrics
from tests import databases
from tests.fakes import FakeClock

NOON = calendar.timegm((2026, 11, 28, 12, 0, 0))
REDIS = "redis://127.0.0.1:6379/15"
KEY = Caller(id="key_1", budget=Budget(1.0, "day"))
LAW = Agent("law", "Law", "default", allowance=Allowance("month", requests=3))


def test_a_budget_is_open_until_it_is_used_up(spending):
    for _ in range(10):
        spending.check(KEY)
        spending.add(account(0.1), NOON)  # ten times a tenth is less than one, by a hair
    with pytest.raises(OverBudget) as refused:
        spending.check(KEY)
    assert refused.value.code == "insufficient_quota"
    assert refused.value.retry_after_s == 12 * 3600
    assert refused.value.headers == {"x-should-retry": "false"}
    assert "1 US dollars in a calendar day" in refused.value.message
    assert "2026-11-29" in refused.value.message


def test_who_has_no_budget_is_never_refused(spending):
    spending.add(account(1000.0), NOON)
    spending.check(Caller(id="key_1"))
    spending.check(Caller(budget=Budget(0.0, "day")))  # nobody in particular


def test_a_budget_of_nothing_allows_nothing(spending):
    with pytest.raises(OverBudget):
        spending.check(Caller(id="key_1", budget=Budget(0.0, "month")))


def test_keys_have_budgets_of_their_own(spending):
    spending.add(account(5.0), NOON)
    spending.check(Caller(id="key_2", budget=Budget(1.0, "day")))


def test_what_has_no_price_counts_nothing(spending):
    spending.add(account(None), NOON)
    spending.check(KEY)


def test_what_was_counted_before_anybody_asked_counts_too(spending):
    spending.add(account(5.0), NOON)
    with pytest.raises(OverBudget):
        spending.check(KEY)


@pytest.mark.parametrize(("period", "later"), [("day", NOON + 12 * 3600), ("month", NOON + 60 * 3600)])
def test_a_new_period_begins_with_nothing(spending, clock, period, later):
    caller = Caller(id="key_1", budget=Budget(1.0, period))
    spending.add(account(1.0), NOON)
    with pytest.raises(OverBudget):
        spending.check(caller)
    clock.now = later - 1
    with pytest.raises(OverBudget):
        spending.check(caller)
    clock.now = later
    spending.check(caller)
    spending.add(account(1.0, caller), later)
    spending.add(account(1.0, caller), later - 1)  # a thread that was slow at midnight does not bring yesterday back
    with pytest.raises(OverBudget):
        spending.check(caller)


def test_months_are_those_of_the_calendar():
    december = calendar.timegm((2026, 12, 31, 23, 59, 59))
    begin, end = calendar.timegm((2026, 12, 1, 0, 0, 0)), calendar.timegm((2027, 1, 1, 0, 0, 0))
    assert span_of("month", december) == Span(begin, end)
    assert span_of("day", december) == Span(end - 86_400, end)


def test_nobody_is_told_to_wait_for_weeks(spending, clock):
    clock.now = calendar.timegm((2026, 11, 2, 0, 0, 0))
    with pytest.raises(OverBudget) as refused:
        spending.check(Caller(id="key_1", budget=Budget(0.0, "month")))
    assert refused.value.retry_after_s == LONGEST_WAIT_S


def test_an_agent_is_closed_when_it_was_used_enough(spending):
    for _ in range(3):
        spending.enter(LAW)
        spending.add(account(None, agent="default/law"), NOON)
    with pytest.raises(Forbidden) as refused:
        spending.enter(LAW)
    assert refused.value.code == "usage_limit_reached"
    assert "'law'" in refused.value.message
    assert "2026-12-01" in refused.value.message


def test_an_agent_may_be_limited_by_money(spending):
    dear = Agent("law", "Law", "default", allowance=Allowance("day", usd=1.0))
    spending.enter(dear)
    spending.add(account(1.0, agent="default/law"), NOON)
    with pytest.raises(Forbidden):
        spending.enter(dear)
    spending.enter(Agent("law", "Law", "default"))
    spending.enter(Agent("law", "Law", "default", allowance=Allowance("day")))


# ---- restarts, and other processes -----------------------------------------------------------------


def test_a_restart_forgets_nothing(state, clock):
    first = Process(state, clock)
    first.consume(0.6)
    first.accounts.close()
    second = Process(state, clock)
    second.spending.check(KEY)
    second.consume(0.4)
    with pytest.raises(OverBudget):
        second.spending.check(KEY)


def test_our_own_rows_are_not_counted_twice(state, clock):
    one = Process(state, clock)
    one.consume(0.3)
    one.consume(0.3)
    one.flush()
    one.spending.check(KEY)  # reads the records, which hold the two
    one.consume(0.3)
    one.flush()
    one.spending.check(KEY)
    one.consume(0.3)
    with pytest.raises(OverBudget):
        one.spending.check(KEY)


def test_without_redis_the_records_tell_of_other_processes_a_little_later(state, clock):
    one, other = Process(state, clock, refresh_s=SOON_S), Process(state, clock, refresh_s=SOON_S)
    one.spending.check(KEY)
    other.consume(1.0)
    other.flush()
    one.spending.check(KEY)
    clock.now += SOON_S
    with pytest.raises(OverBudget):
        one.spending.check(KEY)


def test_nobody_is_let_in_when_nobody_can_tell(clock):
    with pytest.raises(StateUnavailable):
        Spending(FakeRecords(away=True), "a" * 16, clock=clock).check(KEY)


def test_records_that_go_away_later_leave_what_was_known(clock):
    records = FakeRecords({"b" * 16: Total(1, 0.9)})
    spending = Spending(records, "a" * 16, refresh_s=SOON_S, clock=clock)
    spending.check(KEY)
    records.away = True
    clock.now += SOON_S
    spending.check(KEY)
    spending.add(account(0.1), NOON)
    with pytest.raises(OverBudget):
        spending.check(KEY)


def test_a_count_that_is_older_takes_nothing_back(clock):
    shared = FakeShared({"b" * 16: Total(2, 1.0)})
    spending = Spending(FakeRecords({"b" * 16: Total(1, 0.4)}), "a" * 16, shared=shared, clock=clock)
    with pytest.raises(OverBudget):
        spending.check(KEY)
    shared.counts = {}  # Redis was emptied
    with pytest.raises(OverBudget):
        spending.check(KEY)


def test_redis_away_leaves_the_records(clock):
    records = FakeRecords()
    shared = FakeShared(away=True)
    spending = Spending(records, "a" * 16, shared=shared, refresh_s=SOON_S, clock=clock)
    spending.check(KEY)
    records.totals = {"b" * 16: Total(1, 1.0)}
    clock.now += SOON_S
    with pytest.raises(OverBudget):
        spending.check(KEY)


def test_with_redis_the_records_are_read_seldom_and_soon_after_it_was_away(clock):
    records, shared = FakeRecords(), FakeShared()
    spending = Spending(records, "a" * 16, shared=shared, refresh_s=SOON_S, clock=clock)
    for _ in range(5):
        spending.check(KEY)
        clock.now += SELDOM_S / 5 - 1
    assert records.reads == 1
    shared.away = True
    spending.check(KEY)
    clock.now += SOON_S
    shared.away = False
    spending.check(KEY)
    assert records.reads == 2


def test_what_redis_missed_is_told_when_it_is_back(clock):
    shared = FakeShared()
    spending = Spending(FakeRecords(), "a" * 16, shared=shared, refresh_s=SOON_S, clock=clock)
    spending.check(KEY)
    shared.away = True
    spending.add(account(0.5), NOON)
    spending.tend()
    shared.away = False
    assert shared.counts == {"a" * 16: Total(0, 0.0)}
    spending.tend()
    assert shared.counts == {"a" * 16: Total(1, 0.5)}


# ---- many at once ----------------------------------------------------------------------------------


def test_a_budget_is_never_exceeded_by_more_than_the_requests_in_flight(state, clock):
    process, threads, cost = Process(state, clock), 50, 0.01
    spent = consume_all(process, threads, cost)
    assert KEY.budget.usd - 1e-9 <= spent <= KEY.budget.usd + threads * cost + 1e-9
    process.flush()
    (total,) = state.usage.sums([])
    assert total.usd == pytest.approx(spent)


def test_two_processes_with_redis_keep_one_budget(redis_salt, tmp_path):
    url, threads, cost, seeded = f"sqlite:///{tmp_path}/shared.db", 20, 0.01, 0.25
    databases.migrated(url)
    state = open_state(url)
    before = Process(state, time.time)
    before.consume(seeded)
    before.accounts.close()
    context = multiprocessing.get_context("spawn")
    ready, results = context.Barrier(2), context.Queue()
    children = [context.Process(target=child, args=(url, redis_salt, threads, cost, ready, results)) for _ in range(2)]
    for each in children:
        each.start()
    spent = [results.get(timeout=60) for _ in children]
    for each in children:
        each.join(10)
    assert all(spent), "one of the two consumed it all: the test shows nothing"
    total = seeded + sum(spent)
    assert KEY.budget.usd - 1e-9 <= total <= KEY.budget.usd + 2 * threads * cost + 1e-9
    assert sum(each.usd for each in state.usage.sums([])) == pytest.approx(total)
    state.close()


def test_redis_tells_at_once_what_another_process_consumed(redis_salt, state, clock):
    one, other = (Process(state, clock, shared=open_shared(REDIS, salt=redis_salt)) for _ in range(2))
    one.spending.check(KEY)
    other.spending.check(KEY)
    other.consume(0.7)
    one.spending.check(KEY)
    one.consume(0.3)
    for each in (one, other):
        with pytest.raises(OverBudget):
            each.spending.check(KEY)
    for each in (one, other):  # the same by the records, and nothing twice
        each.flush()
    assert sum(total.usd for total in state.usage.by_origin("caller", KEY.id, 0).values()) == pytest.approx(1.0)


def test_redis_forgets_a_period_after_it(redis_salt, clock):
    shared = open_shared(REDIS, salt=redis_salt)
    span = span_of("day", time.time())
    assert shared.exchange(("caller", "key_1"), span, "a" * 16, Total(2, 0.5)) == {"a" * 16: Total(2, 0.5)}
    assert shared.exchange(("caller", "key_1"), span, "a" * 16, Total(1, 0.25)) == {"a" * 16: Total(2, 0.5)}
    (key,) = client().keys(f"*{redis_salt}*")
    assert 0 < client().ttl(key) <= 2 * 86_400


def test_a_redis_that_is_not_there_is_left_alone_for_a_while():
    clock = FakeClock()
    shared = open_shared("redis://127.0.0.1:1/0")
    shared._clock = clock
    assert shared.exchange(("caller", "key_1"), Span(0, 1), "a" * 16, Total()) is None
    began = time.monotonic()
    assert shared.exchange(("caller", "key_1"), Span(0, 1), "a" * 16, Total()) is None
    assert time.monotonic() - began < 0.05


def child(url, salt, threads, cost, ready, results):
    state = open_state(url)
    process = Process(state, time.time, shared=open_shared(REDIS, salt=salt), refresh_s=SOON_S)
    process.spending.check(KEY)  # both have all they need before they begin
    ready.wait(30)
    spent = consume_all(process, threads, cost, work_s=0.05)
    process.accounts.close()
    state.close()
    results.put(spent)


def consume_all(process, threads, cost, work_s=0.0):
    """Consume in many threads until each is refused; what was spent."""
    spent = []

    def ask():
        while True:
            try:
                process.spending.check(KEY)
            except OverBudget:
                return
            time.sleep(work_s)
            process.consume(cost)
            spent.append(cost)

    asking = [threading.Thread(target=ask) for _ in range(threads)]
    for each in asking:
        each.start()
    for each in asking:
        each.join(60)
    return sum(spent)


def account(usd, caller=KEY, agent=None):
    return Account("req_1", caller, "gpt-4o", (Consumed("main/gpt-4o", 1, 1, cost=usd),), agent=agent)


class Process:
    """All that a process has to count with, on records that others share."""

    def __init__(self, state, clock, **given):
        name = uuid.uuid4().hex[:16]
        self.spending = Spending(state.usage, name, clock=clock, **given)
        self.ledger = Ledger(state.usage)
        self.accounts = Accounts(Metrics(), self.ledger, self.spending, name, clock=clock)

    def consume(self, usd):
        self.accounts.record(account(usd))

    def flush(self):
        while self.ledger._waiting:
            self.ledger._write(self.ledger._taken())


class FakeRecords:
    def __init__(self, totals=None, away=False):
        self.totals, self.away, self.reads = totals or {}, away, 0

    def by_origin(self, column, value, since):
        self.reads += 1
        if self.away:
            raise StateUnavailable("The database does not answer")
        return self.totals


class FakeShared:
    def __init__(self, counts=None, away=False):
        self.counts, self.away = counts or {}, away

    def exchange(self, subject, span, process, own):
        if self.away:
            return None
        if subject[0] == "caller" and span.end - span.start == 86_400:
            self.counts[process] = own
        return dict(self.counts)


def client():
    redis = pytest.importorskip("redis")
    return redis.Redis.from_url(REDIS, socket_connect_timeout=1)


@pytest.fixture
def redis_salt():
    """A part of Redis of one's own, or a skip."""
    redis = pytest.importorskip("redis")
    try:
        client().ping()
    except redis.RedisError as err:
        pytest.skip(f"no Redis at {REDIS}: {type(err).__name__}")
    salt = f"test-{uuid.uuid4().hex}"
    yield salt
    for key in client().scan_iter(f"ragproxy:spent:{salt}:*"):
        client().delete(key)


@pytest.fixture
def clock():
    return FakeClock(float(NOON))


@pytest.fixture
def spending(clock):
    return Spending(FakeRecords(), "a" * 16, clock=clock)


@pytest.fixture
def state(tmp_path):
    url = f"sqlite:///{tmp_path}/ragproxy.db"
    databases.migrated(url)
    opened = open_state(url)
    yield opened
    opened.close()
