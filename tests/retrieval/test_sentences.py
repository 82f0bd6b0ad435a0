"""Sentences: cut where a French or an English reader would."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragproxy.retrieval.sentences import spans, split


@pytest.mark.parametrize(
    "sentences",
    [
        ["Le chat dort.", "La souris danse.", "Tout va bien !"],
        ["Is it raining?", "Yes!", "Take an umbrella…", "Or stay."],
        ["M. Dupont et Mme. Martin ont vu le Dr. Élie.", "Il était malade."],
        ["Mr. Smith met Prof. Jones at St. Mary's.", "They talked."],
        ["Voir p. ex. Paris, l'art. 12 et la fig. 3.", "Le n° 5 suffit."],
        ["Several cities, e.g. Paris or i.e. London, are big.", "See No. 7 and pp. 12."],
        ["La réponse est no.", "The answer is no.", "Try again."],
        ["J. R. R. Tolkien et J.-P. Sartre écrivaient.", "L. Aragon aussi."],
        ["Prenez de la vitamine C.", "Elle aide."],
        ["Pi vaut 3.14 ou 3,14.", "Le prix est de 1.200,50 €.", "Merci."],
        ["Il cria : « Au feu ! » et partit.", "« Vraiment ? » demanda-t-elle.", "Oui."],
        ["Il a dit « oui. »", "Puis il est parti."],
        ["« Bonjour.", "Comment allez-vous ? »", "Elle sourit."],
        ["Il hésita... puis partit.", "Elle attendit...", "Rien ne vint."],
        ["The U.S. Army came at 5 p.m. Monday.", "It left at 6 a.m.", "The end."],
        ["César mourut en 44 av. J.-C. à Rome.", "Auguste naquit en 63 av. J.-C.", "Il régna."],
        ["Tell me.", "It is 10 mm.", "Elle mesure 10 m.", "Le mur tient."],
        ["Apple Inc. Chairman spoke.", "He works at Acme Inc.", "The pay is good."],
        ["Né le 5 janv. 1990, il vit à Sète.", "Il y est depuis sept. 2001."],
        ["It was 1998.", "20 people came."],
        ["Des pommes, des poires, etc.", "Tout se vend."],
        ["Das ist gut.", "Ökonomie zählt.", "Ça va ?", "Évidemment."],
        ["He left.", '"Why?" she asked.', "(Nobody knew.)", "Silence."],
        ["Known since 1920.[3]", "Later confirmed.", "**Bold end.**", "Next one."],
        ["Qu'est-ce que c'est ?!", "Rien."],
        ["今日は晴れ。", "明日は雨！", "終わり"],
    ],
)
def test_sentences_are_those_a_reader_sees(sentences):
    assert split(" ".join(sentences)) == sentences


def test_the_number_of_a_list_item_stays_with_it():
    assert split("1. Ouvrir le fichier. 2. Le lire.") == ["1. Ouvrir le fichier.", "2. Le lire."]
    assert split("A. Premier point. B. Deuxième point.") == ["A. Premier point.", "B. Deuxième point."]


def test_blank_lines_and_bullets_end_a_sentence_but_a_wrapped_line_does_not():
    text = "Un titre\n\nUne phrase qui continue\nà la ligne. Une autre :\n- un point\n- un autre\n\nFin"
    assert split(text) == [
        "Un titre",
        "Une phrase qui continue\nà la ligne.",
        "Une autre :",
        "- un point",
        "- un autre",
        "Fin",
    ]


def test_a_blank_text_has_no_sentence():
    assert split("") == []
    assert split(" \n\t\u00a0 ") == []


@given(st.text(alphabet=st.sampled_from("aB1. !?…»«\"'()[]\n-–é。MDr°") | st.characters(), max_size=200))
def test_spans_cover_everything_but_blanks(text):
    end = 0
    for start, stop in spans(text):
        assert text[end:start].strip() == ""
        assert text[start:stop] == text[start:stop].strip() != ""
        end = stop
    assert text[end:].strip() == ""


@pytest.mark.parametrize("piece", [".", ". ", "\n", " ", "?»", "M. ", "a.", '."', "1.", "\n -"])
def test_time_is_linear_in_the_length_of_hostile_text(piece):
    text = piece * (200_000 // len(piece)) + "x"
    started = time.process_time()
    spans(text)
    assert time.process_time() - started < 3
