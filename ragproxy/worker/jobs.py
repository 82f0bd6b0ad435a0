"""The doorbell, and who answers it: threads of the server itself, or `ragproxy worker`.

Huey carries nothing but the ring and the clock. It delivers at most once; since the records say what is to be done,
a ring that is lost costs a minute.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ragproxy.errors import RagproxyError
from ragproxy.worker.hands import Hands

if TYPE_CHECKING:
    from ragproxy.worker.queue import Queue

log = logging.getLogger(__name__)

_SWEEP_APART_S = 30.0  # those that waited behind long work come all at once
_HEALTH_S = 10.0
_AFTERMATH_S = 5.0
_PARTING_S = 3.0  # of the hands, who are to leave off at once

Work = Callable[[Callable[[], bool]], object]  # until nothing is left, or until it is told to stop


class Jobs:
    """Calls `work` when the bell rings, `sweep` and `work` at the start and every minute, in `threads` threads.

    The queue is a file, or Redis when there is a `redis_url`, where a `salt` keeps deployments apart. With `here`,
    `start` works in this process; without, it only rings, and `run` is for the process that works. `abort` must end
    whatever `work` waits for. The `hands` work in threads of their own, where and when the others do.
    """

    def __init__(
        self,
        *,
        work: Work,
        sweep: Callable[[], None],
        abort: Callable[[], None],
        file: Path,
        redis_url: str | None = None,
        salt: str = "",
        threads: int = 1,
        here: bool = True,
        hands: Sequence[Hands] = (),
    ) -> None:
        self._work = work
        self._sweep = sweep
        self._abort = abort
        self._file = file
        self._redis_url = redis_url
        self._salt = salt
        self._threads = threads
        self._here = here
        self._hands = hands
        self._lock = threading.Lock()
        self._opened: Queue | None = None
        self._stopping = threading.Event()
        self._swept = -_SWEEP_APART_S

    def ring(self) -> None:
        """Say that there is work. Never fails; waits two seconds at most, once, for a Redis that does not answer."""
        self._ring_hands()
        self._queue().ring()

    def start(self) -> None:
        """Begin to work, if that is this process's part. ConfigError when the queue cannot be opened."""
        if self._here:
            self._begin()

    def run(self, ended: threading.Event) -> None:
        """Work until `ended` is set, then stop."""
        queue = self._begin()
        while not ended.wait(_HEALTH_S):
            queue.check()
        self.stop()

    def stop(self, patience_s: float = 10.0) -> None:
        """Finish the file in hand, or give it up after so many seconds: it is begun anew. No error when not started."""
        self._stopping.set()
        self.leave_off()
        queue = self._opened
        if queue is None or queue.stop(patience_s):
            self._abort()
            return
        self._abort()
        if not queue.stop(_AFTERMATH_S):
            log.warning("a file was still being indexed at the end; it is taken up again at the next start")

    def leave_off(self, patience_s: float = _PARTING_S) -> None:
        """Have the hands leave off what they do, which is taken up again at the next start."""
        until = time.monotonic() + patience_s
        for hands in self._hands:
            if not hands.stop(max(0.0, until - time.monotonic())):
                log.warning("work in the background did not end in time; it is taken up again at the next start")

    def _begin(self) -> Queue:
        queue = self._queue()
        queue.start()
        for hands in self._hands:
            hands.start()
        return queue

    def _ring_hands(self) -> None:
        for hands in self._hands:
            hands.ring()

    def _queue(self) -> Queue:
        with self._lock:
            if self._opened is None:
                # here and not above: Huey takes half a second, and commands that ring no bell do without
                from ragproxy.worker.queue import Queue, open_file, open_redis

                huey = open_redis(self._redis_url, self._salt) if self._redis_url else open_file(self._file)
                self._opened = Queue(huey, on_ring=self._on_ring, on_minute=self._on_minute, threads=self._threads)
            return self._opened

    def _on_ring(self) -> None:
        self._ring_hands()
        try:
            self._work(self._stopping.is_set)
        except RagproxyError as err:
            log.warning("indexing stopped: %s; it is tried again within a minute", err.message)

    def _on_minute(self) -> None:
        if time.monotonic() - self._swept >= _SWEEP_APART_S:
            self._swept = time.monotonic()
            try:
                self._sweep()
            except RagproxyError as err:
                log.warning("tidying up stopped: %s; it is tried again within a minute", err.message)
        self._on_ring()
