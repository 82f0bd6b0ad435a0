"""The passages shown to the model, as clients see them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote, urlsplit

from ragproxy.domain import Linker, Passage, Source
from ragproxy.retrieval import sentences, terms

_LONGEST_QUOTE = 300  # code points
_LONGEST_URL = 2000
_TITLES = {"en": "Sources", "fr": "Sources", "es": "Fuentes", "de": "Quellen", "it": "Fonti", "pt": "Fontes"}
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~])")


def sources_of(
    passages: Iterable[Passage], weights: Mapping[str, float] | None = None, link: Linker | None = None
) -> tuple[Source, ...]:
    """The passages numbered from 1 in the order given, none cited yet.

    Each quotes the part that holds most of the question, whose words `weights` knows (`Grounding.weights`), and is
    found where its file says, or else where `link` does.
    """
    return tuple(_source(index, passage, weights or {}, link) for index, passage in enumerate(passages, start=1))


def markdown_sources(sources: Sequence[Source], lang: str | None) -> str:
    """A titled Markdown list of all sources, to be appended to an answer; empty when there are none."""
    if not sources:
        return ""
    lines = "\n".join(f"{source.index}. {_line(source)}" for source in sources)
    return f"\n\n**{_TITLES.get(lang or 'en', 'Sources')}**\n\n{lines}\n"


def _source(index: int, passage: Passage, weights: Mapping[str, float], link: Linker | None) -> Source:
    chunk = passage.chunk
    return Source(
        index=index,
        file_id=chunk.file_id,
        filename=chunk.filename,
        chunk_id=chunk.id,
        page=chunk.page,
        score=passage.score,
        quote=_quote(chunk.text, weights),
        url=_url(passage, link),
    )


def _quote(text: str, weights: Mapping[str, float]) -> str:
    """The text on one line; of a long one, from the sentence on that promises most of the weights, cut after a word."""
    text = " ".join(text.split())
    if len(text) <= _LONGEST_QUOTE:
        return text
    starts = [start for start, _ in sentences.spans(text)] if weights else [0]
    start = max(starts, key=lambda start: _held(text[start : start + _LONGEST_QUOTE], weights))
    rest = text[start:]
    if len(rest) > _LONGEST_QUOTE:
        beginning, blank, _ = rest[:_LONGEST_QUOTE].rpartition(" ")
        rest = (beginning if blank else rest[: _LONGEST_QUOTE - 1]) + "…"
    return ("…" if start else "") + rest


def _held(text: str, weights: Mapping[str, float]) -> float:
    words = set(terms(text))
    return sum(weight for word, weight in weights.items() if word in words)


def _url(passage: Passage, link: Linker | None) -> str:
    """Where the file says it can be read, else its page here, else a name for the chunk that no browser opens."""
    url = passage.attributes.get("url")
    if isinstance(url, str) and _can_be_read(url):
        return url
    page = link(passage) if link is not None else None
    return page or f"urn:ragproxy:{quote(passage.chunk.file_id, safe='')}:{quote(passage.chunk.id, safe='')}"


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
