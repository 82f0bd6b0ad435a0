"""How the Redis is, and whether a worker answers the bell: for whoever looks after an installation."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from ragproxy import redis_client
from ragproxy.errors import StateUnavailable

_LOOK_S = 0.05


@dataclass(frozen=True, slots=True)
class RedisCondition:
    """What a Redis says of itself: bytes, and its clock `now` (epoch s) `between` two moments of ours.

    `policy` is what it forgets when its memory is full (`maxmemory_policy`), and `limit` the memory it may take, 0 for
    no limit. `saved` is whether its last snapshot could be written.
    """

    version: str
    policy: str
    used: int
    limit: int
    saved: bool
    now: float
    between: tuple[float, float]


def redis_condition(url: str, timeout_s: float, *, clock: Callable[[], float] = time.time) -> RedisCondition:
    """The condition of that Redis. StateUnavailable says why it cannot be asked, ConfigError without the client."""
    with _in_words(), closing(redis_client.connect(url, timeout_s)) as client:
        before = clock()
        seconds, micros = client.time()
        between = before, clock()
        return _read(client.info(), seconds + micros / 1e6, between)


def is_answered(ring: Callable[[], None], redis_url: str, salt: str, patience_s: float) -> bool:
    """Ring, and say whether somebody took what is in the queue within that time. Errors as of `redis_condition`.

    A worker that has its hands full does not answer. What nobody took is taken back.
    """
    # here and not above, as in jobs.py
    from ragproxy.worker.queue import open_redis

    with _in_words():
        queue = open_redis(redis_url, salt).storage
        before = queue.queue_size()
        ring()
        until = time.monotonic() + patience_s
        while queue.queue_size() >= max(before, 1):
            if time.monotonic() > until:
                queue.blocking = False
                if queue.queue_size() > before:
                    queue.dequeue()  # rings are all the same: this one, or an older one in its place
                return False
            time.sleep(_LOOK_S)
    return True


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except redis_client.faults() as err:
        raise StateUnavailable(f"Redis cannot be used: {' '.join(str(err).split())}") from err


def _read(info: Mapping[str, Any], now: float, between: tuple[float, float]) -> RedisCondition:
    return RedisCondition(
        version=str(info.get("redis_version", "of an unknown version")),
        policy=str(info.get("maxmemory_policy", "unknown")),
        used=int(info.get("used_memory", 0)),
        limit=int(info.get("maxmemory", 0)),
        saved=info.get("rdb_last_bgsave_status", "ok") == "ok",
        now=now,
        between=between,
    )
