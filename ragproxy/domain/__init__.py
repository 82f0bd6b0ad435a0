"""The nouns every room shares, and the ports the rooms meet at. No library here, no JSON, no HTTP."""

from ragproxy.domain.answers import Answer, Citation, Delta, ModelCard, Source, Usage
from ragproxy.domain.asking import (
    DEFAULT_CARRIERS,
    Agent,
    Caller,
    Cancel,
    Carrier,
    ChatRequest,
    CompletionRequest,
    Message,
    RagOptions,
)
from ragproxy.domain.documents import (
    Block,
    Chunk,
    Comparison,
    Compound,
    Document,
    Filter,
    Grounding,
    Passage,
    Store,
    StoredFile,
)
from ragproxy.domain.ports import ChatModel, CompletionModel, Embedder, Models

__all__ = [
    "DEFAULT_CARRIERS",
    "Agent",
    "Answer",
    "Block",
    "Caller",
    "Cancel",
    "Carrier",
    "ChatModel",
    "ChatRequest",
    "Chunk",
    "Citation",
    "Comparison",
    "CompletionModel",
    "CompletionRequest",
    "Compound",
    "Delta",
    "Document",
    "Embedder",
    "Filter",
    "Grounding",
    "Message",
    "ModelCard",
    "Models",
    "Passage",
    "RagOptions",
    "Source",
    "Store",
    "StoredFile",
    "Usage",
]
