"""What the usage of an upstream says, and what is told of it."""

import pytest

from ragproxy.domain import Usage
from ragproxy.wire.reading import cached_and_reasoning, dollars, priced, usage_json


def test_an_estimate_says_so():
    told = usage_json(Usage.estimate(3, 4))
    assert told == {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7, "estimated": True}


def test_a_report_is_no_estimate():
    assert not Usage(3, 4, 7).estimated
    assert not Usage(3, 4, 7, {"estimated": "yes"}).estimated


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ({}, (0, 0)),
        ({"prompt_tokens_details": {"cached_tokens": 5}}, (5, 0)),
        ({"completion_tokens_details": {"reasoning_tokens": 6, "audio_tokens": 1}}, (0, 6)),
        ({"prompt_tokens_details": None, "completion_tokens_details": None}, (0, 0)),
        ({"prompt_tokens_details": {"cached_tokens": None}}, (0, 0)),
        ({"prompt_tokens_details": {"cached_tokens": -1}, "completion_tokens_details": [1]}, (0, 0)),
        (
            {"prompt_tokens_details": {"cached_tokens": 99}, "completion_tokens_details": {"reasoning_tokens": 99}},
            (10, 20),
        ),
    ],
)
def test_cached_and_reasoning_tokens_are_parts_of_the_whole(details, expected):
    assert cached_and_reasoning(Usage(10, 20, 30, details)) == expected


@pytest.mark.parametrize(
    ("cost", "text"),
    [
        (0.0, "0"),
        (0.000123, "0.000123"),
        (2e-8, "0.00000002"),
        (12.5, "12.5"),
        (1e-7 + 2e-7, "0.0000003"),
        (100.0, "100"),
    ],
)
def test_dollars_are_plain_decimals(cost, text):
    assert dollars(cost) == text


def test_the_cost_stands_in_the_usage_when_it_is_known():
    usage = Usage(1, 2, 3, {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3})
    assert priced(usage, None) == usage.details
    assert priced(usage, 0.1 + 0.2) == {**usage.details, "cost": 0.3}
    assert priced(usage, 0.0) == usage.details
    assert priced(None, 0.3) is None


def test_a_cost_of_the_upstreams_own_is_left_alone():
    assert priced(Usage(1, 2, 3, {"cost": 7}), 0.3)["cost"] == 7
