"""Files of folders in the stores: known by where they were read from, and put in by whoever reads them.

Whoever puts a file in holds a lease on its row, a new one beforehand, like a worker that indexes: nobody else puts
its chunks in, or takes them out, at the same time. When it dies, a file that was new is indexed from its bytes by
whoever finds the lease expired; a file that was there keeps what it has.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from ragproxy.domain import Cursor, Page, Store, StoredFile
from ragproxy.state.attaching import list_of, lock_store
from ragproxy.state.changes import note
from ragproxy.state.db import Database, batches_of, checked_text, storable
from ragproxy.state.paging import Listing
from ragproxy.state.rows import (
    IDLE,
    SELECT,
    SHOWN,
    chunking_row,
    failure_row,
    file_row,
    having_keys,
    locked,
    store_row,
    stored_file,
)
from ragproxy.state.stores import bump
from ragproxy.state.tables import files, store_files


@dataclass(frozen=True, slots=True)
class Begun:
    """What was leased: the ids of all, and of those that the store did not hold in any way before."""

    ids: frozenset[str]
    fresh: frozenset[str]


class FolderFiles:
    """The files of folders, in every store."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def of_store(self, store_id: str) -> list[StoredFile]:
        """Every file of the store that was read from a folder."""
        if not storable(store_id):
            return []
        query = SELECT.where(store_files.c.store_id == store_id, store_files.c.source.is_not(None), SHOWN)
        with self._database.reading() as connection:
            return [stored_file(row) for row in connection.execute(query)]

    def page(self, store_id: str, cursor: Cursor) -> Page[StoredFile]:
        """A page of them, by when they were first put in. InvalidRequest names an unknown cursor."""
        if not storable(store_id):
            return Page((), False)
        within = store_files.c.store_id == store_id
        listing = Listing(list_of(store_id), store_files.c.created, store_files.c.file_id, within)
        query = SELECT.where(within, store_files.c.source.is_not(None), SHOWN)
        with self._database.reading() as connection:
            rows, has_more = listing.read(connection, query, cursor)
        return Page(tuple(stored_file(row) for row in rows), has_more)

    def rows(self, store_id: str, file_ids: Sequence[str]) -> dict[str, StoredFile]:
        """What the store knows of these files, by id; those that are leaving it included."""
        found: dict[str, StoredFile] = {}
        with self._database.reading() as connection:
            for batch in batches_of(file_ids):
                keys = having_keys([(store_id, file_id) for file_id in batch])
                found.update({row.file_id: stored_file(row) for row in connection.execute(SELECT.where(keys))})
        return found

    def begin(self, store: Store, several: Sequence[StoredFile], worker: str, lease_s: float) -> Begun:
        """Lease the files, whose bytes are kept, for `lease_s` seconds; new ones wait in the store from now on.

        Those that others have leased are left out. UnknownStore when the owner has no such store, InvalidRequest when
        it has expired, or for texts that cannot be stored.
        """
        _check(several)
        now = self._clock()
        lease = {"lease_owner": worker, "lease_until": now + lease_s}
        wanted = {file.id: file for file in several}
        with self._database.writing() as connection:
            lock_store(connection, store.id, store.owner, now)
            self._add_to_library(connection, wanted)
            present = {row.file_id: row for row in _locked(connection, store.id, list(wanted))}
            fresh = [file_id for file_id in wanted if file_id not in present]
            if fresh:
                waiting = {"status": "in_progress", "chunks": 0, "usage_bytes": 0}
                new = [store_row(wanted[file_id]) | waiting | lease for file_id in sorted(fresh)]
                connection.execute(sa.insert(store_files), new)
            free = [row.file_id for row in present.values() if row.lease_until is None or row.lease_until <= now]
            for batch in batches_of(free):
                keys = having_keys([(store.id, file_id) for file_id in batch])
                connection.execute(sa.update(store_files).where(keys).values(lease))
        return Begun(frozenset([*fresh, *free]), frozenset(fresh))

    def finish(self, store: Store, several: Sequence[StoredFile], worker: str) -> set[str]:
        """Note that the index holds the files as they are given; the ids of those for which that was done.

        The others are not this worker's any more, or the store has let go of them. A file that was on its way out is
        in the store again. UnknownStore when the store is gone.
        """
        now = self._clock()
        wanted = {file.id: file for file in several}
        with self._database.writing() as connection:
            version = bump(connection, store.id)
            note(self._database, connection, store.id, version, list(wanted), now)
            for batch in batches_of(sorted(wanted)):
                _lock_library(connection, store.owner, batch)
            rows = [row for row in _locked(connection, store.id, list(wanted)) if row.lease_owner == worker]
            done = [replace(wanted[row.file_id], created=_created(row, now)) for row in rows]
            self._database.upsert(connection, files, *(file_row(file) for file in done))
            for file, row in zip(done, rows, strict=True):
                this = having_keys([(store.id, file.id)])
                connection.execute(sa.update(store_files).where(this).values(_finished(file, row)))
        return {file.id for file in done}

    def _add_to_library(self, connection: sa.Connection, wanted: Mapping[str, StoredFile]) -> None:
        """A row of `files` for each that has none; the store is locked, and ids of folders' files are of one store."""
        owner = next(iter(wanted.values())).owner
        known: set[str] = set()
        for batch in batches_of(sorted(wanted)):
            known |= _lock_library(connection, owner, batch)
        new = [file_row(wanted[file_id]) for file_id in sorted(wanted) if file_id not in known]
        if new:
            connection.execute(sa.insert(files), new)


def _check(several: Sequence[StoredFile]) -> None:
    for file in several:
        for param in ("filename", "source"):
            checked_text(getattr(file, param) or "", param=param)


def _lock_library(connection: sa.Connection, owner: str, file_ids: Sequence[str]) -> set[str]:
    these = sa.and_(files.c.owner == owner, files.c.id.in_(file_ids))
    return set(connection.scalars(sa.select(files.c.id).where(these).order_by(files.c.id).with_for_update()))


def _locked(connection: sa.Connection, store_id: str, file_ids: Sequence[str]) -> list[sa.Row]:
    found: list[sa.Row] = []
    for batch in batches_of(sorted(file_ids)):
        found += locked(connection, having_keys([(store_id, file_id) for file_id in batch]))
    return found


def _created(row: sa.Row, now: float) -> int:
    """When it came: now, when it was on its way out."""
    return int(now) if row.status == "removing" else int(row.created)


def _finished(file: StoredFile, row: sa.Row) -> dict[str, Any]:
    """The columns that change. Attributes and batch are whoever changed them meanwhile's, but for a file that left."""
    chunking = chunking_row(file.chunking)
    left = {"attributes": dict(file.attributes), "batch_id": None, **chunking} if row.status == "removing" else {}
    # else somebody asked for another way to cut it meanwhile: it waits to be cut anew
    as_asked = bool(left) or all(getattr(row, name) == value for name, value in chunking.items())
    return IDLE | left | failure_row(None) | {
        "source": file.source,
        "sha256": file.sha256,
        "chunks": file.chunks,
        "usage_bytes": file.usage_bytes,
        "created": file.created,
        "status": "completed" if as_asked else "in_progress",
    }  # fmt: skip
