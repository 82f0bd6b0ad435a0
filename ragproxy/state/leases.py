"""Who works on which file of a store. The row is the truth; a queue is only a doorbell.

A worker claims rows for a while, renews its leases while it works, and finishes each row only while it is still wanted.
Whoever finds a lease expired takes the row over: the work is safe to do twice. A lease is kept when its row is
cancelled or marked for removal, so that no two ever put chunks in and take them out at the same time. The clocks of
machines that share a database may differ by less than a lease.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

import sqlalchemy as sa

from ragproxy.domain import Failure, StoredFile
from ragproxy.errors import UnknownStore
from ragproxy.state.attaching import of_ids
from ragproxy.state.changes import note
from ragproxy.state.db import Database, batches_of
from ragproxy.state.reindexes import is_reindexed
from ragproxy.state.rows import (
    IDLE,
    PUT_OFF,
    SELECT,
    Key,
    chunking_row,
    failure_row,
    having_keys,
    keys_by_store,
    locked,
    of_living_stores,
    stored_file,
    stored_files,
)
from ragproxy.state.stores import bump, forgetting
from ragproxy.state.tables import store_files

_WAITING = store_files.c.status == "in_progress"
_INNOCENT = store_files.c.deaths == 0
# chunks may be in the index: the file is to go, or was given up by whoever was putting them there
_LEFT_OVER = sa.or_(
    store_files.c.status == "removing",
    sa.and_(
        store_files.c.status == "cancelled", sa.or_(store_files.c.lease_owner.is_not(None), store_files.c.chunks > 0)
    ),
)
_SET_ROW = sa.update(store_files).where(
    store_files.c.store_id == sa.bindparam("of_store"), store_files.c.file_id == sa.bindparam("of_file")
)


class Leases:
    """Claims on the files of every store. A worker goes by any name that no other bears, a new one at each start."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def claim(self, limit: int, worker: str, lease_s: float) -> Sequence[StoredFile]:
        """Up to `limit` files to index, those that wait longest first, this worker's for `lease_s` seconds.

        One with which a worker died comes after all others, and alone: it may be what killed it.
        """
        found = self._claim(sa.and_(_WAITING, _INNOCENT), limit, worker, lease_s)
        return found or self._claim(sa.and_(_WAITING, ~_INNOCENT), 1, worker, lease_s, store_files.c.deaths)

    def claim_removals(self, limit: int, worker: str, lease_s: float) -> Sequence[StoredFile]:
        """Up to `limit` files whose chunks are to leave the index, lexical first; then say `removed`."""
        return self._claim(_LEFT_OVER, limit, worker, lease_s)

    def removing(self) -> Sequence[StoredFile]:
        """The files that `claim_removals` would hand out, and those that others are removing now."""
        with self._database.reading() as connection:
            rows = connection.execute(SELECT.where(_LEFT_OVER, of_living_stores()).order_by(*_in_turn()))
            return [stored_file(row) for row in rows]

    def renew(self, worker: str, lease_s: float) -> set[Key]:
        """Hold everything this worker has for `lease_s` seconds from now.

        The keys, (store's id, file's id), of the files that are still wanted: leave the work on others.
        """
        with self._database.writing() as connection:
            rows = locked(connection, sa.and_(store_files.c.lease_owner == worker, store_files.c.lease_until > 0))
            _lease(connection, rows, worker, self._clock() + lease_s)
            return {(row.store_id, row.file_id) for row in rows if row.status == "in_progress"}

    def complete(self, store_id: str, file_id: str, worker: str, *, chunks: int, usage_bytes: int) -> bool:
        """Note that the file is in the index. False when nobody wants it there: take it out, then say `removed`.

        True also when another worker has taken the file over, after this one's lease: its chunks are the same.
        """
        return not self.complete_many(worker, {(store_id, file_id): (chunks, usage_bytes)})

    def complete_many(
        self,
        worker: str,
        done: Mapping[Key, tuple[int, int]],
        read: Mapping[Key, StoredFile] | None = None,
    ) -> set[Key]:
        """`complete` for several in one transaction: (chunks, usage in bytes) by key. The keys that nobody wants.

        `read` says what was indexed: a file that by now has other bytes, or is to be cut in another way, waits to be
        indexed again.
        """
        values: dict[Key, dict[str, Any]] = {
            key: {"status": "completed", "chunks": chunks, "usage_bytes": usage, "deaths": 0, **failure_row(None)}
            for key, (chunks, usage) in done.items()
        }
        return self._finish(worker, values, read or {})

    def fail(self, store_id: str, file_id: str, worker: str, error: Failure) -> bool:
        """Note why the file cannot be indexed, once none of its chunks is in the index. False as in `complete`."""
        values = {"status": "failed", "chunks": 0, "usage_bytes": 0, "deaths": 0, **failure_row(error)}
        return not self._finish(worker, {(store_id, file_id): values}, {})

    def release(self, worker: str) -> None:
        """Give back everything unfinished, for others to take at once."""
        with self._database.writing() as connection:
            rows = locked(connection, store_files.c.lease_owner == worker)
            # the name stays: a row that is cancelled then tells that its chunks may be in the index
            _lease(connection, rows, worker, 0)

    def put_off(self, worker: str) -> None:
        """Keep everything unfinished from others until its lease runs out, though nobody works on it."""
        held = sa.and_(store_files.c.lease_owner == worker, store_files.c.lease_until > 0)
        with self._database.writing() as connection:
            connection.execute(sa.update(store_files).where(held).values(lease_owner=worker + PUT_OFF))

    def abandon(self, prefix: str) -> None:
        """`release` for every worker whose name begins so, and count their deaths: for whoever knows of them."""
        begins = sa.func.substr(store_files.c.lease_owner, 1, len(prefix)) == prefix
        where = sa.and_(begins, store_files.c.lease_until > 0)
        with self._database.writing() as connection:
            died = sa.and_(where, _WAITING, ~store_files.c.lease_owner.endswith(PUT_OFF, autoescape=True))
            connection.execute(sa.update(store_files).where(died).values(deaths=store_files.c.deaths + 1))
            connection.execute(sa.update(store_files).where(where).values(lease_until=0))

    def removed(self, worker: str, keys: Collection[Key]) -> None:
        """Note that the index holds no chunk of these files any more, and forget those that were to go.

        A file that was attached again meanwhile waits to be indexed. What is not this worker's is left alone.
        """
        for store_id, file_ids in keys_by_store(keys).items():
            with suppress(UnknownStore), self._database.writing() as connection:
                version = bump(connection, store_id)  # when it went, or goes, its files go with it
                note(self._database, connection, store_id, version, file_ids, self._clock())
                with forgetting(connection, file_ids):
                    for batch in batches_of(file_ids):
                        _forget(connection, store_id, batch, worker)

    def _claim(
        self,
        which: sa.ColumnElement[bool],
        limit: int,
        worker: str,
        lease_s: float,
        *first: sa.ColumnElement[Any],
    ) -> Sequence[StoredFile]:
        free = sa.or_(store_files.c.lease_until.is_(None), store_files.c.lease_until <= self._clock())
        # a store that is indexed anew keeps whoever writes to it waiting, with all that they have claimed
        alone = ~is_reindexed(store_files.c.store_id)
        query = sa.select(store_files).where(which, free, of_living_stores(), alone).limit(limit)
        query = query.order_by(*first, *_in_turn())
        with self._database.writing() as connection:
            rows = list(connection.execute(query.with_for_update(of=store_files, skip_locked=True)))
            _count_deaths(connection, [row for row in rows if _has_died(row)])
            _lease(connection, rows, worker, self._clock() + lease_s)
            return stored_files(connection, [(row.store_id, row.file_id) for row in rows])

    def _finish(self, worker: str, values: dict[Key, dict[str, Any]], read: Mapping[Key, StoredFile]) -> set[Key]:
        """Write the values of the rows that are still wanted and this worker's. The keys that nobody wants."""
        unwanted: set[Key] = set()
        for store_id, file_ids in keys_by_store(values).items():
            rows: dict[str, sa.Row] = {}
            with suppress(UnknownStore), self._database.writing() as connection:
                version = bump(connection, store_id)
                # also those that nobody wants, or that others took over: their chunks have changed all the same
                note(self._database, connection, store_id, version, file_ids, self._clock())
                for batch in batches_of(file_ids):
                    found = locked(connection, sa.and_(store_files.c.store_id == store_id, of_ids(batch)))
                    rows.update({row.file_id: row for row in found})
                mine = [row for row in rows.values() if _is_mine(row, worker)]
                done, again = [], []
                for row in mine:
                    place = {"of_store": store_id, "of_file": row.file_id} | IDLE
                    found_out = values[store_id, row.file_id]
                    if _is_as_read(row, read.get((store_id, row.file_id))):
                        done.append(place | found_out)
                    else:  # its chunks are there, to be replaced
                        again.append(place | {"chunks": max(1, found_out["chunks"]), "deaths": 0})
                for changes in filter(None, (done, again)):
                    connection.execute(_SET_ROW, changes)
            unwanted.update((store_id, file_id) for file_id in file_ids if _is_unwanted(rows.get(file_id)))
        return unwanted


def _lease(connection: sa.Connection, rows: Sequence[sa.Row], worker: str, until: float) -> None:
    for batch in batches_of(rows):
        keys = having_keys([(row.store_id, row.file_id) for row in batch])
        connection.execute(sa.update(store_files).where(keys).values(lease_owner=worker, lease_until=until))


def _count_deaths(connection: sa.Connection, rows: Sequence[sa.Row]) -> None:
    for batch in batches_of(rows):
        keys = having_keys([(row.store_id, row.file_id) for row in batch])
        connection.execute(sa.update(store_files).where(keys).values(deaths=store_files.c.deaths + 1))


def _has_died(row: sa.Row) -> bool:
    """Whether the worker of a lease that ran out was at work to the last: it neither let go nor put it off."""
    return row.status == "in_progress" and bool(row.lease_until) and not row.lease_owner.endswith(PUT_OFF)


def _forget(connection: sa.Connection, store_id: str, file_ids: Collection[str], worker: str) -> None:
    mine = sa.and_(store_files.c.store_id == store_id, of_ids(file_ids), store_files.c.lease_owner == worker)
    connection.execute(sa.delete(store_files).where(mine, store_files.c.status == "removing"))
    connection.execute(sa.update(store_files).where(mine).values(**IDLE, chunks=0, deaths=0))


def _in_turn() -> tuple[sa.ColumnElement[Any], ...]:
    return store_files.c.created, store_files.c.store_id, store_files.c.file_id


def _is_mine(row: sa.Row, worker: str) -> bool:
    return row.status == "in_progress" and row.lease_owner == worker


def _is_as_read(row: sa.Row, file: StoredFile | None) -> bool:
    """Whether the row still asks for what was read; yes when nobody says what that was."""
    if file is None:
        return True
    cut = chunking_row(file.chunking)
    return row.sha256 == file.sha256 and all(getattr(row, name) == value for name, value in cut.items())


def _is_unwanted(row: sa.Row | None) -> bool:
    return row is None or row.status in ("cancelled", "removing")
