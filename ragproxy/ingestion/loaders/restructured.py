"""reStructuredText: underlined headings, paragraphs, directives left as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ragproxy.domain import Block
from ragproxy.ingestion.loaders.decoding import clean, decode
from ragproxy.ingestion.loaders.outline import Outline
from ragproxy.ingestion.loaders.plain import paragraphs

ERRORS: tuple[type[Exception], ...] = ()

_RULE = re.compile(r"([=\-~^\"'`#*+.:_])\1{2,}[^\S\n]*\Z")
_LABEL = re.compile(r"\.\. _[^:\n]+:[^\n]*\Z")


def read(data: bytes, name: str) -> tuple[str, Iterator[Block]]:
    """The first heading is the title; a heading's level is the order in which its kind of line appeared."""
    lines = clean(decode(data)).split("\n")
    first = next((line.strip() for i, line in enumerate(lines) if _underlined(lines, i)), "")
    return first, _blocks(lines)


def _underlined(lines: list[str], i: int) -> bool:
    """Whether line `i` is a heading: words, and below them a rule at least as long."""
    if i + 1 >= len(lines) or not lines[i].strip() or _RULE.match(lines[i]):
        return False
    rule = lines[i + 1].rstrip()
    return _RULE.match(rule) is not None and len(rule) >= len(lines[i].strip())


def _blocks(lines: list[str]) -> Iterator[Block]:
    outline = Outline()
    kinds: list[str] = []
    held: list[str] = []
    skip = False
    for i, line in enumerate(lines):
        if skip:
            skip = False
        elif _underlined(lines, i):
            overlined = bool(held) and _RULE.match(held[-1]) is not None
            yield from _flush(held[:-1] if overlined else held, outline)
            held = []
            kind = lines[i + 1][0] * (2 if overlined else 1)
            if kind not in kinds:
                kinds.append(kind)
            outline.enter(kinds.index(kind) + 1, line)
            skip = True
        else:
            held.append(line)
    yield from _flush(held, outline)


def _flush(lines: list[str], outline: Outline) -> Iterator[Block]:
    for paragraph in paragraphs("\n".join(lines)):
        if not _LABEL.match(paragraph):
            yield Block(paragraph, heading=outline.path)
