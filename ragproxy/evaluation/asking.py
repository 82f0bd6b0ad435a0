"""Asks a set of questions of whoever answers: what was found, what was said, how long it took."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
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
    subjects: Mapping[str, Subject],
    *,
    answers: bool = True,
    step: Callable[[], None] = lambda: None,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Run]:
    """A run for each subject, by its label. They are asked in turns, so that none has the machine for itself.

    With `answers` their models are asked too. `step` is called after each question to each. A question that fails is
    counted as such, and the others go on. The error is raised when the first three all fail, and when what is asked
    for is not there or not allowed. A limit of requests is waited for.
    """
    turns = [_Turn(subject, answers, sleep) for subject in subjects.values()]
    for turn in turns:
        turn.warm(cases[0])
    for number, case in enumerate(cases):
        for turn in turns if number % 2 == 0 else reversed(turns):  # who comes second finds the caches warm
            turn.ask(case)
            turn.check_hope(len(cases))
            step()
    return [Run(label, tuple(turn.outcomes)) for label, turn in zip(subjects, turns, strict=True)]


class _Turn:
    """One of those who are asked, and what became of its questions so far."""

    def __init__(self, subject: Subject, answers: bool, sleep: Callable[[float], None]) -> None:
        self.outcomes: list[Outcome] = []
        self._subject = subject
        self._answers = answers
        self._sleep = sleep
        self._error: RagproxyError | None = None

    def warm(self, case: Case) -> None:
        """One search that is not counted: the first one opens the index."""
        try:
            known = _patiently(lambda: self._subject.search(case.question), self._sleep) is not None
        except _FATAL:
            raise
        except RagproxyError:
            return  # if it was no accident, the question itself will tell
        if not known and not self._answers:
            raise InvalidRequest("It is not known which vector store to search: name it with --store")

    def ask(self, case: Case) -> None:
        """Put the question, and keep what became of it."""
        searched, reply = None, None
        try:
            searched = _patiently(lambda: self._subject.search(case.question), self._sleep)
            if self._answers:
                reply = _patiently(lambda: self._subject.ask(case.question), self._sleep).completed(searched)
        except _FATAL:
            raise
        except RagproxyError as err:
            self._error = err
            score = judge(case, searched, None, failed=True)
            passages = searched.passages if searched else ()
            self.outcomes.append(Outcome(case, score, passages, failure=err.message))
            return
        passages = searched.passages if searched else (reply.sources or ()) if reply else ()
        self.outcomes.append(Outcome(case, judge(case, searched, reply), passages, reply))

    def check_hope(self, total: int) -> None:
        """Raise the last error when every question failed so far, and that were enough of them."""
        hopeless = len(self.outcomes) == min(_HOPELESS, total) and all(outcome.failure for outcome in self.outcomes)
        if hopeless and self._error:
            raise self._error


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
