"""A LOADED FILE -> THE CHUNKS OF A STORE: in the way its client asked for, in portions that the index takes well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ragproxy.domain import Chunk, Document, StoredFile
from ragproxy.ingestion.chunking import chunk
from ragproxy.offload import offload

PORTION = 500  # chunks of an addition: many small files are few commits, and a large one is not held in memory twice

_CHARACTERS_A_TOKEN = 4


def cut(document: Document, file: StoredFile) -> list[Chunk]:
    """The chunks of a file, in the way the client asked for or in ours."""
    if file.chunking is None:
        return offload(chunk, document, file_id=file.id, filename=file.filename)
    return offload(
        chunk,
        document,
        file_id=file.id,
        filename=file.filename,
        max_chars=file.chunking.max_tokens * _CHARACTERS_A_TOKEN,
        overlap_chars=file.chunking.overlap_tokens * _CHARACTERS_A_TOKEN,
    )


def portions(chunks: list[Chunk]) -> Iterator[list[Chunk]]:
    """The chunks in their order, PORTION at a time."""
    for start in range(0, len(chunks), PORTION):
        yield chunks[start : start + PORTION]


def usage(chunks: Sequence[Chunk]) -> int:
    """Bytes of text that the index keeps."""
    return sum(len(piece.text.encode()) for piece in chunks)
