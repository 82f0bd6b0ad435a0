"""Blobs in a bucket, through fsspec."""

from __future__ import annotations

import contextlib
import tempfile
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any, BinaryIO

from ragproxy.disk import room
from ragproxy.errors import RagproxyError, StateUnavailable
from ragproxy.state.digests import BLOCK, DIGEST, UNSOUND, Readable, age_s, copy, kept_here, place

_YOUNG_S = 600  # a bucket's blob is not sent again while it is younger: no sweep looks at it
_FEW = 8  # digests of one first digit that are asked for one by one: a page of the list has 1,000


class Bucket:
    """Blobs in a bucket: an object appears whole or not at all. Keys and endpoint come from the AWS_ variables."""

    def __init__(self, url: str) -> None:
        self._root = url.partition("://")[2].rstrip("/")

    def put(self, stream: Readable, limit: int) -> tuple[str, int]:
        """As `Blobs.put`. The bytes wait on the disk until their name is known."""
        with room(), tempfile.NamedTemporaryFile(prefix="ragproxy-") as file:
            sha256, size = copy(stream, file, limit)
            file.flush()
            with self._answering():
                if not self._is_young(sha256):
                    # not open(..., "wb"): that one keeps what there is when it breaks off
                    self._bucket.put_file(file.name, self._path(sha256))
        return sha256, size

    def take_back(self, sha256: str) -> None:
        """Nothing: another process may just have found them there, and not sent them again. A sweep deletes them."""

    def open(self, sha256: str) -> BinaryIO:
        """As `Blobs.open`; parts are fetched as they are read, and a read may fail with an OSError."""
        with self._answering(), kept_here(sha256):
            return self._bucket.open(self._path(sha256), "rb", cache_type="readahead", block_size=BLOCK)

    def size(self, sha256: str) -> int:
        """As `Blobs.size`."""
        with self._answering(), kept_here(sha256):
            return int(self._bucket.info(self._path(sha256))["size"])

    def missing(self, sha256s: Collection[str]) -> set[str]:
        """As `Blobs.missing`; asked one by one while they are few, or else listed as in `all`."""
        by_digit: dict[str, set[str]] = defaultdict(set)
        for sha256 in sha256s:
            by_digit[sha256[:1]].add(sha256)
        absent: set[str] = set()
        with self._answering():
            for digit, wanted in by_digit.items():
                if len(wanted) <= _FEW:
                    absent.update(sha256 for sha256 in wanted if not self._bucket.exists(self._path(sha256)))
                else:
                    found = self._bucket.find(self._root, prefix=digit)
                    absent |= wanted - {path.rpartition("/")[2] for path in found}
        return absent

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

    def set_aside(self, sha256: str) -> None:
        """As `Blobs.set_aside`."""
        with self._answering(), kept_here(sha256):
            self._bucket.mv(self._path(sha256), f"{self._root}/{UNSOUND}/{sha256}")

    def all(self, older_than_s: float = 0) -> Iterator[str]:
        """As `Blobs.all`; listed by the first digit, so that memory holds one part in 16."""
        for digit in "0123456789abcdef":
            with self._answering():
                found = self._bucket.find(self._root, prefix=digit, detail=True)
            for path, about in found.items():
                name = path.rpartition("/")[2]
                if DIGEST.fullmatch(name) and age_s(about["LastModified"].timestamp()) >= older_than_s:
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
        return age_s(self._bucket.info(path)["LastModified"].timestamp())

    def _path(self, sha256: str) -> str:
        return f"{self._root}/{place(sha256)}"

    @contextlib.contextmanager
    def _answering(self) -> Iterator[None]:
        from botocore.exceptions import BotoCoreError  # there when the driver is

        try:
            yield
        except RagproxyError:
            raise
        except (OSError, BotoCoreError) as err:
            raise StateUnavailable("The file storage does not answer; try again in a moment") from err
