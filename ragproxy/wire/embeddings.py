"""Embeddings: what an upstream is asked, and the vectors it gives."""

from __future__ import annotations

import base64
import struct
from array import array
from collections.abc import Sequence
from math import isfinite
from typing import Any

from ragproxy.errors import UpstreamBroken


def embedding_body(texts: Sequence[str], model: str) -> dict[str, Any]:
    """The body for an upstream. Plain floats: not every server knows base64."""
    return {"model": model, "input": list(texts), "encoding_format": "float"}


def embedding_vectors(body: Any, *, expected: int | None = None) -> list[array[float]]:
    """The vectors in the order of the texts, as rows of 32-bit floats of equal length.

    UpstreamBroken when the body is no list of embeddings, or holds other than `expected` of them.
    """
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, list) or not all(isinstance(line, dict) for line in data):
        raise UpstreamBroken("The upstream's answer is not a list of embeddings")
    rows = [_row(line.get("embedding")) for line in _in_order(data)]
    if expected is not None and len(rows) != expected:
        raise UpstreamBroken(f"The upstream made {len(rows)} embeddings of {expected} texts")
    if len({len(row) for row in rows}) > 1:
        raise UpstreamBroken("The upstream's embeddings are not of one length")
    return rows


def _in_order(data: list[dict[str, Any]]) -> list[dict[str, Any]]:
    indices = [line.get("index") for line in data]
    if all(index is None for index in indices):
        return data
    if any(type(index) is not int for index in indices) or sorted(indices) != list(range(len(data))):  # type: ignore[type-var]
        raise UpstreamBroken("The upstream's embeddings are not numbered from 0 on")
    return sorted(data, key=lambda line: line["index"])


def _row(value: Any) -> array[float]:
    try:
        row = _decoded(value) if isinstance(value, str) else array("f", value)
    except (TypeError, ValueError, OverflowError, struct.error):
        raise UpstreamBroken("An embedding of the upstream is neither numbers nor base64") from None
    if not row or not all(map(isfinite, row)):
        raise UpstreamBroken("An embedding of the upstream is empty, or holds numbers that are none")
    return row


def _decoded(text: str) -> array[float]:
    """Little-endian 32-bit floats, as OpenAI packs them."""
    packed = base64.b64decode(text, validate=True)
    return array("f", struct.unpack(f"<{len(packed) // 4}f", packed))
