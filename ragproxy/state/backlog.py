"""How much work waits in the records, for the metrics: in one statement that looks no further than its indexes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, NamedTuple

import sqlalchemy as sa

from ragproxy.state.db import Database
from ragproxy.state.responses import UNDER_WAY
from ragproxy.state.rows import PUT_OFF
from ragproxy.state.tables import batch_jobs, reindexes, responses, runs, store_files

# the statuses of what there is to do of each kind: they are indexed together with `created`
_QUEUES: Final = {
    "files": (store_files, ("in_progress",)),
    "reindexes": (reindexes, ("in_progress",)),
    "responses": (responses, UNDER_WAY),
    "runs": (runs, ("queued", "in_progress", "cancelling")),
    "batches": (batch_jobs, ("validating", "in_progress", "finalizing", "cancelling")),
}


class Waiting(NamedTuple):
    """What is to be done of one kind: how much of it waits, how much is in hand, seconds since the oldest came in that
    waits (0 when none does).
    """

    queue: str
    waiting: int
    in_hand: int
    oldest_s: float


class Backlog:
    """The work of all owners."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def read(self) -> list[Waiting]:
        """What waits, kind by kind. StateUnavailable."""
        now = self._clock()
        query = sa.union_all(*(_numbers(name, now) for name in _QUEUES))
        with self._database.reading(long=True) as connection:
            rows = connection.execute(query).all()
        return [
            Waiting(queue, unended - held, held, 0.0 if oldest is None else max(0.0, now - oldest))
            for queue, unended, held, oldest in rows
        ]


def _numbers(name: str, now: float) -> sa.Select:
    table, statuses = _QUEUES[name]
    owner, until = table.c.lease_owner, table.c.lease_until
    ours = table.c.background if table is responses else sa.true()
    to_do = sa.and_(table.c.status.in_(statuses), ours)
    put_off = owner.endswith(PUT_OFF, autoescape=True)
    free = sa.or_(owner.is_(None), until.is_(None), until <= now, put_off)
    # few rows have an owner, which is indexed; the expression keeps SQLite from looking at all that waits instead
    held = sa.and_(owner > "", until > now, ~put_off, table.c.status.concat("").in_(statuses), ours)
    # those in hand are among the oldest: the first that is free is near the beginning
    oldest = sa.select(table.c.created).where(to_do, free).order_by(table.c.created).limit(1)
    return sa.select(
        sa.literal(name),
        sa.select(sa.func.count()).select_from(table).where(to_do).scalar_subquery(),
        sa.select(sa.func.count()).select_from(table).where(held).scalar_subquery(),
        oldest.scalar_subquery(),
    )
