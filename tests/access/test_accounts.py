import io
import json
from dataclasses import replace

import pytest

from ragproxy.access import Accounts, Ledger
from ragproxy.domain import Account, Caller, Consumed
from ragproxy.state import ORIGIN, UsageRow
from ragproxy.telemetry import Metrics, start_logging
from tests.fakes import FakeClock

PROCESS = "p" * ORIGIN

CALL = Consumed("main/gpt-4o", 100, 20, cached=40, reasoning=15, cost=0.000225)
LINE = {
    "request": "req_1",
    "owner": "team-a",
    "asked": "ragproxy",
    "model": "main/gpt-4o",
    "prompt_tokens": 100,
    "cached_tokens": 40,
    "completion_tokens": 20,
    "reasoning_tokens": 15,
    "estimated": False,
    "ended": "whole",
    "cost_usd": 0.000225,
}


def test_each_kind_of_token_is_counted_by_model():
    shown = metrics_after(CALL, CALL)
    labels = 'estimated="false",kind="{}",model="main/gpt-4o"'
    counts = {"prompt": 200, "cached": 80, "completion": 40, "reasoning": 30}
    assert {kind: shown[f"ragproxy_tokens_total{{{labels.format(kind)}}}"] for kind in counts} == counts


def test_dollars_are_counted_by_model():
    shown = metrics_after(CALL, CALL)
    assert shown['ragproxy_cost_usd_total{estimated="false",model="main/gpt-4o"}'] == 0.00045


def test_estimates_are_counted_apart():
    shown = metrics_after(CALL, Consumed("main/gpt-4o", 7, 3, estimated=True, cost=0.5))
    assert shown['ragproxy_tokens_total{estimated="true",kind="prompt",model="main/gpt-4o"}'] == 7
    assert shown['ragproxy_tokens_total{estimated="false",kind="prompt",model="main/gpt-4o"}'] == 100
    assert shown['ragproxy_cost_usd_total{estimated="true",model="main/gpt-4o"}'] == 0.5


def test_what_has_no_price_counts_no_dollars():
    assert not any(name.startswith("ragproxy_cost_usd_total{") for name in metrics_after(Consumed("llama", 7, 3)))


def test_each_call_is_a_line_of_ids_and_counts():
    rewriting = Consumed("spare/llama", 3, 1, estimated=True, ended="left")
    first, second = logged(rewriting, CALL)
    assert second == LINE
    assert first == {
        **{key: value for key, value in LINE.items() if key != "cost_usd"},
        "model": "spare/llama",
        "prompt_tokens": 3,
        "cached_tokens": 0,
        "completion_tokens": 1,
        "reasoning_tokens": 0,
        "estimated": True,
        "ended": "left",
    }


def test_a_request_is_one_row_of_all_its_calls():
    rewriting = Consumed("spare/llama", 3, 1, cached=1, reasoning=1, estimated=True, cost=0.001)
    asked = replace(account(rewriting, CALL), agent="law", route="/v1/chat/completions", ms=12.5, hit=False)
    (row,) = rows_after(asked)
    assert row.id.startswith(PROCESS)
    assert row == UsageRow(
        id=row.id,
        request_id="req_1",
        created=1000,
        owner="team-a",
        caller=None,
        route="/v1/chat/completions",
        model="ragproxy",
        agent="law",
        upstream="main/gpt-4o",
        prompt=103,
        cached=41,
        completion=21,
        reasoning=16,
        estimated=True,
        cost=0.001225,
        ms=12.5,
        status=200,
        hit=False,
    )


@pytest.mark.parametrize(
    ("account_of", "cost"),
    [
        ({"status": 429}, 0.0),
        ({"hit": True}, 0.0),
        ({"opaque": True}, None),
        ({"calls": (CALL, Consumed("llama", 7, 3))}, None),
        ({"calls": (CALL,), "opaque": True}, 0.000225),
    ],
)
def test_the_cost_of_a_row_is_unknown_when_a_part_of_it_is(account_of, cost):
    (row,) = rows_after(replace(account(), **account_of))
    assert row.cost == cost
    assert row.upstream == ("llama" if "calls" in account_of and cost is None else row.upstream)


def test_no_two_rows_have_one_id():
    assert len({row.id for row in rows_after(*[account(CALL)] * 100)}) == 100


def test_a_row_is_counted_at_the_moment_that_it_tells():
    spending = FakeSpending()
    (row,) = rows_after(account(CALL), spending=spending)
    assert spending.counted == [(account(CALL), row.created)]


def rows_after(*accounts, spending=None):
    rows = FakeRows()
    ledger = Ledger(rows)
    recorder = Accounts(Metrics(), ledger, spending or FakeSpending(), PROCESS, clock=FakeClock(1000.9))
    for each in accounts:
        recorder.record(each)
    recorder.close()
    return rows.kept


class FakeRows:
    def __init__(self):
        self.kept = []

    def add(self, rows):
        self.kept += rows


class FakeSpending:
    def __init__(self):
        self.counted = []

    def add(self, account, now):
        self.counted.append((account, now))


def metrics_after(*calls):
    metrics = Metrics()
    Accounts(metrics, Ledger(FakeRows()), FakeSpending(), PROCESS).record(account(*calls))
    lines = (line for line in metrics.render().decode().splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def logged(*calls):
    stream = io.StringIO()
    start_logging("info", stream=stream)
    Accounts(Metrics(), Ledger(FakeRows()), FakeSpending(), PROCESS).record(account(*calls))
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert {line.pop("message") for line in lines} == {"consumed"}
    return [{key: value for key, value in line.items() if key not in ("time", "level", "logger")} for line in lines]


def account(*calls):
    return Account("req_1", Caller(owner="team-a"), "ragproxy", calls)
