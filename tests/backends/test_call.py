import os
import socket
import threading
import time

import pytest

from ragproxy.backends.call import Call, connect


def test_it_connects_by_name_and_by_number(listener):
    port = listener.getsockname()[1]
    for host in ("localhost", "127.0.0.1"):
        call = Call()
        with connect(host, port, 5, [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)], call) as sock:
            assert sock.getpeername() == ("127.0.0.1", port)
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        call.let_go()


def test_the_next_address_is_tried_when_one_refuses(listener, monkeypatch):
    port = listener.getsockname()[1]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        refusing = taken.getsockname()
    addresses = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in (refusing, ("127.0.0.1", port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: addresses)
    call = Call()
    with connect("two.example", port, 5, (), call) as sock:
        assert sock.getpeername()[1] == port
    call.let_go()


def test_the_error_of_the_last_address_is_raised():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ConnectionRefusedError):
        connect("localhost", port, 5, (), Call())


def test_a_name_server_that_is_silent_is_not_waited_for(silent_names):
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        connect("slow.example", 80, 0.2, (), Call())
    assert time.monotonic() - began < 1


def test_an_abort_ends_the_wait_for_a_name(silent_names):
    call = Call()
    threading.Timer(0.1, call.abort).start()
    began = time.monotonic()
    with pytest.raises(ConnectionAbortedError):
        connect("slow.example", 80, 30, (), call)
    assert time.monotonic() - began < 0.5


def test_an_abort_ends_a_read_and_the_other_side_sees_it(listener):
    call = Call()
    with connect("127.0.0.1", listener.getsockname()[1], 5, (), call) as sock:
        other, _ = listener.accept()
        with other:
            threading.Timer(0.1, call.abort).start()
            began = time.monotonic()
            assert sock.recv(10) == b""
            assert time.monotonic() - began < 0.5
            assert other.recv(10) == b""
    call.let_go()


def test_after_letting_go_an_abort_does_nothing(listener):
    call = Call()
    with connect("127.0.0.1", listener.getsockname()[1], 5, (), call) as sock:
        other, _ = listener.accept()
        with other:
            call.let_go()
            call.abort()
            other.sendall(b"still here")
            assert sock.recv(10) == b"still here"


def test_aborted_beforehand_it_opens_nothing(listener):
    call = Call()
    call.abort()
    with pytest.raises(ConnectionAbortedError):
        connect("127.0.0.1", listener.getsockname()[1], 5, (), call)
    listener.settimeout(0.1)
    with pytest.raises(TimeoutError):
        listener.accept()
    call.let_go()


def test_no_descriptor_is_left_behind(listener):
    def once():
        call = Call()
        connect("127.0.0.1", listener.getsockname()[1], 5, (), call).close()
        call.let_go()
        listener.accept()[0].close()

    once()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        once()
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


@pytest.fixture
def silent_names(monkeypatch):
    """A network whose name server never answers."""
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(30) and [])
    yield
    over.set()
