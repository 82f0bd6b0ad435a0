"""FILE -> CHUNKS IN THE INDEX: loaders read, chunking cuts, the pipeline keeps a folder and a store alike.

What is named here is imported at its first use: the process that reads a file needs the loaders alone, and the records
would take three times as long to import.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ragproxy.ingestion.chunking import chunk
    from ragproxy.ingestion.doctor import Doctor, Finding
    from ragproxy.ingestion.folders import scan
    from ragproxy.ingestion.indexing import Indexer
    from ragproxy.ingestion.library import Librarian
    from ragproxy.ingestion.loaders import SUPPORTED, load
    from ragproxy.ingestion.pipeline import Ingestor
    from ragproxy.ingestion.reindexing import Reindexer
    from ragproxy.ingestion.sandbox import Sandbox
    from ragproxy.ingestion.syncing import FolderIndex, sync

__all__ = [
    "SUPPORTED",
    "Doctor",
    "Finding",
    "FolderIndex",
    "Indexer",
    "Ingestor",
    "Librarian",
    "Reindexer",
    "Sandbox",
    "chunk",
    "load",
    "scan",
    "sync",
]

_ROOMS = {
    "SUPPORTED": "loaders",
    "Doctor": "doctor",
    "Finding": "doctor",
    "FolderIndex": "syncing",
    "Indexer": "indexing",
    "Ingestor": "pipeline",
    "Librarian": "library",
    "Reindexer": "reindexing",
    "Sandbox": "sandbox",
    "chunk": "chunking",
    "load": "loaders",
    "scan": "folders",
    "sync": "syncing",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
