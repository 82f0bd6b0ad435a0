"""Batches of requests as rows that are claimed, as reindexes are (see reindexes.py), and a row for each line done.

Whoever has a claim may write, and nobody else: a result is kept together with its place in the counts, or not at all.
So a line whose result is kept is never asked again, and none has two.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from ragproxy.domain import (
    BatchEnding,
    BatchEndpoint,
    BatchFault,
    BatchJob,
    BatchResult,
    BatchStatus,
    BatchUsage,
    Caller,
    Cursor,
    File,
    Page,
)
from ragproxy.errors import Conflict, NotFound, OverQuota
from ragproxy.state.callers import caller_json, caller_of
from ragproxy.state.db import BATCH, Database, batches_of, checked_name, shown, storable
from ragproxy.state.ids import new_id
from ragproxy.state.library import insert
from ragproxy.state.paging import Listing
from ragproxy.state.rows import IDLE
from ragproxy.state.tables import batch_jobs, batch_results

MAX_UNENDED = 500  # batches of one owner

_UNENDED = batch_jobs.c.ended.is_(None)
_PAGE = 20  # results read at once: each may be as large as an answer is
_RETRY_AFTER_S = 60.0
_INSIDE = ("lease_owner", "lease_until")


class BatchJobs:
    """The batches of every owner. A worker goes by any name that no other bears, a new one at each start."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    # ---- for clients ----

    def create(
        self,
        *,
        caller: Caller,
        endpoint: BatchEndpoint,
        input_file_id: str,
        window_s: int,
        metadata: Mapping[str, str] | None = None,
        output_lifetime_s: int | None = None,
    ) -> BatchJob:
        """A new batch, to be worked on for this caller. OverQuota when too many of its owner's have not ended."""
        job = BatchJob(
            id=new_id("batch_"),
            owner=checked_name(caller.owner, param="owner"),
            created=int(self._clock()),
            endpoint=endpoint,
            input_file_id=checked_name(input_file_id, param="input_file_id"),
            caller=caller,
            window_s=window_s,
            metadata=metadata,
            output_lifetime_s=output_lifetime_s,
        )
        row = {column.name: getattr(job, column.name) for column in batch_jobs.c if column.name not in _INSIDE}
        row |= {"caller": caller_json(caller), "errors": sa.null(), "usage": sa.null()}
        row["metadata"] = sa.null() if metadata is None else dict(metadata)
        unended = sa.select(sa.func.count()).where(batch_jobs.c.owner == job.owner, _UNENDED)
        with self._database.writing() as connection:
            if (connection.scalar(unended) or 0) >= MAX_UNENDED:
                raise OverQuota(
                    f"{MAX_UNENDED} of your batches have not ended; wait for some of them, or cancel them",
                    retry_after_s=_RETRY_AFTER_S,
                    code="batch_limit_exceeded",
                )
            connection.execute(sa.insert(batch_jobs).values(row))
        return job

    def get(self, batch_id: str, *, owner: str) -> BatchJob:
        """The owner's batch of that id. NotFound when there is none."""
        if storable(batch_id) and storable(owner):
            query = sa.select(batch_jobs).where(batch_jobs.c.id == batch_id, batch_jobs.c.owner == owner)
            with self._database.reading() as connection:
                row = connection.execute(query).first()
            if row:
                return _job(row)
        raise _missing(batch_id)

    def page(self, cursor: Cursor, *, owner: str) -> Page[BatchJob]:
        """A page of the owner's batches. InvalidRequest names an unknown cursor."""
        if not storable(owner):
            return Page((), False)
        mine = batch_jobs.c.owner == owner
        listing = Listing(f"batches of {owner}", batch_jobs.c.created, batch_jobs.c.id, mine)
        with self._database.reading() as connection:
            rows, has_more = listing.read(connection, sa.select(batch_jobs).where(mine), cursor)
        return Page(tuple(_job(row) for row in rows), has_more)

    def cancel(self, batch_id: str, *, owner: str) -> BatchJob:
        """Have it stopped; what nobody has begun is cancelled at once. NotFound, Conflict when it is too late."""
        if not storable(batch_id) or not storable(owner):
            raise _missing(batch_id)
        now = self._clock()
        this = sa.and_(batch_jobs.c.id == batch_id, batch_jobs.c.owner == owner)
        with self._database.writing() as connection:
            row = connection.execute(sa.select(batch_jobs).where(this).with_for_update()).first()
            if row is None:
                raise _missing(batch_id)
            if row.status in ("cancelling", "cancelled"):
                return _job(row)
            if row.status not in ("validating", "in_progress"):
                raise Conflict(
                    f"The batch '{shown(batch_id)}' is {row.status}; it cannot be cancelled any more",
                    code=f"batch_{row.status}",
                )
            values: dict[str, Any] = {"status": "cancelling", "cancelling": int(now)}
            if row.started is None and (row.lease_until is None or row.lease_until <= now):
                values |= {"status": "cancelled", "ended": int(now), **IDLE}
            changed = sa.update(batch_jobs).where(this).values(values).returning(*batch_jobs.c)
            return _job(connection.execute(changed).one())

    # ---- for workers ----

    def claim(self, worker: str, lease_s: float, *, ending: bool = False) -> BatchJob | None:
        """One that nobody works on, this worker's for `lease_s` seconds; None when there is none.

        Owners for whom least is being done come first, then what waits longest. With `ending`, of those alone that
        are cancelled, past their window or otherwise near their end.
        """
        now = self._clock()
        free = sa.or_(batch_jobs.c.lease_until.is_(None), batch_jobs.c.lease_until <= now)
        wanted = sa.and_(_UNENDED, free)
        if ending:
            near = batch_jobs.c.status.in_(("cancelling", "finalizing"))
            wanted = sa.and_(wanted, sa.or_(near, batch_jobs.c.created + batch_jobs.c.window_s <= int(now)))
        with self._database.reading() as connection:  # most looks find nothing, and lock nothing
            if connection.scalar(sa.select(batch_jobs.c.id).where(wanted).limit(1)) is None:
                return None
        others = batch_jobs.alias()
        at_work = sa.select(sa.func.count()).where(others.c.owner == batch_jobs.c.owner, others.c.lease_until > now)
        query = sa.select(batch_jobs).where(wanted)
        query = query.order_by(at_work.scalar_subquery(), batch_jobs.c.created, batch_jobs.c.id).limit(1)
        with self._database.writing() as connection:
            row = connection.execute(query.with_for_update(of=batch_jobs, skip_locked=True)).first()
            if row is None:
                return None
            died = 0 if row.lease_owner is None else 1  # who had it let it run out
            claimed = sa.update(batch_jobs).where(batch_jobs.c.id == row.id)
            values = {"lease_owner": worker, "lease_until": now + lease_s, "deaths": row.deaths + died}
            return _job(connection.execute(claimed.values(values).returning(*batch_jobs.c)).one())

    def renew(self, worker: str, lease_s: float) -> set[str]:
        """Hold what this worker has for `lease_s` seconds from now; the ids of those batches."""
        held = sa.update(batch_jobs).where(batch_jobs.c.lease_owner == worker, _UNENDED)
        with self._database.writing() as connection:
            renewed = held.values(lease_until=self._clock() + lease_s).returning(batch_jobs.c.id)
            return set(connection.scalars(renewed))

    def release(self, worker: str) -> None:
        """Give back what is unfinished, for others to take at once."""
        with self._database.writing() as connection:
            connection.execute(sa.update(batch_jobs).where(batch_jobs.c.lease_owner == worker).values(IDLE))

    def abandon(self, prefix: str) -> None:
        """`release` for every worker whose name begins so, and count their deaths: for whoever knows of them."""
        begins = sa.func.substr(batch_jobs.c.lease_owner, 1, len(prefix)) == prefix
        with self._database.writing() as connection:
            died = sa.update(batch_jobs).where(begins, _UNENDED)
            connection.execute(died.values(deaths=batch_jobs.c.deaths + 1, **IDLE))

    def status(self, batch_id: str, worker: str) -> BatchStatus | None:
        """What the batch is now; None when it is not this worker's any more."""
        query = sa.select(batch_jobs.c.status).where(_held(batch_id, worker))
        with self._database.reading() as connection:
            status: BatchStatus | None = connection.scalar(query)
        return status

    def begin(
        self, batch_id: str, worker: str, *, total: int, model: str | None, faulty: Sequence[BatchResult]
    ) -> bool:
        """Its file has been read: so many lines, of which some cannot be asked. False when it is not to be begun."""
        values = {"status": "in_progress", "started": int(self._clock()), "total": total, "model": model}
        values |= {"failed": len(faulty), "deaths": 0}
        validating = sa.and_(_held(batch_id, worker), batch_jobs.c.status == "validating")
        with self._database.writing() as connection:
            if not connection.execute(sa.update(batch_jobs).where(validating).values(values)).rowcount:
                return False
            _insert(connection, batch_id, faulty)
        return True

    def keep(self, batch_id: str, worker: str, results: Sequence[BatchResult]) -> bool:
        """Keep what became of lines, those that are kept already as they were. False when nobody wants it any more."""
        wanted = sa.and_(
            _held(batch_id, worker),
            batch_jobs.c.status.in_(("in_progress", "cancelling")),
            batch_jobs.c.finalizing.is_(None),
        )
        with self._database.writing() as connection:
            # locked first, so that no two count at once
            if not connection.execute(sa.update(batch_jobs).where(wanted).values(deaths=0)).rowcount:
                return False
            numbers = [result.number for result in results]
            of_them = sa.and_(batch_results.c.batch_id == batch_id, batch_results.c.number.in_(numbers))
            kept = set(connection.scalars(sa.select(batch_results.c.number).where(of_them)))
            new = [result for result in results if result.number not in kept]
            failed = sum(result.failed for result in new)
            counts = {
                "completed": batch_jobs.c.completed + len(new) - failed,
                "failed": batch_jobs.c.failed + failed,
            }
            connection.execute(sa.update(batch_jobs).where(batch_jobs.c.id == batch_id).values(counts))
            _insert(connection, batch_id, new)
        return True

    def done(self, batch_id: str) -> set[int]:
        """The numbers of the lines that have a result."""
        query = sa.select(batch_results.c.number).where(batch_results.c.batch_id == batch_id)
        with self._database.reading() as connection:
            return set(connection.scalars(query))

    def results(self, batch_id: str, *, failed: bool) -> Iterator[BatchResult]:
        """What became of its lines, of those that failed or of the others, in their order, a few read at a time."""
        after = 0
        query = sa.select(batch_results).where(batch_results.c.batch_id == batch_id, batch_results.c.failed == failed)
        while True:
            part = query.where(batch_results.c.number > after).order_by(batch_results.c.number).limit(_PAGE)
            with self._database.reading() as connection:
                rows = connection.execute(part).all()
            yield from (BatchResult(row.number, row.failed, row.data) for row in rows)
            if len(rows) < _PAGE:
                return
            after = rows[-1].number

    def finalize(
        self, batch_id: str, worker: str, ending: BatchEnding, errors: Sequence[BatchFault] = ()
    ) -> BatchEnding | None:
        """No more results are kept; how it will end, which is `cancelled` for one that is cancelled meanwhile.

        None when it is not this worker's any more.
        """
        cancelling = batch_jobs.c.status == "cancelling"
        values = {
            "status": sa.case((cancelling, "cancelling"), else_="finalizing"),
            "ending": sa.case((cancelling, "cancelled"), else_=ending),
            "finalizing": int(self._clock()),
            "errors": _faults_json(errors),
        }
        finalized = sa.update(batch_jobs).where(_held(batch_id, worker), batch_jobs.c.finalizing.is_(None))
        ours = sa.select(batch_jobs.c.ending).where(_held(batch_id, worker))
        with self._database.writing() as connection:
            connection.execute(finalized.values(values))
            ending_: BatchEnding | None = connection.scalar(ours)
        return ending_

    def fail(self, batch_id: str, worker: str, errors: Sequence[BatchFault], *, lines: int = 0) -> None:
        """Its file cannot be used at all: of its `lines`, when they were read, every one has failed."""
        values = {"status": "failed", "ended": int(self._clock()), "errors": _faults_json(errors), **IDLE}
        values |= {"total": lines, "failed": lines}
        validating = sa.and_(_held(batch_id, worker), batch_jobs.c.status == "validating")
        with self._database.writing() as connection:
            connection.execute(sa.update(batch_jobs).where(validating).values(values))

    def finish(self, batch_id: str, worker: str, *, output: File | None, error: File | None, usage: BatchUsage) -> bool:
        """It has ended, and these are its files: they come into the library with it. False as of `keep`."""
        values = {
            "status": batch_jobs.c.ending,
            "ended": int(self._clock()),
            "output_file_id": output and output.id,
            "error_file_id": error and error.id,
            "usage": asdict(usage),
            **IDLE,
        }
        finalized = sa.update(batch_jobs).where(_held(batch_id, worker), batch_jobs.c.ending.is_not(None))
        with self._database.writing() as connection:
            if not connection.execute(finalized.values(values)).rowcount:
                return False
            for file in filter(None, (output, error)):
                insert(connection, file)
        return True

    # ---- for the sweep ----

    def clear(self) -> None:
        """Forget the results of batches that have ended: they are in their files."""
        ended = sa.select(batch_results.c.batch_id, batch_results.c.number)
        ended = ended.join(batch_jobs, batch_jobs.c.id == batch_results.c.batch_id).where(~_UNENDED).limit(BATCH)
        key = sa.tuple_(batch_results.c.batch_id, batch_results.c.number)
        while True:
            with self._database.writing() as connection:  # a few at once: others write meanwhile
                if connection.execute(sa.delete(batch_results).where(key.in_(ended))).rowcount < BATCH:
                    return

    def drop(self, older_than_s: float) -> int:
        """Forget the batches that ended more than `older_than_s` seconds ago, and return how many; their files stay."""
        old = sa.select(batch_jobs.c.id).where(batch_jobs.c.ended < int(self._clock() - older_than_s)).limit(BATCH)
        dropped = 0
        while True:
            with self._database.writing() as connection:
                gone = connection.execute(sa.delete(batch_jobs).where(batch_jobs.c.id.in_(old))).rowcount
            dropped += gone
            if gone < BATCH:
                return dropped


def _held(batch_id: str, worker: str) -> sa.ColumnElement[bool]:
    return sa.and_(batch_jobs.c.id == batch_id, batch_jobs.c.lease_owner == worker, _UNENDED)


def _insert(connection: sa.Connection, batch_id: str, results: Sequence[BatchResult]) -> None:
    for some in batches_of(results):
        rows = [
            {"batch_id": batch_id, "number": each.number, "failed": each.failed, "data": dict(each.data)}
            for each in some
        ]
        connection.execute(sa.insert(batch_results), rows)


def _faults_json(faults: Sequence[BatchFault]) -> Any:
    return [asdict(fault) for fault in faults] if faults else sa.null()


def _job(row: sa.Row) -> BatchJob:
    values = {column: value for column, value in row._mapping.items() if column not in _INSIDE}
    values["caller"] = caller_of(row.caller)
    values["errors"] = tuple(BatchFault(**fault) for fault in row.errors or ())
    values["usage"] = None if row.usage is None else BatchUsage(**row.usage)
    return BatchJob(**values)


def _missing(batch_id: str) -> NotFound:
    return NotFound(f"No batch found with id '{shown(batch_id)}'", code="batch_not_found")
