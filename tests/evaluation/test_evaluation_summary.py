"""Figures, differences and their intervals."""

import math

import pytest

from ragproxy.evaluation.asking import Outcome, Run
from ragproxy.evaluation.judging import Score
from ragproxy.evaluation.questions import Case
from ragproxy.evaluation.summary import GROUPS, differences, figures, mean


def test_a_figure_is_the_mean_of_the_questions_that_have_a_value():
    (group,) = figures(run(contained=[1.0, 0.0, None, 1.0])).items()
    name, (figure,) = group
    assert (name, figure.metric.name, figure.questions) == ("answers", "contained", 3)
    assert figure.value == pytest.approx(2 / 3)


def test_times_are_told_by_their_percentiles():
    told = {
        figure.metric.name: figure for figure in figures(run(total_ms=[float(n) for n in range(1, 101)]))["latency"]
    }
    assert (told["total_p50"].value, told["total_p95"].value) == (51.0, 96.0)
    assert set(told) == {"total_p50", "total_p95"}
    assert told["total_p50"].low < 51 < told["total_p50"].high


def test_an_interval_is_about_two_standard_errors_wide_on_either_side():
    values = [1.0] * 60 + [0.0] * 40
    figure = figures(run(contained=values))["answers"][0]
    error = math.sqrt(0.6 * 0.4 / 100)
    assert figure.low == pytest.approx(0.6 - 1.96 * error, abs=0.02)
    assert figure.high == pytest.approx(0.6 + 1.96 * error, abs=0.02)


def test_the_same_run_has_the_same_intervals_every_time():
    one = run(f1=[0.1, 0.5, 0.9, 0.3], total_ms=[1.0, 5.0, 2.0, 9.0])
    assert figures(one) == figures(one)
    other = run(f1=[0.2, 0.5, 0.8, 0.4], total_ms=[2.0, 5.0, 2.0, 9.0])
    assert differences(one, other) == differences(one, other)


def test_a_difference_is_of_the_questions_that_both_have():
    told = difference(run(f1=[0.2, None, 0.4, 1.0]), run(f1=[0.4, 1.0, None, 1.0]))
    assert (told.first, told.second, told.questions, told.differing) == (pytest.approx(0.6), pytest.approx(0.7), 2, 1)
    assert told.value == pytest.approx(0.1)
    assert (told.low, told.high) == (pytest.approx(0.0), pytest.approx(0.2))


def test_a_gain_at_nearly_every_question_is_told_apart():
    first = [0.1 * (number % 5) for number in range(40)]
    told = difference(run(f1=first), run(f1=[value + 0.1 for value in first]))
    assert told.verdict == "better"
    assert (told.low, told.high) == (pytest.approx(0.1), pytest.approx(0.1))


def test_pairs_tell_apart_what_two_separate_samples_would_not():
    first = [number / 40 for number in range(40)]  # the questions differ far more than the two runs
    second = [value + (0.04 if number % 4 else -0.01) for number, value in enumerate(first)]
    assert difference(run(f1=first), run(f1=second)).verdict == "better"
    intervals = [figures(each)["answers"][0] for each in (run(f1=first), run(f1=second))]
    assert intervals[1].low < intervals[0].high


def test_noise_is_not_sold_as_a_gain():
    first = [float(number % 2) for number in range(40)]
    second = [float(number % 3 == 0) for number in range(40)]
    assert difference(run(contained=first), run(contained=second)).verdict == "unclear"


def test_fewer_than_six_questions_that_differ_tell_nothing():
    first, second = [0.0] * 20, [1.0] * 5 + [0.0] * 15
    told = difference(run(f1=first), run(f1=second))
    assert told.low > 0
    assert told.verdict == "unclear"
    assert difference(run(f1=first), run(f1=[1.0] * 6 + [0.0] * 14)).verdict == "better"


def test_lower_is_better_for_times_and_faults():
    quick, slow = [10.0 + number % 3 for number in range(70)], [20.0 + number % 3 for number in range(70)]
    times = differences(run(total_ms=slow), run(total_ms=quick))["latency"]
    assert [each.verdict for each in times] == ["better", "better"]
    assert difference(run(uncited=[0.0] * 10), run(uncited=[1.0] * 10)).verdict == "worse"


def test_the_ninety_fifth_percentile_wants_sixty_questions():
    quick, slow = [10.0 + number % 3 for number in range(59)], [20.0 + number % 3 for number in range(59)]
    times = differences(run(total_ms=quick), run(total_ms=slow))["latency"]
    assert [(each.metric.name, each.verdict) for each in times] == [("total_p50", "worse"), ("total_p95", "unclear")]


def test_every_metric_has_a_name_of_its_own():
    names = [metric.name for group in GROUPS.values() for metric in group]
    assert len(names) == len(set(names)) == 19
    assert math.isnan(mean([]))


def difference(first, second):
    ((told,),) = differences(first, second).values()
    return told


def run(**columns):
    """A run whose questions have these values."""
    rows = zip(*columns.values(), strict=True)
    return Run("", tuple(Outcome(Case("?"), Score(_known(columns, row))) for row in rows))


def _known(names, row):
    return {name: value for name, value in zip(names, row, strict=True) if value is not None}
