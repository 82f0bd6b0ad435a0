import socket
import subprocess
import sys
import threading
import time

import pytest

from ragproxy.api.hangup import Hangups
from ragproxy.domain import Cancel


def test_a_client_that_closes_cancels_its_work(pair):
    server, client = pair
    cancelled = threading.Event()
    cancel = Cancel()
    seen = []
    hangups = Hangups(on_hangup=lambda: seen.append(1), period_s=0.02)
    with cancel.breaking(cancelled.set):
        hangups.watch({"gunicorn.socket": server}, cancel)
        assert not cancelled.wait(0.1)
        client.close()
        assert cancelled.wait(2)
    assert cancel.cancelled
    assert seen == [1]


def test_a_client_that_sends_more_is_still_there(pair):
    server, client = pair
    cancel = Cancel()
    Hangups(period_s=0.02).watch({"gunicorn.socket": server}, cancel)
    client.sendall(b"GET / HTTP/1.1\r\n")
    time.sleep(0.15)
    assert not cancel.cancelled
    assert server.recv(100) == b"GET / HTTP/1.1\r\n"  # looked at, not taken


def test_a_reset_counts_as_gone(pair):
    server, client = pair
    cancel = Cancel()
    Hangups(period_s=0.02).watch({"gunicorn.socket": server}, cancel)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    client.close()
    _until(lambda: cancel.cancelled)


def test_released_is_no_longer_watched(pair):
    server, client = pair
    cancel = Cancel()
    release = Hangups(period_s=0.02).watch({"gunicorn.socket": server}, cancel)
    release()
    client.close()
    time.sleep(0.15)
    assert not cancel.cancelled


def test_one_hang_up_leaves_the_others_alone():
    pairs = [socket.socketpair() for _ in range(5)]
    cancels = [Cancel() for _ in pairs]
    hangups = Hangups(period_s=0.02)
    for (server, _), cancel in zip(pairs, cancels, strict=True):
        hangups.watch({"gunicorn.socket": server}, cancel)
    pairs[2][1].close()
    _until(lambda: cancels[2].cancelled)
    assert [cancel.cancelled for cancel in cancels] == [False, False, True, False, False]
    for server, client in pairs:
        server.close()
        client.close()


def test_at_the_end_everybody_has_gone(pair):
    hangups, cancels = Hangups(), [Cancel(), Cancel()]
    for cancel in cancels:
        hangups.watch({"gunicorn.socket": pair[0]}, cancel)
    hangups.end_all()
    assert all(cancel.cancelled for cancel in cancels)
    assert hangups.watching == 0


def test_a_server_that_shows_no_socket_is_not_watched():
    Hangups().watch({}, Cancel())()


def test_cancelling_before_the_wait_begins_breaks_it_at_once():
    cancel = Cancel()
    cancel.cancel()
    broken = []
    with cancel.breaking(lambda: broken.append(1)):
        assert broken == [1]


def test_greenlets_begin_to_watch_together():
    done = subprocess.run([sys.executable, "-c", GREENLETS], capture_output=True, text=True, timeout=30)
    assert (done.stdout, done.stderr) == ("[True, True, True, True] 4\n", "")


GREENLETS = """
from gevent import monkey
monkey.patch_all()
import gevent, socket
from ragproxy.api.hangup import Hangups
from ragproxy.domain import Cancel

hangups, pairs, cancels = Hangups(period_s=0.02), [socket.socketpair() for _ in range(4)], [Cancel() for _ in range(4)]
watching = [gevent.spawn(hangups.watch, {"gunicorn.socket": ours}, cancel) for (ours, _), cancel in zip(pairs, cancels)]
gevent.joinall(watching, timeout=5)
watched = hangups.watching
for _, theirs in pairs:
    theirs.close()
gevent.sleep(0.5)
print([cancel.cancelled for cancel in cancels], watched)
"""


def _until(condition, seconds=2.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def pair():
    # a TCP pair, since a reset needs one
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        server, _ = listener.accept()
    yield server, client
    server.close()
    client.close()
