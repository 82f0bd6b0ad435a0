"""Chat completions that were to be stored."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from ragproxy.domain import Cursor, Message, Page, StoredCompletion
from ragproxy.errors import InvalidRequest, NotFound
from ragproxy.state.db import BATCH, Database, checked_name, checked_text, shown, storable
from ragproxy.state.paging import Listing, leave_bookmarks
from ragproxy.state.tables import completion_metadata, completions


class Completions:
    """The stored chat completions of every owner."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def create(self, completion: StoredCompletion) -> None:
        """Keep a new one. InvalidRequest for texts that cannot be stored."""
        row = {
            "id": completion.id,
            "owner": checked_name(completion.owner, param="owner"),
            "created": completion.created,
            "model": checked_text(completion.model, param="model"),
            "messages": [_message_row(message) for message in completion.messages],
            "body": dict(completion.body),
        }
        with self._database.writing() as connection:
            connection.execute(sa.insert(completions).values(row))
            _insert_metadata(connection, completion.id, completion.metadata)

    def get(self, completion_id: str, *, owner: str) -> StoredCompletion:
        """The owner's completion of that id. NotFound when there is none."""
        if storable(completion_id) and storable(owner):
            with self._database.reading() as connection:
                row = connection.execute(sa.select(completions).where(_is(completion_id, owner))).first()
                if row:
                    return _completions(connection, [row])[0]
        raise _missing(completion_id)

    def page(
        self, cursor: Cursor, *, owner: str, model: str | None = None, metadata: Mapping[str, str] | None = None
    ) -> Page[StoredCompletion]:
        """A page of the owner's completions: of that model, and with all those pairs. InvalidRequest names a cursor."""
        pairs = metadata or {}
        if not all(storable(text) for text in (owner, model or "", *pairs, *pairs.values())):
            return Page((), has_more=False)
        mine = completions.c.owner == owner
        listing = Listing(_list_of(owner), completions.c.created, completions.c.id, mine)
        query = sa.select(completions).where(mine, *(_has(key, value) for key, value in pairs.items()))
        if model is not None:
            query = query.where(completions.c.model == model)
        with self._database.reading() as connection:
            rows, more = listing.read(connection, query, cursor)
            return Page(tuple(_completions(connection, rows)), more)

    def update(self, completion_id: str, *, owner: str, metadata: Mapping[str, str]) -> StoredCompletion:
        """The completion with this metadata in the place of its own. NotFound."""
        with self._database.writing() as connection:
            row = _locked(connection, completion_id, owner)
            ours = completion_metadata.c.completion_id == row.id
            connection.execute(sa.delete(completion_metadata).where(ours))
            _insert_metadata(connection, row.id, metadata)
            return _completions(connection, [row])[0]

    def delete(self, completion_id: str, *, owner: str) -> None:
        """Forget it. NotFound."""
        with self._database.writing() as connection:
            row = _locked(connection, completion_id, owner)
            connection.execute(sa.delete(completions).where(completions.c.id == row.id))
            leave_bookmarks(self._database, connection, _list_of(owner), [(row.id, row.created)], self._clock())

    def message_page(self, completion_id: str, cursor: Cursor, *, owner: str) -> Page[tuple[str, Message]]:
        """A page of the messages that it answers, each with its id. NotFound; InvalidRequest names a cursor."""
        messages = self.get(completion_id, owner=owner).messages
        named = [(f"{completion_id}-{number}", message) for number, message in enumerate(messages)]
        if cursor.order == "desc":
            named.reverse()
        if cursor.after is not None:
            place = next((place for place, (id, _) in enumerate(named, 1) if id == cursor.after), None)
            if place is None:
                problem = f"'after' is the id of nothing in this list: '{shown(cursor.after)}'"
                raise InvalidRequest(problem, param="after")
            del named[:place]
        return Page(tuple(named[: cursor.limit]), len(named) > cursor.limit)

    def drop(self, older_than_s: float) -> int:
        """Forget those of every owner that were made so many seconds ago; how many they were."""
        old = completions.c.created < int(self._clock() - older_than_s)
        some = sa.select(completions.c.id).where(old).limit(BATCH).with_for_update(skip_locked=True)
        dropped = 0
        while True:
            with self._database.writing() as connection:
                gone = connection.execute(sa.delete(completions).where(completions.c.id.in_(some))).rowcount
            dropped += gone
            if gone < BATCH:
                return dropped


def _is(completion_id: str, owner: str) -> sa.ColumnElement[bool]:
    return sa.and_(completions.c.id == completion_id, completions.c.owner == owner)


def _has(key: str, value: str) -> sa.ColumnElement[bool]:
    """Whether a completion has that pair in its metadata."""
    pair = completion_metadata.alias()
    ours = sa.and_(pair.c.completion_id == completions.c.id, pair.c.key == key, pair.c.value == value)
    return sa.select(pair.c.key).where(ours).exists()


def _locked(connection: sa.Connection, completion_id: str, owner: str) -> sa.Row:
    """The row, until the end of the transaction. NotFound."""
    row = None
    if storable(completion_id) and storable(owner):
        mine = sa.select(completions).where(_is(completion_id, owner))
        row = connection.execute(mine.with_for_update()).first()
    if row is None:
        raise _missing(completion_id)
    return row


def _insert_metadata(connection: sa.Connection, completion_id: str, metadata: Mapping[str, str]) -> None:
    rows = [{"completion_id": completion_id, "key": key, "value": value} for key, value in metadata.items()]
    if rows:
        connection.execute(sa.insert(completion_metadata), rows)


def _completions(connection: sa.Connection, rows: Sequence[sa.Row]) -> list[StoredCompletion]:
    """The completions of these rows, at most a page of them, with their metadata."""
    metadata: dict[str, dict[str, str]] = {row.id: {} for row in rows}
    theirs = sa.select(completion_metadata).where(completion_metadata.c.completion_id.in_(metadata))
    for pair in connection.execute(theirs.order_by(completion_metadata.c.key)):
        metadata[pair.completion_id][pair.key] = pair.value
    return [
        StoredCompletion(
            id=row.id,
            owner=row.owner,
            created=row.created,
            model=row.model,
            messages=tuple(_messages(row.messages)),
            body=row.body,
            metadata=metadata[row.id],
        )
        for row in rows
    ]


def _message_row(message: Message) -> list[Any]:
    content = list(message.content) if isinstance(message.content, tuple) else message.content
    return [message.role, content, dict(message.extra)]


def _messages(rows: Iterable[Sequence[Any]]) -> Iterable[Message]:
    for role, content, extra in rows:
        yield Message(role, tuple(content) if isinstance(content, list) else content, extra)


def _list_of(owner: str) -> str:
    return f"completions of {owner}"


def _missing(completion_id: str) -> NotFound:
    return NotFound(f"There is no stored chat completion '{shown(completion_id)}'", code="completion_not_found")
