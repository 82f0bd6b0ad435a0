"""The index of the documents. `Index.add`, `remove` and `search` hide Chroma, tantivy and how the two are fused."""

from ragproxy.retrieval import sentences
from ragproxy.retrieval.analysis import VERSION, grams, terms
from ragproxy.retrieval.auditing import Census
from ragproxy.retrieval.embedding import HashEmbedder
from ragproxy.retrieval.index import Index, open_index
from ragproxy.retrieval.peeking import Glimpse, peek

__all__ = ["VERSION", "Census", "Glimpse", "HashEmbedder", "Index", "grams", "open_index", "peek", "sentences", "terms"]
