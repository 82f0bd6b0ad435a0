"""The body of an answer, as it comes off its connection."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from typing import Any

import urllib3
from urllib3.exceptions import HTTPError, ReadTimeoutError

_READ = 65536  # bytes
_LINE = 65536  # bytes: the longest of a chunk's size or a trailer
_TRAILERS = 100


class Body:
    """Read once, whole or in pieces. When it was read to its end its connection is given back; else `close` closes it.

    `headers` are the answer's, their names in lower case. What a server packs although it was asked not to is unpacked.
    """

    def __init__(
        self,
        answer: http.client.HTTPResponse,
        connection: http.client.HTTPConnection,
        give_back: Callable[[http.client.HTTPConnection], None],
    ) -> None:
        self.answer: Any = answer
        self.status = answer.status
        self.headers: dict[str, str] = {}
        for name, value in answer.headers.items():
            name, before = name.lower(), self.headers.get(name.lower())
            self.headers[name] = value if before is None else f"{before}, {value}"
        self.connection = connection
        self._give_back = give_back
        self._is_settled = False

    def read(self, most: int) -> bytes:
        """All of it, up to so many bytes. HTTPException when it is cut, OSError."""
        pieces, size = [], 0
        for piece in self.pieces():
            pieces.append(piece)
            size += len(piece)
            if size >= most:
                break
        return b"".join(pieces)[:most]

    def pieces(self) -> Iterator[bytes]:
        """As they arrive, none of them empty. HTTPException when it is cut, OSError."""
        if self._packed is not None:
            yield from self._unpacked(self._packed)
        elif self.answer.fp is not None:
            yield from self._chunks(self.answer.fp) if self.answer.chunked else self._reads(self.answer.fp)
            self.answer.close()
        self._settle()

    def close(self) -> None:
        """Give the connection back when all was read, else close it: the rest is not waited for."""
        self._settle()
        if not self._is_settled:
            self._is_settled = True
            self.connection.close()
            self.answer.close()

    def _settle(self) -> None:
        if not self._is_settled and self.answer.isclosed() and self.connection.sock is not None:
            self._is_settled = True
            self._give_back(self.connection)

    @cached_property
    def _packed(self) -> urllib3.HTTPResponse | None:
        """What unpacks it, if it is packed."""
        if self.headers.get("content-encoding", "identity").lower() == "identity":
            return None
        return urllib3.HTTPResponse(
            self.answer,
            headers=self.headers,
            status=self.status,
            preload_content=False,
            original_response=self.answer,
            enforce_content_length=True,
        )

    @staticmethod
    def _unpacked(packed: urllib3.HTTPResponse) -> Iterator[bytes]:
        try:
            if packed.chunked:
                yield from packed.stream(None, decode_content=True)
            else:  # where `stream` would wait for the end
                yield from iter(partial(packed.read1, _READ, decode_content=True), b"")
        except ReadTimeoutError as err:
            raise TimeoutError from err
        except HTTPError as err:
            raise http.client.HTTPException("what is packed is not whole") from err

    def _reads(self, reads: Any) -> Iterator[bytes]:
        left = self.answer.length  # None: until the connection ends
        while left is None or left > 0:
            piece = reads.read1(_READ if left is None else min(left, _READ))
            if not piece:
                if left:
                    raise http.client.IncompleteRead(b"", left)
                return
            if left is not None:
                left -= len(piece)
                if not left:
                    self.answer.close()  # so that nobody waits for more
            yield piece

    @staticmethod
    def _chunks(reads: Any) -> Iterator[bytes]:
        """Source: RFC 9112, section 7.1."""
        while left := _size(reads.readline(_LINE)):
            while left > 0:
                piece = reads.read1(min(left, _READ))
                if not piece:
                    raise http.client.IncompleteRead(b"", left)
                left -= len(piece)
                if (
                    not left and _line(reads).strip()
                ):  # read before the piece is given out: the next wait is between two
                    raise http.client.HTTPException("a chunk is longer than it said")
                yield piece
        for _ in range(_TRAILERS):
            if not _line(reads).strip():
                return
        raise http.client.HTTPException("more trailers than anybody needs")


def _line(reads: Any) -> bytes:
    """The next line with its end. IncompleteRead when the connection ends in it."""
    line: bytes = reads.readline(_LINE)
    if not line.endswith(b"\n"):
        raise http.client.IncompleteRead(line)
    return line


def _size(line: bytes) -> int:
    """The size that a chunk's first line says, before what else it may say."""
    try:
        size = int(line.partition(b";")[0] if b";" in line else line, 16)
    except ValueError as err:
        raise http.client.HTTPException("a chunk does not say its size") from err
    if size < 0:
        raise http.client.HTTPException("a chunk says a size below nothing")
    return size
