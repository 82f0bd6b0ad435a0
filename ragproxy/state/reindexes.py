"""Which stores are to be indexed anew, and who does it: rows that are claimed as files are (see leases.py).

Whoever finds a lease expired begins again: what was half done is replaced. While a row is in progress nobody claims
files of its store, and it is only claimed once nobody holds any, so that neither keeps the other waiting.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import sqlalchemy as sa

from ragproxy.domain import Failure, Reindex
from ragproxy.errors import NotFound
from ragproxy.state.attaching import lock_store
from ragproxy.state.db import Database, shown, storable
from ragproxy.state.rows import IDLE, PUT_OFF, failure_row
from ragproxy.state.stores import bump
from ragproxy.state.tables import reindexes, store_files, stores

_IN_PROGRESS = reindexes.c.status == "in_progress"


class Reindexes:
    """The last reindex of every store. A worker goes by any name that no other bears, a new one at each start."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def ask(self, store_id: str, *, owner: str) -> Reindex:
        """Have the owner's store indexed anew; the one that waits or runs already, if there is one.

        UnknownStore, InvalidRequest when the store has expired.
        """
        now = self._clock()
        with self._database.writing() as connection:
            lock_store(connection, store_id, owner, now)
            row = connection.execute(sa.select(reindexes).where(reindexes.c.store_id == store_id)).first()
            if row is not None and row.status == "in_progress":
                return _reindex(row)
            asked = Reindex(store_id, "in_progress", 0, 0, int(now))
            self._database.upsert(connection, reindexes, _row(asked))
        return asked

    def get(self, store_id: str, *, owner: str) -> Reindex:
        """The last reindex of the owner's store. NotFound when none was ever asked for."""
        if storable(store_id) and storable(owner):
            query = sa.select(reindexes).join(stores, stores.c.id == reindexes.c.store_id)
            mine = sa.and_(stores.c.id == store_id, stores.c.owner == owner, ~stores.c.removing)
            with self._database.reading() as connection:
                row = connection.execute(query.where(mine)).first()
            if row:
                return _reindex(row)
        raise NotFound(f"The vector store '{shown(store_id)}' was never reindexed", code="reindex_not_found")

    def is_wanted(self, store_id: str) -> bool:
        """Whether a reindex of the store waits or runs."""
        with self._database.reading() as connection:
            return bool(connection.scalar(sa.select(is_reindexed(sa.literal(store_id)))))

    def claim(self, worker: str, lease_s: float) -> Reindex | None:
        """The one that waits longest, this worker's for `lease_s` seconds; of a store nobody works on otherwise."""
        now = self._clock()
        free = sa.or_(reindexes.c.lease_until.is_(None), reindexes.c.lease_until <= now)
        at_work = sa.select(store_files.c.file_id).where(
            store_files.c.store_id == reindexes.c.store_id,
            store_files.c.lease_until > now,
            ~store_files.c.lease_owner.endswith(PUT_OFF, autoescape=True),
        )
        query = sa.select(reindexes).where(_IN_PROGRESS, free, _lives(), ~at_work.exists())
        query = query.order_by(reindexes.c.created, reindexes.c.store_id).limit(1)
        with self._database.writing() as connection:
            row = connection.execute(query.with_for_update(of=reindexes, skip_locked=True)).first()
            if row is None:
                return None
            claimed = sa.update(reindexes).where(reindexes.c.store_id == row.store_id)
            connection.execute(claimed.values(lease_owner=worker, lease_until=now + lease_s, done=0))
            return _reindex(row)

    def renew(self, worker: str, lease_s: float) -> set[str]:
        """Hold what this worker has for `lease_s` seconds from now; the ids of the stores that still want it."""
        held = sa.and_(reindexes.c.lease_owner == worker, _IN_PROGRESS)
        renewed = sa.update(reindexes).where(held).values(lease_until=self._clock() + lease_s)
        with self._database.writing() as connection:
            return set(connection.scalars(renewed.where(_lives()).returning(reindexes.c.store_id)))

    def advance(self, store_id: str, worker: str, done: int, total: int) -> bool:
        """Note how many chunks are done. False when it is not this worker's any more, or the store goes: leave off."""
        mine = sa.and_(reindexes.c.store_id == store_id, reindexes.c.lease_owner == worker, _IN_PROGRESS, _lives())
        noted = sa.update(reindexes).where(mine).values(done=done, total=total)
        with self._database.writing() as connection:
            return connection.execute(noted).rowcount > 0

    def complete(self, store_id: str, worker: str, chunks: int) -> None:
        """Note that the new index is in place, which raises the store's version. UnknownStore when it is gone.

        Also when another worker has taken it over since: the index is the same.
        """
        values = {"status": "completed", "done": chunks, "total": chunks, **failure_row(None)}
        with self._database.writing() as connection:
            bump(connection, store_id)
            self._finish(connection, store_id, worker, values)

    def fail(self, store_id: str, worker: str, error: Failure) -> None:
        """Note why it was given up; the old index goes on answering."""
        with self._database.writing() as connection:
            self._finish(connection, store_id, worker, {"status": "failed", **failure_row(error)})

    def release(self, worker: str) -> None:
        """Give back what is unfinished, for others to take at once."""
        self._free(reindexes.c.lease_owner == worker)

    def abandon(self, prefix: str) -> None:
        """`release` for every worker whose name begins so: for whoever knows that they are all dead."""
        self._free(sa.func.substr(reindexes.c.lease_owner, 1, len(prefix)) == prefix)

    def _finish(self, connection: sa.Connection, store_id: str, worker: str, values: dict[str, object]) -> None:
        mine = sa.and_(reindexes.c.store_id == store_id, reindexes.c.lease_owner == worker, _IN_PROGRESS)
        finished = sa.update(reindexes).where(mine)
        connection.execute(finished.values(**values, **IDLE, finished=int(self._clock())))

    def _free(self, which: sa.ColumnElement[bool]) -> None:
        with self._database.writing() as connection:
            connection.execute(sa.update(reindexes).where(which).values(IDLE))


def is_reindexed(store_id: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Whether a reindex of that store waits or runs."""
    return sa.select(reindexes.c.store_id).where(reindexes.c.store_id == store_id, _IN_PROGRESS).exists()


def _lives() -> sa.ColumnElement[bool]:
    """Whether the store of a row is not being removed."""
    return sa.select(stores.c.id).where(stores.c.id == reindexes.c.store_id, ~stores.c.removing).exists()


def _row(reindex: Reindex) -> dict[str, object]:
    return IDLE | {
        "store_id": reindex.store_id,
        "status": reindex.status,
        "done": reindex.done,
        "total": reindex.total,
        "created": reindex.created,
        "finished": reindex.finished,
        **failure_row(reindex.error),
    }


def _reindex(row: sa.Row) -> Reindex:
    return Reindex(
        store_id=row.store_id,
        status=row.status,
        done=row.done,
        total=row.total,
        created=row.created,
        finished=row.finished,
        error=None if row.error_code is None else Failure(row.error_code, row.error_message),
    )
