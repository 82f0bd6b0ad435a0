"""Plain text: paragraphs between blank lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ragproxy.domain import Block
from ragproxy.ingestion.loaders.decoding import clean, decode

ERRORS: tuple[type[Exception], ...] = ()

_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*+\n)++")


def read(data: bytes, name: str) -> tuple[str, Iterator[Block]]:
    """No title, a block a paragraph."""
    return "", (Block(text) for text in paragraphs(clean(decode(data))))


def paragraphs(text: str) -> Iterator[str]:
    """What stands between blank lines, in order; indents are kept."""
    start = 0
    for gap in _BLANK_LINES.finditer(text):
        yield text[start : gap.start()]
        start = gap.end()
    yield text[start:]
