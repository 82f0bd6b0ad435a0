"""JSON and JSON Lines: readable `path: value` lines, a block a record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ragproxy.domain import Block
from ragproxy.errors import InvalidFile
from ragproxy.ingestion.loaders import MAX_CHARACTERS
from ragproxy.ingestion.loaders.decoding import clean, decode

ERRORS: tuple[type[Exception], ...] = ()

_LONGEST_PATH = 300  # characters; of a longer one the end is kept


def read(data: bytes, name: str) -> tuple[str, Iterator[Block]]:
    """A record is a line of JSON Lines, an element of a top-level array, or a member of a top-level object."""
    text = clean(decode(data))
    if name.lower().endswith((".jsonl", ".ndjson")):
        return "", _lines(text)
    try:
        return "", _records(json.loads(text))
    except json.JSONDecodeError:
        if "}\n{" in text:  # JSON Lines under the wrong name
            return "", _lines(text)
        raise


def _lines(text: str) -> Iterator[Block]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except json.JSONDecodeError as err:
            raise InvalidFile(f"Line {number} is not JSON: {err.msg}") from err
        yield _block(value)


def _records(value: Any) -> Iterator[Block]:
    if isinstance(value, list):
        return (_block(element) for element in value)
    if isinstance(value, dict) and any(isinstance(member, dict | list) for member in value.values()):
        return (_block(member, key) for key, member in value.items())
    return iter([_block(value)])


def _block(value: Any, key: str = "") -> Block:
    lines: list[str] = []
    size = 0
    for line in _flat(value, key):
        size += len(line) + 1
        if size > MAX_CHARACTERS:  # long keys above many values: their product is not bounded by the file's size
            raise InvalidFile(f"A record holds more than {MAX_CHARACTERS:,} characters with its paths")
        lines.append(line)
    return Block("\n".join(lines))


def _flat(value: Any, path: str = "") -> Iterator[str]:
    """A line a value: `address.city: Lyon`, `tags: a, b` (plain lists on one line), `people[0].name: Zoé`."""
    path = path[-_LONGEST_PATH:]
    if isinstance(value, dict):
        for key, member in value.items():
            yield from _flat(member, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and any(isinstance(element, dict | list) for element in value):
        for index, element in enumerate(value):
            yield from _flat(element, f"{path}[{index}]")
    else:
        text = ", ".join(map(_scalar, value)) if isinstance(value, list) else _scalar(value)
        if text:
            yield f"{path}: {text}" if path else text


def _scalar(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
