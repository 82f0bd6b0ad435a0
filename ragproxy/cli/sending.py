"""What is here, for a server: a file, or what is new or has changed of a folder, goes there over HTTP."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

from ragproxy.cli.remote import Remote
from ragproxy.domain import FolderFile, FolderStatus, Known, Outcome, Store
from ragproxy.errors import BodyTooLarge, NotFound, UpstreamBroken
from ragproxy.wire.json import dumps

_STATUSES = frozenset(get_args(FolderStatus))
_BLOCK = 1 << 18  # bytes read at once
_ESCAPED = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})  # in a form's names, as browsers do
_INDEXED_S = 3600.0  # it answers when all is indexed, and an embedder may be slow


class RemoteFolders:
    """A `FolderIndex` of the stores behind `remote`. Its own limit may be lower than `file_limit_bytes`."""

    def __init__(self, remote: Remote, *, file_limit_bytes: int) -> None:
        self._remote = remote
        self.file_limit = file_limit_bytes

    def known(self, store: Store) -> dict[str, Known]:
        """As `FolderIndex.known`."""
        items = self._remote.pages(_path(store), limit=10_000)
        return {known.source: known for known in map(self._known, items)}

    def put(self, store: Store, files: Sequence[FolderFile]) -> Iterator[Outcome]:
        """As `FolderIndex.put`. Files that are too large for the server fail, each for itself."""
        try:
            answer = self._remote.post(_path(store), timeout_s=_INDEXED_S, **_form(files))
        except BodyTooLarge as err:
            if len(files) == 1:
                yield Outcome(Path(files[0].source), "failed", 0, err.message)
                return
            for file in files:
                yield from self.put(store, [file])
            return
        outcomes = answer.get("data")
        if not isinstance(outcomes, list) or len(outcomes) != len(files):
            raise self._nonsense()
        for file, outcome in zip(files, outcomes, strict=True):
            yield self._outcome(file, outcome)

    def remove(self, store: Store, files: Sequence[Known]) -> None:
        """As `FolderIndex.remove`; the server lets go of the text in the background."""
        for file in files:
            try:
                self._remote.delete(f"/v1/vector_stores/{store.id}/files/{file.file_id}")
            except NotFound:
                continue  # somebody else was faster

    def _known(self, item: Any) -> Known:
        try:
            return Known(str(item["source"]), str(item["id"]), item["sha256"], int(item["chunks"]))
        except (KeyError, TypeError, ValueError) as err:
            raise self._nonsense() from err

    def _outcome(self, file: FolderFile, item: Any) -> Outcome:
        try:
            if item["source"] != file.source or item["status"] not in _STATUSES:
                raise self._nonsense()
            return Outcome(Path(file.source), item["status"], int(item["chunks"]), item["reason"])
        except (KeyError, TypeError, ValueError) as err:
            raise self._nonsense() from err

    def _nonsense(self) -> UpstreamBroken:
        return UpstreamBroken(f"The server at {self._remote.url} is not of a version that takes folders")


def file_form(path: Path, purpose: str) -> dict[str, Any]:
    """A file to upload, as the options of `Remote.post`; it is read while it is sent."""
    boundary = secrets.token_hex(16)
    name = path.name.encode("utf-8", "replace").decode().translate(_ESCAPED)
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n{purpose}\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    )
    return {
        "data": _FromDisk(head.encode(), path, f"\r\n--{boundary}--\r\n".encode()),
        "headers": {"Content-Type": f"multipart/form-data; boundary={boundary}"},
    }


def find_store(remote: Remote, id_or_name: str) -> dict[str, Any]:
    """The server's store of that id, or else the oldest of that name. NotFound."""
    named = None
    for store in remote.pages("/v1/vector_stores", order="asc"):
        if store.get("id") == id_or_name:
            return store
        if named is None and store.get("name") == id_or_name:
            named = store
    if named is None:
        raise NotFound(f"There is no vector store '{id_or_name}'")
    return named


def find_or_create_store(remote: Remote, id_or_name: str) -> dict[str, Any]:
    """`find_store`, made when it is absent."""
    try:
        return find_store(remote, id_or_name)
    except NotFound:
        return remote.post("/v1/vector_stores", {"name": id_or_name})


def _path(store: Store) -> str:
    return f"/v1/vector_stores/{store.id}/folder_files"


class _Pieces:
    """A body that is sent piece by piece, and whose length is known before: the files are not copied together."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = pieces
        self._length = sum(map(len, pieces))

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._pieces)


class _FromDisk:
    """A file between two pieces, read anew by whoever sends it."""

    def __init__(self, head: bytes, path: Path, tail: bytes) -> None:
        self._head, self._path, self._tail = head, path, tail
        self._length = len(head) + path.stat().st_size + len(tail)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        yield self._head
        with self._path.open("rb") as file:
            while piece := file.read(_BLOCK):
                yield piece
        yield self._tail


def _form(files: Sequence[FolderFile]) -> dict[str, Any]:
    """The manifest and the files, as multipart/form-data."""
    boundary = secrets.token_hex(16)
    manifest = {"files": [{"source": file.source, "filename": file.filename} for file in files]}
    pieces = [_head(boundary, "manifest"), dumps(manifest), b"\r\n"]
    for file in files:
        pieces += [_head(boundary, "file"), file.data, b"\r\n"]
    pieces.append(f"--{boundary}--\r\n".encode())
    return {
        "data": _Pieces(pieces),
        "headers": {"Content-Type": f"multipart/form-data; boundary={boundary}"},
    }


def _head(boundary: str, name: str) -> bytes:
    filename = '; filename="file"' if name == "file" else ""
    return f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{filename}\r\n\r\n'.encode()
