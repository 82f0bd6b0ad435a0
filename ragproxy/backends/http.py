"""HTTP to one upstream server. Every wait in here ends within milliseconds when another thread says so.

Nothing is sent twice but what certainly never arrived (see `_Connection.request`): a repeated completion costs money,
and clients repeat by themselves what we call unavailable.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from copy import copy
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError

from ragproxy import __version__
from ragproxy.backends.call import Call, connect
from ragproxy.domain import Cancel
from ragproxy.errors import UpstreamBroken, UpstreamError, UpstreamTimeout, UpstreamUnavailable

LARGEST_ANSWER = 64 << 20  # bytes; of one that is read whole
_READ = 65536  # bytes
_NETWORK = (requests.RequestException, HTTPError, http.client.HTTPException, OSError)


class Reply:
    """An answer whose status and headers are here, and whose body is read once, whole or as it comes."""

    def __init__(self, response: requests.Response, call: Call, host: str) -> None:
        self._response = response
        self._raw: urllib3.HTTPResponse = response.raw
        self.status = self._raw.status
        self.headers: Mapping[str, str] = self._raw.headers
        self._call = call
        self._host = host
        self._pieces: Iterator[bytes] = iter(())

    @property
    def media_type(self) -> str:
        """`application/json`, say: lower case, without parameters; empty when the server gave none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def read(self) -> bytes:
        """The whole body. UpstreamTimeout, or UpstreamBroken when it is cut or larger than LARGEST_ANSWER."""
        with self._reading():
            body = self._raw.read(LARGEST_ANSWER + 1, decode_content=True)
        if len(body) > LARGEST_ANSWER:
            raise UpstreamBroken(f"The upstream {self._host} answered with more than {LARGEST_ANSWER >> 20} MiB")
        return body

    def pieces(self) -> Iterator[bytes]:
        """The body as it arrives, never waiting to fill a buffer. UpstreamTimeout, UpstreamBroken when it is cut."""
        self._pieces = self._arriving()
        return self._pieces

    def finish(self, wait_s: float = 0.1) -> None:
        """Read the end of a stream that has said all it had to, so that its connection serves the next call.

        A server that keeps it open longer than `wait_s` loses its connection.
        """
        connection = self._raw.connection
        if connection is not None and connection.sock is not None:
            with suppress(UpstreamError, OSError):
                connection.sock.settimeout(wait_s)
                next(self._pieces, None)

    def close(self) -> None:
        """Give the connection back when all was read, else close it: the rest is not waited for."""
        with suppress(*_NETWORK):
            self._response.close()
        self._call.let_go()

    def _arriving(self) -> Iterator[bytes]:
        with self._reading():
            if self._raw.chunked:
                yield from self._raw.stream(None, decode_content=True)
            else:  # here `stream` would wait for the end
                while piece := self._raw.read1(_READ, decode_content=True):
                    yield piece

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except _NETWORK as err:
            if isinstance(err, ReadTimeoutError) and not self._call.aborted:
                raise UpstreamTimeout(f"The upstream {self._host} fell silent in the middle of its answer") from err
            raise _broken(self._host, self._call) from err
        if self._call.aborted:  # without a length, an aborted answer looks like a whole one
            raise _broken(self._host, self._call)


class Http:
    """One server and the connections kept open to it. Threads share it; make it before or after a fork.

    `verify` is the CA bundle that https servers are checked against; True means the usual authorities.
    """

    def __init__(
        self,
        base_url: str,
        key: str | None,
        *,
        connect_timeout_s: float,
        read_timeout_s: float,
        pool: int = 64,
        verify: bool | str = True,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self.host = urlsplit(base_url).netloc.rpartition("@")[2]
        self._timeouts_s = connect_timeout_s, read_timeout_s
        self._verify = verify
        self._session = requests.Session()
        self._session.trust_env = False  # reading .netrc for every call costs more than the call's JSON
        adapter = _Adapter(pool_connections=1, pool_maxsize=pool, max_retries=0)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)
        self._session.headers.clear()
        self._session.headers.update({"User-Agent": f"ragproxy/{__version__}", "Accept-Encoding": "identity"})
        if key:
            self._session.headers["Authorization"] = f"Bearer {key}"
        self._templates: dict[tuple[str, str], requests.PreparedRequest] = {}

    @contextmanager
    def post(self, path: str, body: bytes, cancel: Cancel, *, stream: bool = False) -> Iterator[Reply]:
        """Send JSON; the block has the reply, whatever its status. Redirects are not followed.

        Leaving the block closes the exchange at once, read or not. UpstreamUnavailable, UpstreamTimeout; UpstreamBroken
        when `cancel` ended it.
        """
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        headers["Accept"] = "text/event-stream" if stream else "application/json"
        with self._exchange("POST", path, headers, body, cancel) as reply:
            yield reply

    @contextmanager
    def get(self, path: str, cancel: Cancel) -> Iterator[Reply]:
        """As `post`, without a body."""
        with self._exchange("GET", path, {"Accept": "application/json"}, None, cancel) as reply:
            yield reply

    def close(self) -> None:
        """Close the connections that no call is using."""
        self._session.close()

    @contextmanager
    def _exchange(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None, cancel: Cancel
    ) -> Iterator[Reply]:
        call = Call()
        with cancel.breaking(call.abort):
            try:
                reply = Reply(self._send(self._prepared(method, path, headers, body), call), call, self.host)
            except BaseException:
                call.let_go()
                raise
            try:
                yield reply
            finally:
                reply.close()

    def _prepared(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None
    ) -> requests.PreparedRequest:
        template = self._templates.get((method, path))
        if template is None:
            template = self._session.prepare_request(requests.Request(method, self._base_url + path))
            self._templates[method, path] = template
        prepared = copy(template)
        prepared.headers = {**template.headers, **headers}  # type: ignore[assignment]
        prepared.body = body
        return prepared

    def _send(self, prepared: requests.PreparedRequest, call: Call) -> requests.Response:
        patience = _Patience(call, *self._timeouts_s)
        try:
            adapter = self._session.get_adapter(str(prepared.url))
            return adapter.send(prepared, stream=True, timeout=patience, verify=self._verify)  # type: ignore[arg-type]
        except _NETWORK as err:
            if call.aborted:
                raise _broken(self.host, call) from err
            if isinstance(err, requests.ConnectTimeout):
                raise UpstreamTimeout(f"The upstream {self.host} could not be reached in time") from err
            if isinstance(err, requests.ReadTimeout):
                raise UpstreamTimeout(f"The upstream {self.host} did not answer in time") from err
            raise UpstreamUnavailable(f"The upstream {self.host} {_reason(err)}") from err


# ---- below requests: urllib3, so that we know the socket in use ---------------------------------


class _Patience(urllib3.Timeout):
    """The timeouts of a call, and the call: the one per-call value that requests hands down as it is."""

    def __init__(self, call: Call, connect: Any, read: Any) -> None:
        super().__init__(connect=connect, read=read)
        self.call = call

    def clone(self) -> _Patience:
        return _Patience(self.call, self._connect, self._read)


class _Connection(HTTPConnection):
    """A connection that tells its call which socket it waits on."""

    call: Call

    def request(self, *args: Any, **kwargs: Any) -> None:
        """As it says; once more on a new connection when a kept one turns out closed before the body was sent.

        Only then is it certain that the server has not begun to answer: it lacks the body. When all was sent and the
        connection dies without an answer nobody knows, and nothing is repeated.
        """
        kept = self.sock is not None
        try:
            super().request(*args, **kwargs)
        except (BrokenPipeError, ConnectionResetError):
            if not kept:
                raise
            self.close()
            super().request(*args, **kwargs)

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
        conn.call = kwargs["timeout"].call
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


class _Adapter(HTTPAdapter):
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


def _broken(host: str, call: Call) -> UpstreamBroken:
    if call.aborted:
        return UpstreamBroken(f"The call to the upstream {host} was given up")
    return UpstreamBroken(f"The upstream {host} broke off in the middle of its answer")


def _reason(err: BaseException | None) -> str:
    """Why a server gave no answer, for its operator, without the address or anything that was sent."""
    while err is not None:
        if isinstance(err, socket.gaierror):
            return "cannot be found: its name does not resolve"
        if isinstance(err, ssl.SSLCertVerificationError):
            return "has a certificate that cannot be trusted"
        if isinstance(err, ssl.SSLError):
            return "does not speak TLS as we do"
        if isinstance(err, ConnectionRefusedError):
            return "refuses connections"
        err = err.__cause__ or err.__context__
    return "closed the connection without an answer"
