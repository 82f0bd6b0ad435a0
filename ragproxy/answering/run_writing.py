"""What is said of a run, on its way to the records: events in groups, everything else at the end of an answer."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Protocol

from ragproxy.domain import Cancel, Run, RunChange
from ragproxy.errors import RagproxyError, StateUnavailable, StorageFull
from ragproxy.state import RunWork

log = logging.getLogger(__name__)

Event = Mapping[str, Any]

_GROUP_S = 0.05  # events are kept together that come within it
_LOOK_S = 0.5  # how often it is asked whether the run is still wanted
_AGAIN_S = 1.0  # before records that do not answer are asked again


class TakenUp(Protocol):
    """A run from one point at which all is kept to the next; owned by those who write it down."""

    @property
    def is_over(self) -> bool:
        """Whether the run waits, or has ended."""
        ...

    def hear(self, event: Event) -> Sequence[Event]:
        """The events that one event of the answer comes to."""
        ...

    def break_off(self, status: str, code: str = ..., message: str = ...) -> Sequence[Event]:
        """The events that end it now."""
        ...

    def change(self) -> RunChange:
        """All that is to be kept, but for the events."""
        ...


class Held:
    """A run in hand of a worker. Whoever works on it tells what is said, a thread writes it down.

    Once it is not the worker's any more, or nobody wants it, `cancel` is set.
    """

    def __init__(self, work: RunWork, run: Run, worker: str, stop: Callable[[], bool]) -> None:
        self.cancel = Cancel()
        self.is_wanted = True  # unless it was cancelled, or taken away
        self.has_told = False  # whether anybody may have read what was said
        self._work = work
        self.run = run
        self._worker = worker
        self._stop = stop
        self._waiting: list[Event] = []
        self._lock = threading.Lock()  # of what waits
        self._cut = threading.Event()

    @property
    def is_streamed(self) -> bool:
        """Whether its events are kept as they come, for whoever follows them."""
        return self.run.request.get("stream") is True

    @property
    def is_cut_off(self) -> bool:
        """Whether whoever works on it is to stop."""
        return self._cut.is_set()

    def cut_off(self, *, wanted: bool) -> None:
        """Stop to work on it."""
        self.is_wanted = self.is_wanted and wanted
        self._cut.set()
        self.cancel.cancel()

    def took(self, body: Mapping[str, Any]) -> Run:
        """The run with this object, which has been kept."""
        self.run = replace(self.run, body=body, status=body["status"])
        return self.run

    def write(self, change: RunChange) -> bool:
        """Keep what has become of it; False when it is not to be gone on with. StateUnavailable, StorageFull."""
        if not self.is_streamed:
            change = replace(change, events=())
        if self._work.write(self.run.id, self._worker, change):
            return True
        self.cut_off(wanted=False)
        return False

    def tell(self, events: Sequence[Event]) -> None:
        """Something was said. It is written in a moment."""
        if self.is_streamed and events:
            with self._lock:
                self._waiting += events

    def end(self, change: RunChange) -> None:
        """It has come so far: written, with what was told, before this returns.

        Records that do not answer are asked again until they do, or until all work is left off.
        """
        events = [*self._taken(), *change.events]
        while True:
            try:
                self.write(replace(change, events=events))
                return
            except (StateUnavailable, StorageFull) as err:
                log.warning("run %s cannot be kept yet: %s", self.run.id, err.message)
            if self._stop():
                return
            time.sleep(_AGAIN_S)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Write what is told during the block. It is cut off when nobody wants it any more, and when all is stopped."""
        over = threading.Event()
        writer = threading.Thread(target=self._watch, args=(over,), name="run-writing", daemon=True)
        writer.start()
        try:
            yield
        finally:
            over.set()
            writer.join()

    def _watch(self, over: threading.Event) -> None:
        looked = time.monotonic()
        wait_s = _GROUP_S if self.is_streamed else _LOOK_S
        pause_s = wait_s
        while not over.wait(pause_s):
            pause_s = wait_s
            try:
                self._flush()
                if time.monotonic() - looked >= _LOOK_S:
                    looked = time.monotonic()
                    if not self._work.wanted(self.run.id, self._worker):
                        self.cut_off(wanted=False)
            except RagproxyError as err:
                log.warning("run %s cannot be written yet: %s", self.run.id, err.message)
                pause_s = _AGAIN_S
            except Exception:  # nobody else would hear of a bug in a thread
                log.exception("unforeseen error in the writing of run %s", self.run.id)
                self.cut_off(wanted=True)
                return
            if self._stop():
                self.cut_off(wanted=True)

    def _flush(self) -> None:
        events = self._taken()
        if not events:
            return
        try:
            self.has_told = True
            self.write(RunChange(events=events))
        except RagproxyError:
            with self._lock:
                self._waiting[:0] = events
            raise

    def _taken(self) -> list[Event]:
        with self._lock:
            events, self._waiting = self._waiting, []
        return events
