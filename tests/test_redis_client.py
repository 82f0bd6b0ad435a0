"""The client of Redis: how long it waits, that it waits once, and what is said without its library."""

import socket
import sys
import time

import pytest

from ragproxy import redis_client
from ragproxy.errors import ConfigError


@pytest.fixture
def silent():
    """A port that takes connections and says nothing, and the socket that listens there."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def test_a_redis_that_says_nothing_is_waited_for_once(silent):
    pytest.importorskip("redis", reason="the client of Redis is not installed")
    client = redis_client.connect(f"redis://127.0.0.1:{silent.getsockname()[1]}/0", 0.2)
    begun = time.monotonic()
    with pytest.raises(redis_client.faults()):
        client.ping()
    assert 0.2 <= time.monotonic() - begun < 2
    silent.settimeout(0)
    silent.accept()[0].close()
    with pytest.raises(BlockingIOError):  # there was no second try
        silent.accept()


def test_the_wait_for_a_connection_may_be_another_than_that_for_an_answer():
    pytest.importorskip("redis", reason="the client of Redis is not installed")
    client = redis_client.connect("redis://127.0.0.1:1/0", 2.0, connect_s=1.0)
    told = client.connection_pool.connection_kwargs
    assert (told["socket_connect_timeout"], told["socket_timeout"]) == (1.0, 2.0)


def test_without_the_library_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(ConfigError, match=r"pip install ragproxy\[redis\]"):
        redis_client.connect("redis://127.0.0.1:1/0", 1.0)
    assert redis_client.faults() == (OSError,)
