"""Reading an answer as it comes, and knowing when nothing does.

A socket's timeout ends the response that is read from it: what the parser above it has half read is lost. So a wait
between two pieces, where nothing is half read, is broken here, and every other wait goes on as long as it may.
"""

from __future__ import annotations

import http.client
import socket
from typing import Any


class Silence(Exception):
    """Nothing came for a while. Nothing is lost, and listening may go on."""


class _Ear(socket.SocketIO):
    """The bottom of a response's buffer: what is left of its patience, and how to wait.

    Its parent would never read again after a timeout.
    """

    _sock: Any
    pulse_s: float
    patience_s: float
    left_s: float
    between: bool

    def listen(self, pulse_s: float, patience_s: float) -> None:
        """Wait `pulse_s` at once from here on, and `patience_s` in all."""
        self.pulse_s, self.patience_s, self.left_s = pulse_s, patience_s, patience_s
        self.between = False
        self._wait_at_most(pulse_s)

    def readinto(self, buffer: Any) -> int:
        """As its parent; Silence when nothing comes between two pieces, TimeoutError when patience has run out."""
        while True:
            try:
                read: int = self._sock.recv_into(buffer)
            except TimeoutError:
                self.left_s -= self._sock.gettimeout() or self.left_s
                if self.left_s <= 0:
                    raise
                self._wait_at_most(min(self.pulse_s, self.left_s))
                if self.between:
                    raise Silence from None
            else:
                if self.left_s < self.patience_s:
                    self.left_s = self.patience_s
                    self._wait_at_most(self.pulse_s)
                return read

    def _wait_at_most(self, seconds: float) -> None:
        self._sock.settimeout(min(seconds, self.patience_s))


class Listener:
    """Listens to the pieces of a response; each is waited for with `next_comes`, then read as always."""

    def __init__(self, response: http.client.HTTPResponse, *, pulse_s: float, patience_s: float) -> None:
        self._response: Any = response
        self._ear: _Ear | None = None
        raw = getattr(self._response.fp, "raw", None)
        if isinstance(raw, socket.SocketIO) and response.length != 0:  # else there is no body to wait for
            raw.__class__ = _Ear  # it has been read from: another one would not know what is in the buffer
            assert isinstance(raw, _Ear)
            raw.listen(pulse_s, patience_s)
            self._ear = raw

    def next_comes(self) -> bool:
        """Wait for the next bytes or the end; False after `pulse_s` of silence. TimeoutError after `patience_s`."""
        buffer = self._response.fp  # None once all is read
        if self._ear is None or buffer is None:
            return True
        self._ear.between = True
        try:
            buffer.peek(1)
        except Silence:
            return False
        finally:
            self._ear.between = False
        return True
