"""Notice clients that hang up while we wait for somebody else.

WSGI tells nobody: a server finds out when it writes, and a silent upstream gives it nothing to write. gunicorn hands us
the client's socket, so one thread looks at the sockets in use twice a second and cancels the work of those that closed.
"""

from __future__ import annotations

import logging
import os
import select
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

from ragproxy.api.inside import CANCEL
from ragproxy.domain import Cancel
from ragproxy.offload import brief_lock, system_poll

log = logging.getLogger(__name__)

PERIOD_S = 0.5


class Hangups:
    """Watches client sockets, in a thread that starts with the first watch (after any fork) and sleeps when idle."""

    def __init__(self, on_hangup: Callable[[], None] = lambda: None, period_s: float = PERIOD_S) -> None:
        self._on_hangup = on_hangup
        self._period_s = period_s
        self._watched: dict[int, tuple[socket.socket, Cancel]] = {}
        self._lock = brief_lock()
        self._wanted = threading.Event()
        self._process: int | None = None  # in which the thread runs

    @property
    def watching(self) -> int:
        """How many clients are watched now."""
        return len(self._watched)

    def watch(self, environ: Mapping[str, Any], cancel: Cancel) -> Callable[[], None]:
        """Cancel when the client behind this WSGI request closes; returns how to stop watching.

        Servers that do not show their socket are not watched: there a hang-up is noticed at the next write. Who asks
        from inside says so by a Cancel of its own.
        """
        from_inside: Cancel | None = environ.get(CANCEL)
        if from_inside is not None:
            until = ExitStack()
            until.enter_context(from_inside.breaking(cancel.cancel))
            return until.close
        client = environ.get("gunicorn.socket")
        if client is None or client.fileno() < 0:
            return lambda: None
        key = id(cancel)
        with self._lock:
            self._watched[key] = (client, cancel)
            is_first, self._process = self._process != os.getpid(), os.getpid()
        if is_first:  # not under the lock: to start a greenlet is to wait for it
            threading.Thread(target=self._run, name="hangups", daemon=True).start()
        if not self._wanted.is_set():
            self._wanted.set()

        def release() -> None:
            with self._lock:
                self._watched.pop(key, None)

        return release

    def end_all(self) -> None:
        """Cancel all work that is still watched, as if every client had gone: the server ends."""
        with self._lock:
            watched, self._watched = self._watched, {}
        for _, cancel in watched.values():
            cancel.cancel()

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            with self._lock:
                if not self._watched:
                    self._wanted.clear()
                # under the lock: a socket still in here is not closed yet, its number not given to another
                gone = [(key, self._watched.pop(key)[1]) for key in self._closed()]
            for _, cancel in gone:
                self._on_hangup()
                cancel.cancel()
            threading.Event().wait(self._period_s)

    def _closed(self) -> list[int]:
        poll, by_number = system_poll(), {}
        for key, (client, _) in self._watched.items():
            number = client.fileno()
            if number < 0:
                continue
            poll.register(number, select.POLLIN)
            by_number[number] = key
        return [by_number[number] for number, _ in poll.poll(0) if self._ended(self._watched[by_number[number]][0])]

    @staticmethod
    def _ended(client: socket.socket) -> bool:
        try:
            # the plain method, because TLS sockets refuse flags; readable and empty means closed. Its own thread may
            # have read what there was
            return socket.socket.recv(client, 1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except (BlockingIOError, InterruptedError):
            return False
        except OSError:
            return True
