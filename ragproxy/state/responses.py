"""Responses that are kept, and the chains that they make: each may go on from a former one of its owner's."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, Final

import sqlalchemy as sa

from ragproxy.domain import Cursor, Item, Page, StoredResponse
from ragproxy.errors import InvalidRequest, NotFound
from ragproxy.state.conversations import prefix_of
from ragproxy.state.db import BATCH, Database, batches_of, checked_name, shown, storable
from ragproxy.state.ids import new_id
from ragproxy.state.tables import responses

MAX_CHAIN: Final = 1000  # responses that one may go on from

_PREFIX = "resp_"
_ITEM_ID = re.compile(r"[a-z]{1,8}_([0-9a-f]{32})[0-9a-f]{4,6}")
UNDER_WAY: Final = ("queued", "in_progress")


class Responses:
    """The responses of every owner."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def create(self, response: StoredResponse) -> None:
        """Keep a new one. InvalidRequest for an owner that cannot be stored."""
        row = response_row(response)
        with self._database.writing() as connection:
            connection.execute(sa.insert(responses).values(row))

    def get(self, response_id: str, *, owner: str) -> StoredResponse:
        """The owner's response of that id. NotFound when there is none."""
        found = self._find(response_id, owner)
        if found is None:
            raise missing(response_id)
        return found

    def delete(self, response_id: str, *, owner: str) -> None:
        """Forget it; those that went on from it cannot be gone on from any more. NotFound."""
        gone = 0
        if storable(response_id) and storable(owner):
            mine = sa.and_(responses.c.id == response_id, responses.c.owner == owner)
            with self._database.writing() as connection:
                gone = connection.execute(sa.delete(responses).where(mine)).rowcount
        if not gone:
            raise missing(response_id)

    def chain(self, response_id: str, *, owner: str) -> list[StoredResponse]:
        """The response and all those that it went on from, oldest first.

        NotFound with param `previous_response_id` when one of them is missing or is not the owner's; InvalidRequest
        when the last is still being made, when they go round in a circle, and when there are more than MAX_CHAIN.
        """
        ids = self._line(response_id, owner)
        found: dict[str, StoredResponse] = {}
        with self._database.reading() as connection:
            for some in batches_of(ids):
                rows = connection.execute(sa.select(responses).where(responses.c.id.in_(some)))
                found |= {row.id: response_of(row) for row in rows}
        line = []
        for each in reversed(ids):
            if each not in found:  # deleted this very moment
                raise _no_previous(each)
            line.append(found[each])
        if line[-1].status in UNDER_WAY:
            raise InvalidRequest(
                f"The previous response '{shown(response_id)}' is {line[-1].status}; wait until it has ended",
                param="previous_response_id",
                code="previous_response_not_completed",
            )
        return line

    def item(self, item_id: str, *, owner: str) -> Item | None:
        """An item of any of the owner's responses, asked or answered; None when there is none of that id."""
        holder = _ITEM_ID.fullmatch(item_id)
        response = self._find(_PREFIX + holder[1], owner) if holder else None
        if response is None:
            return None
        return next((item for item in response.items if item.get("id") == item_id), None)

    def input_page(self, response_id: str, cursor: Cursor, *, owner: str) -> Page[Item]:
        """A page of what it was asked. NotFound; InvalidRequest for an `after` that is none of its items."""
        items = list(self.get(response_id, owner=owner).input)
        if cursor.order == "desc":
            items.reverse()
        if cursor.after is not None:
            place = next((place for place, item in enumerate(items) if item.get("id") == cursor.after), None)
            if place is None:
                message = f"'after' is the id of nothing in this list: '{shown(cursor.after)}'"
                raise InvalidRequest(message, param="after")
            items = items[place + 1 :]
        return Page(tuple(items[: cursor.limit]), len(items) > cursor.limit)

    def drop(self, older_than_s: float) -> int:
        """Forget those made so long ago, unless a younger one goes on from them; how many that were."""
        young = responses.alias()
        goes_on = sa.select(young.c.id).where(young.c.previous_id == responses.c.id, young.c.owner == responses.c.owner)
        old = sa.select(responses.c.id).where(
            responses.c.created < int(self._clock() - older_than_s),
            responses.c.status.not_in(UNDER_WAY),
            ~goes_on.exists(),
        )
        dropped = 0
        while True:
            with self._database.writing() as connection:
                some = old.limit(BATCH).with_for_update(skip_locked=True)
                gone = connection.execute(sa.delete(responses).where(responses.c.id.in_(some))).rowcount
            dropped += gone
            if not gone:  # a chain goes from its end, one a round
                return dropped

    def _find(self, response_id: str, owner: str) -> StoredResponse | None:
        if not (storable(response_id) and storable(owner)):
            return None
        mine = sa.select(responses).where(responses.c.id == response_id, responses.c.owner == owner)
        with self._database.reading() as connection:
            row = connection.execute(mine).first()
        return response_of(row) if row else None

    def _line(self, response_id: str, owner: str) -> list[str]:
        """The ids of the chain, newest first."""
        if not (storable(response_id) and storable(owner)):
            raise _no_previous(response_id)
        mine = responses.c.owner == owner
        columns = (responses.c.id, responses.c.previous_id)
        start = sa.select(*columns, sa.literal(1).label("depth")).where(mine, responses.c.id == response_id)
        line = start.cte("line", recursive=True)
        before = sa.select(*columns, line.c.depth + 1).where(mine, responses.c.id == line.c.previous_id)
        line = line.union_all(before.where(line.c.depth <= MAX_CHAIN))
        with self._database.reading() as connection:
            rows = connection.execute(sa.select(line).order_by(line.c.depth)).all()
        if not rows:
            raise _no_previous(response_id)
        ids = [row.id for row in rows]
        if len(set(ids)) < len(ids):
            raise _unfit(f"The responses before '{shown(response_id)}' go round in a circle", "previous_response_cycle")
        if len(ids) > MAX_CHAIN:
            message = f"More than {MAX_CHAIN} responses come before this one; compact them, or begin anew"
            raise _unfit(message, "previous_response_chain_too_long")
        if rows[-1].previous_id is not None:
            raise _no_previous(rows[-1].previous_id)
        return ids


def new_response_id() -> str:
    """An id for a response; those of its items are made from it, so that an item can be found by its own."""
    return new_id(_PREFIX)


def item_id(item: Item, response_id: str, number: int) -> str:
    """An id such as `msg_...` for an item of that response; its items are numbered from 0, the input first."""
    return f"{prefix_of(item)}{response_id.removeprefix(_PREFIX)}{number:04x}"


def response_row(response: StoredResponse) -> dict[str, Any]:
    """The columns of a response that nobody works on. InvalidRequest for an owner that cannot be stored."""
    return {
        "id": response.id,
        "owner": checked_name(response.owner, param="owner"),
        "created": response.created,
        "status": response.status,
        "background": response.background,
        "previous_id": response.previous_id,
        "conversation_id": response.conversation_id,
        "request": dict(response.request),
        "input": list(response.input),
        "body": dict(response.body),
    }


def response_of(row: sa.Row) -> StoredResponse:
    """The response of a row."""
    return StoredResponse(
        id=row.id,
        owner=row.owner,
        created=row.created,
        status=row.status,
        body=row.body,
        input=tuple(row.input),
        request=row.request,
        background=row.background,
        previous_id=row.previous_id,
        conversation_id=row.conversation_id,
    )


def missing(response_id: str) -> NotFound:
    """There is no such response, or it is somebody else's."""
    return NotFound(f"Response with id '{shown(response_id)}' not found", code="response_not_found")


def _no_previous(response_id: str) -> NotFound:
    """There is no such response, or it is somebody else's: nobody may tell the one from the other."""
    message = f"Previous response with id '{shown(response_id)}' not found"
    return NotFound(message, param="previous_response_id", code="previous_response_not_found")


def _unfit(message: str, code: str) -> InvalidRequest:
    return InvalidRequest(message, param="previous_response_id", code=code)
