"""What lies below requests: urllib3's connections and pools, made so that we know the socket in use."""

from __future__ import annotations

import http.client
import select
import socket
from collections.abc import Iterator
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from ragproxy.backends.call import Call, connect
from ragproxy.offload import system_poll

_TOGETHER = 65536  # bytes of a body that its head goes out with: a larger one is not copied for that


class Patience(urllib3.Timeout):
    """The timeouts of a call, and the call: the one per-call value that requests hands down as it is."""

    def __init__(self, call: Call, connect: Any, read: Any) -> None:
        super().__init__(connect=connect, read=read)
        self.call = call

    def clone(self) -> Patience:
        return Patience(self.call, self._connect, self._read)


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


class _Connection(HTTPConnection):
    """A connection that tells its call which socket it waits on."""

    response_class = _Response
    call: Call
    read_timeout_s: float | None = None
    _in_pieces = False
    _held: bytes | None = None  # the head, until the body comes that goes with it
    _holds = False

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
        try:
            super().request(*args, **kwargs)
        except (BrokenPipeError, ConnectionResetError):
            if not kept or self._in_pieces:
                raise
            self.close()
            self._holds, self._held = holds, None
            super().request(*args, **kwargs)

    @property
    def is_connected(self) -> bool:
        """As it says; it is asked before each call."""
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
        if self._held is not None:
            self._held, data = None, self._held + data
        super().send(data)

    def endheaders(self, *args: Any, **kwargs: Any) -> None:
        """As it says; from there on a server may take its time to read what comes in pieces, as it may to answer."""
        super().endheaders(*args, **kwargs)
        if self._in_pieces and self.sock is not None:
            self.sock.settimeout(self.read_timeout_s)

    def _new_conn(self) -> socket.socket:
        try:
            return connect(self._dns_host, self.port, self.timeout, self.socket_options or (), self.call)
        except TimeoutError as err:
            raise ConnectTimeoutError(self, "timed out") from err
        except (OSError, UnicodeError) as err:
            raise NewConnectionError(self, "no connection") from err


class _TlsConnection(_Connection, HTTPSConnection):
    pass


class _Lending(HTTPConnectionPool):
    """A pool that tells a connection for which call it works, until the call has read its answer."""

    def _make_request(self, conn: Any, *args: Any, **kwargs: Any) -> Any:
        conn.call, conn.read_timeout_s = kwargs["timeout"].call, kwargs["timeout"].read_timeout
        if conn.sock is not None:
            conn.call.hold_socket(conn.sock)
        return super()._make_request(conn, *args, **kwargs)

    def _put_conn(self, conn: Any) -> None:
        # before another call can have it: an abort that comes late must not break that one
        if conn is not None:
            conn.call.let_go()
        super()._put_conn(conn)


class _Pool(_Lending):
    ConnectionCls = _Connection


class _TlsPool(_Lending, HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class Adapter(HTTPAdapter):
    """An adapter of one server: what requests works out anew for each call is worked out once, or left out.

    That saves a fifth of a call: the search for proxies, for the pool, for cookies.
    """

    _pool: Any = None

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        if self._pool is None:
            self._pool = super().get_connection_with_tls_context(*args, **kwargs)
        return self._pool

    def close(self) -> None:
        super().close()
        if self._pool is not None:
            self._pool.close()

    def request_url(self, request: requests.PreparedRequest, proxies: Any) -> str:
        return request.path_url

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        response = requests.Response()
        response.raw = resp
        return response
