"""What a query and a hit are to the lexical leg, and how much a word weighs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ragproxy.domain import Chunk
from ragproxy.retrieval import analysis

GRAM_WEIGHT = 0.3  # of BM25 over letter groups against BM25 over words
_SATURATION = 2.2  # k1 + 1 of tantivy's BM25: what a term gives at most, times its IDF
_MOST_WORDS = 64  # of a long query, its rarest
_MOST_GRAMS = 128


@dataclass(frozen=True, slots=True)
class Query:
    """An analysed query: distinct stems and distinct letter groups, in reading order."""

    words: tuple[str, ...]
    grams: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Query:
        return cls(tuple(dict.fromkeys(analysis.terms(text))), tuple(dict.fromkeys(analysis.grams(text))))


@dataclass(frozen=True, slots=True)
class Statistics:
    """How many chunks an index has, and in how many of them each word and gram of a query stands."""

    count: int
    words: Mapping[str, int]
    grams: Mapping[str, int]

    def rarest(self) -> tuple[list[str], list[str]]:
        """The words and the grams worth looking up: all that stand somewhere, unless the query is very long."""
        return _rarest(self.words, _MOST_WORDS), _rarest(self.grams, _MOST_GRAMS)

    def attainable(self) -> float:
        """The score that no chunk can pass: every term, endlessly repeated.

        Terms that stand nowhere count too, or a store that lacks the word that matters would look like a good one.
        """
        total = sum(idf(self.count, frequency) for frequency in self.words.values())
        total += GRAM_WEIGHT * sum(idf(self.count, frequency) for frequency in self.grams.values())
        return _SATURATION * total or 1.0


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk, its BM25 as a share of what is attainable (0..1, comparable between stores), and its distinct words."""

    chunk_id: str
    score: float
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Hits, best first, and the statistics behind their scores."""

    hits: tuple[Hit, ...]
    statistics: Statistics


def idf(count: int, frequency: int) -> float:
    """The weight of a word that stands in `frequency` of `count` chunks; the greatest for a word in none.

    Source: Lucene's BM25Similarity, as tantivy has it.
    """
    return math.log(1 + (count - frequency + 0.5) / (frequency + 0.5))


def indexed_text(chunk: Chunk) -> str:
    """What a chunk is found by: its heading is what gives it a context."""
    return analysis.encodable(f"{chunk.heading}\n{chunk.text}" if chunk.heading else chunk.text)


def _rarest(frequencies: Mapping[str, int], most: int) -> list[str]:
    known = [term for term, frequency in frequencies.items() if frequency]
    return known if len(known) <= most else sorted(known, key=frequencies.__getitem__)[:most]
