"""Runs: an assistant's turns in threads, their steps, and what was told of them.

A thread has one run at most that has not ended. What becomes of a run, its steps, its messages and its events are kept
together, or not at all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

import sqlalchemy as sa

from ragproxy.domain import ACTIVE, Caller, Cursor, Page, Run, RunChange, RunStep, Thread, ThreadMessage
from ragproxy.errors import InvalidRequest, NotFound, OverQuota
from ragproxy.state.callers import caller_json
from ragproxy.state.db import Database, shown, storable
from ragproxy.state.ids import new_id
from ragproxy.state.paging import Listing
from ragproxy.state.rows import IDLE
from ragproxy.state.tables import run_events, run_steps, runs
from ragproxy.state.threads import Threads

MAX_ACTIVE: Final = 500  # runs of one owner

_MOST: Final = 500  # events read at once
_DUE_AT_ONCE: Final = 50
_RETRY_AFTER_S: Final = 60.0
_NUMBER = run_events.c.number
IS_ACTIVE = runs.c.status.in_(ACTIVE)

Change = Callable[[Run, Sequence[RunStep]], RunChange]  # of the run as it is, and its steps that have not ended


class Runs:
    """The runs of every owner."""

    def __init__(self, database: Database, threads: Threads, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._threads = threads
        self._clock = clock

    def new_id(self) -> str:
        """An id that no run has."""
        return new_id("run_")

    def free(self, thread_id: str, *, owner: str) -> Thread:
        """The thread, if a run can be made in it. NotFound; InvalidRequest when one is active there."""
        thread = self._threads.get(thread_id, owner=owner)
        with self._database.reading() as connection:
            _check_free(connection, thread_id)
        return thread

    def create(
        self,
        run: Run,
        caller: Caller,
        *,
        messages: Sequence[ThreadMessage] = (),
        events: Iterable[Mapping[str, Any]] = (),
    ) -> None:
        """Keep a new one, to be worked on for this caller, and the messages that its thread is given for it.

        NotFound; InvalidRequest when the thread has one that is active; OverQuota when too many of its owner's are.
        """
        active = sa.select(sa.func.count()).where(runs.c.owner == run.owner, IS_ACTIVE)
        with self._database.writing() as connection:
            self._threads.hold(connection, run.thread_id, owner=run.owner)
            _check_free(connection, run.thread_id)
            if (connection.scalar(active) or 0) >= MAX_ACTIVE:
                raise OverQuota(
                    f"{MAX_ACTIVE} of your runs have not ended; wait for some of them, or cancel them",
                    retry_after_s=_RETRY_AFTER_S,
                    code="run_limit_exceeded",
                )
            if messages:
                self._threads.add_within(connection, run.thread_id, messages, owner=run.owner)
            connection.execute(sa.insert(runs).values(_row(run) | {"caller": caller_json(caller)}))
            tell(connection, run.id, events)

    def get(self, thread_id: str, run_id: str, *, owner: str) -> Run:
        """The run of that id, of the owner's thread. NotFound says which of them is missing."""
        self._threads.get(thread_id, owner=owner)
        if storable(run_id):
            with self._database.reading() as connection:
                row = connection.execute(sa.select(runs).where(_is(thread_id, run_id, owner))).first()
            if row:
                return run_of(row)
        raise _missing(run_id)

    def page(self, thread_id: str, cursor: Cursor, *, owner: str) -> Page[Run]:
        """A page of the runs of a thread. NotFound; InvalidRequest names an unknown cursor."""
        self._threads.get(thread_id, owner=owner)
        within = sa.and_(runs.c.thread_id == thread_id, runs.c.owner == owner)
        listing = Listing(f"runs of {thread_id}", runs.c.created, runs.c.id, within)
        with self._database.reading() as connection:
            rows, more = listing.read(connection, sa.select(runs).where(within), cursor)
        return Page(tuple(run_of(row) for row in rows), more)

    def change(
        self,
        thread_id: str,
        run_id: str,
        change: Change,
        *,
        owner: str,
        request: Mapping[str, Any] | None = None,
    ) -> Run:
        """Change it so, whoever is at work on it; a `request` takes the place of its own. NotFound.

        What `change` raises leaves everything as it was.
        """
        if not (storable(run_id) and storable(owner)):
            raise _missing(run_id)
        with self._database.writing() as connection:
            # the thread first, as everywhere: whoever begins a run in it waits here, and not with the run in hand
            self._threads.hold(connection, thread_id, owner=owner)
            this = _is(thread_id, run_id, owner)
            row = connection.execute(sa.select(runs).where(this).with_for_update()).first()
            if row is None:
                raise _missing(run_id)
            run = run_of(row)
            changed = change(run, _open_steps(connection, run_id))
            if request is not None:
                renewed = sa.update(runs).where(runs.c.id == run_id)
                connection.execute(renewed.values(request=dict(request), deaths=0))
            keep(self._threads, connection, run, changed)
            return run_of(connection.execute(sa.select(runs).where(this)).one())

    def expire(self, change: Change, thread_id: str | None = None) -> int:
        """End so those whose time is over, of one thread or of all; how many they were."""
        due = sa.and_(IS_ACTIVE, runs.c.expires <= int(self._clock()))
        if thread_id is not None:
            due = sa.and_(due, runs.c.thread_id == thread_id)
        query = sa.select(runs.c.id, runs.c.thread_id, runs.c.owner).where(due).limit(_DUE_AT_ONCE)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()

        def end(run: Run, steps: Sequence[RunStep]) -> RunChange:
            return change(run, steps) if run.is_active else RunChange()

        for row in rows:
            with suppress(NotFound):
                self.change(row.thread_id, row.id, end, owner=row.owner)
        return len(rows)

    # ---- steps and events ----

    def steps(self, thread_id: str, run_id: str, cursor: Cursor, *, owner: str) -> Page[RunStep]:
        """A page of its steps. NotFound; InvalidRequest names an unknown cursor."""
        self.get(thread_id, run_id, owner=owner)
        within = run_steps.c.run_id == run_id
        listing = Listing(f"steps of {run_id}", run_steps.c.number, run_steps.c.id, within)
        with self._database.reading() as connection:
            rows, more = listing.read(connection, sa.select(run_steps).where(within), cursor)
        return Page(tuple(_step(row) for row in rows), more)

    def step(self, thread_id: str, run_id: str, step_id: str, *, owner: str) -> RunStep:
        """One of its steps. NotFound."""
        self.get(thread_id, run_id, owner=owner)
        if storable(step_id):
            this = sa.select(run_steps).where(run_steps.c.run_id == run_id, run_steps.c.id == step_id)
            with self._database.reading() as connection:
                row = connection.execute(this).first()
            if row:
                return _step(row)
        raise NotFound(f"No run step found with id '{shown(step_id)}'.")

    def events(self, run_id: str, after: int) -> list[tuple[int, dict[str, Any]]]:
        """The events after that number, each with its own, in their order; not always all. After -1 come all."""
        query = sa.select(run_events).where(run_events.c.run_id == run_id, after < _NUMBER)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(_NUMBER).limit(_MOST)).all()
        return [(row.number, row.data) for row in rows]

    def last_event(self, run_id: str) -> tuple[int, dict[str, Any]] | None:
        """The event that was told last, and its number."""
        query = sa.select(run_events).where(run_events.c.run_id == run_id)
        with self._database.reading() as connection:
            row = connection.execute(query.order_by(_NUMBER.desc()).limit(1)).first()
        return None if row is None else (row.number, row.data)

    def is_active(self, run_id: str) -> bool:
        """Whether it has not ended."""
        with self._database.reading() as connection:
            return connection.scalar(sa.select(runs.c.id).where(runs.c.id == run_id, IS_ACTIVE)) is not None


# ---- rows: for who works on them, too ----


def keep(threads: Threads, connection: sa.Connection, run: Run, change: RunChange) -> None:
    """Keep what has become of it. The row is locked, and the thread before it when more than events is kept."""
    values: dict[str, Any] = {}
    if change.body is not None:
        values |= {"body": dict(change.body), "status": change.body["status"]}
        if change.body["status"] not in ("in_progress", "cancelling"):  # nobody is at work on it
            values |= IDLE
        if change.body["status"] == "cancelling":  # it is to be seen to at once, even if it was put off
            values["lease_until"] = sa.case((runs.c.lease_owner.is_(None), None), else_=runs.c.lease_until)
    if change.said is not None:
        values["said"] = [dict(item) for item in change.said]
    if values:
        connection.execute(sa.update(runs).where(runs.c.id == run.id).values(values))
    if change.messages:
        threads.add_within(connection, run.thread_id, change.messages, owner=run.owner)
    _keep_steps(connection, run.id, change.steps)
    tell(connection, run.id, change.events)


def tell(connection: sa.Connection, run_id: str, events: Iterable[Mapping[str, Any]]) -> None:
    """Keep the events after those that there are. The row is locked."""
    told = list(events)
    if told:
        last = connection.scalar(sa.select(sa.func.max(_NUMBER)).where(run_events.c.run_id == run_id))
        start = 0 if last is None else last + 1
        rows = [{"run_id": run_id, "number": number, "data": dict(event)} for number, event in enumerate(told, start)]
        connection.execute(sa.insert(run_events), rows)


def run_of(row: sa.Row) -> Run:
    """The run of a row."""
    return Run(
        id=row.id,
        owner=row.owner,
        thread_id=row.thread_id,
        assistant_id=row.assistant_id,
        created=row.created,
        status=row.status,
        body=row.body,
        request=row.request,
        said=tuple(row.said),
        expires=row.expires,
    )


def _check_free(connection: sa.Connection, thread_id: str) -> None:
    other = connection.scalar(sa.select(runs.c.id).where(runs.c.thread_id == thread_id, IS_ACTIVE))
    if other is not None:
        raise InvalidRequest(f"Thread {thread_id} already has an active run {other}.")


def _row(run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "owner": run.owner,
        "thread_id": run.thread_id,
        "assistant_id": run.assistant_id,
        "created": run.created,
        "status": run.status,
        "body": dict(run.body),
        "request": dict(run.request),
        "said": [dict(item) for item in run.said],
        "expires": run.expires,
    }


def _keep_steps(connection: sa.Connection, run_id: str, steps: Sequence[RunStep]) -> None:
    if not steps:
        return
    kept = sa.select(run_steps.c.id, run_steps.c.number).where(run_steps.c.run_id == run_id)
    numbers = {row.id: row.number for row in connection.execute(kept)}
    following = max(numbers.values(), default=-1) + 1
    new: list[dict[str, Any]] = []
    for step in steps:
        if step.id in numbers:
            connection.execute(sa.update(run_steps).where(run_steps.c.id == step.id).values(body=dict(step.body)))
        else:
            number = following + len(new)
            new.append(_step_row(replace(step, run_id=run_id, number=number)))
    if new:
        connection.execute(sa.insert(run_steps), new)


def _open_steps(connection: sa.Connection, run_id: str) -> list[RunStep]:
    query = sa.select(run_steps).where(run_steps.c.run_id == run_id).order_by(run_steps.c.number)
    return [_step(row) for row in connection.execute(query) if row.body["status"] == "in_progress"]


def _step(row: sa.Row) -> RunStep:
    return RunStep(row.id, row.run_id, row.number, row.created, row.body)


def _step_row(step: RunStep) -> dict[str, Any]:
    return {name: getattr(step, name) for name in ("id", "run_id", "number", "created")} | {"body": dict(step.body)}


def _is(thread_id: str, run_id: str, owner: str) -> sa.ColumnElement[bool]:
    return sa.and_(runs.c.id == run_id, runs.c.thread_id == thread_id, runs.c.owner == owner)


def _missing(run_id: str) -> NotFound:
    return NotFound(f"No run found with id '{shown(run_id)}'.")
