"""An HTTP answer made of bytes as they come, wherever they come from. llhttp parses, by way of httptools."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

_BARREN = 1 << 18  # bytes: the most that a head may have, or what stands between two pieces of a body


class Malformed(Exception):
    """What came is no HTTP answer, or not all of one."""


class CutOff(Malformed):
    """The connection ended before the answer did."""


class Parser:
    """One answer: `feed` it what comes, `take` what of the body is there; `failure` makes what tells why no more comes.

    `headers` have their names in lower case. `is_kept` says whether the connection may serve another call after it.
    Whoever wants no more of it, closes it: httptools and we hold each other, and so we would stay until somebody
    looks for such pairs, with all that belongs to the request. For that reason too an error is made by who raises it.
    """

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.has_head = self.is_whole = self.is_kept = False
        self.failure: Callable[[], Malformed] | None = None
        self._until_end = False  # of the connection goes the body
        self._pieces: list[bytes] = []
        self._barren = 0
        self._parser: Any = HttpResponseParser(self)
        self._parser.set_dangerous_leniencies(  # what servers have always been forgiven
            lenient_chunked_length=True, lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True
        )

    def feed(self, data: bytes) -> None:
        """What has come next; nothing is the end of the connection."""
        if not data:
            self._end()
            return
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as err:
            self._fail(partial(Malformed, str(err)))
        if self._pieces or self.is_whole:
            self._barren = 0
        else:
            self._barren += len(data)
            if self._barren > _BARREN:
                self._fail(partial(Malformed, "more headers than anybody needs"))

    def take(self) -> bytes:
        """What has come of the body since this was asked last."""
        pieces = self._pieces
        if not pieces:
            return b""
        taken = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        pieces.clear()
        return taken

    def close(self) -> None:
        """Nothing is fed to it any more."""
        self._parser = None

    def _end(self) -> None:
        self.is_kept = False
        if self._until_end:
            self.is_whole = True
        else:
            self._fail(partial(CutOff, "the connection ended in the middle of the answer"))

    def _fail(self, failure: Callable[[], Malformed]) -> None:
        self.is_kept = False
        if not self.is_whole:
            self.failure = failure

    # ---- what httptools calls ----

    def on_message_begin(self) -> None:
        """A second answer, which nobody has asked for, would be taken for that to the next call."""
        if self.is_whole:
            self.is_kept = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header; or a trailer, which nobody reads."""
        if self.has_head:
            return
        key, said = name.decode("latin-1").lower(), value.decode("latin-1").strip()
        before = self.headers.get(key)
        self.headers[key] = said if before is None else f"{before}, {said}"

    def on_headers_complete(self) -> None:
        """All the headers, of an answer or of a notice that one will come."""
        if self.has_head:  # of that second one
            return
        self.status = self._parser.get_status_code()
        if self.status < 200:
            self.headers.clear()
            return
        self.has_head = True
        is_chunked = "chunked" in self.headers.get("transfer-encoding", "").lower()
        has_length = "content-length" in self.headers
        self._until_end = not (is_chunked or has_length)
        # who says both may have meant the other one (RFC 9112, section 6.3)
        self.is_kept = self._parser.should_keep_alive() and not (is_chunked and has_length)

    def on_body(self, piece: bytes) -> None:
        """What has come of the body, without its framing."""
        if not self.is_whole:
            self._pieces.append(piece)

    def on_message_complete(self) -> None:
        """The end, of an answer or of a notice."""
        self.is_whole = self.has_head
