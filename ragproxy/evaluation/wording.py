"""Texts compared as SQuAD compares them, in French as in English: case, punctuation and articles do not count."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

_ARTICLES = frozenset(["a", "an", "the", "le", "la", "les", "l", "un", "une", "des", "du", "d", "au", "aux"])
_APART = re.compile(r"['’ʼ‘\-‐‑–—/]")  # l'eau and Seine-et-Marne are several words
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:[ .,]\d{3})+(?!\d)")  # 1 000 (whose blank is any), 1.000 and 1,000
_NO_WORD = re.compile(r"[^\w\s]|_")


def words(text: str) -> list[str]:
    """The words that count, lower-case; the articles too when there is nothing else."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _THOUSANDS.sub(lambda number: re.sub("[ .,]", "", number[0]), _APART.sub(" ", text))
    every = _NO_WORD.sub("", text).split()
    return [word for word in every if word not in _ARTICLES] or every


def holds(text: str, wanted: str) -> bool:
    """Whether the words of `wanted` stand in the text, one after the other."""
    return bool(wanted_words := words(wanted)) and f" {' '.join(wanted_words)} " in f" {' '.join(words(text))} "


def holds_any(text: str, wanted: Sequence[str]) -> bool:
    """Whether one of them stands in the text."""
    return any(holds(text, each) for each in wanted)


def token_f1(text: str, answers: Sequence[str]) -> float:
    """The best F1 of the text's words against those of one of the answers (Rajpurkar et al., EMNLP 2016)."""
    said = words(text)
    return max((_f1(said, words(answer)) for answer in answers), default=0.0)


def _f1(said: Sequence[str], right: Sequence[str]) -> float:
    common = sum((Counter(said) & Counter(right)).values())
    if not common:
        return 0.0
    precision, recall = common / len(said), common / len(right)
    return 2 * precision * recall / (precision + recall)
