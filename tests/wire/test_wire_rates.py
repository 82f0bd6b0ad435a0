from ragproxy.domain import Rate, Rates
from ragproxy.wire.rates import rate_headers


def test_both_kinds_of_limit_make_the_six_headers():
    assert rate_headers(Rates(Rate(60, 59, 1), Rate(150_000, 149_984, 360))) == {
        "x-ratelimit-limit-requests": "60",
        "x-ratelimit-remaining-requests": "59",
        "x-ratelimit-reset-requests": "1s",
        "x-ratelimit-limit-tokens": "150000",
        "x-ratelimit-remaining-tokens": "149984",
        "x-ratelimit-reset-tokens": "6m0s",
    }


def test_of_one_kind_there_are_three():
    assert rate_headers(Rates(tokens=Rate(10, 0, 0.12))) == {
        "x-ratelimit-limit-tokens": "10",
        "x-ratelimit-remaining-tokens": "0",
        "x-ratelimit-reset-tokens": "120ms",
    }


def test_without_limits_there_is_none():
    assert rate_headers(Rates()) == {}
