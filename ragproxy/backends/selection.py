"""Which sentences of the passages answer the question: words in common, and the kind of thing asked for.

Measured on SQuAD and PIAF (docs/): each part of the score below earns its place there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ragproxy.backends.kinds import holds
from ragproxy.backends.units import Unit, units
from ragproxy.domain import Chunk, Grounding, Passage

GRAMS = 0.4  # share of the query's character 4-grams in the unit, beside the share of its words (1)
HEADING = 0.6  # times a word of the query that stands in the heading alone
KIND = 0.12  # the unit holds the kind of thing asked for: a date, a number, a name, a command
PASSAGE = 0.4  # times the passage's own score, 0..1
RANK = 0.3  # times 1 for the first passage, 1 / (1 + RANK_DECAY * rank) after it
RANK_DECAY = 0.25
LEAD = 0.02  # the first sentence under a heading
FOREIGN = 0.3  # taken off a unit in another language than the one to answer in, when both stand in the documents
LENGTH = 0.03  # times the logarithm of its words beyond FAIR_WORDS
FAIR_WORDS = 20
MOST = 3  # units in an answer whose number is not given
CLOSE = 0.85  # the score, as a share of the best one's, that earns a further unit its place
SAME = 0.8  # share of words in common that makes two units the same
KEPT = 64  # passages whose analysis is kept, about 0.1 MB each


@dataclass(frozen=True, slots=True)
class Pick:
    """A chosen unit's text, and the number (from 1) of the passage it stands in."""

    text: str
    source: int


@dataclass(frozen=True, slots=True)
class _Read:
    """A unit made ready to be compared with questions. `heading` holds the words of what stands above it."""

    unit: Unit
    words: frozenset[str]
    grams: frozenset[str]
    heading: frozenset[str]
    lang: str | None
    length: int  # words


@dataclass(frozen=True, slots=True)
class _Candidate:
    unit: Unit
    rank: int  # of its passage, from 0
    score: float
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Question:
    """A query made ready to be compared with many units. `grams` maps each 4-gram to its weight."""

    terms: Mapping[str, float]
    mass: float
    grams: Mapping[str, float]
    gram_mass: float
    holds_the_kind: Callable[[Unit], float]
    lang: str | None


class Selector:
    """Picks sentences. `terms`, `grams` and `split` are the index's own: what it compares is compared alike here.

    `language` tells the ISO 639-1 code of a text's language, None when it cannot.
    """

    def __init__(
        self,
        *,
        terms: Callable[[str], list[str]],
        grams: Callable[[str], list[str]],
        split: Callable[[str], list[str]],
        language: Callable[[str], str | None],
    ) -> None:
        self._terms = terms
        self._grams = grams
        self._split = split
        self._language = language
        self._analysed = lru_cache(KEPT)(self._analyse)  # ours alone: on the method it would outlive us

    def pick(self, grounding: Grounding, sentences: int | None = None, lang: str | None = None) -> list[Pick]:
        """The units that answer best: exactly `sentences` while there are so many, else 1 to 3 by how close they come.

        Read in order: the best one's passage first, and within a passage as it is written. Of what says the same in two
        languages, what is in `lang` is preferred.
        """
        question = self._question(grounding, lang)
        candidates = [
            candidate
            for rank, passage in enumerate(grounding.passages)
            for candidate in self._candidates(question, passage, rank)
        ]
        answers = [candidate for candidate in candidates if not candidate.unit.asks] or candidates
        answers.sort(key=lambda candidate: (-candidate.score, candidate.rank, candidate.unit.first))
        chosen = _choose(answers, sentences)
        order = {rank: place for place, rank in enumerate(dict.fromkeys(candidate.rank for candidate in chosen))}
        chosen.sort(key=lambda candidate: (order[candidate.rank], candidate.unit.first))
        return [Pick(candidate.unit.text, candidate.rank + 1) for candidate in chosen]

    def _question(self, grounding: Grounding, lang: str | None) -> _Question:
        grams: dict[str, float] = {}
        for word in grounding.query.split():
            weight = sum(grounding.weights.get(term, 0.0) for term in self._terms(word))
            pieces = set(self._grams(word)) if weight else ()
            for gram in pieces:
                grams[gram] = max(grams.get(gram, 0.0), weight / len(pieces))
        return _Question(
            terms=grounding.weights,
            mass=sum(grounding.weights.values()) or 1.0,
            grams=grams,
            gram_mass=sum(grams.values()) or 1.0,
            holds_the_kind=holds(grounding.query),
            lang=lang,
        )

    def _candidates(self, question: _Question, passage: Passage, rank: int) -> Iterator[_Candidate]:
        standing = PASSAGE * passage.score + RANK / (1 + RANK_DECAY * rank)
        for read in self._analysed(passage.chunk):
            yield _Candidate(read.unit, rank, standing + _likeness(question, read), read.words)

    def _analyse(self, chunk: Chunk) -> list[_Read]:
        headings: dict[str, frozenset[str]] = {}
        found: list[_Read] = []
        for unit in units(chunk, self._split):
            if unit.heading not in headings:
                headings[unit.heading] = frozenset(self._terms(unit.heading))
            text = unit.text
            words, grams = frozenset(self._terms(text)), frozenset(self._grams(text))
            found.append(_Read(unit, words, grams, headings[unit.heading], self._language(text), len(text.split())))
        return found


def _likeness(question: _Question, read: _Read) -> float:
    said = sum(weight for term, weight in question.terms.items() if term in read.words)
    above = sum(weight for term, weight in question.terms.items() if term in read.heading and term not in read.words)
    alike = sum(weight for gram, weight in question.grams.items() if gram in read.grams)
    foreign = question.lang is not None and read.lang is not None and read.lang != question.lang
    return (
        (said + HEADING * above) / question.mass
        + GRAMS * alike / question.gram_mass
        + KIND * question.holds_the_kind(read.unit)
        + (LEAD if read.unit.leads else 0.0)
        - LENGTH * math.log(max(1.0, read.length / FAIR_WORDS))
        - (FOREIGN if foreign else 0.0)
    )


def _choose(ranked: list[_Candidate], sentences: int | None) -> list[_Candidate]:
    chosen: list[_Candidate] = []
    for candidate in ranked:
        if len(chosen) == (MOST if sentences is None else sentences):
            break
        if sentences is None and chosen and candidate.score < CLOSE * chosen[0].score:
            break
        if not any(_repeats(candidate, other) for other in chosen):
            chosen.append(candidate)
    return chosen


def _repeats(one: _Candidate, other: _Candidate) -> bool:
    if one.rank == other.rank and one.unit.first <= other.unit.last and other.unit.first <= one.unit.last:
        return True
    shared = len(one.words & other.words)
    return shared >= SAME * max(1, len(one.words | other.words))
