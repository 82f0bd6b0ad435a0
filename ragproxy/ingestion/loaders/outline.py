"""Where we stand in a document: the path of its headings."""

from __future__ import annotations

from typing import Final

SEPARATOR: Final = " > "
_LONGEST = 200  # characters of one heading; a longer one is a paragraph in disguise


class Outline:
    """The headings above the current line, as "Chapter > Section"."""

    def __init__(self) -> None:
        self._titles: list[tuple[int, str]] = []

    def enter(self, level: int, title: str) -> None:
        """Begin the section `title`; it ends those of its level (1 is the highest) and below."""
        while self._titles and self._titles[-1][0] >= level:
            self._titles.pop()
        title = " ".join(title.split())[:_LONGEST].replace(SEPARATOR, " › ")
        if title:
            self._titles.append((level, title))

    @property
    def path(self) -> str:
        """The headings from the highest down, "" above the first."""
        return SEPARATOR.join(title for _, title in self._titles)
