"""One store's chunks in Chroma: text, metadata and a vector each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ragproxy.domain import Chunk
from ragproxy.retrieval.analysis import encodable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PAGE = 1_000  # chunks read at once when all are wanted
_IN = 500  # file ids in one `where`
_NARROW = 25  # files whose chunks are worth fetching, to compare them all: Chroma's filter takes 100 ms to find a few
_FEW = 500  # chunks that are compared so
_BROAD = 200  # files beyond which the neighbours are filtered here: Chroma's own filter costs more than what it saves
_OVERFETCH = (4, 20)  # times the neighbours wanted, more if that was not enough: metadata cost 60 us each


class Vanished(Exception):
    """The store was dropped or replaced since it was opened; open it again."""


class ChunkCollection:
    """A Chroma collection that was made by `embedder`, with vectors of `dimension` numbers.

    `call(method, ...)` runs a method of the raw collection and explains its errors; `batch` is the most records that
    Chroma takes at once.
    """

    def __init__(self, raw: Any, call: Callable[..., Any], batch: int) -> None:
        self.raw = raw
        self._call = call
        self._batch = batch

    @property
    def id(self) -> str:
        """Chroma's own identifier: unlike the name, it is never used again."""
        return str(self.raw.id)

    @property
    def whole(self) -> bool:
        """False while a reindex fills it."""
        return bool(self.raw.metadata["whole"])

    @property
    def embedder(self) -> str:
        return str(self.raw.metadata["embedder"])

    @property
    def dimension(self) -> int:
        return int(self.raw.metadata["dimension"])

    def count(self) -> int:
        return int(self._call(self.raw.count))

    def upsert(self, chunks: Sequence[Chunk], vectors: NDArray[np.float32]) -> None:
        """Insert or replace chunks by id; row i of `vectors` is chunk i's."""
        for start in range(0, len(chunks), self._batch):
            part = chunks[start : start + self._batch]
            self._call(
                self.raw.upsert,
                ids=[chunk.id for chunk in part],
                embeddings=vectors[start : start + self._batch],
                documents=[encodable(chunk.text) for chunk in part],
                metadatas=[_metadata(chunk) for chunk in part],
            )

    def delete(self, ids: Collection[str]) -> None:
        """Remove chunks by id; unknown ids are ignored."""
        for part in _batches(ids, self._batch):
            self._call(self.raw.delete, ids=part)

    def get(self, ids: Sequence[str]) -> dict[str, Chunk]:
        """The chunks that exist among the ids."""
        if not ids:
            return {}
        found = self._call(self.raw.get, ids=list(ids), include=["documents", "metadatas"])
        return {chunk.id: chunk for chunk in _chunks(found)}

    def ids(self) -> list[str]:
        """The ids of all chunks, in one answer: pages would shift under those who write meanwhile."""
        return list(self._call(self.raw.get, include=[])["ids"])

    def get_ids(self, ids: Collection[str]) -> set[str]:
        """Those of the ids that there are."""
        found: set[str] = set()
        for part in _batches(ids, PAGE):
            found.update(self._call(self.raw.get, ids=part, include=[])["ids"])
        return found

    def read(self, ids: Sequence[str]) -> Iterator[list[Chunk]]:
        """The chunks of these ids that there still are, a page at a time."""
        for part in _batches(ids, PAGE):
            if page := list(self.get(part).values()):
                yield page

    def ids_of(self, file_ids: Collection[str]) -> set[str]:
        """The ids of all chunks of the files."""
        ids: set[str] = set()
        for part in _batches(file_ids, _IN):
            ids.update(self._call(self.raw.get, where=_where(part), include=[])["ids"])
        return ids

    def counts_of(self, file_ids: Collection[str]) -> dict[str, int]:
        """How many chunks each of the files has; those without any are left out."""
        counts: Counter[str] = Counter()
        for part in _batches(file_ids, _IN):
            found = self._call(self.raw.get, where=_where(part), include=["metadatas"])
            counts.update(about["file_id"] for about in found["metadatas"])
        return dict(counts)

    def of_file(self, file_id: str) -> list[Chunk]:
        """A file's chunks, by position."""
        found = self._call(self.raw.get, where={"file_id": file_id}, include=["documents", "metadatas"])
        return sorted(_chunks(found), key=lambda chunk: chunk.position)

    def pages(self) -> Iterator[list[Chunk]]:
        """Every chunk, a page at a time. Nobody may write meanwhile, or the pages shift."""
        offset = 0
        while True:
            found = self._call(self.raw.get, limit=PAGE, offset=offset, include=["documents", "metadatas"])
            page = _chunks(found)
            if page:
                yield page
            if len(page) < PAGE:
                return
            offset += PAGE

    def owners(self) -> Iterator[dict[str, str]]:
        """Every chunk's id to its file's, without its text, a page at a time; as `pages` otherwise."""
        offset = 0
        while True:
            found = self._call(self.raw.get, limit=PAGE, offset=offset, include=["metadatas"])
            if found["ids"]:
                yield {id: about["file_id"] for id, about in zip(found["ids"], found["metadatas"], strict=True)}
            if len(found["ids"]) < PAGE:
                return
            offset += PAGE

    def nearest(
        self, vector: NDArray[np.float32], limit: int, files: Collection[str] | None = None
    ) -> dict[str, float]:
        """The chunks nearest to a unit vector, to their cosine, nearest first; only those of `files` if given.

        Of more than 200 files, the nearest are taken first and filtered afterwards, so fewer than `limit` may remain.
        """
        if files is None:
            return self._nearest(vector, limit)
        if len(files) <= _NARROW:
            ids = self.ids_of(files)
            if len(ids) <= _FEW:
                return _top(self.cosines(vector, list(ids)), limit)
        if len(files) <= _BROAD:
            return self._nearest(vector, limit, where=_where(files))
        allowed: dict[str, float] = {}
        for times in _OVERFETCH:
            allowed = self._nearest_of_many(vector, limit * times, files)
            if len(allowed) >= limit:
                break
        return _top(allowed, limit)

    def _nearest_of_many(self, vector: NDArray[np.float32], fetched: int, files: Collection[str]) -> dict[str, float]:
        found = self._call(
            self.raw.query, query_embeddings=[vector], n_results=fetched, include=["distances", "metadatas"]
        )
        rows = zip(found["ids"][0], found["distances"][0], found["metadatas"][0], strict=True)
        return {id: 1 - distance for id, distance, metadata in rows if metadata["file_id"] in files}

    def _nearest(self, vector: NDArray[np.float32], limit: int, **where: Any) -> dict[str, float]:
        found = self._call(self.raw.query, query_embeddings=[vector], n_results=limit, include=["distances"], **where)
        return {id: 1 - distance for id, distance in zip(found["ids"][0], found["distances"][0], strict=True)}

    def cosines(self, vector: NDArray[np.float32], ids: Sequence[str]) -> dict[str, float]:
        """The cosine of a unit vector to those of the chunks, computed exactly."""
        if not ids:
            return {}
        found = self._call(self.raw.get, ids=list(ids), include=["embeddings"])
        return dict(zip(found["ids"], (found["embeddings"] @ vector).tolist(), strict=True))


def _top(cosines: Mapping[str, float], limit: int) -> dict[str, float]:
    return dict(sorted(cosines.items(), key=lambda item: -item[1])[:limit])


def _batches(ids: Collection[str], size: int) -> Iterator[list[str]]:
    all_ids = list(ids)
    return (all_ids[start : start + size] for start in range(0, len(all_ids), size))


def _where(file_ids: Collection[str]) -> dict[str, Any]:
    return {"file_id": {"$in": list(file_ids)}}


def _metadata(chunk: Chunk) -> dict[str, Any]:
    # every key, always: upsert merges, so a key left out would keep its old value
    return {
        "file_id": chunk.file_id,
        "filename": encodable(chunk.filename),
        "position": chunk.position,
        "page": chunk.page or 0,  # Chroma has no null; pages begin at 1
        "heading": encodable(chunk.heading),
    }


def _chunks(found: Mapping[str, Any]) -> list[Chunk]:
    return [
        Chunk(
            id=id,
            file_id=metadata["file_id"],
            filename=metadata["filename"],
            position=metadata["position"],
            text=text,
            page=metadata["page"] or None,
            heading=metadata["heading"],
        )
        for id, text, metadata in zip(found["ids"], found["documents"], found["metadatas"], strict=True)
    ]
