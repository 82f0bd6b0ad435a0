"""A real HTTP server on loopback that speaks OpenAI's protocol, and misbehaves as it is told (see tests.replies).

with Upstream(models=["m"]) as up:
    up.text = "Paris [1]."              # what it writes; without it, it repeats the last message
    up.script(refusal(429, "slow down", headers={"retry-after": "3"}))              # for the next request
    up.script(Reply.events(*chat_frames("Par", "is"), cut_at=120), path="/chat/completions")
    ...                                 # calls to up.url
    up.requests[-1].json, up.requests[-1].headers["authorization"], up.requests[-1].left.wait(2)
"""

from __future__ import annotations

import json
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.replies import Reply, well_behaved

_LINGER_NOT = struct.pack("ii", 1, 0)  # close with RST


@dataclass
class Received:
    """A request as it came; `left` is set when its connection has been closed by the client, at `left_at`."""

    method: str
    path: str
    headers: dict[str, str]  # lower-case names
    body: bytes
    connection: int  # counts the connections of this server
    at: float = field(default_factory=time.monotonic)
    answered: bool = False  # the whole answer was written
    left: threading.Event = field(default_factory=threading.Event)
    left_at: float | None = None  # time.monotonic()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Upstream:
    """The server; a thread a connection. Scripted replies are used up in order, whatever the path unless one is given."""

    def __init__(self, models: Sequence[str] = ("upstream-model",), tls: ssl.SSLContext | None = None) -> None:
        self.models = list(models)
        self.text: str | None = None
        self.requests: list[Received] = []
        self._scripts: list[tuple[str | None, Reply]] = []
        self._lock = threading.Lock()
        self._tls = tls
        self._stop = threading.Event()
        self._connections: list[socket.socket] = []
        self._count = 0

    def __enter__(self) -> Upstream:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self._listener.getsockname()[1]
        self.url = f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/v1"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        with self._lock:
            for listening in (self._listener, *self._connections):
                _close(listening)
        self._thread.join(5)

    def script(self, *replies: Reply, path: str | None = None) -> None:
        """Answer the next requests (those to `path`, such as "/chat/completions") with these, in order."""
        with self._lock:
            self._scripts += [(path, reply) for reply in replies]

    def reset(self) -> None:
        """Forget what was received and what was scripted; its connections go on."""
        with self._lock:
            self.text = None
            self.requests = []
            self._scripts = []

    def to(self, path: str) -> list[Received]:
        """The requests received for `path`."""
        return [request for request in self.requests if request.path == "/v1" + path]

    @property
    def connections(self) -> int:
        """How many were opened so far."""
        return self._count

    # ---- serving --------------------------------------------------------------------------------

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._count += 1
                self._connections.append(sock)
            threading.Thread(target=self._serve, args=(sock, self._count), daemon=True).start()

    def _serve(self, sock: socket.socket, number: int) -> None:
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls:
                sock = self._tls.wrap_socket(sock, server_side=True)
                self._connections.append(sock)
            with sock.makefile("rb") as reads:
                self._converse(sock, reads, number)
        except (OSError, ValueError):  # the client broke off; ValueError: this server was stopped
            pass
        finally:
            _close(sock)

    def _converse(self, sock: socket.socket, reads: Any, number: int) -> None:
        last: Received | None = None
        while (request := _read_request(reads, number)) is not None:
            last = request
            self.requests.append(request)
            if not self._answer(sock, request, self._reply_to(request)):
                return
        if last is not None:
            _note_left(last)

    def _reply_to(self, request: Received) -> Reply:
        with self._lock:
            for number, (path, reply) in enumerate(self._scripts):
                if path is None or request.path == "/v1" + path:
                    del self._scripts[number]
                    return reply
        body = request.json if request.body else None
        return well_behaved(request.method, request.path.removeprefix("/v1"), body, self.models, self.text)

    def _answer(self, sock: socket.socket, request: Received, reply: Reply) -> bool:
        """Write the reply; whether the connection goes on."""
        try:
            self._write(sock, reply, request)
        except OSError:
            _note_left(request)
            return False
        if reply.cut_at is not None or reply.head_cut_at is not None:
            if reply.reset:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
            return False
        request.answered = not (reply.stalls or reply.endless)
        if not request.answered:
            _note_left(request)
        return request.answered and reply.framing != "close" and not reply.closes

    def _write(self, sock: socket.socket, reply: Reply, request: Received) -> None:
        if self._client_left(sock, reply.head_delay_s):
            raise ConnectionAbortedError
        sock.sendall(reply.head()[: reply.head_cut_at])
        if reply.head_cut_at is not None:
            return
        pieces = reply.wire()
        for piece in pieces:
            if reply.delay_s and self._client_left(sock, reply.delay_s):
                raise ConnectionAbortedError
            sock.sendall(piece)
        while reply.endless and not self._client_left(sock, reply.delay_s):
            sock.sendall(pieces[-1])
        if reply.stalls:
            self._client_left(sock, 60)

    def _client_left(self, sock: socket.socket, wait_s: float) -> bool:
        """Wait, unless the client closes the connection meanwhile (it is assumed to send nothing more)."""
        end = time.monotonic() + wait_s
        while not self._stop.is_set():
            left = max(0.0, end - time.monotonic())
            if select.select([sock], [], [], min(left, 0.2))[0]:
                return True
            if left <= 0:
                return False
        return True


def _read_request(reads: Any, number: int) -> Received | None:
    line = reads.readline().decode("latin-1").split()
    if len(line) != 3:
        return None
    headers: dict[str, str] = {}
    while (header := reads.readline().decode("latin-1").rstrip("\r\n")) != "":
        name, _, value = header.partition(":")
        headers[name.lower()] = value.strip()
    length = int(headers.get("content-length", 0))
    body = reads.read(length)
    return Received(line[0], line[1], headers, body, number) if len(body) == length else None


def _note_left(request: Received) -> None:
    request.left_at = time.monotonic()
    request.left.set()


def _close(sock: socket.socket) -> None:
    try:
        if sock.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8) != _LINGER_NOT:
            sock.shutdown(socket.SHUT_RDWR)  # wakes a thread that waits on it, which close alone does not
    except OSError:
        pass
    sock.close()
