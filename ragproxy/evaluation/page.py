"""The report as one HTML file: no script, nothing from elsewhere, and everything in it escaped."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ragproxy.evaluation.asking import Outcome, Run
from ragproxy.evaluation.citing import markers
from ragproxy.evaluation.judging import held, wanted
from ragproxy.evaluation.metrics import percentile
from ragproxy.evaluation.phrases import METRICS, PHRASES, Language, number
from ragproxy.evaluation.plots import Bar, Strip, bars, columns, strips
from ragproxy.evaluation.printing import FEW
from ragproxy.evaluation.summary import About, Difference, Figure, differences, figures

WORST = 20  # questions shown
_PASSAGES = 8  # shown of a question
_LONGEST = 1500  # characters of a passage
_TIMES = ("retrieval_ms", "first_ms", "total_ms")
_GOOD = ("mrr_10", "contained", "citation_precision", "admitted_rightly")
_HEADLINES = ("ndcg_10", "contained", "citation_precision", "total_p50", "retrieval_p50")
_MOST_HEADLINES = 4
_MINUS = "\N{MINUS SIGN}"


def html_report(about: About, runs: Sequence[Run], lang: Language) -> str:
    """The page for one run, or for two of the same questions side by side."""
    words = PHRASES[lang]
    figured = [figures(run) for run in runs]
    compared = differences(runs[0], runs[1]) if len(runs) > 1 else None
    total = len(runs[0].outcomes)
    return _template().render(
        lang=lang,
        words=words,
        title=words["title"].format(name=about.name),
        asked=words["asked_one"] if total == 1 else words["asked"].format(n=number(total, "number", lang)[:-3]),
        made=time.strftime("%Y-%m-%d %H:%M", time.localtime(about.created)),
        version=about.version,
        apart=compared is not None and not about.in_turns,
        runs=[_run(run, letter, words) for letter, run in zip("AB", runs, strict=False)],
        tiles=list(_tiles(figured, compared, lang)),
        groups=list(_groups(figured, compared, lang)),
        compared=compared is not None,
        few=total < FEW,
        nothing=not any(wanted(outcome.case) or not outcome.case.answerable for outcome in runs[0].outcomes),
        plots=list(_plots(runs, figured, lang)),
        worst=[_question(number_, runs, lang) for number_ in _worst(runs)],
    )


@cache
def _template() -> Any:
    loader = PackageLoader("ragproxy.evaluation", "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("report.html")


def _run(run: Run, letter: str, words: Mapping[str, str]) -> dict[str, Any]:
    return {
        "letter": letter,
        "label": run.label or words["usual"],
        "failures": words["failed"].format(n=run.failures) if run.failures else "",
        "why": next((outcome.failure for outcome in run.outcomes if outcome.failure), ""),
    }


def _tiles(
    figured: Sequence[Mapping[str, list[Figure]]], compared: Mapping[str, list[Difference]] | None, lang: Language
) -> Iterator[dict[str, Any]]:
    """The few figures that are looked at first."""
    sides = [{figure.metric.name: figure for group in each.values() for figure in group} for each in figured]
    told = {each.metric.name: each for group in (compared or {}).values() for each in group}
    named = [name for name in _HEADLINES if all(name in side for side in sides)]
    for name in named[:_MOST_HEADLINES]:
        values = [number(side[name].value, side[name].metric.unit, lang) for side in sides]
        if name in told:  # over the questions that both have
            unit = told[name].metric.unit
            values = [number(value, unit, lang) for value in (told[name].first, told[name].second)]
        yield {"name": METRICS[lang][name], "values": values, "verdict": told[name].verdict if name in told else ""}


def _groups(
    figured: Sequence[Mapping[str, list[Figure]]], compared: Mapping[str, list[Difference]] | None, lang: Language
) -> Iterator[dict[str, Any]]:
    """The rows of the table, under their headings."""
    rows: Mapping[str, Sequence[Figure | Difference]] = figured[0] if compared is None else compared
    for group, each in rows.items():
        yield {"name": PHRASES[lang][group], "rows": [_row(one, lang) for one in each]}


def _row(one: Figure | Difference, lang: Language) -> dict[str, Any]:
    unit = one.metric.unit
    signed = isinstance(one, Difference)
    low, high = (number(edge, unit, lang, signed=signed) for edge in (one.low, one.high))
    row: dict[str, Any] = {
        "name": METRICS[lang][one.metric.name],
        "lower": unit != "ms" and not one.metric.higher_is_better,
        "interval": f"{low} … {high}",
        "questions": one.questions,
    }
    row["interval"] = row["interval"].replace("-", _MINUS)
    if isinstance(one, Difference):
        values = [number(value, unit, lang) for value in (one.first, one.second)]
        values.append(number(one.value, unit, lang, signed=True).replace("-", _MINUS))
        return {**row, "values": values, "verdict": one.verdict}
    return {**row, "values": [number(one.value, unit, lang)]}


def _plots(
    runs: Sequence[Run], figured: Sequence[Mapping[str, list[Figure]]], lang: Language
) -> Iterator[tuple[str, Markup]]:
    words = PHRASES[lang]
    sides = [
        {figure.metric.name: figure for group in each.values() for figure in group if figure.metric.unit == "share"}
        for each in figured
    ]
    named = [name for name in sides[0] if all(name in side for side in sides)]
    if named:
        rows = [(METRICS[lang][name], [_as_bar(side[name], lang) for side in sides]) for name in named]
        yield words["shares"], bars(words["shares"], rows, words["decimal"])
    if any("mrr_10" in outcome.score.values for run in runs for outcome in run.outcomes):
        labels = [*map(str, range(1, 11)), words["beyond"], words["nowhere"]]
        yield words["ranks"], columns(words["ranks"], labels, [_ranks(run) for run in runs])
    timed = [group for of in _TIMES if (group := list(_strips(runs, of, lang)))]
    if timed:
        yield f"{words['latency']} (ms)", strips(words["latency"], timed)


def _as_bar(figure: Figure, lang: Language) -> Bar:
    return Bar(figure.value, figure.low, figure.high, number(figure.value, "share", lang))


def _ranks(run: Run) -> list[int]:
    """How many questions have their first right passage at rank 1 to 10, further down, or nowhere."""
    counts = [0] * 12
    for outcome in run.outcomes:
        if "mrr_10" in outcome.score.values:
            rank = outcome.score.rank
            counts[11 if rank is None else min(rank, 11) - 1] += 1
    return counts


def _strips(runs: Sequence[Run], of: str, lang: Language) -> Iterator[Strip]:
    label = PHRASES[lang][of].partition(",")[0]
    for run in runs:
        values = [value for outcome in run.outcomes if (value := outcome.score.values.get(of)) is not None]
        if not values:
            return
        yield Strip(label, values, percentile(values, 0.5), percentile(values, 0.95))


def _worst(runs: Sequence[Run]) -> list[int]:
    """The numbers of the questions that went worst, the worst first; none of those that went well."""
    graded = [
        (min(map(_grade, outcomes)), at) for at, outcomes in enumerate(zip(*(r.outcomes for r in runs), strict=True))
    ]
    return [at for grade, at in sorted(graded) if grade < 1][:WORST]


def _grade(outcome: Outcome) -> float:
    if outcome.failure:
        return -1.0
    values = outcome.score.values
    known = [values[name] for name in _GOOD if name in values]
    known += [1 - values["admitted_wrongly"]] if "admitted_wrongly" in values else []
    return sum(known) / len(known) if known else 1.0


def _question(at: int, runs: Sequence[Run], lang: Language) -> dict[str, Any]:
    case = runs[0].outcomes[at].case
    return {"case": case, "sides": [_side(run.outcomes[at], lang) for run in runs]}


def _side(outcome: Outcome, lang: Language) -> dict[str, Any]:
    words, score = PHRASES[lang], outcome.score
    reply = outcome.reply
    badges = []
    if wanted(outcome.case) and "mrr_10" in score.values:
        badges.append(words["rank"].format(n=score.rank) if score.rank else words["not_found"])
    for name in ("f1", "citation_precision"):
        if name in score.values:
            badges.append(f"{METRICS[lang][name]} {number(score.values[name], 'share', lang)}")
    cited = set(markers(reply.text)) if reply else set()
    shown = reply.sources if reply and reply.sources is not None else outcome.passages
    return {
        "answer": reply.text if reply else None,
        "failure": outcome.failure,
        "badges": badges,
        "passages": [_passage(at, outcome, passage, cited) for at, passage in enumerate(shown[:_PASSAGES], 1)],
    }


def _passage(at: int, outcome: Outcome, passage: Any, cited: set[int]) -> dict[str, Any]:
    text = passage.text if len(passage.text) <= _LONGEST else passage.text[:_LONGEST] + "…"
    return {
        "number": at,
        "filename": passage.filename,
        "page": passage.page,
        "score": f"{passage.score:.2f}",
        "text": text,
        "right": bool(held(outcome.case, passage)) if wanted(outcome.case) else False,
        "cited": at in cited,
    }
