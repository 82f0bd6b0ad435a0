"""Reads a set in BEIR's form: corpus.jsonl, queries.jsonl and qrels.tsv in one folder.

Every fault is an InvalidRequest that names the file and the line.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ragproxy.errors import InvalidRequest

SEED = 1  # of the sample of questions that `limit` takes


@dataclass(frozen=True, slots=True)
class Question:
    """A query, the grade (1 or more) of each document that answers it, and the answers known as strings."""

    text: str
    grades: Mapping[str, int]
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dataset:
    """Documents by id, each a (title, text), and the questions that have at least one right document."""

    name: str
    documents: Mapping[str, tuple[str, str]]
    questions: tuple[Question, ...]


def read(folder: Path, limit: int | None = None) -> Dataset:
    """The set in `folder`; with a `limit`, a sample of so many questions, the same at every call."""
    missing = [name for name in ("corpus.jsonl", "queries.jsonl", "qrels.tsv") if not (folder / name).is_file()]
    if missing:
        raise InvalidRequest(f"{folder} is not a set of questions: {', '.join(missing)} missing")
    documents = {
        key: (_text(row, "title", where, default=""), _text(row, "text", where))
        for key, row, where in _rows(folder / "corpus.jsonl")
    }
    grades = _grades(folder / "qrels.tsv")
    questions = [
        Question(_text(row, "text", where), grades[key], _answers(row, where))
        for key, row, where in _rows(folder / "queries.jsonl")
        if key in grades
    ]
    if not documents or not questions:
        raise InvalidRequest(f"{folder}: no {'document' if not documents else 'question with a right document'} in it")
    if limit and limit < len(questions):
        questions = random.Random(SEED).sample(questions, limit)
    return Dataset(folder.resolve().name, documents, tuple(questions))


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """Each line that is not blank, and where it is."""
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            where = f"{path}:{number}"
            try:
                line = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
            except UnicodeDecodeError:
                raise InvalidRequest(f"{where}: not UTF-8") from None
            if line.strip():
                yield line, where


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any], str]]:
    """The `_id`, the object and the place of each line of JSON. An id may stand in a file once."""
    seen: set[str] = set()
    for line, where in _lines(path):
        try:
            row = json.loads(line)
        except ValueError as err:
            raise InvalidRequest(f"{where}: not JSON ({err})") from None
        if not isinstance(row, dict) or not isinstance(row.get("_id"), str | int):
            raise InvalidRequest(f'{where}: expected an object with an "_id"')
        key = str(row["_id"])
        if key in seen:
            raise InvalidRequest(f"{where}: the _id '{key}' is there twice")
        seen.add(key)
        yield key, row, where


def _text(row: Mapping[str, Any], name: str, where: str, default: str | None = None) -> str:
    value = row.get(name, default)
    value = default if value is None else value
    if not isinstance(value, str):
        raise InvalidRequest(f'{where}: "{name}" must be a string')
    return value.strip()


def _answers(row: Mapping[str, Any], where: str) -> tuple[str, ...]:
    answers = row.get("answers") or []
    if not isinstance(answers, list) or not all(isinstance(answer, str) for answer in answers):
        raise InvalidRequest(f'{where}: "answers" must be a list of strings')
    return tuple(answer for answer in answers if answer.strip())


def _grades(path: Path) -> dict[str, dict[str, int]]:
    """Question id to document id to grade; grades of 0 and below say that the document is wrong and are left out."""
    grades: dict[str, dict[str, int]] = {}
    for number, (line, where) in enumerate(_lines(path)):
        fields = line.split("\t")
        try:
            question, document, grade = fields[0].strip(), fields[1].strip(), int(fields[2])
        except (IndexError, ValueError):
            if number == 0 and len(fields) >= 3:
                continue  # the header
            raise InvalidRequest(
                f"{where}: expected query-id, corpus-id and a whole grade, separated by tabs"
            ) from None
        if grade > 0:
            grades.setdefault(question, {})[document] = grade
    return grades
