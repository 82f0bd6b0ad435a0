"""Sockets whose waits another thread can end: while a name is looked up, a connection made, an answer awaited."""

from __future__ import annotations

import _socket
import ipaddress
import os
import queue
import socket
import struct
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from ragproxy.offload import brief_lock

_AT_ONCE = struct.pack("ii", 1, 0)  # seconds to linger: none


def _nothing() -> None:
    pass


class Breaker:
    """Shuts a socket down, from any thread.

    Through a second descriptor: TLS takes the first one away during its handshake, and its own `shutdown` would drop
    the session under the thread that is reading. It never waits, so it is the system's own: gevent's costs more to
    make and to close than all else that a call does with its socket.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._twin = _socket.socket(sock.family, sock.type, sock.proto, os.dup(sock.fileno()))

    def __call__(self) -> None:
        """Now."""
        with suppress(OSError):  # already closed, by the other side or by us
            # a server that stands still would not hear of an end that stands in line behind what it does not take
            self._twin.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            self._twin.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the descriptor back."""
        self._twin.close()


class Call:
    """One exchange with a server; `abort` ends it from any thread, whatever it is waiting for."""

    def __init__(self) -> None:
        self._lock = brief_lock()
        self._break: Callable[[], None] = _nothing
        self._release: Callable[[], None] = _nothing
        self.aborted = False

    def abort(self) -> None:
        """Break the wait, now or when it begins. After the exchange it does nothing."""
        with self._lock:
            self.aborted = True
            self._break()

    def hold(self, breaker: Callable[[], None], release: Callable[[], None] = _nothing) -> None:
        """From here on `abort` calls `breaker`; `release` frees what it needs. ConnectionAbortedError if too late."""
        with self._lock:
            self._release()
            self._break, self._release = breaker, release
            if self.aborted:
                raise ConnectionAbortedError

    def let_go(self) -> None:
        """The socket is no longer ours."""
        with self._lock:
            self._release()
            self._break = self._release = _nothing


def connect(
    host: str, port: int, timeout_s: float | None, options: Iterable[tuple[int, int, Any]], call: Call
) -> socket.socket:
    """A socket connected to the first of the host's addresses that takes it, held by `call`.

    `timeout_s` bounds the look-up of the name and then each address. OSError (its kinds gaierror, TimeoutError and
    ConnectionAbortedError among them), UnicodeError for a name that cannot be one.
    """
    failure = OSError("the name has no address")
    try:
        for family, kind, protocol, _, address in _addresses(host.strip("[]"), port, timeout_s, call):
            sock = socket.socket(family, kind, protocol)
            try:
                for option in options:
                    sock.setsockopt(*option)
                sock.settimeout(timeout_s)
                breaker = Breaker(sock)
                call.hold(breaker, breaker.close)
                sock.connect(address)
                return sock
            except OSError as err:
                sock.close()
                failure = err
        raise failure
    finally:
        del failure  # its traceback holds this frame


def _addresses(host: str, port: int, timeout_s: float | None, call: Call) -> list[Any]:
    """What `getaddrinfo` says. Nothing breaks that function, so a thread runs it that can be left behind."""
    with suppress(ValueError):
        ipaddress.ip_address(host)
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)  # nothing to look up: it answers at once
    answers: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as err:
            answers.put(err)

    call.hold(lambda: answers.put(ConnectionAbortedError()))
    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=timeout_s)
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    return list(answer)
