"""Source code and configuration: a block a function, class, section or paragraph, under the name it defines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ragproxy.domain import Block
from ragproxy.ingestion.loaders.decoding import clean, decode
from ragproxy.ingestion.loaders.outline import SEPARATOR
from ragproxy.ingestion.loaders.plain import paragraphs

ERRORS: tuple[type[Exception], ...] = ()

_TARGET = 1_000  # characters; paragraphs of one definition are kept together up to here
_LINES, _WIDTH = 40, 300  # what is looked at of a paragraph, so that a minified file costs nothing

_MODIFIERS = (
    "export|default|public|private|protected|internal|static|final|abstract|async|unsafe|pub|open|override|virtual|"
    "inline|extern|const|sealed|partial|data"
)
_KEYWORDS = (
    r"def|class|function|func|fn|fun|impl|struct|interface|enum|trait|module|namespace|type|object|record|protocol|"
    r"extension|defmodule|message|service|resource"
)
_DEFINITIONS = (
    re.compile(rf"\s*(?:(?:{_MODIFIERS})\s+)*(?:{_KEYWORDS})\b\*?\s+(?:\([^)]*\)\s*)?(?P<name>[\w$.:]+)"),
    re.compile(
        r"\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?:TABLE|VIEW|FUNCTION|PROCEDURE|TRIGGER|INDEX|TYPE)\s+"
        r"(?:IF\s+NOT\s+EXISTS\s+)?(?P<name>[\w.\"`]+)",
        re.IGNORECASE,
    ),
    re.compile(r"(?:export\s+)?(?:const|let|var)\s+(?P<name>[\w$]+)\s*=\s*(?:async\s*)?(?:function\b|\([^)]*\)\s*=>)"),
    re.compile(r"\[{1,2}(?P<name>[^\[\]]+)\]{1,2}\s*\Z"),  # toml, ini
    re.compile(r"(?P<name>[\w.-]+):\s*\Z"),  # yaml, make
)
_METHOD_MODIFIERS = frozenset({"public", "private", "protected", "internal", "static"})
_STATEMENTS = frozenset(
    "if for while switch return catch else elif with try finally do raise throw await yield assert del new".split()  # noqa: SIM905
)


def read(data: bytes, name: str) -> tuple[str, Iterator[Block]]:
    """The title is the file's name, the headings "name > definition"."""
    return name, _blocks(clean(decode(data)), name)


def _blocks(text: str, name: str) -> Iterator[Block]:
    held: list[str] = []
    size = 0
    heading = name
    for paragraph in paragraphs(text):
        if not paragraph.strip():
            continue
        definition = _definition(paragraph)
        indented = paragraph[0].isspace()
        if held and (definition or not indented or size + len(paragraph) > _TARGET):
            yield Block("\n\n".join(held), heading=heading)
            held, size = [], 0
        if definition:
            heading = name + SEPARATOR + definition
        elif not indented:
            heading = name
        held.append(paragraph)
        size += len(paragraph)
    if held:
        yield Block("\n\n".join(held), heading=heading)


def _definition(paragraph: str) -> str | None:
    """What the first line that defines something defines; comments and decorators above it belong to it."""
    for line in paragraph.split("\n", _LINES)[:_LINES]:
        line = line[:_WIDTH]
        found = next((match["name"] for pattern in _DEFINITIONS if (match := pattern.match(line))), None)
        name = found or _function(line)
        if name and name not in _STATEMENTS:
            return name.strip('"`:.')
    return None


def _function(line: str) -> str | None:
    """The name in `int main(void) {`, `run() {` or `    public String name()`: shapes that have no keyword."""
    head, parenthesis, rest = line.partition("(")
    words = head.split()
    if not parenthesis or not words or "=" in head or not rest.rstrip().endswith(("{", ")")):
        return None
    if words[0] in _STATEMENTS or not (words[0][0].isalpha() or words[0][0] == "_"):
        return None
    bare = len(words) == 1 and rest.replace(" ", "") == "){"
    if line[0].isspace() and words[0] not in _METHOD_MODIFIERS:
        return None
    name = words[-1].lstrip("*&")
    return name if (bare or len(words) > 1) and name.replace("::", "").isidentifier() else None
