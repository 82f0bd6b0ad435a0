"""FILE -> CHUNKS IN THE INDEX: loaders read, chunking cuts, the pipeline keeps a folder and a store alike."""

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
