"""The stores that are open: each store's Chroma collection with the lexical index that belongs to it.

A lexical folder is named after Chroma's identifier of the collection, so that it can never be taken for the index of
a collection that was dropped or reindexed: `<root>/<store id>/<collection id>`.
"""

from __future__ import annotations

import fcntl
import logging
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ragproxy.errors import Conflict
from ragproxy.retrieval.collection import ChunkCollection, Vanished
from ragproxy.retrieval.dense import Dense, checked
from ragproxy.retrieval.lexical import Lexical, build, is_sound

log = logging.getLogger(__name__)

T = TypeVar("T")

_OPEN = 64  # indexes kept open: each costs file handles, memory maps and a thread of tantivy's that looks for changes
_ATTEMPTS = 3  # to read a store that is replaced meanwhile
_PATIENCE_S = 600.0  # for another process that writes to the same store
_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class OpenStore:
    """A store at work."""

    id: str
    chunks: ChunkCollection
    words: Lexical


class Shelf:
    """Opens stores when they are asked for, repairs what a crash left, and lets one thread at a time write to each."""

    def __init__(self, dense: Dense, root: Path, *, shared: bool, most: int = _OPEN) -> None:
        """`shared`: other processes use the same Chroma. At most about `most` indexes stay open."""
        self._dense = dense
        self._root = root
        self._shared = shared
        self._most = most
        self._guard = threading.Lock()  # of the three below
        self._open: OrderedDict[str, OpenStore] = OrderedDict()
        self._locks: dict[str, threading.RLock] = {}
        self._pinned: set[str] = set()

    def reading(self, store_id: str, read: Callable[[OpenStore], T], empty: T) -> T:
        """What `read` makes of the store, `empty` when it has no collection; a read needs no lock.

        When the collection is replaced under it, it is run again on the new one.
        """
        for _ in range(_ATTEMPTS):
            store = self._opened(store_id)
            if store is None:
                return empty
            try:
                answer = read(store)
            except Vanished:
                self._close(store_id, store)
                continue
            if not self._replaced(store):
                return answer
        return empty

    @contextmanager
    def writing(self, store_id: str) -> Iterator[OpenStore | None]:
        """The store, None when it has no collection, while nobody else on this machine writes to it."""
        with self.alone(store_id):
            yield self._current(store_id)

    @contextmanager
    def alone(self, store_id: str) -> Iterator[None]:
        """Hold the store's locks, of this process and between processes, without opening it."""
        with self._lock_of(store_id), self._process_lock(store_id):
            with self._guard:
                self._pinned.add(store_id)  # a store reopened in the middle of a write would look damaged
            try:
                yield
            except Vanished as err:
                self._close(store_id)
                message = f"The vector store '{store_id}' was dropped or reindexed by another machine; try again"
                raise Conflict(message) from err
            except BaseException:
                self._close(store_id)  # the next use looks closely at what was left
                raise
            finally:
                with self._guard:
                    self._pinned.discard(store_id)

    def adopt(self, store_id: str, chunks: ChunkCollection) -> OpenStore:
        """Open a collection, the store's own from here on; build its lexical index if need be. Only while `alone`."""
        folder = self.folder(store_id, chunks)
        count = chunks.count()
        if not is_sound(folder, count):
            if count:
                log.warning("rebuilding the lexical index of store %s, %d chunks", store_id, count)
            build(folder, chunks.pages())
        store = OpenStore(store_id, chunks, Lexical(folder, shared=self._shared))
        self._keep(store)
        return store

    def folder(self, store_id: str, chunks: ChunkCollection) -> Path:
        """Where the lexical index of a collection belongs."""
        return self._root / store_id / chunks.id

    def tidy(self, store: OpenStore) -> None:
        """Delete the lexical indexes of the store's former collections. Only while `alone`."""
        for folder in (self._root / store.id).iterdir():
            if folder.name != store.chunks.id:
                shutil.rmtree(folder, ignore_errors=True)

    def discard(self, store_id: str) -> None:
        """Close the store and delete its lexical indexes. Only while `alone`."""
        self._close(store_id)
        shutil.rmtree(self._root / store_id, ignore_errors=True)

    def close(self) -> None:
        """Close every store; those who still read one may finish."""
        with self._guard:
            self._open.clear()

    # ---- opening ----

    def _opened(self, store_id: str) -> OpenStore | None:
        with self._guard:
            store = self._open.get(store_id)
            if store is not None:
                self._open.move_to_end(store_id)
                return store
        with self._lock_of(store_id):
            with self._guard:
                store = self._open.get(store_id)
            return store or self._sound(store_id) or self._repaired(store_id)

    def _sound(self, store_id: str) -> OpenStore | None:
        """The store opened as it is, if that will do.

        Without the lock between processes, so that a long write elsewhere does not hold up a search. An embedded
        Chroma has no elsewhere: there, leftovers are looked for at every open.
        """
        chunks = self._dense.find(store_id) if self._shared else None
        if chunks is None or not is_sound(self.folder(store_id, chunks), chunks.count()):
            return None
        try:
            words = Lexical(self.folder(store_id, chunks), shared=True)
        except (OSError, ValueError):  # replaced since; never built here, where another process may be writing
            return None
        store = OpenStore(store_id, chunks, words)
        self._keep(store)
        return store

    def _repaired(self, store_id: str) -> OpenStore | None:
        with self._process_lock(store_id):
            return self._recovered(store_id)

    def _recovered(self, store_id: str) -> OpenStore | None:
        self._dense.recover(store_id)
        chunks = self._dense.find(store_id)
        if chunks is None:
            return None
        store = self.adopt(store_id, chunks)
        self.tidy(store)
        return store

    def _current(self, store_id: str) -> OpenStore | None:
        """The store for a writer who is alone: opened if need be, and not one that another process has replaced."""
        with self._guard:
            store = self._open.get(store_id)
        if store is not None and self._shared:
            chunks = self._dense.find(store_id)
            store = store if chunks is not None and chunks.id == store.chunks.id else None
        return store or self._recovered(store_id)

    def _replaced(self, store: OpenStore) -> bool:
        """Whether a reindex has put another collection in its place: one that is being deleted may read as empty."""
        with self._guard:
            current = self._open.get(store.id)
        return current is not None and current.chunks.id != store.chunks.id

    def _keep(self, store: OpenStore) -> None:
        with self._guard:
            self._open[store.id] = store
            self._open.move_to_end(store.id)
            spare = [store_id for store_id in self._open if store_id not in self._pinned and store_id != store.id]
            for store_id in spare[: max(0, len(self._open) - self._most)]:
                del self._open[store_id]

    def _close(self, store_id: str, store: OpenStore | None = None) -> None:
        """Close the store; given one, only if that is still the one that is open."""
        with self._guard:
            if store is None or self._open.get(store_id) is store:
                self._open.pop(store_id, None)

    # ---- locks ----

    def _lock_of(self, store_id: str) -> threading.RLock:
        with self._guard:
            return self._locks.setdefault(checked(store_id), threading.RLock())

    @contextmanager
    def _process_lock(self, store_id: str) -> Iterator[None]:
        """An OS lock beside the indexes, for the web processes that share this folder; freed when we die."""
        self._root.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + _PATIENCE_S
        with (self._root / f"{store_id}.lock").open("w") as file:
            while not _locked(file.fileno()):
                if time.monotonic() > deadline:
                    raise Conflict(f"Another process has been writing to the vector store '{store_id}' for too long")
                time.sleep(_POLL_S)
            yield


def _locked(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
