"""A thread that keeps this machine's copies of the words near to the log, so that searches need not wait for much."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol

from ragproxy.domain import ChangeLog
from ragproxy.errors import RagproxyError, UpstreamUnavailable
from ragproxy.retrieval.collection import Vanished
from ragproxy.retrieval.replica import Replica

log = logging.getLogger(__name__)

_LOOK_S = 1.0
_RECENT_S = 300.0  # the clocks of machines may differ, and a look may take long
_TIDY_S = 3600.0
_WARMED = 16  # stores copied ahead of the first question
_FAULTS = (RagproxyError, Vanished, OSError, ValueError)  # ours, Chroma's, the disk's, tantivy's


class Copies(Protocol):
    """What is kept near to the log."""

    def replica(self, store_id: str) -> Replica:
        """The store's copy, kept open."""
        ...

    def closed(self, store_id: str) -> Replica:
        """The store's copy, opened for a moment."""
        ...

    def opened(self) -> list[Replica]:
        """The copies that are open."""
        ...

    def tidy(self) -> None:
        """Delete the copies of stores that are no more."""
        ...


class Follower:
    """Follows every store that changes, on a daemon thread between `start` and `stop`."""

    def __init__(self, copies: Copies, changes: ChangeLog) -> None:
        self._copies = copies
        self._changes = changes
        self._followed: dict[str, int] = {}  # store id -> version
        self._tidied = 0.0
        self._over = threading.Event()
        self._ready = threading.Event()
        self._ready.set()
        self._thread: threading.Thread | None = None

    def start(self, first: Callable[[int], list[str]]) -> None:
        """Copy the first stores, of which `first` knows so many ids, and follow the log from then on."""
        if self._thread is None:
            self._over.clear()
            self._ready.clear()
            self._thread = threading.Thread(target=self._run, args=(first,), name="follower", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the thread; an update that is under way is finished first."""
        thread, self._thread = self._thread, None
        if thread:
            self._over.set()
            thread.join(10)

    def check_ready(self) -> None:
        """UpstreamUnavailable while the first stores are copied."""
        if not self._ready.is_set():
            raise UpstreamUnavailable("The index of the words is being copied to this machine")

    def follow(self) -> None:
        """Bring every copy up to what the log says now."""
        recent = self._changes.recent(_RECENT_S)
        for store_id, version in recent.items():
            if self._followed.get(store_id, -1) < version and not self._over.is_set():
                self._keep_up(store_id)
        self._followed = {store_id: self._followed.get(store_id, -1) for store_id in recent}
        for replica in self._copies.opened():
            if replica.doubtful and not self._over.is_set():
                replica.compare()

    def _run(self, first: Callable[[int], list[str]]) -> None:
        self._safely(lambda: self._warm(first))
        self._ready.set()
        while not self._over.wait(_LOOK_S):
            self._safely(self.follow)
            if time.monotonic() - self._tidied > _TIDY_S:
                self._tidied = time.monotonic()
                self._safely(self._copies.tidy)

    def _warm(self, first: Callable[[int], list[str]]) -> None:
        for store_id in first(_WARMED):
            version = self._changes.version(store_id)
            if version is not None and not self._over.is_set():
                self._copies.replica(store_id).at(version)

    def _keep_up(self, store_id: str) -> None:
        version = self._changes.version(store_id)
        if version is not None:
            open_ones = {replica.id: replica for replica in self._copies.opened()}
            (open_ones.get(store_id) or self._copies.closed(store_id)).at(version)
            self._followed[store_id] = version

    def _safely(self, act: Callable[[], None]) -> None:
        """A fault passes, and costs the searches meanwhile their own update."""
        try:
            act()
        except _FAULTS as err:
            log.warning("the index of the words is behind: %s", err.message if isinstance(err, RagproxyError) else err)
