import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragproxy.retrieval import grams, terms
from ragproxy.retrieval.analysis import LONGEST_WORD


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("l'été", "été"),
        ("L’ÉTÉ", "été"),
        ("d'orthographe", "orthographe"),
        ("qu'orthographe", "orthographe"),
        ("lorsqu'hier", "hier"),
        ("jusqu’hier", "hier"),
        ("the baker's", "baker"),
    ],
)
def test_elisions_are_cut(text, bare):
    assert terms(text) == terms(bare)
    assert grams(f"x {text}")[-3:] == grams(f"x {bare}")[-3:]


def test_a_single_letter_that_is_no_elision_is_kept():
    assert terms("vitamine C") == [*terms("vitamine"), "c"]
    assert terms("plan d") == ["plan", "d"]


def test_an_apostrophe_inside_a_word_splits_it():
    assert terms("aujourd'hui") == terms("aujourd hui")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("informations", "information"),
        ("continuellement", "continuelle"),
        ("les chevaux", "chevaux"),
        ("running", "run"),
        ("databases", "database"),
        ("declarations", "déclarations"),
        ("Déclaration", "DÉCLARATIONS"),
    ],
)
def test_french_and_english_forms_meet_at_their_stem(one, other):
    assert terms(one) == terms(other)


def test_stop_words_of_both_languages_are_left_out():
    assert terms("Comment est-ce que je peux le faire avec du pain ?") == terms("faire pain")
    assert terms("what is the capital of France") == terms("capital France")
    assert terms("qui est-ce ? who is it?") == terms("ce")


def test_accents_ligatures_and_composition_make_no_difference():
    assert terms("œuvre") == terms("oeuvre")
    assert grams("œuvre") == grams("oeuvre")
    assert terms("de\u0301claration") == terms("déclaration")
    assert terms("ﬁchier") == terms("fichier")
    assert grams("garçon") == grams("garcon")


def test_invisible_characters_do_not_cut_words():
    assert terms("infor\u00admation") == terms("information")
    assert terms("infor\u200bmation") == terms("information")


def test_code_is_cut_at_underscores_and_points():
    assert terms("os.read_file(path)") == [*terms("os"), *terms("read"), *terms("file"), *terms("path")]


def test_chinese_and_japanese_become_pairs():
    assert terms("東京都") == ["東京", "京都"]
    assert terms("水") == ["水"]
    assert set(terms("東京")) <= set(terms("私は東京都に住む"))


def test_grams_run_across_words_and_keep_stop_words():
    assert grams("le chat") == ["_le_", "le_c", "e_ch", "_cha", "chat", "hat_"]


def test_a_short_text_has_one_gram():
    assert grams("a") == ["_a_"]
    assert grams("?!") == []


@pytest.mark.parametrize("text", ["", " \n\t", "\x00", "🙂🙃", "\ud800", "___", "'’'", "-- ... !?"])
def test_a_text_without_words_has_neither_terms_nor_grams(text):
    assert terms(text) == []
    assert grams(text) == []


def test_nul_and_emoji_only_separate():
    assert terms("pain\x00beurre") == terms("pain beurre")
    assert terms("pain🥖beurre") == terms("pain beurre")


def test_a_huge_word_is_cut_and_does_not_hold_us_up():
    (term,) = terms("a" * 1_000_000)
    assert len(term) <= LONGEST_WORD


@given(st.text())
def test_any_text_can_be_analysed(text):
    assert all(term and not re.search(r"[\s_]", term) for term in terms(text))
    assert all(1 < len(gram) <= 4 and not re.search(r"\s", gram) for gram in grams(text))
    " ".join([*terms(text), *grams(text)]).encode()


def test_another_process_analyses_alike():
    text = "L'œuvre déclarée des chevaux running in Tōkyō 東京"
    code = f"from ragproxy.retrieval import terms, grams; print(terms({text!r}), grams({text!r}))"
    there = subprocess.run([sys.executable, "-X", "utf8", "-c", code], capture_output=True, text=True, check=True)
    assert there.stdout.strip() == f"{terms(text)} {grams(text)}"
