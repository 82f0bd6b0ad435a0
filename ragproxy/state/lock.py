"""The lock on the data directory: embedded data belongs to exactly one process.

An operating-system lock (flock) on `lock` in the directory, so that the end of the process frees it, whatever the end.
The file says who holds it, for the sentence that the next one gets. A lock belongs to the open file, which a child
shares after a fork: children close theirs at once (and on exec), or a child that outlives us would keep it.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
import weakref
from pathlib import Path
from typing import Any

from ragproxy.disk import data_folder
from ragproxy.errors import ConfigError, DataDirectoryBusy

_NAME = "lock"
_RECORD = 512  # bytes, always: readers never see half of an old record behind a new one
_PATIENCE_S = 0.5  # `holder` takes the lock for an instant to see whether it is free
_POLL_S = 0.02


class DataLock:
    """The lock of one data directory, free until `acquire`."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._fd: int | None = None

    def acquire(
        self, address: str | None = None, *, wait_s: float = _PATIENCE_S, succession_s: float = _PATIENCE_S
    ) -> None:
        """Take the lock, making the directory if need be; `address` is where this process answers over HTTP.

        DataDirectoryBusy after `wait_s` seconds in vain, or `succession_s` while a sibling holds it: on a reload
        gunicorn starts the next worker before the last one has finished. ConfigError when the directory cannot be
        written.
        """
        if self._fd is not None:
            return
        try:
            data_folder(self._data_dir)
            fd = os.open(self._data_dir / _NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as err:
            raise ConfigError(f"RAGPROXY_DATA_DIR: '{self._data_dir}' cannot be used: {err.strerror}") from err
        if not _lock(fd, wait_s) and not (self._is_sibling() and _lock(fd, succession_s)):
            os.close(fd)
            raise DataDirectoryBusy(_sentence(self._data_dir, _read(self._data_dir)))
        self._fd = fd
        self._write(address)
        _close_in_children(self)

    def update(self, address: str | None) -> None:
        """Say where this process answers, once it knows; nothing when the lock is not held."""
        if self._fd is not None:
            self._write(address)

    def release(self) -> None:
        """Free the directory; no error when it is free already."""
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)

    def _is_sibling(self) -> bool:
        return _read(self._data_dir).get("parent") == os.getppid()

    def _write(self, address: str | None) -> None:
        assert self._fd is not None
        record = {"pid": os.getpid(), "parent": os.getppid(), "address": address, "since": int(time.time())}
        os.pwrite(self._fd, json.dumps(record).encode().ljust(_RECORD), 0)


def holder(data_dir: Path) -> dict[str, Any] | None:
    """Who holds the directory: {"pid", "parent", "address" or None, "since" in epoch seconds}; None when it is free.

    The keys are missing for the instant between a process's taking the lock and its writing down who it is.
    """
    try:
        fd = os.open(data_dir / _NAME, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:  # never used, or not ours to look at: acquire will say so
        return None
    try:
        return None if _lock(fd, 0) else _read(data_dir)
    finally:
        os.close(fd)


def _lock(fd: int, wait_s: float) -> bool:
    give_up = time.monotonic() + wait_s
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= give_up:
                return False
            time.sleep(_POLL_S)


def _read(data_dir: Path) -> dict[str, Any]:
    try:
        record = json.loads((data_dir / _NAME).read_bytes())
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _sentence(data_dir: Path, record: dict[str, Any]) -> str:
    who = f"process {record['pid']}" if "pid" in record else "another process"
    if record.get("address"):
        who += f", which serves {record['address']}"
    return (
        f"The data directory '{data_dir}' is held by {who}; embedded data belongs to one process at a time. "
        "Stop that process, or choose another directory with RAGPROXY_DATA_DIR"
    )


def _close_in_children(lock: DataLock) -> None:
    """Closing a child's copy frees nothing while ours is open; a weak reference, since hooks stay for ever."""
    reference = weakref.ref(lock)

    def forget() -> None:
        if (held := reference()) is not None:
            held.release()

    os.register_at_fork(after_in_child=forget)
