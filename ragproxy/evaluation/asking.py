"""Asks a set of questions of whoever answers: what was found, what was said, how long it took."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from ragproxy.errors import (
    ConfigError,
    DataDirectoryBusy,
    Forbidden,
    InvalidRequest,
    NotFound,
    OverBudget,
    OverQuota,
    RagproxyError,
    Unauthenticated,
)
from ragproxy.evaluation.judging import Score, judge
from ragproxy.evaluation.questions import Case
from ragproxy.evaluation.replies import Found, Reply, Searched

PATIENCE_S = 90.0  # with a limit of requests, which are counted by the minute
_TRIES = 5
_HOPELESS = 3  # questions in a row that fail before any was answered
_FATAL = (Unauthenticated, Forbidden, NotFound, ConfigError, DataDirectoryBusy)  # no other question will fare better
T = TypeVar("T")


class Subject(Protocol):
    """Who is asked. Failures are RagproxyErrors."""

    def search(self, question: str) -> Searched | None:
        """The passages found, best first; None when it is not known which store the answers come from."""
        ...

    def ask(self, question: str) -> Reply:
        """The answer of the model, with the passages that it was shown."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question. `passages` are those that were ranked; `failure` says why there is no answer."""

    case: Case
    score: Score
    passages: tuple[Found, ...] = ()
    reply: Reply | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """All the questions of a set, asked under one setting."""

    label: str
    outcomes: tuple[Outcome, ...]

    @property
    def failures(self) -> int:
        """Questions for which something failed."""
        return sum(outcome.failure is not None for outcome in self.outcomes)


def ask_all(
    cases: Sequence[Case],
    subject: Subject,
    label: str = "",
    *,
    answers: bool = True,
    step: Callable[[], None] = lambda: None,
    sleep: Callable[[float], None] = time.sleep,
) -> Run:
    """Ask one question after the other, of the model too if `answers` are wanted. `step` is called after each.

    A question that fails is counted as such, and the others go on. The error is raised when the first three all fail,
    and when what is asked for is not there or not allowed. A limit of requests is waited for.
    """
    if not answers and subject.search(cases[0].question) is None:
        raise InvalidRequest("It is not known which vector store to search: name it with --store")
    outcomes: list[Outcome] = []
    for number, case in enumerate(cases, 1):
        if number == 1:
            _warm(subject, case, sleep)
        outcome, error = _asked(case, subject, answers, sleep)
        outcomes.append(outcome)
        if error and number == min(_HOPELESS, len(cases)) and all(other.failure for other in outcomes):
            raise error
        step()
    return Run(label, tuple(outcomes))


def _warm(subject: Subject, case: Case, sleep: Callable[[float], None]) -> None:
    """One search that is not counted: the first one opens the index."""
    try:
        _patiently(lambda: subject.search(case.question), sleep)
    except _FATAL:
        raise
    except RagproxyError:
        return  # if it was no accident, the question itself will tell


def _asked(
    case: Case, subject: Subject, answers: bool, sleep: Callable[[float], None]
) -> tuple[Outcome, RagproxyError | None]:
    searched = None
    try:
        searched = _patiently(lambda: subject.search(case.question), sleep)
        reply = _patiently(lambda: subject.ask(case.question), sleep).completed(searched) if answers else None
    except _FATAL:
        raise
    except RagproxyError as err:
        score = judge(case, searched, None, failed=True)
        return Outcome(case, score, searched.passages if searched else (), failure=err.message), err
    passages = searched.passages if searched else (reply.sources or ()) if reply else ()
    return Outcome(case, judge(case, searched, reply), passages, reply), None


def _patiently(ask: Callable[[], T], sleep: Callable[[float], None]) -> T:
    for _ in range(_TRIES - 1):
        try:
            return ask()
        except OverBudget:
            raise
        except OverQuota as err:
            if err.retry_after_s > PATIENCE_S:
                raise
            sleep(err.retry_after_s)
    return ask()
