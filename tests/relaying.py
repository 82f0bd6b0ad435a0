"""A real HTTP server for what is relayed: it reads bodies as they come, counts them, and is strict about all of it.

with RelayUpstream() as up:
    up.script("/audio/speech", Reply(...))          # instead of what a well-behaved one answers, once
    up.stall_after = 1 << 20                        # bytes of a body, after which it reads no more
    ...                                             # calls to up.url
    up.last.headers, up.last.size, up.last.form["model"], up.last.left.wait(2)

It keeps bodies up to KEPT bytes; of larger ones the SHA-256 and what of a form stands before and after its file.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import select
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from werkzeug.formparser import MultiPartParser

from tests.replies import Reply, refusal, sse
from tests.tuning import Tuning
from tests.upstream import _close, _note_left

KEPT = 8 << 20
ALLOWED = {"host", "user-agent", "accept", "accept-encoding", "authorization", "content-type", "content-length"}
ALLOWED |= {"transfer-encoding", "connection", "api-key"}
SOUND = bytes(range(256)) * 64


@dataclass
class Taken:
    """A request, while it comes and afterwards."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    size: int = 0
    body: bytes = b""
    digest: Any = field(default_factory=hashlib.sha256)
    chunked: bool = False
    faults: list[str] = field(default_factory=list)
    begun: threading.Event = field(default_factory=threading.Event)  # some of its body is here
    whole: threading.Event = field(default_factory=threading.Event)
    left: threading.Event = field(default_factory=threading.Event)
    left_at: float | None = None

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, Any]:
        """Its fields, and (name, bytes) of its files."""
        boundary = self.headers["content-type"].partition("boundary=")[2].strip('"').encode()
        fields, files = MultiPartParser().parse(io.BytesIO(self.body), boundary, len(self.body))
        read = {name: (each.filename, each.read()) for name, each in files.items()}
        return {**fields.to_dict(), **read}


class RelayUpstream:
    """The server; a thread a connection. `tuning` is what clients have made there."""

    def __init__(self) -> None:
        self.requests: list[Taken] = []
        self.stall_after: int | None = None
        self.tuning = Tuning()
        self._scripts: list[tuple[str, Reply]] = []
        self._stop = threading.Event()
        self._connections: list[socket.socket] = []
        self._lock = threading.Lock()

    def __enter__(self) -> RelayUpstream:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for sock in (self._listener, *self._connections):
            _close(sock)

    def reset(self) -> None:
        self.requests, self._scripts, self.stall_after = [], [], None
        self.tuning = Tuning()

    def script(self, path: str, *replies: Reply) -> None:
        """Answer the next requests to `path` with these."""
        self._scripts += [(path, reply) for reply in replies]

    @property
    def last(self) -> Taken:
        return self.requests[-1]

    def to(self, path: str, method: str = "POST") -> list[Taken]:
        return [each for each in self.requests if (each.method, each.path) == (method, "/v1" + path)]

    def open_connections(self) -> int:
        return sum(sock.fileno() >= 0 for sock in self._connections)

    # ---- reading --------------------------------------------------------------------------------

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self._connections.append(sock)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        request: Taken | None = None
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with sock.makefile("rb") as reads:
                while (request := _head(reads)) is not None:
                    self.requests.append(request)
                    if not self._take(sock, reads, request):
                        _note_left(request)
                        return
                    if not self._write(sock, request, self._reply(request)):
                        return
        except (OSError, ValueError):
            if request is not None:
                _note_left(request)
        finally:
            _close(sock)

    def _take(self, sock: socket.socket, reads: Any, request: Taken) -> bool:
        """Read the body; whether it was whole."""
        for piece in _chunks(reads) if request.chunked else _length(reads, request):
            if piece is None:
                return False
            request.size += len(piece)
            request.digest.update(piece)
            if request.size <= KEPT:
                request.body += piece
            request.begun.set()
            if self.stall_after is not None and request.size >= self.stall_after:
                return self._stalled(sock, request)
        request.whole.set()
        return True

    def _stalled(self, sock: socket.socket, request: Taken) -> bool:
        """Read no more, but notice when the client goes (its FIN stands behind what it has sent: only a look helps)."""
        poll = select.poll()
        poll.register(sock, select.POLLRDHUP | select.POLLHUP | select.POLLERR)
        while not self._stop.is_set():
            if poll.poll(50):
                _note_left(request)
                return False
        return False

    # ---- answering ------------------------------------------------------------------------------

    def _write(self, sock: socket.socket, request: Taken, reply: Reply) -> bool:
        """Write the reply; whether the connection goes on."""
        try:
            _pause(sock, reply.head_delay_s)
            sock.sendall(reply.head()[: reply.head_cut_at])
            if reply.head_cut_at is not None:
                return False
            pieces = reply.wire()
            for piece in pieces:
                _pause(sock, reply.delay_s)
                sock.sendall(piece)
            while reply.endless:
                _pause(sock, reply.delay_s)
                sock.sendall(pieces[-1])
            if reply.stalls:
                _pause(sock, 60)
        except OSError:
            _note_left(request)
            return False
        return reply.cut_at is None and reply.framing != "close"

    def _reply(self, request: Taken) -> Reply:
        path = request.path.removeprefix("/v1")
        with self._lock:
            for at, (scripted, reply) in enumerate(self._scripts):
                if scripted == path:
                    del self._scripts[at]
                    return reply
            if request.faults:
                return refusal(400, "; ".join(request.faults), "strict")
            if path.startswith(("/files", "/fine_tuning")):
                return self.tuning.reply(request.method, path, request)
            return _well_behaved(path, request)


def _well_behaved(path: str, request: Taken) -> Reply:
    if path in ("/audio/transcriptions", "/audio/translations", "/images/edits", "/images/variations"):
        if not request.headers.get("content-type", "").startswith("multipart/form-data"):
            return refusal(400, "expected multipart/form-data", None)
        if path.startswith("/audio"):
            used = {"type": "tokens", "input_tokens": 14, "output_tokens": 5, "total_tokens": 19}
            return Reply.json({"text": f"{request.size} bytes", "usage": used})
    if path.startswith("/images"):
        return Reply.json({"created": 1, "data": [{"b64_json": "aGk="}]})
    if path == "/audio/speech":
        pieces = tuple(SOUND[at : at + 4096] for at in range(0, len(SOUND), 4096))
        return Reply(pieces, headers={"content-type": "audio/mpeg"})
    if path == "/moderations":
        result = {"flagged": False, "categories": {}, "category_scores": {}, "category_applied_input_types": {}}
        return Reply.json({"id": "modr-1", "model": request.json.get("model", "omni"), "results": [result]})
    if path == "/chat/completions":
        return refusal(404, "not here", None)
    return refusal(404, f"Unknown request URL: {path}", "unknown_url")


def _head(reads: Any) -> Taken | None:
    """The head of a request, what is wrong with it noted."""
    line = reads.readline().decode("latin-1").split()
    if len(line) != 3:
        return None
    headers: dict[str, str] = {}
    faults: list[str] = []
    while (header := reads.readline().decode("latin-1").rstrip("\r\n")) != "":
        name, _, value = header.partition(":")
        if name.lower() in headers:
            faults.append(f"the header {name} came twice")
        headers[name.lower()] = value.strip()
    faults += [
        f"the header {name} came along" for name in headers if name not in ALLOWED and not name.startswith("x-custom-")
    ]
    path, _, query = line[1].partition("?")
    chunked = headers.get("transfer-encoding") == "chunked"
    if chunked and "content-length" in headers:
        faults.append("both a length and chunks")
    if not chunked and "content-length" not in headers and line[0] == "POST":
        faults.append("neither a length nor chunks")
    return Taken(line[0], path, query, headers, chunked=chunked, faults=faults)


def _length(reads: Any, request: Taken) -> Any:
    """The pieces of a body whose length was told; None when it ends early."""
    left = int(request.headers.get("content-length", 0))
    while left:
        piece = reads.read1(min(left, 65536))
        if not piece:
            yield None
            return
        left -= len(piece)
        yield piece


def _chunks(reads: Any) -> Any:
    """The chunks of a body; None when they end without their end."""
    while True:
        line = reads.readline()
        if not re.fullmatch(rb"[0-9a-fA-F]+\r\n", line):
            yield None
            return
        size = int(line, 16)
        piece = reads.read(size)
        if reads.readline() != b"\r\n" or len(piece) != size:
            yield None
            return
        if size == 0:
            return
        yield piece


def _pause(sock: socket.socket, wait_s: float) -> None:
    """Wait, unless the client leaves meanwhile."""
    until = time.monotonic() + wait_s
    while wait_s and (left := until - time.monotonic()) > 0:
        if select.select([sock], [], [], min(left, 0.05))[0]:
            raise ConnectionAbortedError


def speech_events(*texts: str) -> tuple[bytes, ...]:
    """What a streamed /audio/speech says."""
    return (
        *(sse({"type": "speech.audio.delta", "audio": text}) for text in texts),
        sse({"type": "speech.audio.done", "usage": {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}}),
    )
