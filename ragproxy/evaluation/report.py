"""What was measured, and the table that shows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AnswerScores:
    """Shares (0..1) of the questions that have answers: the gold answer stands in the built-in model's answer.

    `one` and `three` are with that many sentences and no abstention; `served` is what a client gets: 1 to 3 sentences,
    or the admission that the documents do not contain the answer, which is what `abstained` counts.
    """

    questions: int
    one: float
    three: float
    served: float
    abstained: float


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one set. Quality is 0..1, averaged over the questions; times are milliseconds of one search."""

    name: str
    documents: int
    chunks: int
    questions: int
    ndcg_10: float
    recall_5: float
    recall_10: float
    mrr_10: float
    p50_ms: float
    p95_ms: float
    answers: AnswerScores | None = None

    def text(self) -> str:
        """The table to print, without a final line break."""
        rows = [
            ("nDCG@10", f"{self.ndcg_10:.3f}"),
            ("recall@5", f"{self.recall_5:.3f}"),
            ("recall@10", f"{self.recall_10:.3f}"),
            ("MRR@10", f"{self.mrr_10:.3f}"),
            ("search p50", f"{self.p50_ms:.1f} ms"),
            ("search p95", f"{self.p95_ms:.1f} ms"),
        ]
        if self.answers:
            rows += [
                ("gold answer in 1 sentence", f"{self.answers.one:.3f}"),
                ("gold answer in 3 sentences", f"{self.answers.three:.3f}"),
                ("gold answer as served", f"{self.answers.served:.3f}"),
                ("questions abstained on", f"{self.answers.abstained:.3f}"),
            ]
        width = max(len(label) for label, _ in rows)
        head = f"{self.name}: {self.documents:,} documents in {self.chunks:,} chunks, {self.questions:,} questions"
        return "\n".join([head, *(f"{label:<{width}}  {value:>9}" for label, value in rows)])
