"""The passages an answer rests on, in the carriers that are JSON: the field, the header, the annotations."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from ragproxy.domain import Chunk, Citation, Source

HEADER_BYTES = 4096  # Node takes 16 KB for all headers together, and proxies often less
_NAME = 100  # characters of a filename in the header


def source_json(source: Source) -> dict[str, Any]:
    """A line of the `sources` field."""
    return {
        "index": source.index,
        "file_id": source.file_id,
        "filename": source.filename,
        "chunk_id": source.chunk_id,
        "page": source.page,
        "score": round(source.score, 4),
        "quote": source.quote,
        "cited": source.cited,
    }


def united(sources: Iterable[Sequence[Source]]) -> list[Source]:
    """The sources of several choices as one list: cited when any of them cites."""
    merged: dict[int, Source] = {}
    for each in (source for choice in sources for source in choice):
        known = merged.get(each.index, each)
        merged[each.index] = replace(known, cited=known.cited or each.cited)
    return [merged[index] for index in sorted(merged)]


def annotation(citation: Citation) -> dict[str, Any]:
    """OpenAI's url_citation of one marker; start_index and end_index count code points of the final text."""
    source = citation.source
    title = source.filename if source.page is None else f"{source.filename}, p. {source.page}"
    return {
        "type": "url_citation",
        "url_citation": {
            "url": source.url,
            "title": title,
            "start_index": citation.start,
            "end_index": citation.end,
        },
    }


def excerpt_json(chunks: Sequence[Chunk], first: int, last: int, at: int | None) -> dict[str, Any]:
    """The part of a document from the chunk `first` to before `last`, where the one at `at` is marked. Ours."""
    pieces = [
        {"text": chunk.text, "page": chunk.page, "marked": place == at}
        for place, chunk in enumerate(chunks[first:last], start=first)
    ]
    return {
        "object": "source",
        "file_id": chunks[0].file_id,
        "filename": chunks[0].filename,
        "page": None if at is None else chunks[at].page,
        "found": at is not None,
        "pieces": pieces,
        "pieces_before": first,
        "pieces_after": max(0, len(chunks) - last),
    }


def sources_header(sources: Sequence[Source]) -> str:
    """X-Metadata-Sources: at most HEADER_BYTES of printable ASCII; the last sources are left out until it fits."""
    lines = [_ascii(_header_line(source)) for source in sources]
    kept, left = 0, HEADER_BYTES - len(_header([], truncated=False)) + 1  # one comma less than sources
    for line in lines:
        left -= len(line) + 1
        if left < 0:
            break
        kept += 1
    return _header(lines[:kept], truncated=kept < len(lines))


def _header_line(source: Source) -> dict[str, Any]:
    name = source.filename
    if len(name) > _NAME:
        name = name[: _NAME - 23] + "..." + name[-20:]  # the end tells the kind of file
    return {"index": source.index, "file_id": source.file_id, "filename": name, "score": round(source.score, 4)}


def _header(lines: Sequence[str], *, truncated: bool) -> str:
    return f'{{"sources":[{",".join(lines)}],"truncated":{_ascii(truncated)}}}'


def _ascii(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True)  # escapes all that is not printable ASCII
