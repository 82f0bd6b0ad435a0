"""The log of changes: which files' chunks changed in a store, for the copies that other machines have of its words.

A change is noted in the transaction that raises the store's version, and only after the index holds it. That
transaction holds the store's row, so versions become visible in their order: whoever sees a version sees every change
up to it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence

import sqlalchemy as sa

from ragproxy.state.db import Database, batches_of, storable
from ragproxy.state.tables import changes, stores

KEPT_S = 7 * 86_400  # a copy that was away for longer compares itself with the index whole


class Changes:
    """The log of every store, as those who follow it read it."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def version(self, store_id: str) -> int | None:
        """The store's version now; None when there is no such store, or it is being removed."""
        if not storable(store_id):
            return None
        query = sa.select(stores.c.version).where(stores.c.id == store_id, ~stores.c.removing)
        with self._database.reading() as connection:
            return connection.scalar(query)

    def since(self, store_id: str, version: int) -> Sequence[str] | None:
        """The files whose chunks changed after that version; None when the log does not reach back so far."""
        query = sa.select(changes.c.file_id).where(changes.c.store_id == store_id, changes.c.version > version)
        with self._database.reading() as connection:
            found = list(connection.scalars(query.order_by(changes.c.version)))
            # asked after the log was read: what has been pruned meanwhile shows
            floor = connection.scalar(sa.select(stores.c.log_floor).where(stores.c.id == store_id))
        return None if floor is None or floor > version else found

    def recent(self, age_s: float) -> Mapping[str, int]:
        """The stores with changes younger than `age_s` seconds, to the version of the latest."""
        young = changes.c.created >= int(self._clock() - age_s)
        query = sa.select(changes.c.store_id, sa.func.max(changes.c.version)).where(young).group_by(changes.c.store_id)
        with self._database.reading() as connection:
            return {store_id: int(version) for store_id, version in connection.execute(query)}

    def prune(self) -> None:
        """Forget the changes of more than a week ago."""
        old = changes.c.created < int(self._clock() - KEPT_S)
        query = sa.select(changes.c.store_id, sa.func.max(changes.c.version).label("last")).where(old)
        with self._database.reading() as connection:
            found = list(connection.execute(query.group_by(changes.c.store_id)))
        for store_id, last in found:
            raised = sa.update(stores).where(stores.c.id == store_id, stores.c.log_floor < last)
            gone = sa.delete(changes).where(changes.c.store_id == store_id, changes.c.version <= last)
            with self._database.writing() as connection:
                connection.execute(raised.values(log_floor=last))  # locks the store, as whoever notes a change does
                connection.execute(gone)


def note(
    database: Database, connection: sa.Connection, store_id: str, version: int, file_ids: Collection[str], now: float
) -> None:
    """Log that the files' chunks changed, as of the version that `bump` gave in this transaction."""
    wanted = sorted(file_id for file_id in set(file_ids) if storable(file_id))
    for batch in batches_of(wanted):
        rows = [
            {"store_id": store_id, "file_id": file_id, "version": version, "created": int(now)} for file_id in batch
        ]
        database.upsert(connection, changes, *rows)
