"""Bodies that stand still: nobody waits for them for ever."""

import socket
import time

import pytest
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from ragproxy.api import body


def test_a_body_is_read_to_its_end(connection):
    client, request = connection
    client.sendall(b'{"a": 1}  ')
    assert body.read(request) == b'{"a": 1}  '
    assert request.environ["gunicorn.socket"].gettimeout() is None


def test_a_sender_who_stands_still_loses_its_turn(connection, monkeypatch):
    monkeypatch.setattr(body, "SILENCE_S", 0.1)
    client, request = connection
    client.sendall(b"{")
    began = time.monotonic()
    with pytest.raises(ClientDisconnected):
        body.read(request)
    assert time.monotonic() - began < 2


def test_what_nobody_reads_is_waited_for_within_bounds(connection, monkeypatch):
    monkeypatch.setattr(body, "LINGER_S", 0.2)
    client, request = connection
    client.sendall(b"{")
    began = time.monotonic()
    body.discard(request.environ)
    assert 0.1 < time.monotonic() - began < 2
    assert request.environ["gunicorn.socket"].gettimeout() is None


def test_what_nobody_reads_is_read_away_up_to_a_limit(connection, monkeypatch):
    monkeypatch.setattr(body, "LINGER_BYTES", 4)
    client, request = connection
    client.sendall(b"0123456789")
    body.discard(request.environ)
    assert request.environ["wsgi.input"].read(6) == b"456789"


@pytest.mark.parametrize(("size", "is_read"), [(99, True), (101, False)])
def test_a_body_without_a_length_is_bounded_too(size, is_read):
    builder = EnvironBuilder(method="POST", data=b"x" * size, content_type="application/json")
    environ = {**builder.get_environ(), "wsgi.input_terminated": True}
    del environ["CONTENT_LENGTH"]
    request = Request(environ)
    request.max_content_length = 100
    if is_read:
        assert len(body.read(request)) == size
    else:
        with pytest.raises(RequestEntityTooLarge):
            body.read(request)


@pytest.fixture
def connection():
    """A client's end of a socket, and its request of ten bytes that are not sent yet."""
    server, client = socket.socketpair()
    environ = EnvironBuilder(method="POST", content_type="application/json").get_environ()
    reads = server.makefile("rb", buffering=0)
    request = Request({**environ, "wsgi.input": reads, "gunicorn.socket": server, "CONTENT_LENGTH": "10"})
    yield client, request
    for end in (reads, server, client):
        end.close()
