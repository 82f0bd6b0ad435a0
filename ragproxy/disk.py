"""The data directory's place on the disk: who may look into it, and why some room is always left.

Chroma's embedded database that meets a full disk in the middle of a write keeps its lock, and waits for it for 1,000
seconds with the interpreter's own lock in hand: the whole process stands still. And deleting, too, needs room to write.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ragproxy.errors import StorageFull

UPLOAD_RESERVE = 64 << 20  # bytes that files leave free
INDEX_RESERVE = 32 << 20  # bytes that indexing leaves free: what was taken in can still be indexed when uploads stop
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_WORDS = ("no space left", "disk is full", "disk quota exceeded")  # of libraries that have no code for it


def data_folder(path: Path) -> None:
    """Make the folder where people's documents will be, for its owner alone; one that is there stays as it is."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def check_room(folder: Path, reserve: int) -> None:
    """StorageFull when fewer than `reserve` bytes are free where the folder is, or will be."""
    place = folder.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    if shutil.disk_usage(place).free < reserve:
        raise StorageFull(
            f"Less than {reserve >> 20:,} MiB are free on the server's disk, and they are kept for its databases: "
            "delete files, or give it a larger disk"
        )


def is_full(error: BaseException | None) -> bool:
    """Whether a full disk is behind the error, or behind one that it was raised from."""
    while error is not None:
        if isinstance(error, StorageFull) or (isinstance(error, OSError) and error.errno in _FULL):
            return True
        if any(words in str(error).lower() for words in _WORDS):
            return True
        error = error.__cause__
    return False


@contextmanager
def room() -> Iterator[None]:
    """A full disk as StorageFull, in place of the error of whoever met it."""
    try:
        yield
    except StorageFull:
        raise
    except Exception as err:
        if is_full(err):
            raise StorageFull("There is no room left on the server's disk; nothing was kept") from err
        raise
