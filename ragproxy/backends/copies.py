"""Copies of our files at upstreams, and of theirs with us."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing
from typing import Any, BinaryIO, Protocol

from ragproxy.backends.http import LARGEST_ANSWER
from ragproxy.backends.relay import Relay, Relayed
from ragproxy.backends.server import Server
from ragproxy.domain import Cancel, Errand, File, Outgoing, Purpose, RelayBody, RelayRequest, RemoteFile, Reported
from ragproxy.errors import NotFound, RagproxyError, StateUnavailable, UpstreamBroken, UpstreamRefused
from ragproxy.wire.fine_tuning import Envelope, path_of
from ragproxy.wire.json import loads_upstream

log = logging.getLogger(__name__)

PATIENCE_S = 10.0  # for the deletion of copies, which a client waits for and which need not succeed
_PIECE = 1 << 16  # bytes
_GONE = frozenset({404, 410})


class Readable(Protocol):
    """Where bytes come from."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, none at the end."""
        ...


class Library(Protocol):
    """What is known of our files."""

    def get(self, file_id: str, *, owner: str) -> File: ...


class Blobs(Protocol):
    """Their bytes."""

    def open(self, sha256: str) -> BinaryIO: ...


class Librarian(Protocol):
    """How new ones come, and go."""

    def take_in(self, stream: Readable, *, owner: str, filename: str, purpose: Purpose) -> File: ...

    def forget(self, file_id: str, *, owner: str) -> None: ...


class Copied(Protocol):
    """Which files an upstream has of ours."""

    def copy(self, file_id: str, upstream: str, *, owner: str) -> str | None: ...

    def copies(self, file_id: str, *, owner: str) -> list[RemoteFile]: ...

    def note_copy(self, copy: RemoteFile, *, owner: str) -> str: ...

    def copy_is_gone(self, copy: RemoteFile, *, owner: str) -> None: ...

    def local_ids(self, upstream: str, remote_ids: Collection[str], *, owner: str) -> Mapping[str, str]: ...


class Copies:
    """Keeps the copies; `named` is `Catalog.server`."""

    def __init__(
        self, library: Library, blobs: Blobs, librarian: Librarian, copied: Copied, named: Callable[[str], Server]
    ) -> None:
        self._library = library
        self._blobs = blobs
        self._librarian = librarian
        self._copied = copied
        self._named = named

    def at(self, server: Server, file_id: str, errand: Errand, *, param: str) -> str:
        """The id that the upstream has for the file, which is uploaded there if it is not. NotFound names `param`."""
        try:
            file = self._library.get(file_id, owner=errand.owner)
        except NotFound as err:
            raise NotFound(err.message, param=param, code=err.code) from err
        remote_id = self._copied.copy(file_id, server.name, owner=errand.owner)
        if remote_id is not None:
            if self._is_there(server, remote_id, errand):
                return remote_id
            self._copied.copy_is_gone(RemoteFile(file_id, server.name, remote_id), owner=errand.owner)
        remote_id = self._upload(server, file, errand)
        self._copied.note_copy(RemoteFile(file_id, server.name, remote_id), owner=errand.owner)
        return remote_id

    def ours(self, server: Server, remote_ids: Collection[str], errand: Errand) -> Mapping[str, str]:
        """The ids of our files, by the upstream's; those that we do not have are not in it."""
        return self._copied.local_ids(server.name, remote_ids, owner=errand.owner)

    def fetch(self, server: Server, remote_id: str, errand: Errand) -> str | None:
        """The id of our file of an upstream's, which is taken in for it; None, and a warning, when that fails."""
        try:
            about = ask(server, _request(errand, "GET", path_of("files", remote_id))).body
            filename = about.get("filename")
            request = _request(errand, "GET", path_of("files", remote_id, "content"), {"Accept": "*/*"})
            with closing(Relay.send_to(server, request)) as relayed:
                name = filename if isinstance(filename, str) and filename else remote_id
                stream = _Stream(relayed.pieces)
                file = self._librarian.take_in(stream, owner=errand.owner, filename=name, purpose="fine-tune-results")
        except RagproxyError as err:
            log.warning("a file of the upstream %s cannot be fetched: %s", server.name, err.message)
            return None
        id = self._copied.note_copy(RemoteFile(file.id, server.name, remote_id), owner=errand.owner)
        if id != file.id:  # somebody else was faster
            self._librarian.forget(file.id, owner=errand.owner)
        return id

    def forget(self, file_id: str, *, owner: str) -> None:
        """Delete every copy of the file, as far as it can be done now; a warning says what could not."""
        for copy in self._copied.copies(file_id, owner=owner):
            cancel = Cancel()
            timer = threading.Timer(PATIENCE_S, cancel.cancel)
            timer.daemon = True
            timer.start()
            try:
                request = _request(Errand(owner, {}, cancel), "DELETE", path_of("files", copy.remote_id))
                ask(self._named(copy.upstream), request)
            except RagproxyError as err:
                if not _is_gone(err):
                    log.warning("a copy of a file is left at the upstream %s: %s", copy.upstream, err.message)
                    continue
            finally:
                timer.cancel()
            self._copied.copy_is_gone(copy, owner=owner)

    def _is_there(self, server: Server, remote_id: str, errand: Errand) -> bool:
        try:
            ask(server, _request(errand, "GET", path_of("files", remote_id)))
        except UpstreamRefused as err:
            if _is_gone(err):
                return False
            raise
        return True

    def _upload(self, server: Server, file: File, errand: Errand) -> str:
        body = _Upload(file, self._blobs)
        answer = ask(server, _request(errand, "POST", "/files", body=body)).body
        return identified(answer)


def ask(server: Server, request: RelayRequest) -> Reported:
    """Pass a request on that is answered by a JSON object. Errors as of `Relay.send_to`, UpstreamBroken."""
    with closing(Relay.send_to(server, request)) as relayed:
        body = loads_upstream(_whole(relayed))
    if not isinstance(body, dict):
        raise UpstreamBroken("The upstream's answer is not a JSON object")
    headers = {name: value for name, value in relayed.headers.items() if not name.startswith("content-")}
    return Reported(body, headers)


def identified(answer: Mapping[str, Any]) -> str:
    """The `id` of what an upstream has made. UpstreamBroken when it gave none."""
    id = answer.get("id")
    if not isinstance(id, str) or not id:
        raise UpstreamBroken("The upstream did not say the id of what it made")
    return id


class _Upload:
    """A file on its way out, read from where it is kept."""

    model = None

    def __init__(self, file: File, blobs: Blobs) -> None:
        self._file = file
        self._blobs = blobs
        self._envelope = Envelope.of(file)
        self.media_type = self._envelope.media_type

    def naming(self, model: str | None) -> Outgoing:
        """As the port."""
        around = len(self._envelope.head) + len(self._envelope.tail)
        return Outgoing(self._pieces, around + self._file.size)

    def _pieces(self) -> Iterator[bytes]:
        yield self._envelope.head
        try:
            with self._blobs.open(self._file.sha256) as content:
                while piece := content.read(_PIECE):
                    yield piece
        except OSError as err:  # not the upstream's, for whom it would be taken
            raise StateUnavailable("The file storage does not answer; try again in a moment") from err
        yield self._envelope.tail


class _Stream:
    """Pieces as something to be read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = b""

    def read(self, size: int, /) -> bytes:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._left = piece
        data, self._left = self._left[:size], self._left[size:]
        return data


def _request(
    errand: Errand, method: str, path: str, headers: Mapping[str, str] | None = None, body: RelayBody | None = None
) -> RelayRequest:
    said = {"Accept": "application/json", **errand.headers, **(headers or {})}
    return RelayRequest("fine_tuning", path, method, body, said, cancel=errand.cancel)


def _whole(relayed: Relayed) -> bytes:
    body = bytearray()
    for piece in relayed.pieces:
        body += piece
        if len(body) > LARGEST_ANSWER:
            raise UpstreamBroken(f"The upstream answered with more than {LARGEST_ANSWER >> 20} MiB")
    return bytes(body)


def _is_gone(err: RagproxyError) -> bool:
    return isinstance(err, UpstreamRefused) and err.status in _GONE
