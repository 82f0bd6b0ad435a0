"""HTTP to one upstream server. Every wait in here ends within milliseconds when another thread says so.

Nothing is sent twice but what certainly never arrived (see connections.py): a repeated completion costs money,
and clients repeat by themselves what we call unavailable.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Protocol
from urllib.parse import urlsplit

import requests

from ragproxy import __version__
from ragproxy.backends.bodies import Body
from ragproxy.backends.call import Call
from ragproxy.backends.connections import Connections, NotReached, NotTaken, Patience
from ragproxy.backends.parsing import CutOff, Malformed
from ragproxy.domain import Cancel
from ragproxy.errors import UpstreamBroken, UpstreamError, UpstreamTimeout, UpstreamUnavailable, UpstreamUnreachable
from ragproxy.tracing import UNTRACED, Tracing

LARGEST_ANSWER = 64 << 20  # bytes; of one that is read whole
_NETWORK = (NotReached, Malformed, OSError)


class Reply:
    """An answer whose status and headers are here, and whose body is read once, whole or as it comes."""

    def __init__(self, body: Body, call: Call, host: str) -> None:
        self.status = body.status
        self.headers: Mapping[str, str] = body.headers  # their names in lower case
        self._body = body
        self._call = call
        self._host = host

    @property
    def media_type(self) -> str:
        """`application/json`, say: lower case, without parameters; empty when the server gave none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def read(self) -> bytes:
        """The whole body. UpstreamTimeout, or UpstreamBroken when it is cut or larger than LARGEST_ANSWER."""
        with self._reading():
            body = self._body.read(LARGEST_ANSWER + 1)
        if len(body) > LARGEST_ANSWER:
            raise UpstreamBroken(f"The upstream {self._host} answered with more than {LARGEST_ANSWER >> 20} MiB")
        return body

    def read_error(self) -> bytes:
        """The body of a refusal, empty when it is cut off: its status counts all the same."""
        try:
            return self.read()
        except UpstreamError:
            return b""

    def pieces(self, pulse_s: float = 0.0) -> Iterator[bytes]:
        """The body as it arrives, never waiting to fill a buffer. UpstreamTimeout, UpstreamBroken when it is cut.

        With `pulse_s`, an empty piece after each so many seconds of silence.
        """
        with self._reading():
            yield from self._body.pieces(pulse_s)

    def finish(self, wait_s: float = 0.1) -> None:
        """Read the end of a stream that has said all it had to, so that its connection serves the next call.

        A server that keeps it open longer than `wait_s` loses its connection.
        """
        with suppress(*_NETWORK):
            self._body.finish(wait_s)

    def close(self) -> None:
        """Give the connection back when all was read, else close it: the rest is not waited for."""
        with suppress(*_NETWORK):
            self._body.close()
        self._call.let_go()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except _NETWORK as err:
            if isinstance(err, TimeoutError) and not self._call.aborted:
                raise UpstreamTimeout(f"The upstream {self._host} fell silent in the middle of its answer") from err
            raise _broken(self._host, self._call) from err
        if self._call.aborted:  # without a length, an aborted answer looks like a whole one
            raise _broken(self._host, self._call)


class Channel(Protocol):
    """Where a model sends its bodies: a server, or a part of one."""

    @property
    def host(self) -> str:
        """The server's name and port, for messages."""
        ...

    def post(
        self,
        path: str,
        body: bytes,
        cancel: Cancel,
        *,
        stream: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> AbstractContextManager[Reply]:
        """As `Http.post`."""
        ...

    def request(
        self,
        method: str,
        path: str,
        cancel: Cancel,
        *,
        headers: Mapping[str, str],
        body: Iterable[bytes] | None = None,
    ) -> AbstractContextManager[Reply]:
        """As `Http.request`."""
        ...


class Http:
    """One server and the connections kept open to it. Threads share it; make it before or after a fork.

    `headers` go with every request, and are never logged. `verify` is the CA bundle that https servers are checked
    against; True means the usual authorities.
    """

    def __init__(
        self,
        base_url: str,
        key: str | None,
        *,
        connect_timeout_s: float,
        read_timeout_s: float,
        pool: int = 64,
        headers: Mapping[str, str] | None = None,
        verify: bool | str = True,
    ) -> None:
        self.host = urlsplit(base_url).netloc.rpartition("@")[2]
        address = requests.Request("GET", base_url.rstrip("/")).prepare()  # as browsers would: its name, its password
        self._path = address.path_url.rstrip("/")
        self._patience = Patience(connect_timeout_s, read_timeout_s)
        self._connections = Connections(str(address.url), keep=pool, verify=verify)
        self._headers = {"User-Agent": f"ragproxy/{__version__}", "Accept-Encoding": "identity"}
        self._headers |= {**(headers or {}), **address.headers}
        if key and "Authorization" not in self._headers:
            self._headers["Authorization"] = f"Bearer {key}"
        self.tracing: Tracing | None = None

    def post(
        self,
        path: str,
        body: bytes,
        cancel: Cancel,
        *,
        stream: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> AbstractContextManager[Reply]:
        """Send JSON, or what `headers` say it is; the block has the reply, whatever its status.

        Redirects are not followed. Leaving the block closes the exchange at once, read or not. UpstreamUnavailable,
        UpstreamTimeout; UpstreamBroken when `cancel` ended it.
        """
        said = {"Content-Type": "application/json", "Accept": "text/event-stream" if stream else "application/json"}
        return self._exchange("POST", path, {**said, **(headers or {})}, body, cancel)

    def get(self, path: str, cancel: Cancel) -> AbstractContextManager[Reply]:
        """As `post`, without a body."""
        return self._exchange("GET", path, {"Accept": "application/json"}, None, cancel)

    def request(
        self,
        method: str,
        path: str,
        cancel: Cancel,
        *,
        headers: Mapping[str, str],
        body: Iterable[bytes] | None = None,
    ) -> AbstractContextManager[Reply]:
        """As `post`, by any method, the body in pieces that are sent as they come: what raises in them ends the call.

        Without a Content-Length in `headers` it goes out in chunks.
        """
        return self._exchange(method, path, dict(headers), body, cancel)

    def close(self) -> None:
        """Close the connections that no call is using."""
        self._connections.close()

    @contextmanager
    def _exchange(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        body: Iterable[bytes] | bytes | None,
        cancel: Cancel,
    ) -> Iterator[Reply]:
        call = Call()
        traced = UNTRACED if self.tracing is None else self.tracing.call(method, path, self.host, headers)
        with traced as span, cancel.breaking(call.abort):
            try:
                reply = Reply(self._send(method, path, headers, body, call), call, self.host)
            except BaseException:
                call.let_go()
                raise
            if span is not None:
                span.note("http.response.status_code", reply.status)
            try:
                yield reply
            finally:
                reply.close()

    def _send(
        self, method: str, path: str, headers: dict[str, str], body: Iterable[bytes] | bytes | None, call: Call
    ) -> Body:
        sent = {**self._headers, **headers}
        try:
            return self._connections.send(method, self._path + path, sent, body, call, self._patience)
        except _NETWORK as err:
            if call.aborted:
                raise _broken(self.host, call) from err
            if isinstance(err, NotReached) and _caused(err, TimeoutError):
                raise UpstreamUnreachable(f"The upstream {self.host} could not be reached in time") from err
            if isinstance(err, NotTaken):
                raise UpstreamTimeout(f"The upstream {self.host} did not take the request in time") from err
            if isinstance(err, TimeoutError):
                raise UpstreamTimeout(f"The upstream {self.host} did not answer in time") from err
            raise UpstreamUnavailable(f"The upstream {self.host} {_reason(err)}") from err


def _broken(host: str, call: Call) -> UpstreamBroken:
    if call.aborted:
        return UpstreamBroken(f"The call to the upstream {host} was given up")
    return UpstreamBroken(f"The upstream {host} broke off in the middle of its answer")


def _caused(err: BaseException | None, kind: type[BaseException]) -> bool:
    while err is not None:
        if isinstance(err, kind):
            return True
        err = err.__cause__ or err.__context__
    return False


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
        if isinstance(err, Malformed) and not isinstance(err, CutOff):
            return "does not answer as HTTP servers do"
        err = err.__cause__ or err.__context__
    return "closed the connection without an answer"
