"""How good the ranking is on real questions; the full table is made by `ragproxy eval`."""

import csv
import json
import math
from pathlib import Path

import pytest

from tests.retrieval.samples import chunk

QUESTIONS = Path(__file__).resolve().parents[3] / "shared" / "data" / "retrieval" / "cnil_fr"


@pytest.mark.skipif(not QUESTIONS.is_dir(), reason="the question set cnil_fr is not beside the repository (../shared)")
def test_french_questions_find_their_answer(index):
    index.add("vs_cnil", [chunk(row["_id"], row["text"], file=row["_id"]) for row in lines("corpus.jsonl")])
    gains = []
    with (QUESTIONS / "qrels.tsv").open(encoding="utf-8", newline="") as file:
        answers = {row["query-id"]: row["corpus-id"] for row in csv.DictReader(file, delimiter="\t")}
    for query in lines("queries.jsonl"):
        passages = index.search(["vs_cnil"], query["text"], top_k=10).passages
        assert all(0 <= passage.score <= 1 for passage in passages)
        ids = [passage.chunk.id for passage in passages]
        answer = answers[query["_id"]]
        gains.append(1 / math.log2(2 + ids.index(answer)) if answer in ids else 0.0)
    # one right answer a question, so the gain of its rank is the question's nDCG
    assert len(gains) == 512
    assert sum(gains) / len(gains) >= 0.66  # measured: 0.680


def lines(name):
    with (QUESTIONS / name).open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]
