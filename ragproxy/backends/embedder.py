"""Vectors made by an embedding model of the upstream."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ragproxy.backends.http import Http
from ragproxy.domain import Cancel
from ragproxy.errors import UpstreamBroken, UpstreamRefused
from ragproxy.wire.embeddings import embedding_body, embedding_vectors
from ragproxy.wire.errors import upstream_error
from ragproxy.wire.json import dumps, loads_upstream

if TYPE_CHECKING:
    from array import array

    import numpy as np
    from numpy.typing import NDArray

BATCH_TEXTS = 128
BATCH_CHARACTERS = 100_000  # OpenAI takes 300,000 tokens in one request, a local server fewer
LONGEST_TEXT = 8000  # characters; models read some 8,000 tokens and refuse more: the rest of a text is left out


class UpstreamEmbedder:
    """An Embedder. Its name is the model's, so that a store made by another model is noticed.

    It asks for base64, a third of the bytes of decimal figures, until a server refuses it; one that ignores the wish
    is understood too. Nothing is retried.
    """

    def __init__(self, http: Http, model: str) -> None:
        self._http = http
        self._model = model
        self._packed = True
        self._dimensions: int | None = None

    @property
    def name(self) -> str:
        return self._model

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """As the port. Errors: UpstreamError and its kin; UpstreamBroken when the dimensions change between answers."""
        import numpy as np  # the package must import without it

        rows = [row for batch in _batches(texts) for row in self._vectors(batch)]
        if not rows:
            return np.zeros((0, self._dimensions or 0), dtype=np.float32)
        vectors = np.asarray(rows, dtype=np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32, copy=False)

    def _vectors(self, texts: list[str]) -> list[array[float]]:
        body = embedding_body(texts, self._model)
        if self._packed:
            try:
                return self._post({**body, "encoding_format": "base64"}, len(texts))
            except UpstreamRefused as err:
                if "encoding_format" not in f"{err.param} {err.message}" and "base64" not in err.message:
                    raise
            self._packed = False
        return self._post(body, len(texts))

    def _post(self, body: dict[str, object], expected: int) -> list[array[float]]:
        with self._http.post("/embeddings", dumps(body), Cancel()) as reply:
            if reply.status >= 300:
                raise upstream_error(reply.status, reply.read(), reply.headers)
            rows = embedding_vectors(loads_upstream(reply.read()), expected=expected)
        dimensions = len(rows[0])
        if self._dimensions not in (None, dimensions):
            raise UpstreamBroken(
                f"The embedding model '{self._model}' gives {dimensions} dimensions, and gave {self._dimensions} before"
            )
        self._dimensions = dimensions
        return rows


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """The texts in order, as many at a time as one request may hold."""
    batch: list[str] = []
    size = 0
    for text in map(_askable, texts):
        if batch and (len(batch) == BATCH_TEXTS or size + len(text) > BATCH_CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text)
    if batch:
        yield batch


def _askable(text: str) -> str:
    """OpenAI refuses an empty text; a space means as little."""
    return text[:LONGEST_TEXT] or " "
