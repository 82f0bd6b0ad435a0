"""The bytes of files, under their SHA-256: in a folder, or in a bucket (s3://) through fsspec.

The same bytes are kept once. Nobody deletes bytes for a row that goes: another row, or one about to be written, may
need them. A sweep deletes what no row refers to once it is older than any upload takes, and putting bytes that are
there already makes them young again.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import re
import secrets
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, BinaryIO, Protocol
from urllib.parse import unquote, urlsplit

from ragproxy.errors import BodyTooLarge, ConfigError, NotFound, RagproxyError, StateUnavailable, StorageFull

_BLOCK = 1 << 20  # bytes read and written at once
_YOUNG_S = 600  # a bucket's blob is not sent again while it is younger: no sweep looks at it
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DIGEST = re.compile("[0-9a-f]{64}")


class Readable(Protocol):
    """Where bytes come from."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, none at the end."""
        ...


class Blobs(Protocol):
    """Bytes by their SHA-256 in lower case hexadecimal. Safe to use from many threads and processes."""

    def put(self, stream: Readable, limit: int) -> tuple[str, int]:
        """Keep what can be read, and return its SHA-256 and size; when this returns, no crash loses it.

        BodyTooLarge above `limit` bytes, StorageFull; nothing is kept then, nor when reading fails.
        """
        ...

    def open(self, sha256: str) -> BinaryIO:
        """The bytes, to be read from any place. NotFound when they are not kept."""
        ...

    def size(self, sha256: str) -> int:
        """How many bytes. NotFound when they are not kept."""
        ...

    def delete(self, sha256: str, older_than_s: float = 0) -> bool:
        """Forget the bytes unless they were put within the last `older_than_s` seconds; whether it did."""
        ...

    def all(self, older_than_s: float = 0) -> Iterator[str]:
        """The digests of all that was put more than `older_than_s` seconds ago, in no order."""
        ...

    def tidy(self, older_than_s: float) -> None:
        """Remove what killed processes began to write more than `older_than_s` seconds ago."""
        ...


def open_blobs(url: str | Path) -> Blobs:
    """The blobs in a folder (a path or file://), or at s3://bucket/prefix; nothing is opened yet.

    ConfigError for an address we cannot use, and when the driver of the bucket is not installed.
    """
    parts = urlsplit(str(url))
    if parts.scheme in ("", "file"):
        return Folder(Path(unquote(parts.path) if parts.scheme else url))
    if parts.scheme != "s3" or not parts.netloc:
        raise ConfigError("RAGPROXY_FILES_URL: expected a folder or s3://bucket/prefix")
    if find_spec("s3fs") is None:
        raise ConfigError(
            "RAGPROXY_FILES_URL: s3:// needs its driver, which is not installed: pip install ragproxy[s3]"
        )
    return Bucket(str(url))


class Folder:
    """Blobs in a folder: `ab/abcdef...`, written under another name, made durable, then renamed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / "incoming"

    def put(self, stream: Readable, limit: int) -> tuple[str, int]:
        """As `Blobs.put`."""
        with _room():
            self._incoming.mkdir(parents=True, exist_ok=True)
            begun = self._incoming / secrets.token_hex(16)
            try:
                with open(begun, "xb") as file:
                    sha256, size = _copy(stream, file, limit)
                    file.flush()
                    os.fsync(file.fileno())
                self._keep(begun, sha256)
            except BaseException:
                begun.unlink(missing_ok=True)
                raise
        return sha256, size

    def open(self, sha256: str) -> BinaryIO:
        """As `Blobs.open`."""
        with _found(sha256):
            return open(self._path(sha256), "rb")

    def size(self, sha256: str) -> int:
        """As `Blobs.size`."""
        with _found(sha256):
            return self._path(sha256).stat().st_size

    def delete(self, sha256: str, older_than_s: float = 0) -> bool:
        """As `Blobs.delete`."""
        path = self._path(sha256)
        try:
            with self._turn():
                if _age_s(path.stat().st_mtime) < older_than_s:
                    return False
                path.unlink()
        except FileNotFoundError:
            return False
        return True

    def all(self, older_than_s: float = 0) -> Iterator[str]:
        """As `Blobs.all`."""
        for path in self._root.glob("[0-9a-f][0-9a-f]/*"):
            with contextlib.suppress(FileNotFoundError):
                if _DIGEST.fullmatch(path.name) and _age_s(path.stat().st_mtime) >= older_than_s:
                    yield path.name

    def tidy(self, older_than_s: float) -> None:
        """As `Blobs.tidy`."""
        for path in self._incoming.glob("*"):
            with contextlib.suppress(FileNotFoundError):
                if _age_s(path.stat().st_mtime) >= older_than_s:
                    path.unlink()

    def _keep(self, begun: Path, sha256: str) -> None:
        path = self._path(sha256)
        path.parent.mkdir(exist_ok=True)
        with self._turn():  # a sweep does not delete it between our look and our touch
            if path.exists():
                os.utime(path)
                begun.unlink()
            else:
                os.replace(begun, path)
        for folder in (path.parent, self._root):  # the names are on the disk as well
            _sync(folder)

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        fd = os.open(self._root / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield
        finally:
            os.close(fd)

    def _path(self, sha256: str) -> Path:
        return self._root / _place(sha256)


class Bucket:
    """Blobs in a bucket: an object appears whole or not at all. Keys and endpoint come from the AWS_ variables."""

    def __init__(self, url: str) -> None:
        self._root = url.partition("://")[2].rstrip("/")

    def put(self, stream: Readable, limit: int) -> tuple[str, int]:
        """As `Blobs.put`. The bytes wait on the disk until their name is known."""
        with _room(), tempfile.NamedTemporaryFile(prefix="ragproxy-") as file:
            sha256, size = _copy(stream, file, limit)
            file.flush()
            with self._answering():
                if not self._is_young(sha256):
                    # not open(..., "wb"): that one keeps what there is when it breaks off
                    self._bucket.put_file(file.name, self._path(sha256))
        return sha256, size

    def open(self, sha256: str) -> BinaryIO:
        """As `Blobs.open`; parts are fetched as they are read, and a read may fail with an OSError."""
        with self._answering(), _found(sha256):
            return self._bucket.open(self._path(sha256), "rb", cache_type="readahead", block_size=_BLOCK)

    def size(self, sha256: str) -> int:
        """As `Blobs.size`."""
        with self._answering(), _found(sha256):
            return int(self._bucket.info(self._path(sha256))["size"])

    def delete(self, sha256: str, older_than_s: float = 0) -> bool:
        """As `Blobs.delete`; bytes that are put in the very moment between the look and the deletion are lost.

        So no one calls this but for bytes that nobody has had for an hour.
        """
        path = self._path(sha256)
        with self._answering():
            try:
                if self._age_s(path) < older_than_s:
                    return False
                self._bucket.rm_file(path)
            except FileNotFoundError:
                return False
        return True

    def all(self, older_than_s: float = 0) -> Iterator[str]:
        """As `Blobs.all`; listed by the first digit, so that memory holds one part in 16."""
        for digit in "0123456789abcdef":
            with self._answering():
                found = self._bucket.find(self._root, prefix=digit, detail=True)
            for path, about in found.items():
                name = path.rpartition("/")[2]
                if _DIGEST.fullmatch(name) and _age_s(about["LastModified"].timestamp()) >= older_than_s:
                    yield name

    def tidy(self, older_than_s: float) -> None:
        """Nothing: what was begun is nowhere until it is whole."""

    @property
    def _bucket(self) -> Any:
        """The driver's client, made after any fork; it keeps one a process."""
        import fsspec  # a tenth of a second, for those who have no bucket too

        return fsspec.filesystem("s3", use_listings_cache=False)

    def _is_young(self, sha256: str) -> bool:
        try:
            return self._age_s(self._path(sha256)) < _YOUNG_S
        except FileNotFoundError:
            return False

    def _age_s(self, path: str) -> float:
        return _age_s(self._bucket.info(path)["LastModified"].timestamp())

    def _path(self, sha256: str) -> str:
        return f"{self._root}/{_place(sha256)}"

    @contextlib.contextmanager
    def _answering(self) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError  # there when the driver is

        try:
            yield
        except RagproxyError:
            raise
        except (OSError, BotoCoreError) as err:
            raise StateUnavailable("The file storage does not answer; try again in a moment") from err


def _copy(stream: Readable, file: IO[bytes], limit: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while block := stream.read(_BLOCK):
        size += len(block)
        if size > limit:
            raise BodyTooLarge(f"The file is larger than {limit / 1024 / 1024:,.0f} MiB")
        digest.update(block)
        file.write(block)
    return digest.hexdigest(), size


def _place(sha256: str) -> str:
    if not _DIGEST.fullmatch(sha256):
        raise NotFound("These bytes are not kept here", code="file_content_not_found")
    return f"{sha256[:2]}/{sha256}"


def _age_s(modified: float) -> float:
    return max(time.time() - modified, 0.0)  # the bucket's clock is not ours


def _sync(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


@contextlib.contextmanager
def _found(sha256: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as err:
        raise NotFound("The bytes of this file are not kept here", code="file_content_not_found") from err


@contextlib.contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as err:
        if err.errno in _FULL:
            raise StorageFull("There is no room left to keep the file; nothing was kept") from err
        raise
