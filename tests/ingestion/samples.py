"""Real files of every format, made by the real libraries."""

from __future__ import annotations

import io
import zipfile

import docx
import openpyxl
import pptx
from fpdf import FPDF
from fpdf.enums import AccessPermission, EncryptionMethod


def word(*, title: str = "Guide de l'été") -> bytes:
    """Two levels of headings, a list and a table, in French."""
    document = docx.Document()
    document.core_properties.title = title
    document.add_heading("Présentation", level=1)
    document.add_paragraph("L'école est à côté de la forêt.")
    document.add_heading("Horaires", level=2)
    document.add_paragraph("Premier élément", style="List Bullet")
    table = document.add_table(rows=0, cols=2)
    for cells in (("Jour", "Heure d'ouverture"), ("lundi", "9 h"), ("samedi", "fermé")):
        for cell, text in zip(table.add_row().cells, cells, strict=True):
            cell.text = text
    document.add_paragraph("Après le tableau.")
    document.add_heading("Contact", level=1)
    document.add_paragraph("Écrivez à la mairie.")
    return _saved(document)


def slides() -> bytes:
    """Two slides: bullets and notes, then a table in a group of shapes' company."""
    deck = pptx.Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[1])
    first.shapes.title.text = "Bilan de l'année"
    first.placeholders[1].text = "Le chiffre d'affaires a augmenté.\nLes coûts ont baissé."
    first.notes_slide.notes_text_frame.text = "Insister sur la trésorerie."
    second = deck.slides.add_slide(deck.slide_layouts[5])
    second.shapes.title.text = "Équipe"
    box = second.shapes.add_group_shape().shapes.add_textbox(0, 0, 100, 100)
    box.text_frame.text = "Zoé dirige l'équipe."
    table = second.shapes.add_table(2, 2, 0, 0, 100, 100).table
    for row, cells in enumerate((("Nom", "Rôle"), ("Zoé", "Directrice"))):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    return _saved(deck)


def workbook() -> bytes:
    """A sheet with a line above its header, dates, floats and gaps; and a second sheet."""
    import datetime as dt

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Dépenses"
    sheet.append(["Année 2025"])
    sheet.append(["Poste", "Montant", "Payé le", "Réglé"])
    sheet.append(["Électricité", 0.1 + 0.2, dt.date(2025, 3, 1), True])
    sheet.append([])
    sheet.append(["Loyer", 1200, None, False])
    other = book.create_sheet("Recettes")
    other.append(["Source", "Total"])
    other.append(["Ventes", 5])
    return _saved(book)


def pdf(*pages: str, password: str | None = None, owner_password: str | None = None) -> bytes:
    """A page a text, in a core font (no file of the machine is needed; Latin-1 covers French)."""
    document = FPDF()
    document.set_title("Règlement intérieur")
    document.set_font("Helvetica", size=12)
    if password is not None or owner_password is not None:
        document.set_encryption(
            owner_password=owner_password or "proprietaire",
            user_password=password or "",
            permissions=AccessPermission.all(),
            encryption_method=EncryptionMethod.AES_128,
        )
    for text in pages:
        document.add_page()
        document.multi_cell(0, 6, text)
    return bytes(document.output())


def mail(*, html: bool = False) -> bytes:
    """A message with accents in its headers and an attachment."""
    from email.message import EmailMessage

    message = EmailMessage()
    message["Subject"] = "Réunion d'équipe"
    message["From"] = "Zoé Müller <zoe@example.org>"
    message["To"] = "Élise <elise@example.org>"
    message["Date"] = "Fri, 20 Nov 2026 10:00:00 +0100"
    if html:
        message.set_content("<h1>Ordre du jour</h1><p>Le budget été.</p>", subtype="html")
    else:
        message.set_content("Bonjour à tous,\n\nLa réunion est avancée à 9 h.\n")
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="budget prévu.pdf")
    return message.as_bytes()


def with_member(data: bytes, name: str, content: bytes) -> bytes:
    """The archive with one member replaced or added, compressed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for member in before.infolist():
            if member.filename != name:
                after.writestr(member, before.read(member))
        after.writestr(name, content)
    return out.getvalue()


def _saved(thing) -> bytes:
    out = io.BytesIO()
    thing.save(out)
    return out.getvalue()
