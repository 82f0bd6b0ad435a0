"""Responses made in the background: rows that are claimed, as batches are (see batch_jobs.py), and their events.

Whoever has a claim may write, and nobody else; one that was cancelled or deleted is nobody's. The end of a response,
its last event and what it adds to its conversation are kept together, or not at all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import sqlalchemy as sa

from ragproxy.domain import Caller, Item, ResponseChange, ResponseTask, StoredResponse
from ragproxy.errors import NotFound, OverQuota
from ragproxy.state.callers import caller_json, caller_of
from ragproxy.state.conversations import Conversations
from ragproxy.state.db import Database, storable
from ragproxy.state.responses import UNDER_WAY, missing, response_of, response_row
from ragproxy.state.rows import IDLE
from ragproxy.state.tables import response_events, responses

MAX_UNENDED: Final = 500  # responses of one owner

_MOST = 500  # events read at once
_RETRY_AFTER_S = 60.0
_UNENDED = sa.and_(responses.c.background, responses.c.status.in_(UNDER_WAY))
_NUMBER = response_events.c.number


class ResponseWork:
    """The responses that are made in the background. A worker goes by any name that no other bears."""

    def __init__(
        self, database: Database, conversations: Conversations, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._conversations = conversations
        self._clock = clock

    # ---- for clients ----

    def queue(self, response: StoredResponse, caller: Caller, events: Sequence[Mapping[str, Any]] = ()) -> None:
        """Keep a new one, to be made for this caller. OverQuota when too many of its owner's have not ended."""
        row = response_row(response) | {"caller": caller_json(caller)}
        unended = sa.select(sa.func.count()).where(responses.c.owner == response.owner, _UNENDED)
        with self._database.writing() as connection:
            if (connection.scalar(unended) or 0) >= MAX_UNENDED:
                raise OverQuota(
                    f"{MAX_UNENDED} of your responses are being made; wait for some of them, or cancel them",
                    retry_after_s=_RETRY_AFTER_S,
                    code="response_limit_exceeded",
                )
            connection.execute(sa.insert(responses).values(row))
            _tell(connection, response.id, events)

    def end(
        self, response_id: str, change: Callable[[StoredResponse], ResponseChange], *, owner: str
    ) -> StoredResponse:
        """End it by that change, whoever is at work on it; one that has ended stays as it is. NotFound."""
        if not (storable(response_id) and storable(owner)):
            raise missing(response_id)
        this = sa.and_(responses.c.id == response_id, responses.c.owner == owner)
        with self._database.writing() as connection:
            row = connection.execute(sa.select(responses).where(this).with_for_update()).first()
            if row is None:
                raise missing(response_id)
            response = response_of(row)
            if response.status not in UNDER_WAY:
                return response
            changed = change(response)
            _change(connection, response_id, changed)
            return response_of(connection.execute(sa.select(responses).where(this)).one())

    def events(self, response_id: str, after: int) -> list[dict[str, Any]]:
        """The events after that number, in their order; not always all of them. After -1 come all."""
        query = sa.select(response_events).where(response_events.c.response_id == response_id, after < _NUMBER)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(_NUMBER).limit(_MOST)).all()
        return [{**row.data, "sequence_number": row.number} for row in rows]

    def is_under_way(self, response_id: str) -> bool:
        """Whether more events are to come of it."""
        query = sa.select(responses.c.id).where(responses.c.id == response_id, _UNENDED)
        with self._database.reading() as connection:
            return connection.scalar(query) is not None

    # ---- for workers ----

    def claim(self, worker: str, lease_s: float) -> ResponseTask | None:
        """One that nobody works on, this worker's for `lease_s` seconds; None when there is none.

        Owners for whom least is being done come first, then what waits longest.
        """
        now = self._clock()
        wanted = sa.and_(_UNENDED, sa.or_(responses.c.lease_until.is_(None), responses.c.lease_until <= now))
        with self._database.reading() as connection:  # most looks find nothing, and lock nothing
            if connection.scalar(sa.select(responses.c.id).where(wanted).limit(1)) is None:
                return None
        others = responses.alias()
        at_work = sa.select(sa.func.count()).where(
            others.c.owner == responses.c.owner, others.c.lease_owner.is_not(None), others.c.lease_until > now
        )
        query = sa.select(responses).where(wanted)
        query = query.order_by(at_work.scalar_subquery(), responses.c.created, responses.c.id).limit(1)
        with self._database.writing() as connection:
            row = connection.execute(query.with_for_update(of=responses, skip_locked=True)).first()
            if row is None:
                return None
            deaths = row.deaths + (row.lease_owner is not None)  # who had it let it run out
            claimed = sa.update(responses).where(responses.c.id == row.id)
            connection.execute(claimed.values(lease_owner=worker, lease_until=now + lease_s, deaths=deaths))
            return ResponseTask(response_of(row), caller_of(row.caller), deaths, _next(connection, row.id))

    def renew(self, worker: str, lease_s: float) -> set[str]:
        """Hold what this worker has for `lease_s` seconds from now; the ids of those responses."""
        held = sa.update(responses).where(responses.c.lease_owner == worker, _UNENDED)
        with self._database.writing() as connection:
            renewed = held.values(lease_until=self._clock() + lease_s).returning(responses.c.id)
            return set(connection.scalars(renewed))

    def release(self, worker: str) -> None:
        """Give back what is unfinished, for others to take at once."""
        with self._database.writing() as connection:
            connection.execute(sa.update(responses).where(responses.c.lease_owner == worker).values(IDLE))

    def put_off(self, worker: str, seconds: float) -> None:
        """Give it back, for nobody to take before so many seconds have passed."""
        later = {"lease_owner": None, "lease_until": self._clock() + seconds}
        with self._database.writing() as connection:
            connection.execute(sa.update(responses).where(responses.c.lease_owner == worker).values(later))

    def abandon(self, prefix: str) -> None:
        """`release` for every worker whose name begins so, and count their deaths: for whoever knows of them."""
        begins = sa.func.substr(responses.c.lease_owner, 1, len(prefix)) == prefix
        with self._database.writing() as connection:
            died = sa.update(responses).where(begins, _UNENDED)
            connection.execute(died.values(deaths=responses.c.deaths + 1, **IDLE))

    def is_held(self, response_id: str, worker: str) -> bool:
        """Whether it is this worker's, and still wanted."""
        with self._database.reading() as connection:
            return connection.scalar(sa.select(responses.c.id).where(_held(response_id, worker))) is not None

    def write(self, response_id: str, worker: str, change: ResponseChange, said: Sequence[Item] = ()) -> bool:
        """Keep what has become of it; False, and nothing is kept, when it is not this worker's any more.

        What was `said` is added to its conversation, if that is still there.
        """
        held = sa.select(responses.c.owner, responses.c.conversation_id).where(_held(response_id, worker))
        with self._database.writing() as connection:
            row = connection.execute(held.with_for_update()).first()
            if row is None:
                return False
            _change(connection, response_id, change)
            if said and row.conversation_id is not None:
                with suppress(NotFound):  # deleted meanwhile
                    self._conversations.append_within(
                        connection, row.conversation_id, said, owner=row.owner, turn=response_id
                    )
            return True


def _held(response_id: str, worker: str) -> sa.ColumnElement[bool]:
    return sa.and_(responses.c.id == response_id, responses.c.lease_owner == worker, _UNENDED)


def _change(connection: sa.Connection, response_id: str, change: ResponseChange) -> None:
    """The row is locked."""
    if change.body is not None:
        values = {"body": dict(change.body), "status": change.body["status"]}
        if change.body["status"] not in UNDER_WAY:
            values |= IDLE
        connection.execute(sa.update(responses).where(responses.c.id == response_id).values(values))
    _tell(connection, response_id, change.events)


def _tell(connection: sa.Connection, response_id: str, events: Sequence[Mapping[str, Any]]) -> None:
    if events:
        rows = [
            {"response_id": response_id, "number": number, "data": dict(event)}
            for number, event in enumerate(events, _next(connection, response_id))
        ]
        connection.execute(sa.insert(response_events), rows)


def _next(connection: sa.Connection, response_id: str) -> int:
    """The number of the next event: they are counted from 0."""
    last = connection.scalar(sa.select(sa.func.max(_NUMBER)).where(response_events.c.response_id == response_id))
    return 0 if last is None else last + 1
