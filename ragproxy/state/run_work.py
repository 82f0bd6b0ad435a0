"""Runs that are worked on: rows that are claimed, as responses in the background are (see response_work.py).

Whoever has a claim may write, and nobody else; one that has ended, or that waits for its caller, is nobody's.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import sqlalchemy as sa

from ragproxy.domain import RunChange, RunTask
from ragproxy.errors import NotFound
from ragproxy.state.callers import caller_of
from ragproxy.state.db import Database
from ragproxy.state.rows import IDLE
from ragproxy.state.runs import keep, run_of
from ragproxy.state.tables import run_events, runs
from ragproxy.state.threads import Threads

_TO_DO: Final = runs.c.status.in_(("queued", "in_progress", "cancelling"))


class RunWork:
    """The runs that somebody is to work on. A worker goes by any name that no other bears."""

    def __init__(self, database: Database, threads: Threads, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._threads = threads
        self._clock = clock

    def claim(self, worker: str, lease_s: float) -> RunTask | None:
        """One that nobody works on, this worker's for `lease_s` seconds; None when there is none.

        Owners for whom least is being done come first, then what waits longest.
        """
        now = self._clock()
        wanted = sa.and_(_TO_DO, sa.or_(runs.c.lease_until.is_(None), runs.c.lease_until <= now))
        with self._database.reading() as connection:  # most looks find nothing, and lock nothing
            if connection.scalar(sa.select(runs.c.id).where(wanted).limit(1)) is None:
                return None
        others = runs.alias()
        at_work = sa.select(sa.func.count()).where(
            others.c.owner == runs.c.owner, others.c.lease_owner.is_not(None), others.c.lease_until > now
        )
        query = sa.select(runs).where(wanted).order_by(at_work.scalar_subquery(), runs.c.created, runs.c.id).limit(1)
        with self._database.writing() as connection:
            row = connection.execute(query.with_for_update(of=runs, skip_locked=True)).first()
            if row is None:
                return None
            deaths = row.deaths + (row.lease_owner is not None)  # who had it let it run out
            claimed = sa.update(runs).where(runs.c.id == row.id)
            connection.execute(claimed.values(lease_owner=worker, lease_until=now + lease_s, deaths=deaths))
            told = connection.scalar(sa.select(sa.func.count()).where(run_events.c.run_id == row.id))
            return RunTask(run_of(row), caller_of(row.caller), deaths, told or 0)

    def renew(self, worker: str, lease_s: float) -> set[str]:
        """Hold what this worker has for `lease_s` seconds from now; the ids of those runs."""
        held = sa.update(runs).where(runs.c.lease_owner == worker, _TO_DO)
        with self._database.writing() as connection:
            renewed = held.values(lease_until=self._clock() + lease_s).returning(runs.c.id)
            return set(connection.scalars(renewed))

    def release(self, worker: str) -> None:
        """Give back what is unfinished, for others to take at once."""
        with self._database.writing() as connection:
            connection.execute(sa.update(runs).where(runs.c.lease_owner == worker).values(IDLE))

    def put_off(self, worker: str, seconds: float) -> None:
        """Give it back, for nobody to take before so many seconds have passed."""
        later = {"lease_owner": None, "lease_until": self._clock() + seconds}
        with self._database.writing() as connection:
            connection.execute(sa.update(runs).where(runs.c.lease_owner == worker).values(later))

    def abandon(self, prefix: str) -> None:
        """`release` for every worker whose name begins so, and count their deaths: for whoever knows of them."""
        begins = sa.func.substr(runs.c.lease_owner, 1, len(prefix)) == prefix
        with self._database.writing() as connection:
            died = sa.update(runs).where(begins, _TO_DO)
            connection.execute(died.values(deaths=runs.c.deaths + 1, **IDLE))

    def wanted(self, run_id: str, worker: str) -> bool:
        """Whether it is this worker's, and nobody has cancelled it."""
        with self._database.reading() as connection:
            held = sa.select(runs.c.id).where(_held(run_id, worker), runs.c.status != "cancelling")
            return connection.scalar(held) is not None

    def write(self, run_id: str, worker: str, change: RunChange) -> bool:
        """Keep what has become of it; False, and nothing is kept, when it is not this worker's any more.

        One that was cancelled meanwhile is no longer `in_progress`, and does not come to be so again.
        """
        with self._database.writing() as connection:
            if change.body is not None or change.messages:
                place = connection.execute(sa.select(runs.c.thread_id, runs.c.owner).where(runs.c.id == run_id)).first()
                if place is None:
                    return False
                try:
                    self._threads.hold(connection, place.thread_id, owner=place.owner)
                except NotFound:
                    return False
            row = connection.execute(sa.select(runs).where(_held(run_id, worker)).with_for_update()).first()
            if row is None:
                return False
            goes_on = change.body is not None and change.body["status"] in ("in_progress", "requires_action")
            if row.status == "cancelling" and goes_on:
                return False
            if change.body is not None:  # its caller may have changed that meanwhile
                change = replace(change, body={**change.body, "metadata": row.body["metadata"]})
            keep(self._threads, connection, run_of(row), change)
            return True


def _held(run_id: str, worker: str) -> sa.ColumnElement[bool]:
    return sa.and_(runs.c.id == run_id, runs.c.lease_owner == worker, _TO_DO)
