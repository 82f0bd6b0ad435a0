"""CSV and its kin: each row with its headers, whatever the delimiter."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from ragproxy.domain import Block
from ragproxy.ingestion.loaders.decoding import clean, decode
from ragproxy.ingestion.loaders.tabular import described

ERRORS: tuple[type[Exception], ...] = (csv.Error,)

_DELIMITERS = ",;\t|"
_SAMPLE_ROWS = 50
_SAMPLE = 64_000  # characters
_LONGEST_CELL = 20_000_000


def read(data: bytes, name: str) -> tuple[str, Iterator[Block]]:
    """A block a row; the delimiter is the one that cuts the first rows most evenly."""
    text = clean(decode(data))
    if text.startswith("sep=") and text[5:6] == "\n":  # Excel's own hint
        delimiter, text = text[4], text[6:]
    else:
        delimiter = "\t" if name.lower().endswith((".tsv", ".tab")) else _delimiter(text[:_SAMPLE])
    csv.field_size_limit(_LONGEST_CELL)  # the module's limit of 131,072 is the process's, and too short for a corpus
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return "", (Block(row) for row in described(rows))


def _delimiter(sample: str) -> str:
    return max(_DELIMITERS, key=lambda delimiter: _evenness(sample, delimiter))


def _evenness(sample: str, delimiter: str) -> tuple[float, int]:
    """The share of rows with the commonest width, when that is over one cell, and that width.

    Not csv.Sniffer: it takes letters for delimiters and minutes for long quoted cells.
    """
    widths: list[int] = []
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if row:
                widths.append(len(row))
            if len(widths) == _SAMPLE_ROWS:
                break
    except csv.Error:
        return 0.0, 0
    if not widths:
        return 0.0, 0
    common = max(set(widths), key=lambda width: (widths.count(width), width))
    return (widths.count(common) / len(widths), common) if common > 1 else (0.0, 0)
