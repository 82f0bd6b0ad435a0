"""Vectors made by an embedding model of the upstream, for the index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ragproxy.backends.embeddings import Protect, UpstreamEmbeddings
from ragproxy.backends.http import Channel
from ragproxy.domain import EmbeddingRequest
from ragproxy.errors import UpstreamBroken
from ragproxy.wire.embeddings import floats

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BATCH_TEXTS = 128
BATCH_CHARACTERS = 100_000  # OpenAI takes 300,000 tokens in one request, a local server fewer
LONGEST_TEXT = 8000  # characters; models read some 8,000 tokens and refuse more: the rest of a text is left out


class UpstreamEmbedder:
    """An Embedder. Its name is the model's, so that a store made by another model is noticed.

    It asks for base64, a third of the bytes of decimal figures, until a server refuses it; one that ignores the wish
    is understood too. `protect` stands around the call for each batch.
    """

    def __init__(self, http: Channel, model: str, protect: Protect | None = None) -> None:
        self._name = model
        self._model = UpstreamEmbeddings(http, model, protect, inputs=BATCH_TEXTS, characters=BATCH_CHARACTERS)
        self._dimensions: int | None = None

    @property
    def name(self) -> str:
        return self._name

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """As the port. Errors: UpstreamError and its kin; UpstreamBroken when the dimensions change between answers."""
        import numpy as np  # the package must import without it

        made = self._model.embed(EmbeddingRequest(self._name, tuple(map(_askable, texts)), packed=True))
        rows = [floats(vector) for vector in made.vectors]
        self._check({len(row) for row in rows})
        if not rows:
            return np.zeros((0, self._dimensions or 0), dtype=np.float32)
        vectors = np.asarray(rows, dtype=np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32, copy=False)

    def _check(self, found: set[int]) -> None:
        for dimensions in found:
            if self._dimensions not in (None, dimensions):
                raise UpstreamBroken(
                    f"The embedding model '{self._name}' gives {dimensions} dimensions, "
                    f"and gave {self._dimensions} before"
                )
            self._dimensions = dimensions


def _askable(text: str) -> str:
    """OpenAI refuses an empty text; a space means as little."""
    return text[:LONGEST_TEXT] or " "
