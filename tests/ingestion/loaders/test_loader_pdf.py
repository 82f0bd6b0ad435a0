"""PDF: pages, paragraphs, and the many ways of not being readable."""

import contextlib
import io
import time

import pypdf
import pytest
from fpdf import FPDF
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from ragproxy.errors import InvalidFile
from ragproxy.ingestion import load
from ragproxy.ingestion.loaders import pdf
from ragproxy.ingestion.loaders.reflow import Reflow
from tests.ingestion import samples


def test_pages_are_numbered_and_accents_survive():
    document = load("x.pdf", samples.pdf("L'été à la forêt.", "Deuxième page, où l'on mange."))
    assert document.title == "Règlement intérieur"
    assert [(block.page, block.text) for block in document.blocks] == [
        (1, "L'été à la forêt."),
        (2, "Deuxième page, où l'on mange."),
    ]


def test_wrapped_lines_become_paragraphs_again():
    first = "Voici une phrase assez longue pour tenir sur plusieurs lignes de la page. " * 4
    second = "Un autre paragraphe, lui aussi assez long pour être coupé en fin de ligne par la mise en page. " * 3
    document = load("x.pdf", samples.pdf(first.strip() + "\n" + second.strip()))
    assert [block.text for block in document.blocks] == [first.strip(), second.strip()]


def test_an_encrypted_pdf_is_refused_unless_the_empty_password_opens_it():
    with pytest.raises(InvalidFile, match="encrypted; save it without a password"):
        load("x.pdf", samples.pdf("Secret", password="sésame"))
    assert load("x.pdf", samples.pdf("Lisible", owner_password="x")).blocks[0].text == "Lisible"


@pytest.mark.parametrize("data", [b"Bonjour, je ne suis pas un PDF.", b"<html>%PDF</html>", b"PK\x03\x04"])
def test_what_is_not_a_pdf_is_refused(data):
    with pytest.raises(InvalidFile, match=r"^The file is not a PDF$"):
        load("x.pdf", data)


def test_a_pdf_without_text_is_said_to_need_ocr():
    scanned = FPDF()
    scanned.add_page()
    scanned.rect(10, 10, 50, 50)
    with pytest.raises(InvalidFile, match="scanned images, which need OCR"):
        load("x.pdf", bytes(scanned.output()))


def test_a_truncated_pdf_is_refused_or_read():
    data = samples.pdf("Un texte.", "Un autre.")
    for end in range(20, len(data), 97):
        with contextlib.suppress(InvalidFile):
            assert load("x.pdf", data[:end]).blocks


def test_too_many_pages_and_too_much_text_are_refused(monkeypatch):
    data = samples.pdf("a" * 50, "b", "c")
    monkeypatch.setattr(pdf, "MAX_PAGES", 2)
    with pytest.raises(InvalidFile, match="more than 2 pages"):
        load("x.pdf", data)
    monkeypatch.setattr(pdf, "MAX_PAGES", 3)
    monkeypatch.setattr(pdf, "MAX_CHARACTERS", 20)
    with pytest.raises(InvalidFile, match="more than 20 characters"):
        load("x.pdf", data)


def test_forms_that_draw_forms_do_not_multiply(monkeypatch):
    monkeypatch.setattr(pdf, "MAX_OPERATIONS", 20_000)
    started = time.process_time()
    with pytest.raises(InvalidFile, match="draws more than"):
        load("x.pdf", _form_bomb(depth=12, times=10))
    assert time.process_time() - started < 30


def test_a_word_cut_at_the_end_of_a_line_is_mended():
    assert joined(["une infor-", "mation utile"]) == "une information utile"
    assert joined(["il viendra peut-", "être demain"], ["peut-être que oui"]) == "il viendra peut-être demain"
    assert joined(["le TGV Paris-", "Lyon part"]) == "le TGV Paris- Lyon part"


def test_running_heads_and_page_numbers_are_dropped():
    pages = [["Mairie de Sète", f"Le texte de la page {word}.", f"Page {i}"] for i, word in enumerate("abcdef")]
    reflow = Reflow(pages)
    assert [list(reflow.paragraphs(page)) for page in pages[:2]] == [
        ["Le texte de la page a."],
        ["Le texte de la page b."],
    ]


def test_a_bullet_or_a_numbered_title_begins_a_paragraph():
    line = "x" * 60 + " fin"
    pages = [[line, "• un point " + line, "2.1 Titre", line, "Sommaire . . . . . . . . . 3"]]
    assert list(Reflow(pages).paragraphs(pages[0])) == [
        line,
        "• un point " + line,
        "2.1 Titre " + line + " Sommaire … 3",
    ]


def joined(lines, *others):
    return next(iter(Reflow([lines, *others]).paragraphs(lines)))


def _form_bomb(*, depth, times):
    """A page that draws a form that draws a form... `times ** depth` pieces of text in a few kilobytes."""
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(200, 200)
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    fonts = DictionaryObject({NameObject("/F"): writer._add_object(font)})
    inner = None
    for _ in range(depth):
        form = DecodedStreamObject()
        form.set_data(b"/X Do " * times if inner is not None else b"BT /F 12 Tf (boum) Tj ET")
        resources = DictionaryObject({NameObject("/Font"): fonts})
        if inner is not None:
            resources[NameObject("/XObject")] = DictionaryObject({NameObject("/X"): inner})
        form.update(
            {
                NameObject("/Type"): NameObject("/XObject"),
                NameObject("/Subtype"): NameObject("/Form"),
                NameObject("/Resources"): resources,
            }
        )
        inner = writer._add_object(form)
    content = DecodedStreamObject()
    content.set_data(b"/X Do")
    page[NameObject("/Contents")] = writer._add_object(content)
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/XObject"): DictionaryObject({NameObject("/X"): inner})}
    )
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
