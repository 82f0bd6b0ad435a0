import io
import json

from ragproxy.access import Accounts
from ragproxy.domain import Account, Caller, Consumed
from ragproxy.telemetry import Metrics, start_logging

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


def metrics_after(*calls):
    metrics = Metrics()
    Accounts(metrics).record(account(*calls))
    lines = (line for line in metrics.render().decode().splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def logged(*calls):
    stream = io.StringIO()
    start_logging("info", stream=stream)
    Accounts(Metrics()).record(account(*calls))
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert {line.pop("message") for line in lines} == {"consumed"}
    return [{key: value for key, value in line.items() if key not in ("time", "level", "logger")} for line in lines]


def account(*calls):
    return Account("req_1", Caller(owner="team-a"), "ragproxy", calls)
