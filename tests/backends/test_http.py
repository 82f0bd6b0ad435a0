"""The upstream here is a real server, tests.upstream; what it is told to do wrong is in each test."""

import socket
import threading
import time

import pytest

from ragproxy.backends.http import LARGEST_ANSWER
from ragproxy.domain import Cancel
from ragproxy.errors import UpstreamBroken, UpstreamTimeout, UpstreamUnavailable
from tests.replies import Reply

SECRET = "sk-very-secret"  # the key that open_http gives


def test_it_sends_json_with_the_key_and_reads_the_answer(up, http):
    up.script(Reply.json({"yes": True}, headers={"X-Thing": "1"}))
    with http.post("/embeddings", b'{"a": 1}', Cancel()) as reply:
        assert (reply.status, reply.media_type, reply.headers["x-thing"]) == (200, "application/json", "1")
        assert reply.read() == b'{"yes": true}'
    (request,) = up.requests
    assert (request.method, request.path, request.body) == ("POST", "/v1/embeddings", b'{"a": 1}')
    assert request.headers["authorization"] == f"Bearer {SECRET}"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["accept"] == "application/json"
    assert request.headers["accept-encoding"] == "identity"


def test_nothing_of_one_call_leaks_into_the_next(up, http):
    for body in (b'{"long": "body"}', b"{}"):
        with http.post("/embeddings", body, Cancel(), stream=body == b"{}") as reply:
            reply.read()
    with http.get("/models", Cancel()) as reply:
        reply.read()
    first, second, third = up.requests
    assert (first.body, second.body, third.body) == (b'{"long": "body"}', b"{}", b"")
    assert second.headers["content-length"] == "2"
    assert second.headers["accept"] == "text/event-stream"
    assert "content-type" not in third.headers


def test_without_a_key_no_authorization_is_sent(up, open_http):
    with open_http(up.url, key=None).get("/models", Cancel()) as reply:
        reply.read()
    assert "authorization" not in up.requests[0].headers


def test_the_environment_gives_neither_proxies_nor_passwords(up, open_http, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login u password p")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with open_http(up.url, key=None).get("/models", Cancel()) as reply:
        assert reply.status == 200
    assert "authorization" not in up.requests[0].headers


def test_a_redirect_is_not_followed(up, http):
    up.script(Reply.text("", 302, "text/plain", {"location": up.url + "/models"}))
    with http.get("/models", Cancel()) as reply:
        assert reply.status == 302
    assert len(up.requests) == 1


@pytest.mark.parametrize("framing", ["chunked", "length"])
def test_a_connection_serves_call_after_call(up, http, framing):
    up.script(*[Reply((b"ab", b"cd"), framing=framing)] * 2, Reply((b"ab", b"cd"), framing=framing, delay_s=0.03))
    with http.get("/models", Cancel()) as reply:
        assert reply.read() == b"abcd"
    with http.get("/models", Cancel()) as reply:
        assert b"".join(reply.pieces()) == b"abcd"
    with http.get("/models", Cancel()) as reply:
        pieces = reply.pieces()
        assert next(pieces)
        reply.finish()
    http.get("/models", Cancel()).__enter__()
    assert up.connections == (1 if framing == "length" else 2)  # `finish` found a piece more than the end


def test_close_closes_the_connections_kept(up, http):
    with http.get("/models", Cancel()) as reply:
        reply.read()
    assert not up.requests[0].left.wait(0.1)
    http.close()
    assert up.requests[0].left.wait(2)


def test_finish_keeps_the_connection_when_nothing_but_the_end_follows(up, http):
    for _ in range(3):
        up.script(Reply((b"all",)))
        with http.get("/models", Cancel()) as reply:
            assert next(reply.pieces()) == b"all"
            reply.finish()
    assert up.connections == 1


def test_finish_does_not_wait_for_a_server_that_never_ends(up, http):
    up.script(Reply((b"all",), stalls=True))
    with http.get("/models", Cancel()) as reply:
        assert next(reply.pieces()) == b"all"
        began = time.monotonic()
        reply.finish()
    assert time.monotonic() - began < 1
    assert up.requests[0].left.wait(2)


@pytest.mark.parametrize("framing", ["chunked", "close", "length"])
def test_each_piece_is_passed_on_when_it_arrives(up, http, framing):
    up.script(Reply((b"first", b"second"), framing=framing, delay_s=0.3))
    with http.get("/models", Cancel()) as reply:
        pieces = reply.pieces()
        assert next(pieces) == b"first"
        assert not up.requests[0].answered
        assert next(pieces) == b"second"
        assert next(pieces, None) is None


def test_headers_go_with_every_request_and_those_of_a_call_with_it_alone(up, open_http):
    up.script(Reply.json({}), path="/login")
    http = open_http(up.url, key=None, headers={"X-Team": "search"})
    with http.post("/login", b"a=b", Cancel(), headers={"Content-Type": "application/x-www-form-urlencoded"}) as reply:
        reply.read()
    with http.get("/models", Cancel()) as reply:
        reply.read()
    login, listing = up.requests
    assert login.headers["content-type"] == "application/x-www-form-urlencoded"
    assert login.headers["x-team"] == listing.headers["x-team"] == "search"
    assert "content-type" not in listing.headers
    assert "authorization" not in login.headers


@pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
def test_without_a_body_its_length_is_said_where_one_is_looked_for(up, http, method):
    with http.request(method, "/things", Cancel(), headers={}) as reply:
        reply.read()
    assert up.requests[0].headers.get("content-length") == ("0" if method == "POST" else None)
    assert up.requests[0].headers["host"] == http.host


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/models", {"X-Team": "a\r\nX-Evil: 1"}),
        ("/models", {"X-Team": "a\nX-Evil: 1"}),
        ("/models", {"X-Team\r": "a"}),
        ("/models HTTP/1.1\r\nX-Evil: 1\r\n\r\nGET /", {}),
        ("/mod els", {}),
        ("/modèles", {}),
    ],
)
def test_nothing_can_be_slipped_into_a_request(up, http, path, headers):
    with pytest.raises(ValueError, match="line break"):
        http.request("GET", path, Cancel(), headers=headers).__enter__()
    assert up.requests == []


# ---- what goes wrong ----------------------------------------------------------------------------


def test_a_refused_connection_is_unavailable(open_http):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(UpstreamUnavailable, match=rf"^The upstream 127.0.0.1:{port} refuses connections$") as caught:
        open_http(f"http://127.0.0.1:{port}/v1").get("/models", Cancel()).__enter__()
    assert type(caught.value) is UpstreamUnavailable


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 70 + ".example"])
def test_a_name_that_does_not_resolve_is_unavailable(open_http, host):
    http = open_http(f"http://user:hush@{host}/v1", connect_timeout_s=20)
    with pytest.raises(UpstreamUnavailable) as caught:
        http.get("/models", Cancel()).__enter__()
    assert host in caught.value.message
    assert "hush" not in caught.value.message


def test_a_server_that_speaks_something_else_is_unavailable(open_http):
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet():
            sock, _ = listener.accept()
            with sock:
                sock.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
                sock.recv(1 << 16)

        thread = threading.Thread(target=greet, daemon=True)
        thread.start()
        http = open_http(f"http://127.0.0.1:{listener.getsockname()[1]}/v1")
        with pytest.raises(UpstreamUnavailable, match="does not answer as HTTP servers do"):
            http.get("/models", Cancel()).__enter__()
        thread.join(5)


@pytest.mark.parametrize("head_cut_at", [0, 5, 30, -2, -1])
@pytest.mark.parametrize("reset", [False, True])
def test_a_server_that_hangs_up_before_it_answered_is_unavailable(up, http, head_cut_at, reset):
    up.script(Reply.json({}, head_cut_at=head_cut_at, reset=reset))
    with pytest.raises(UpstreamUnavailable) as caught:
        http.post("/embeddings", b"{}", Cancel()).__enter__()
    assert SECRET not in caught.value.message
    assert len(up.requests) == 1  # nobody knows what it did with the request: it is not sent again


def test_slow_headers_time_out(up, open_http):
    up.script(Reply.json({}, head_delay_s=5))
    with pytest.raises(UpstreamTimeout, match="did not answer in time"):
        open_http(up.url, read_timeout_s=0.3).get("/models", Cancel()).__enter__()
    assert up.requests[0].left.wait(2)


def test_a_silent_stream_times_out(up, open_http):
    up.script(Reply((b"one",), stalls=True))
    with open_http(up.url, read_timeout_s=0.3).get("/models", Cancel()) as reply:
        pieces = reply.pieces()
        assert next(pieces) == b"one"
        with pytest.raises(UpstreamTimeout, match="fell silent"):
            next(pieces)
    assert up.requests[0].left.wait(2)


def test_a_connection_that_is_never_made_times_out(open_http, full_port):
    http = open_http(f"http://127.0.0.1:{full_port}/v1", connect_timeout_s=0.3)
    with pytest.raises(UpstreamTimeout, match="could not be reached in time"):
        http.get("/models", Cancel()).__enter__()


@pytest.mark.parametrize(
    "reply",
    [
        Reply((b"abcdef",), cut_at=5),
        Reply((b"abcdef",), cut_at=5, reset=True),
        Reply((b"abcdef",), cut_at=11),  # all but the terminator
        Reply((b"abcdef",), framing="length", length=9, closes=True),
        Reply((b"abcdef",), framing="length", cut_at=3),
    ],
    ids=["chunk", "reset", "no terminator", "length that lies", "length"],
)
@pytest.mark.parametrize("whole", [True, False])
def test_an_answer_cut_in_its_middle_is_broken(up, http, reply, whole):
    up.script(reply)
    with http.get("/models", Cancel()) as answer, pytest.raises(UpstreamBroken) as caught:
        answer.read() if whole else list(answer.pieces())
    assert caught.value.message == f"The upstream {http.host} broke off in the middle of its answer"


def test_an_answer_without_end_is_not_read_for_ever(up, http):
    up.script(Reply((b"x" * (1 << 20),), endless=True))
    with http.get("/models", Cancel()) as reply, pytest.raises(UpstreamBroken, match=f"{LARGEST_ANSWER >> 20} MiB"):
        reply.read()


def test_leaving_closes_the_connection_without_reading_the_rest(up, http):
    up.script(Reply((b"for ever",), endless=True, delay_s=0.02))
    with http.get("/models", Cancel()) as reply:
        assert next(reply.pieces()) == b"for ever"
        began = time.monotonic()
    assert time.monotonic() - began < 0.5
    assert up.requests[0].left.wait(2)


def test_a_connection_the_server_closed_while_idle_is_replaced(up, http):
    up.script(Reply.json({}, closes=True))
    for _ in range(2):
        with http.get("/models", Cancel()) as reply:
            assert reply.status == 200
            reply.read()
        time.sleep(0.05)
    assert up.connections == 2


def test_a_body_that_a_kept_connection_did_not_take_is_sent_again_once(http_to_deaf):
    http, bodies = http_to_deaf
    large = b"x" * (8 << 20)
    for body in (b"{}", large):
        with http.post("/embeddings", body, Cancel()) as reply:
            assert reply.read() == b"ok"
    assert bodies == [2, len(large)]


@pytest.fixture
def http_to_deaf(open_http):
    """A server that answers a connection's first request and hangs up on the head of its second."""
    bodies = []

    def serve(listener):
        for _ in range(2):
            sock, _ = listener.accept()
            with sock, sock.makefile("rb") as reads:
                bodies.append(len(reads.read(head(reads))))
                sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                if len(bodies) == 1:
                    head(reads)

    def head(reads):
        lines = list(iter(reads.readline, b"\r\n"))
        return next(int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length"))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        yield open_http(f"http://127.0.0.1:{listener.getsockname()[1]}"), bodies
        thread.join(5)
