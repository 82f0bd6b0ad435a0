"""HTML and e-mail."""

import time

import pytest

from ragproxy.errors import InvalidFile
from ragproxy.ingestion import load
from tests.ingestion import samples

PAGE = """<!doctype html><html><head><title> Guide
 d'été </title><style>p{}</style></head><body>
<nav><ul><li>Accueil</li></ul></nav>
<h1>Présentation</h1><p>L'<b>école</b> est
   à&nbsp;côté.<br>Ligne deux.</p><script>alert(1)</script>texte nu
<h2>Liste <em>utile</em></h2>
<ul><li>un</li><li><p>deux</p><ul><li>deux bis</li></ul></li></ul>
<pre>def f():
    return 1</pre>
<table><caption>Tarifs</caption><tr><th>Nom</th><th>Prix</th></tr><tr><td>Thé</td><td>2<br>€</td></tr></table>
<table><tr><td><h2>Mise en page</h2><p>Dedans.</p></td></tr></table>
<h1>Fin</h1><div>Au <span>revoir</span></div></body></html>"""


def test_a_page_is_read_as_a_reader_sees_it():
    document = load("page.html", PAGE.encode())
    assert document.title == "Guide d'été"
    assert [(block.heading, block.text) for block in document.blocks] == [
        ("Présentation", "L'école est à\u00a0côté.\nLigne deux."),
        ("Présentation", "texte nu"),
        ("Présentation > Liste utile", "- un\n- deux\n- deux bis"),
        ("Présentation > Liste utile", "def f():\n    return 1"),
        ("Présentation > Liste utile", "Nom: Thé | Prix: 2 €"),
        ("Présentation > Mise en page", "Dedans."),
        ("Fin", "Au revoir"),
    ]


def test_the_main_part_is_preferred_when_the_page_names_it():
    page = b"<body><header>Menu</header><main><p>Utile</p></main><footer>Bas</footer></body>"
    assert [block.text for block in load("x.html", page).blocks] == ["Utile"]
    assert [block.text for block in load("x.html", b"<p>Tout</p><main> </main>").blocks] == ["Tout"]


def test_the_declared_charset_is_used():
    page = "<html><head><meta charset=iso-8859-2></head><p>Příliš žluťoučký</p></html>"
    assert load("x.htm", page.encode("iso-8859-2")).blocks[0].text == "Příliš žluťoučký"


def test_xhtml_with_its_declaration_is_read():
    page = '<?xml version="1.0" encoding="UTF-8"?><html xmlns="http://www.w3.org/1999/xhtml"><p>été</p></html>'
    assert load("x.xhtml", page.encode()).blocks[0].text == "été"


def test_entities_do_not_multiply():
    bomb = (
        '<!DOCTYPE html [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]><p>&c;</p><p>ok</p>'
    )
    text = "".join(block.text for block in load("x.html", bomb.encode()).blocks)
    assert "ok" in text
    assert "aaaaaaaaaaaaaaaaaaaa" not in text


def test_a_page_nested_without_end_is_read_or_refused_but_does_not_crash():
    try:
        document = load("x.html", b"<div>" * 100_000 + b"fond")
    except InvalidFile:
        return
    assert document.blocks


def test_a_table_without_header_cells_has_no_header():
    page = b"<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>"
    assert [block.text for block in load("x.html", page).blocks] == ["a | b", "c | d"]


def test_an_email_says_who_wrote_and_names_its_attachments():
    document = load("message.eml", samples.mail())
    assert document.title == "Réunion d'équipe"
    assert document.blocks[0].text.split("\n") == [
        "Subject: Réunion d'équipe",
        "From: Zoé Müller <zoe@example.org>",
        "To: Élise <elise@example.org>",
        "Date: Fri, 20 Nov 2026 10:00:00 +0100",
        "Attachments: budget prévu.pdf",
    ]
    assert [block.text for block in document.blocks[1:]] == ["Bonjour à tous,", "La réunion est avancée à 9 h."]


def test_an_email_in_html_alone_is_read_too():
    document = load("message.eml", samples.mail(html=True))
    assert (document.blocks[1].heading, document.blocks[1].text) == (
        "Réunion d'équipe > Ordre du jour",
        "Le budget été.",
    )


def test_an_email_in_an_unknown_charset_is_guessed():
    raw = b"Subject: x\nContent-Type: text/plain; charset=no-such\nContent-Transfer-Encoding: 8bit\n\n\xe9t\xe9\n"
    assert load("x.eml", raw).blocks[1].text == "été"


def test_headers_in_bare_bytes_or_badly_encoded_are_shown_as_well_as_can_be():
    raw = "Subject: Été\nFrom: =?no-such?q?abc?= =?utf-8?b?!?= x\n\ncorps".encode("cp1252")
    assert load("x.eml", raw).blocks[0].text == "Subject: Été\nFrom: =?no-such?q?abc?= =?utf-8?b?!?= x"


@pytest.mark.parametrize(
    "headers",
    [
        b"To: " + b"a@b.c, " * 100_000,
        b"Subject: " + b"=?utf-8?q?a?= " * 50_000,
        b"Content-Type: text/plain; " + b"a*0=b;" * 50_000,
        b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n\n" * 100_000,
    ],
)
def test_endless_headers_cost_little(headers):
    started = time.process_time()
    load("x.eml", b"Subject: x\n" + headers + b"\n\ncorps")
    assert time.process_time() - started < 10


def test_text_that_is_no_email_is_refused():
    with pytest.raises(InvalidFile, match="not an e-mail"):
        load("x.eml", b"Juste une phrase.")
