import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragproxy.retrieval.fusion import fuse, stretch

SCORE = st.floats(-1, 1, allow_nan=False, allow_subnormal=False)
WEIGHT = st.floats(0, 1)
PAIRS = st.lists(st.tuples(SCORE, SCORE), min_size=1, max_size=20)


@given(PAIRS, WEIGHT)
def test_figures_stay_between_0_and_1(pairs, weight):
    lexical, dense = zip(*pairs, strict=True)
    assert all(0 <= figure <= 1 + 1e-9 for figure in fuse(lexical, dense, weight))


@given(PAIRS, WEIGHT)
def test_who_is_better_on_both_sides_is_not_behind(pairs, weight):
    lexical, dense = zip(*pairs, strict=True)
    figures = fuse(lexical, dense, weight)
    for (word, meaning), figure in zip(pairs, figures, strict=True):
        for (other_word, other_meaning), other in zip(pairs, figures, strict=True):
            if word >= other_word and meaning >= other_meaning:
                assert figure >= other - 1e-9


@given(PAIRS)
def test_the_weight_goes_from_one_ranking_to_the_other(pairs):
    lexical, dense = zip(*pairs, strict=True)
    assert fuse(lexical, dense, 0) == pytest.approx(stretch(lexical))
    assert fuse(lexical, dense, 1) == pytest.approx(stretch(dense))


@given(st.lists(st.integers(-1000, 1000), min_size=1), st.integers(1, 50))
def test_the_scale_of_a_side_does_not_matter(scores, factor):
    assert stretch([score * factor for score in scores]) == pytest.approx(stretch(scores))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9), st.floats(0, 1))
def test_another_candidate_behind_the_first_moves_nobody(scores, other):
    behind = min(other, max(scores))
    assert stretch([*scores, behind])[:-1] == stretch(scores)


def test_a_candidate_without_a_dense_score_is_taken_at_its_lexical_one():
    assert fuse([4.0, 2.0, 0.0], [0.2, None, 0.8], 0.5) == pytest.approx([0.625, 0.5, 0.5])


def test_opposites_have_nothing_in_common():
    assert stretch([0.5, -0.5]) == [1.0, 0.0]
    assert stretch([-0.1, -0.5]) == [0.0, 0.0]


def test_a_side_that_found_nothing_leaves_the_order_to_the_other():
    assert fuse([0.0, 0.0], [0.1, 0.2], 0.4) == pytest.approx([0.2, 0.4])


def test_nothing_in_nothing_out():
    assert fuse([], [], 0.4) == []


def test_far_ahead_on_one_side_beats_a_nose_ahead_on_the_other():
    first, second, _ = fuse([10.0, 1.0, 0.0], [0.50, 0.51, 0.0], 0.5)  # ranks alone would call it a draw
    assert first > second
