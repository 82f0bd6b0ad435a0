"""Workbooks: a sheet is a heading, each row says its headers; values as calculated, not formulas."""

from __future__ import annotations

import datetime as dt
import io
import warnings
from collections.abc import Iterator
from typing import Any

import openpyxl
from lxml import etree
from openpyxl.utils.exceptions import CellCoordinatesException, IllegalCharacterError, InvalidFileException

from ragproxy.domain import Block
from ragproxy.errors import InvalidFile
from ragproxy.ingestion.loaders import archive
from ragproxy.ingestion.loaders.tabular import described

ERRORS: tuple[type[Exception], ...] = (
    InvalidFileException,
    IllegalCharacterError,
    CellCoordinatesException,
    etree.LxmlError,
)

MAX_ROWS = 1_048_576  # Excel's own, a sheet


def read(data: bytes, name: str) -> tuple[str, Iterator[Block]]:
    """A block a row, its sheet as heading."""
    archive.check(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of every feature it leaves out: styles, validations
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    return book.properties.title or "", _blocks(book)


def _blocks(book: openpyxl.Workbook) -> Iterator[Block]:
    for sheet in book.worksheets:
        if hasattr(sheet, "reset_dimensions"):
            sheet.reset_dimensions()  # declared by the file; a false one would pad every row to 16,384 cells
        yield from (Block(row, heading=sheet.title) for row in described(_rows(sheet)))


def _rows(sheet: Any) -> Iterator[list[str]]:
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        if number > MAX_ROWS:
            raise InvalidFile(f"A sheet has more than {MAX_ROWS:,} rows")
        yield [_text(value) for value in row]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.15g}"  # as Excel shows it: 0.1 + 0.2 is 0.3
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, dt.datetime):
        return value.isoformat(" ", "minutes")
    return str(value)
