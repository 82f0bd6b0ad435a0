"""Reads a user's own questions: JSONL, one object a line, or CSV with a header.

Every fault is an InvalidRequest that names the file and the line.
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ragproxy.errors import InvalidRequest
from ragproxy.evaluation.dataset import SEED

SEVERAL = "|"  # between the values of one cell
_SEPARATORS = ",;\t"  # French spreadsheets write semicolons
_LONGEST = 10_000  # characters of a question, as a search takes them
_YES = frozenset({"true", "yes", "1", "oui", "vrai"})
_NO = frozenset({"false", "no", "0", "non", "faux"})

csv.field_size_limit(1 << 24)


@dataclass(frozen=True, slots=True)
class Case:
    """A question, and what is known of its answer: texts any of which is right, files and passages that hold it.

    One that is not `answerable` is answered well by saying that the documents do not tell.
    """

    question: str
    answers: tuple[str, ...] = ()
    files: tuple[str, ...] = ()  # ids or names
    quotes: tuple[str, ...] = ()
    answerable: bool = True


def read_questions(path: Path, limit: int | None = None) -> tuple[Case, ...]:
    """The questions of the file, in its order; with a `limit`, a sample of so many, the same at every call."""
    rows = _csv_rows(path) if path.suffix.lower() in (".csv", ".tsv") else _json_rows(path)
    cases = [_case(row, where) for row, where in rows]
    if not cases:
        raise InvalidRequest(f"{path}: no question in it")
    if limit and limit < len(cases):
        chosen = sorted(random.Random(SEED).sample(range(len(cases)), limit))
        cases = [cases[number] for number in chosen]
    return tuple(cases)


def _text(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        line = data.count(b"\n", 0, err.start) + 1
        raise InvalidRequest(f"{path}:{line}: not UTF-8") from None


def _json_rows(path: Path) -> Iterator[tuple[dict[str, Any], str]]:
    for number, line in enumerate(_text(path).split("\n"), 1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as err:
            raise InvalidRequest(f"{where}: not JSON ({err})") from None
        if not isinstance(row, dict):
            raise InvalidRequest(f'{where}: expected an object with a "question"')
        yield row, where


def _csv_rows(path: Path) -> Iterator[tuple[dict[str, Any], str]]:
    lines = list(io.StringIO(_text(path), newline=""))
    heading = next((line for line in lines if line.strip()), "")
    reader = csv.reader(lines, delimiter=max(_SEPARATORS, key=heading.count), strict=True)
    names: list[str] | None = None
    while True:
        where = f"{path}:{reader.line_num + 1}"
        try:
            cells = next(reader, None)
        except csv.Error as err:
            raise InvalidRequest(f"{where}: not CSV ({err})") from None
        if cells is None:
            return
        if not any(cell.strip() for cell in cells):
            continue
        if names is None:
            names = _names(cells, where)
            continue
        if len(cells) > len(names):
            raise InvalidRequest(f"{where}: {len(cells)} cells, but the header has {len(names)}")
        yield {name: _cell(name, cell.strip(), where) for name, cell in zip(names, cells, strict=False)}, where


def _names(cells: list[str], where: str) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    if "question" not in names:
        raise InvalidRequest(f"{where}: expected a header with a column 'question'")
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice:
        raise InvalidRequest(f"{where}: the column '{twice}' is there twice")
    return names


def _cell(name: str, cell: str, where: str) -> Any:
    """The cell as JSON would have it: lists are cut, yes and no are read, an empty one says nothing."""
    if not cell:
        return None
    if name in ("answers", "files", "quotes"):
        return [part for part in (part.strip() for part in cell.split(SEVERAL)) if part]
    if name == "answerable":
        if cell.lower() not in _YES | _NO:
            raise InvalidRequest(f"{where}: 'answerable' must be true or false, not '{cell}'")
        return cell.lower() in _YES
    return cell


def _case(row: Mapping[str, Any], where: str) -> Case:
    question = row.get("question")
    if not isinstance(question, str) or not question.strip():
        raise InvalidRequest(f'{where}: "question" must be a text that is not empty')
    if len(question) > _LONGEST:
        raise InvalidRequest(f"{where}: the question has {len(question):,} characters; {_LONGEST:,} are the most")
    answerable = row.get("answerable")
    if answerable is not None and type(answerable) is not bool:
        raise InvalidRequest(f'{where}: "answerable" must be true or false')
    case = Case(
        question.strip(),
        answers=tuple(dict.fromkeys(_texts(row, "answer", where) + _texts(row, "answers", where))),
        files=_texts(row, "files", where),
        quotes=_texts(row, "quotes", where),
        answerable=answerable is not False,
    )
    if not case.answerable and (case.answers or case.files or case.quotes):
        raise InvalidRequest(f"{where}: a question that is not answerable has no answers, files or quotes")
    return case


def _texts(row: Mapping[str, Any], name: str, where: str) -> tuple[str, ...]:
    """The texts under the name, each once: a single one may stand without its list."""
    value = row.get(name)
    values = [value] if isinstance(value, str) else [] if value is None else value
    if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
        raise InvalidRequest(f'{where}: "{name}" must be a text or a list of texts')
    return tuple(dict.fromkeys(each.strip() for each in values if each.strip()))
