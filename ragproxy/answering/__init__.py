"""Question -> grounded answer. Knows the index and the records; models reach it through the ports of `domain`."""

from ragproxy.answering.language import detect
from ragproxy.answering.on_demand import OnDemand
from ragproxy.answering.pipeline import Answerer
from ragproxy.answering.searching import Searcher
from ragproxy.answering.sources import markdown_sources

__all__ = ["Answerer", "OnDemand", "Searcher", "detect", "markdown_sources"]
