from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragproxy.retrieval import terms
from ragproxy.retrieval.bm25 import Query, Statistics, idf, indexed_text
from tests.retrieval.samples import chunk


def test_a_query_has_each_term_once_in_reading_order():
    query = Query.of("Le chat, le chien, le chat")
    assert query.words == ("chat", "chien")
    assert len(query.grams) == len(set(query.grams))
    assert query.grams[:3] == ("_le_", "le_c", "e_ch")


def test_rare_words_weigh_more_and_unknown_ones_most():
    weights = [idf(100, frequency) for frequency in (0, 1, 10, 50, 100)]
    assert all(more > less for more, less in pairwise(weights))
    assert weights[-1] > 0


@given(st.integers(0, 10**7).flatmap(lambda count: st.tuples(st.just(count), st.integers(0, count))))
def test_weights_are_never_negative(pair):
    assert idf(*pair) >= 0


def test_the_heading_is_part_of_what_is_indexed():
    assert terms(indexed_text(chunk("a", "dort", heading="Chat"))) == ["chat", "dort"]
    assert indexed_text(chunk("a", "dort")) == "dort"


def test_of_a_very_long_query_the_rarest_terms_are_looked_up():
    words = {f"w{number}": number for number in range(500)}
    looked_up, _ = Statistics(1_000, words, {}).rarest()
    assert looked_up == [f"w{number}" for number in range(1, 65)]  # w0 stands nowhere


def test_a_word_that_stands_nowhere_lowers_what_the_others_are_worth():
    known = Statistics(10, {"chat": 2}, {})
    lacking = Statistics(10, {"chat": 2, "zymurgie": 0}, {})
    assert lacking.attainable() == pytest.approx(known.attainable() + 2.2 * idf(10, 0))


def test_nothing_asked_is_not_divided_by():
    assert Statistics(0, {}, {}).attainable() == 1
