"""Words that count, and the F1 of two texts, against values worked out by hand."""

import pytest

from ragproxy.evaluation.wording import holds, holds_any, token_f1, words


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("The Eiffel Tower, a tower!", ["eiffel", "tower", "tower"]),
        ("L’église de l'Île-de-France", ["église", "de", "île", "de", "france"]),
        ("Le musée du Louvre ferme aux touristes", ["musée", "louvre", "ferme", "touristes"]),
        ("10\u202f000 habitants, 1,000,000 d'euros et 3.500", ["10000", "habitants", "1000000", "euros", "et", "3500"]),
        ("en 1889 330 mètres", ["en", "1889", "330", "mètres"]),
        ("**`RAGPROXY_TOP_K`**", ["ragproxytopk"]),
        ("The The", ["the", "the"]),
        ("ﬁn", ["fin"]),
        ("…", []),
    ],
)
def test_case_punctuation_and_articles_do_not_count(text, counted):
    assert words(text) == counted


def test_a_text_is_held_when_its_words_stand_in_a_row():
    assert holds("Built in 1889, the Tower is 330 metres tall.", "tower is 330 metres")
    assert holds("La tour de l’Exposition", "tour de exposition")
    assert not holds("330 tall metres", "330 metres")
    assert not holds("the year 18890", "1889")
    assert not holds("a paris", "à paris")
    assert not holds("anything", "?!")
    assert holds_any("It is in Lyon.", ["Paris", "lyon"])
    assert not holds_any("It is in Lyon.", [])


def test_f1_is_of_the_words_that_both_have():
    # said: tower, is, 330, metres, tall (5); right: 330, metres (2); common 2: precision 2/5, recall 1
    assert token_f1("The tower is 330 metres tall.", ["330 metres"]) == pytest.approx(2 * 0.4 / 1.4)
    # a word counts as often as it is there: said x, x, y; right x, z: common 1, precision 1/3, recall 1/2
    assert token_f1("x x y", ["x z"]) == pytest.approx(2 * (1 / 3) * (1 / 2) / (1 / 3 + 1 / 2))


def test_f1_is_that_of_the_best_answer():
    assert token_f1("L'été", ["hiver", "un été"]) == 1.0
    assert token_f1("printemps", ["hiver", "été"]) == 0.0
    assert token_f1("", ["été"]) == 0.0
    assert token_f1("été", []) == 0.0
