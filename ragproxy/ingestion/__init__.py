"""FILE -> CHUNKS IN THE INDEX: loaders read, chunking cuts, the pipeline keeps a folder and a store alike."""

from ragproxy.ingestion.chunking import chunk
from ragproxy.ingestion.folders import scan
from ragproxy.ingestion.indexing import Indexer
from ragproxy.ingestion.library import Librarian
from ragproxy.ingestion.loaders import SUPPORTED, load
from ragproxy.ingestion.pipeline import Ingestor, Outcome
from ragproxy.ingestion.sandbox import Sandbox

__all__ = ["SUPPORTED", "Indexer", "Ingestor", "Librarian", "Outcome", "Sandbox", "chunk", "load", "scan"]
