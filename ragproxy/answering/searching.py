"""The search of one vector store, as its clients see it: several queries at once, and no file that is going."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from functools import partial

from ragproxy.answering import rewriting
from ragproxy.answering.pipeline import EXTRACTIVE
from ragproxy.domain import Cancel, Filter, Models, Passage, Tally
from ragproxy.errors import UnknownModel
from ragproxy.retrieval import Index
from ragproxy.state import State

_PATIENCE_S = 10.0  # for a model that rewrites; the search itself takes milliseconds


class Searcher:
    """Finds passages in one store."""

    def __init__(self, index: Index, state: State, models: Models, *, patience_s: float = _PATIENCE_S) -> None:
        self._index = index
        self._state = state
        self._models = models
        self._patience_s = patience_s

    def rewritten(self, queries: Sequence[str], tally: Tally) -> tuple[str, ...]:
        """The queries as the model that writes the answers would search for them, in their order.

        They stay as they are with the built-in model, whose search passes over question words anyway, and when the
        model fails or is too slow. What it consumes is put on the tally.
        """
        name = self._models.default
        if name == EXTRACTIVE:
            return tuple(queries)
        cancel = Cancel()
        patience = threading.Timer(self._patience_s, cancel.cancel)
        patience.daemon = True
        patience.start()
        try:
            return rewriting.searches(queries, self._models.chat_model(name), name, cancel, tally)
        except UnknownModel:  # the upstream no longer has it
            return tuple(queries)
        finally:
            patience.cancel()

    def search(
        self,
        store_id: str,
        queries: Sequence[str],
        *,
        top_k: int,
        filters: Filter | None = None,
        min_score: float = 0.0,
        hidden: frozenset[str] = frozenset(),
    ) -> list[Passage]:
        """What answers any of the queries, each passage once, best first; nothing of the files that are `hidden`.

        One query keeps the order of its ranking; of several, the scores decide, a passage by the best of its own.
        Using a store puts its expiry off.
        """
        self._state.stores.touch(store_id)
        found = [self._shown(store_id, query, top_k, filters, min_score, hidden) for query in queries]
        return found[0] if len(found) == 1 else _merged(found)[:top_k]

    def _shown(
        self,
        store_id: str,
        query: str,
        top_k: int,
        filters: Filter | None,
        min_score: float,
        hidden: frozenset[str],
    ) -> list[Passage]:
        """The passages of files that the store shows; a removed file's chunks leave the index a little later."""
        search = partial(
            self._index.search,
            [store_id],
            query,
            top_k=top_k,
            filters=filters,
            min_score=min_score,
            hidden={store_id: hidden},
        )
        found = search().passages
        present = self._state.files.attributes(store_id)
        if any(passage.chunk.file_id not in present for passage in found):
            found = search(files=list(present)).passages  # rare, and costly in a large store: so not at once
        return [passage for passage in found if passage.chunk.file_id in present]


def _merged(found: Iterable[Sequence[Passage]]) -> list[Passage]:
    best: dict[str, Passage] = {}
    for passages in found:
        for passage in passages:
            known = best.get(passage.chunk.id)
            if known is None or passage.score > known.score:
                best[passage.chunk.id] = passage
    return sorted(best.values(), key=lambda passage: -passage.score)
