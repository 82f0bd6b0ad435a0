"""GET /admin/usage: sums of what requests consumed, for administrators alone."""

import calendar
import csv
import io
import time

import pytest

from ragproxy.errors import StateUnavailable
from ragproxy.state import UsageRow

ADMIN = {"Authorization": "Bearer the-admin-key-of-this-test"}
DAY = 86_400
NOVEMBER = calendar.timegm((2026, 11, 1, 0, 0, 0))
WEEK = {"from": "2026-11-01", "to": "2026-11-07"}


def test_usage_is_summed_up_by_what_is_asked_for(client):
    found = get(client, group_by="day,key,model", **WEEK).get_json()
    assert (found["object"], found["has_more"]) == ("list", False)
    told = [
        (each["start_time"], each["key"], each["model"], each["requests"], each["cost_usd"]) for each in found["data"]
    ]
    assert told == [
        (NOVEMBER, "key_1", "gpt-4o", 2, 3.0),
        (NOVEMBER, None, "gpt-4o", 1, 0.5),
        (NOVEMBER + DAY, "key_1", "=1+1", 1, 4.0),
    ]


def test_filters_narrow_it(client):
    (bucket,) = get(client, group_by="owner", key="key_1", model="gpt-4o", **WEEK).get_json()["data"]
    assert (bucket["requests"], bucket["cost_usd"], bucket["owner"]) == (2, 3.0, "ann")
    assert get(client, agent="nobody", **WEEK).get_json()["data"] == []


def test_a_limit_says_when_there_is_more(client):
    found = get(client, group_by="day", limit=1, **WEEK).get_json()
    assert [each["start_time"] for each in found["data"]] == [NOVEMBER]
    assert found["has_more"] is True


@pytest.mark.parametrize("way", [{"query": {"format": "csv"}}, {"headers": {"Accept": "text/csv"}}])
def test_csv_is_for_spreadsheets(client, way):
    answer = get(client, group_by="day,model", headers=way.get("headers"), **WEEK, **way.get("query", {}))
    assert answer.content_type == "text/csv; charset=utf-8"
    assert "usage.csv" in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True), newline="")))
    assert rows[0][:3] == ["day", "model", "requests"]
    assert [row[:3] for row in rows[1:]] == [["2026-11-01", "gpt-4o", "3"], ["2026-11-02", "'=1+1", "1"]]


def test_csv_may_be_limited(client):
    assert len(get(client, group_by="day", format="csv", limit=1, **WEEK).get_data().splitlines()) == 2


def test_a_browser_gets_json(client):
    answer = get(client, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}, **WEEK)
    assert answer.content_type == "application/json"


def test_what_is_wrong_is_named(client):
    answer = get(client, group_by="colour")
    assert answer.status_code == 400
    assert answer.get_json()["error"]["param"] == "group_by"


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer something else"}])
def test_nobody_else_sees_it_though_the_server_is_open(client, headers):
    assert client.get("/admin/usage", headers=headers).status_code == 401


def test_a_key_without_the_scope_does_not_see_it(client, app):
    _, secret = app.extensions["ragproxy"].keys.create(owner="ann", name="Ann's")
    answer = client.get("/admin/usage", headers={"Authorization": f"Bearer {secret}"})
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (403, "insufficient_scope")


@pytest.mark.parametrize("format", ["json", "csv"])
def test_records_that_do_not_answer_are_told_before_the_first_byte(client, app, format):
    usage = app.extensions["ragproxy"].state.usage
    real = usage._database
    usage._database = Away()
    try:
        assert get(client, format=format, **WEEK).status_code == 503
    finally:
        usage._database = real


def test_requests_are_there_a_moment_later(app, client):
    app.extensions["ragproxy"].recorder.start()
    client.post("/v1/chat/completions", json={"model": "unheard-of", "messages": [{"role": "user", "content": "Who?"}]})
    end = time.monotonic() + 5
    while not (found := get(client, group_by="model", model="unheard-of").get_json()["data"]):
        assert time.monotonic() < end
        time.sleep(0.05)
    assert [(each["requests"], each["failed_requests"]) for each in found] == [(1, 1)]


def get(client, headers=None, **query):
    return client.get("/admin/usage", query_string=query, headers={**ADMIN, **(headers or {})})


class Away:
    def reading(self, **_):
        raise StateUnavailable("The database does not answer")


@pytest.fixture(scope="module")
def app(make_app):
    app = make_app(admin_key=ADMIN["Authorization"].removeprefix("Bearer "))
    app.extensions["ragproxy"].state.usage.add(
        [
            row("a", cost=1.0, caller="key_1"),
            row("b", cost=2.0, caller="key_1"),
            row("c", cost=0.5, owner="bob"),
            row("d", cost=4.0, caller="key_1", created=NOVEMBER + DAY, model="=1+1"),
            row("e", cost=8.0, created=NOVEMBER + 7 * DAY),
        ]
    )
    return app


def row(id, **fields):
    known = {"created": NOVEMBER, "owner": "ann", "caller": None, "model": "gpt-4o"}
    return UsageRow(id=id * 20, request_id="req_1", route="/v1/chat/completions", **(known | fields))
