"""A store's chunks on their way into a new collection, with new vectors."""

from __future__ import annotations

from collections.abc import Callable

from ragproxy.domain import Embedder
from ragproxy.retrieval.bm25 import indexed_text
from ragproxy.retrieval.collection import ChunkCollection

Progress = Callable[[int, int], None]


class Copy:
    """Fills a collection that `begin` makes, given the number of dimensions, once there is something to put into it.

    `progress` is told the chunks done and their total.
    """

    def __init__(
        self, embedder: Embedder, begin: Callable[[int], ChunkCollection], progress: Progress | None = None
    ) -> None:
        self._embedder = embedder
        self._begin = begin
        self._progress = progress
        self.fresh: ChunkCollection | None = None  # None as long as nothing was copied

    def match(self, old: ChunkCollection) -> int:
        """Make the copy hold what `old` holds now; how many chunks that took.

        An id stands for a text, so ids are all that is compared; what has come and gone meanwhile does no harm.
        """
        there = old.ids()
        here = set(self.fresh.ids()) if self.fresh else set()
        missing = [chunk_id for chunk_id in there if chunk_id not in here]
        done = 0
        for page in old.read(missing):
            vectors = self._embedder.embed([indexed_text(chunk) for chunk in page])
            self.fresh = self.fresh or self._begin(vectors.shape[1])
            self.fresh.upsert(page, vectors)
            done += len(page)
            if self._progress:
                self._progress(len(here) + done, len(here) + len(missing))
        surplus = here.difference(there)
        if self.fresh and surplus:
            self.fresh.delete(surplus)
        return len(missing) + len(surplus)
