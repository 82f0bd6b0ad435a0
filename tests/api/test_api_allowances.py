"""Budgets and allowances at the edge, and how long the record of a request is kept."""

import time

import pytest

from ragproxy.domain import Agent, Allowance, Budget
from ragproxy.state import UsageRow

BODY = {"messages": [{"role": "user", "content": "Who?"}]}


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/openai/deployments/law/chat/completions"])
def test_an_agent_that_was_used_enough_is_a_403_with_a_code(client, agent, path):
    agent("law", Allowance("month", requests=2))
    for _ in range(2):
        assert client.post(path, json={**BODY, "model": "law"}).status_code == 200
    answer = client.post(path, json={**BODY, "model": "law"})
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (403, "usage_limit_reached")
    assert client.post("/v1/chat/completions", json={**BODY, "model": "ragproxy"}).status_code == 200


def test_requests_that_were_refused_are_not_counted_against_the_agent(client, agent):
    agent("strict", Allowance("day", requests=1))
    assert client.post("/v1/chat/completions", json={"model": "strict", "messages": []}).status_code == 400
    assert client.post("/v1/chat/completions", json={**BODY, "model": "strict"}).status_code == 200
    for _ in range(2):
        assert client.post("/v1/chat/completions", json={**BODY, "model": "strict"}).status_code == 403


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/chat/completions", {**BODY, "model": "ragproxy"}),
        ("/v1/completions", {"model": "ragproxy", "prompt": "Who?"}),
        ("/v1/embeddings", {"model": "hash-384", "input": "Who?"}),
        ("/v1/moderations", {"model": "any", "input": "Who?"}),
        ("/v1/fine_tuning/jobs", {"model": "any", "training_file": "file-a"}),
    ],
)
def test_a_budget_that_is_used_up_is_a_429_in_openais_manner(client, app, path, body):
    keys = app.extensions["ragproxy"].keys
    _, secret = keys.create(owner="ann", name="Ann's", budget=Budget(0.0, "day"))
    answer = client.post(path, json=body, headers={"Authorization": f"Bearer {secret}"})
    error = answer.get_json()["error"]
    assert (answer.status_code, error["code"], error["type"]) == (429, "insufficient_quota", "insufficient_quota")
    assert answer.headers["x-should-retry"] == "false"
    assert 0 < int(answer.headers["retry-after"]) <= 86_400
    assert error["message"].startswith("You exceeded your current quota")
    assert secret not in error["message"]


def test_old_usage_is_forgotten_by_the_sweep(make_app):
    app = make_app(usage_days=10)
    services = app.extensions["ragproxy"]
    now = int(time.time())
    for id, days in (("a", 11), ("b", 9)):
        row = UsageRow(id * 20, "req_1", now - days * 86_400, "ann", None, "/v1/chat/completions", id)
        services.state.usage.add([row])
    services.jobs._sweep()
    assert [each.model for each in services.state.usage.sums(["model"])] == ["b"]


@pytest.fixture
def agent(app):
    """Makes an agent of everybody's callers: `agent("law", Allowance(...))`."""

    def make(id, allowance):
        app.extensions["ragproxy"].state.agents.create(Agent(id, id, "default", allowance=allowance))

    return make


@pytest.fixture
def app(make_app):
    return make_app()
