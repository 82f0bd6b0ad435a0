"""Word documents: headings as paths, tables as rows, in the order of the page."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Iterator

import docx
from docx.document import Document as WordDocument
from docx.exceptions import PythonDocxError
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml import etree

from ragproxy.domain import Block
from ragproxy.ingestion.loaders import archive
from ragproxy.ingestion.loaders.outline import Outline
from ragproxy.ingestion.loaders.tabular import described

ERRORS: tuple[type[Exception], ...] = (PythonDocxError, OpcError, etree.LxmlError)

_TEMPLATES = frozenset({"Word Document", "Document Word"})  # titles nobody chose
_HEADING = re.compile(r"(?:heading|titre|überschrift|título|titolo)\s*([1-9])", re.IGNORECASE)


def read(data: bytes, name: str) -> tuple[str, Iterator[Block]]:
    """The title is that of the properties, else the paragraph styled so."""
    archive.check(data)
    document = docx.Document(io.BytesIO(data))
    return _title(document), _blocks(document)


def _title(document: WordDocument) -> str:
    title = document.core_properties.title
    if title and title not in _TEMPLATES:
        return title
    first = itertools.islice(document.iter_inner_content(), 20)
    return next(
        (p.text for p in first if isinstance(p, Paragraph) and p.style is not None and p.style.name == "Title"), ""
    )


def _blocks(document: WordDocument) -> Iterator[Block]:
    outline = Outline()
    styles: dict[str | None, str] = {}
    for item in document.iter_inner_content():
        if isinstance(item, Table):
            yield from (Block(row, heading=outline.path) for row in described(_rows(item)))
            continue
        style, text = _style(item, styles), item.text
        heading = _HEADING.match(style)
        if heading:
            outline.enter(int(heading[1]), text)
        elif text.strip():
            bullet = "- " if style.startswith(("List", "Liste")) and style != "List Paragraph" else ""
            yield Block(bullet + text, heading=outline.path)


def _style(paragraph: Paragraph, known: dict[str | None, str]) -> str:
    """The name of a paragraph's style; looking one up costs more than reading the paragraph."""
    key = paragraph._p.style
    if key not in known:
        known[key] = (paragraph.style.name if paragraph.style is not None else None) or ""
    return known[key]


def _rows(table: Table) -> Iterator[list[str]]:
    # by element: `row.cells` repeats a merged cell as often as the file says, a billion times if it likes
    for row in table._tbl.iterchildren(qn("w:tr")):
        yield [
            " ".join(Paragraph(p, table).text for p in cell.iter(qn("w:p"))) for cell in row.iterchildren(qn("w:tc"))
        ]
