"""The measures of a ranking: nDCG, recall, reciprocal rank. A ranking is distinct document ids, best first."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence


def ndcg(ranking: Sequence[str], grades: Mapping[str, int], k: int = 10) -> float:
    """Discounted gain of the first k over that of the best order there is.

    The gain of a document is its grade; 2^grade - 1 when the question has a grade above 1 (Burges et al., ICML 2005).
    """
    graded = max(grades.values()) > 1
    gains = [_gain(grades.get(document, 0), graded) for document in ranking[:k]]
    best = sorted((_gain(grade, graded) for grade in grades.values()), reverse=True)[:k]
    return _discounted(gains) / _discounted(best)


def recall(ranking: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """The share of the right documents that are among the first k."""
    return len(set(ranking[:k]) & grades.keys()) / len(grades)


def reciprocal_rank(ranking: Sequence[str], grades: Mapping[str, int], k: int = 10) -> float:
    """1 over the rank of the first right document, 0 when none is among the first k."""
    return next((1 / rank for rank, document in enumerate(ranking[:k], 1) if document in grades), 0.0)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0..1) of the values do not exceed; nan of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else math.nan


def contains(text: str, answers: Sequence[str]) -> bool:
    """Whether one of the answers stands in the text, whatever the case and the blanks."""
    plain = _plain(text)
    return any(_plain(answer) in plain for answer in answers)


def _gain(grade: int, graded: bool) -> float:
    return float(2**grade - 1) if graded else float(grade)


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
