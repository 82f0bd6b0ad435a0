import pytest

from ragproxy.backends.cost import cost_usd
from ragproxy.upstreams import Price

PRICE = Price(prompt=2.5, cached=1.25, completion=10.0)


@pytest.mark.parametrize(
    ("prompt", "cached", "completion", "usd"),
    [
        (0, 0, 0, 0.0),
        (1_000_000, 0, 0, 2.5),
        (1_000_000, 1_000_000, 0, 1.25),
        (0, 0, 1_000_000, 10.0),
        (1000, 400, 50, (600 * 2.5 + 400 * 1.25 + 50 * 10) / 1e6),
        (7, 0, 3, 0.0000475),
    ],
)
def test_each_kind_of_token_has_its_own_price(prompt, cached, completion, usd):
    assert cost_usd(PRICE, prompt=prompt, cached=cached, completion=completion) == pytest.approx(usd, abs=1e-15)


def test_no_more_tokens_are_cached_than_there_are():
    assert cost_usd(PRICE, prompt=10, cached=99, completion=0) == pytest.approx(10 * 1.25 / 1e6)
