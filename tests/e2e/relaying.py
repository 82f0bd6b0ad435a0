"""Relays by hand: forms of any size, clients that leave, and what the server holds meanwhile."""

import http.client
import json
import socket
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.by_hand import head
from tests.e2e.servers import Server, migrated

FORM = {"Content-Type": "multipart/form-data; boundary=B"}


def asked(server, path, body):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    return connection.getresponse()


def sent(server, path, parts, *, chunked):
    """Send a form whole, then read the beginning of the answer."""
    headers = FORM if chunked else {**FORM, "Content-Length": str(sum(map(len, parts)))}
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("POST", path, iter(parts), headers, encode_chunked=chunked)
    return connection.getresponse()


def begun(server, parts, *, length):
    """A socket on which the beginning of a form is being sent, by a thread as long as nobody takes it."""
    sock = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    sock.sendall(head("POST", "/audio/transcriptions", **FORM, **{"Content-Length": length}))

    def send():
        try:
            for part in parts:
                sock.sendall(part)
        except OSError:
            pass

    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    sender.join(0.5)
    return sock


def settled(server):
    until(lambda: server.metric("ragproxy_requests_in_flight") == 1)


def until(condition, seconds=10.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def tasks(server):
    return len(list(Path(f"/proc/{server.workers[0]}/task").iterdir()))


def descriptors(server):
    return len(list(Path(f"/proc/{server.workers[0]}/fd").iterdir()))


class Memory:
    """How much the server's memory grows at most during the block, in bytes."""

    def __init__(self, server):
        self._status = Path(f"/proc/{server.workers[0]}/status")
        self._done = threading.Event()

    def __enter__(self):
        self._before = self._peak = self._now()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._done.set()
        self._thread.join()

    @property
    def growth(self):
        return self._peak - self._before

    def _watch(self):
        while not self._done.wait(0.02):
            self._peak = max(self._peak, self._now())

    def _now(self):
        line = next(line for line in self._status.read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) << 10


@contextmanager
def relaying(data_dir, up):
    """A server with one upstream for all that is relayed."""
    file = data_dir / "upstreams.toml"
    file.write_text(
        f'[[upstream]]\nname = "main"\nbase_url = "{up.url}"\nmodels = ["gpt-image", "tts", "whisper", "omni"]\n'
        'serves = ["images", "audio", "moderations", "fine_tuning"]\nretries = 0\nbreak_after = 0\n'
    )
    migrated(data_dir)
    with Server(data_dir, RAGPROXY_CONFIG=str(file), RAGPROXY_FILE_LIMIT_MB="256") as server:
        yield server
