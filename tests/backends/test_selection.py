"""Which units are chosen, among which, and in what order."""

import pytest

from ragproxy.answering.language import detect
from ragproxy.backends.selection import Selector
from ragproxy.domain import Chunk, Grounding, Passage
from ragproxy.retrieval.analysis import grams, terms
from ragproxy.retrieval.sentences import split


def test_a_sentence_said_in_two_passages_is_chosen_once():
    same = "The ferry leaves at noon."
    picks = _pick("When does the ferry leave?", same, f"{same} The harbour is old.", sentences=3)
    assert [pick.text for pick in picks] == [same, "The harbour is old."]
    assert [pick.source for pick in picks] == [1, 2]


def test_a_list_and_one_of_its_items_are_not_chosen_together():
    text = "The ferry carries:\n- cars\n- cows for the ferry market"
    picks = _pick("What does the ferry carry?", text, sentences=3)
    assert [pick.text for pick in picks] == ["The ferry carries:\n- cars\n- cows for the ferry market"]


def test_a_word_of_the_heading_counts_for_the_sentences_below_it():
    text = "## Ferry\n\nIt leaves at noon.\n\n## Train\n\nIt leaves at six.\n\n## Bus\n\nIt leaves at one."
    assert [pick.text for pick in _pick("When does the train leave?", text, sentences=1)] == ["It leaves at six."]


def test_a_question_in_the_passage_is_not_its_own_answer():
    text = "When does the ferry leave?\n\nAt noon, from the harbour."
    assert [pick.text for pick in _pick("When does the ferry leave?", text)] == ["At noon, from the harbour."]


def test_a_passage_that_is_all_headings_is_still_quoted():
    assert [pick.text for pick in _pick("ferry timetable", "# Ferry timetable")] == ["Ferry timetable"]


def test_spelling_that_the_stems_miss_is_seen_by_the_letters():
    text = "The railway is here. The harbour is there."
    assert [pick.text for pick in _pick("harbur", text, sentences=1)] == ["The harbour is there."]


def test_of_sentences_that_say_the_same_words_the_one_that_holds_what_is_asked_for_wins():
    text = "The ferry sank near the coast. The ferry sank in 1927."
    assert [pick.text for pick in _pick("When did the ferry go down?", text, sentences=1)] == [
        "The ferry sank in 1927."
    ]


def test_of_the_same_said_in_two_languages_the_one_to_answer_in_wins():
    both = ("Port: 8083 is the port of the server.", "Port : 8083 est le port du serveur.")
    for lang, source in (("en", 1), ("fr", 2), (None, 1), ("ja", 1)):
        assert [pick.source for pick in _pick("port 8083", *both, sentences=1, lang=lang)] == [source]


def test_a_short_sentence_wins_over_a_long_one():
    text = f"Dawn breaks. The ferry {'and so on ' * 20}leaves. The ferry leaves."
    assert [pick.text for pick in _pick("ferry", text, sentences=1)] == ["The ferry leaves."]


def test_the_first_sentence_under_a_heading_may_be_a_little_longer():
    first, second = f"The ferry {'aye ' * 26}leaves.", f"The ferry {'aye ' * 16}sails."
    assert [pick.text for pick in _pick("ferry", f"{first} {second}", sentences=1)] == [first]
    assert [pick.text for pick in _pick("ferry", f"Dawn breaks. {first} {second}", sentences=1)] == [second]


def test_further_sentences_need_to_come_close_to_the_best():
    text = "The blue ferry leaves at noon. The green ferry leaves at noon. Cows graze by the road."
    assert len(_pick("When do the blue ferry and the green ferry leave?", text)) == 2
    assert len(_pick("When do the blue ferry and the green ferry leave?", text, sentences=3)) == 3


def test_of_equal_sentences_the_one_of_the_passage_found_first_wins():
    picks = _pick("ferry", "Dawn breaks. A ferry came by.", "Some ferry at dusk sank.", sentences=1)
    assert [pick.source for pick in picks] == [1]


def test_of_equal_sentences_the_one_of_a_passage_that_says_much_more_of_the_query_wins():
    picks = _pick("ferry", "A ferry came by.", "Some ferry at dusk sank.", sentences=1, scores=(0.1, 0.9))
    assert [pick.source for pick in picks] == [2]


@pytest.mark.parametrize("query", ["", "?", "the of and"])
def test_a_query_without_a_word_chooses_something_and_does_not_fail(query):
    assert len(_pick(query, "The ferry leaves at noon.", sentences=1)) == 1


def test_nothing_is_chosen_from_nothing():
    assert _pick("ferry") == []
    assert _pick("ferry", " ") == []


def _pick(query, *texts, sentences=None, scores=None, lang=None):
    weights = dict.fromkeys(terms(query), 1.0)
    passages = tuple(
        Passage(Chunk(f"c{number}", "f", "notes.md", number, text), "vs_1", score)
        for number, (text, score) in enumerate(zip(texts, scores or [0.5] * len(texts), strict=True))
    )
    selector = Selector(terms=terms, grams=grams, split=split, language=detect)
    return selector.pick(Grounding(query, passages, weights, 0.5), sentences, lang)
