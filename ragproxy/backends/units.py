"""What can be quoted alone from a passage: sentences, list items, table rows, commands, without their layout.

Linear in the text; the words are never altered, only what surrounds them (bullets, heading marks, table pipes, numbers
of notes, which a reader would take for our own `[n]` markers).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ragproxy.backends.layout import ITEM, Kind, Piece, pieces
from ragproxy.domain import Chunk

LONGEST_UNIT = 800  # characters; what has no full stop for longer is cut between words
LONGEST_LIST = 600  # characters of an introduction with the items or the commands it introduces

_LISTED = ("item", "more", "header", "row")
_COLON = (":", "：")
_BLANKS = re.compile(r"[ \t\r\n\f\v]+")  # not \s: the no-break spaces of French typography stay
_NOTE = re.compile(r"(`[^`]*`)|\s?\[\d{1,3}\]")
_PIPE = re.compile(r"(`[^`]*`)|\s\|\s")
_QUESTION = re.compile(r"[?？][\s*_»\"”')\]]*\Z")
_RELATIVE_LINK = re.compile(r"\[([^\]\[]+)\]\((?!https?://)[^()\s]*\)")
_WINDOW = re.compile(rf"\S.{{0,{LONGEST_UNIT // 2}}}(?:\s|\Z)|\S{{1,{LONGEST_UNIT}}}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Unit:
    """A piece that can be quoted alone. `first` and `last` number the pieces of the passage it is made of.

    `heading` is what stands above it (headings, the question of a FAQ); `leads` says that nothing stands between.
    """

    text: str
    first: int
    last: int
    heading: str = ""
    leads: bool = False
    code: bool = False
    asks: bool = False  # a heading or a question: it names the answer's subject, it is no answer


def units(chunk: Chunk, split: Callable[[str], list[str]]) -> list[Unit]:
    """Every unit of the chunk in reading order, then the introductions together with what they introduce."""
    titles = {title.strip().casefold() for title in chunk.heading.split(">")}
    found: list[Unit] = []
    kinds: list[Kind] = []
    above, question, leads = chunk.heading, "", True
    for piece in _sentences(pieces(chunk), split):
        number = len(found)
        titled = piece.kind in ("heading", "header") or piece.text.casefold() in titles
        asks = titled or _QUESTION.search(piece.text) is not None
        found.append(Unit(piece.text, number, number, f"{above} {question}".strip(), leads, piece.kind == "code", asks))
        kinds.append("heading" if asks else piece.kind)
        if piece.kind == "heading":
            above, question = f"{chunk.heading} {piece.text}", ""
        elif asks and piece.kind != "header":
            question = piece.text
        leads = asks
    whole = list(_introductions(found, kinds))
    inside = {number for unit in whole for number in range(unit.first, unit.last + 1)}
    return [unit for unit in found if unit.first not in inside or not unit.text.endswith(_COLON)] + whole


# ---- pieces to sentences --------------------------------------------------------------------------


def _sentences(found: Sequence[Piece], split: Callable[[str], list[str]]) -> Iterator[Piece]:
    header: list[str] = []
    for piece in found:
        if piece.kind in ("header", "row"):
            cells = _cells(piece.text)
            yield Piece(piece.kind, _row(cells, header))
            header = cells if piece.kind == "header" else header
            continue
        header = []
        if piece.kind == "code":
            yield Piece("code", _quoted(piece.text))
        elif piece.kind == "heading":
            yield Piece("heading", _clean(piece.text))
        else:
            yield from _prose(piece, split)


def _prose(piece: Piece, split: Callable[[str], list[str]]) -> Iterator[Piece]:
    text = _clean(piece.text)
    bullet = ITEM.match(text) if piece.kind == "item" else None
    kind = piece.kind
    for sentence in split(text[bullet.end() :] if bullet else text):
        for part in _bounded(sentence):
            yield Piece(kind, part.rstrip())
            kind = "more"


def _cells(line: str) -> list[str]:
    """The cells of a row of Markdown; a row of the loaders, which says its columns itself, is one cell."""
    if line.startswith("|"):
        return [_clean(cell) for cell in line.strip("| \t").split("|")]
    return [_PIPE.sub(lambda match: match[1] or " · ", _clean(line))]


def _row(cells: list[str], header: list[str]) -> str:
    """The cells of a row, each after its column's name when the table has a header."""
    named = zip(header, cells, strict=False) if len(header) >= len(cells) else (("", cell) for cell in cells)
    return " · ".join(f"{name}: {cell}" if name else cell for name, cell in named if cell)


def _clean(text: str) -> str:
    text = _BLANKS.sub(" ", text).strip()
    text = _NOTE.sub(lambda match: match[1] or "", text)
    return _RELATIVE_LINK.sub(r"\1", text)


def _bounded(sentence: str) -> list[str]:
    return [sentence] if len(sentence) <= LONGEST_UNIT else _WINDOW.findall(sentence)


def _quoted(code: str) -> str:
    """One line as inline code, several as a fenced block."""
    code = code.strip("\n")
    if "\n" not in code and "`" not in code:
        return f"`{code.strip()}`"
    return f"```\n{code}\n```"


def _introductions(found: list[Unit], kinds: list[Kind]) -> Iterator[Unit]:
    """A sentence that ends with a colon with the items after it, and a paragraph with the command after it."""
    for number, unit in enumerate(found[:-1]):
        after = kinds[number + 1]
        if kinds[number] not in ("prose", "item", "more") or after not in ("item", "header", "row", "code"):
            continue
        if after == "code" or unit.text.endswith(_COLON):
            start = _start_of_paragraph(found, kinds, number) if after == "code" else number
            end = _end_of_list(found, kinds, start, number)
            if end > number:
                yield _together(found[start : end + 1], kinds[start : end + 1])


def _start_of_paragraph(found: list[Unit], kinds: list[Kind], number: int) -> int:
    start, size = number, len(found[number].text)
    while (
        kinds[start] == "more" and not found[start - 1].asks and size + len(found[start - 1].text) <= LONGEST_LIST // 2
    ):
        start -= 1
        size += len(found[start].text)
    return start


def _end_of_list(found: list[Unit], kinds: list[Kind], start: int, number: int) -> int:
    size = sum(len(unit.text) for unit in found[start : number + 1])
    first = kinds[number + 1]
    while number + 1 < len(found) and kinds[number + 1] in (("code",) if first == "code" else _LISTED):
        size += len(found[number + 1].text)
        if size > LONGEST_LIST:
            break
        number += 1
    return number


def _together(parts: list[Unit], kinds: list[Kind]) -> Unit:
    text = parts[0].text
    for part, kind in zip(parts[1:], kinds[1:], strict=True):
        inline = kind == "more" or (kind == "code" and "\n" not in part.text)
        text += (" " if inline else "\n- " if kind == "item" else "\n") + part.text
    first = parts[0]
    return Unit(text, first.first, parts[-1].last, first.heading, first.leads, any(part.code for part in parts))
