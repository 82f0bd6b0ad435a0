"""What is really in Chroma and in the lexical indexes, looked at without opening a store: opening mends what it can."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ragproxy.retrieval.collection import ChunkCollection
from ragproxy.retrieval.dense import Dense, checked
from ragproxy.retrieval.keeping import Keeper
from ragproxy.retrieval.lexical import Lexical, is_sound

_UNFINISHED, _REPLACED = ".next", ".old"


@dataclass(frozen=True, slots=True)
class Census:
    """One store's index as it is. `words` says what is wrong with its lexical half, None when nothing is."""

    embedder: str
    dimension: int
    chunks: Mapping[str, int] = field(default_factory=dict)  # how many, by file id
    words: str | None = None


class Auditor:
    """Counts, compares, and clears away. A store is not written to by this machine while it is counted.

    On a Chroma server other machines may write meanwhile: what looks wrong there deserves a second look.
    """

    def __init__(self, dense: Dense, shelf: Keeper) -> None:
        self._dense = dense
        self._shelf = shelf

    def stores(self) -> set[str]:
        """The ids of all stores that have anything here, in use or not.

        Of a Chroma that is shared, those on this disk alone: its other collections may be another program's.
        """
        found = {path.parent.name for path in self._shelf.folders()}
        if not self._shelf.shared:
            found.update(name.partition(".")[0] for name in self._dense.names())
        return found

    def census(self, store_id: str) -> Census | None:
        """The store as it is; None when it has no collection. Conflict when another process writes for too long."""
        if self._shelf.shared and self._shelf.folders(store_id):
            self._shelf.reading(store_id, lambda store: None, None)  # a copy may be behind the log, which is no fault
        with self._shelf.alone(store_id):
            chunks = self._found(store_id)
            if chunks is None:
                return None
            words = _Words(self._shelf.folder(store_id, chunks), chunks.count(), optional=self._shelf.shared)
            counts: Counter[str] = Counter()
            for page in chunks.owners():
                counts.update(page.values())
                words.compare(page)
            return Census(chunks.embedder, chunks.dimension, counts, words.verdict())

    def count(self, store_id: str, file_ids: Collection[str]) -> Mapping[str, int]:
        """How many chunks each of these files has now."""
        chunks = self._found(store_id)
        return chunks.counts_of(file_ids) if chunks else {}

    def leftovers(self, store_id: str) -> list[str]:
        """What a reindex that died, or a store that is gone, left of collections and lexical indexes: their names."""
        names = [store_id + ending for ending in (_UNFINISHED, _REPLACED)]
        left = [f"collection {name}" for name in names if self._dense.exists(name)]
        chunks = self._found(store_id)
        return left + [f"lexical index {path.name}" for path in self._unused(store_id, chunks)]

    def clear(self, store_id: str) -> None:
        """Finish or undo what a reindex left; delete what `leftovers` names. Only when no machine is at a reindex."""
        with self._shelf.alone(store_id):
            self._dense.sweep_all(store_id)
            for path in self._unused(store_id, self._dense.find(store_id)):
                shutil.rmtree(path, ignore_errors=True)

    def rebuild(self, store_id: str) -> None:
        """Make the lexical index of the store anew from Chroma."""
        with self._shelf.alone(store_id):
            self._shelf.discard(store_id)
        self._shelf.reading(store_id, lambda store: store.words.count, 0)

    def _found(self, store_id: str) -> ChunkCollection | None:
        return self._dense.find(checked(store_id)) or self._dense.heir(store_id)

    def _unused(self, store_id: str, chunks: ChunkCollection | None) -> Iterator[Path]:
        for path in self._shelf.folders(checked(store_id)):
            if chunks is None or path != self._shelf.folder(store_id, chunks):
                yield path


class _Words:
    """The comparison of a lexical index with the ids in Chroma."""

    def __init__(self, folder: Path, count: int, *, optional: bool) -> None:
        self._problem: str | None = None
        self._lexical: Lexical | None = None
        self._found = self._lacking = 0
        if not folder.exists():
            self._problem = None if optional or not count else "is missing"
        elif is_sound(folder, count):
            self._lexical = Lexical(folder)
        else:
            self._problem = f"is damaged, out of date or not over the {count} chunks there are"

    def compare(self, page: Collection[str]) -> None:
        if self._lexical:
            found = len(self._lexical.known(page))
            self._found += found
            self._lacking += len(page) - found

    def verdict(self) -> str | None:
        if self._lexical is None:
            return self._problem
        surplus = self._lexical.count - self._found
        if not self._lacking and not surplus:
            return None
        return f"lacks {self._lacking} chunks and has {surplus} that Chroma has not"
