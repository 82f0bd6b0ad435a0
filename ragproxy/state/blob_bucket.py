"""Blobs in a bucket, through boto3."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
import threading
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any, BinaryIO

from ragproxy.disk import room
from ragproxy.errors import RagproxyError, StateUnavailable
from ragproxy.state.digests import BLOCK, DIGEST, UNSOUND, Readable, age_s, copy, kept_here, place

_YOUNG_S = 600  # a bucket's blob is not sent again while it is younger: no sweep looks at it
_FEW = 8  # digests of one first digit that are asked for one by one: a page of the list has 1,000
_TRIES = 3  # of a request, and of an answer that breaks off
_PART = 8 << 20  # bytes of a larger blob sent at once: signing a part keeps other greenlets waiting
_COPIED_PART = 256 << 20  # bytes of a larger blob that the store copies at once: in less time than a read may take


class Bucket:
    """Blobs in a bucket: an object appears whole or not at all. Keys and endpoint come from the AWS_ variables."""

    def __init__(self, url: str) -> None:
        self._name, _, prefix = url.partition("://")[2].rstrip("/").partition("/")
        self._prefix = f"{prefix}/" if prefix else ""
        self._made: tuple[int, Any] | None = None  # the process and its client
        self._guard = threading.Lock()

    def put(self, stream: Readable, limit: int) -> tuple[str, int]:
        """As `Blobs.put`. The bytes wait on the disk until their name is known."""
        with room(), tempfile.NamedTemporaryFile(prefix="ragproxy-") as file:
            sha256, size = copy(stream, file, limit)
            file.flush()
            with self._answering():
                if not self._is_young(sha256):
                    self._client.upload_file(file.name, self._name, self._key(sha256), Config=_in_parts(_PART))
        return sha256, size

    def take_back(self, sha256: str) -> None:
        """Nothing: another process may just have found them there, and not sent them again. A sweep deletes them."""

    def open(self, sha256: str) -> BinaryIO:
        """As `Blobs.open`; parts are fetched as they are read, and a read may fail with an OSError."""
        with self._answering(), kept_here(sha256):
            size = self._about(sha256)["ContentLength"]
            content = _Content(self._client, {"Bucket": self._name, "Key": self._key(sha256)}, size)
        # who reads a block has the next one fetched with it
        return io.BufferedReader(content, 2 * BLOCK)

    def size(self, sha256: str) -> int:
        """As `Blobs.size`."""
        with self._answering(), kept_here(sha256):
            return int(self._about(sha256)["ContentLength"])

    def missing(self, sha256s: Collection[str]) -> set[str]:
        """As `Blobs.missing`; asked one by one while they are few, or else listed as in `all`."""
        by_digit: dict[str, set[str]] = defaultdict(set)
        for sha256 in sha256s:
            by_digit[sha256[:1]].add(sha256)
        absent: set[str] = set()
        with self._answering():
            for digit, wanted in by_digit.items():
                if len(wanted) <= _FEW:
                    absent.update(sha256 for sha256 in wanted if not self._is_kept(sha256))
                else:
                    absent |= wanted.difference(sha256 for sha256, _ in self._listed(digit))
        return absent

    def delete(self, sha256: str, older_than_s: float = 0) -> bool:
        """As `Blobs.delete`; bytes that are put in the very moment between the look and the deletion are lost.

        So no one calls this but for bytes that nobody has had for an hour.
        """
        with self._answering():
            try:
                if self._age_s(sha256) < older_than_s:
                    return False
            except FileNotFoundError:
                return False
            self._client.delete_object(Bucket=self._name, Key=self._key(sha256))
        return True

    def set_aside(self, sha256: str) -> None:
        """As `Blobs.set_aside`."""
        with self._answering(), kept_here(sha256):
            self._about(sha256)
            source = {"Bucket": self._name, "Key": self._key(sha256)}
            aside = f"{self._prefix}{UNSOUND}/{sha256}"
            self._client.copy(source, self._name, aside, Config=_in_parts(_COPIED_PART))
            self._client.delete_object(**source)

    def all(self, older_than_s: float = 0) -> Iterator[str]:
        """As `Blobs.all`; memory holds one page of the list, of 1,000."""
        for digit in "0123456789abcdef":
            for sha256, modified in self._listed(digit):
                if age_s(modified) >= older_than_s:
                    yield sha256

    def tidy(self, older_than_s: float) -> None:
        """Nothing: what was begun is nowhere until it is whole."""

    @property
    def _client(self) -> Any:
        """The driver's client, made after any fork; one a process, for all its threads."""
        with self._guard:
            if self._made is None or self._made[0] != os.getpid():
                self._made = os.getpid(), _connect()
            return self._made[1]

    def _listed(self, digit: str) -> Iterator[tuple[str, float]]:
        """The blobs whose digests begin with the digit, and when they were put (epoch seconds)."""
        with self._answering():
            pages = self._client.get_paginator("list_objects_v2")
            left = iter(pages.paginate(Bucket=self._name, Prefix=f"{self._prefix}{digit}"))
        while True:
            with self._answering():
                page = next(left, None)
            if page is None:
                return
            for about in page.get("Contents", ()):
                sha256 = about["Key"].rpartition("/")[2]
                if DIGEST.fullmatch(sha256) and about["Key"] == self._key(sha256):
                    yield sha256, about["LastModified"].timestamp()

    def _about(self, sha256: str) -> Any:
        """What the store tells of a blob; FileNotFoundError."""
        from botocore.exceptions import ClientError

        try:
            return self._client.head_object(Bucket=self._name, Key=self._key(sha256))
        except ClientError as err:
            if err.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                raise FileNotFoundError(sha256) from err
            raise

    def _is_kept(self, sha256: str) -> bool:
        try:
            self._about(sha256)
        except FileNotFoundError:
            return False
        return True

    def _is_young(self, sha256: str) -> bool:
        try:
            return self._age_s(sha256) < _YOUNG_S
        except FileNotFoundError:
            return False

    def _age_s(self, sha256: str) -> float:
        return age_s(self._about(sha256)["LastModified"].timestamp())

    def _key(self, sha256: str) -> str:
        return self._prefix + place(sha256)

    @contextlib.contextmanager
    def _answering(self) -> Iterator[None]:
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            yield
        except RagproxyError:
            raise
        except (OSError, Boto3Error, BotoCoreError, ClientError) as err:
            raise StateUnavailable("The file storage does not answer; try again in a moment") from err


class _Content(io.RawIOBase):
    """The bytes of one object, of which each read fetches a range; OSError when it cannot."""

    def __init__(self, client: Any, where: dict[str, str], size: int) -> None:
        self._client = client
        self._where = where  # its bucket and key
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError(f"There is nothing at {start + offset}")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        data = self._next(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def readall(self) -> bytes:
        return self._next(self._size)

    def _next(self, size: int) -> bytes:
        """At most so many bytes, none at the end."""
        size = min(size, self._size - self._at)
        if size <= 0:
            return b""
        data = self._fetch(size)
        self._at += size
        return data

    def _fetch(self, size: int) -> bytes:
        from botocore.exceptions import BotoCoreError, ClientError
        from urllib3.exceptions import HTTPError  # of TLS in the middle of an answer: botocore lets it through

        broken: Exception | None = None
        for _ in range(_TRIES):  # botocore asks again when there is no answer, and not when one breaks off
            try:
                asked = f"bytes={self._at}-{self._at + size - 1}"
                answer = self._client.get_object(**self._where, Range=asked)["Body"]
            except (BotoCoreError, ClientError) as err:
                raise OSError("The file storage does not answer") from err
            try:
                with contextlib.closing(answer):
                    data: bytes = answer.read(size)
            except (BotoCoreError, HTTPError, OSError) as err:
                broken = err
                continue
            if len(data) == size:
                return data
        raise OSError("The file storage breaks off its answers") from broken


def _connect() -> Any:
    """A client of the store that the AWS_ variables name."""
    import boto3  # half a second and 20 MiB, for those who have no bucket too
    from botocore.config import Config

    config = Config(
        connect_timeout=5,
        read_timeout=60,
        retries={"mode": "standard", "total_max_attempts": _TRIES},
        max_pool_connections=64,
        # what botocore adds of its own many other stores refuse; a part is signed with its SHA-256 as well
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    try:
        return boto3.session.Session().client("s3", config=config)  # a session that nobody else changes
    except ValueError as err:  # for an endpoint that is no address
        raise StateUnavailable(f"The file storage cannot be asked: {err}") from err


def _in_parts(size: int) -> Any:
    """How larger blobs are sent or copied: one part after the other, in the thread that asks for it."""
    from boto3.s3.transfer import TransferConfig

    return TransferConfig(multipart_threshold=size, multipart_chunksize=size, use_threads=False)
