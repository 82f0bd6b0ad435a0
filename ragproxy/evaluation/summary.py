"""The figures of a run, and the differences between two, each with the interval that chance leaves it.

Intervals are percentile bootstraps over the questions (Efron and Tibshirani, 1993), of differences over pairs.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeVar

from ragproxy.evaluation.asking import Run
from ragproxy.evaluation.metrics import percentile

SEED = 1
RESAMPLES = 2000
CONFIDENCE = 0.95
FEWEST = 6  # differing pairs: with fewer, not even a sign test at 5 % can tell anything
FEWEST_P95 = 60  # three questions beyond it

T = TypeVar("T")
Verdict = Literal["better", "worse", "unclear"]


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean; nan of none."""
    return sum(values) / len(values) if values else math.nan


@dataclass(frozen=True, slots=True)
class About:
    """What a report tells of itself: the set's name, when it began, ragproxy's version, how two sides were asked."""

    name: str
    created: int  # epoch seconds
    version: str
    in_turns: bool = True


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure of a run: a statistic of its questions' values of the name `of`.

    Two runs are not told apart by it when fewer than `fewest` questions differ.
    """

    name: str
    of: str
    unit: Literal["share", "number", "ms"] = "share"
    higher_is_better: bool = True
    statistic: Callable[[Sequence[float]], float] = mean
    fewest: int = FEWEST


def _latency(of: str) -> tuple[Metric, Metric]:
    name = of.removesuffix("_ms")
    return (
        Metric(f"{name}_p50", of, "ms", False, partial(percentile, share=0.5)),
        Metric(f"{name}_p95", of, "ms", False, partial(percentile, share=0.95), FEWEST_P95),
    )


GROUPS: dict[str, tuple[Metric, ...]] = {
    "retrieval": (
        Metric("ndcg_10", "ndcg_10"),
        Metric("recall_5", "recall_5"),
        Metric("recall_10", "recall_10"),
        Metric("mrr_10", "mrr_10"),
        Metric("shown", "shown"),
    ),
    "answers": (
        Metric("contained", "contained"),
        Metric("f1", "f1"),
        Metric("admitted_wrongly", "admitted_wrongly", higher_is_better=False),
        Metric("admitted_rightly", "admitted_rightly"),
    ),
    "citations": (
        Metric("citation_precision", "citation_precision"),
        Metric("citation_recall", "citation_recall"),
        Metric("uncited", "uncited", higher_is_better=False),
        Metric("invalid_markers", "invalid_markers", "number", False),
    ),
    "latency": (*_latency("retrieval_ms"), *_latency("first_ms"), *_latency("total_ms")),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric's value with its interval, over so many questions."""

    metric: Metric
    value: float
    low: float
    high: float
    questions: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Second less first, over the questions that both have a value for; `differing` of them have not the same one."""

    metric: Metric
    first: float
    second: float
    value: float
    low: float
    high: float
    questions: int
    differing: int

    @property
    def verdict(self) -> Verdict:
        """Whether the second is better, worse, or not told apart from the first."""
        if self.differing < self.metric.fewest or self.low <= 0 <= self.high:
            return "unclear"
        return "better" if (self.value > 0) == self.metric.higher_is_better else "worse"


def figures(run: Run) -> dict[str, list[Figure]]:
    """By group, the metrics that the run has values for."""
    groups = {
        group: [_figure(metric, values) for metric in metrics if (values := _values(run, metric))]
        for group, metrics in GROUPS.items()
    }
    return {group: each for group, each in groups.items() if each}


def differences(first: Run, second: Run) -> dict[str, list[Difference]]:
    """By group, the metrics that both have. The runs are of the same questions, in the same order."""
    groups = {
        group: [_difference(metric, pairs) for metric in metrics if (pairs := _pairs(first, second, metric))]
        for group, metrics in GROUPS.items()
    }
    return {group: each for group, each in groups.items() if each}


def _values(run: Run, metric: Metric) -> list[float]:
    found = (outcome.score.values.get(metric.of) for outcome in run.outcomes)
    return [value for value in found if value is not None]


def _pairs(first: Run, second: Run, metric: Metric) -> list[tuple[float, float]]:
    both = zip(first.outcomes, second.outcomes, strict=True)
    found = ((one.score.values.get(metric.of), other.score.values.get(metric.of)) for one, other in both)
    return [(one, other) for one, other in found if one is not None and other is not None]


def _figure(metric: Metric, values: Sequence[float]) -> Figure:
    low, high = _interval(values, metric.statistic)
    return Figure(metric, metric.statistic(values), low, high, len(values))


def _difference(metric: Metric, pairs: Sequence[tuple[float, float]]) -> Difference:
    def difference(sample: Sequence[tuple[float, float]]) -> float:
        return metric.statistic([other for _, other in sample]) - metric.statistic([one for one, _ in sample])

    low, high = _interval(pairs, difference)
    first, second = (metric.statistic(side) for side in zip(*pairs, strict=True))
    differing = sum(one != other for one, other in pairs)
    return Difference(metric, first, second, second - first, low, high, len(pairs), differing)


def _interval(values: Sequence[T], statistic: Callable[[Sequence[T]], float]) -> tuple[float, float]:
    """Where the statistic lies in the middle 95 of 100 samples drawn, with replacement, from the values."""
    chance = random.Random(SEED)
    drawn = sorted(statistic(chance.choices(values, k=len(values))) for _ in range(RESAMPLES))
    edge = int(RESAMPLES * (1 - CONFIDENCE) / 2)
    return drawn[edge], drawn[-1 - edge]
