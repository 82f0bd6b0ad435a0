"""A TABLE'S ROWS AS TEXT: each row says its headers, so that it can be understood alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ragproxy.errors import InvalidFile
from ragproxy.ingestion.loaders import MAX_CHARACTERS

_MAX_CELLS = 20_000_000  # empty ones too: a sheet may declare far more than it holds
_LONGEST_NAME = 200  # characters of a header, for it is repeated in every row
_CELL_BREAKS = str.maketrans({"\n": " ", "\r": " ", "\t": " "})


def described(rows: Iterable[Sequence[str]], *, headed: bool = True) -> Iterator[str]:
    """One line a row, `header: value | header: value`; empty cells and rows are left out.

    The first row with two cells or more is the header unless it holds a number; lines above it, and all rows of a table
    without one (`headed` false, when that is known), are `value | value`. A table that is all header gives that header.
    """
    header: list[str] | None = None if headed else []
    said = True  # whether the header has been shown with a row
    visited = 0
    for raw in rows:
        visited += 1 + len(raw)
        # before anything is copied: the cells of a workbook may share one enormous string
        if visited > _MAX_CELLS or sum(map(len, raw)) > MAX_CHARACTERS:
            raise InvalidFile(f"The table has more than {_MAX_CELLS:,} cells or {MAX_CHARACTERS:,} characters in a row")
        row = [cell.translate(_CELL_BREAKS).strip() for cell in raw]
        filled = sum(1 for cell in row if cell)
        if header is None and filled > 1:
            header = [cell[:_LONGEST_NAME] for cell in row] if _names_columns(row) else []
            said = not header
            if header:
                continue
        if filled:
            yield _line(row, header or [])
            said = True
    if header and not said:
        yield " | ".join(cell for cell in header if cell)


def _names_columns(row: Sequence[str]) -> bool:
    return not any(_is_number(cell) for cell in row)


def _is_number(cell: str) -> bool:
    digits = cell.translate(str.maketrans("", "", " \u00a0\u202f.,%€$£+-/:"))
    return digits.isdecimal() and not (len(cell) == 4 and digits == cell)  # "2024" may well name a column


def _line(row: Sequence[str], header: Sequence[str]) -> str:
    names = [*header, *[""] * (len(row) - len(header))]
    return " | ".join(
        f"{name}: {cell}" if name and name != cell else cell for name, cell in zip(names, row, strict=False) if cell
    )
