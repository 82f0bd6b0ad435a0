"""Reading an answer as it comes, and knowing when nothing does.

A socket's timeout ends the response that is read from it: what the parser above it has half read is lost. So a wait
between two pieces, where nothing is half read, is broken here, and every other wait goes on as long as it may.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from time import monotonic
from typing import Any

from ragproxy.offload import has_greenlets

_READ = 1  # libev's event: there is something to read


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

    def close(self) -> None:
        """As its parent; nothing waits for anything after it."""
        self.rest()
        super().close()

    def rest(self) -> None:
        """Listen no longer."""

    def _wait_at_most(self, seconds: float) -> None:
        self._sock.settimeout(min(seconds, self.patience_s))


class _GreenEar(_Ear):
    """An ear of a greenlet, woken by one timer that is seldom set: when it goes off, it is told from when on to count.

    A timeout of a greenlet's socket would be a timer for every read, a seventh of all that a stream costs. And where
    nothing was left by the last read, it waits before the next: to be told by the system that it must, costs more.
    """

    def listen(self, pulse_s: float, patience_s: float) -> None:
        """As its parent."""
        from gevent import get_hub, getcurrent

        self.pulse_s, self.patience_s, self.between = pulse_s, patience_s, False
        self._sock.settimeout(None)
        self._hub = get_hub()
        self._loop, self._current = self._hub.loop, getcurrent
        # what TLS has unpacked already, the system does not tell of
        is_plain = not isinstance(self._sock, ssl.SSLSocket)
        self._readable: Any = self._loop.io(self._sock.fileno(), _READ) if is_plain else None
        self._is_drained = False
        self._reader: Any = None  # the greenlet that waits now
        self._is_silent, self._silent_at, self._told_at = False, 0.0, 0.0
        self._timer: Any = None
        self._look_in(pulse_s)

    def readinto(self, buffer: Any) -> int:
        """As its parent."""
        if not self._is_silent:
            self._is_silent = True
            self._silent_at = self._told_at = monotonic()
        self._reader = self._current()
        try:
            if self._is_drained and self._sock.gettimeout() is None:
                self._hub.wait(self._readable)
            read: int = self._sock.recv_into(buffer)
        finally:
            self._reader = None
        self._is_silent = False
        self._is_drained = self._readable is not None and read < len(buffer)
        return read

    def rest(self) -> None:
        """As its parent."""
        self._timer.close()
        if self._readable is not None:
            self._readable.close()

    def _look(self) -> None:
        """Tell who waits, where it waits, that nothing has come for too long."""
        now, reader = monotonic(), self._reader
        told: Exception | None = None
        if reader is not None:
            if now >= self._silent_at + self.patience_s:
                told = TimeoutError("timed out")
            elif self.between and now >= self._told_at + self.pulse_s:
                self._told_at, told = now, Silence()
        if reader is None or now >= self._told_at + self.pulse_s:
            self._look_in(self.pulse_s)
        else:
            self._look_in(self._told_at + self.pulse_s - now)
        if told is not None:
            reader.throw(told)

    def _look_in(self, seconds: float) -> None:
        """At the latest when patience runs out, if it has begun to."""
        if self._timer is not None:
            self._timer.close()
        if self._reader is not None:
            seconds = min(seconds, max(0.0, self._silent_at + self.patience_s - monotonic()))
        self._timer = self._loop.timer(min(seconds, self.patience_s))
        self._timer.start(self._look)


class Listener:
    """Listens to the pieces of a response; each is waited for with `next_comes`, then read as always."""

    def __init__(self, response: http.client.HTTPResponse, *, pulse_s: float, patience_s: float) -> None:
        self._response: Any = response
        self._ear: _Ear | None = None
        raw = getattr(self._response.fp, "raw", None)
        if isinstance(raw, socket.SocketIO) and response.length != 0:  # else there is no body to wait for
            # it has been read from: another one would not know what is in the buffer
            raw.__class__ = _GreenEar if has_greenlets() else _Ear
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
