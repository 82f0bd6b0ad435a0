"""A passage's lines as pieces: headings, paragraphs, list items, table rows, code. Linear in the text.

Loaders leave Markdown as it was written, and chunking puts the headings of small sections into the text as a line
above their paragraph, the titles joined by " > ".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

from ragproxy.domain import Chunk

# more: the next sentence of the same paragraph or item; header: the first row of a table
Kind = Literal["heading", "prose", "item", "more", "header", "row", "code"]

ITEM = re.compile(r"(?:[-*+•‣▪◦–—]|\d{1,3}[.)]|[a-z]\))\s+(?=\S)")
_CODE_SPAN = re.compile(r"`[^`]*`")
_FENCE = re.compile(r"(?:```|~~~)\s*(\w*)")
_HEADING = re.compile(r"#{1,6}\s")
_RULE = re.compile(r"(?:=|-|\*|_){3,}\Z")
_ROW_RULE = frozenset("| \t:+=-")
_UNTITLED = r":.,!?;=|`\n"  # what says that a line is no heading
_TITLE = re.compile(rf"[^\W\d_][^\d{_UNTITLED}]{{0,70}}\Z")
_TITLE_LINE = re.compile(  # no title when its paragraph goes on in lower case below it
    rf"(?P<title>[^\W\d_][^\d{_UNTITLED}]{{0,70}}|[^\s{_UNTITLED}][^{_UNTITLED}]{{0,200}} > [^{_UNTITLED}]{{1,200}})\n"
    r"(?![a-zà-öø-ÿ])"
)


@dataclass(slots=True)
class Piece:
    """What some lines make together; the lines of a paragraph and of code are kept apart in `text`."""

    kind: Kind
    text: str


def pieces(chunk: Chunk) -> list[Piece]:
    """The pieces of the chunk in reading order, none of them blank. Source code comes in groups of lines."""
    # the loader of source code, and no other, puts the file's name above all headings
    if chunk.heading.partition(" > ")[0] == PurePath(chunk.filename).name:
        groups = re.split(r"\n[^\S\n]*\n", chunk.text)
        return [Piece("code", group.strip("\n")) for group in groups if group.strip()]
    return [piece for piece in _titled(_read(chunk.text)) if piece.text.strip()]


def _read(text: str) -> list[Piece]:
    lines = text.splitlines()
    fences = [match for line in lines if (match := _FENCE.match(line.strip()))]
    cut_open = len(fences) % 2 == 1 and not fences[0][1]  # the chunk begins inside a block: the first fence closes it
    found: list[Piece] = []
    code: list[str] | None = [] if cut_open else None
    fresh = True  # the next plain line begins a paragraph
    for line in lines:
        plain = line.strip("\ufeff\u200b \t")
        if _FENCE.match(plain):
            if code is not None:
                found.append(Piece("code", "\n".join(code)))
            code = [] if code is None else None
            fresh = True
        elif code is not None:
            code.append(line)
        else:
            fresh = _add_line(plain, found, fresh)
    if code:
        found.append(Piece("code", "\n".join(code)))
    return found


def _add_line(line: str, found: list[Piece], fresh: bool) -> bool:
    """Add a line outside code; whether the next plain line begins a new piece."""
    if not line:
        return True
    if _RULE.match(line) or (line.startswith("|") and "-" in line and _ROW_RULE.issuperset(line)):
        if not fresh and found:
            _name_what_is_ruled(found[-1], line)
        return True
    if _HEADING.match(line):
        found.append(Piece("heading", line.strip("# \t")))
        return True
    if line.startswith("|") or " | " in _CODE_SPAN.sub("", line):
        found.append(Piece("row", line))
        return False
    line = line.lstrip("> \t") if line.startswith(">") else line
    if ITEM.match(line):
        found.append(Piece("item", line))
    elif fresh or not found or found[-1].kind == "row":
        found.append(Piece("prose", line))
    else:
        found[-1].text += "\n" + line
    return False


def _name_what_is_ruled(piece: Piece, rule: str) -> None:
    """A rule under one line makes it a heading, under a table's row its header."""
    if piece.kind == "row" and rule.startswith("|"):
        piece.kind = "header"
    elif piece.kind == "prose" and rule[0] in "=-" and "\n" not in piece.text:
        piece.kind = "heading"


def _titled(found: list[Piece]) -> list[Piece]:
    """The pieces, with the headings that no mark shows told from the prose."""
    told: list[Piece] = []
    for number, piece in enumerate(found):
        if piece.kind == "prose" and (line := _TITLE_LINE.match(piece.text)):
            told.append(Piece("heading", line["title"]))
            piece = Piece("prose", piece.text[line.end() :])
        last = number + 1 == len(found)
        titles = piece.kind == "prose" and not last and _TITLE.match(piece.text)
        told.append(Piece("heading", piece.text) if titles else piece)
    return told
