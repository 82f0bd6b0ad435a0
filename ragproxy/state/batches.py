"""Batches: files that were put into a store together, and are watched together."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import sqlalchemy as sa

from ragproxy.domain import Attachment, Batch, Counts, FileStatus
from ragproxy.errors import NotFound
from ragproxy.state.attaching import attach, lock_store
from ragproxy.state.db import Database, shown, storable
from ragproxy.state.ids import new_id
from ragproxy.state.rows import SHOWN
from ragproxy.state.tables import batches, store_files, stores


class Batches:
    """The batches of every store. `Files.page` lists the files of one, `Files.cancel_batch` gives up on it."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def create(self, store_id: str, *, owner: str, files: Sequence[Attachment] = ()) -> Batch:
        """A new batch with these files attached in one transaction; more may follow by `Files.attach`.

        Errors are those of `Files.attach_all`, and then nothing is made.
        """
        now = self._clock()
        row = {"id": new_id("vsfb_"), "store_id": store_id, "owner": owner, "created": int(now)}
        with self._database.writing() as connection:
            lock_store(connection, store_id, owner, now)
            connection.execute(sa.insert(batches).values(row))
            if files:
                attach(connection, store_id, files, owner=owner, batch_id=str(row["id"]), now=now)
        return self.get(str(row["id"]), store_id=store_id, owner=owner)

    def get(self, batch_id: str, *, store_id: str, owner: str) -> Batch:
        """The batch of that id of the owner's store, with its counts. NotFound when there is none."""
        if all(map(storable, (batch_id, store_id, owner))):
            query = (
                sa.select(batches)
                .join(stores, stores.c.id == batches.c.store_id)
                .where(batches.c.id == batch_id, batches.c.store_id == store_id, batches.c.owner == owner)
                .where(~stores.c.removing)
            )
            with self._database.reading() as connection:
                row = connection.execute(query).first()
                if row:
                    return _batch(row, _counts(connection, batch_id))
        raise NotFound(f"No such vector store file batch: {shown(batch_id)}", code="file_batch_not_found")


def _counts(connection: sa.Connection, batch_id: str) -> Counts:
    query = (
        sa.select(store_files.c.status, sa.func.count().label("number"))
        .where(store_files.c.batch_id == batch_id, SHOWN)
        .group_by(store_files.c.status)
    )
    return Counts(**{row.status: row.number for row in connection.execute(query)})


def _batch(row: sa.Row, counts: Counts) -> Batch:
    return Batch(row.id, row.store_id, row.owner, row.created, _status(row.cancelled, counts), counts)


def _status(cancelled: bool, counts: Counts) -> FileStatus:
    """Failed only when every file did: one that could be indexed is worth the batch."""
    if cancelled:
        return "cancelled"
    if counts.in_progress:
        return "in_progress"
    return "failed" if counts.failed and counts.failed == counts.total else "completed"
