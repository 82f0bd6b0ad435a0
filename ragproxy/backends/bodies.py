"""The body of an answer, as it comes off its connection."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ragproxy.backends.listening import READ, Ear, listen
from ragproxy.backends.parsing import Malformed, Parser

if TYPE_CHECKING:
    from ragproxy.backends.connections import Connection

_ZLIB_OR_GZIP = zlib.MAX_WBITS | 32


class Body:
    """Read once, whole or in pieces. When it was read to its end its connection is given back; else `close` closes it.

    What a server packs although it was asked not to is unpacked.
    """

    def __init__(self, parser: Parser, connection: Connection, give_back: Callable[[Any], None]) -> None:
        self.status, self.headers = parser.status, parser.headers
        self._parser = parser
        self._connection = connection
        self._give_back = give_back
        self._is_settled = False
        self._ear: Ear | None = None

    def read(self, most: int) -> bytes:
        """All of it, up to so many bytes. Malformed when it is cut, OSError."""
        pieces, size = [], 0
        for piece in self.pieces():
            pieces.append(piece)
            size += len(piece)
            if size >= most:
                break
        return b"".join(pieces)[:most]

    def pieces(self, pulse_s: float = 0.0) -> Iterator[bytes]:
        """As they arrive. Malformed when it is cut, TimeoutError, OSError.

        With `pulse_s`, an empty piece after each so many seconds of silence; without, none is empty.
        """
        packing = self.headers.get("content-encoding", "identity").lower()
        pieces = self._pieces(pulse_s)
        return pieces if packing == "identity" else _unpacked(pieces, packing)

    def finish(self, wait_s: float) -> None:
        """Read what is left, if it comes within `wait_s` and at once. TimeoutError, OSError."""
        if not self._parser.is_whole and not self._is_settled:
            self._connection.sock.settimeout(wait_s)
            self._parser.feed(self._connection.sock.recv(READ))
        self._settle()

    def close(self) -> None:
        """Give the connection back when all was read, else close it: the rest is not waited for."""
        self._settle()
        if not self._is_settled:
            self._is_settled = True
            self._rest()
            self._connection.close()

    def _pieces(self, pulse_s: float) -> Iterator[bytes]:
        parser = self._parser
        while True:
            if piece := parser.take():
                yield piece
            if parser.is_whole:
                self._settle()
                return
            if parser.failure is not None:
                raise parser.failure()
            if self._ear is None:
                self._ear = listen(self._connection.sock, pulse_s, self._connection.patience.read_s)
            data = self._ear.hear()
            if data is None:
                yield b""
            else:
                parser.feed(data)

    def _settle(self) -> None:
        if self._parser.is_whole and not self._is_settled:
            self._is_settled = True
            self._rest()
            if self._parser.is_kept:
                self._give_back(self._connection)
            else:
                self._connection.close()

    def _rest(self) -> None:
        self._parser.close()
        if self._ear is not None:
            self._ear.rest()


def _unpacked(pieces: Iterator[bytes], packing: str) -> Iterator[bytes]:
    """Malformed when it cannot be unpacked, or not to its end. Empty pieces are passed on."""
    if packing not in ("gzip", "x-gzip", "deflate"):
        raise Malformed(f"it is packed by {packing!r}, although nothing was to be")
    unpacks = None
    for piece in pieces:
        if not piece:
            yield piece
        comes = bool(piece)
        while comes:
            unpacks = unpacks or zlib.decompressobj(_ZLIB_OR_GZIP)
            try:
                unpacked = unpacks.decompress(piece, READ)
            except zlib.error as err:
                raise Malformed("it cannot be unpacked") from err
            if unpacked:
                yield unpacked
            piece = unpacks.unused_data if unpacks.eof else unpacks.unconsumed_tail
            comes = bool(piece) or len(unpacked) == READ
            if unpacks.eof:
                unpacks, comes = None, bool(piece)  # another may follow it
    if unpacks is not None:
        raise Malformed("what is packed is cut off")
