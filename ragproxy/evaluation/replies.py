"""What comes back for a question: passages, and an answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Found:
    """A passage: its text, or the excerpt that a source shows of it. `score` is from 0 to 1."""

    file_id: str
    filename: str
    text: str
    page: int | None = None
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Searched:
    """The passages of one search, best first, and the milliseconds it took."""

    passages: tuple[Found, ...]
    ms: float


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer and the passages shown to the model, `[1]` first; None when nothing was looked up. Milliseconds.

    `retrieval_ms` is that part of the time to the first piece of text, `first_ms`; None when nothing told it.
    """

    text: str
    sources: tuple[Found, ...] | None
    first_ms: float
    total_ms: float
    retrieval_ms: float | None = None

    def completed(self, searched: Searched | None) -> Reply:
        """The reply, its excerpts replaced by the whole passages as far as the search found them."""
        if not self.sources or not searched:
            return self
        return replace(self, sources=tuple(_whole(source, searched.passages) for source in self.sources))


def _whole(source: Found, passages: Iterable[Found]) -> Found:
    excerpt = _one_line(source.text).strip("…")
    for passage in passages:
        if passage.file_id == source.file_id and excerpt in _one_line(passage.text):
            return replace(source, text=passage.text)
    return source


def _one_line(text: str) -> str:
    return " ".join(text.split())
