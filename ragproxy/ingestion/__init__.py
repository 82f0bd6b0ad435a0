"""FILE -> CHUNKS IN THE INDEX: loaders read, chunking cuts, the pipeline keeps a folder and a store alike."""

from ragproxy.ingestion.chunking import chunk
from ragproxy.ingestion.folders import scan
from ragproxy.ingestion.loaders import SUPPORTED, load
from ragproxy.ingestion.pipeline import Ingestor, Outcome

__all__ = ["SUPPORTED", "Ingestor", "Outcome", "chunk", "load", "scan"]
