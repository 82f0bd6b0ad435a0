"""The passages shown to the model, as clients see them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote, urlsplit

from ragproxy.domain import Passage, Source

_LONGEST_QUOTE = 300  # code points
_LONGEST_URL = 2000
_TITLES = {"en": "Sources", "fr": "Sources", "es": "Fuentes", "de": "Quellen", "it": "Fonti", "pt": "Fontes"}
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~])")


def sources_of(passages: Iterable[Passage]) -> tuple[Source, ...]:
    """The passages numbered from 1 in the order given, none cited yet."""
    return tuple(_source(index, passage) for index, passage in enumerate(passages, start=1))


def markdown_sources(sources: Sequence[Source], lang: str | None) -> str:
    """A titled Markdown list of all sources, to be appended to an answer; empty when there are none."""
    if not sources:
        return ""
    lines = "\n".join(f"{source.index}. {_line(source)}" for source in sources)
    return f"\n\n**{_TITLES.get(lang or 'en', 'Sources')}**\n\n{lines}\n"


def _source(index: int, passage: Passage) -> Source:
    chunk = passage.chunk
    return Source(
        index=index,
        file_id=chunk.file_id,
        filename=chunk.filename,
        chunk_id=chunk.id,
        page=chunk.page,
        score=passage.score,
        quote=_quote(chunk.text),
        url=_url(passage),
    )


def _quote(text: str) -> str:
    """The beginning of the text on one line, cut after a word."""
    text = " ".join(text.split())
    if len(text) <= _LONGEST_QUOTE:
        return text
    beginning, blank, _ = text[:_LONGEST_QUOTE].rpartition(" ")
    return (beginning if blank else text[: _LONGEST_QUOTE - 1]) + "…"


def _url(passage: Passage) -> str:
    """Where the file says it can be read, else a name for the chunk that no browser opens."""
    url = passage.attributes.get("url")
    if isinstance(url, str) and _can_be_read(url):
        return url
    return f"urn:ragproxy:{quote(passage.chunk.file_id, safe='')}:{quote(passage.chunk.id, safe='')}"


def _can_be_read(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    clean = url.isprintable() and not any(ch.isspace() or ch in '<>"' for ch in url)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and clean and len(url) <= _LONGEST_URL


def _line(source: Source) -> str:
    name = _MARKDOWN.sub(r"\\\1", " ".join(source.filename.split()))
    page = f", p. {source.page}" if source.page else ""
    return f"[{name}{page}](<{source.url}>)" if not source.url.startswith("urn:") else f"{name}{page}"
