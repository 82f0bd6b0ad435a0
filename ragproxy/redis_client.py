"""The client of Redis, the one place that knows its library: an extra, and imported only where a Redis is used.

Where OpenTelemetry is installed it brings that along, a sixth of the time that all our modules take to be imported.
"""

from __future__ import annotations

from typing import Any

from ragproxy.errors import ConfigError


def connect(url: str, patience_s: float, *, connect_s: float | None = None) -> Any:
    """A client that waits so long for each answer, and for a connection as long or `connect_s`; none is made yet.

    It never tries again by itself: who asks knows better what a wait is worth. ConfigError without the library.
    """
    try:
        from redis import Redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry
    except ImportError as err:
        raise ConfigError("REDIS_URL: the client of Redis is not installed: pip install ragproxy[redis]") from err
    return Redis.from_url(
        url, socket_connect_timeout=connect_s or patience_s, socket_timeout=patience_s, retry=Retry(NoBackoff(), 0)
    )


def faults() -> tuple[type[Exception], ...]:
    """What a Redis that cannot be used makes its client raise."""
    try:
        from redis import RedisError
    except ImportError:
        return (OSError,)
    return OSError, RedisError
