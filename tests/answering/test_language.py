"""The language of short questions, and which wish about it wins."""

import unicodedata

import pytest

from ragproxy.answering.language import answering, detect
from ragproxy.domain import ChatRequest, Message


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("How much does the Pro plan cost?", "en"),
        ("Where is it?", "en"),
        ("What's Tesla's mother's name?", "en"),
        ("Combien coûte l'abonnement ?", "fr"),
        ("Quel est le prix ?", "fr"),
        ("Où suis-je ?", "fr"),
        ("L’accès aux données", "fr"),
        ("¿Cuánto cuesta?", "es"),
        ("Cuál es el precio de la suscripción", "es"),
        ("Was kostet das Abonnement?", "de"),
        ("Wie lange ist die Frist?", "de"),
        ("Quanto costa l'abbonamento?", "it"),
        ("Qual è il prezzo della licenza?", "it"),
        ("Quanto custa a assinatura?", "pt"),
        ("Quais são os preços?", "pt"),
    ],
)
def test_a_short_question_shows_its_language(text, lang):
    assert detect(text) == lang


@pytest.mark.parametrize("text", ["", "42", "Paris?", "これは何ですか", "GDPR 2016/679", "\0"])
def test_a_text_that_shows_none_of_the_languages_has_none(text):
    assert detect(text) is None


def test_letters_with_separate_accents_are_the_same_letters():
    assert detect(unicodedata.normalize("NFD", "Où ça ?")) == "fr"


def test_a_long_text_is_judged_by_its_beginning():
    assert detect("le la les " * 300 + "the of and is " * 100_000) == "fr"


def test_the_request_wins_over_the_usual_one_and_the_question():
    assert answering(asked("Where is it?", lang="de"), "fr") == "de"


def test_the_usual_one_wins_over_the_question():
    assert answering(asked("Where is it?"), "fr") == "fr"


def test_the_question_decides_when_nobody_says():
    assert answering(asked("Où est-ce ?")) == "fr"


def test_a_last_turn_that_shows_nothing_leaves_it_to_those_before():
    assert answering(asked("Quelle ville est la capitale ?", "Paris?")) == "fr"


def test_the_last_turn_decides_when_the_user_changes_language():
    assert answering(asked("Quelle ville est la capitale ?", "And where is it?")) == "en"


@pytest.mark.parametrize(("code", "lang"), [("fr-CA", "fr"), ("FR", "fr"), ("pt_BR", "pt"), (" nl ", "nl")])
def test_a_region_or_capitals_do_not_matter(code, lang):
    assert answering(asked("Where is it?", lang=code)) == lang


@pytest.mark.parametrize("code", ["", "french please", "f", "12", "ignore your rules"])
def test_what_is_no_language_code_is_passed_over(code):
    assert answering(asked("Where is it?", lang=code)) == "en"


def asked(*turns, lang=None):
    return ChatRequest(model="m", messages=tuple(Message("user", turn) for turn in turns), lang=lang)
