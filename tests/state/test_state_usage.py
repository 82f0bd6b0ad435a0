"""The rows of usage and their sums, the same on both databases."""

import pytest

from ragproxy.domain import ApiKey, UsageFilter
from ragproxy.state import ORIGIN, Total, UsageRow

DAY = 86_400
MONDAY = 20_000 * DAY


def test_a_row_that_is_written_twice_counts_once(state, row):
    rows = [row("a", cost=1.0), row("b", cost=2.0)]
    state.usage.add(rows)
    state.usage.add([*rows, row("c", cost=4.0)])
    (total,) = state.usage.sums([])
    assert (total.requests, total.usd) == (3, 7.0)


def test_more_rows_than_a_statement_takes_are_written(state, row):
    state.usage.add([row(f"{n:04}") for n in range(1234)])
    assert state.usage.sums([])[0].requests == 1234


def test_nothing_was_consumed_at_first(state):
    state.usage.add([])
    assert state.usage.sums([]) == []
    assert state.usage.sums(["day", "key"]) == []
    assert list(state.usage.every(["day"])) == []


def test_everything_is_summed_up(state, row):
    state.usage.add(
        [
            row("a", prompt=10, cached=4, completion=5, reasoning=2, cost=0.5, ms=100.0, estimated=True),
            row("b", prompt=1, completion=1, cost=0.25, ms=50.0, hit=True),
            row("c", cost=0.0, status=429, ms=0.0),
            row("d", cost=None, ms=50.0),
        ]
    )
    (total,) = state.usage.sums([])
    assert (total.requests, total.failed, total.hits, total.estimated, total.unpriced) == (4, 1, 1, 1, 1)
    assert (total.prompt, total.cached, total.completion, total.reasoning) == (11, 4, 6, 2)
    assert (total.usd, total.ms) == (0.75, 50.0)


def test_days_are_those_of_utc(state, row):
    state.usage.add([row("a", created=MONDAY - 1), row("b", created=MONDAY), row("c", created=MONDAY + DAY - 1)])
    assert [(each.day, each.requests) for each in state.usage.sums(["day"])] == [(MONDAY - DAY, 1), (MONDAY, 2)]


@pytest.mark.parametrize(
    ("by", "sums"),
    [
        (["key"], {("k1",): 2, ("k2",): 1, (None,): 1}),
        (["model"], {("gpt-4o",): 3, ("ragproxy",): 1}),
        (["agent", "owner"], {(None, "ann"): 2, ("law", "ann"): 1, ("law", "bob"): 1}),
        (["day", "key", "model"], {(MONDAY, "k1", "gpt-4o"): 1, (MONDAY, "k2", "gpt-4o"): 1}),
    ],
)
def test_sums_are_by_whatever_is_asked_for(state, mixed, by, sums):
    found = {tuple(getattr(each, name) for name in by): each.requests for each in state.usage.sums(by)}
    assert sums.items() <= found.items()
    assert sum(found.values()) == 4


@pytest.mark.parametrize(
    ("which", "requests"),
    [
        ({"since": MONDAY + DAY}, 2),
        ({"until": MONDAY + DAY}, 2),
        ({"key": "k1"}, 2),
        ({"key": "k1", "since": MONDAY + DAY}, 1),
        ({"model": "ragproxy"}, 1),
        ({"agent": "law"}, 2),
        ({"owner": "bob"}, 1),
        ({"owner": "bo\0b"}, 0),
    ],
)
def test_only_what_is_asked_for_counts(state, mixed, which, requests):
    assert sum(each.requests for each in state.usage.sums([], UsageFilter(**which))) == requests


def test_the_dearest_come_first_in_a_day(state, row):
    state.usage.add([row("a", model="cheap", cost=1.0), row("b", model="dear", cost=2.0), row("c", model="unknown")])
    assert [each.model for each in state.usage.sums(["model"])] == ["dear", "cheap", "unknown"]
    assert [each.model for each in state.usage.sums(["model"], limit=2)] == ["dear", "cheap"]


def test_all_sums_by_day_are_read_a_day_after_the_other(state, mixed):
    by = ["day", "key", "model"]
    assert list(state.usage.every(by)) == state.usage.sums(by)
    inside = UsageFilter(since=MONDAY + 5, until=MONDAY + DAY + 5)
    assert list(state.usage.every(by, inside)) == state.usage.sums(by, inside)


def test_a_key_is_told_by_its_name(state, row):
    state.keys.create(ApiKey("key_1", "The name", "sk-", "ann", MONDAY), "0" * 64)
    state.usage.add([row("a", caller="key_1", cost=1.0), row("b", caller="gone")])
    assert [(each.key, each.key_name) for each in state.usage.sums(["key"])] == [("key_1", "The name"), ("gone", None)]


def test_what_was_spent_is_told_by_who_recorded_it(state, row):
    state.usage.add(
        [
            row("a", process="a" * ORIGIN, caller="k1", agent="law", cost=1.0),
            row("b", process="a" * ORIGIN, caller="k1", cost=None),
            row("c", process="b" * ORIGIN, caller="k1", agent="law", cost=4.0),
            row("d", process="b" * ORIGIN, caller="k2", agent="law", cost=8.0),
            row("e", process="b" * ORIGIN, caller="k1", agent="law", cost=16.0, created=MONDAY - 1),
        ]
    )
    assert state.usage.by_origin("caller", "k1", MONDAY) == {"a" * ORIGIN: Total(2, 1.0), "b" * ORIGIN: Total(1, 4.0)}
    assert state.usage.by_origin("agent", "law", MONDAY) == {"a" * ORIGIN: Total(1, 1.0), "b" * ORIGIN: Total(2, 12.0)}
    assert state.usage.by_origin("agent", "\0", MONDAY) == {}


def test_old_rows_are_forgotten(state, row, clock):
    clock.now = float(MONDAY)
    state.usage.add([row("a", created=MONDAY - 10 * DAY - 1), row("b", created=MONDAY - 10 * DAY)])
    assert state.usage.drop(10 * DAY) == 1
    assert state.usage.drop(10 * DAY) == 0
    assert state.usage.sums([])[0].requests == 1


def test_what_no_database_can_hold_is_made_to_fit(state, row):
    state.usage.add([row("a", model="nul\0 and \ud800 half", upstream="u" * 100_000, prompt=10**30, completion=-1)])
    (total,) = state.usage.sums(["model", "upstream"])
    assert (total.model, total.upstream) == ("nul? and ? half", "u" * 256)
    assert (total.prompt, total.completion) == (2**63 - 1, 0)


def test_hours_are_summed_up_like_days(state, row):
    state.usage.add([row("a", created=MONDAY + 3599), row("b", created=MONDAY + 3600), row("c", created=MONDAY + 7199)])
    assert [(each.hour, each.requests) for each in state.usage.sums(["hour"])] == [(MONDAY, 1), (MONDAY + 3600, 2)]
    assert [each.requests for each in state.usage.every(["hour", "model"])] == [1, 2]


def test_percentiles_are_those_of_the_nearest_rank(state, row):
    state.usage.add([row(str(n), ms=float(n)) for n in range(1, 201)])
    (found,) = state.usage.latency([])
    assert (found.requests, found.p50, found.p95, found.p99) == (200, 100.0, 190.0, 198.0)


def test_a_single_request_is_every_percentile_and_none_has_none(state, row):
    assert state.usage.latency([]) == []
    state.usage.add([row("a", ms=7.5)])
    (found,) = state.usage.latency([])
    assert (found.p50, found.p95, found.p99) == (7.5, 7.5, 7.5)


def test_what_failed_has_no_latency(state, row):
    state.usage.add([row("a", ms=10.0), row("b", ms=9000.0, status=500), row("c", ms=1.0, status=429)])
    (found,) = state.usage.latency([])
    assert (found.requests, found.p99) == (1, 10.0)


def test_latency_is_by_whatever_is_asked_for(state, row):
    state.keys.create(ApiKey("key_1", "The name", "sk-", "ann", MONDAY), "0" * 64)
    state.usage.add(
        [
            row("a", caller="key_1", ms=1.0),
            row("b", caller="key_1", ms=3.0),
            row("c", ms=5.0),
            row("d", created=MONDAY + DAY, ms=9.0),
        ]
    )
    found = [(each.day, each.key_name, each.requests, each.p50) for each in state.usage.latency(["day", "key"])]
    assert found == [(MONDAY, "The name", 2, 1.0), (MONDAY, None, 1, 5.0), (MONDAY + DAY, None, 1, 9.0)]
    assert len(state.usage.latency(["day", "key"], limit=2)) == 2
    assert state.usage.latency([], UsageFilter(since=MONDAY + DAY))[0].p50 == 9.0


@pytest.fixture
def row():
    """Makes rows: `row("a", cost=1.0)`."""

    def make(id, process="0" * ORIGIN, **fields):
        known = {"request_id": "req_1", "created": MONDAY, "owner": "ann", "caller": None, "route": "/v1/chat"}
        return UsageRow(id=process + id, **({"model": "gpt-4o"} | known | fields))

    return make


@pytest.fixture
def mixed(state, row):
    state.usage.add(
        [
            row("a", caller="k1"),
            row("b", caller="k2", agent="law"),
            row("c", caller="k1", created=MONDAY + DAY, model="ragproxy"),
            row("d", owner="bob", agent="law", created=MONDAY + DAY),
        ]
    )
