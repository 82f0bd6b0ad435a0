"""hash-384: vectors made by hashing words and letter groups, without a model, a download or a state."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING
from zlib import crc32

from ragproxy.offload import offload
from ragproxy.retrieval.analysis import terms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DIMENSIONS = 384
_GRAM_WEIGHT = 0.5  # of a letter group against a stem


class HashEmbedder:
    """An Embedder by signed feature hashing: the same text has the same vector on every machine, for ever.

    Near texts are those that share words and spellings; it knows no synonyms. Source of the idea: Weinberger et al.,
    "Feature hashing for large scale multitask learning", ICML 2009.
    """

    name = "hash-384"
    dimensions = DIMENSIONS

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit-length row a text, shape (len(texts), 384). A text without words is the first axis."""
        return offload(_rows, texts)  # about 1 ms a text of a thousand characters


def _rows(texts: Sequence[str]) -> NDArray[np.float32]:
    import numpy as np  # the package must import without it

    rows = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
    for row, text in zip(rows, texts, strict=True):
        features = _features(text)
        hashes = np.fromiter((_mixed(feature) for feature in features), dtype=np.uint32, count=len(features))
        weights = np.fromiter(features.values(), dtype=np.float64, count=len(features))
        signs = np.where(hashes & 1, 1.0, -1.0)
        vector = np.bincount((hashes >> 1) % DIMENSIONS, weights=signs * weights, minlength=DIMENSIONS)
        length = float(np.linalg.norm(vector))
        row[:] = vector / length if length else np.eye(1, DIMENSIONS)[0]
    return rows


def _features(text: str) -> dict[str, float]:
    """Stems and their groups of three and four letters, to their weights; repeats count by their logarithm."""
    stems = Counter(terms(text))
    pieces: Counter[str] = Counter()
    for stem, count in stems.items():
        edged = f"_{stem}_"
        for size in (3, 4):
            for start in range(len(edged) - size + 1):
                pieces[edged[start : start + size]] += count
    weights = {f"w{stem}": 1 + math.log(count) for stem, count in stems.items()}
    weights.update({f"g{piece}": _GRAM_WEIGHT * (1 + math.log(count)) for piece, count in pieces.items()})
    return weights


def _mixed(feature: str) -> int:
    """A 32-bit hash that does not change between processes; crc32 alone is linear, so its bits are stirred."""
    value = crc32(feature.encode()) * 0x9E3779B1 & 0xFFFFFFFF
    return (value ^ value >> 15) * 0x85EBCA77 & 0xFFFFFFFF ^ value >> 13
