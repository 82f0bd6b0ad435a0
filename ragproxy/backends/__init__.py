"""The models we call: the upstream's and the built-in one."""

from ragproxy.backends.catalog import BACKENDS, Catalog
from ragproxy.backends.embedder import UpstreamEmbedder
from ragproxy.backends.extractive import Extractive
from ragproxy.backends.openai import OpenAI

__all__ = ["BACKENDS", "Catalog", "Extractive", "OpenAI", "UpstreamEmbedder"]
