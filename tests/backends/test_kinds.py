"""The kind of thing a question asks for."""

import pytest

from ragproxy.backends.kinds import holds
from ragproxy.backends.units import Unit

DATED = "It opened in 1927."
COUNTED = "It has 12 arches."
NAMED = "The architect was Jeanne Morel."
PLAIN = "It is made of stone."


@pytest.mark.parametrize(
    "question",
    [
        "When did the bridge open?",
        "In what year did it open?",
        "Quand le pont a-t-il ouvert ?",
        "En quelle année le pont a-t-il ouvert ?",
        "Quelle est la date de l'ouverture ?",
        "¿Cuándo se abrió?",
        "Wann wurde sie eröffnet?",
        "Quando è stato aperto?",
        "Em que ano abriu?",
    ],
)
def test_a_question_of_time_prefers_a_year_to_another_figure_to_none(question):
    scores = [_score(question, text) for text in (DATED, COUNTED, PLAIN)]
    assert scores == [1.0, 0.6, 0.0]


@pytest.mark.parametrize(
    "question",
    [
        "How many arches?",
        "What is the height?",
        "Combien d'arches ?",
        "Quelle est la hauteur du pont ?",
        "Quel est l'âge du pont ?",
        "¿Cuántos arcos tiene?",
        "Wie viele Bögen?",
        "Quanti archi?",
        "Quantos arcos?",
    ],
)
def test_a_question_of_number_wants_a_figure(question):
    assert [_score(question, text) for text in (COUNTED, PLAIN)] == [1.0, 0.0]


@pytest.mark.parametrize(
    "question",
    [
        "Who was the architect?",
        "Where?",
        "Qui était l'architecte ?",
        "Quel est le nom de l'architecte ?",
        "¿Quién?",
        "Wer war es?",
        "Chi era?",
        "Quem era?",
    ],
)
def test_a_question_of_person_or_place_wants_a_name(question):
    assert [_score(question, text) for text in (NAMED, PLAIN)] == [1.0, 0.0]


def test_a_name_that_the_question_already_says_is_no_answer():
    assert _score("Who is Jeanne Morel?", NAMED) == 0.0


@pytest.mark.parametrize("question", ["How do I start it?", "Comment le démarrer ?", "Wie kann ich es starten?"])
def test_a_question_of_manner_wants_a_command(question):
    assert [_score(question, "`make run`", code=code) for code in (True, False)] == [1.0, 0.0]


def test_any_other_question_wants_nothing_special():
    assert {_score("Describe the bridge", text) for text in (DATED, COUNTED, NAMED, PLAIN)} == {0.0}


def _score(question, text, *, code=False):
    return holds(question)(Unit(text, 0, 0, code=code))
