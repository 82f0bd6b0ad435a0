"""The `[n]` markers of an answer, and what they point to."""

from __future__ import annotations

import re

_LONGEST = 18  # code points between the brackets, as the server reads them
_MARKER = re.compile(rf"\[(?=[^\]]{{1,{_LONGEST}}}\])[0-9]{{1,3}}(?: ?, ?[0-9]{{1,3}})*\]")


def markers(answer: str) -> list[int]:
    """The numbers cited, in order and as often as they are; `[1, 2]` cites two."""
    return [int(number) for marker in _MARKER.findall(answer) for number in re.findall("[0-9]+", marker)]


def without_markers(answer: str) -> str:
    """The text alone."""
    return re.sub(rf"[ \u00a0\u202f]*{_MARKER.pattern}", "", answer)
