"""Texts to be made into vectors for a client, and the vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ragproxy.domain.answers import Usage
from ragproxy.domain.asking import Cancel
from ragproxy.domain.consumption import Tally

# base64 of little-endian 32-bit floats, or numbers: as whoever made it gave it, so that nothing is lost on the way
Vector = str | Sequence[float]
Inputs = tuple[str, ...] | tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class EmbeddingRequest:
    """Texts to embed. `inputs` are strings, or lists of token ids when `tokens` is true; none of them is empty.

    `packed` asks for base64. `params` holds every other field that the client sent, known or not, as it came
    (`dimensions`, `user`, ...): it is forwarded untouched.
    """

    model: str
    inputs: Inputs
    tokens: bool = False
    packed: bool = False
    params: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, compare=False)  # that go along to the upstream
    cancel: Cancel = field(default_factory=Cancel, compare=False, repr=False)
    tally: Tally = field(default_factory=Tally, compare=False, repr=False)

    @property
    def dimensions(self) -> int | None:
        return self.params.get("dimensions")


@dataclass(frozen=True, slots=True)
class Embeddings:
    """A vector for each input, in their order. `headers` are those of the upstream's answer that clients may see."""

    vectors: tuple[Vector, ...]
    usage: Usage | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
