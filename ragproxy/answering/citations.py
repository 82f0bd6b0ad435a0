"""Inline `[n]` markers become citations while the text streams by.

Markers are matched wherever they stand, in code too: what precedes `[1]` does not tell a citation ("Paris[1]") from an
index ("array[1]"), and a number that was never presented is left alone anyway.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ragproxy.answering.opening import closing
from ragproxy.domain import Citation, Delta, Source
from ragproxy.errors import RagproxyError

LONGEST_MARKER = 20  # code points, brackets included: [1, 2, 3, 4, 5, 6] has 18

_MARKER = re.compile(rf"\[(?=[^\]]{{1,{LONGEST_MARKER - 2}}}\])[0-9]{{1,3}}(?: ?, ?[0-9]{{1,3}})*\]")
_NUMBER = re.compile("[0-9]+")
# whatever can become a marker becomes one by the shortest of these endings
_ENDINGS = ("]", "1]", ",1]")
_CALLS = ("tool_calls", "function_call")


class Matcher:
    """Finds the markers of one choice's text, fed in pieces cut anywhere.

    Holds back at most a live prefix of a marker, so at most `LONGEST_MARKER` - 1 code points.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources
        self._held = ""
        self.position = 0  # code points given out
        self.cited: set[int] = set()  # indices of sources

    def feed(self, text: str) -> tuple[str, tuple[Citation, ...]]:
        """What may go out now, and the citations in it, positions counted on the whole text from 0."""
        text = self._held + text
        keep = _live_from(text) if self._sources else len(text)
        return self._give(text[:keep], text[keep:])

    def flush(self) -> str:
        """What was held back; it is no marker, for nothing follows."""
        return self._give(self._held, "")[0]

    def _give(self, text: str, held: str) -> tuple[str, tuple[Citation, ...]]:
        citations = tuple(self._citations(text)) if "[" in text else ()
        self.cited.update(citation.source.index for citation in citations)
        self.position += len(text)
        self._held = held
        return text, citations

    def _citations(self, text: str) -> Iterator[Citation]:
        for marker in _MARKER.finditer(text):
            numbers = dict.fromkeys(int(number) for number in _NUMBER.findall(marker[0]))
            for number in numbers:
                if 1 <= number <= len(self._sources):
                    source = replace(self._sources[number - 1], cited=True)
                    yield Citation(source, self.position + marker.start(), self.position + marker.end())


def _live_from(text: str) -> int:
    """Where the unfinished marker at the end of `text` begins; its length when there is none."""
    start = text.rfind("[", -LONGEST_MARKER)
    if start >= 0 and any(_MARKER.fullmatch(text[start:] + ending) for ending in _ENDINGS):
        return start
    return len(text)


def cite(deltas: Iterator[Delta], sources: Sequence[Source], footer: str = "") -> Iterator[Delta]:
    """The same deltas with citations, and `sources` on each choice's finishing one; closes `deltas`.

    `cited` is true for the sources that any choice has referred to so far. `footer` is added to the text of every
    choice that has one, unless it ends in a tool call. The text held back goes out before a finish, at the end of the
    stream, and before an error is passed on.
    """
    return _Citer(sources, footer).run(deltas)


class _Citer:
    def __init__(self, sources: Sequence[Source], footer: str) -> None:
        self._sources = tuple(sources)
        self._footer = footer
        self._matchers: dict[int, Matcher] = {}

    def run(self, deltas: Iterator[Delta]) -> Iterator[Delta]:
        with closing(deltas):
            try:
                for delta in deltas:
                    yield from self._cited(delta)
            except RagproxyError:
                yield from self._leftovers()
                raise
            yield from self._leftovers()

    def _cited(self, delta: Delta) -> Iterator[Delta]:
        if delta.index is None:
            yield delta
            return
        matcher = self._matchers.get(delta.index)
        if matcher is None:
            matcher = self._matchers[delta.index] = Matcher(self._sources)
        content, citations = delta.content, delta.citations
        if content:
            content, citations = matcher.feed(content)
        if delta.finish_reason is None:
            changed = content != delta.content or citations
            yield replace(delta, content=content, citations=citations) if changed else delta
            return
        rest = matcher.flush()
        if matcher.position and delta.finish_reason not in _CALLS:
            rest += self._footer
        if content is not None and delta.content:  # a whole choice at once
            content += rest
        elif rest:
            yield Delta(index=delta.index, content=rest, chunk=delta.chunk)
        yield replace(delta, content=content, citations=citations, sources=self._presented())

    def _presented(self) -> tuple[Source, ...]:
        cited = set().union(*(matcher.cited for matcher in self._matchers.values()))
        return tuple(replace(source, cited=source.index in cited) for source in self._sources)

    def _leftovers(self) -> Iterator[Delta]:
        for index, matcher in self._matchers.items():
            rest = matcher.flush()
            if rest:
                yield Delta(index=index, content=rest)
