"""An OS lock on a file, for the processes of one machine that take turns at a folder; freed when its holder dies."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ragproxy.errors import Conflict

_PATIENCE_S = 600.0
_POLL_S = 0.02


@contextmanager
def alone_with(path: Path, what: str) -> Iterator[None]:
    """Hold the lock file, made if need be, inside the block. Conflict, naming `what`, after ten minutes of waiting."""
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + _PATIENCE_S
    with path.open("w") as file:
        while not _locked(file.fileno()):
            if time.monotonic() > deadline:
                raise Conflict(f"Another process has been writing to {what} for too long")
            time.sleep(_POLL_S)
        yield


def _locked(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
