"""What requests consumed is written down, once each, whatever becomes of them and of the server."""

import json
import os
import signal
import socket
import sqlite3
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import openai
import pytest
import requests

from tests.e2e.by_hand import head, read_until
from tests.e2e.servers import Server, migrated
from tests.replies import DONE, Reply, chat_frames, chat_usage, refusal, whole
from tests.upstream import Upstream

ADMIN = "the-admin-key-of-this-test"
USAGE = {"prompt_tokens": 1000, "completion_tokens": 50, "total_tokens": 1050}
COST = 0.0029  # 1000 at 2 dollars a million, 50 at 18
BUDGET = 0.01


def test_a_key_with_a_budget_is_stopped_when_it_is_used_up(server, main):
    main.script(*[Reply.json({**whole("Yes"), "usage": USAGE})] * 10, path="/chat/completions")
    key = made(server, name="Budget", budget={"usd": BUDGET, "period": "month"})
    with client(server, key) as caller:
        for _ in range(4):
            said(caller)
        with pytest.raises(openai.RateLimitError) as refused:
            said(caller)
    assert (refused.value.code, refused.value.type) == ("insufficient_quota", "insufficient_quota")
    assert refused.value.response.headers["x-should-retry"] == "false"
    assert 0 < int(refused.value.response.headers["retry-after"]) <= 86_400
    assert len(main.to("/chat/completions")) == 4
    bucket = soon(lambda: usage(server, key, requests=5))
    assert (bucket["failed_requests"], bucket["key_name"]) == (1, "Budget")
    assert bucket["cost_usd"] == pytest.approx(4 * COST)
    assert (bucket["prompt_tokens"], bucket["completion_tokens"]) == (4000, 200)


def test_a_budget_is_exceeded_by_no_more_than_the_requests_in_flight(server, main):
    callers, each = 8, 5
    main.script(*[Reply.json({**whole("Yes"), "usage": USAGE}, head_delay_s=0.05)] * 40, path="/chat/completions")
    key = made(server, name="Many", budget={"usd": BUDGET, "period": "day"})

    def work(_):
        return [
            requests.post(server.url + "/v1/chat/completions", json=BODY, headers=bearer(key["value"]), timeout=30)
            for _ in range(each)
        ]

    with ThreadPoolExecutor(callers) as pool:
        statuses = [answer.status_code for answers in pool.map(work, range(callers)) for answer in answers]
    answered = statuses.count(200)
    assert set(statuses) == {200, 429}
    assert BUDGET / COST <= answered <= BUDGET / COST + callers
    bucket = soon(lambda: usage(server, key, requests=callers * each))
    assert bucket["cost_usd"] == pytest.approx(answered * COST)


def test_a_restart_does_not_fill_the_budget_again(tmp_path, main):
    main.script(*[Reply.json({**whole("Yes"), "usage": USAGE})] * 10, path="/chat/completions")
    with running(tmp_path, main) as server:
        key = made(server, name="Budget", budget={"usd": 2 * COST, "period": "day"})
        with client(server, key) as caller:
            said(caller)
    with running(tmp_path, main) as server, client(server, key) as caller:
        said(caller)
        with pytest.raises(openai.RateLimitError):
            said(caller)


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_hangs_up_leaves_one_row(server, main, stream):
    main.script(
        Reply.events(*chat_frames("one ", "two")[:3], stalls=True) if stream else Reply.json({}, head_delay_s=30),
        path="/chat/completions",
    )
    data, request_id = json.dumps({**BODY, "stream": stream}).encode(), f"test-{uuid.uuid4().hex}"
    told = {"Content-Type": "application/json", "Content-Length": len(data), "x-request-id": request_id}
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as sock:
        sock.sendall(head("POST", "/v1/chat/completions", **told, **bearer(ADMIN)) + data)
        soon(lambda: main.to("/chat/completions"))
        if stream:
            read_until(sock, b"two")
    (row,) = soon(lambda: [row for row in rows(server) if row["request_id"] == request_id])
    time.sleep(0.5)
    assert len([row for row in rows(server) if row["request_id"] == request_id]) == 1
    assert (row["status"], row["completion"], row["estimated"]) == ((200, 2, 1) if stream else (499, 0, 1))
    assert row["prompt"] > 0


def test_an_upstream_that_never_answers_is_charged_for_the_prompt(server, main):
    main.script(Reply.json({}, head_delay_s=30), path="/chat/completions")
    answer = requests.post(server.url + "/v1/chat/completions", json=BODY, headers=bearer(ADMIN), timeout=30)
    assert answer.status_code == 504
    (row,) = soon(lambda: of(server, answer))
    assert (row["status"], row["estimated"], row["completion"]) == (504, 1, 0)
    assert row["prompt"] > 0
    assert row["cost"] > 0


def test_a_refusal_of_the_upstream_is_free(server, main):
    main.script(refusal(400, "no"), path="/chat/completions")
    answer = requests.post(server.url + "/v1/chat/completions", json=BODY, headers=bearer(ADMIN), timeout=30)
    (row,) = soon(lambda: of(server, answer))
    assert (row["status"], row["cost"], row["prompt"], row["upstream"]) == (400, 0.0, 0, None)


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_stopped_loses_nothing(tmp_path, main, stop):
    """With answers that were just given, streams that end while it stops, and streams that would never end."""
    given, ending, stalled = 20, 3, 3
    usual = Reply.json({**whole("Yes"), "usage": USAGE})
    slow = Reply.events(*chat_frames("one ", "two")[:-2], {**chat_usage(), "usage": USAGE}, DONE, delay_s=0.25)
    hanging = Reply.events(*chat_frames("one ", "two")[:3], stalls=True)
    with running(tmp_path, main, GUNICORN_CMD_ARGS="--graceful-timeout 9") as server:
        opened = []
        for reply, number, after in ((hanging, stalled, b"two"), (slow, ending, b'"one ')):
            for _ in range(number):
                main.script(reply, path="/chat/completions")
                opened.append(ask_as_admin(server))
                read_until(opened[-1], after)
        main.script(*[usual] * given, path="/chat/completions")
        with ThreadPoolExecutor(10) as pool:
            answers = list(pool.map(lambda _: plain(server), range(given)))
        assert [answer.status_code for answer in answers] == [200] * given
        os.kill(server.process.pid, stop)
        assert server.process.wait(20) == 0
    for sock in opened:
        sock.close()
    written = rows(server)
    assert len(written) == given + ending + stalled
    assert len({row["id"] for row in written}) == len(written)
    cut = [row for row in written if row["estimated"]]
    assert {row["completion"] for row in cut} <= {1, 2}
    assert len(cut) >= stalled
    if stop == signal.SIGTERM:
        assert len(cut) == stalled  # the others had the time to end
    assert sum(row["prompt"] == 1000 for row in written) >= given


@pytest.mark.sets("scaled")
def test_two_servers_keep_one_budget(deployed, tmp_path, main):
    main.script(*[Reply.json({**whole("Yes"), "usage": USAGE})] * 20, path="/chat/completions")
    file = upstreams(tmp_path, main)
    settings = {"RAGPROXY_CONFIG": str(file), "RAGPROXY_AUTH": "keys", "RAGPROXY_ADMIN_KEY": ADMIN}
    with deployed(tmp_path / "scaled", **settings) as server:
        key = made(server, name="Budget", budget={"usd": 4 * COST, "period": "day"})
        statuses = [
            requests.post(each.url + "/v1/chat/completions", json=BODY, headers=bearer(key["value"]), timeout=30)
            for each in server.servers * 5
        ]
    assert [answer.status_code for answer in statuses] == [200] * 4 + [429] * 6


# ---- fixtures -----------------------------------------------------------------------------------

BODY = {"model": "priced", "messages": [{"role": "user", "content": "Say it."}]}


def made(server, **key):
    answer = requests.post(server.url + "/admin/keys", json=key, headers=bearer(ADMIN), timeout=10)
    assert answer.status_code == 200, answer.text
    return answer.json()


def client(server, key):
    return openai.OpenAI(base_url=server.url + "/v1", api_key=key["value"], max_retries=2)


def said(caller):
    return caller.chat.completions.create(**BODY).choices[0].message.content


def plain(server):
    return requests.post(server.url + "/v1/chat/completions", json=BODY, headers=bearer(ADMIN), timeout=30)


def ask_as_admin(server):
    data = json.dumps({**BODY, "stream": True}).encode()
    told = {"Content-Type": "application/json", "Content-Length": len(data), **bearer(ADMIN)}
    sock = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    sock.sendall(head("POST", "/v1/chat/completions", **told) + data)
    return sock


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


def usage(server, key, requests):
    """The bucket of the key when it has as many requests."""
    import requests as http

    query = {"group_by": "key", "key": key["id"]}
    found = http.get(server.url + "/admin/usage", params=query, headers=bearer(ADMIN), timeout=10).json()["data"]
    return next((bucket for bucket in found if bucket["requests"] == requests), None)


def rows(server):
    connection = sqlite3.connect(server.data_dir / "ragproxy.db")
    connection.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in connection.execute("SELECT * FROM usage ORDER BY id")]
    finally:
        connection.close()


def of(server, answer):
    return [row for row in rows(server) if row["request_id"] == answer.headers["x-request-id"]]


def soon(find, seconds=5):
    end = time.monotonic() + seconds
    while not (found := find()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


def upstreams(folder, main):
    file = folder / "upstreams.toml"
    file.write_text(f"""
        [[upstream]]
        name = "main"
        base_url = "{main.url}"
        models = ["priced"]
        retries = 0
        prices = {{ "priced" = {{ prompt = 2.0, completion = 18.0 }} }}
        """)
    return file


def running(folder, main, **variables):
    migrated(folder / "data")
    file = upstreams(folder, main)
    return Server(
        folder / "data", RAGPROXY_CONFIG=str(file), RAGPROXY_AUTH="keys", RAGPROXY_ADMIN_KEY=ADMIN, **variables
    )


@pytest.fixture(scope="module")
def shared_main():
    with Upstream(models=["priced"]) as main:
        yield main


@pytest.fixture
def main(shared_main):
    shared_main.reset()
    return shared_main


@pytest.fixture(scope="module")
def server(tmp_path_factory, shared_main):
    with running(tmp_path_factory.mktemp("usage"), shared_main, RAGPROXY_READ_TIMEOUT="3") as server:
        yield server
