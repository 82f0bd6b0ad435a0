"""Passages become the context of a prompt: chosen under a token budget, then written as data that stays data."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ragproxy import tokens
from ragproxy.domain import Chunk, Passage

_SHINGLE = 5  # words
_SAME = 0.9  # share of a passage's shingles that a better passage already has
_LONGEST_NAME = 300  # code points of a passage's `source`

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+")
_SENTENCE_END = re.compile(r"[.!?…。！？](?=\s)|\n")
# what a lenient reader could take for our delimiter: </ Passage>, <\u200b/passage>, ＜pas\u00adsage
_INVISIBLE = r"\u00ad\u200b-\u200f\u2060-\u2064\ufeff"
_DELIMITER = re.compile(rf"[<＜﹤](?=[\s/\\{_INVISIBLE}]*{f'[{_INVISIBLE}]*'.join('passage')})", re.IGNORECASE)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


def pack(passages: Iterable[Passage], budget: int, count: Callable[[str], int]) -> tuple[Passage, ...]:
    """The passages that fit into `budget` tokens, best first, whole, without those that add nothing.

    The best one is always there: alone too long, its text is cut after a sentence, else after a word. One that does
    not fit leaves its place to shorter ones further down.
    """
    packed: list[Passage] = []
    read: list[_Read] = []
    for passage in passages:
        seen = _Read(passage.chunk.text)
        if any(seen.adds_nothing_to(other) for other in read):
            continue
        cost = count(written(len(packed) + 1, passage.chunk))
        if cost > budget:
            if packed:
                continue
            passage = _cut(passage, budget, count)
        packed.append(passage)
        read.append(seen)
        budget -= cost
    return tuple(packed)


def written(index: int, chunk: Chunk) -> str:
    """A passage as the prompt shows it; neither its text nor its name can end it or begin another."""
    return f'<passage id="{index}" source="{_name(chunk)}">\n{_escaped(chunk.text)}\n</passage>'


def write(passages: Sequence[Passage]) -> str:
    """All passages as the prompt shows them, numbered from 1."""
    return "\n".join(written(index, passage.chunk) for index, passage in enumerate(passages, start=1))


class _Read:
    """What there is to know of a text to tell whether another one repeats it."""

    def __init__(self, text: str) -> None:
        words = _WORD.findall(text.casefold())
        self.words = tuple(words)
        self.numbers = frozenset(_NUMBER.findall(text))
        self.shingles = {self.words[at : at + _SHINGLE] for at in range(max(1, len(words) - _SHINGLE + 1))}

    def adds_nothing_to(self, other: _Read) -> bool:
        if self.words == other.words:
            return True
        # two years of one report differ in nothing but a few figures, and those are what was asked for
        if not self.numbers <= other.numbers:
            return False
        return len(self.shingles & other.shingles) >= _SAME * len(self.shingles)


def _cut(passage: Passage, budget: int, count: Callable[[str], int]) -> Passage:
    frame = count(written(1, replace(passage.chunk, text="")))
    text = tokens.truncate(passage.chunk.text, max(1, budget - frame), count)
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    if ends and ends[-1] >= len(text) // 2:
        text = text[: ends[-1]]
    elif re.search(r"\w\Z", text) and " " in text:
        text = text.rpartition(" ")[0]
    return replace(passage, chunk=replace(passage.chunk, text=text.rstrip()))


def _name(chunk: Chunk) -> str:
    parts = [chunk.filename, f"p. {chunk.page}" if chunk.page else "", chunk.heading]
    name = _UNPRINTABLE.sub(" ", ", ".join(part for part in parts if part))[:_LONGEST_NAME]
    name = _DELIMITER.sub("<", name)  # the look-alikes; the next line takes them all
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        name = name.replace(character, entity)
    return name


def _escaped(text: str) -> str:
    return _DELIMITER.sub("&lt;", text)
