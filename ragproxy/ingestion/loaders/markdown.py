"""Markdown: headings as paths, fences whole, table rows with their headers, front matter as the title alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ragproxy.domain import Block
from ragproxy.ingestion.loaders.decoding import clean, decode
from ragproxy.ingestion.loaders.outline import Outline
from ragproxy.ingestion.loaders.tabular import described

ERRORS: tuple[type[Exception], ...] = ()

_FRONT = re.compile(r"(---|\+\+\+)[^\S\n]*\n(.*?)\n\1[^\S\n]*(?:\n|\Z)", re.DOTALL)
_FRONT_TITLE = re.compile(r"^title[^\S\n]*[:=][^\S\n]*(.+)$", re.MULTILINE)
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[^\S\n]+|\Z)(.*)\Z")
_CLOSING = re.compile(r"(?:\s+#+)?\s*(?:\{[^{}]*\})?\s*\Z")  # "## Title ##", "## Title {#anchor}"
_SETEXT = re.compile(r" {0,3}(=+|-+)[^\S\n]*\Z")
_FENCE = re.compile(r" {0,12}(`{3,}|~{3,})")
_CELL_BREAK = re.compile(r"(?<!\\)\|")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)  # see `_uncommented`


def read(data: bytes, name: str) -> tuple[str, Iterator[Block]]:
    """The title is that of the front matter, else the first heading."""
    text = clean(decode(data)).lstrip("\n")
    front = _FRONT.match(text)
    title = ""
    if front:
        text = text[front.end() :]
        named = _FRONT_TITLE.search(front[2])
        title = named[1].strip().strip("\"'") if named else ""
    lines = text.split("\n")
    return title or _first_heading(lines), _Reader(lines).blocks()


def _first_heading(lines: list[str]) -> str:
    for line in lines[:200]:
        heading = _HEADING.match(line)
        if heading and heading[2]:
            return _plain(heading[2])
    return ""


def _plain(title: str) -> str:
    return _CLOSING.sub("", title[:1000]).replace("**", "").replace("`", "").strip()


class _Reader:
    """Walks the lines once; what is not a heading, a fence or a table is gathered into paragraphs."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._at = 0
        self._outline = Outline()
        self._held: list[str] = []

    def blocks(self) -> Iterator[Block]:
        while self._at < len(self._lines):
            line = self._lines[self._at]
            heading = _HEADING.match(line)
            if heading:
                yield from self._paragraph()
                self._outline.enter(len(heading[1]), _plain(heading[2]))
                self._at += 1
            elif fence := _FENCE.match(line):
                yield from self._fenced(fence[1])
            elif self._is_setext(line):
                level = 1 if "=" in line else 2
                self._outline.enter(level, _plain(self._held.pop()))
                self._at += 1
            elif self._begins_table(line):
                yield from self._paragraph()
                yield from self._table()
            else:
                yield from self._plain_line(line)
        yield from self._paragraph()

    def _plain_line(self, line: str) -> Iterator[Block]:
        self._at += 1
        if line.strip():
            self._held.append(line)
        if not line.strip() or line.rstrip().endswith("-->"):
            yield from self._paragraph()

    def _paragraph(self) -> Iterator[Block]:
        text = _uncommented("\n".join(self._held)).strip("\n")
        self._held = []
        if text.strip(" \n*_-"):  # not a mere rule
            yield self._block(text)

    def _block(self, text: str) -> Block:
        return Block(text, heading=self._outline.path)

    def _is_setext(self, line: str) -> bool:
        return len(self._held) == 1 and _SETEXT.match(line) is not None and "|" not in self._held[0]

    def _fenced(self, fence: str) -> Iterator[Block]:
        """A fence to its end, or to the end of the file, with the one line that introduces it."""
        start = self._at
        self._at += 1
        while self._at < len(self._lines):
            line = self._lines[self._at].strip()
            self._at += 1
            if line.startswith(fence) and not line.strip(fence[0]):
                break
        if len(self._held) > 3:
            yield from self._paragraph()
        yield self._block("\n".join([*self._held, *self._lines[start : self._at]]))
        self._held = []

    def _begins_table(self, line: str) -> bool:
        following = self._lines[self._at + 1] if self._at + 1 < len(self._lines) else ""
        return "|" in line and "|" in following and "-" in following and not following.strip(" \t|:-")

    def _table(self) -> Iterator[Block]:
        rows = [_cells(self._lines[self._at])]
        self._at += 2
        while self._at < len(self._lines) and "|" in self._lines[self._at]:
            rows.append(_cells(self._lines[self._at]))
            self._at += 1
        return (self._block(row) for row in described(rows))


def _uncommented(text: str) -> str:
    last = text.rfind("-->") + 3  # beyond the last end there is nothing to find, and looking would be quadratic
    return _COMMENT.sub("", text[:last]) + text[last:] if last > 2 else text


def _cells(line: str) -> list[str]:
    line = line.strip().removeprefix("|")
    return [cell.strip().replace("\\|", "|") for cell in _CELL_BREAK.split(line.removesuffix("|"))]
