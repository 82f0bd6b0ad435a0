"""What is said of a response in the background, on its way to the records: events in groups, its end once."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Protocol

from ragproxy.domain import Cancel, Item, ResponseChange, ResponseTask, StoredResponse
from ragproxy.errors import RagproxyError, StateUnavailable, StorageFull
from ragproxy.state import ResponseWork

log = logging.getLogger(__name__)

Event = Mapping[str, Any]

OPENING = 3  # events that are told before anybody answers
_GROUP_S = 0.05  # events are kept together that come within it
_SHOW_S = 1.0  # the object is kept as it is now so often at most, for those who look at it meanwhile
_LOOK_S = 0.5  # how often it is asked whether the response is still wanted
_AGAIN_S = 1.0  # before records that do not answer are asked again


class Shapes(Protocol):
    """What a response looks like; owned by those who write it down."""

    def begun(self, response: StoredResponse, told: int) -> ResponseChange:
        """Somebody makes it, whether for the first time or not: `told` of its events are kept."""
        ...

    def ended(self, response: StoredResponse, body: Mapping[str, Any]) -> ResponseChange:
        """It came to that end."""
        ...

    def failed(self, response: StoredResponse, code: str, message: str) -> ResponseChange:
        """It cannot be made, for this reason."""
        ...


class Recording:
    """One response in hand of a worker. Whoever makes it tells what is said, a thread writes it down.

    Once it is not the worker's any more, or nobody wants it, `cancel` is set and nothing is written.
    """

    def __init__(self, work: ResponseWork, shapes: Shapes, task: ResponseTask, worker: str) -> None:
        self.cancel = Cancel()
        self.is_over = False  # its end is written
        self._work = work
        self._shapes = shapes
        self._response = task.response
        self._worker = worker
        self._told = task.told
        self._waiting: list[Event] = []
        self._shown: Mapping[str, Any] | None = None
        self._shown_at = time.monotonic()
        self._lock = threading.Lock()  # of what waits
        self._writing = threading.Lock()  # one after the other, so that events are kept in their order
        self._cut = threading.Event()

    @property
    def response(self) -> StoredResponse:
        """The response as it was kept last."""
        return self._response

    @property
    def has_told(self) -> bool:
        """Whether anybody may have read what was said."""
        return self._told > OPENING

    @property
    def is_cut_off(self) -> bool:
        """Whether whoever makes it is to stop."""
        return self._cut.is_set()

    def cut_off(self) -> None:
        """Stop to make it."""
        self._cut.set()
        self.cancel.cancel()

    def begin(self) -> bool:
        """Write that it is being made; False when it is not to be."""
        return self._write(self._shapes.begun(self._response, self._told))

    def tell(self, event: Event, shown: Callable[[], Mapping[str, Any]]) -> None:
        """Something was said; `shown` gives the object as it is with it. It is written in a moment."""
        now = time.monotonic()
        body = None
        if now - self._shown_at >= _SHOW_S:
            self._shown_at, body = now, shown()
        with self._lock:
            if self._response.is_streamed:
                self._waiting.append(event)
            self._shown = body or self._shown

    def end(self, body: Mapping[str, Any], said: Sequence[Item] = ()) -> None:
        """It came to that end, and `said` is what its conversation is to hold: written before this returns.

        Records that do not answer are asked again until they do, or until it is cut off.
        """
        self._end(self._shapes.ended(self._response, body), said)

    def fail(self, code: str, message: str) -> None:
        """It cannot be made, for this reason. StateUnavailable, StorageFull."""
        with self._writing:
            self.is_over = self._write(self._shapes.failed(self._response, code, message)) or self.is_over

    @contextmanager
    def written(self, stop: Callable[[], bool]) -> Iterator[None]:
        """Write what is told during the block. It is cut off when nobody wants it any more, and when `stop` says so."""
        over = threading.Event()
        writer = threading.Thread(target=self._run, args=(over, stop), name="recording", daemon=True)
        writer.start()
        try:
            yield
        finally:
            over.set()
            writer.join()

    def _run(self, over: threading.Event, stop: Callable[[], bool]) -> None:
        looked = time.monotonic()
        wait_s = _GROUP_S
        while not over.wait(wait_s):
            try:
                self._flush()
                if time.monotonic() - looked >= _LOOK_S:
                    looked = time.monotonic()
                    if stop() or not self._work.is_held(self._response.id, self._worker):
                        self.cut_off()
                wait_s = _GROUP_S
            except RagproxyError as err:
                log.warning("response %s cannot be written yet: %s", self._response.id, err.message)
                wait_s = _AGAIN_S
                if stop():
                    self.cut_off()
            except Exception:  # nobody else would hear of a bug in a thread
                log.exception("unforeseen error in the writing of response %s", self._response.id)
                self.cut_off()
                return
        try:
            self._flush()
        except RagproxyError as err:
            log.warning("response %s was not written to its end: %s", self._response.id, err.message)

    def _flush(self) -> None:
        with self._writing:
            events, shown = self._taken()
            if self.is_over or not (events or shown):
                return
            try:
                self._write(ResponseChange(shown, events))
            except RagproxyError:
                with self._lock:
                    self._waiting[:0] = events
                raise

    def _end(self, change: ResponseChange, said: Sequence[Item]) -> None:
        events: list[Event] = []
        while not self.is_cut_off:
            try:
                with self._writing:
                    events += self._taken()[0]
                    self.is_over = self._write(replace(change, events=(*events, *change.events)), said)
                return
            except (StateUnavailable, StorageFull) as err:
                log.warning("response %s cannot be kept yet: %s", self._response.id, err.message)
            self._cut.wait(_AGAIN_S)

    def _taken(self) -> tuple[list[Event], Mapping[str, Any] | None]:
        with self._lock:
            events, self._waiting = self._waiting, []
            shown, self._shown = self._shown, None
        return events, shown

    def _write(self, change: ResponseChange, said: Sequence[Item] = ()) -> bool:
        kept = self._work.write(self._response.id, self._worker, change, said)
        if not kept:
            self.cut_off()
            return False
        self._told += len(change.events)
        if change.body is not None:
            self._response = replace(self._response, body=change.body)
        return True
