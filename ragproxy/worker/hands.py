"""Threads for long work that mostly waits: they are not those that index, so that neither keeps the other waiting."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from ragproxy.errors import RagproxyError

log = logging.getLogger(__name__)

Take = Callable[[Callable[[], bool], Callable[[], None]], bool]

_LOOK_S = 5.0  # how often somebody looks for work of which no ring was heard


class Hands:
    """Calls `take` in up to `threads` threads, after each ring and now and then, as long as it finds something to do.

    `take` does one piece of work, whole, and says whether there was one. The first thing it is given tells it when to
    leave off. The second it calls when it has found something, for there may be more: then one more thread looks, and
    not all of them at each ring.
    """

    def __init__(self, take: Take, *, name: str, threads: int = 1, look_s: float = _LOOK_S) -> None:
        self._take = take
        self._name = name
        self._number = threads
        self._look_s = look_s
        self._next_look = 0.0  # by time.monotonic(); whoever is idle then looks, one for all
        self._changed = threading.Condition()
        self._called = True
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def ring(self) -> None:
        """Say that there is work. Never fails and never waits; nothing when not started."""
        with self._changed:
            self._called = True
            self._changed.notify()

    def start(self) -> None:
        """Start the threads; they are daemons."""
        if self._threads:
            return
        self._next_look = time.monotonic() + self._look_s
        self._threads = [
            threading.Thread(target=self._run, name=f"{self._name}-{number}", daemon=True)
            for number in range(self._number)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self, patience_s: float) -> bool:
        """Have the work left off, and wait so long for it; whether it ended in time."""
        with self._changed:
            self._stopping.set()
            self._changed.notify_all()
        until = time.monotonic() + patience_s
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self) -> None:
        while self._is_wanted():
            while not self._stopping.is_set() and self._takes():
                pass

    def _is_wanted(self) -> bool:
        """Wait for a ring that no other thread heeds, or until it is time to look; False when there is no more work."""
        with self._changed:
            while not self._stopping.is_set():
                now = time.monotonic()
                if self._called or now >= self._next_look:
                    self._called, self._next_look = False, now + self._look_s
                    return True
                self._changed.wait(self._next_look - now)
            return False

    def _takes(self) -> bool:
        try:
            return self._take(self._stopping.is_set, self.ring)
        except RagproxyError as err:
            log.warning("%s stopped: %s; it is tried again in a moment", self._name, err.message)
        except Exception:  # a bug in one piece of work must not end the thread for all others
            log.exception("unforeseen error in %s", self._name)
        return False
