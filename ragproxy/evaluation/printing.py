"""The figures as lines for a terminal, and everything as JSON for machines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from ragproxy.evaluation.asking import Outcome, Run
from ragproxy.evaluation.phrases import METRICS, PHRASES, number
from ragproxy.evaluation.replies import Found
from ragproxy.evaluation.summary import About, Difference, Figure, differences, figures

_WORDS, _NAMES = PHRASES["en"], METRICS["en"]
FEW = 20  # questions

Row = tuple[str, ...]


def lines(about: About, runs: Sequence[Run]) -> Iterator[str]:
    """A heading and a table for one run, or for two side by side."""
    total = len(runs[0].outcomes)
    yield f"{about.name}: {_WORDS['asked_one'] if total == 1 else _WORDS['asked'].format(n=f'{total:,}')}"
    for number_, run in enumerate(runs):
        if len(runs) > 1:
            yield f"{'AB'[number_]}: {run.label or _WORDS['usual']}"
        elif run.label:
            yield run.label
        if run.failures:
            yield f"{_WORDS['failed'].format(n=run.failures)}; the first: {_first_failure(run)}"
    rows = list(_compared(runs[0], runs[1]) if len(runs) > 1 else _alone(runs[0]))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = [f"{first:<{widths[0]}}", *(f"{cell:>{width}}" for cell, width in zip(others, widths[1:], strict=True))]
        yield "  ".join(cells).rstrip()
    if total < FEW:
        yield _WORDS["few"]
    if len(runs) > 1 and not about.in_turns:
        yield _WORDS["note_apart"]


def json_report(about: About, runs: Sequence[Run]) -> str:
    """One object: the figures of each run, their differences, and every question with its passages."""
    report: dict[str, Any] = {
        "set": about.name,
        "created_at": about.created,
        "ragproxy": about.version,
        "in_turns": about.in_turns,
        "questions": len(runs[0].outcomes),
    }
    report["runs"] = [
        {
            "label": run.label,
            "failures": run.failures,
            "figures": [_figure_json(figure) for group in figures(run).values() for figure in group],
            "outcomes": [_outcome_json(outcome) for outcome in run.outcomes],
        }
        for run in runs
    ]
    if len(runs) > 1:
        groups = differences(runs[0], runs[1]).values()
        report["differences"] = [_difference_json(difference) for group in groups for difference in group]
    return json.dumps(report, ensure_ascii=False, indent=2, allow_nan=False)


def _first_failure(run: Run) -> str:
    return next(outcome.failure for outcome in run.outcomes if outcome.failure)


def _alone(run: Run) -> Iterator[Row]:
    yield "", "VALUE", "95% INTERVAL", "QUESTIONS"
    for figure in (figure for group in figures(run).values() for figure in group):
        unit = figure.metric.unit
        interval = f"{_plain(figure.low, unit)} to {_plain(figure.high, unit)}"
        yield _NAMES[figure.metric.name], _plain(figure.value, unit), interval, f"{figure.questions:,}"


def _compared(first: Run, second: Run) -> Iterator[Row]:
    yield "", "A", "B", "B - A", "95% INTERVAL", "QUESTIONS", "B IS"
    for each in (each for group in differences(first, second).values() for each in group):
        unit = each.metric.unit
        yield (
            _NAMES[each.metric.name],
            _plain(each.first, unit),
            _plain(each.second, unit),
            _plain(each.value, unit, signed=True),
            f"{_plain(each.low, unit, signed=True)} to {_plain(each.high, unit, signed=True)}",
            f"{each.questions:,}",
            _WORDS[each.verdict],
        )


def _plain(value: float, unit: str, *, signed: bool = False) -> str:
    return number(value, unit, "en", signed=signed).replace("\u00a0", " ")


def _figure_json(figure: Figure) -> dict[str, Any]:
    return {
        "name": figure.metric.name,
        "unit": figure.metric.unit,
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "questions": figure.questions,
    }


def _difference_json(each: Difference) -> dict[str, Any]:
    return {
        "name": each.metric.name,
        "unit": each.metric.unit,
        "first": each.first,
        "second": each.second,
        "difference": each.value,
        "low": each.low,
        "high": each.high,
        "questions": each.questions,
        "differing": each.differing,
        "verdict": each.verdict,
    }


def _outcome_json(outcome: Outcome) -> dict[str, Any]:
    case, reply = outcome.case, outcome.reply
    return {
        "question": case.question,
        "answers": list(case.answers),
        "files": list(case.files),
        "quotes": list(case.quotes),
        "answerable": case.answerable,
        "answer": reply.text if reply else None,
        "admitted": outcome.score.admitted,
        "failure": outcome.failure,
        "rank": outcome.score.rank,
        "scores": outcome.score.values,
        "passages": [_passage_json(passage) for passage in outcome.passages],
        "sources": [_passage_json(source) for source in reply.sources] if reply and reply.sources is not None else None,
    }


def _passage_json(passage: Found) -> dict[str, Any]:
    return {
        "file_id": passage.file_id,
        "filename": passage.filename,
        "page": passage.page,
        "score": round(passage.score, 4),
        "text": passage.text,
    }
