"""Word, PowerPoint and Excel, and the archives they are."""

import io
import zipfile

import pytest

from ragproxy.errors import InvalidFile
from ragproxy.ingestion import load
from ragproxy.ingestion.loaders import archive, workbook
from tests.ingestion import samples

OFFICE = {"docx": samples.word, "pptx": samples.slides, "xlsx": samples.workbook}


def test_word_keeps_headings_lists_and_tables_in_order():
    document = load("guide.docx", samples.word())
    assert document.title == "Guide de l'été"
    assert [(block.heading, block.text) for block in document.blocks] == [
        ("Présentation", "L'école est à côté de la forêt."),
        ("Présentation > Horaires", "- Premier élément"),
        ("Présentation > Horaires", "Jour: lundi | Heure d'ouverture: 9 h"),
        ("Présentation > Horaires", "Jour: samedi | Heure d'ouverture: fermé"),
        ("Présentation > Horaires", "Après le tableau."),
        ("Contact", "Écrivez à la mairie."),
    ]


def test_word_without_a_title_of_its_own_takes_the_paragraph_styled_so():
    import docx

    document = docx.Document()
    document.core_properties.title = ""
    document.add_paragraph("Le vrai titre", style="Title")
    out = io.BytesIO()
    document.save(out)
    assert load("x.docx", out.getvalue()).title == "Le vrai titre"


def test_a_cell_merged_a_billion_times_is_read_once():
    xml = zipfile.ZipFile(io.BytesIO(samples.word())).read("word/document.xml")
    spanned = xml.replace(b"<w:tcPr>", b'<w:tcPr><w:gridSpan w:val="1000000000"/>', 1)
    assert spanned != xml
    data = samples.with_member(samples.word(), "word/document.xml", spanned)
    assert "Jour: lundi | Heure d'ouverture: 9 h" in [block.text for block in load("x.docx", data).blocks]


def test_a_slide_is_a_page_with_its_title_its_tables_and_its_notes():
    document = load("bilan.pptx", samples.slides())
    assert document.title == "bilan"
    assert [(block.page, block.heading, block.text) for block in document.blocks] == [
        (1, "Bilan de l'année", "Le chiffre d'affaires a augmenté.\nLes coûts ont baissé."),
        (1, "Bilan de l'année", "Insister sur la trésorerie."),
        (2, "Équipe", "Zoé dirige l'équipe."),
        (2, "Équipe", "Nom: Zoé | Rôle: Directrice"),
    ]


def test_a_row_of_a_sheet_says_its_headers():
    document = load("compta.xlsx", samples.workbook())
    assert [(block.heading, block.text) for block in document.blocks] == [
        ("Dépenses", "Année 2025"),
        ("Dépenses", "Poste: Électricité | Montant: 0.3 | Payé le: 2025-03-01 | Réglé: true"),
        ("Dépenses", "Poste: Loyer | Montant: 1200 | Réglé: false"),
        ("Recettes", "Source: Ventes | Total: 5"),
    ]


def test_a_sheet_that_declares_more_than_it_holds_costs_nothing():
    data = samples.workbook()
    xml = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
    lying = xml.replace(b'ref="A1:D5"', b'ref="A1:XFD1048576"')
    assert lying != xml
    assert len(load("x.xlsx", samples.with_member(data, "xl/worksheets/sheet1.xml", lying)).blocks) == 4


def test_a_row_number_beyond_excel_is_refused(monkeypatch):
    monkeypatch.setattr(workbook, "MAX_ROWS", 1000)
    data = samples.workbook()
    xml = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
    lying = xml.replace(b'<row r="5"', b'<row r="999999999"').replace(b'r="A5"', b'r="A999999999"')
    with pytest.raises(InvalidFile, match="rows"):
        load("x.xlsx", samples.with_member(data, "xl/worksheets/sheet1.xml", lying))


@pytest.mark.parametrize("kind", OFFICE)
def test_what_is_not_an_office_file_is_refused(kind):
    with pytest.raises(InvalidFile, match=f"damaged or is not a .{kind} file"):
        load(f"x.{kind}", b"Bonjour, je suis un texte.")
    other = OFFICE["xlsx" if kind == "docx" else "docx"]()
    with pytest.raises(InvalidFile):
        load(f"x.{kind}", other)
    with pytest.raises(InvalidFile, match="password"):
        load(f"x.{kind}", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512)


@pytest.mark.parametrize("kind", OFFICE)
def test_a_bomb_is_refused_before_it_goes_off(kind):
    bomb = samples.with_member(OFFICE[kind](), "word/bomb.xml", b"\0" * (30 * 1024 * 1024))
    with pytest.raises(InvalidFile, match="looks like a bomb"):
        load(f"x.{kind}", bomb)


def test_a_bomb_in_many_small_pieces_is_refused(monkeypatch):
    monkeypatch.setattr(archive, "MAX_BYTES", 1_000_000)
    with pytest.raises(InvalidFile, match="unpacks to more than"):
        archive.check(zipped({f"{i}.bin": bytes(10_000) for i in range(101)}))
    monkeypatch.setattr(archive, "MAX_MEMBERS", 50)
    with pytest.raises(InvalidFile, match="more than 50 files"):
        archive.check(zipped({f"{i}.bin": b"" for i in range(51)}))


def test_an_archive_that_lies_about_its_sizes_is_refused():
    data = bytearray(zipped({"a.bin": b"x" * 5000}))
    central = data.rfind(b"PK\x01\x02")
    data[central + 24 : central + 28] = (10).to_bytes(4, "little")
    with pytest.raises(zipfile.BadZipFile):
        archive.check(bytes(data))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    ("kind", "member"),
    [("docx", "word/document.xml"), ("pptx", "ppt/presentation.xml"), ("xlsx", "xl/sharedStrings.xml")],
)
def test_entities_cannot_multiply(kind, member, encoding):
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    data = samples.with_member(OFFICE[kind](), member, bomb.encode(encoding))
    with pytest.raises(InvalidFile, match="document type"):
        load(f"x.{kind}", data)


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return out.getvalue()
