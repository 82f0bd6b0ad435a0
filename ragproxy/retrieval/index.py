"""The index: add, remove, search. Behind it each vector store is a Chroma collection and a tantivy index."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ragproxy.disk import INDEX_RESERVE, check_room
from ragproxy.domain import ChangeLog, Chunk, Embedder, Filter, Grounding, Passage
from ragproxy.errors import EmbedderMismatch, RagproxyError
from ragproxy.retrieval import searching
from ragproxy.retrieval.auditing import Auditor
from ragproxy.retrieval.bm25 import Query, indexed_text
from ragproxy.retrieval.collection import ChunkCollection
from ragproxy.retrieval.copying import Copy, Progress
from ragproxy.retrieval.dense import Dense
from ragproxy.retrieval.embedding import HashEmbedder
from ragproxy.retrieval.filters import select
from ragproxy.retrieval.keeping import Keeper, OpenStore
from ragproxy.retrieval.replicas import Replicas
from ragproxy.retrieval.searching import Candidate, Look
from ragproxy.retrieval.shelf import Shelf

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

log = logging.getLogger(__name__)

Attributes = Callable[[str], Mapping[str, Mapping[str, Any]]]  # store id -> file id -> attributes
_LONGEST_QUERY = 16_000  # characters; of a longer one its beginning and its end, where people put their question


def open_index(
    *,
    data_dir: Path,
    chroma_url: str | None = None,
    embedder: Embedder | None = None,
    dense_weight: float = 0.4,
    attributes: Attributes,
    changes: ChangeLog | None = None,
) -> Index:
    """The index under a data directory, its vectors in the Chroma at `chroma_url` or embedded beside it.

    Nothing is opened before it is used. `attributes` knows the attributes of every file of a store. With a
    `chroma_url`, which others may write to, the words follow `changes`: whoever adds or removes notes it there.
    """
    dense = Dense(data_dir / "chroma", chroma_url)
    keeper: Keeper
    if chroma_url is None:
        keeper = Shelf(dense, data_dir / "lexical")
    elif changes is None:
        raise ValueError("the words beside a Chroma server follow a log of changes, and there is none")
    else:
        keeper = Replicas(dense, data_dir / "lexical", changes)
    return Index(
        dense,
        keeper,
        embedder=embedder,
        dense_weight=dense_weight,
        attributes=attributes,
        check_room=partial(check_room, data_dir, INDEX_RESERVE),
    )


class Index:
    """Chunks by store, searchable by words and, when an embedder is configured, by meaning. Safe from many threads."""

    def __init__(
        self,
        dense: Dense,
        keeper: Keeper,
        *,
        embedder: Embedder | None,
        dense_weight: float,
        attributes: Attributes,
        check_room: Callable[[], None],
    ) -> None:
        self._dense = dense
        self._keeper = keeper
        self._ranking = embedder
        self._weight = dense_weight
        self._attributes = attributes
        self.check_room = check_room  # StorageFull when little room is left on the disk
        self.embedder: Embedder = embedder or HashEmbedder()  # Chroma cannot do without vectors, ranking can
        self._warned: set[str] = set()

    # ---- changing ----

    def add(self, store_id: str, chunks: Sequence[Chunk]) -> None:
        """Insert or replace chunks by id; found by the next search, once the log says so where there is one.

        Safe to run twice. EmbedderMismatch when the store's vectors are another embedder's; the embedder's own errors;
        StorageFull when little room is left on the disk.
        """
        chunks = list({chunk.id: chunk for chunk in chunks}.values())
        if not chunks:
            return
        self.check_room()
        made = self._keeper.collection(store_id)
        if made is not None:
            self._check(store_id, None, made)  # before vectors are paid for
        vectors = self.embedder.embed([indexed_text(chunk) for chunk in chunks])
        check = partial(self._check, store_id, vectors.shape[1])
        self._keeper.put(store_id, chunks, vectors, self.embedder.name, check)

    def remove(self, store_id: str, file_ids: Collection[str]) -> None:
        """Remove the files' chunks; unknown ids are no error."""
        self._keeper.take_out(store_id, lambda chunks: chunks.ids_of(file_ids))

    def keep(self, store_id: str, file_id: str, chunk_ids: Collection[str]) -> None:
        """Remove those of the file's chunks that are not among `chunk_ids`."""
        self._keeper.take_out(store_id, lambda chunks: chunks.ids_of([file_id]) - set(chunk_ids))

    def drop(self, store_id: str) -> None:
        """Forget the store whole; no error when it has nothing."""
        self._keeper.drop(store_id)

    def reindex(self, store_id: str, progress: Progress | None = None) -> None:
        """Make the store's vectors anew, by the present embedder, and its words by the present analyser.

        The old index answers until the new one is whole, and a crash leaves it in place. `progress` is told the
        chunks done and their total. StorageFull when little room is left on the disk.
        """
        begin = partial(self._dense.begin, store_id, self.embedder.name)

        def told(done: int, total: int) -> None:
            self.check_room()
            if progress:
                progress(done, total)

        self.check_room()
        self._keeper.reindex(store_id, Copy(self.embedder, begin, told))
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
        hidden: Mapping[str, Collection[str]] = MappingProxyType({}),
    ) -> Grounding:
        """The passages that answer best, best first; of `files` alone if given, and of files that pass `filters`.

        `hidden` has the files of a store, by its id, that are not looked at.

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
            allowed = self._allowed(store_id, files, filters, hidden.get(store_id, ()))
            if allowed is None or allowed:
                found = self._keeper.reading(store_id, partial(self._look, asked, pool, allowed, vector), None)
                looks += [found] if found else []
        weights = searching.weights(asked, looks)
        ranked = searching.ranked([one for each in looks for one in each.candidates], weights, self._weight)
        best = [candidate for candidate in ranked if candidate.score >= min_score][:top_k]
        return self._grounding(query, best, weights)

    def chunks(self, store_id: str, file_id: str) -> list[Chunk]:
        """The file's chunks, by position."""
        nothing: list[Chunk] = []
        return self._keeper.holding(store_id, lambda chunks: chunks.of_file(file_id), nothing)

    def chunk_ids(self, store_id: str, file_id: str) -> set[str]:
        """The ids of the file's chunks."""
        nothing: set[str] = set()
        return self._keeper.holding(store_id, lambda chunks: chunks.ids_of([file_id]), nothing)

    def count(self, store_id: str) -> int:
        """How many chunks the store has."""
        return self._keeper.holding(store_id, lambda chunks: chunks.count(), 0)

    def embedder_of(self, store_id: str) -> str | None:
        """Who made the store's vectors; None when it has none."""
        made = self._keeper.collection(store_id)
        return made.embedder if made else None

    # ---- the whole ----

    def warm(self) -> None:
        """Open the first stores ahead of the first question; what cannot be opened will say so when asked."""
        self._keeper.warm()

    @property
    def auditor(self) -> Auditor:
        """Looks behind the index: for whoever checks it against the records."""
        return Auditor(self._dense, self._keeper)

    def ping(self) -> None:
        """UpstreamUnavailable when Chroma does not answer, or searches would have to wait for long."""
        self._dense.ping()
        self._keeper.check_ready()

    def close(self) -> None:
        """Let go of everything; the next use opens it again."""
        self._keeper.close()
        self._dense.close()

    # ---- inside ----

    def _check(self, store_id: str, dimension: int | None, chunks: ChunkCollection) -> None:
        if chunks.embedder == self.embedder.name and dimension in (None, chunks.dimension):
            return
        sizes = f"; its vectors have {chunks.dimension} dimensions, not {dimension}" if dimension else ""
        raise EmbedderMismatch(
            f"The vector store '{store_id}' was indexed by the embedder '{chunks.embedder}', the server now has "
            f"'{self.embedder.name}'{sizes}; run: ragproxy reindex {store_id}"
        )

    def _vector(self, query: str, store_ids: Sequence[str]) -> NDArray[np.float32] | None:
        """The query's vector, if there is an embedder and a store that was indexed by it."""
        if self._ranking is None or self._ranking.name not in {self._made_by(store_id) for store_id in store_ids}:
            return None
        try:
            row: NDArray[np.float32] = self._ranking.embed([query])[0]
        except RagproxyError as error:
            log.warning("searched without the dense leg: %s", error.message)
            return None
        return row

    def _made_by(self, store_id: str) -> str | None:
        return self._keeper.holding(store_id, lambda chunks: chunks.embedder, None)

    def _allowed(
        self, store_id: str, files: Collection[str] | None, filters: Filter | None, hidden: Collection[str]
    ) -> set[str] | None:
        """The only files that may be found; None means all."""
        allowed = None if files is None else set(files)
        if filters is not None:
            passing = select(filters, self._attributes(store_id))
            allowed = passing if allowed is None else passing & allowed
        if hidden:
            allowed = (set(self._attributes(store_id)) if allowed is None else allowed).difference(hidden)
        return allowed

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
            chunks[store_id] = self._keeper.holding(store_id, partial(_texts, ids), {})
        passages, covered = [], 0.0
        for candidate in best:
            chunk = chunks[candidate.store_id].get(candidate.hit.chunk_id)
            if chunk is None:  # removed since
                continue
            attributes = self._attributes(candidate.store_id).get(chunk.file_id, {})
            passages.append(Passage(chunk, candidate.store_id, candidate.score, attributes))
            covered = max(covered, candidate.share, candidate.score)
        return Grounding(query, tuple(passages), weights, covered)


def _texts(ids: Sequence[str], chunks: ChunkCollection) -> dict[str, Chunk]:
    return chunks.get(ids)


def _bounded(query: str) -> str:
    half = _LONGEST_QUERY // 2
    return query if len(query) <= _LONGEST_QUERY else f"{query[:half]}\n{query[-half:]}"
