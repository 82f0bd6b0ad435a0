"""The connections to one server, kept open between calls; each knows the call that it works for.

requests' own adapter stands on urllib3's pools and on http.client, which think of proxies, redirects, retries and
cookies anew for each call, and read an answer's head as that of a letter: most of what a call costs, and none of it
is wanted of a gateway.
"""

from __future__ import annotations

import re
import select
import socket
import ssl
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from ragproxy.backends.bodies import Body
from ragproxy.backends.call import Breaker, Call, connect
from ragproxy.backends.listening import READ
from ragproxy.backends.parsing import Parser
from ragproxy.offload import send_all, system_poll

_TOGETHER = 65536  # bytes of a body that its head goes out with: a larger one is not copied for that
_NO_DELAY = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
_PORTS = {"http": 80, "https": 443}
_LAST_CHUNK = b"0\r\n\r\n"
_is_target = re.compile(r"[\x21-\x7e]+").fullmatch


class NotReached(Exception):
    """There is no connection; why is its cause."""


class NotTaken(TimeoutError):
    """The server has not read the request in time."""


class Patience(NamedTuple):
    """How long a call waits for a connection, and for each sign of life of its server, in seconds."""

    connect_s: float
    read_s: float


class Connection:
    """One, opened by its first call. With a `context` it is of TLS."""

    patience: Patience
    _call: Call
    _breaker: Breaker
    _idle: select.poll

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None) -> None:
        self._host, self._port, self._context = host, port, context
        self.sock: Any = None

    def begin(self, call: Call, patience: Patience) -> None:
        """Work for that call from here on. ConnectionAbortedError when it has been given up."""
        self._call, self.patience = call, patience
        if self.sock is not None:
            call.hold(self._breaker)

    def send(self, head: bytes, body: Iterable[bytes] | bytes, *, is_chunked: bool) -> None:
        """Send a request; once more on a new connection when a kept one turns out closed before the body was sent.

        Only then is it certain that the server has not begun to answer: it lacks the body. When all was sent and the
        connection dies without an answer nobody knows, and nothing is repeated. Pieces that come but once never are.
        """
        kept = self.sock is not None
        if not isinstance(body, bytes):
            self._send_pieces(head, body, is_chunked)
            return
        try:
            self._send(head, body)
        except (BrokenPipeError, ConnectionResetError):
            if not kept:
                raise
            self.close()
            self._send(head, body)

    def answer(self) -> Parser:
        """The answer, once its head is here. Malformed, OSError."""
        self.sock.settimeout(self.patience.read_s)
        parser = Parser()
        try:
            while not parser.has_head:
                parser.feed(self.sock.recv(READ))
                if parser.failure is not None and not parser.has_head:
                    raise parser.failure()
        except BaseException:
            parser.close()
            raise
        return parser

    def let_go(self) -> None:
        """The call is over: an abort of it that comes late must not break the next one."""
        self._call.let_go()

    def close(self) -> None:
        """Close it; the next call opens it anew."""
        if self.sock is not None:
            self.let_go()
            self.sock.close()
            self._breaker.close()
            self.sock = None

    @property
    def is_connected(self) -> bool:
        """Whether a kept connection is still one: a server that has closed it has said so, and others say nothing."""
        return not self._idle.poll(0)

    def _send(self, head: bytes, body: bytes) -> None:
        sock = self._ready(self.patience.connect_s)
        if len(body) <= _TOGETHER:  # the server is woken once and not twice
            send_all(sock, head + body)
        else:
            send_all(sock, head)
            send_all(sock, body)

    def _send_pieces(self, head: bytes, pieces: Iterable[bytes], is_chunked: bool) -> None:
        sock = self._ready(self.patience.read_s)  # it may take as long to read as to answer
        send_all(sock, head)
        for piece in pieces:
            if piece:
                send_all(sock, b"%x\r\n%b\r\n" % (len(piece), piece) if is_chunked else piece)
        if is_chunked:
            send_all(sock, _LAST_CHUNK)

    def _ready(self, wait_s: float) -> Any:
        if self.sock is None:
            self._open()
        self.sock.settimeout(wait_s)
        return self.sock

    def _open(self) -> None:
        """NotReached."""
        try:
            sock = connect(self._host, self._port, self.patience.connect_s, _NO_DELAY, self._call)
        except (OSError, UnicodeError) as err:
            raise NotReached from err
        self._breaker = Breaker(sock)
        try:
            self._call.hold(self._breaker)
            self.sock = self._context.wrap_socket(sock, server_hostname=self._host) if self._context else sock
        except (OSError, ValueError) as err:
            sock.close()
            self._breaker.close()
            raise NotReached from err
        self._idle = system_poll()
        self._idle.register(self.sock.fileno(), select.POLLIN)


class Connections:
    """At most `keep` idle connections to the server of an address, and what is sent over them. Threads share it.

    `verify` is the CA bundle, a file or a folder, that an https server is checked against; True means the usual
    authorities.
    """

    def __init__(self, base_url: str, *, keep: int, verify: bool | str) -> None:
        address = urlsplit(base_url)
        usual = _PORTS[address.scheme]
        self._host, self._port = str(address.hostname), address.port or usual
        self._is_secret = address.scheme == "https"
        self._host_header = address.netloc.rpartition("@")[2].removesuffix(f":{usual}")
        self._keep = keep
        self._verify = verify
        self._idle: list[Connection] = []  # the last one used is the first one used again
        self._closed = False

    def send(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: Iterable[bytes] | bytes | None,
        call: Call,
        patience: Patience,
    ) -> Body:
        """The answer, once its head is here. NotReached, NotTaken, Malformed, OSError.

        A body in pieces goes out in chunks, unless `headers` tell its length. ValueError for what no header can hold.
        """
        framing = _framing(method, headers, body)
        head = _head(method, target, {"Host": self._host_header, **headers, **framing})
        connection = self._taken()
        try:
            connection.begin(call, patience)
            try:
                connection.send(head, b"" if body is None else body, is_chunked="Transfer-Encoding" in framing)
            except BrokenPipeError:
                pass  # a server may answer before it has read everything, and close what it does not read
            except TimeoutError as err:
                raise NotTaken from err
            return Body(connection.answer(), connection, self._give_back)
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        """Close the idle ones, and the others when they are given back."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()

    def _taken(self) -> Connection:
        while self._idle:
            with suppress(IndexError):  # another thread took the last one
                connection = self._idle.pop()
                if connection.is_connected:
                    return connection
                connection.close()
        return Connection(self._host, self._port, self._context if self._is_secret else None)

    def _give_back(self, connection: Connection) -> None:
        connection.let_go()  # before another call can have it
        if self._closed or len(self._idle) >= self._keep:
            connection.close()
        else:
            self._idle.append(connection)

    @cached_property
    def _context(self) -> ssl.SSLContext:
        bundle = DEFAULT_CA_BUNDLE_PATH if self._verify is True else str(self._verify)
        is_folder = Path(bundle).is_dir()
        context = ssl.create_default_context(cafile=None if is_folder else bundle, capath=bundle if is_folder else None)
        context.set_alpn_protocols(["http/1.1"])
        return context


def _framing(method: str, headers: Mapping[str, str], body: Iterable[bytes] | bytes | None) -> dict[str, str]:
    """The header that says where the body ends, if there is one that does not say so yet."""
    if any(name.lower() == "content-length" for name in headers):
        return {}
    if body is None:
        return {"Content-Length": "0"} if method in ("POST", "PUT", "PATCH") else {}
    return {"Content-Length": str(len(body))} if isinstance(body, bytes) else {"Transfer-Encoding": "chunked"}


def _head(method: str, target: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", *[f"{name}: {value}" for name, value in headers.items()]]
    head = "\n".join(lines)
    if not _is_target(target) or head.count("\n") >= len(lines) or "\r" in head:
        raise ValueError("a line break in a header, or what no address can hold")
    return f"{head}\n\n".replace("\n", "\r\n").encode("latin-1")
