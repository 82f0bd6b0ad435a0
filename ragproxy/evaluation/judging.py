"""What one question is worth: its ranking, its answer and its citations against what is known to be right.

What makes a passage right is the strictest thing that the question's row says: its quotes; without any, its files;
without those, its answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ragproxy.evaluation.admitting import admits
from ragproxy.evaluation.citing import markers, without_markers
from ragproxy.evaluation.metrics import ndcg, recall, reciprocal_rank
from ragproxy.evaluation.questions import Case
from ragproxy.evaluation.replies import Found, Reply, Searched
from ragproxy.evaluation.wording import holds, holds_any, token_f1

_ANSWER = "the answer"  # what a passage holds that holds any of the answers


@dataclass(frozen=True, slots=True)
class Score:
    """The figures of one question, by name; what cannot be told of it is not there. `rank` is the first right one's."""

    values: dict[str, float] = field(default_factory=dict)
    rank: int | None = None
    admitted: bool = False


def judge(case: Case, searched: Searched | None, reply: Reply | None, *, failed: bool = False) -> Score:
    """The figures of a question. One whose answer `failed` counts as answered wrongly."""
    values: dict[str, float] = {}
    rank = None
    ranked = searched.passages if searched else reply.sources if reply else None
    if ranked is not None and wanted(case):
        values |= _retrieval(case, ranked)
        rank = next((rank for rank, passage in enumerate(ranked, 1) if held(case, passage)), None)
    if searched:
        values["retrieval_ms"] = searched.ms
    admitted = False
    if reply:
        contained = holds_any(without_markers(reply.text), case.answers)
        admitted = admits(reply.text) and not contained
        values |= _answer(case, reply, admitted) | _citations(case, reply, admitted) | _times(reply)
    elif failed:
        values |= {"contained": 0.0, "f1": 0.0} if case.answers else {}
    return Score(values, rank, admitted)


def wanted(case: Case) -> frozenset[str]:
    """What is to be found for the question; nothing when its row does not say."""
    return frozenset(case.quotes or case.files or ((_ANSWER,) if case.answers else ()))


def held(case: Case, passage: Found) -> frozenset[str]:
    """Which of it this passage holds."""
    if case.quotes:
        return frozenset(quote for quote in case.quotes if holds(passage.text, quote))
    if case.files:
        return frozenset(name for name in case.files if _is_of(passage, name))
    return frozenset({_ANSWER} if holds_any(passage.text, case.answers) else ())


def _is_of(passage: Found, name: str) -> bool:
    """Whether the file goes by that id or name; a path may be named by its end."""
    return name in (passage.file_id, passage.filename) or passage.filename.endswith(f"/{name}")


def _retrieval(case: Case, passages: Sequence[Found]) -> dict[str, float]:
    ranking = _ranking(case, passages)
    grades = dict.fromkeys(wanted(case), 1)
    return {
        "ndcg_10": ndcg(ranking, grades),
        "recall_5": recall(ranking, grades, 5),
        "recall_10": recall(ranking, grades, 10),
        "mrr_10": reciprocal_rank(ranking, grades),
    }


def _ranking(case: Case, passages: Iterable[Found]) -> list[str]:
    """Things in the order they are met: what is wanted, and what is not. A file takes one place, as its best passage.

    A passage that holds nothing but what was met before takes none.
    """
    ranking: dict[str, None] = {}
    for number, passage in enumerate(passages):
        right = held(case, passage)
        other = f"\0{passage.file_id}" if case.files and not case.quotes else f"\0{number}"
        ranking.update(dict.fromkeys(sorted(right) if right else [other]))
    return list(ranking)


def _answer(case: Case, reply: Reply, admitted: bool) -> dict[str, float]:
    if not case.answerable:
        return {"admitted_rightly": float(admitted)}
    values = {"admitted_wrongly": float(admitted)}
    if case.answers:
        text = without_markers(reply.text)
        values["contained"] = float(holds_any(text, case.answers))
        values["f1"] = token_f1(text, case.answers)
    if reply.sources is not None and wanted(case):
        shown = frozenset().union(*(held(case, source) for source in reply.sources))
        values["shown"] = len(shown) / len(wanted(case))
    return values


def _citations(case: Case, reply: Reply, admitted: bool) -> dict[str, float]:
    """Of answers that were given from passages: an admission has nothing to cite."""
    if reply.sources is None or admitted or not case.answerable:
        return {}
    cited = markers(reply.text)
    known = [reply.sources[number - 1] for number in cited if 1 <= number <= len(reply.sources)]
    values = {"uncited": float(not cited), "invalid_markers": float(len(cited) - len(known))}
    if wanted(case):
        right = sum(bool(held(case, source)) for source in known)
        values["citation_recall"] = float(right > 0)
        if cited:
            values["citation_precision"] = right / len(cited)
    return values


def _times(reply: Reply) -> dict[str, float]:
    times = {"first_ms": reply.first_ms, "total_ms": reply.total_ms}
    return times if reply.retrieval_ms is None else {**times, "retrieval_ms": reply.retrieval_ms}
