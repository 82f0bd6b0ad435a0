"""DOCUMENT -> CHUNKS: paragraphs packed, then sentences, to about 1,000-1,200 characters, no overlap unless asked.

Measured (answer inside a 4,000-character context): .847 in French and .943 in English, against .73 and .83 for blind
cuts of 800 tokens with 400 of overlap; overlap adds nothing when paragraphs are respected.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from ragproxy.domain import Block, Chunk, Document
from ragproxy.retrieval import VERSION, sentences

MAX_CHARS = 1_200
_HEADING_SEPARATOR = " > "
_BETWEEN_BLOCKS = "\n\n"
_LINE = re.compile(r"^[^\S\n]*\S(?:.*\S)?", re.MULTILINE)
_LONGEST_TITLE = 200  # characters


@dataclass(frozen=True, slots=True)
class _Piece:
    """What is never cut again: a block, or a sentence of a long one. `before` parts it from the piece ahead."""

    text: str
    before: str
    page: int | None
    path: tuple[str, ...]  # headings, from the highest down


def chunk(
    document: Document,
    *,
    file_id: str,
    filename: str,
    max_chars: int = MAX_CHARS,
    overlap_chars: int = 0,
    analyser: str = VERSION,
) -> list[Chunk]:
    """Cut a document, in reading order; no text is longer than `max_chars`.

    A block is only cut when it is longer than a chunk, and then between sentences; a sentence likewise, between words.
    A section or a page begins a new chunk once the current one holds a third of its size; smaller ones are packed
    together under their common heading, with what remains of theirs in the text, and the first of their pages.
    `overlap_chars` repeats the last sentences of a chunk in the next of its section. Ids change with the file, the
    position, the content, the analyser and the sizes.
    """
    if max_chars < 1 or not 0 <= overlap_chars < max_chars:
        raise ValueError("a chunk has at least one character, and its overlap is shorter")
    chunks: list[Chunk] = []
    recipe = f"{analyser} {max_chars} {overlap_chars}"
    root = _root(document, filename)
    for pieces in _packed(document.blocks, root, max_chars, overlap_chars):
        heading = _common(pieces)
        text = _text(pieces, len(heading))
        page = pieces[0].page
        position = len(chunks)
        identity = "\0".join((file_id, recipe, str(position), str(page), _HEADING_SEPARATOR.join(heading), text))
        chunk_id = "chk_" + hashlib.sha256(identity.encode()).hexdigest()[:32]
        chunks.append(Chunk(chunk_id, file_id, filename, position, text, page, _HEADING_SEPARATOR.join(heading)))
    return chunks


def _root(document: Document, filename: str) -> tuple[str, ...]:
    """The heading of what stands under none: the title, unless it only repeats the file's name."""
    name = PurePosixPath(filename)
    return () if document.title in (name.name, name.stem) else (document.title[:_LONGEST_TITLE],)


def _packed(blocks: Sequence[Block], root: tuple[str, ...], limit: int, overlap: int) -> Iterator[list[_Piece]]:
    """The pieces of each chunk."""
    held = _Chunk(limit)
    for block in blocks:
        path = tuple(block.heading.split(_HEADING_SEPARATOR)) if block.heading else root
        if held.pieces and held.closes_before(block, path):
            yield held.pieces
            held = _Chunk(limit)
        for piece in _pieces(block, path, limit, overlap):
            if held.pieces and not held.fits(piece):
                yield held.pieces
                held = _Chunk(limit, held.tail(piece, overlap) if overlap else None)
            held.add(piece)
    if held.pieces:
        yield held.pieces


class _Chunk:
    """The pieces of a chunk in the making, and how long its text will be at most."""

    def __init__(self, limit: int, tail: _Piece | None = None) -> None:
        self.pieces: list[_Piece] = []
        self._limit = limit
        self._size = 0
        if tail:
            self.add(tail)

    def add(self, piece: _Piece) -> None:
        self._size += self._cost(piece)
        self.pieces.append(piece)

    def fits(self, piece: _Piece) -> bool:
        return self._size + self._cost(piece) <= self._limit

    def closes_before(self, block: Block, path: tuple[str, ...]) -> bool:
        """Whether the block should begin the next chunk: another section or page, or no room left for it whole."""
        reasonable = self._size >= self._limit // 3
        last = self.pieces[-1]
        if path != last.path:
            return reasonable or last.path[: len(path) - 1] != path[:-1]
        return reasonable and (block.page != last.page or len(block.text) + self._size > self._limit)

    def tail(self, following: _Piece, overlap: int) -> _Piece | None:
        """The last sentences of this chunk, at most `overlap` characters, for one that begins with `following`."""
        last = self.pieces[-1]
        room = min(overlap, self._limit - len(following.text) - len(_BETWEEN_BLOCKS))
        if last.path != following.path or room < 1:
            return None
        text = _text(self.pieces, len(last.path)) if all(p.path == last.path for p in self.pieces) else last.text
        start = len(text)
        for begin, _ in reversed(sentences.spans(text)):
            if len(text) - begin > room:
                break
            start = begin
        if start == len(text):  # the last sentence alone is too long: its last words
            cut = text.find(" ", len(text) - room - 1) + 1
            start = cut if cut else len(text) - room
        return _Piece(text[start:], "", last.page, last.path) if start < len(text) else None

    def _cost(self, piece: _Piece) -> int:
        """What the piece adds to the text; headings count whole, for how much of them is common shows at the end."""
        if not self.pieces:
            return len(piece.text)
        cost = len(piece.before) + len(piece.text)
        last = self.pieces[-1].path
        if piece.path != last:
            cost += _length(piece.path)
            if last == self.pieces[0].path:  # until now the only section, whose heading was not in the text
                cost += _length(last)
        return cost


def _length(path: tuple[str, ...]) -> int:
    return sum(len(title) + len(_HEADING_SEPARATOR) for title in path) + 1


def _common(pieces: Sequence[_Piece]) -> tuple[str, ...]:
    first, last = min(p.path for p in pieces), max(p.path for p in pieces)
    same = 0
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    return first[:same]


def _text(pieces: Sequence[_Piece], common: int) -> str:
    """The text of a chunk whose heading is the first `common` titles; the other titles are lines of it."""
    parts: list[str] = []
    path = pieces[0].path[:common]
    for piece in pieces:
        if parts:
            parts.append(piece.before)
        if piece.path != path and len(piece.path) > common:
            parts.append(_HEADING_SEPARATOR.join(piece.path[common:]) + "\n")
        path = piece.path
        parts.append(piece.text)
    return "".join(parts)


def _pieces(block: Block, path: tuple[str, ...], limit: int, overlap: int) -> Iterator[_Piece]:
    """The block whole when it fits in a chunk, else its sentences, none so long that the overlap has no room."""
    if len(block.text) <= limit:
        yield _Piece(block.text, _BETWEEN_BLOCKS, block.page, path)
        return
    end = 0
    longest = max(1, limit - overlap - len(_BETWEEN_BLOCKS)) if overlap else limit
    for start, stop in _cuts(block.text, longest):
        gap = block.text[end:start]
        before = _BETWEEN_BLOCKS if end == 0 or gap.count("\n") > 1 else "\n" if "\n" in gap else " " if gap else ""
        yield _Piece(block.text[start:stop], before, block.page, path)
        end = stop


def _cuts(text: str, limit: int) -> Iterator[tuple[int, int]]:
    """Where the sentences of a long text stand, or the lines of code; what is still too long is cut between words."""
    for start, stop in _lines(text) if _is_laid_out(text) else sentences.spans(text):
        while stop - start > limit:
            window = text[start : start + limit + 1]
            cut = window.rfind("\n", limit // 2)
            if cut < 0:
                cut = max(window.rfind(blank) for blank in " \t\n\u00a0\u202f")
            cut = cut if cut > 0 else limit
            yield start, start + cut
            start += cut
            while start < stop and text[start].isspace():
                start += 1
        if start < stop:
            yield start, stop


def _is_laid_out(text: str) -> bool:
    """Code, configuration, verse: where lines are indented, they mean more than full stops."""
    lines = text.split("\n")
    return text.lstrip().startswith(("```", "~~~")) or 4 * sum(line[:1].isspace() for line in lines) > len(lines)


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """The lines that are not blank, with their indents."""
    return (match.span() for match in _LINE.finditer(text))
