"""Files of folders: what is put into a vector store, what it knows of them, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FolderStatus = Literal["added", "changed", "unchanged", "removed", "failed"]


@dataclass(frozen=True, slots=True)
class FolderFile:
    """A file as its folder has it. `source` is its absolute path, `filename` what sources of answers call it."""

    source: str
    filename: str
    data: bytes


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of a folder whose bytes are kept already, before any row says so."""

    source: str
    filename: str
    sha256: str
    size: int  # bytes


@dataclass(frozen=True, slots=True)
class Known:
    """What a store knows of a file. `sha256` None: put it again, whatever it holds now."""

    source: str
    file_id: str
    sha256: str | None
    chunks: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file. `chunks` it has in the store now (had, when removed); `reason` says why it failed.

    A failed file that was known keeps its old chunks.
    """

    path: Path
    status: FolderStatus
    chunks: int = 0
    reason: str | None = None
