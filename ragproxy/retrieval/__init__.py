"""The index of the documents. `Index.add`, `remove` and `search` hide Chroma, tantivy and how the two are fused."""

from ragproxy.retrieval import sentences
from ragproxy.retrieval.analysis import VERSION, grams, terms
from ragproxy.retrieval.auditing import Census
from ragproxy.retrieval.embedding import HashEmbedder
from ragproxy.retrieval.index import Index, open_index

__all__ = ["VERSION", "Census", "HashEmbedder", "Index", "grams", "open_index", "sentences", "terms"]
