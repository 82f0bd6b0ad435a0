"""What answers are made of: documents, their pieces, where they are kept, and how they are found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Comparison:
    """One test on a file's attribute. `value` is a string, number or boolean; a list of them for in and nin."""

    key: str
    op: Literal["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin"]
    value: Any


@dataclass(frozen=True, slots=True)
class Compound:
    """All (`and`) or any (`or`) of the filters."""

    op: Literal["and", "or"]
    filters: tuple[Filter, ...]


Filter = Comparison | Compound


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a table row, a function: text that should not be cut, and where it stands."""

    text: str
    page: int | None = None  # from 1
    heading: str = ""  # "Chapter > Section"


@dataclass(frozen=True, slots=True)
class Document:
    """A loaded file, in reading order."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece we index. `id` is derived from its content, so that indexing twice changes nothing."""

    id: str
    file_id: str
    filename: str
    position: int  # from 0, in the file
    text: str
    page: int | None = None
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that was found. `score` is absolute, 0..1, comparable between queries and stores."""

    chunk: Chunk
    store_id: str
    score: float
    attributes: Mapping[str, Any] = field(default_factory=dict)  # the file's


@dataclass(frozen=True, slots=True)
class Grounding:
    """What a search found, best first, and how much of the query it covers.

    `weights` maps each analysed term of the query to its IDF; `coverage` is the share of that mass in the best
    covered passage (0 when nothing was found).
    """

    query: str
    passages: tuple[Passage, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    coverage: float = 0.0


@dataclass(frozen=True, slots=True)
class Store:
    """A vector store. `version` rises with every change of its content."""

    id: str
    name: str
    owner: str
    version: int
    created: int  # epoch seconds


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a vector store. `source` is where it was read from (an absolute path), None for an upload."""

    id: str
    store_id: str
    owner: str
    filename: str
    source: str | None
    sha256: str
    size: int  # bytes
    chunks: int
    attributes: Mapping[str, Any]
    created: int
