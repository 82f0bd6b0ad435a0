"""Files of the vector stores: what was indexed, from where, with which attributes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from ragproxy.domain import StoredFile
from ragproxy.errors import NotFound, UnknownStore
from ragproxy.state.db import Database, checked_text, storable
from ragproxy.state.stores import bump, forgetting
from ragproxy.state.tables import files, store_files, stores

Attributes = Mapping[str, Mapping[str, Any]]  # of every file of a store, by file id

_CACHED_STORES = 128
_BATCH = 500  # ids a statement: SQLite takes at least 999 parameters
_COLUMNS = (store_files, files.c.filename, files.c.size)
_JOINED = store_files.join(files, sa.and_(files.c.owner == store_files.c.owner, files.c.id == store_files.c.file_id))


class Files:
    """The files of every store. Each change raises the store's version in the same transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cache: OrderedDict[str, tuple[int, Attributes]] = OrderedDict()
        self._lock = threading.Lock()

    def save(self, *several: StoredFile) -> None:
        """Insert or replace what the store knows of the files, all or none of them.

        UnknownStore when a store is not the file's owner's, InvalidRequest for texts that cannot be stored.
        """
        for file in several:
            for param in ("id", "filename", "source"):
                checked_text(getattr(file, param) or "", param=param)
        with self._database.writing() as connection:
            # in one order, so that two who save files of the same stores wait for each other and never in a circle
            store_ids = sorted({file.store_id for file in several})
            for store_id in store_ids:
                bump(connection, store_id)
            _check_owners(connection, store_ids, several)
            for file in sorted(several, key=lambda file: (file.owner, file.id)):
                self._database.upsert(connection, files, _file_row(file))
                self._database.upsert(connection, store_files, _store_row(file))

    def of_store(self, store_id: str) -> list[StoredFile]:
        """Every file of the store, by file name."""
        return self._select(store_files.c.store_id == store_id, texts=(store_id,))

    def by_source(self, store_id: str, source: str) -> StoredFile | None:
        """The file of the store that was read from `source`."""
        where = sa.and_(store_files.c.source == source, store_files.c.store_id == store_id)
        return next(iter(self._select(where, texts=(store_id, source))), None)

    def get(self, store_id: str, file_id: str) -> StoredFile:
        """One file of the store. NotFound when the store does not hold it."""
        where = sa.and_(store_files.c.store_id == store_id, store_files.c.file_id == file_id)
        for file in self._select(where, texts=(store_id, file_id)):
            return file
        raise NotFound("The vector store holds no such file")

    def delete(self, store_id: str, file_ids: Collection[str]) -> None:
        """Take the files out of the store, and forget those that no other store holds; unknown ids are no error."""
        wanted = [file_id for file_id in file_ids if storable(file_id)]
        if not wanted:
            return
        with self._database.writing() as connection:
            try:
                bump(connection, store_id)
            except UnknownStore:  # it went meanwhile, and its files with it
                return
            with forgetting(connection, wanted):
                for start in range(0, len(wanted), _BATCH):
                    batch = wanted[start : start + _BATCH]
                    in_store = sa.and_(store_files.c.store_id == store_id, store_files.c.file_id.in_(batch))
                    connection.execute(sa.delete(store_files).where(in_store))

    def attributes(self, store_id: str) -> Attributes:
        """The attributes of every file of the store, by file id, read-only; empty for an unknown store.

        Read again only when the store's version has moved, whoever moved it.
        """
        if not storable(store_id):
            return {}
        with self._database.reading() as connection:
            version = connection.scalar(sa.select(stores.c.version).where(stores.c.id == store_id))
            if version is None:
                return {}
            cached = self._cached(store_id, version)
            if cached is not None:
                return cached
            # read after the version: at worst newer than it, and then read once more at the next
            query = sa.select(store_files.c.file_id, store_files.c.attributes).where(store_files.c.store_id == store_id)
            found = {row.file_id: MappingProxyType(row.attributes) for row in connection.execute(query)}
        return self._keep(store_id, version, MappingProxyType(found))

    def _cached(self, store_id: str, version: int) -> Attributes | None:
        with self._lock:
            known = self._cache.get(store_id)
            if known is None or known[0] != version:
                return None
            self._cache.move_to_end(store_id)
            return known[1]

    def _keep(self, store_id: str, version: int, attributes: Attributes) -> Attributes:
        with self._lock:
            self._cache[store_id] = (version, attributes)
            self._cache.move_to_end(store_id)
            while len(self._cache) > _CACHED_STORES:
                self._cache.popitem(last=False)
        return attributes

    def _select(self, where: sa.ColumnElement[bool], *, texts: tuple[str, ...]) -> list[StoredFile]:
        if not all(storable(text) for text in texts):
            return []
        query = (
            sa.select(*_COLUMNS)
            .select_from(_JOINED)
            .where(where)
            .order_by(files.c.filename, store_files.c.source, store_files.c.file_id)
        )
        with self._database.reading() as connection:
            return [_stored_file(row) for row in connection.execute(query)]


def _check_owners(connection: sa.Connection, store_ids: Sequence[str], several: Sequence[StoredFile]) -> None:
    rows = connection.execute(sa.select(stores.c.id, stores.c.owner).where(stores.c.id.in_(store_ids)))
    owners = {row.id: row.owner for row in rows}
    for file in several:
        if owners[file.store_id] != file.owner:
            raise UnknownStore(f"There is no vector store '{file.store_id}'")


def _file_row(file: StoredFile) -> dict[str, Any]:
    return {
        "owner": file.owner,
        "id": file.id,
        "filename": file.filename,
        "sha256": file.sha256,
        "size": file.size,
        "created": file.created,
    }


def _store_row(file: StoredFile) -> dict[str, Any]:
    return {
        "store_id": file.store_id,
        "file_id": file.id,
        "owner": file.owner,
        "source": file.source,
        "sha256": file.sha256,
        "chunks": file.chunks,
        "attributes": dict(file.attributes),
        "created": file.created,
    }


def _stored_file(row: sa.Row) -> StoredFile:
    return StoredFile(
        id=row.file_id,
        store_id=row.store_id,
        owner=row.owner,
        filename=row.filename,
        source=row.source,
        sha256=row.sha256,
        size=row.size,
        chunks=row.chunks,
        attributes=row.attributes,
        created=row.created,
    )
