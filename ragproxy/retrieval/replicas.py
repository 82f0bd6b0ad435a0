"""The stores of a Chroma that others write to as well: their chunks over there, a copy of their words here.

Nobody's write touches the words of a machine, its own no more than others': whoever changed chunks notes it in the log
once Chroma has them, and a search first brings its machine's copy up to the version that the store has at that moment.
So what was indexed when a search began is found by it, on every machine. A process that serves also follows the log in
the background, so that searches have little left to do.
"""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ragproxy.domain import ChangeLog, Chunk
from ragproxy.errors import Conflict, RagproxyError, UpstreamUnavailable
from ragproxy.retrieval.collection import ChunkCollection, Vanished
from ragproxy.retrieval.copying import Copy
from ragproxy.retrieval.dense import Dense, checked
from ragproxy.retrieval.following import Follower
from ragproxy.retrieval.keeping import OPEN, OpenStore
from ragproxy.retrieval.replica import Replica

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

log = logging.getLogger(__name__)

T = TypeVar("T")

_ATTEMPTS = 3  # to read or write a store that is replaced meanwhile
_ROUNDS = 5  # of a reindex after what has changed since the last
_FEW = 200  # chunks that writers may wait for while a reindex copies them
_SWAP_S = 60.0
_POLL_S = 0.05


class Replicas:
    """Opens stores when they are asked for, each as it is at that moment. Writes go to Chroma, of which it is sure."""

    shared = True

    def __init__(
        self, dense: Dense, root: Path, changes: ChangeLog, *, most: int = OPEN, swap_s: float = _SWAP_S
    ) -> None:
        """At most `most` copies stay open. A reindex may keep writers waiting for `swap_s` seconds, then it is dead."""
        self._dense = dense
        self._root = root
        self._changes = changes
        self._most = most
        self._swap_s = swap_s
        self._guard = threading.Lock()  # of the next
        self._open: OrderedDict[str, Replica] = OrderedDict()
        self._follower = Follower(self, changes)

    # ---- looking ----

    def reading(self, store_id: str, read: Callable[[OpenStore], T], empty: T) -> T:
        """What `read` makes of the store as it is now, `empty` when it has no collection."""
        replica = self.replica(store_id)
        for _ in range(_ATTEMPTS):
            version = self._changes.version(store_id)  # every time: a version that was remembered would hide a change
            if version is None:
                return empty
            try:
                store = replica.at(version)
                return empty if store is None else read(store)
            except Vanished:
                replica.forget()
        return empty

    def holding(self, store_id: str, read: Callable[[ChunkCollection], T], empty: T) -> T:
        """The same of its chunks alone, without a look at the log."""
        with self._guard:
            replica = self._open.get(checked(store_id))
        known = replica.chunks if replica else None
        if known is not None:
            with suppress(Vanished):
                if answer := read(known):  # one that is being deleted may read as empty
                    return answer
        for _ in range(_ATTEMPTS):
            chunks = self.collection(store_id)
            if chunks is None:
                return empty
            with suppress(Vanished):
                return read(chunks)
        return empty

    def collection(self, store_id: str) -> ChunkCollection | None:
        """The store's collection, asked for anew."""
        return self._dense.present(store_id)

    # ---- changing ----

    def put(
        self,
        store_id: str,
        chunks: Sequence[Chunk],
        vectors: NDArray[np.float32],
        embedder: str,
        check: Callable[[ChunkCollection], None],
    ) -> None:
        """Insert or replace chunks, in a new collection of the embedder's if need be; then note it in the log."""

        def write(target: ChunkCollection) -> None:
            check(target)
            target.upsert(chunks, vectors)

        self._write(store_id, write, lambda: self._dense.create(store_id, embedder, vectors.shape[1]))

    def take_out(self, store_id: str, chosen: Callable[[ChunkCollection], set[str]]) -> None:
        """Remove the chunks of the ids that are chosen; then note it in the log."""
        self._write(store_id, lambda target: target.delete(chosen(target)), lambda: None)

    def drop(self, store_id: str) -> None:
        """Forget the store whole; other machines clear their copies away when it has left the records."""
        self._dense.drop(store_id)
        self.discard(store_id)

    def reindex(self, store_id: str, copy: Copy) -> None:
        """Put a copy in the collection's place. Others go on reading and writing; writers wait at the very end.

        Whoever writes makes sure afterwards that the collection still has the store's name. So nothing that was
        written well comes into the old one once it has lost its name, and what the copy lacks then is all there is.
        """
        old = self._settled(store_id)
        if old is None:
            return
        try:
            for _ in range(_ROUNDS):
                if copy.match(old) <= _FEW:
                    break
            self._dense.retire(store_id)
            copy.match(old)
            if copy.fresh is not None:
                self._install(store_id, copy.fresh)
            self._dense.sweep(store_id)
        except BaseException as err:
            with suppress(RagproxyError, Vanished):
                self._dense.recover(store_id)
            if isinstance(err, Vanished):
                raise _overtaken(store_id) from err
            raise

    # ---- the whole ----

    def warm(self) -> None:
        """Begin to follow the log, the first stores first; does not wait for it."""
        self._follower.start(self._dense.stores)

    def check_ready(self) -> None:
        """UpstreamUnavailable while the first stores are copied."""
        self._follower.check_ready()

    def close(self) -> None:
        """Let go of every store; those who still read one may finish."""
        self._follower.stop()
        with self._guard:
            self._open.clear()

    # ---- copies ----

    def replica(self, store_id: str) -> Replica:
        """The machine's copy of the store's words, kept open."""
        with self._guard:
            replica = self._open.get(store_id) or self.closed(store_id)
            self._open[store_id] = replica
            self._open.move_to_end(store_id)
            while len(self._open) > self._most:
                self._open.popitem(last=False)
            return replica

    def closed(self, store_id: str) -> Replica:
        """The same for a moment: kept open by nobody but the caller."""
        return Replica(checked(store_id), self._root, self._dense, self._changes)

    def opened(self) -> list[Replica]:
        """The copies that are open."""
        with self._guard:
            return list(self._open.values())

    def tidy(self) -> None:
        """Delete the copies of stores that are no more."""
        for home in self._root.iterdir() if self._root.is_dir() else ():
            if home.is_dir() and self._changes.version(home.name) is None:
                with self.alone(home.name):
                    self.discard(home.name)

    def alone(self, store_id: str) -> AbstractContextManager[None]:
        """Keep everybody else on this machine from updating the copy."""
        return self.closed(store_id).alone()

    def folder(self, store_id: str, chunks: ChunkCollection) -> Path:
        """Where the copy is; whatever the collection, for the words do not change with it."""
        return self.closed(store_id).folder

    def folders(self, store_id: str | None = None) -> list[Path]:
        """The folders of a store's lexical indexes, in use or not; without an id, those of every store."""
        return [path for path in self._root.glob(f"{store_id or '*'}/*") if path.is_dir()]

    def discard(self, store_id: str) -> None:
        """Close the copy and delete it."""
        with self._guard:
            self._open.pop(store_id, None)
        shutil.rmtree(self._root / checked(store_id), ignore_errors=True)

    # ---- writing ----

    def _install(self, store_id: str, fresh: ChunkCollection) -> None:
        try:
            self._dense.install(store_id, fresh)
        except UpstreamUnavailable as err:  # which is also what Chroma calls a name that is taken
            now = self._dense.find(store_id)
            if now is None:
                raise
            if now.id != fresh.id:  # a writer has lost its patience
                raise _overtaken(store_id) from err

    def _write(
        self, store_id: str, write: Callable[[ChunkCollection], None], make: Callable[[], ChunkCollection | None]
    ) -> None:
        for _ in range(_ATTEMPTS):
            target = self._settled(store_id) or make()
            if target is None:
                return
            with suppress(Vanished):
                write(target)
                now = self._dense.find(store_id)
                if now is not None and now.id == target.id:
                    return
        raise _overtaken(store_id)

    def _settled(self, store_id: str) -> ChunkCollection | None:
        """The collection that has the store's name; while a reindex changes names, wait for its end."""
        deadline = time.monotonic() + self._swap_s
        while True:
            found = self._dense.find(store_id)
            if found is not None or self._dense.heir(store_id) is None:
                return found or self._dense.find(store_id)
            if time.monotonic() > deadline:
                log.warning("a reindex of store %s was cut off; what it was to replace goes on", store_id)
                self._dense.recover(store_id)
            time.sleep(_POLL_S)


def _overtaken(store_id: str) -> Conflict:
    return Conflict(f"The vector store '{store_id}' was dropped or reindexed by another machine; try again")
