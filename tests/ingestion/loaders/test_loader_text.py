"""Plain text, Markdown and reStructuredText."""

import contextlib
import time

import pytest

from ragproxy.domain import Block
from ragproxy.errors import InvalidFile
from ragproxy.ingestion import load

MARKDOWN = """---
title: "Guide d'été"
tags: [a]
---
Avant tout titre.

# Installer {#install}
Deux lignes
du même paragraphe.

## Sous Linux ##
Lancez ceci :
```sh
make run

# pas un titre
```
- un
- deux

| Système | Mémoire |
|:--|--:|
| Linux | 2 Go |
| a \\| b |  |

<!-- caché
-->
Titre souligné
--------------
Fin.

***

# Utiliser
Voilà.
"""


def test_markdown_keeps_its_structure():
    document = load("guide.md", MARKDOWN.encode())
    assert document.title == "Guide d'été"
    assert [(block.heading, block.text) for block in document.blocks] == [
        ("", "Avant tout titre."),
        ("Installer", "Deux lignes\ndu même paragraphe."),
        ("Installer > Sous Linux", "Lancez ceci :\n```sh\nmake run\n\n# pas un titre\n```"),
        ("Installer > Sous Linux", "- un\n- deux"),
        ("Installer > Sous Linux", "Système: Linux | Mémoire: 2 Go"),
        ("Installer > Sous Linux", "Système: a | b"),
        ("Installer > Titre souligné", "Fin."),
        ("Utiliser", "Voilà."),
    ]


def test_the_first_heading_is_the_title_when_nothing_else_is():
    assert load("x.md", b"Intro\n\n## **Le** `titre`\ntexte").title == "Le titre"
    assert load("notes.md", b"sans titre").title == "notes"


def test_a_fence_that_never_ends_runs_to_the_end():
    assert load("x.md", b"~~~\ncode\n\n```\nencore").blocks == (Block("~~~\ncode\n\n```\nencore"),)


def test_front_matter_that_never_ends_is_text():
    assert load("x.md", b"---\ntitle: non").blocks == (Block("---\ntitle: non"),)


def test_a_heading_that_contains_the_separator_stays_one_heading():
    assert load("x.md", b"# A > B\n## C\ntexte").blocks[0].heading == "A › B > C"


def test_a_higher_heading_ends_the_lower_ones():
    text = b"# A\n### B\nb\n## C\nc\n# D\nd"
    assert [block.heading for block in load("x.md", text).blocks] == ["A > B", "A > C", "D"]


def test_plain_text_is_cut_at_blank_lines():
    document = load("journal.txt", "Premier\nparagraphe.\n \n\t\nDeuxième.\n\n\n".encode())
    assert document.title == "journal"
    assert [block.text for block in document.blocks] == ["Premier\nparagraphe.", "Deuxième."]


def test_rst_headings_rank_in_the_order_they_appear():
    text = """
=====
Titre
=====
.. _repère:

Intro.

Partie
------
Texte A.

.. note:: Attention à ceci.

Détail
~~~~~~
Texte B.

Autre
-----
Texte C."""
    document = load("x.rst", text.encode())
    assert document.title == "Titre"
    assert [(block.heading, block.text) for block in document.blocks] == [
        ("Titre", "Intro."),
        ("Titre > Partie", "Texte A."),
        ("Titre > Partie", ".. note:: Attention à ceci."),
        ("Titre > Partie > Détail", "Texte B."),
        ("Titre > Autre", "Texte C."),
    ]


@pytest.mark.parametrize("extension", ["md", "rst", "txt", "html", "py", "csv", "json"])
@pytest.mark.parametrize(
    "piece", ["<!--", "-", "|-", " ", "\n ", "```\n", "=", "[", "(", "a|", "# ", "<p>", "a(", "\n\n"]
)
def test_time_is_linear_in_the_length_of_hostile_text(extension, piece):
    data = ("x" + piece * (300_000 // len(piece)) + "\n" + piece * 9 + "z").encode()
    started = time.process_time()
    with contextlib.suppress(InvalidFile):
        load(f"x.{extension}", data)
    assert time.process_time() - started < 10
