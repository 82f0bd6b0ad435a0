"""How gunicorn is told to serve."""

import socket
import time

import pytest
import requests
from gunicorn import util

from ragproxy.serving import NEXT_S, _comes
from tests.api.desk import ADMIN
from tests.e2e.servers import Server, migrated

ROUNDS = 5
PATIENCE_S = 5.0  # ten times what gunicorn's own loop may take here


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_a_silent_connection_is_given_back_after_a_moment(pair):
    began = time.monotonic()
    assert not _comes(pair[0])
    assert NEXT_S * 0.9 <= time.monotonic() - began < 1.0


def test_bytes_and_the_end_of_a_connection_come(pair):
    ours, theirs = pair
    theirs.send(b"G")
    assert _comes(ours)
    assert ours.recv(1) == b"G"
    theirs.close()
    assert _comes(ours)


def test_the_date_is_that_of_the_second(monkeypatch):
    now = [784_111_777.25]
    monkeypatch.setattr("ragproxy.serving.time", lambda: now[0])
    assert util.http_date() == util.http_date() == "Sun, 06 Nov 1994 08:49:37 GMT"
    now[0] += 1
    assert util.http_date() == "Sun, 06 Nov 1994 08:49:38 GMT"
    assert util.http_date(0) == "Thu, 01 Jan 1970 00:00:00 GMT"


@pytest.mark.parametrize("begun", [b"", b"GET /v1/models HTTP/1.1\r\nHost: "], ids=["nothing", "half a head"])
def test_clients_that_send_nothing_are_let_go_and_others_served(tmp_path, begun):
    migrated(tmp_path)
    with (
        Server(tmp_path, RAGPROXY_WORKER_CLASS="gevent", GUNICORN_CMD_ARGS="--keep-alive 1") as server,
        requests.Session() as busy,
        socket.create_connection(("127.0.0.1", server.port), timeout=10) as silent,
    ):
        silent.sendall(b"GET /health HTTP/1.1\r\nHost: here\r\n\r\n")
        assert silent.recv(65536).startswith(b"HTTP/1.1 200")
        silent.sendall(begun)
        began = time.monotonic()
        for _ in range(8):
            assert busy.get(f"{server.url}/health", timeout=5).ok
            time.sleep(0.3)
        assert silent.recv(65536) == b""
        assert time.monotonic() - began < 5


def test_connections_that_stay_open_share_the_threads(tmp_path):
    migrated(tmp_path)
    with Server(tmp_path, RAGPROXY_THREADS="2") as server:
        clients = [requests.Session() for _ in range(3)]  # gunicorn takes twice as many connections as threads
        began = time.monotonic()
        for _ in range(ROUNDS):
            for client in clients:
                assert client.get(f"{server.url}/health", timeout=PATIENCE_S).status_code == 200
        assert time.monotonic() - began < PATIENCE_S


@pytest.mark.parametrize(("proxies", "is_secure"), [("0", False), ("1", True)])
def test_only_a_proxy_that_is_trusted_says_that_people_come_by_tls(tmp_path, proxies, is_secure):
    migrated(tmp_path)
    with Server(tmp_path, RAGPROXY_TRUSTED_PROXIES=proxies, RAGPROXY_ADMIN_KEY=ADMIN, RAGPROXY_AUTH="keys") as server:
        signed_in = requests.post(
            f"{server.url}/admin/login",
            json={"key": ADMIN},
            headers={"Sec-Fetch-Site": "same-origin", "X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https"},
            timeout=PATIENCE_S,
        )
    assert signed_in.status_code == 200, signed_in.text
    assert ("Secure" in signed_in.headers["set-cookie"]) == is_secure
