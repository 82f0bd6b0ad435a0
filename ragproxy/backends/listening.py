"""Waiting for what comes to a socket, and knowing when nothing does."""

from __future__ import annotations

import ssl
from time import monotonic
from typing import Any, Protocol

from ragproxy.offload import has_greenlets

READ = 16384  # bytes at once; each read takes hold of so many, and gives back what did not come
_READABLE = 1  # libev's event: there is something to read


class Ear(Protocol):
    """What listens to one socket."""

    def hear(self) -> bytes | None:
        """The next bytes, none at the end of the connection; None after a pulse of silence.

        TimeoutError when patience has run out, OSError.
        """
        ...

    def rest(self) -> None:
        """Listen no longer."""
        ...


def listen(sock: Any, pulse_s: float, patience_s: float) -> Ear:
    """An ear to the socket: it is silent for `patience_s` at most, and tells every `pulse_s` of it; 0 is never."""
    if pulse_s and has_greenlets():
        return _GreenEar(sock, pulse_s, patience_s)
    return _Ear(sock, pulse_s or patience_s, patience_s)


class _Ear:
    """One that waits by the timeout of its socket."""

    def __init__(self, sock: Any, pulse_s: float, patience_s: float) -> None:
        self._sock = sock
        self._pulse_s, self._patience_s, self._left_s = min(pulse_s, patience_s), patience_s, patience_s
        sock.settimeout(self._pulse_s)

    def hear(self) -> bytes | None:
        """As Ear."""
        try:
            heard: bytes = self._sock.recv(READ)
        except TimeoutError:
            self._left_s -= self._sock.gettimeout() or self._left_s
            if self._left_s <= 0:
                raise
            self._sock.settimeout(min(self._pulse_s, self._left_s))
            return None
        if self._left_s < self._patience_s:
            self._left_s = self._patience_s
            self._sock.settimeout(self._pulse_s)
        return heard

    def rest(self) -> None:
        """As Ear."""


class _Silence(Exception):
    """Nothing came for a while."""


class _GreenEar:
    """An ear of a greenlet, woken by one timer that is seldom set: when it goes off, it is told from when on to count.

    A timeout of a greenlet's socket would be a timer for every read, a seventh of all that a stream costs. And where
    nothing was left by the last read, it waits before the next: to be told by the system that it must, costs more.
    """

    def __init__(self, sock: Any, pulse_s: float, patience_s: float) -> None:
        from gevent import get_hub, getcurrent

        self._sock = sock
        self._pulse_s, self._patience_s = pulse_s, patience_s
        sock.settimeout(None)
        self._hub = get_hub()
        self._loop, self._current = self._hub.loop, getcurrent
        # what TLS has unpacked already, the system does not tell of
        self._readable: Any = None if isinstance(sock, ssl.SSLSocket) else self._loop.io(sock.fileno(), _READABLE)
        self._is_drained = False
        self._reader: Any = None  # the greenlet that waits now
        self._is_silent, self._silent_at, self._told_at = False, 0.0, 0.0
        self._timer: Any = None
        self._look_in(pulse_s)

    def hear(self) -> bytes | None:
        """As Ear."""
        if not self._is_silent:
            self._is_silent = True
            self._silent_at = self._told_at = monotonic()
        self._reader = self._current()
        try:
            if self._is_drained:
                self._hub.wait(self._readable)
            heard: bytes = self._sock.recv(READ)
        except _Silence:
            return None
        finally:
            self._reader = None
        self._is_silent = False
        self._is_drained = self._readable is not None and len(heard) < READ
        return heard

    def rest(self) -> None:
        """As Ear."""
        self._timer.close()
        if self._readable is not None:
            self._readable.close()

    def _look(self) -> None:
        """Tell who waits, where it waits, that nothing has come for too long."""
        now, reader = monotonic(), self._reader
        told: Exception | None = None
        if reader is not None:
            if now >= self._silent_at + self._patience_s:
                told = TimeoutError("timed out")
            elif now >= self._told_at + self._pulse_s:
                self._told_at, told = now, _Silence()
        if reader is None or now >= self._told_at + self._pulse_s:
            self._look_in(self._pulse_s)
        else:
            self._look_in(self._told_at + self._pulse_s - now)
        if told is not None:
            reader.throw(told)

    def _look_in(self, seconds: float) -> None:
        """At the latest when patience runs out, if it has begun to."""
        if self._timer is not None:
            self._timer.close()
        if self._reader is not None:
            seconds = min(seconds, max(0.0, self._silent_at + self._patience_s - monotonic()))
        self._timer = self._loop.timer(min(seconds, self._patience_s))
        self._timer.start(self._look)
