"""Indexes a set in a scratch directory as the server would, asks its questions, and averages what came back."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from ragproxy.answering import language
from ragproxy.backends import Extractive
from ragproxy.domain import Chunk, Embedder, Grounding
from ragproxy.errors import LoadError
from ragproxy.evaluation.dataset import Dataset, Question, read
from ragproxy.evaluation.metrics import contains, ndcg, percentile, recall, reciprocal_rank
from ragproxy.evaluation.report import AnswerScores, Report
from ragproxy.ingestion import chunk, load
from ragproxy.retrieval import Index, grams, open_index, sentences, terms
from ragproxy.settings import Settings
from ragproxy.tokens import estimate

STORE = "vs_evaluation"
BATCH = 500  # chunks added at once
DEPTH = 30  # passages looked at to find ten documents, for a document may have several

_MARKER = re.compile(r"\s\[\d{1,3}\]")
_extractive = partial(
    Extractive, terms=terms, grams=grams, split=sentences.split, count=estimate, language=language.detect
)

Progress = Callable[[int, int], None]


def evaluate(
    folder: Path,
    settings: Settings,
    *,
    limit: int | None = None,
    with_titles: bool = False,
    progress: Progress | None = None,
    embedder: Embedder | None = None,
) -> Report:
    """Measure the set in `folder`. The user's own stores are neither read nor changed.

    `limit` samples so many questions (None or 0: all); `progress` is told the steps done and the steps in all, one a
    document and one a question. A document's rank is its best chunk's. InvalidRequest names the file and the line of
    bad data.
    """
    dataset = read(folder, limit)
    steps = _Steps(progress, len(dataset.documents) + len(dataset.questions))
    with _scratch_index(settings, embedder) as index:
        chunks = _fill(index, dataset, with_titles, steps)
        tally = _Tally(settings)
        for question in dataset.questions:
            tally.ask(index, question)
            steps.advance()
    return tally.report(dataset, chunks)


class _Steps:
    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress = progress
        self._done = 0
        self._total = total

    def advance(self) -> None:
        self._done += 1
        if self._progress:
            self._progress(self._done, self._total)


@contextmanager
def _scratch_index(settings: Settings, embedder: Embedder | None) -> Iterator[Index]:
    """An embedded index like the server's in a directory that goes away, whatever CHROMA_URL says."""
    with tempfile.TemporaryDirectory(prefix="ragproxy-eval-", ignore_cleanup_errors=True) as folder:
        index = open_index(
            data_dir=Path(folder), embedder=embedder, dense_weight=settings.dense_weight, attributes=lambda store_id: {}
        )
        try:
            yield index
        finally:
            index.close()


def _fill(index: Index, dataset: Dataset, with_titles: bool, steps: _Steps) -> int:
    """Add every document, cut as a text file of its content would be; the number of chunks."""
    batch: list[Chunk] = []
    total = 0
    for document, (title, text) in dataset.documents.items():
        batch += _chunks(document, f"{title}\n\n{text}" if with_titles and title else text)
        steps.advance()
        if len(batch) >= BATCH:
            index.add(STORE, batch)
            total, batch = total + len(batch), []
    if batch:
        index.add(STORE, batch)
    return total + len(batch)


def _chunks(document: str, text: str) -> list[Chunk]:
    filename = f"{document}.txt"
    try:
        return chunk(load(filename, text.encode()), file_id=document, filename=filename)
    except LoadError:  # empty: nothing of it can be found, and the question that wants it is lost
        return []


@dataclass
class _Tally:
    """The figures of each question so far."""

    settings: Settings
    scores: list[tuple[float, ...]] = field(default_factory=list)
    times_ms: list[float] = field(default_factory=list)
    answers: list[tuple[bool, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._one = _extractive(sentences=1, abstain_below=0.0)
        self._three = _extractive(sentences=3, abstain_below=0.0)
        self._served = _extractive()

    def ask(self, index: Index, question: Question) -> None:
        started = time.perf_counter()
        found = index.search([STORE], question.text, top_k=DEPTH)
        self.times_ms.append((time.perf_counter() - started) * 1000)
        ranking = list(dict.fromkeys(passage.chunk.file_id for passage in found.passages))
        grades = question.grades
        self.scores.append(
            (
                ndcg(ranking, grades),
                recall(ranking, grades, 5),
                recall(ranking, grades, 10),
                reciprocal_rank(ranking, grades),
            )
        )
        if question.answers:
            read = index.search([STORE], question.text, top_k=self.settings.top_k, min_score=self.settings.min_score)
            self.answers.append(self._read(read, question))

    def _read(self, grounding: Grounding, question: Question) -> tuple[bool, ...]:
        """Whether the gold answer is in one sentence, in three, in what is served; whether we abstain."""
        lang = language.detect(question.text)
        answers = (model.answer(grounding, lang) for model in (self._one, self._three, self._served))
        found = (contains(_MARKER.sub("", answer), question.answers) for answer in answers)
        return (*found, self._served.abstains(grounding))

    def report(self, dataset: Dataset, chunks: int) -> Report:
        ndcg_10, recall_5, recall_10, mrr_10 = _means(self.scores)
        return Report(
            name=dataset.name,
            documents=len(dataset.documents),
            chunks=chunks,
            questions=len(self.scores),
            ndcg_10=ndcg_10,
            recall_5=recall_5,
            recall_10=recall_10,
            mrr_10=mrr_10,
            p50_ms=percentile(self.times_ms, 0.5),
            p95_ms=percentile(self.times_ms, 0.95),
            answers=AnswerScores(len(self.answers), *_means(self.answers)) if self.answers else None,
        )


def _means(rows: Sequence[Sequence[float]]) -> list[float]:
    return [sum(column) / len(rows) for column in zip(*rows, strict=True)]
