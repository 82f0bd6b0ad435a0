"""What the Cache-Control header of a request says of our cache of answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from ragproxy.api.context import visit
from ragproxy.domain import CacheUse, ChatRequest, CompletionRequest

T = TypeVar("T", ChatRequest, CompletionRequest)


def controlled(asked: T) -> T:
    """The request as its header has it: `no-store` keeps it away from the cache, `no-cache` has it answered anew."""
    request = visit().request
    if "HTTP_CACHE_CONTROL" not in request.environ:  # nearly nobody sends one
        return asked
    said = request.cache_control
    if said.no_store:
        return replace(asked, rag=replace(asked.rag, cache=CacheUse(0)))
    if said.no_cache or said.max_age == 0:  # the latter is a browser's reload
        return replace(asked, rag=replace(asked.rag, fresh=True))
    return asked
