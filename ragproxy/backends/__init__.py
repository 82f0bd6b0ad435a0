"""The models we call: the upstream's and the built-in one."""

from ragproxy.backends.cache import Cache, open_cache
from ragproxy.backends.catalog import BACKENDS, Catalog
from ragproxy.backends.copies import Copies
from ragproxy.backends.embedder import UpstreamEmbedder
from ragproxy.backends.embeddings import BuiltInEmbeddings
from ragproxy.backends.extractive import Extractive
from ragproxy.backends.fine_tuning import FineTuning
from ragproxy.backends.openai import OpenAI
from ragproxy.backends.relay import Relay

__all__ = [
    "BACKENDS",
    "BuiltInEmbeddings",
    "Cache",
    "Catalog",
    "Copies",
    "Extractive",
    "FineTuning",
    "OpenAI",
    "Relay",
    "UpstreamEmbedder",
    "open_cache",
]
