"""This server, asked by itself as a client would ask it: for work in the background, on behalf of who it is for.

What is asked so is validated, limited, answered and recorded as all else. Who asks is told by the environment of the
request, where no client can write: what comes over the wire is there under names that begin with `HTTP_`.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from ragproxy.domain import Caller, Cancel, Told
from ragproxy.wire.json import dumps

if TYPE_CHECKING:
    from flask import Flask

CALLER = "ragproxy.caller"
CANCEL = "ragproxy.cancel"
NOTE = "ragproxy.note"


class Inside:
    """A Door to the application; threads share it."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    @contextmanager
    def post(
        self, path: str, body: Mapping[str, Any], caller: Caller, *, cancel: Cancel, note: str | None = None
    ) -> Iterator[Told]:
        """As the port."""
        heads: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], *_: Any) -> Callable[[bytes], object]:
            heads.append((status, headers))
            return heads.append  # type: ignore[return-value]  # nobody writes that way

        pieces = self._app.wsgi_app(cast(Any, _environ(path, dumps(body), caller, cancel, note)), cast(Any, start))
        try:
            status, headers = heads[-1]
            yield Told(int(status[:3]), {name.lower(): value for name, value in headers}, iter(pieces))
        finally:
            close = getattr(pieces, "close", None)
            if close is not None:
                close()


def _environ(path: str, body: bytes, caller: Caller, cancel: Cancel, note: str | None) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_ADDR": None,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        CALLER: caller,
        CANCEL: cancel,
        NOTE: note,
    }
