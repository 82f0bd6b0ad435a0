"""What the index asks of whoever keeps the stores: a `Shelf`, alone with its Chroma, or `Replicas`, beside others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from ragproxy.domain import Chunk
from ragproxy.retrieval.collection import ChunkCollection
from ragproxy.retrieval.copying import Copy
from ragproxy.retrieval.lexical import Lexical

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")

OPEN = 64  # indexes kept open: each costs file handles and memory maps


@dataclass(frozen=True, slots=True)
class OpenStore:
    """A store at work."""

    id: str
    chunks: ChunkCollection
    words: Lexical


class Keeper(Protocol):
    """Keeps each store's chunks in Chroma and their words in tantivy. Safe from many threads."""

    @property
    def shared(self) -> bool:
        """Whether other processes use the same Chroma."""
        ...

    # ---- looking ----

    def reading(self, store_id: str, read: Callable[[OpenStore], T], empty: T) -> T:
        """What `read` makes of the store as it is now, `empty` when it has no collection."""
        ...

    def holding(self, store_id: str, read: Callable[[ChunkCollection], T], empty: T) -> T:
        """The same of its chunks alone: the words may be behind, or not there at all."""
        ...

    def collection(self, store_id: str) -> ChunkCollection | None:
        """The store's collection, asked for anew where others may have replaced it."""
        ...

    # ---- changing ----

    def put(
        self,
        store_id: str,
        chunks: Sequence[Chunk],
        vectors: NDArray[np.float32],
        embedder: str,
        check: Callable[[ChunkCollection], None],
    ) -> None:
        """Insert or replace chunks, in a new collection of the embedder's if need be; `check` may refuse an old one."""
        ...

    def take_out(self, store_id: str, chosen: Callable[[ChunkCollection], set[str]]) -> None:
        """Remove the chunks of the ids that are chosen."""
        ...

    def drop(self, store_id: str) -> None:
        """Forget the store whole."""
        ...

    def reindex(self, store_id: str, copy: Copy) -> None:
        """Put a copy in the collection's place; what is there answers until the copy is whole."""
        ...

    # ---- the whole ----

    def warm(self) -> None:
        """Open the first stores ahead of the first question; what cannot be opened will say so when asked."""
        ...

    def check_ready(self) -> None:
        """UpstreamUnavailable while searches would have to wait for long."""
        ...

    def close(self) -> None:
        """Let go of every store; those who still read one may finish."""
        ...

    # ---- for whoever looks behind the index ----

    def alone(self, store_id: str) -> AbstractContextManager[None]:
        """Keep everybody else on this machine from writing to the store's words."""
        ...

    def folder(self, store_id: str, chunks: ChunkCollection) -> Path:
        """Where the lexical index of a collection belongs."""
        ...

    def folders(self, store_id: str | None = None) -> list[Path]:
        """The folders of a store's lexical indexes, in use or not; without an id, those of every store."""
        ...

    def discard(self, store_id: str) -> None:
        """Close the store and delete its lexical indexes. Only while `alone`."""
        ...
