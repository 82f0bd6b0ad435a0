"""One store's words on this machine, where other machines write to the same Chroma: a copy that follows the log.

`<store id>/words-.../` is the tantivy index, `<store id>/applied.json` says which version of the store it holds, and of
which collection it is a copy. What it lacks is found by comparing ids, which stand for texts: of the files that the log
names, or of all. So an update may be cut off, come late, or be done twice.
"""

from __future__ import annotations

import json
import logging
import os
import threading
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path

from ragproxy.domain import ChangeLog
from ragproxy.retrieval.collection import ChunkCollection
from ragproxy.retrieval.dense import Dense
from ragproxy.retrieval.keeping import OpenStore
from ragproxy.retrieval.lexical import Lexical, build, folder_name
from ragproxy.retrieval.turns import alone_with

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Applied:
    """What the words on disk are a copy of."""

    version: int
    collection: str


@dataclass(frozen=True, slots=True)
class _Held:
    """What this process has open, and the version of the store that it is not behind."""

    version: int
    store: OpenStore | None


_NOTHING = _Held(-1, None)


class Replica:
    """The words of one store, for the processes of this machine; any of them updates it, one at a time."""

    def __init__(self, store_id: str, root: Path, dense: Dense, changes: ChangeLog) -> None:
        self.id = store_id
        self._home = root / store_id
        self._lock = root / f"{store_id}.lock"
        self._dense = dense
        self._changes = changes
        self._turn = threading.RLock()
        self._held = _NOTHING
        self._words: Lexical | None = None
        self._compared = ""  # the collection that the words were last compared with whole, or are a copy of

    @property
    def folder(self) -> Path:
        """Where the tantivy index is."""
        return self._home / folder_name()

    @property
    def chunks(self) -> ChunkCollection | None:
        """The collection that this process has open; others may have replaced it."""
        store = self._held.store
        return store.chunks if store else None

    @property
    def doubtful(self) -> bool:
        """Whether the words were copied from another collection than the one there is now."""
        store = self._held.store
        return store is not None and store.chunks.id != self._compared

    def at(self, version: int) -> OpenStore | None:
        """The store as of that version, or a later one; None when it has no collection."""
        if self._held.version < version:
            with self._turn:
                if self._held.version < version:
                    self._held = self._caught_up(version)
        return self._held.store

    def compare(self) -> None:
        """Compare the words with the collection whole, when they are a copy of another; searches go on meanwhile."""
        store = self._held.store
        if store is None or not self.doubtful:
            return
        there, here = set(store.chunks.ids()), store.words.ids()
        with self._turn, self.alone():
            applied, words = self._applied(), self._opened()
            if applied and words:
                # looked at again, now that nobody else writes: what differs is little, after a reindex nothing
                suspects = there ^ here
                now = OpenStore(store.id, store.chunks, words)
                self._align(now, now.chunks.get_ids(suspects), words.known(suspects))
                self._note(_Applied(applied.version, store.chunks.id))

    def forget(self) -> None:
        """Look at everything anew the next time."""
        self._held = _NOTHING

    def alone(self) -> AbstractContextManager[None]:
        """Keep the other processes of this machine from updating it."""
        return alone_with(self._lock, f"the vector store '{self.id}'")

    # ---- inside: one thread at a time ----

    def _caught_up(self, version: int) -> _Held:
        chunks = self._dense.present(self.id)
        if chunks is None:
            return _Held(version, None)
        applied, words = self._applied(), self._opened()
        if applied is None or applied.version < version or words is None:
            with self.alone():
                applied, words = self._applied(), self._opened()
                if applied is None or words is None:
                    applied, words = None, self._created()
                if applied is None or applied.version < version:
                    applied = self._updated(applied, OpenStore(self.id, chunks, words), version)
        self._compared = applied.collection
        return _Held(applied.version, OpenStore(self.id, chunks, words))

    def _updated(self, applied: _Applied | None, store: OpenStore, version: int) -> _Applied:
        files = self._changes.since(self.id, applied.version) if applied else None
        if files is None:
            there, here = set(store.chunks.ids()), store.words.ids()
            log.info("the words of store %s are copied, %d chunks", self.id, len(there))
        else:
            there, here = store.chunks.ids_of(files), store.words.ids(files)
        self._align(store, there, here)
        # of whatever collection it was a copy, as long as only the log has been followed: see `compare`
        collection = applied.collection if applied and files is not None else store.chunks.id
        return self._note(_Applied(version, collection))

    def _align(self, store: OpenStore, there: set[str], here: set[str]) -> None:
        if there != here:
            store.words.align(store.chunks.read(sorted(there - here)), without=here - there)

    def _opened(self) -> Lexical | None:
        """The index as it is on disk now; None when it is not there, or damaged."""
        try:
            if self._words is not None and self.folder.is_dir():
                self._words.reload()
            else:
                self._words = Lexical(self.folder)
        except (OSError, ValueError):
            self._words = None
        return self._words

    def _created(self) -> Lexical:
        """An empty index in the place of whatever is there."""
        (self._home / "applied.json").unlink(missing_ok=True)  # first: it must never speak for an empty index
        build(self.folder, ())
        self._words = Lexical(self.folder)
        return self._words

    def _applied(self) -> _Applied | None:
        try:
            applied = json.loads((self._home / "applied.json").read_text(encoding="utf-8"))
            return _Applied(int(applied["version"]), str(applied["collection"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _note(self, applied: _Applied) -> _Applied:
        fresh = self._home / "applied.json.new"
        fresh.write_text(json.dumps(asdict(applied)), encoding="utf-8")
        os.replace(fresh, self._home / "applied.json")
        self._compared = applied.collection
        return applied
