"""The bytes of files, under their SHA-256: in a folder, or in a bucket (s3://) through boto3.

The same bytes are kept once. Nobody deletes bytes for a row that goes: another row, or one about to be written, may
need them. A sweep deletes what no row refers to once it is older than any upload takes, and putting bytes that are
there already makes them young again. Who has just put bytes that were not there, and then got no row, may take them
back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import unquote, urlsplit

from ragproxy.errors import ConfigError
from ragproxy.state.blob_bucket import Bucket
from ragproxy.state.blob_folder import Folder
from ragproxy.state.digests import Readable


class Blobs(Protocol):
    """Bytes by their SHA-256 in lower case hexadecimal. Safe to use from many threads and processes."""

    def put(self, stream: Readable, limit: int) -> tuple[str, int]:
        """Keep what can be read, and return its SHA-256 and size; when this returns, no crash loses it.

        BodyTooLarge above `limit` bytes, StorageFull while the disk has no more room than its databases may need;
        nothing is kept then, nor when reading fails.
        """
        ...

    def take_back(self, sha256: str) -> None:
        """Forget bytes that this process put a moment ago, if they were new and nobody has put them since."""
        ...

    def open(self, sha256: str) -> BinaryIO:
        """The bytes, to be read from any place. NotFound when they are not kept."""
        ...

    def size(self, sha256: str) -> int:
        """How many bytes. NotFound when they are not kept."""
        ...

    def missing(self, sha256s: Collection[str]) -> set[str]:
        """Those of the digests whose bytes are not kept."""
        ...

    def delete(self, sha256: str, older_than_s: float = 0) -> bool:
        """Forget the bytes unless they were put within the last `older_than_s` seconds; whether it did."""
        ...

    def set_aside(self, sha256: str) -> None:
        """Move bytes that are not what their name says to `unsound/`, so that they can be put again. NotFound."""
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
    if find_spec("boto3") is None:
        raise ConfigError(
            "RAGPROXY_FILES_URL: s3:// needs its driver, which is not installed: pip install ragproxy[s3]"
        )
    return Bucket(str(url))
