"""Answers kept for those who ask exactly the same again, in memory or in Redis.

A kept answer is only ever given to its owner, for the same model, messages, parameters and passages, and while the
stores that were searched have not changed: all that is in its key. Answers that are cut, refused or very long are not
kept. What comes from Redis is read as JSON, never unpickled.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar, cast

from cachelib import BaseCache, RedisCache, SimpleCache
from cachelib.serializers import BaseSerializer

from ragproxy import redis_client
from ragproxy.backends.trying import Call, close
from ragproxy.domain import CacheUse, ChatRequest, CompletionRequest, Delta
from ragproxy.wire.cached import Kept, answer_key, kept_deltas

log = logging.getLogger(__name__)

M = TypeVar("M")

HEADER = "x-cache"
ENTRIES = 512  # in memory; with LARGEST, 64 MiB at most
LARGEST = 128 << 10  # bytes of one answer
PREFIX = "ragproxy:answer:"
_WAIT_S = 0.5  # for Redis: a miss is better than a wait
_SULK_S = 10.0  # after a failure nobody waits for it again for so long


class Cache:
    """An AnswerCache over `store`, which keeps bytes.

    `salt` keeps servers apart that share a store and call different upstreams by the same names. `note` is told how
    each look into the cache ended: hit, miss, or error.
    """

    def __init__(
        self,
        store: BaseCache,
        *,
        salt: str = "",
        note: Callable[[str], None] = lambda outcome: None,
        largest: int = LARGEST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._salt = salt
        self._note = note
        self._clock = clock
        self._sulking_until = float("-inf")
        self.largest = largest

    def around(self, model: M, *, owner: str, versions: Mapping[str, int | None], use: CacheUse) -> M:
        """As the port."""
        return cast(M, Cached(model, self, partial(answer_key, owner=owner, versions=versions, salt=self._salt), use))

    def find(self, key: str, *, stream: bool) -> list[Delta] | None:
        """The answer of that key, in the form asked for; None when there is none."""
        found = self._tried(lambda: self._store.get(key))
        deltas = kept_deltas(found, stream=stream) if isinstance(found, bytes) else None
        if found is not _AWAY:
            self._note("miss" if deltas is None else "hit")
        return deltas

    def keep(self, key: str, data: bytes, ttl_s: int) -> None:
        """Keep an answer for so many seconds."""
        self._tried(lambda: self._store.set(key, data, timeout=ttl_s))

    def _tried(self, act: Callable[[], Any]) -> Any:
        if self._clock() < self._sulking_until:
            self._note("error")
            return _AWAY
        try:
            return act()
        except redis_client.faults() as err:
            self._sulking_until = self._clock() + _SULK_S
            self._note("error")
            log.warning("the cache of answers cannot be used, trying again in %d s: %s", _SULK_S, type(err).__name__)
            return _AWAY


_AWAY = object()


class Cached:
    """A ChatModel and CompletionModel around a model: what it has answered before is taken from the cache."""

    def __init__(self, model: Any, cache: Cache, key: Callable[..., str], use: CacheUse) -> None:
        self._model = model
        self._cache = cache
        self._key = key
        self._use = use

    def chat(self, request: ChatRequest) -> Iterator[Delta]:
        """As the port; the first delta's headers say whether the answer was there."""
        return self._answer(request, request.n, partial(self._model.chat, request))

    def complete(self, request: CompletionRequest) -> Iterator[Delta]:
        """As `chat`."""
        return self._answer(request, request.n * len(request.prompts), partial(self._model.complete, request))

    def _answer(self, request: ChatRequest | CompletionRequest, choices: int, call: Call[Delta]) -> Iterator[Delta]:
        key = self._key(request)
        found = None if self._use.fresh else self._cache.find(key, stream=request.stream)
        if found is not None:
            yield from _labelled(found, "hit")
            return
        kept = Kept(choices, largest=self._cache.largest)
        deltas = call()
        try:
            for delta in _labelled(deltas, "miss"):
                kept.add(delta)
                yield delta
        finally:
            close(deltas)
        data = None if request.cancel.cancelled else kept.whole()  # who hung up may have got less
        if data is not None:
            self._cache.keep(key, data, self._use.ttl_s)


def open_cache(redis_url: str | None, *, salt: str = "", note: Callable[[str], None] = lambda outcome: None) -> Cache:
    """The cache that several processes share, or this process's own; nothing is connected yet.

    ConfigError without the client library.
    """
    return Cache(in_memory() if redis_url is None else in_redis(redis_url), salt=salt, note=note)


def in_memory() -> BaseCache:
    """Bytes of this process alone, ENTRIES of them; the next to expire makes room."""
    return _Memory(ENTRIES)


def in_redis(url: str) -> BaseCache:
    """Bytes that several processes share. ConfigError without the client library."""
    return _Redis(redis_client.connect(url, _WAIT_S), key_prefix=PREFIX)


def _labelled(deltas: Any, outcome: str) -> Iterator[Delta]:
    first = True
    for delta in deltas:
        yield replace(delta, headers={**delta.headers, HEADER: outcome}) if first else delta
        first = False


class _Bytes(BaseSerializer):
    """Our values are bytes already. cachelib would pickle them, and then who writes to Redis runs code here."""

    def dumps(self, value: Any, protocol: int = 0) -> Any:
        return value

    def loads(self, bvalue: Any) -> Any:
        return bvalue


class _Memory(SimpleCache):
    serializer = _Bytes()  # type: ignore[assignment]


class _Redis(RedisCache):
    serializer = _Bytes()  # type: ignore[assignment]
