"""Bytes to text: whatever the encoding, and nothing a database refuses."""

import codecs
import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragproxy.errors import InvalidFile
from ragproxy.ingestion.loaders.decoding import clean, decode

FRENCH = "L'été, l'élève Zoé déjeune à Noël : « ça coûte 5 € », n'est-ce pas ? Œuvre naïve…"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_french_is_read_in_every_usual_encoding(encoding):
    assert decode(FRENCH.encode(encoding)) == FRENCH


def test_a_marked_big_endian_text_loses_its_mark():
    assert decode(codecs.BOM_UTF16_BE + FRENCH.encode("utf-16-be")) == FRENCH


@pytest.mark.parametrize("word", ["été", "Noël", "à", "garçon\r\n"])
def test_a_short_latin_1_text_is_not_taken_for_another_language(word):
    assert decode(word.encode("latin-1")) == word


def test_russian_is_recognised():
    text = "Широкая электрификация южных губерний даст мощный толчок подъёму сельского хозяйства. " * 5
    assert decode(text.encode("cp1251")) == text


def test_a_declared_encoding_is_believed_unless_it_cannot_be():
    text = "Příliš žluťoučký kůň"
    assert decode(text.encode("iso-8859-2"), "iso-8859-2") == text
    assert decode("été".encode("cp1252"), "no-such-encoding") == "été"
    assert decode("été".encode(), "iso-8859-2") == "été"


def test_one_damaged_byte_does_not_spoil_a_text():
    damaged = FRENCH.encode() + b"\xff fin"
    assert decode(damaged) == FRENCH + "\ufffd fin"


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3",
        b"PK\x03\x04rest",
        bytes(range(256)) * 20,
        b"\x7fELF" + b"\0" * 64,
        b"\0\1\2\3" * 100,
    ],
)
def test_a_binary_file_is_no_text(data):
    with pytest.raises(InvalidFile, match="binary"):
        decode(data)


def test_a_few_nul_bytes_are_cleaned_out():
    assert clean(decode(b"avant\0apr\xc3\xa8s " + b"texte " * 20)).startswith("avantaprès texte")


def test_clean_leaves_only_what_can_be_stored_and_seen():
    assert clean("e\u0301te\u0301") == "été"
    assert clean("a\r\nb\rc\x0bd\x0ce\u2028f") == "a\nb\nc\nd\ne\nf"
    assert clean("x\x00\x01\x1b\x7f\x9by\ud800\udfff\ufffe") == "xy"
    assert clean("infor\u00admation\ufeff") == "information"
    assert clean("bon\u202ejour\U000e0041") == "bonjour"
    assert clean("tab\tet fine\u202finsécable 👩‍🚀") == "tab\tet fine\u202finsécable 👩‍🚀"


@given(st.text(st.characters()) | st.text(st.sampled_from("a\u0301\0\r\n\ud800\u200b\u2028é")))
def test_clean_text_fits_every_store_and_is_clean_for_good(text):
    cleaned = clean(text)
    assert "\0" not in cleaned
    json.dumps(cleaned, ensure_ascii=False).encode("utf-8")
    assert clean(cleaned) == cleaned


@given(st.binary(max_size=300))
def test_decoding_gives_text_or_says_binary(data):
    with contextlib.suppress(InvalidFile):
        decode(data)
