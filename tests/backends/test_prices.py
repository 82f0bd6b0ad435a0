import pytest

from ragproxy.backends.prices import PUBLIC, price_of
from ragproxy.upstreams import Price, Upstream

OURS = Price(1.0, 0.5, 2.0)


def test_a_configured_price_counts_before_the_public_one():
    assert price_of(Upstream("main", "http://a", prices={"gpt-4o": OURS}), "gpt-4o") == OURS
    assert price_of(Upstream("main", "http://a"), "gpt-4o") == Price(2.5, 1.25, 10.0)


def test_a_model_of_a_date_costs_what_its_line_does():
    upstream = Upstream("main", "http://a", prices={"gpt-4o": OURS})
    assert price_of(upstream, "gpt-4o-2024-08-06") == OURS
    assert price_of(Upstream("main", "http://a"), "gpt-4o-mini-2024-07-18") == PUBLIC["gpt-4o-mini"]
    assert price_of(Upstream("main", "http://a"), "gpt-5.5-2026-04-23") == PUBLIC["gpt-5.5"]


def test_a_model_of_a_date_may_have_a_price_of_its_own():
    assert price_of(Upstream("main", "http://a"), "gpt-4o-2024-05-13") == Price(5.0, 5.0, 15.0)


@pytest.mark.parametrize("model", ["llama3.1", "gpt-4o-preview", "", "2024-05-13"])
def test_what_nobody_knows_has_no_price(model):
    assert price_of(Upstream("main", "http://a"), model) is None


def test_a_price_of_nothing_is_a_price():
    free = Price(0.0, 0.0, 0.0)
    assert price_of(Upstream("main", "http://a", prices={"gpt-4o": free}), "gpt-4o") == free


def test_what_the_cache_had_never_costs_more():
    assert all(0 <= price.cached <= price.prompt for price in PUBLIC.values())


def test_what_has_no_price_of_its_own_in_the_cache_costs_what_the_prompt_does():
    assert PUBLIC["gpt-5-pro"] == Price(15.0, 15.0, 120.0)
