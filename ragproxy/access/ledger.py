"""The rows of usage on their way to the database, off the hot path.

Rows wait in memory, at most MOST of them, for one thread that writes them in batches. While the database does not
answer they wait, and those that no longer find room are lost and counted. At the end all are written, for as long as
that has patience: a normal stop loses none.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from ragproxy.errors import RagproxyError
from ragproxy.state import UsageRow

log = logging.getLogger(__name__)

MOST = 50_000  # rows; some 30 MB
_BATCH = 500  # rows a transaction
_GATHER_S = 0.2  # after a row, for others that come along
_TICK_S = 1.0
_RETRY_S = (0.2, 0.5, 1.0, 2.0, 5.0)  # between two tries, the last one again and again
_CLOSE_S = 8.0  # for what still waits at the end
_COMPLAIN_S = 60.0  # between two lines of the log about rows that are lost


class Rows(Protocol):
    """Where the rows go."""

    def add(self, rows: Sequence[UsageRow]) -> None:
        """Keep them; a row of an id that is there already is not kept twice."""
        ...


class Ledger:
    """Takes rows at any time, from any thread; `start` begins to write them, `close` ends it.

    `lost` is told how many rows were given up, `tick` is called now and then by the thread that writes.
    """

    def __init__(
        self,
        rows: Rows,
        *,
        lost: Callable[[int], None] = lambda number: None,
        tick: Callable[[], None] = lambda: None,
        most: int = MOST,
    ) -> None:
        self._rows = rows
        self._lost = lost
        self._tick = tick
        self._most = most
        self._waiting: deque[UsageRow] = deque()
        self._changed = threading.Condition(threading.Lock())
        self._closing = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None
        self._complained = float("-inf")

    def put(self, row: UsageRow) -> None:
        """Take a row; never waits and never fails."""
        with self._changed:
            fits = len(self._waiting) < self._most and not self._closed
            if fits:
                self._waiting.append(row)
                if len(self._waiting) == 1:
                    self._changed.notify()
        if not fits:
            self._give_up(1)

    def start(self) -> None:
        """Begin to write; after any fork, for the thread would stay behind."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)
            self._thread.start()

    def close(self, patience_s: float = _CLOSE_S) -> None:
        """Write what waits, started or not, then take no more. What cannot be written in time is lost."""
        until = time.monotonic() + patience_s
        self._closing.set()
        with self._changed:
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(patience_s)
        if self._thread is None or not self._thread.is_alive():
            while self._waiting and self._write(self._taken(), until):
                pass
        with self._changed:
            self._closed = True
            left = len(self._waiting)
            self._waiting.clear()
        if left:
            self._give_up(left)

    def _run(self) -> None:
        while not self._closing.is_set():
            with self._changed:
                if not self._waiting:
                    self._changed.wait(_TICK_S)
            if self._waiting:
                self._closing.wait(_GATHER_S)
                self._write(self._taken())
            try:
                self._tick()
            except Exception:  # the worker's loop: it goes on whatever happens
                log.exception("unforeseen error beside the writing of usage")

    def _taken(self) -> list[UsageRow]:
        """The next batch; it stays in the queue until it is written."""
        with self._changed:
            return [self._waiting[n] for n in range(min(_BATCH, len(self._waiting)))]

    def _write(self, batch: list[UsageRow], until: float | None = None) -> bool:
        """Write a batch, however often that takes; whether it is out of the queue.

        Given up at the moment `until`, and without it when the end has come, which then tries for itself.
        """
        for attempt in range(1 << 30):
            try:
                self._rows.add(batch)
                break
            except RagproxyError as err:
                wait_s = _RETRY_S[min(attempt, len(_RETRY_S) - 1)]
                if attempt in (0, len(_RETRY_S)):
                    log.warning("usage cannot be written, and waits: %s", err.message)
                if until is None:
                    if self._closing.wait(wait_s):
                        return False
                elif time.monotonic() + min(wait_s, 1.0) > until:
                    return False
                else:
                    time.sleep(min(wait_s, 1.0))
            except Exception:  # the worker's loop: a batch that nobody foresaw must not stop the others
                log.exception("unforeseen error in the writing of usage")
                self._give_up(len(batch))
                break
        with self._changed:
            for _ in batch:
                self._waiting.popleft()
        return True

    def _give_up(self, number: int) -> None:
        self._lost(number)
        if time.monotonic() - self._complained >= _COMPLAIN_S:
            self._complained = time.monotonic()
            log.error("the usage of requests is lost: it could not be written", extra={"rows": number})
