"""The index: add, remove, search. Behind it each vector store is a Chroma collection and a tantivy index."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ragproxy.domain import Chunk, Embedder, Filter, Grounding, Passage
from ragproxy.errors import EmbedderMismatch, RagproxyError
from ragproxy.retrieval import searching
from ragproxy.retrieval.bm25 import Query, indexed_text
from ragproxy.retrieval.collection import ChunkCollection
from ragproxy.retrieval.dense import Dense
from ragproxy.retrieval.embedding import HashEmbedder
from ragproxy.retrieval.filters import select
from ragproxy.retrieval.lexical import build
from ragproxy.retrieval.searching import Candidate, Look
from ragproxy.retrieval.shelf import OpenStore, Shelf

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

log = logging.getLogger(__name__)

Attributes = Callable[[str], Mapping[str, Mapping[str, Any]]]  # store id -> file id -> attributes
_WARMED = 16  # stores opened ahead of the first question
_LONGEST_QUERY = 16_000  # characters; of a longer one its beginning and its end, where people put their question


def open_index(
    *,
    data_dir: Path,
    chroma_url: str | None = None,
    embedder: Embedder | None = None,
    dense_weight: float = 0.4,
    attributes: Attributes,
) -> Index:
    """The index under a data directory, its vectors in the Chroma at `chroma_url` or embedded beside it.

    Nothing is opened before it is used. `attributes` knows the attributes of every file of a store.
    """
    dense = Dense(data_dir / "chroma", chroma_url)
    shelf = Shelf(dense, data_dir / "lexical", shared=chroma_url is not None)
    return Index(dense, shelf, embedder=embedder, dense_weight=dense_weight, attributes=attributes)


class Index:
    """Chunks by store, searchable by words and, when an embedder is configured, by meaning. Safe from many threads."""

    def __init__(
        self, dense: Dense, shelf: Shelf, *, embedder: Embedder | None, dense_weight: float, attributes: Attributes
    ) -> None:
        self._dense = dense
        self._shelf = shelf
        self._ranking = embedder
        self._weight = dense_weight
        self._attributes = attributes
        self.embedder: Embedder = embedder or HashEmbedder()  # Chroma cannot do without vectors, ranking can
        self._warned: set[str] = set()

    # ---- changing ----

    def add(self, store_id: str, chunks: Sequence[Chunk]) -> None:
        """Insert or replace chunks by id; found by the next search. Safe to run twice.

        EmbedderMismatch when the store's vectors are another embedder's; the embedder's own errors.
        """
        chunks = list({chunk.id: chunk for chunk in chunks}.values())
        if not chunks:
            return
        made = self._shelf.reading(store_id, _collection, None)
        if made is not None:
            self._check(store_id, made)  # before vectors are paid for
        vectors = self.embedder.embed([indexed_text(chunk) for chunk in chunks])
        with self._shelf.writing(store_id) as store:
            if store is None:
                fresh = self._dense.create(store_id, self.embedder.name, vectors.shape[1])
                store = self._shelf.adopt(store_id, fresh)
            self._check(store_id, store.chunks, vectors.shape[1])
            with store.words.writing():
                store.chunks.upsert(chunks, vectors)
                store.words.update(chunks)

    def remove(self, store_id: str, file_ids: Collection[str]) -> None:
        """Remove the files' chunks; unknown ids are no error."""
        self._remove(store_id, lambda store: store.chunks.ids_of(file_ids))

    def keep(self, store_id: str, file_id: str, chunk_ids: Collection[str]) -> None:
        """Remove those of the file's chunks that are not among `chunk_ids`."""
        self._remove(store_id, lambda store: store.chunks.ids_of([file_id]) - set(chunk_ids))

    def drop(self, store_id: str) -> None:
        """Forget the store whole; no error when it has nothing."""
        with self._shelf.alone(store_id):
            self._dense.drop(store_id)
            self._shelf.discard(store_id)

    def reindex(self, store_id: str, progress: Callable[[int, int], None] | None = None) -> None:
        """Make the store's vectors and words anew, by the present embedder and analyser.

        The old index answers until the new one is whole, and a crash leaves it in place; additions wait.
        `progress` is told the chunks done and their total.
        """
        with self._shelf.writing(store_id) as store:  # opened first: searches go on with what is open
            if store is None:
                return
            fresh = self._copied(store_id, store.chunks, progress)
            if fresh is None:  # empty: the next addition makes it by whatever embedder there is then
                self._dense.drop(store_id)
                self._shelf.discard(store_id)
                return
            build(self._shelf.folder(store_id, fresh), fresh.pages())
            self._dense.swap(store_id, fresh)
            self._shelf.tidy(self._shelf.adopt(store_id, fresh))
            self._dense.sweep(store_id)
            self._warned.discard(store_id)

    # ---- looking ----

    def search(
        self,
        store_ids: Sequence[str],
        query: str,
        *,
        top_k: int = 6,
        files: Collection[str] | None = None,
        filters: Filter | None = None,
        min_score: float = 0.0,
    ) -> Grounding:
        """The passages that answer best, best first; of `files` alone if given, and of files that pass `filters`.

        `min_score` is 0..1, against `Passage.score`; the ranking itself is by other figures, so scores may not fall
        in order. An embedder that fails costs the dense leg and not the answer.
        """
        text = _bounded(query)
        asked = Query.of(text)
        if top_k < 1 or not (asked.words or asked.grams):
            return Grounding(query)
        vector = self._vector(text, store_ids)
        pool = max(top_k, searching.POOL) if min_score else top_k
        looks: list[Look] = []
        for store_id in dict.fromkeys(store_ids):
            allowed = self._allowed(store_id, files, filters)
            if allowed is None or allowed:
                found = self._shelf.reading(store_id, partial(self._look, asked, pool, allowed, vector), None)
                looks += [found] if found else []
        weights = searching.weights(asked, looks)
        ranked = searching.ranked([one for each in looks for one in each.candidates], weights, self._weight)
        best = [candidate for candidate in ranked if candidate.score >= min_score][:top_k]
        return self._grounding(query, best, weights)

    def chunks(self, store_id: str, file_id: str) -> list[Chunk]:
        """The file's chunks, by position."""
        nothing: list[Chunk] = []
        return self._shelf.reading(store_id, lambda store: store.chunks.of_file(file_id), nothing)

    def chunk_ids(self, store_id: str, file_id: str) -> set[str]:
        """The ids of the file's chunks."""
        nothing: set[str] = set()
        return self._shelf.reading(store_id, lambda store: store.chunks.ids_of([file_id]), nothing)

    def count(self, store_id: str) -> int:
        """How many chunks the store has."""
        return self._shelf.reading(store_id, lambda store: store.chunks.count(), 0)

    def embedder_of(self, store_id: str) -> str | None:
        """Who made the store's vectors; None when it has none."""
        made = self._shelf.reading(store_id, _collection, None)
        return made.embedder if made else None

    # ---- the whole ----

    def warm(self) -> None:
        """Open the first stores ahead of the first question; what cannot be opened will say so when asked."""
        try:
            for store_id in self._dense.stores(_WARMED):
                self._shelf.reading(store_id, lambda store: store.words.count, 0)
        except RagproxyError as error:
            log.warning("the index could not be opened ahead of time: %s", error.message)

    def ping(self) -> None:
        """UpstreamUnavailable when Chroma does not answer."""
        self._dense.ping()

    def close(self) -> None:
        """Let go of everything; the next use opens it again."""
        self._shelf.close()
        self._dense.close()

    # ---- inside ----

    def _check(self, store_id: str, chunks: ChunkCollection, dimension: int | None = None) -> None:
        if chunks.embedder == self.embedder.name and dimension in (None, chunks.dimension):
            return
        sizes = f"; its vectors have {chunks.dimension} dimensions, not {dimension}" if dimension else ""
        raise EmbedderMismatch(
            f"The vector store '{store_id}' was indexed by the embedder '{chunks.embedder}', the server now has "
            f"'{self.embedder.name}'{sizes}; run: ragproxy reindex {store_id}"
        )

    def _copied(
        self, store_id: str, old: ChunkCollection, progress: Callable[[int, int], None] | None
    ) -> ChunkCollection | None:
        """All chunks in a collection of their own, with new vectors; None when there are none."""
        total, done = old.count(), 0
        fresh = None
        for page in old.pages():
            vectors = self.embedder.embed([indexed_text(chunk) for chunk in page])
            fresh = fresh or self._dense.begin(store_id, self.embedder.name, vectors.shape[1])
            fresh.upsert(page, vectors)
            done += len(page)
            if progress:
                progress(done, total)
        return fresh

    def _remove(self, store_id: str, chosen: Callable[[OpenStore], set[str]]) -> None:
        with self._shelf.writing(store_id) as store:
            ids = chosen(store) if store else set()
            if store and ids:
                with store.words.writing():
                    store.words.update(without=ids)
                    store.chunks.delete(ids)

    def _vector(self, query: str, store_ids: Sequence[str]) -> NDArray[np.float32] | None:
        """The query's vector, if there is an embedder and a store that was indexed by it."""
        if self._ranking is None or not any(self.embedder_of(store_id) == self._ranking.name for store_id in store_ids):
            return None
        try:
            row: NDArray[np.float32] = self._ranking.embed([query])[0]
        except RagproxyError as error:
            log.warning("searched without the dense leg: %s", error.message)
            return None
        return row

    def _allowed(self, store_id: str, files: Collection[str] | None, filters: Filter | None) -> set[str] | None:
        """The only files that may be found; None means all."""
        if filters is None:
            return None if files is None else set(files)
        passing = select(filters, self._attributes(store_id))
        return passing if files is None else passing & set(files)

    def _look(
        self,
        query: Query,
        limit: int,
        files: set[str] | None,
        vector: NDArray[np.float32] | None,
        store: OpenStore,
    ) -> Look | None:
        ours = self._ranking is None or store.chunks.embedder == self._ranking.name
        if not ours or (vector is not None and store.chunks.dimension != len(vector)):
            self._warn(store)
            vector = None
        return searching.look(store, query, limit, files, vector)

    def _warn(self, store: OpenStore) -> None:
        if store.id not in self._warned:
            self._warned.add(store.id)
            log.warning(
                "store %s was indexed by another embedder (%s, %d dimensions) and is searched by its words alone; "
                "run: ragproxy reindex %s",
                store.id,
                store.chunks.embedder,
                store.chunks.dimension,
                store.id,
            )

    def _grounding(self, query: str, best: Sequence[Candidate], weights: Mapping[str, float]) -> Grounding:
        chunks: dict[str, dict[str, Chunk]] = {}
        for store_id in {candidate.store_id for candidate in best}:
            ids = [candidate.hit.chunk_id for candidate in best if candidate.store_id == store_id]
            chunks[store_id] = self._shelf.reading(store_id, partial(_texts, ids), {})
        passages, covered = [], 0.0
        for candidate in best:
            chunk = chunks[candidate.store_id].get(candidate.hit.chunk_id)
            if chunk is None:  # removed since
                continue
            attributes = self._attributes(candidate.store_id).get(chunk.file_id, {})
            passages.append(Passage(chunk, candidate.store_id, candidate.score, attributes))
            covered = max(covered, candidate.share, candidate.score)
        return Grounding(query, tuple(passages), weights, covered)


def _collection(store: OpenStore) -> ChunkCollection:
    return store.chunks


def _texts(ids: Sequence[str], store: OpenStore) -> dict[str, Chunk]:
    return store.chunks.get(ids)


def _bounded(query: str) -> str:
    half = _LONGEST_QUERY // 2
    return query if len(query) <= _LONGEST_QUERY else f"{query[:half]}\n{query[-half:]}"
