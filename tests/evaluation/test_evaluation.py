"""A tiny set measured through the real index, against values worked out by hand."""

import json
import math
import tempfile

import pytest

from ragproxy.errors import InvalidRequest
from ragproxy.evaluation import AnswerScores, Report, evaluate
from ragproxy.retrieval import HashEmbedder
from ragproxy.settings import Settings

CORPUS = {
    "moon": ("Satellites", "The moon orbits the earth. Its craters were mapped by Riccioli."),
    "sun": ("Stars", "The sun is a star. It is made of hydrogen."),
    "bread": ("Boulangerie", "Le pain est fait de farine. La boulangère le cuit au four à bois."),
    "wine": ("Boissons", "Le vin vient du raisin. Le chai garde les tonneaux de chêne."),
    "moons": ("Satellites", "Craters craters craters: Jupiter and Saturn have icy ones mapped by probes."),
}
QUESTIONS = [  # id, text, answers, grades
    ("q1", "Who mapped the craters of the moon?", ["riccioli"], {"moon": 1}),
    ("q2", "Où la boulangère cuit-elle le pain ?", ["au four  à bois"], {"bread": 1, "sun": 1}),
    ("q3", "What is the sun made of?", ["helium"], {"sun": 1}),
    ("q4", "Quel vaccin protège de la rougeole ?", ["aucun"], {"sun": 1}),
]


def test_the_figures_are_those_worked_out_by_hand(small, settings):
    report = evaluate(small, settings)
    assert (report.name, report.documents, report.chunks, report.questions) == ("small", 5, 5, 4)
    # q1 and q3 find their document first; q2 finds the first of two, for "sun" shares nothing with it; q4 nothing
    second = 1 / (1 + 1 / math.log2(3))
    assert report.ndcg_10 == pytest.approx((1 + second + 1 + 0) / 4)
    assert report.recall_5 == report.recall_10 == pytest.approx((1 + 0.5 + 1 + 0) / 4)
    assert report.mrr_10 == pytest.approx((1 + 1 + 1 + 0) / 4)
    assert 0 < report.p50_ms <= report.p95_ms
    assert report.answers == AnswerScores(questions=4, one=0.5, three=0.5, served=0.5, abstained=0.25)


def test_a_document_of_many_chunks_ranks_once_by_its_best(small, settings):
    pages = "\n\n".join(f"Craters of the moon, page {number}. " + "Dust and rock. " * 60 for number in range(12))
    _write(small, {**CORPUS, "long": ("", pages)}, [("q", "craters of the moon", [], {"moons": 1, "long": 1})])
    report = evaluate(small, settings)
    assert report.chunks > 12
    assert report.recall_5 == 1.0
    assert report.answers is None


def test_titles_are_indexed_only_when_asked_for(small, settings):
    _write(small, CORPUS, [("q", "boissons", [], {"wine": 1})])
    assert evaluate(small, settings).recall_10 == 0.0
    assert evaluate(small, settings, with_titles=True).recall_10 == 1.0


def test_the_embedder_that_is_given_reads_documents_and_questions(small, settings):
    embedder = Overheard()
    evaluate(small, settings, embedder=embedder)
    assert any("hydrogen" in text for text in embedder.heard)
    assert {text for _, text, _, _ in QUESTIONS} <= set(embedder.heard)


def test_progress_counts_documents_and_questions_to_the_end(small, settings):
    told = []
    evaluate(small, settings, limit=2, progress=lambda done, total: told.append((done, total)))
    assert told == [(done, 7) for done in range(1, 8)]


def test_an_empty_document_is_a_lost_one_and_no_failure(small, settings):
    _write(small, {**CORPUS, "void": ("", "  ")}, [("q", "void", [], {"void": 1})])
    report = evaluate(small, settings)
    assert (report.documents, report.chunks, report.ndcg_10) == (6, 5, 0.0)


def test_the_scratch_directory_goes_away_and_the_data_folder_stays_as_it_was(small, settings, tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    evaluate(small, settings)
    assert list(scratch.iterdir()) == []
    assert not settings.data_dir.exists()


def test_bad_data_is_refused_before_anything_is_indexed(small, settings):
    (small / "queries.jsonl").write_text("{\n")
    with pytest.raises(InvalidRequest, match=r"queries\.jsonl:1: not JSON"):
        evaluate(small, settings, progress=lambda done, total: pytest.fail("indexed"))


def test_the_table_shows_every_figure_once():
    report = Report(
        "set", 1234, 2345, 10, 0.81249, 0.9, 0.95, 0.75, 1.26, 12.0, AnswerScores(10, 0.5, 0.75, 0.625, 0.1)
    )
    assert report.text().splitlines() == [
        "set: 1,234 documents in 2,345 chunks, 10 questions",
        "nDCG@10                         0.812",
        "recall@5                        0.900",
        "recall@10                       0.950",
        "MRR@10                          0.750",
        "search p50                     1.3 ms",
        "search p95                    12.0 ms",
        "gold answer in 1 sentence       0.500",
        "gold answer in 3 sentences      0.750",
        "gold answer as served           0.625",
        "questions abstained on          0.100",
    ]


def test_a_set_without_answers_has_no_line_about_them():
    assert "gold" not in Report("set", 1, 1, 1, 1, 1, 1, 1, 1, 1).text()


class Overheard(HashEmbedder):
    """An Embedder that remembers what it was asked to embed."""

    name = "overheard"

    def __init__(self):
        self.heard = []

    def embed(self, texts):
        self.heard += texts
        return super().embed(texts)


@pytest.fixture
def small(tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    _write(folder, CORPUS, QUESTIONS)
    return folder


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path / "data")


def _write(folder, corpus, questions):
    documents = [{"_id": key, "title": title, "text": text} for key, (title, text) in corpus.items()]
    queries = [{"_id": key, "text": text, "answers": answers} for key, text, answers, _ in questions]
    grades = [(key, document, grade) for key, _, _, right in questions for document, grade in right.items()]
    for name, rows in (("corpus.jsonl", documents), ("queries.jsonl", queries)):
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    lines = ["query-id\tcorpus-id\tscore", *("\t".join(map(str, row)) for row in grades)]
    (folder / "qrels.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
