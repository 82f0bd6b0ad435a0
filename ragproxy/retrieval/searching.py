"""From what the stores found to passages in order, with scores that mean the same for every query."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ragproxy.retrieval.bm25 import Hit, Query, Statistics, idf
from ragproxy.retrieval.fusion import fuse
from ragproxy.retrieval.keeping import OpenStore

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SURROUNDINGS = 100  # chunks of other matters that every store is imagined among
POOL = 50  # candidates from each leg when there are two


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk that may become a passage; `cosine` is None where no vector of the embedder's is at hand.

    `ranked` fills in `share`, that of the query's IDF mass, and `score`, what clients are shown; both 0..1.
    """

    store_id: str
    hit: Hit
    cosine: float | None = None
    share: float = 0.0
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Look:
    """What one store found, and its statistics of the query's words."""

    candidates: tuple[Candidate, ...]
    statistics: Statistics


def look(
    store: OpenStore,
    query: Query,
    limit: int,
    files: Collection[str] | None,
    vector: NDArray[np.float32] | None,
) -> Look:
    """Search one open store; with a vector by both legs, each candidate scored by both."""
    if vector is None:
        ranking = store.words.search(query, limit, files)
        return Look(tuple(Candidate(store.id, hit) for hit in ranking.hits), ranking.statistics)
    ranking = store.words.search(query, max(limit, POOL), files)
    cosines = store.chunks.nearest(vector, max(limit, POOL), files)
    hits = {hit.chunk_id: hit for hit in ranking.hits}
    # a candidate of one leg is scored by the other too, exactly: guessing 0 would punish what merely came 51st
    hits |= {hit.chunk_id: hit for hit in store.words.score(query, [id for id in cosines if id not in hits])}
    cosines |= store.chunks.cosines(vector, [id for id in hits if id not in cosines])
    found = tuple(Candidate(store.id, hit, cosines.get(id)) for id, hit in hits.items())
    return Look(found, ranking.statistics)


def ranked(candidates: Sequence[Candidate], weights: Mapping[str, float], weight: float) -> list[Candidate]:
    """Best first, scored; `weight` is the say of the vectors where there are any."""
    if all(candidate.cosine is None for candidate in candidates):
        order = sorted(candidates, key=lambda candidate: -candidate.hit.score)
    else:
        lexical = [candidate.hit.score for candidate in candidates]
        figures = fuse(lexical, [candidate.cosine for candidate in candidates], weight)
        order = [candidates[place] for place in sorted(range(len(candidates)), key=lambda place: -figures[place])]
    return [_scored(candidate, weights, weight) for candidate in order]


def weights(query: Query, looks: Sequence[Look]) -> dict[str, float]:
    """Each word of the query to its IDF over all the stores together, as if they were part of a larger collection.

    In a store of two chunks a word they lack would weigh ten times one they share, and nothing would ever be covered.
    """
    count = SURROUNDINGS + sum(one.statistics.count for one in looks)
    return {word: idf(count, sum(one.statistics.words.get(word, 0) for one in looks)) for word in query.words}


def coverage(hit: Hit, weights: Mapping[str, float]) -> float:
    """The share of the query's IDF mass that the chunk holds, 0..1.

    A query of stop words alone has no mass: there it is the share of what its letter groups could give.
    """
    mass = sum(weights.values())
    if not mass:
        return min(1.0, hit.score)
    return sum(weight for word, weight in weights.items() if word in hit.words) / mass


def _scored(candidate: Candidate, weights: Mapping[str, float], weight: float) -> Candidate:
    share = score = coverage(candidate.hit, weights)
    if candidate.cosine is not None:
        score = (1 - weight) * share + weight * min(1.0, max(0.0, candidate.cosine))
    return replace(candidate, share=share, score=score)
