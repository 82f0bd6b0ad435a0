"""Blobs in a folder."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO

from ragproxy.disk import UPLOAD_RESERVE, check_room, room
from ragproxy.offload import offload
from ragproxy.state.digests import DIGEST, UNSOUND, Readable, age_s, copy, kept_here, place

_REMEMBERED = 1_000  # bytes that may be taken back, the latest


class Folder:
    """Blobs in a folder: `ab/abcdef...`, written under another name, made durable, then renamed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / "incoming"
        self._new: OrderedDict[str, int] = OrderedDict()  # what was put by us and not there before, and when
        self._guard = threading.Lock()

    def put(self, stream: Readable, limit: int) -> tuple[str, int]:
        """As `Blobs.put`."""
        with room():
            check_room(self._root, UPLOAD_RESERVE)
            self._incoming.mkdir(parents=True, exist_ok=True)
            begun = self._incoming / secrets.token_hex(16)
            try:
                with open(begun, "xb") as file:
                    sha256, size = copy(_WhileThereIsRoom(stream, self._root), file, limit)
                    file.flush()
                    offload(os.fsync, file.fileno())
                self._keep(begun, sha256)
            except BaseException:
                offload(begun.unlink, missing_ok=True)
                raise
        return sha256, size

    def take_back(self, sha256: str) -> None:
        """As `Blobs.take_back`."""
        with self._guard:
            put_ns = self._new.pop(sha256, None)
        offload(self._untouched_deleted, self._path(sha256), put_ns)

    def open(self, sha256: str) -> BinaryIO:
        """As `Blobs.open`."""
        with kept_here(sha256):
            return open(self._path(sha256), "rb")

    def size(self, sha256: str) -> int:
        """As `Blobs.size`."""
        with kept_here(sha256):
            return self._path(sha256).stat().st_size

    def missing(self, sha256s: Collection[str]) -> set[str]:
        """As `Blobs.missing`."""
        return {sha256 for sha256 in sha256s if not self._path(sha256).is_file()}

    def delete(self, sha256: str, older_than_s: float = 0) -> bool:
        """As `Blobs.delete`."""
        return offload(self._deleted, self._path(sha256), older_than_s)

    def set_aside(self, sha256: str) -> None:
        """As `Blobs.set_aside`."""
        (self._root / UNSOUND).mkdir(exist_ok=True)
        with kept_here(sha256), self._turn():
            os.replace(self._path(sha256), self._root / UNSOUND / sha256)

    def all(self, older_than_s: float = 0) -> Iterator[str]:
        """As `Blobs.all`."""
        for path in self._root.glob("[0-9a-f][0-9a-f]/*"):
            with contextlib.suppress(FileNotFoundError):
                if DIGEST.fullmatch(path.name) and age_s(path.stat().st_mtime) >= older_than_s:
                    yield path.name

    def tidy(self, older_than_s: float) -> None:
        """As `Blobs.tidy`."""
        for path in self._incoming.glob("*"):
            with contextlib.suppress(FileNotFoundError):
                if age_s(path.stat().st_mtime) >= older_than_s:
                    offload(path.unlink)

    def _deleted(self, path: Path, older_than_s: float) -> bool:
        """Whether it was; the file system takes a tenth of a second for a large one."""
        try:
            with self._turn():
                if age_s(path.stat().st_mtime) < older_than_s:
                    return False
                path.unlink()
        except FileNotFoundError:
            return False
        return True

    def _untouched_deleted(self, path: Path, put_ns: int | None) -> None:
        with contextlib.suppress(FileNotFoundError), self._turn():
            if path.stat().st_mtime_ns == put_ns:
                path.unlink()

    def _keep(self, begun: Path, sha256: str) -> None:
        path = self._path(sha256)
        path.parent.mkdir(exist_ok=True)
        self._remember(sha256, offload(self._moved, begun, path))
        for folder in (path.parent, self._root):  # the names are on the disk as well
            _sync(folder)

    def _moved(self, begun: Path, path: Path) -> int | None:
        """Its time when it is new; None when it was there already, and has only been touched."""
        with self._turn():  # a sweep does not delete it between our look and our touch
            if path.exists():
                now_ns = max(time.time_ns(), path.stat().st_mtime_ns + 1)  # another time than before, for `take_back`
                os.utime(path, ns=(now_ns, now_ns))
                begun.unlink()
                return None
            os.replace(begun, path)
            return path.stat().st_mtime_ns

    def _remember(self, sha256: str, put_ns: int | None) -> None:
        with self._guard:
            self._new.pop(sha256, None)
            if put_ns is not None:
                self._new[sha256] = put_ns
            while len(self._new) > _REMEMBERED:
                self._new.popitem(last=False)

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        fd = os.open(self._root / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield
        finally:
            os.close(fd)

    def _path(self, sha256: str) -> Path:
        return self._root / place(sha256)


class _WhileThereIsRoom:
    """A stream that is read no further than the disk should be filled."""

    def __init__(self, stream: Readable, folder: Path) -> None:
        self._stream = stream
        self._folder = folder

    def read(self, size: int, /) -> bytes:
        check_room(self._folder, UPLOAD_RESERVE)
        return self._stream.read(size)


def _sync(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        offload(os.fsync, fd)
    finally:
        os.close(fd)
