"""The connections to one server, kept open between calls; each knows the call that it works for.

http.client speaks. requests' own adapter stands on urllib3's pools, which think of proxies, redirects, retries and
cookies anew for each call: that was half of what a call costs, and none of it is wanted of a gateway.
"""

from __future__ import annotations

import http.client
import select
import socket
import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from ragproxy.backends.bodies import Body
from ragproxy.backends.call import Call, connect
from ragproxy.offload import send_all, system_poll

_TOGETHER = 65536  # bytes of a body that its head goes out with: a larger one is not copied for that
_NO_DELAY = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]


class NotReached(Exception):
    """There is no connection; why is its cause."""


class NotTaken(TimeoutError):
    """The server has not read the request in time."""


class Patience(NamedTuple):
    """How long a call waits for a connection, and for each sign of life of its server, in seconds."""

    connect_s: float
    read_s: float


class _Lines:
    """What the lines of a response's head are read from; `last` is the last one, empty at the end of the connection."""

    def __init__(self, reads: Any) -> None:
        self._reads = reads
        self.close = reads.close
        self.last = b"\r\n"

    def readline(self, limit: int) -> bytes:
        self.last = self._reads.readline(limit)
        return self.last


class _Response(http.client.HTTPResponse):
    """A response whose head must have its end.

    Its parent takes a head that was cut off for one without further headers, where the body ends with the connection:
    an empty answer that looks whole.
    """

    fp: Any

    def begin(self) -> None:
        """As it says; RemoteDisconnected when the head is cut off."""
        reads = self.fp
        self.fp = lines = _Lines(reads)
        try:
            super().begin()
        finally:
            if self.fp is lines:
                self.fp = reads
        if not lines.last:
            self.close()
            raise http.client.RemoteDisconnected("the connection ended in the head of the answer")


class _Connection(http.client.HTTPConnection):
    """A connection that tells its call which socket it waits on."""

    response_class = _Response
    call: Call
    patience: Patience
    _in_pieces = False
    _held: bytes | None = None  # the head, until the body comes that goes with it
    _holds = False

    def begin(self, call: Call, patience: Patience) -> None:
        """Work for that call from here on."""
        self.call, self.patience = call, patience
        if self.sock is not None:
            call.hold_socket(self.sock)

    def connect(self) -> None:
        """As it says; NotReached."""
        try:
            self.sock = connect(self.host, self.port, self.patience.connect_s, _NO_DELAY, self.call)
        except (OSError, UnicodeError) as err:
            raise NotReached from err
        self.sock.settimeout(self._sending_s)

    def request(self, *args: Any, **kwargs: Any) -> None:
        """As it says; once more on a new connection when a kept one turns out closed before the body was sent.

        Only then is it certain that the server has not begun to answer: it lacks the body. When all was sent and the
        connection dies without an answer nobody knows, and nothing is repeated. Pieces that come but once never are.
        """
        kept = self.sock is not None
        body = kwargs.get("body")
        self._in_pieces = isinstance(body, Iterator)
        self._holds, self._held = isinstance(body, bytes) and 0 < len(body) <= _TOGETHER, None
        holds = self._holds
        if kept:
            self.sock.settimeout(self._sending_s)
        try:
            super().request(*args, **kwargs)
        except (BrokenPipeError, ConnectionResetError):
            if not kept or self._in_pieces:
                raise
            self.close()
            self._holds, self._held = holds, None
            super().request(*args, **kwargs)

    def answer(self) -> http.client.HTTPResponse:
        """Wait for the head of the answer."""
        if self.sock is not None:
            self.sock.settimeout(self.patience.read_s)
        return self.getresponse()

    @property
    def is_connected(self) -> bool:
        """Whether a kept connection is still one: a server that has closed it has said so, and others say nothing."""
        if self.sock is None:
            return False
        poll = system_poll()
        poll.register(self.sock.fileno(), select.POLLIN)
        return not poll.poll(0)

    def send(self, data: Any) -> None:
        """As it says; but a head goes out together with its body: its server is woken once and not twice."""
        if self._holds:
            self._holds, self._held = False, data
            return
        if self._held is None:
            super().send(data)
            return
        self._held, data = None, self._held + data
        if self.sock is None:
            self.connect()
        send_all(self.sock, data)

    @property
    def _sending_s(self) -> float:
        """How long a server may take to read: what comes in pieces, as long as it may take to answer."""
        return self.patience.read_s if self._in_pieces else self.patience.connect_s


class _TlsConnection(_Connection):
    default_port = 443

    def __init__(self, host: str, port: int, context: ssl.SSLContext) -> None:
        super().__init__(host, port)
        self._context = context

    def connect(self) -> None:
        """As its parent."""
        super().connect()
        plain = self.sock
        try:
            self.sock = self._context.wrap_socket(plain, server_hostname=self.host)
        except (OSError, ValueError) as err:
            plain.close()
            raise NotReached from err


class Connections:
    """At most `keep` idle connections to the server of an address, and what is sent over them. Threads share it.

    `verify` is the CA bundle, a file or a folder, that an https server is checked against; True means the usual
    authorities.
    """

    def __init__(self, base_url: str, *, keep: int, verify: bool | str) -> None:
        self._address = urlsplit(base_url)
        self._keep = keep
        self._verify = verify
        self._idle: list[_Connection] = []  # the last one used is the first one used again
        self._closed = False

    def send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: Iterable[bytes] | bytes | None,
        call: Call,
        patience: Patience,
    ) -> Body:
        """The answer, once its head is here. NotReached, NotTaken, OSError, HTTPException."""
        connection = self._taken()
        try:
            connection.begin(call, patience)
            try:
                connection.request(method, path, body=body, headers=headers)
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

    def _taken(self) -> _Connection:
        while self._idle:
            with suppress(IndexError):  # another thread took the last one
                connection = self._idle.pop()
                if connection.is_connected:
                    return connection
                connection.close()
        host, port = str(self._address.hostname), self._address.port  # without a port, ::1 would be read as one of 1
        if self._address.scheme == "https":
            return _TlsConnection(host, port or _TlsConnection.default_port, self._context)
        return _Connection(host, port or _Connection.default_port)

    def _give_back(self, connection: Any) -> None:
        # before another call can have it: an abort that comes late must not break that one
        connection.call.let_go()
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
