"""THE LINES OF PRINTED PAGES -> PARAGRAPHS: running heads dropped, words cut at a line's end mended."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

_DIGITS = re.compile(r"\d+")
_CUT = re.compile(r"([^\W\d_]+)-\n([a-zà-öø-ÿœ][^\W\d_]*)")
_HYPHENATED = re.compile(r"[^\W\d_]+-[^\W\d_]+")
_BULLET = re.compile(r"\s*(?:[-*•·‣◦▪–—]|\d{1,3}[.)]|\d{1,2}(?:\.\d{1,2})+\.?)\s")
_LEADERS = re.compile(r"[. ]{8,}")  # of a table of contents
_ENDS = (".", "!", "?", ":", "…", "»", ";")
_FEW_PAGES = 4  # running heads are only looked for in longer documents


class Reflow:
    """What the whole document says of its lines: how long they are, which repeat, which words have hyphens."""

    def __init__(self, pages: Sequence[Sequence[str]]) -> None:
        lengths = sorted(len(line) for lines in pages for line in lines if line.strip())
        self._width = lengths[len(lengths) * 4 // 5] if lengths else 0
        self._running = _running(pages)
        self._hyphenated = {
            word.casefold() for lines in pages for line in lines for word in _HYPHENATED.findall(line[:1000])
        }

    def paragraphs(self, lines: Sequence[str]) -> Iterator[str]:
        """The paragraphs of a page, each on one line."""
        kept = [line.strip() for line in lines]
        edges = {*_edges(kept)}
        kept = [line for i, line in enumerate(kept) if not (i in edges and _shape(line) in self._running)]
        held: list[str] = []
        for line in kept:
            if held and self._breaks(held[-1], line):
                yield self._join(held)
                held = []
            if line:
                held.append(line)
        if held:
            yield self._join(held)

    def _breaks(self, line: str, following: str) -> bool:
        """A paragraph ends at a blank, before a bullet, or with a line shorter than the rest would have let it be."""
        if not following or _BULLET.match(following):
            return True
        if line.endswith(_ENDS):
            return len(line) < 0.85 * self._width
        return len(line) < 0.6 * self._width and not following[0].islower()

    def _join(self, lines: Sequence[str]) -> str:
        text = _CUT.sub(self._mend, "\n".join(lines)).replace("\n", " ")
        return _LEADERS.sub(lambda run: " … " if "." in run[0] else " ", text)

    def _mend(self, cut: re.Match[str]) -> str:
        """ "infor-\\nmation" is one word, unless the document writes it with its hyphen elsewhere ("peut-être")."""
        whole = f"{cut[1]}-{cut[2]}"
        return whole if whole.casefold() in self._hyphenated else cut[1] + cut[2]


def _running(pages: Sequence[Sequence[str]]) -> set[str]:
    """The first and last lines that more than half of the pages share, page numbers aside."""
    if len(pages) < _FEW_PAGES:
        return set()
    counts: Counter[str] = Counter()
    for lines in pages:
        stripped = [line.strip() for line in lines]
        counts.update({_shape(stripped[i]) for i in _edges(stripped)})
    return {shape for shape, count in counts.items() if count > len(pages) / 2}


def _edges(lines: Sequence[str]) -> list[int]:
    """Where the first two and the last two lines that are not blank stand."""
    filled = [i for i, line in enumerate(lines) if line]
    return filled[:2] + filled[-2:]


def _shape(line: str) -> str:
    return _DIGITS.sub("0", line)
