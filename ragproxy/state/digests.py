"""Bytes under their SHA-256: what a folder and a bucket of them have in common."""

from __future__ import annotations

import contextlib
import hashlib
import re
import time
from collections.abc import Iterator
from typing import IO, Protocol

from ragproxy.errors import BodyTooLarge, NotFound

BLOCK = 1 << 20  # bytes read and written at once
DIGEST = re.compile("[0-9a-f]{64}")
UNSOUND = "unsound"  # beginning with no hexadecimal digit, so that no list of blobs finds it


class Readable(Protocol):
    """Where bytes come from."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, none at the end."""
        ...


def copy(stream: Readable, file: IO[bytes], limit: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while block := stream.read(BLOCK):
        size += len(block)
        if size > limit:
            raise BodyTooLarge(f"The file is larger than {limit / 1024 / 1024:,.0f} MiB")
        digest.update(block)
        file.write(block)
    return digest.hexdigest(), size


def place(sha256: str) -> str:
    if not DIGEST.fullmatch(sha256):
        raise NotFound("These bytes are not kept here", code="file_content_not_found")
    return f"{sha256[:2]}/{sha256}"


def age_s(modified: float) -> float:
    return max(time.time() - modified, 0.0)  # the bucket's clock is not ours


@contextlib.contextmanager
def kept_here(sha256: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as err:
        raise NotFound("The bytes of this file are not kept here", code="file_content_not_found") from err
