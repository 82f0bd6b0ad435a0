"""FILES IN AND OUT: what takes more than one step between a client's bytes and a row of the library."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import BinaryIO, Protocol

from ragproxy.domain import Chunking, Doorbell, File, Part, Purpose, Store, Upload
from ragproxy.errors import BodyTooLarge, Conflict, InvalidRequest, RagproxyError, StateUnavailable
from ragproxy.state import Blobs, State, new_id

PART_LIMIT = 64 << 20  # bytes; OpenAI's


class Readable(Protocol):
    """Where bytes come from."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, none at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes that are kept already, before any row says so."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Limit:
    """The most bytes that are taken, and what is said of more."""

    size: int
    message: str


class Librarian:
    """Takes files in, whole or in parts, hands them to stores, and forgets them. Bytes first, rows after them."""

    def __init__(
        self,
        state: State,
        doorbell: Doorbell,
        *,
        file_limit_bytes: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._state = state
        self._doorbell = doorbell
        self.file_limit = Limit(
            file_limit_bytes,
            f"The file is larger than {file_limit_bytes >> 20} MiB; the setting is RAGPROXY_FILE_LIMIT_MB",
        )
        self.part_limit = self.file_limit
        if file_limit_bytes > PART_LIMIT:
            self.part_limit = Limit(PART_LIMIT, f"The part is larger than {PART_LIMIT >> 20} MiB; send smaller ones")
        self._clock = clock

    def keep(self, stream: Readable) -> Kept:
        """Keep the bytes of a file. BodyTooLarge above the limit, InvalidRequest for none, StorageFull."""
        return self._keep(stream, self.file_limit, "file")

    def keep_part(self, stream: Readable) -> Kept:
        """Keep the bytes of a part; errors as of `keep`."""
        return self._keep(stream, self.part_limit, "data")

    def drop(self, kept: Kept) -> None:
        """Forget bytes that were kept a moment ago, when no row will be; what others have kept too stays."""
        self._state.blobs.take_back(kept.sha256)

    def add(
        self,
        kept: Kept,
        *,
        owner: str,
        filename: str,
        purpose: Purpose,
        lifetime_s: int | None,
        groups: Sequence[str] = (),
    ) -> File:
        """Put a file of these bytes into the library; `lifetime_s` None is for ever."""
        file = replace(self._file(kept, owner, filename, purpose, lifetime_s), groups=tuple(groups))
        self._state.library.create(file)
        return file

    def take_in(self, stream: Readable, *, owner: str, filename: str, purpose: Purpose) -> File:
        """Put a file of what can be read into the library, for ever. Errors as of `keep`."""
        kept = self.keep(stream)
        with self._dropping(kept):
            return self.add(kept, owner=owner, filename=filename, purpose=purpose, lifetime_s=None)

    def move_in(self, stream: Readable, *, id: str, created: int, owner: str, filename: str, purpose: Purpose) -> File:
        """The same for a file that has its id and its age from elsewhere. Conflict when its owner has that id."""
        kept = self.keep(stream)
        with self._dropping(kept):
            made = self._file(kept, owner, filename, purpose, None)
            file = replace(made, id=id, created=created)
            self._state.library.create(file)
            return file

    def forget(self, file_id: str, *, owner: str) -> None:
        """Take the file out of the library and of every store. NotFound."""
        self._state.library.delete(file_id, owner=owner)
        self._doorbell.ring()

    def fill(self, store: Store, file_ids: Sequence[str], chunking: Chunking | None) -> Store:
        """Put its first files into a store that was just made; the store goes again when one is not there."""
        try:
            self._state.files.attach(store.id, file_ids, owner=store.owner, chunking=chunking)
        except RagproxyError:
            self._state.stores.delete(store.id)
            raise
        self._doorbell.ring()
        return self._state.stores.get(store.id, owner=store.owner)

    # ---- in parts ----

    def announce(
        self, *, owner: str, filename: str, purpose: Purpose, mime_type: str, size: int, lifetime_s: int | None
    ) -> Upload:
        """Begin an upload of `size` bytes. BodyTooLarge at once, rather than after all its parts."""
        if size > self.file_limit.size:
            raise BodyTooLarge(self.file_limit.message, param="bytes")
        return self._state.uploads.create(
            owner=owner,
            filename=filename,
            purpose=purpose,
            mime_type=mime_type,
            size=size,
            lifetime_s=lifetime_s,
        )

    def pending(self, upload_id: str, *, owner: str) -> Upload:
        """The owner's upload, if it still waits for parts. NotFound, Conflict."""
        upload = self._state.uploads.get(upload_id, owner=owner)
        if upload.status != "pending":
            raise Conflict(
                f"The upload '{upload.id}' is {upload.status}; create a new one", code=f"upload_{upload.status}"
            )
        return upload

    def add_part(self, upload: Upload, kept: Kept) -> Part:
        """Add a part whose bytes are kept.

        InvalidRequest when the parts would be more than was announced, NotFound and Conflict when the upload has come
        to an end meanwhile.
        """
        part_id = self._state.uploads.add_part(upload.id, kept.sha256, kept.size)
        return Part(part_id, upload.id, kept.sha256, kept.size, int(self._clock()))

    def complete(self, upload: Upload, part_ids: Sequence[str], md5: str | None) -> tuple[Upload, File]:
        """Make the file of the parts, in that order.

        InvalidRequest when a part is not the upload's, when the sizes do not add up to what was announced, or when
        `md5` (lower case hexadecimal) is another; the upload stays pending then. Conflict when it no longer is.
        """
        parts = self._ordered(upload, part_ids)
        kept = self._joined([part.sha256 for part in parts], md5)
        file = self._file(kept, upload.owner, upload.filename, upload.purpose, upload.lifetime_s)
        with self._dropping(kept):
            return self._state.uploads.complete(upload.id, file), file

    # ---- inside ----

    def _keep(self, stream: Readable, limit: Limit, param: str) -> Kept:
        try:
            kept = Kept(*self._state.blobs.put(stream, limit.size))
        except BodyTooLarge as err:
            raise BodyTooLarge(limit.message) from err
        if not kept.size:
            self.drop(kept)
            raise InvalidRequest("The file is empty", param=param, code="empty_file")
        return kept

    @contextmanager
    def _dropping(self, kept: Kept) -> Iterator[None]:
        """Drop the bytes when the block fails to make a row of them."""
        try:
            yield
        except StateUnavailable:  # the row may be there all the same
            raise
        except RagproxyError:
            self.drop(kept)
            raise

    def _file(self, kept: Kept, owner: str, filename: str, purpose: Purpose, lifetime_s: int | None) -> File:
        now = int(self._clock())
        return File(
            id=new_id("file-"),
            owner=owner,
            filename=filename,
            purpose=purpose,
            sha256=kept.sha256,
            size=kept.size,
            created=now,
            expires=None if lifetime_s is None else now + lifetime_s,
        )

    def _ordered(self, upload: Upload, part_ids: Sequence[str]) -> list[Part]:
        known = {part.id: part for part in self._state.uploads.parts(upload.id)}
        chosen: dict[str, Part] = {}
        for at, part_id in enumerate(part_ids):
            if part_id not in known:
                self.pending(upload.id, owner=upload.owner)  # when it has ended, its parts are no longer there
                raise InvalidRequest(f"The upload has no part '{part_id[:100]}'", param=f"part_ids[{at}]")
            if part_id in chosen:
                raise InvalidRequest(f"The part '{part_id}' is listed twice", param=f"part_ids[{at}]")
            chosen[part_id] = known[part_id]
        size = sum(part.size for part in chosen.values())
        if size != upload.size:
            raise InvalidRequest(
                f"The parts hold {size} bytes, but the upload was created for {upload.size}",
                param="part_ids",
                code="wrong_size",
            )
        return list(chosen.values())

    def _joined(self, sha256s: Sequence[str], md5: str | None) -> Kept:
        with ExitStack() as stack:
            joined = _Joined(self._state.blobs, sha256s, stack)
            kept = Kept(*self._state.blobs.put(joined, self.file_limit.size))
        if md5 is not None and joined.md5 != md5:
            self.drop(kept)
            raise InvalidRequest(
                "The file made of the parts has another MD5; check their order", param="md5", code="wrong_md5"
            )
        return kept


class _Joined:
    """The bytes of several blobs, one after the other, and their MD5; one is open at a time."""

    def __init__(self, blobs: Blobs, sha256s: Iterable[str], stack: ExitStack) -> None:
        self._blobs = blobs
        self._left = iter(sha256s)
        self._open: BinaryIO | None = None
        self._md5 = hashlib.md5(usedforsecurity=False)
        stack.callback(self._close)

    @property
    def md5(self) -> str:
        """Of what was read so far, in lower case hexadecimal."""
        return self._md5.hexdigest()

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, none at the end."""
        while self._open or self._next():
            assert self._open
            if data := self._open.read(size):
                self._md5.update(data)
                return data
            self._close()
        return b""

    def _next(self) -> bool:
        for sha256 in self._left:
            self._open = self._blobs.open(sha256)
            return True
        return False

    def _close(self) -> None:
        if self._open:
            self._open.close()
            self._open = None
