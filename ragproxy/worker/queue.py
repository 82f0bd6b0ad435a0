"""Huey, and all we use of it: a queue of two messages without content, threads that wait for them, and a clock."""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from huey import Huey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer, Worker
from huey.registry import Message
from huey.serializer import Serializer

from ragproxy import redis_client
from ragproxy.errors import ConfigError

log = logging.getLogger(__name__)

_NAME = "ragproxy"
_LOOK_S = 2.0  # how often a thread looks for rings of other processes; our own wake it
_ENOUGH = 4  # messages in the queue for each thread: whoever takes one looks for all the work there is
_CONNECT_S, _ANSWER_S = 1.0, 2.0  # a waiting worker is answered after one second
_SULK_S = 10.0  # after a failure nobody waits again for so long


def open_file(path: Path) -> Huey:
    """The queue in a file of this machine; a damaged one is begun anew. ConfigError when it cannot be written."""
    try:
        try:
            return _in_file(path)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            log.warning("the queue '%s' was damaged and is begun anew; no work is lost", path)
            for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
                path.with_name(name).unlink(missing_ok=True)
            return _in_file(path)
    except (OSError, sqlite3.Error) as err:
        raise ConfigError(f"RAGPROXY_DATA_DIR: the queue '{path}' cannot be used: {err}") from err


def open_redis(url: str, salt: str = "") -> Huey:
    """The queue that several machines share; nothing is connected yet. ConfigError without the client library.

    `salt` keeps deployments apart that share a Redis: each would take the other's rings.
    """
    pool = redis_client.connect(url, _ANSWER_S, connect_s=_CONNECT_S).connection_pool
    return RedisHuey(_NAME + salt, connection_pool=pool, results=False, serializer=_Names())


def _in_file(path: Path) -> Huey:
    return SqliteHuey(_NAME, filename=str(path), results=False, serializer=_Names())


class Queue:
    """Calls `on_ring` after a ring, `on_minute` at the start and every minute, each in one of `threads` threads."""

    def __init__(self, huey: Huey, *, on_ring: Callable[[], None], on_minute: Callable[[], None], threads: int) -> None:
        self._huey = huey
        self._huey.bell = threading.Event()
        self._threads = threads
        self._consumer: _Consumer | None = None
        self._sulking_until = 0.0
        self._index_pending = huey.task(name="index_pending")(on_ring)
        huey.periodic_task(crontab(), name="sweep")(on_minute)

    def ring(self) -> None:
        """Put a message for every thread into the queue, unless there are plenty: never fails."""
        if time.monotonic() < self._sulking_until:
            return
        try:
            for _ in range(min(self._threads, _ENOUGH * self._threads - self._huey.storage.queue_size())):
                self._index_pending()
        except _faults() as err:
            self._sulking_until = time.monotonic() + _SULK_S
            log.warning("the doorbell is out of order (%s); work is found within a minute", type(err).__name__)
        self._huey.bell.set()

    def start(self) -> None:
        """Start the threads; they are daemons and leave the signals alone."""
        _log_as_we_do()
        self._consumer = _Consumer(self._huey, workers=self._threads, max_delay=_LOOK_S)
        self._consumer.start()

    def check(self) -> None:
        """Replace a thread that died."""
        if self._consumer:
            self._consumer.check_worker_health()

    def stop(self, timeout_s: float) -> bool:
        """Let the threads finish what they do; whether they did in time. True when there are none."""
        if self._consumer is None:
            return True
        self._consumer.shutdown_timeout = timeout_s
        self._consumer.stop_flag.set()
        self._huey.bell.set()
        return bool(self._consumer._join_workers())


def _faults() -> tuple[type[Exception], ...]:
    return sqlite3.Error, *redis_client.faults()


class _Listener(Worker):
    """A worker that our own ring wakes at once, where Huey's looks in from time to time."""

    def sleep(self) -> None:
        self.huey.bell.wait(self.max_delay)
        if not self.stop_flag.is_set():
            self.huey.bell.clear()


class _Consumer(Consumer):
    """The threads without Huey's signal handlers: the process belongs to gunicorn, or to `ragproxy worker`."""

    worker_class = _Listener

    def _set_signal_handlers(self) -> None:
        pass


class _Names(Serializer):
    """Messages as JSON, in place of pickle: whoever can write to Redis must not run code here."""

    def _serialize(self, data: Message) -> bytes:
        return json.dumps([data.id, data.name]).encode()

    def _deserialize(self, data: bytes) -> Message:
        message: Any = json.loads(data)
        return Message(id=str(message[0]), name=str(message[1]), retries=0, retry_delay=0, args=(), kwargs={})


def _log_as_we_do() -> None:
    """Huey's warnings and errors through our own handlers; its every step only when we debug."""
    ours, theirs = logging.getLogger("ragproxy"), logging.getLogger("huey")
    theirs.handlers[:] = ours.handlers
    theirs.propagate = False
    theirs.setLevel(logging.DEBUG if ours.isEnabledFor(logging.DEBUG) else logging.WARNING)
