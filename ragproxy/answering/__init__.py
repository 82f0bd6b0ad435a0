"""Question -> grounded answer. Knows the index and the records; models reach it through the ports of `domain`."""

from ragproxy.answering.background import Background
from ragproxy.answering.batching import Batching
from ragproxy.answering.compacting import Compactor
from ragproxy.answering.history import History
from ragproxy.answering.keeping import Forms
from ragproxy.answering.language import detect
from ragproxy.answering.on_demand import OnDemand
from ragproxy.answering.pipeline import Answerer
from ragproxy.answering.recording import Recording
from ragproxy.answering.responding import Begun, Responder
from ragproxy.answering.running import Running
from ragproxy.answering.searching import Searcher
from ragproxy.answering.sources import markdown_sources

__all__ = [
    "Answerer",
    "Background",
    "Batching",
    "Begun",
    "Compactor",
    "Forms",
    "History",
    "OnDemand",
    "Recording",
    "Responder",
    "Running",
    "Searcher",
    "detect",
    "markdown_sources",
]
