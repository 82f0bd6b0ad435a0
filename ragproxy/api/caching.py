"""What the Cache-Control header of a request says of our cache of answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import flask

from ragproxy.domain import CacheUse, ChatRequest, CompletionRequest

T = TypeVar("T", ChatRequest, CompletionRequest)


def controlled(asked: T) -> T:
    """The request as its header has it: `no-store` keeps it away from the cache, `no-cache` has it answered anew."""
    said = flask.request.cache_control
    if said.no_store:
        return replace(asked, rag=replace(asked.rag, cache=CacheUse(0)))
    if said.no_cache or said.max_age == 0:  # the latter is a browser's reload
        return replace(asked, rag=replace(asked.rag, fresh=True))
    return asked
