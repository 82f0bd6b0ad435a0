import pytest

from ragproxy.retrieval.bm25 import Hit, Query, Statistics, idf
from ragproxy.retrieval.searching import SURROUNDINGS, Candidate, Look, coverage, ranked, weights

WEIGHTS = {"chat": 3.0, "canap": 1.0}


def test_weights_are_of_all_the_stores_together():
    looks = [Look((), Statistics(10, {"chat": 4}, {})), Look((), Statistics(90, {"chat": 1}, {}))]
    assert weights(Query(("chat",), ()), looks) == {"chat": idf(100 + SURROUNDINGS, 5)}


def test_a_word_in_no_store_weighs_most():
    found = weights(Query(("chat", "zymurg"), ()), [Look((), Statistics(10, {"chat": 1, "zymurg": 0}, {}))])
    assert found["zymurg"] == idf(10 + SURROUNDINGS, 0) > found["chat"]


def test_in_a_tiny_store_a_word_it_lacks_does_not_outweigh_all_it_has():
    found = weights(Query(("tower", "eiffel", "height"), ()), [Look((), Statistics(1, {"tower": 1, "eiffel": 1}, {}))])
    assert coverage(hit("a", 0.9, "tower", "eiffel"), found) > 0.6


def test_coverage_is_the_share_of_the_weight():
    assert coverage(hit("a", 0.9, "chat"), WEIGHTS) == pytest.approx(0.75)
    assert coverage(hit("a", 0.9, "chat", "canap", "autre"), WEIGHTS) == 1
    assert coverage(hit("a", 0.9), WEIGHTS) == 0


def test_a_query_without_words_is_covered_by_its_letters():
    assert coverage(hit("a", 0.2), {}) == 0.2


def test_words_rank_by_bm25_and_score_by_coverage():
    far, near = Candidate("vs", hit("far", 0.2, "chat", "canap")), Candidate("vs", hit("near", 0.4, "chat"))
    assert [(one.hit.chunk_id, one.score) for one in ranked([far, near], WEIGHTS, 0.4)] == [("near", 0.75), ("far", 1)]


def test_with_vectors_both_have_their_say():
    words = Candidate("vs", hit("words", 0.4, "chat"), cosine=0.1)
    meaning = Candidate("vs", hit("meaning", 0.0), cosine=0.9)
    assert [one.hit.chunk_id for one in ranked([meaning, words], WEIGHTS, 0.4)] == ["words", "meaning"]
    assert [one.hit.chunk_id for one in ranked([meaning, words], WEIGHTS, 0.6)] == ["meaning", "words"]
    (first, second) = ranked([meaning, words], WEIGHTS, 0.6)
    assert first.score == pytest.approx(0.6 * 0.9)
    assert second.score == pytest.approx(0.4 * 0.75 + 0.6 * 0.1)
    assert (first.share, second.share) == (0, 0.75)


def test_opposite_vectors_and_rounding_stay_within_0_and_1():
    opposite, same = (
        Candidate("vs", hit("a", 0.1), cosine=-0.5),
        Candidate("vs", hit("b", 0.1, "chat", "canap"), 1.0001),
    )
    assert {one.hit.chunk_id: one.score for one in ranked([opposite, same], WEIGHTS, 0.4)} == {"a": 0, "b": 1}


def test_nothing_found_is_ranked_too():
    assert ranked([], WEIGHTS, 0.4) == []


def hit(id, score, *words):
    return Hit(id, score, frozenset(words))
