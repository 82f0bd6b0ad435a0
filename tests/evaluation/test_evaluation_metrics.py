"""The measures, against values worked out by hand."""

import math

import pytest

from ragproxy.evaluation.metrics import contains, ndcg, percentile, recall, reciprocal_rank


def test_one_right_document_gains_one_over_the_logarithm_of_its_rank():
    grades = {"d": 1}
    assert ndcg(["d", "x"], grades) == 1.0
    assert ndcg(["x", "d"], grades) == pytest.approx(1 / math.log2(3))
    assert ndcg(["x"] * 9 + ["d"], grades) == pytest.approx(1 / math.log2(11))
    assert ndcg([str(number) for number in range(10)] + ["d"], grades) == 0.0


def test_grades_above_one_gain_two_to_the_grade_less_one():
    grades = {"best": 3, "fair": 1}
    # (1 + 7 / log2 3) / (7 + 1 / log2 3)
    assert ndcg(["fair", "best"], grades) == pytest.approx((1 + 7 / math.log2(3)) / (7 + 1 / math.log2(3)))
    assert ndcg(["best", "fair"], grades) == pytest.approx(1.0)


def test_the_best_order_has_no_more_than_k_documents():
    grades = {str(number): 1 for number in range(20)}
    assert ndcg([str(number) for number in range(10)], grades) == pytest.approx(1.0)


def test_recall_is_of_all_that_is_right():
    grades = {"a": 1, "b": 2, "c": 1}
    assert recall(["a", "x", "b"], grades, 2) == pytest.approx(1 / 3)
    assert recall(["a", "x", "b"], grades, 5) == pytest.approx(2 / 3)


def test_the_reciprocal_rank_is_of_the_first_right_document_of_ten():
    assert reciprocal_rank(["x", "y", "b", "a"], {"a": 1, "b": 1}) == pytest.approx(1 / 3)
    assert reciprocal_rank(["x"] * 10 + ["a"], {"a": 1}) == 0.0
    assert reciprocal_rank([], {"a": 1}) == 0.0


def test_percentiles_do_not_depend_on_the_order():
    values = [float(number) for number in reversed(range(1, 101))]
    assert (percentile(values, 0.5), percentile(values, 0.95)) == (51.0, 96.0)
    assert percentile([7.0], 0.95) == 7.0
    assert math.isnan(percentile([], 0.5))


def test_an_answer_is_found_whatever_its_case_and_blanks_but_not_without_its_accents():
    text = "Le  14 Juillet\n1789, à Paris."
    assert contains(text, ["le 14 juillet 1789"])
    assert contains(text, ["Lyon", "À PARIS"])
    assert not contains(text, ["a paris"])
    assert not contains(text, [])
