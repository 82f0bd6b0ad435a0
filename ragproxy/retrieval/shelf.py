"""The stores of an embedded Chroma that are open: each one's collection with the lexical index that belongs to it.

A lexical folder is named after Chroma's identifier of the collection, so that it can never be taken for the index of
a collection that was dropped or reindexed: `<root>/<store id>/<collection id>`.
"""

from __future__ import annotations

import logging
import shutil
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ragproxy.domain import Chunk
from ragproxy.errors import Conflict, RagproxyError
from ragproxy.retrieval.collection import ChunkCollection, Vanished
from ragproxy.retrieval.copying import Copy
from ragproxy.retrieval.dense import Dense, checked
from ragproxy.retrieval.keeping import OPEN, OpenStore
from ragproxy.retrieval.lexical import Lexical, build, is_sound
from ragproxy.retrieval.turns import alone_with

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

log = logging.getLogger(__name__)

T = TypeVar("T")

_ATTEMPTS = 3  # to read a store that is replaced meanwhile
_POLL_S = 0.05
_WARMED = 16  # stores opened ahead of the first question


class Shelf:
    """Opens stores when they are asked for, repairs what a crash left, and lets one thread at a time write to each."""

    shared = False

    def __init__(self, dense: Dense, root: Path, *, most: int = OPEN) -> None:
        """At most about `most` indexes stay open."""
        self._dense = dense
        self._root = root
        self._most = most
        self._guard = threading.Lock()  # of the three below
        self._open: OrderedDict[str, OpenStore] = OrderedDict()
        self._locks: dict[str, threading.RLock] = {}
        self._pinned: set[str] = set()

    # ---- looking ----

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

    def holding(self, store_id: str, read: Callable[[ChunkCollection], T], empty: T) -> T:
        """The same of its chunks alone."""
        return self.reading(store_id, lambda store: read(store.chunks), empty)

    def collection(self, store_id: str) -> ChunkCollection | None:
        """The store's collection; None when it has none."""
        return self.reading(store_id, lambda store: store.chunks, None)

    # ---- changing ----

    def put(
        self,
        store_id: str,
        chunks: Sequence[Chunk],
        vectors: NDArray[np.float32],
        embedder: str,
        check: Callable[[ChunkCollection], None],
    ) -> None:
        """Insert or replace chunks, in a new collection of the embedder's if need be."""
        with self.writing(store_id) as store:
            if store is None:
                store = self.adopt(store_id, self._dense.create(store_id, embedder, vectors.shape[1]))
            check(store.chunks)
            with store.words.writing():
                store.chunks.upsert(chunks, vectors)
                store.words.update(chunks)

    def take_out(self, store_id: str, chosen: Callable[[ChunkCollection], set[str]]) -> None:
        """Remove the chunks of the ids that are chosen."""
        with self.writing(store_id) as store:
            ids = chosen(store.chunks) if store else set()
            if store and ids:
                with store.words.writing():
                    store.words.update(without=ids)
                    store.chunks.delete(ids)

    def drop(self, store_id: str) -> None:
        """Forget the store whole; no error when it has nothing."""
        with self.alone(store_id):
            self._dense.drop(store_id)
            self.discard(store_id)

    def reindex(self, store_id: str, copy: Copy) -> None:
        """Put a copy in the collection's place; the old one answers until it is whole, and changes wait."""
        with self.writing(store_id) as store:  # opened first: searches go on with what is open
            if store is None:
                return
            copy.match(store.chunks)
            fresh = copy.fresh
            if fresh is None:  # empty: the next addition makes it by whatever embedder there is then
                self._dense.drop(store_id)
                self.discard(store_id)
                return
            build(self.folder(store_id, fresh), fresh.pages())
            self._dense.swap(store_id, fresh)
            self.tidy(self.adopt(store_id, fresh))
            self._dense.sweep(store_id)

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
        store = OpenStore(store_id, chunks, Lexical(folder))
        self._keep(store)
        return store

    # ---- the whole ----

    def warm(self) -> None:
        """Open the first stores ahead of the first question; what cannot be opened will say so when asked."""
        try:
            for store_id in self._dense.stores(_WARMED):
                self.reading(store_id, lambda store: store.words.count, 0)
        except RagproxyError as error:
            log.warning("the index could not be opened ahead of time: %s", error.message)

    def check_ready(self) -> None:
        """Always: what is not open yet is opened in a moment."""

    def folder(self, store_id: str, chunks: ChunkCollection) -> Path:
        """Where the lexical index of a collection belongs."""
        return self._root / store_id / chunks.id

    def folders(self, store_id: str | None = None) -> list[Path]:
        """The folders of a store's lexical indexes, in use or not; without an id, those of every store."""
        pattern = f"{store_id or '*'}/*"
        return [path for path in self._root.glob(pattern) if path.is_dir()]

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
        lock = self._lock_of(store_id)
        while not lock.acquire(timeout=_POLL_S):  # whoever writes for long has opened it: no need to wait for the end
            with self._guard:
                store = self._open.get(store_id)
            if store is not None:
                return store
        try:
            with self._guard:
                store = self._open.get(store_id)
            return store or self._repaired(store_id)
        finally:
            lock.release()

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
        """The store for a writer who is alone: opened if need be."""
        with self._guard:
            store = self._open.get(store_id)
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

    def _process_lock(self, store_id: str) -> AbstractContextManager[None]:
        """For processes that should not share this folder, and one day do."""
        return alone_with(self._root / f"{store_id}.lock", f"the vector store '{store_id}'")
