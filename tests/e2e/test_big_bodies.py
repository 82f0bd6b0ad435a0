"""Bodies too large, too slow, cut off: refused in words through a real socket, and nobody else notices."""

import http.client
import json
import socket
import time

import pytest

from tests.e2e.by_hand import checked, head, post, question, request_bytes, user

MEGABYTE = b"x" * (1 << 20)
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize("prefix", ["", "/v1"])
def test_a_hundred_megabytes_with_their_length_get_a_413(server, prefix):
    answer, error = _send(server, prefix + "/chat/completions", **JSON, **{"Content-Length": 100 << 20})
    assert answer.status == 413
    assert error["code"] == "request_too_large"
    assert "32 MiB" in error["message"]
    assert "RAGPROXY_BODY_LIMIT_MB" in error["message"]
    assert answer.headers["x-request-id"]


def test_a_hundred_megabytes_in_chunks_get_a_413(server):
    answer, error = _send(server, "/v1/chat/completions", **JSON, **{"Transfer-Encoding": "chunked"})
    assert answer.status == 413
    assert error["code"] == "request_too_large"


def test_the_official_client_reads_the_413(server):
    answer = post(server, question(messages=user("x" * (40 << 20))))
    assert answer.status_code == 413
    checked(answer.json()["error"])


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/v1/no/such/route", JSON, 404),
        ("/v1/models", JSON, 405),
        ("/v1/chat/completions", {"Content-Type": "text/plain"}, 415),
        ("/completions", {}, 415),
    ],
)
def test_a_large_body_that_nobody_reads_does_not_drown_the_answer(server, path, headers, status):
    answer, _ = _send(server, path, **headers, **{"Content-Length": 100 << 20})
    assert answer.status == status


def test_one_that_asks_first_is_told_to_go_on_and_then_refused(server):
    with _connected(server) as sock:
        sock.sendall(head("POST", "/completions", **JSON, Expect="100-continue", **{"Content-Length": 40 << 20}))
        answer = sock.recv(1000)
        assert answer.startswith((b"HTTP/1.1 100", b"HTTP/1.1 413"))
        if b" 100 " in answer:
            for _ in range(40):
                sock.sendall(MEGABYTE)
            answer = answer.partition(b"\r\n\r\n")[2] or sock.recv(1000)  # both may come in one piece
        assert answer.startswith(b"HTTP/1.1 413")


def test_a_declared_length_that_never_comes_costs_one_request_alone(server):
    with _connected(server) as sock:
        sock.sendall(head("POST", "/completions", **JSON, **{"Content-Length": 1 << 40}) + b"{")
        began = time.monotonic()
        assert post(server, _asked()).status_code == 200
        assert time.monotonic() - began < 5


def test_a_body_cut_off_is_no_request(server):
    whole = request_bytes(_asked())
    with _connected(server) as sock:
        sock.sendall(whole[:-5])
        sock.shutdown(socket.SHUT_WR)
        answer = sock.recv(65536)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400 ")
    assert post(server, _asked()).status_code == 200


@pytest.mark.parametrize(
    "framed",
    [
        b"zz\r\nxx\r\n0\r\n\r\n",
        b"5\r\n{}\r\n0\r\n\r\n",
        b"2\r\n{}XX0\r\n\r\n",
        b"2\r\n{}\r\n0\r\nbad trailer\r\n\r\n",
        b"-1\r\n",
    ],
    ids=["no number", "too short", "no line end", "trailer", "negative"],
)
def test_chunks_that_are_none_are_the_clients_fault(server, framed):
    with _connected(server) as sock:
        sock.sendall(head("POST", "/completions", **JSON, **{"Transfer-Encoding": "chunked"}) + framed)
        sock.shutdown(socket.SHUT_WR)
        assert sock.recv(100).startswith(b"HTTP/1.1 400 ")


def test_slow_senders_do_not_keep_the_others_waiting(server):
    whole = request_bytes(_asked())
    slow = [_connected(server) for _ in range(100)]
    for sock in slow:
        sock.sendall(whole[:-20])
    for _ in range(5):
        began = time.monotonic()
        assert post(server, _asked()).status_code == 200
        assert time.monotonic() - began < 5
    for sock in slow:
        sock.sendall(whole[-20:])
    for sock in slow:
        answer = http.client.HTTPResponse(sock)
        answer.begin()
        assert answer.status == 200
        assert json.loads(answer.read())["choices"]
        sock.close()


def test_connections_that_say_nothing_do_not_keep_the_others_waiting(server):
    silent = [_connected(server) for _ in range(300)]
    began = time.monotonic()
    assert post(server, _asked()).status_code == 200
    assert time.monotonic() - began < 5
    for sock in silent:
        sock.close()


def test_a_body_that_trickles_in_is_read_to_its_end(server):
    whole = request_bytes(_asked())
    with _connected(server) as sock:
        for at in range(0, len(whole), 20):
            sock.sendall(whole[at : at + 20])
            time.sleep(0.02)
        answer = http.client.HTTPResponse(sock)
        answer.begin()
        assert answer.status == 200


def test_headers_too_large_are_refused_and_the_server_lives(server):
    with _connected(server) as sock:
        sock.sendall(head("GET", "/v1/models", **{"X-Large": "x" * 100_000}))
        assert sock.recv(100).startswith(b"HTTP/1.1 4")
    assert post(server, _asked()).status_code == 200


def _send(server, path, **headers):
    """Send a hundred megabytes as a client does that reads only after it has sent; the answer and its error."""
    method = "DELETE" if path == "/v1/models" else "POST"
    chunked = "Transfer-Encoding" in headers
    with _connected(server) as sock:
        sock.sendall(head(method, path, **headers))
        for _ in range(100):
            sock.sendall(b"%x\r\n%b\r\n" % (len(MEGABYTE), MEGABYTE) if chunked else MEGABYTE)
        if chunked:
            sock.sendall(b"0\r\n\r\n")
        answer = http.client.HTTPResponse(sock)
        answer.begin()
        return answer, checked(json.loads(answer.read())["error"])


def _asked():
    return {"model": "ragproxy", "messages": user("Which port does it listen on by default?")}


def _connected(server):
    return socket.create_connection(("127.0.0.1", server.port), timeout=20)
