"""PDF: the text of each page, lines joined back into paragraphs."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pypdf
from pypdf.errors import DependencyError, PyPdfError

from ragproxy.domain import Block
from ragproxy.errors import InvalidFile
from ragproxy.ingestion.loaders import MAX_CHARACTERS
from ragproxy.ingestion.loaders.decoding import clean
from ragproxy.ingestion.loaders.reflow import Reflow

ERRORS: tuple[type[Exception], ...] = (PyPdfError, DependencyError)

MAX_PAGES = 5_000
MAX_OPERATIONS = 10_000_000  # drawing operations; forms that draw forms multiply like entities of XML
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
# Every repair of a slightly damaged file would be a line on the user's terminal; what matters is raised.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def read(data: bytes, name: str) -> tuple[str, Iterator[Block]]:
    """Blocks carry their page, from 1. InvalidFile when it is no PDF, encrypted, too long or without text."""
    if b"%PDF-" not in data[:1024]:
        raise InvalidFile("The file is not a PDF")
    reader = pypdf.PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise InvalidFile("The PDF is encrypted; save it without a password")
    if len(reader.pages) > MAX_PAGES:
        raise InvalidFile(f"The PDF has more than {MAX_PAGES:,} pages; split it")
    return _title(reader), _blocks(reader)


def _title(reader: pypdf.PdfReader) -> str:
    title = reader.metadata.title if reader.metadata else None
    return title if isinstance(title, str) else ""


def _blocks(reader: pypdf.PdfReader) -> Iterator[Block]:
    pages: list[list[str]] = []
    characters = 0
    operations = _Operations()
    for page in reader.pages:
        text = clean(page.extract_text(visitor_operand_before=operations.count)).translate(_LIGATURES)
        operations.check()  # pypdf swallows what is raised inside a form, which at least ends that form
        characters += len(text)
        if characters > MAX_CHARACTERS:
            raise InvalidFile(f"The PDF holds more than {MAX_CHARACTERS:,} characters of text; split it")
        pages.append(text.split("\n"))
    if not any(line.strip() for lines in pages for line in lines):
        raise InvalidFile("The PDF holds no text: it seems to be scanned images, which need OCR first")
    reflow = Reflow(pages)
    for number, lines in enumerate(pages, start=1):
        for paragraph in reflow.paragraphs(lines):
            yield Block(paragraph, page=number)


class _Operations:
    """Counts what pages draw, and stops them beyond the limit."""

    def __init__(self) -> None:
        self._seen = 0

    def count(self, *_: object) -> None:
        self._seen += 1
        self.check()

    def check(self) -> None:
        if self._seen > MAX_OPERATIONS:
            raise InvalidFile(f"The PDF draws more than {MAX_OPERATIONS:,} things; split it")
