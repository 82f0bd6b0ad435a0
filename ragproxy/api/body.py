"""Request bodies: read within bounds, and read away when nobody wanted them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from flask import Request
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import ClientDisconnected

from ragproxy.errors import InvalidRequest
from ragproxy.offload import give_way

SILENCE_S = 60.0  # a sender who stands still for so long gives its thread back
LINGER_BYTES = 256 << 20
LINGER_S = 10.0

_READ = "ragproxy.read"  # in the environ: the body has been read to its end
_UNFRAMED = "The request body is not framed as its 'Transfer-Encoding' says"


def read(request: Request) -> bytes:
    """The whole body. InvalidRequest when its chunks are malformed; werkzeug's 413 over the limit, 400 when cut off."""
    with _patience(request.environ, SILENCE_S):
        try:
            body = _whole(request)
        except ParseException as err:
            raise InvalidRequest(_UNFRAMED) from err
    request.environ[_READ] = True
    return body


def _whole(request: Request) -> bytes:
    length, most = request.content_length, request.max_content_length
    if length is not None and (most is None or length <= most):
        body: bytes = request.environ["wsgi.input"].read(length)  # without the layers that watch for more
        if len(body) < length:
            raise ClientDisconnected
        return body
    body = request.get_data(cache=False)
    if length is None:
        # werkzeug cuts a body in chunks at the limit without a word; the read after that raises its 413
        request.stream.read(1)
    return body


def pieces(request: Request, size: int = 1 << 18) -> Iterator[bytes]:
    """The body, `size` bytes at a time. Errors as of `read`, and werkzeug's 413 when it goes on beyond the limit."""
    with _patience(request.environ, SILENCE_S):
        try:
            while piece := request.stream.read(size):
                yield piece
                give_way()
        except ParseException as err:
            raise InvalidRequest(_UNFRAMED) from err


def discard(environ: Mapping[str, Any]) -> None:
    """Read away what the client is still sending, within bounds; nothing when all has been read.

    A connection closed on unread bytes is reset, and the reset swallows the answer.
    """
    left, until = LINGER_BYTES, time.monotonic() + LINGER_S
    if _READ in environ:
        return
    with suppress(OSError, ParseException):
        while left > 0 and (wait_s := until - time.monotonic()) > 0:
            with _patience(environ, wait_s):
                piece = environ["wsgi.input"].read(min(1 << 16, left))
            if not piece:
                return
            left -= len(piece)


def is_announced(environ: Mapping[str, Any]) -> bool:
    """Whether the request says that it has a body."""
    return environ.get("CONTENT_LENGTH", "") not in ("", "0") or "HTTP_TRANSFER_ENCODING" in environ


@contextmanager
def _patience(environ: Mapping[str, Any], seconds: float) -> Iterator[None]:
    """Bound the wait for the client's next bytes, where the server shows its socket."""
    client = environ.get("gunicorn.socket")
    if client is None or client.fileno() < 0:
        yield
        return
    before = client.gettimeout()
    client.settimeout(seconds)
    try:
        yield
    finally:
        client.settimeout(before)
