"""What answers are made of: documents, their pieces, where they are kept, and how they are found."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypedDict


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


Purpose = Literal[
    "assistants",
    "assistants_output",
    "batch",
    "batch_output",
    "fine-tune",
    "fine-tune-results",
    "vision",
    "user_data",
    "evals",
]
FileStatus = Literal["in_progress", "completed", "failed", "cancelled"]
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class File:
    """A file in the library: bytes that somebody uploaded, under their SHA-256, whether a store holds it or not."""

    id: str
    owner: str
    filename: str
    purpose: Purpose
    sha256: str
    size: int  # bytes
    created: int  # epoch seconds
    expires: int | None = None  # epoch seconds
    groups: tuple[str, ...] = ()  # who may read it; none: all of its owner's callers


@dataclass(frozen=True, slots=True)
class Chunking:
    """The client's own way of cutting a file (OpenAI's static strategy); None in its place means ours (auto)."""

    max_tokens: int
    overlap_tokens: int


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a file could not be indexed, as clients see it."""

    code: Literal["unsupported_file", "invalid_file", "server_error"]
    message: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How many files of a store or batch are in which status."""

    in_progress: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0

    @property
    def total(self) -> int:
        return self.in_progress + self.completed + self.failed + self.cancelled


@dataclass(frozen=True, slots=True)
class Store:
    """A vector store. `version` rises with every change of its completed content."""

    id: str
    name: str
    owner: str
    version: int
    created: int  # epoch seconds
    description: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    expires_after_days: int | None = None  # after it was last active
    last_active: int = 0  # epoch seconds
    counts: Counts = Counts()
    usage_bytes: int = 0
    groups: tuple[str, ...] = ()  # who may read it; none: all of its owner's callers

    @property
    def expires(self) -> int | None:
        """When it expires if nobody uses it until then, in epoch seconds; None for never."""
        if self.expires_after_days is None:
            return None
        return self.last_active + self.expires_after_days * _DAY_S

    @property
    def status(self) -> Literal["in_progress", "completed", "expired"]:
        """What clients poll: whether any file is still to be indexed."""
        if self.expires is not None and self.expires <= time.time():
            return "expired"
        return "in_progress" if self.counts.in_progress else "completed"


class StoreChange(TypedDict, total=False):
    """What changes about a store: a key that is not there leaves things as they are."""

    name: str
    description: str | None
    metadata: Mapping[str, str]  # in the place of all there was
    expires_after_days: int | None  # None: never
    groups: Sequence[str]  # in the place of all there were


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the library to put into a store."""

    file_id: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    chunking: Chunking | None = None


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
    status: FileStatus | Literal["removing"] = "completed"  # removing: shown to those who remove it alone
    error: Failure | None = None
    chunking: Chunking | None = None
    usage_bytes: int = 0  # what its chunks take in the index
    batch_id: str | None = None
    deaths: int = 0  # workers who died while they indexed it, since it was attached or last completed


@dataclass(frozen=True, slots=True)
class Batch:
    """Files that were put into a store together."""

    id: str
    store_id: str
    owner: str
    created: int  # epoch seconds
    status: FileStatus
    counts: Counts


@dataclass(frozen=True, slots=True)
class Reindex:
    """The making anew of a store's vectors and words, the last that was asked for."""

    store_id: str
    status: Literal["in_progress", "completed", "failed"]
    done: int  # chunks
    total: int
    created: int  # epoch seconds
    finished: int | None = None  # epoch seconds
    error: Failure | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that arrives in parts. `size` is what was announced; `file_id` the file it became."""

    id: str
    owner: str
    filename: str
    purpose: Purpose
    mime_type: str
    size: int  # bytes
    created: int  # epoch seconds
    expires: int  # epoch seconds
    status: Literal["pending", "completed", "cancelled", "expired"]
    file_id: str | None = None
    lifetime_s: int | None = None  # of the file, from its creation; None for ever


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an upload: bytes under their SHA-256, until the upload is completed."""

    id: str
    upload_id: str
    sha256: str
    size: int  # bytes
    created: int  # epoch seconds
