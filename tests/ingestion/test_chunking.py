"""Chunks: whole paragraphs, then whole sentences, under the right heading and page."""

import dataclasses
import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragproxy.domain import Block, Document
from ragproxy.ingestion import chunk, load
from ragproxy.retrieval import sentences


def test_small_paragraphs_are_packed_and_none_is_cut():
    paragraphs = [f"Paragraphe {i}. " + "Il pleut. " * 25 for i in range(8)]
    chunks = cut([Block(text.strip()) for text in paragraphs])
    assert "\n\n".join(piece.text for piece in chunks) == "\n\n".join(text.strip() for text in paragraphs)
    assert [len(piece.text) // 100 for piece in chunks] == [10, 10]


def test_a_long_paragraph_is_cut_between_sentences():
    text = " ".join(f"La phrase numéro {i} parle de M. Dupont et du prix de 3.50 €." for i in range(100))
    chunks = cut([Block(text)])
    assert " ".join(piece.text for piece in chunks) == text
    assert all(piece.text.startswith("La phrase") and piece.text.endswith("€.") for piece in chunks)
    assert all(1000 <= len(piece.text) <= 1200 for piece in chunks[:-1])


def test_a_sentence_longer_than_a_chunk_is_cut_between_words():
    text = "mot " * 1000 + "fin."
    chunks = cut([Block(text)])
    assert " ".join(piece.text for piece in chunks) == text
    assert all(set(piece.text.split()) <= {"mot", "fin."} for piece in chunks)


def test_a_word_longer_than_a_chunk_is_cut_anywhere():
    chunks = cut([Block("x" * 2500)])
    assert [len(piece.text) for piece in chunks] == [1200, 1200, 100]


def test_long_code_is_cut_between_lines_and_keeps_its_indents():
    code = "def f():\n" + "\n".join(f"    ligne_{i} = a.b.c(1. + {i})" for i in range(100))
    chunks = cut([Block(code)])
    assert len(chunks) > 2
    assert "\n".join(piece.text for piece in chunks) == code


def test_a_row_is_never_cut():
    rows = [Block(f"Nom: Élément {i}. Suite. | Prix: {i},50 € | Note: " + "x" * (i * 37 % 900)) for i in range(60)]
    chunks = cut(rows)
    assert [row for piece in chunks for row in piece.text.split("\n\n")] == [row.text for row in rows]


def test_a_new_section_begins_a_new_chunk_once_there_is_enough():
    chunks = cut([Block("a " * 250, heading="Guide > A"), Block("b " * 250, heading="Guide > B")])
    assert [(piece.heading, piece.text[0]) for piece in chunks] == [("Guide > A", "a"), ("Guide > B", "b")]


def test_tiny_sections_share_a_chunk_under_their_common_heading():
    blocks = [
        Block("Introduction.", heading="Guide"),
        Block("Faites ceci.", heading="Guide > Installer"),
        Block("Puis cela.", heading="Guide > Installer"),
        Block("Enfin.", heading="Guide > Lancer > Sous Linux"),
    ]
    (only,) = cut(blocks[:3])
    assert (only.heading, only.text) == ("Guide", "Introduction.\n\nInstaller\nFaites ceci.\n\nPuis cela.")
    far = cut(blocks[1:])  # "Lancer" is no sibling's child of "Installer": nothing says they belong together
    assert [piece.heading for piece in far] == ["Guide > Installer", "Guide > Lancer > Sous Linux"]


def test_the_title_stands_for_a_missing_heading_unless_it_is_the_file_s_name():
    block = Block("Texte.")
    assert chunk(Document("Règlement", (block,)), file_id="f", filename="a/r.pdf")[0].heading == "Règlement"
    assert chunk(Document("r", (block,)), file_id="f", filename="a/r.pdf")[0].heading == ""
    assert chunk(Document("r.py", (block,)), file_id="f", filename="a/r.py")[0].heading == ""


def test_a_page_begins_a_new_chunk_once_there_is_enough():
    pages = [
        Block("a. " * 200, page=1),
        Block("b. " * 50, page=2),
        Block("c. " * 50, page=3),
        Block("d. " * 100, page=4),
    ]
    assert [(piece.page, piece.text[0]) for piece in cut(pages)] == [(1, "a"), (2, "b")]
    assert [piece.page for piece in cut(pages, max_chars=400)] == [1, 1, 2, 3, 4]


def test_positions_count_from_zero_and_every_chunk_knows_its_file():
    chunks = cut([Block("a " * 1500)])
    assert [piece.position for piece in chunks] == [0, 1, 2]
    assert {(piece.file_id, piece.filename) for piece in chunks} == {("file-1", "x.txt")}


def test_ids_are_stable_and_change_with_all_that_counts():
    document = Document("x", (Block("Bonjour."),))
    options = {"file_id": "file-1", "filename": "x.txt"}
    first = chunk(document, **options)[0].id
    assert re.fullmatch(r"chk_[0-9a-f]{32}", first)
    assert chunk(document, **options)[0].id == first
    others = [
        chunk(document, **{**options, "file_id": "file-2"}),
        chunk(document, **options, analyser="autre"),
        chunk(document, **options, max_chars=500),
        chunk(document, **options, overlap_chars=10),
        chunk(Document("x", (Block("Bonsoir."),)), **options),
        chunk(Document("x", (Block("Bonjour.", page=2),)), **options),
    ]
    assert len({first, *(pieces[0].id for pieces in others)}) == 7
    twice = cut([Block("même texte " * 100), Block("même texte " * 100)])
    assert len({piece.id for piece in twice}) == len(twice) == 2


def test_an_overlap_repeats_the_last_sentences():
    text = " ".join(f"Phrase {i:03} qui compte." for i in range(100))
    chunks = cut([Block(text)], max_chars=300, overlap_chars=60)
    for before, after in itertools.pairwise(chunks):
        repeated = sentences.split(after.text)[:2]
        assert before.text.endswith(" ".join(repeated))
        assert len(after.text) <= 300


def test_an_overlap_of_one_endless_sentence_repeats_its_last_words():
    chunks = cut([Block("mot " * 300)], max_chars=200, overlap_chars=50)
    assert all(20 <= len(piece.text) <= 200 for piece in chunks)
    assert sum(len(piece.text) for piece in chunks) >= 1199 + 40 * (len(chunks) - 1)


@pytest.mark.parametrize("sizes", [{"max_chars": 0}, {"max_chars": 10, "overlap_chars": 10}, {"overlap_chars": -1}])
def test_sizes_that_make_no_sense_are_refused(sizes):
    with pytest.raises(ValueError, match="chunk"):
        cut([Block("a")], **sizes)


def test_a_guide_in_markdown_chunks_well():
    sections = "".join(f"## Étape {i}\n\n" + "Faites ceci, puis cela. " * (5 * i) + "\n\n" for i in range(1, 9))
    document = load("guide.md", ("# Guide\n\nBienvenue.\n\n" + sections).encode())
    chunks = chunk(document, file_id="f", filename="guide.md")
    assert all(piece.heading.startswith("Guide") for piece in chunks)
    assert sum(len(piece.text) >= 400 for piece in chunks) >= len(chunks) - 1


BLOCKS = st.lists(
    st.builds(
        Block,
        text=st.text("aé1. !\n|\u00a0", min_size=1, max_size=120).filter(str.strip),
        page=st.none() | st.integers(1, 3),
        heading=st.sampled_from(["", "A", "A > B", "A > C", "A > B > D", "E", "F > " + "g" * 40]),
    ),
    max_size=12,
)


@given(blocks=BLOCKS, limit=st.integers(1, 200), share=st.floats(0, 0.5))
def test_nothing_is_lost_and_no_chunk_is_too_long(blocks, limit, share):
    chunks = cut(blocks, max_chars=limit, overlap_chars=int(limit * share) if limit > 1 else 0)
    assert all(0 < len(piece.text) <= limit for piece in chunks)
    assert len({piece.id for piece in chunks}) == len(chunks)
    whole = "".join("".join(piece.text.split()) for piece in chunks)
    at = 0
    for character in "".join("".join(block.text.split()) for block in blocks):
        at = whole.index(character, at) + 1  # every character is there, in order (headings and overlaps stand between)


@given(blocks=BLOCKS, limit=st.integers(1, 200))
def test_without_headings_and_overlap_nothing_is_added_either(blocks, limit):
    bare = [dataclasses.replace(block, heading="") for block in blocks]
    chunks = cut(bare, max_chars=limit)
    assert "".join("".join(piece.text.split()) for piece in chunks) == "".join(
        "".join(block.text.split()) for block in blocks
    )


def cut(blocks, **sizes):
    return chunk(Document("x", tuple(blocks)), file_id="file-1", filename="x.txt", **sizes)
