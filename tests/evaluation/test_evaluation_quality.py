"""The quality that docs/evaluation.md promises, on a sample of the sets that stand beside the repository."""

import json
from pathlib import Path

import pytest

from ragproxy.evaluation import evaluate
from ragproxy.settings import Settings

SETS = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "retrieval"
SAMPLE = 200  # questions a set, always the same: the bars are those of the whole sets, less the luck of the draw
LUCK = 0.04
DOCUMENTS, QUESTIONS = 100, 50  # of the beginning of a set, whose bars were measured: a question less may be answered
ONE_QUESTION = 1 / QUESTIONS


@pytest.mark.soak
@pytest.mark.parametrize(
    ("name", "ndcg_10", "one", "three"),
    [
        ("piaf_fr_dev", 0.83, 0.52, 0.69),
        ("cnil_fr", 0.66, None, None),
        ("squad_en", 0.875, 0.71, 0.84),
        ("xquad_es", 0.955, None, None),
    ],
)
def test_the_right_documents_are_found_and_the_right_sentences_quoted(name, ndcg_10, one, three, tmp_path):
    report = evaluate(the_set(name), Settings(data_dir=tmp_path), limit=SAMPLE)
    assert report.ndcg_10 >= ndcg_10 - LUCK
    if one and three:
        assert report.answers.one >= one - LUCK
        assert report.answers.three >= three - LUCK


@pytest.mark.parametrize(
    ("name", "ndcg_10", "one", "three"),
    [
        ("piaf_fr_dev", 0.874, 0.54, 0.78),
        ("cnil_fr", 0.709, 0.44, 0.56),
        ("squad_en", 0.871, 0.76, 0.90),
        ("xquad_es", 0.977, 0.82, 0.92),
    ],
)
def test_the_beginning_of_a_set_is_answered_as_well_as_it_ever_was(name, ndcg_10, one, three, tmp_path):
    report = evaluate(beginning(the_set(name), tmp_path / name), Settings(data_dir=tmp_path), limit=QUESTIONS)
    assert report.ndcg_10 >= ndcg_10 - ONE_QUESTION
    assert report.answers.one >= one - ONE_QUESTION
    assert report.answers.three >= three - ONE_QUESTION


def the_set(name):
    if not (SETS / name / "corpus.jsonl").is_file():
        pytest.skip(f"the set {name} is not at {SETS.parent.parent.name}/data/retrieval beside the repository")
    return SETS / name


def beginning(whole, folder):
    """Its first documents as a set of their own, with the questions that they answer."""
    folder.mkdir()
    documents = (whole / "corpus.jsonl").read_text().splitlines()[:DOCUMENTS]
    kept = {str(json.loads(line)["_id"]) for line in documents}
    heading, *grades = (whole / "qrels.tsv").read_text().splitlines()
    answered = [line for line in grades if line.split("\t")[1] in kept]
    (folder / "corpus.jsonl").write_text("\n".join(documents))
    (folder / "qrels.tsv").write_text("\n".join([heading, *answered]))
    (folder / "queries.jsonl").write_text((whole / "queries.jsonl").read_text())
    return folder
