import random
import string
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragproxy.retrieval import HashEmbedder

EMBED = HashEmbedder().embed


def test_it_says_what_it_is():
    vectors = EMBED(["le chat", "the cat"])
    assert HashEmbedder().name == "hash-384"
    assert vectors.shape == (2, 384)
    assert vectors.dtype == np.float32


@given(st.lists(st.text(), max_size=4))
@settings(deadline=None)
def test_every_row_is_a_unit_vector(texts):
    vectors = EMBED(texts)
    assert vectors.shape == (len(texts), 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_row_does_not_depend_on_its_neighbours():
    alone = EMBED(["le chat dort"])[0]
    assert np.array_equal(EMBED(["autre chose", "le chat dort"])[1], alone)


def test_texts_that_share_words_or_spellings_are_nearer():
    question, same, near, other = EMBED(
        ["déclarer ses impôts", "La déclaration des impôts en ligne", "declaratoin d'impot", "the weather in Norway"]
    )
    assert question @ same > question @ near > question @ other


def test_order_and_case_and_accents_do_not_count():
    one, other = EMBED(["Impôts déclarés", "declares impots"])
    assert one @ other == pytest.approx(1, abs=0.2)


def test_another_process_makes_the_same_vectors():
    code = "from ragproxy.retrieval import HashEmbedder; print(HashEmbedder().embed(['Été 2024, cœur'])[0].tobytes().hex())"
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
        ).stdout.strip()
        for seed in ("1", "2")
    ]
    assert runs == [EMBED(["Été 2024, cœur"])[0].tobytes().hex()] * 2


def test_features_fall_evenly_on_the_axes():
    letters = random.Random(1)
    vectors = EMBED(["".join(letters.choices(string.ascii_lowercase, k=7)) for _ in range(2_000)])
    use = np.abs(vectors).sum(axis=0)
    assert use.min() > 0.3 * use.mean()
    assert abs(float(vectors.sum())) < 0.1 * float(use.sum())  # as many signs up as down
