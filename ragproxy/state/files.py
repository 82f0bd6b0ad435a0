"""Files of the vector stores: what was indexed, from where, with which attributes, and what is still to be."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from ragproxy.domain import Attachment, Caller, Chunking, Cursor, FileStatus, Page, StoredFile
from ragproxy.errors import UnknownStore
from ragproxy.state.attaching import attach, cancel, list_of, mark_removing, missing_file, of_ids
from ragproxy.state.changes import note
from ragproxy.state.db import Database, batches_of, checked_text, storable
from ragproxy.state.leases import Leases
from ragproxy.state.paging import Listing, leave_bookmarks
from ragproxy.state.rights import hidden_files, open_within, readable_stores
from ragproxy.state.rows import SELECT, SHOWN, file_row, locked, store_row, stored_file
from ragproxy.state.stores import bump, forgetting, has_expired
from ragproxy.state.tables import batches, files, store_files, stores

Attributes = Mapping[str, Mapping[str, Any]]  # of every file of a store, by file id

_CACHED_STORES = 128


class Files(Leases):
    """The files of every store. Each change of what is indexed raises the store's version in the same transaction."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(database, clock=clock)
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
                version = bump(connection, store_id)
                changed = [file.id for file in several if file.store_id == store_id]
                note(self._database, connection, store_id, version, changed, self._clock())
            _check_owners(connection, store_ids, several)
            by_id = sorted(several, key=lambda file: (file.owner, file.id))
            self._database.upsert(connection, files, *map(file_row, by_id))
            by_key = sorted(several, key=lambda file: (file.store_id, file.id))
            self._database.upsert(connection, store_files, *map(store_row, by_key))

    def attach(
        self,
        store_id: str,
        file_ids: Sequence[str],
        *,
        owner: str,
        attributes: Mapping[str, Any] | None = None,
        chunking: Chunking | None = None,
        batch_id: str | None = None,
    ) -> Sequence[StoredFile]:
        """`attach_all` with the same attributes and chunking for every file."""
        attachments = [Attachment(file_id, attributes or {}, chunking) for file_id in file_ids]
        return self.attach_all(store_id, attachments, owner=owner, batch_id=batch_id)

    def attach_all(
        self, store_id: str, attachments: Sequence[Attachment], *, owner: str, batch_id: str | None = None
    ) -> Sequence[StoredFile]:
        """Put files of the library into the store to be indexed, all or none; they come back in order, each once.

        Of two entries for one file the last counts. A file that is in the store already takes the new attributes, if
        any; it is indexed again when its chunking changes, or when it has failed or was cancelled. UnknownStore,
        NotFound with the id of a file that is not the owner's, InvalidRequest when the store has expired.
        """
        now = self._clock()
        with self._database.writing() as connection:
            return attach(connection, store_id, attachments, owner=owner, batch_id=batch_id, now=now)

    def page(
        self,
        store_id: str,
        cursor: Cursor,
        status: FileStatus | None = None,
        batch_id: str | None = None,
        *,
        caller: Caller | None = None,
    ) -> Page[StoredFile]:
        """A page of the store's files that the caller may read, by when they were attached; of all without a caller.

        InvalidRequest names an unknown cursor.
        """
        if not storable(store_id) or not storable(batch_id or ""):
            return Page((), False)
        within = store_files.c.store_id == store_id
        query = SELECT.where(within, SHOWN)
        if status is not None:
            query = query.where(store_files.c.status == status)
        if batch_id is not None:
            query = query.where(store_files.c.batch_id == batch_id)
        if caller is not None:
            query = query.where(store_files.c.file_id.not_in(hidden_files(store_id, caller)))
        listing = Listing(list_of(store_id), store_files.c.created, store_files.c.file_id, within)
        with self._database.reading() as connection:
            rows, has_more = listing.read(connection, query, cursor)
        return Page(tuple(stored_file(row) for row in rows), has_more)

    def update_attributes(self, store_id: str, file_id: str, attributes: Mapping[str, Any]) -> StoredFile:
        """Give the file these attributes in the place of those it has. NotFound when the store does not hold it."""
        if storable(store_id) and storable(file_id):
            this = sa.and_(store_files.c.store_id == store_id, store_files.c.file_id == file_id)
            with self._database.writing() as connection:
                bump(connection, store_id)
                connection.execute(sa.update(store_files).where(this, SHOWN).values(attributes=dict(attributes)))
        return self.get(store_id, file_id)

    def cancel_batch(self, store_id: str, batch_id: str) -> int:
        """Give up on the batch's files that are not indexed yet, and return how many; a finished batch stays so."""
        if not storable(store_id) or not storable(batch_id):
            return 0
        with self._database.writing() as connection:
            bump(connection, store_id)
            cancelled = cancel(
                connection, sa.and_(store_files.c.store_id == store_id, store_files.c.batch_id == batch_id)
            )
            if cancelled:
                this = sa.and_(batches.c.id == batch_id, batches.c.store_id == store_id)
                connection.execute(sa.update(batches).where(this).values(cancelled=True))
        return cancelled

    def mark_removing(self, store_id: str, file_ids: Collection[str]) -> set[str]:
        """Show these files of the store to nobody any more; the ids of those that were there.

        They stay in the library, and their chunks in the index until somebody takes them out: `claim_removals`.
        """
        return self._mark(store_id, [of_ids(batch) for batch in batches_of(sorted(file_ids))])

    def clear(self, store_id: str) -> set[str]:
        """`mark_removing` for every file of the store."""
        return self._mark(store_id, [sa.true()])

    def _mark(self, store_id: str, conditions: Sequence[sa.ColumnElement[bool]]) -> set[str]:
        marked: set[str] = set()
        with suppress(UnknownStore), self._database.writing() as connection:
            bump(connection, store_id)
            for where in conditions:
                marked |= mark_removing(self._database, connection, store_id, where, self._clock())
        return marked

    def of_store(self, store_id: str) -> list[StoredFile]:
        """Every file of the store, by file name."""
        return self._select(store_files.c.store_id == store_id, texts=(store_id,))

    def by_source(self, store_id: str, source: str) -> StoredFile | None:
        """The file of the store that was read from `source`."""
        where = sa.and_(store_files.c.source == source, store_files.c.store_id == store_id)
        return next(iter(self._select(where, texts=(store_id, source))), None)

    def held(self, file_ids: Collection[str], caller: Caller) -> list[StoredFile]:
        """These files in every store that the caller may read and has not expired, by when they were attached.

        A file that has expired itself is not among them.
        """
        now = self._clock()
        living = sa.or_(files.c.expires.is_(None), files.c.expires > int(now))
        query = SELECT.join(stores, stores.c.id == store_files.c.store_id).where(
            readable_stores(caller), open_within(caller), SHOWN, ~files.c.removing, living
        )
        query = query.where(~stores.c.removing, ~has_expired(now))
        found: list[StoredFile] = []
        with self._database.reading() as connection:
            for batch in batches_of(sorted(file_ids)):
                found += [stored_file(row) for row in connection.execute(query.where(of_ids(batch)))]
        return sorted(found, key=lambda file: (file.created, file.store_id, file.id))

    def get(self, store_id: str, file_id: str) -> StoredFile:
        """One file of the store. NotFound when the store does not hold it."""
        where = sa.and_(store_files.c.store_id == store_id, store_files.c.file_id == file_id)
        for file in self._select(where, texts=(store_id, file_id)):
            return file
        raise missing_file(file_id)

    def delete(self, store_id: str, file_ids: Collection[str]) -> None:
        """Forget that the store holds the files, and those of folders that no other store holds.

        Their chunks are out of the index by now. Unknown ids are no error.
        """
        wanted = sorted(file_id for file_id in file_ids if storable(file_id))
        if not wanted:
            return
        with suppress(UnknownStore), self._database.writing() as connection:
            version = bump(connection, store_id)  # when it went meanwhile, its files went with it
            note(self._database, connection, store_id, version, wanted, self._clock())
            with forgetting(connection, wanted):
                for batch in batches_of(wanted):
                    in_store = sa.and_(store_files.c.store_id == store_id, of_ids(batch))
                    left = [(row.file_id, row.created) for row in locked(connection, in_store)]
                    connection.execute(sa.delete(store_files).where(in_store))
                    leave_bookmarks(self._database, connection, list_of(store_id), left, self._clock())

    def attributes(self, store_id: str) -> Attributes:
        """The attributes of every file of the store, by file id, read-only; empty for an unknown store.

        A file that was cancelled or is being removed is not among them, though its chunks may still be found. Read
        again only when the store's version has moved, whoever moved it.
        """
        if not storable(store_id):
            return {}
        with self._database.reading() as connection:
            version = connection.scalar(sa.select(stores.c.version).where(stores.c.id == store_id, ~stores.c.removing))
            if version is None:
                return {}
            cached = self._cached(store_id, version)
            if cached is not None:
                return cached
            # read after the version: at worst newer than it, and then read once more at the next
            of_store = sa.and_(store_files.c.store_id == store_id, SHOWN, store_files.c.status != "cancelled")
            query = sa.select(store_files.c.file_id, store_files.c.attributes).where(of_store)
            found = {row.file_id: MappingProxyType(row.attributes) for row in connection.execute(query)}
        return self._keep(store_id, version, MappingProxyType(found))

    def hidden(self, store_id: str, caller: Caller) -> frozenset[str]:
        """The files that a store keeps from this caller, who may read the store."""
        if not storable(store_id):
            return frozenset()
        with self._database.reading() as connection:
            return frozenset(connection.scalars(hidden_files(store_id, caller)))

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
        query = SELECT.where(where, SHOWN).order_by(files.c.filename, store_files.c.source, store_files.c.file_id)
        with self._database.reading() as connection:
            return [stored_file(row) for row in connection.execute(query)]


def _check_owners(connection: sa.Connection, store_ids: Sequence[str], several: Sequence[StoredFile]) -> None:
    rows = connection.execute(sa.select(stores.c.id, stores.c.owner).where(stores.c.id.in_(store_ids)))
    owners = {row.id: row.owner for row in rows}
    for file in several:
        if owners[file.store_id] != file.owner:
            raise UnknownStore(f"There is no vector store '{file.store_id}'")
