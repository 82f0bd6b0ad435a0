"""Chroma: the client and the life of its collections, one for each vector store, named by the store's id.

A collection remembers in its metadata who made its vectors (`embedder`, `dimension`) and whether it is `whole`. A
reindex fills `<store>.next`, then changes places with the old collection: <store> becomes <store>.old, <store>.next
becomes <store>, <store>.old is deleted. `recover` finishes or undoes what a crash left of that.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ragproxy.errors import RagproxyError, UnknownStore, UpstreamUnavailable
from ragproxy.offload import offload
from ragproxy.retrieval.collection import ChunkCollection, Vanished

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

_STORE_ID = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{1,500}[a-zA-Z0-9]")  # Chroma's rule, and safe as a folder's name
_PAGE = 1_000  # collections listed at once
_TIMEOUT_S = 60.0  # Chroma's own client waits for ever
_BEING_DELETED = re.compile(r"Missing \w+ segment")  # what a server says of a collection that is half gone
_PORTS = {"http": 8000, "https": 443}


class Dense:
    """The collections of a Chroma embedded in `path`, or of the server at `url`. Nothing is opened before first use."""

    def __init__(self, path: Path, url: str | None = None) -> None:
        self._path = path
        self._url = url
        self._lock = threading.Lock()
        self._opened: ClientAPI | None = None
        self._batch = 0

    def ping(self) -> None:
        """UpstreamUnavailable when Chroma does not answer."""
        self._call(self._client().heartbeat)

    def close(self) -> None:
        """Let go of Chroma; the next call opens it again."""
        with self._lock:
            client, self._opened = self._opened, None
        if client is not None:
            offload(client.close)  # type: ignore[attr-defined]  # only the interface lacks it

    def stores(self, limit: int) -> list[str]:
        """The ids of at most `limit` stores that have a collection."""
        names = [collection.name for collection in self._call(self._client().list_collections, limit=limit)]
        return [name for name in names if _STORE_ID.fullmatch(name)]

    def names(self) -> Iterator[str]:
        """The names of all collections, unfinished and replaced ones and other programs' included."""
        offset = 0
        while page := self._call(self._client().list_collections, limit=_PAGE, offset=offset):
            yield from (collection.name for collection in page)
            offset += len(page)

    def exists(self, name: str) -> bool:
        """Whether there is a collection of that very name."""
        return self._find(name) is not None

    def find(self, store_id: str) -> ChunkCollection | None:
        """The store's collection, None when nothing was ever added."""
        return self._find(checked(store_id))

    def present(self, store_id: str) -> ChunkCollection | None:
        """The collection that answers for the store, were a reindex just changing names; None when there is none."""
        # once more at the end: between two looks the name may have passed from one to the other
        return self.find(store_id) or self.heir(store_id) or self.find(store_id)

    def heir(self, store_id: str) -> ChunkCollection | None:
        """What `recover` would put in the place of a collection that a reindex was about to replace when it died."""
        _, following, old = _names(store_id)
        heir = self._find(following)
        return heir if heir is not None and heir.whole else self._find(old)

    def create(self, store_id: str, embedder: str, dimension: int) -> ChunkCollection:
        """The store's collection, made if need be; somebody may have made it with another embedder meanwhile."""
        return self._make(checked(store_id), embedder, dimension, whole=True)

    def drop(self, store_id: str) -> None:
        """Delete the store's collection and all leftovers; no error when there are none."""
        for name in _names(store_id):
            self._delete(name)

    def recover(self, store_id: str) -> None:
        """After a crash in a reindex: the store's name leads to a whole collection again, leftovers go.

        On a server, an unfinished `.next` stays: another machine may be filling it, and the next reindex replaces it.
        """
        name, following, old = _names(store_id)
        if self._find(name) is None:
            heir = self.heir(store_id)
            if heir is None:
                return
            self._rename(heir, name)
        if self._url is None:
            self._delete(following)
            self._delete(old)

    def begin(self, store_id: str, embedder: str, dimension: int) -> ChunkCollection:
        """An empty collection to reindex the store into; `swap` puts it in the old one's place."""
        following = _names(store_id)[1]
        self._delete(following)
        return self._make(following, embedder, dimension, whole=False)

    def swap(self, store_id: str, fresh: ChunkCollection) -> None:
        """Make `fresh` the store's collection; the old one goes on serving those who hold it, until `sweep`."""
        self.retire(store_id)
        self.install(store_id, fresh)

    def retire(self, store_id: str) -> None:
        """Take the store's name from its collection, for `install` to give to another, or `recover` to give back."""
        name, _, old = _names(store_id)
        current = self._find(name)
        if current is not None:
            self._delete(old)
            self._rename(current, old)

    def install(self, store_id: str, fresh: ChunkCollection) -> None:
        """Give the store's name, which nobody has now, to the collection that `begin` made."""
        self._call(fresh.raw.modify, metadata={**fresh.raw.metadata, "whole": True})
        self._rename(fresh, _names(store_id)[0])

    def sweep(self, store_id: str) -> None:
        """Delete what `swap` replaced."""
        self._delete(_names(store_id)[2])

    def sweep_all(self, store_id: str) -> None:
        """`recover`, and delete what any reindex left. Only when no machine is at one."""
        self.recover(store_id)
        for name in _names(store_id)[1:]:
            self._delete(name)

    # ---- Chroma ----

    def _find(self, name: str) -> ChunkCollection | None:
        try:
            raw = self._call(self._client().get_collection, name, embedding_function=None)
        except Vanished:
            return None
        return ChunkCollection(raw, self._call, self._batch)

    def _make(self, name: str, embedder: str, dimension: int, *, whole: bool) -> ChunkCollection:
        raw = self._call(
            self._client().get_or_create_collection,
            name,
            embedding_function=None,  # Chroma's default would download a model
            configuration={"hnsw": {"space": "cosine"}},
            metadata={"embedder": embedder, "dimension": dimension, "whole": whole},
        )
        return ChunkCollection(raw, self._call, self._batch)

    def _rename(self, collection: ChunkCollection, name: str) -> None:
        self._call(collection.raw.modify, name=name)

    def _delete(self, name: str) -> None:
        with suppress(Vanished):
            self._call(self._client().delete_collection, name)

    def _client(self) -> ClientAPI:
        client = self._opened
        if client is None:
            with self._lock:
                client = self._opened
                if client is None:
                    client = self._call(self._open)
                    self._batch = self._call(client.get_max_batch_size)
                    self._opened = client
        return client

    def _open(self) -> ClientAPI:
        import chromadb
        from chromadb.config import Settings

        settings = Settings(anonymized_telemetry=False)
        if self._url is None:
            self._path.mkdir(parents=True, exist_ok=True)
            return chromadb.PersistentClient(str(self._path), settings=settings)
        address = urlsplit(self._url)
        try:
            client = chromadb.HttpClient(
                host=address.hostname or "",
                port=address.port or _PORTS[address.scheme],
                ssl=address.scheme == "https",
                settings=settings,
            )
        except ValueError as err:  # how its constructor says that nobody answers
            raise self._unavailable(err) from err
        session = getattr(getattr(client, "_server", None), "_session", None)
        if session is not None:
            session.timeout = _TIMEOUT_S
        return client

    def _call(self, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run a method of Chroma's. Vanished when the collection is gone, UpstreamUnavailable when Chroma is."""
        try:
            if self._url is None:
                return offload(method, *args, **kwargs)
            return method(*args, **kwargs)  # a socket: gevent knows how to wait for it
        except RagproxyError:
            raise
        except Exception as err:
            known = self._explained(err)
            if known is None:
                raise
            raise known from err

    def _explained(self, err: Exception) -> Exception | None:
        import httpx
        from chromadb.errors import ChromaError, InvalidArgumentError, NotFoundError

        if isinstance(err, NotFoundError) or _BEING_DELETED.search(str(err)):
            return Vanished(str(err))
        if isinstance(err, InvalidArgumentError):
            return None  # our mistake
        # its client raises a bare Exception for a 5xx that is not in Chroma's own words
        if isinstance(err, (ChromaError, httpx.HTTPError)) or (self._url and type(err) is Exception):
            return self._unavailable(err)
        return None

    def _unavailable(self, err: Exception) -> UpstreamUnavailable:
        reason = (str(err) or type(err).__name__).splitlines()[0][:200]
        if self._url is None:
            return UpstreamUnavailable(f"The embedded Chroma failed: {reason}")
        address = urlsplit(self._url)
        where = f"{address.hostname}:{address.port or _PORTS[address.scheme]}"  # without a password
        return UpstreamUnavailable(f"The Chroma server at {where} does not answer (CHROMA_URL): {reason}")


def checked(store_id: str) -> str:
    """The id itself, or UnknownStore when no store could have it: ids become names in Chroma and of folders."""
    if not _STORE_ID.fullmatch(store_id):
        raise UnknownStore(f"There is no vector store '{store_id[:64]}'")
    return store_id


def _names(store_id: str) -> tuple[str, str, str]:
    """The store's collection, the one being built, the one replaced. A store's id has no dot, so none can clash."""
    name = checked(store_id)
    return name, f"{name}.next", f"{name}.old"
