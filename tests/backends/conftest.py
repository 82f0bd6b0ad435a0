import contextlib
import socket
import threading
import time

import pytest

from ragproxy.backends.http import Http
from ragproxy.backends.openai import OpenAI
from ragproxy.domain import Cancel
from tests.upstream import Upstream

SECRET = "sk-very-secret"


@pytest.fixture
def up():
    """An upstream that behaves until it is told otherwise."""
    with Upstream() as up:
        yield up


@pytest.fixture
def open_http():
    """Make an Http to an address; all are closed at the end."""
    with contextlib.ExitStack() as opened:

        def make(url, *, key=SECRET, connect_timeout_s=5, read_timeout_s=10, **options):
            return opened.enter_context(
                contextlib.closing(
                    Http(url, key, connect_timeout_s=connect_timeout_s, read_timeout_s=read_timeout_s, **options)
                )
            )

        yield make


@pytest.fixture
def http(up, open_http):
    return open_http(up.url)


@pytest.fixture
def model(http):
    return OpenAI(http, "upstream-model")


@pytest.fixture
def hasty_model(up, open_http):
    """One that waits 0.2 s for its upstream."""
    return OpenAI(open_http(up.url, read_timeout_s=0.2), "upstream-model")


@pytest.fixture
def breaking_after():
    """A context: a Cancel that another thread fires in so many seconds, and how many have passed since it did."""

    @contextlib.contextmanager
    def within(wait_s):
        cancel, fired = Cancel(), []

        def fire():
            fired.append(time.monotonic())
            cancel.cancel()

        timer = threading.Timer(wait_s, fire)
        timer.start()
        try:
            yield cancel, lambda: time.monotonic() - fired[0]
        finally:
            timer.cancel()
            timer.join()

    return within


@pytest.fixture
def full_port():
    """A port whose queue is full: connections to it are neither made nor refused."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, contextlib.ExitStack() as waiting:
        for _ in range(4):
            client = waiting.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        time.sleep(0.05)
        yield listener.getsockname()[1]


@pytest.fixture
def deaf_port():
    """A port whose connections are made and then ignored."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]
