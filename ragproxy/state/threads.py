"""Threads and their messages: conversations that assistants answer in, and the items of them that are messages."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import sqlalchemy as sa

from ragproxy.domain import ACTIVE, Cursor, Item, Page, Thread, ThreadMessage
from ragproxy.errors import Conflict, InvalidRequest, NotFound
from ragproxy.state.conversations import Conversations
from ragproxy.state.db import Database, shown, storable
from ragproxy.state.ids import new_id
from ragproxy.state.paging import Listing
from ragproxy.state.tables import conversation_items, conversations, runs, thread_messages, threads

_ROLES: Final = ("user", "assistant")  # of messages that this API knows
_KNOWN: Final = [column for column in thread_messages.c if column.name not in ("thread_id", "id")]
_THREAD: Final = (conversations.c.id, conversations.c.owner, conversations.c.created, conversations.c.metadata)
_POSITION = conversation_items.c.position


class Threads:
    """The threads of every owner, each on a conversation of the same id: what is added there is said here."""

    def __init__(
        self, database: Database, conversations: Conversations, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._conversations = conversations
        self._clock = clock

    # ---- threads ----

    def create(
        self,
        *,
        owner: str,
        metadata: Mapping[str, str],
        tool_resources: Mapping[str, Any],
        messages: Sequence[ThreadMessage] = (),
        id: str | None = None,
        created: int | None = None,
    ) -> Thread:
        """A new thread that begins with the messages. One that was made elsewhere may say when.

        An `id` must be nobody's yet, or it is a Conflict.
        """
        with self._database.writing() as connection:
            if id is not None and connection.scalar(sa.select(conversations.c.id).where(conversations.c.id == id)):
                raise Conflict(f"There is a thread or conversation '{shown(id)}' already", param="id")
            return self.create_within(
                connection,
                owner=owner,
                metadata=metadata,
                tool_resources=tool_resources,
                messages=messages,
                id=id,
                created=created,
            )

    def create_within(
        self,
        connection: sa.Connection,
        *,
        owner: str,
        metadata: Mapping[str, str],
        tool_resources: Mapping[str, Any],
        messages: Sequence[ThreadMessage] = (),
        id: str | None = None,
        created: int | None = None,
    ) -> Thread:
        """The same in a transaction that keeps more than that; whoever gives an `id` has looked for it."""
        id = id or new_id("thread_")
        made = self._conversations.create_within(connection, owner=owner, metadata=metadata, id=id, created=created)
        connection.execute(sa.insert(threads).values(id=made.id, tool_resources=dict(tool_resources)))
        if messages:
            self.add_within(connection, made.id, messages, owner=owner)
        return Thread(made.id, owner, made.created, dict(metadata), dict(tool_resources))

    def get(self, thread_id: str, *, owner: str) -> Thread:
        """The owner's thread of that id. NotFound when there is none, or only a conversation."""
        if storable(thread_id) and storable(owner):
            query = sa.select(*_THREAD, threads.c.tool_resources).join(threads, threads.c.id == conversations.c.id)
            with self._database.reading() as connection:
                row = connection.execute(query.where(_is(thread_id, owner))).first()
            if row:
                return Thread(**row._mapping)
        raise missing(thread_id)

    def free(self, thread_id: str, *, owner: str) -> Thread:
        """The same, to be added to. NotFound; InvalidRequest while a run is active."""
        thread = self.get(thread_id, owner=owner)
        with self._database.reading() as connection:
            self.check_free(connection, thread_id, "add messages to")
        return thread

    def update(
        self,
        thread_id: str,
        *,
        owner: str,
        metadata: Mapping[str, str] | None = None,
        tool_resources: Mapping[str, Any] | None = None,
    ) -> Thread:
        """The thread with these in the place of its own; None leaves them. NotFound."""
        with self._database.writing() as connection:
            thread = self.hold(connection, thread_id, owner=owner)
            if metadata is not None:
                this = sa.update(conversations).where(conversations.c.id == thread.id)
                connection.execute(this.values(metadata=dict(metadata)))
                thread = replace(thread, metadata=dict(metadata))
            if tool_resources is not None:
                known = sa.update(threads).where(threads.c.id == thread.id)
                connection.execute(known.values(tool_resources=dict(tool_resources)))
                thread = replace(thread, tool_resources=dict(tool_resources))
        return thread

    def give_store(self, thread_id: str, store_id: str, *, owner: str) -> Thread:
        """The thread with that store, unless it has some: of two who give one at once, the first does. NotFound."""
        with self._database.writing() as connection:
            thread = self.hold(connection, thread_id, owner=owner)
            if thread.stores:
                return thread
            resources = {**thread.tool_resources, "file_search": {"vector_store_ids": [store_id]}}
            this = sa.update(threads).where(threads.c.id == thread.id)
            connection.execute(this.values(tool_resources=resources))
        return replace(thread, tool_resources=resources)

    def delete(self, thread_id: str, *, owner: str) -> None:
        """Forget the thread, what was said in it and its runs. NotFound."""
        self.get(thread_id, owner=owner)
        try:
            self._conversations.delete(thread_id, owner=owner)
        except NotFound as err:  # deleted this very moment
            raise missing(thread_id) from err

    def hold(self, connection: sa.Connection, thread_id: str, *, owner: str) -> Thread:
        """The thread, in use now and locked until the end of the transaction. NotFound.

        Whoever adds to it or begins a run holds it first, so no two of them pass each other.
        """
        if storable(thread_id) and storable(owner):
            known = sa.select(threads.c.id).where(threads.c.id == conversations.c.id).exists()
            used = sa.update(conversations).where(_is(thread_id, owner), known).values(used=int(self._clock()))
            row = connection.execute(used.returning(*_THREAD)).first()
            if row:
                resources = connection.scalar(sa.select(threads.c.tool_resources).where(threads.c.id == thread_id))
                return Thread(**row._mapping, tool_resources=resources or {})
        raise missing(thread_id)

    def check_free(self, connection: sa.Connection, thread_id: str, what: str) -> None:
        """InvalidRequest, "Can't {what} while a run ... is active.", when one is; hold the thread for it to stay so."""
        active = sa.select(runs.c.id).where(runs.c.thread_id == thread_id, runs.c.status.in_(ACTIVE))
        run = connection.scalar(active.limit(1))
        if run is not None:
            raise InvalidRequest(f"Can't {what} {thread_id} while a run {run} is active.")

    # ---- messages ----

    def add(self, thread_id: str, messages: Sequence[ThreadMessage], *, owner: str) -> tuple[ThreadMessage, ...]:
        """Add the messages at the end, all or none. NotFound; InvalidRequest while a run is active."""
        with self._database.writing() as connection:
            self.hold(connection, thread_id, owner=owner)
            self.check_free(connection, thread_id, "add messages to")
            return self.add_within(connection, thread_id, messages, owner=owner)

    def add_within(
        self,
        connection: sa.Connection,
        thread_id: str,
        messages: Sequence[ThreadMessage],
        *,
        owner: str,
        turn: str | None = None,
    ) -> tuple[ThreadMessage, ...]:
        """The same in a transaction that keeps more than that, whatever run is active.

        What a turn of that name had added before goes, as in Conversations.append.
        """
        now = int(self._clock())
        said = [message.item for message in messages]
        kept = self._conversations.append_within(connection, thread_id, said, owner=owner, turn=turn)
        done = tuple(
            replace(message, item=item, thread_id=thread_id, created=message.created or now)
            for message, item in zip(messages, kept, strict=True)
        )
        if done:
            connection.execute(sa.insert(thread_messages), [_row(message) for message in done])
        return done

    def message(self, thread_id: str, message_id: str, *, owner: str) -> ThreadMessage:
        """One message. NotFound says whether the thread is missing or the message."""
        thread = self.get(thread_id, owner=owner)
        if storable(message_id):
            with self._database.reading() as connection:
                row = connection.execute(_messages(thread_id).where(conversation_items.c.id == message_id)).first()
            if row and _is_message(row.data):
                return _message(row, thread)
        raise no_message(message_id)

    def messages(self, thread_id: str, *, owner: str) -> tuple[ThreadMessage, ...]:
        """All of them, oldest first. NotFound."""
        thread = self.get(thread_id, owner=owner)
        with self._database.reading() as connection:
            rows = connection.execute(_messages(thread_id).order_by(_POSITION)).all()
        return tuple(_message(row, thread) for row in rows if _is_message(row.data))

    def page(self, thread_id: str, cursor: Cursor, *, owner: str, run_id: str | None = None) -> Page[ThreadMessage]:
        """A page of the messages, or of those of one run. NotFound; InvalidRequest names an unknown cursor."""
        thread = self.get(thread_id, owner=owner)
        if run_id is not None and not storable(run_id):
            return Page((), False)
        within = conversation_items.c.conversation_id == thread_id
        if run_id is not None:
            within = sa.and_(within, _made_by(run_id))
        listing = Listing(f"items of {thread_id}", _POSITION, conversation_items.c.id, within)
        query = _messages(thread_id).where(within)
        with self._database.reading() as connection:
            rows, more = listing.read(connection, query, cursor, lambda row: _is_message(row.data))
        return Page(tuple(_message(row, thread) for row in rows), more)

    def update_message(
        self, thread_id: str, message_id: str, *, owner: str, metadata: Mapping[str, str]
    ) -> ThreadMessage:
        """The message with this metadata in the place of its own. NotFound."""
        message = replace(self.message(thread_id, message_id, owner=owner), metadata=dict(metadata))
        with self._database.writing() as connection:
            self.hold(connection, thread_id, owner=owner)
            here = sa.select(conversation_items.c.id).where(
                conversation_items.c.conversation_id == thread_id, conversation_items.c.id == message_id
            )
            if connection.scalar(here) is None:
                raise no_message(message_id)
            self._database.upsert(connection, thread_messages, _row(message))
        return message

    def delete_message(self, thread_id: str, message_id: str, *, owner: str) -> None:
        """Forget one message. NotFound; InvalidRequest while a run is active."""
        self.message(thread_id, message_id, owner=owner)
        with self._database.writing() as connection:
            self.hold(connection, thread_id, owner=owner)
            self.check_free(connection, thread_id, "delete messages of")
            self._conversations.delete_item_within(connection, thread_id, message_id, owner=owner)


def missing(thread_id: str) -> NotFound:
    """Of a thread that is not there, or not the owner's."""
    return NotFound(f"No thread found with id '{shown(thread_id)}'.")


def no_message(message_id: str) -> NotFound:
    """Of a message that is not in its thread."""
    return NotFound(f"No message found with id '{shown(message_id)}'.")


def _is(thread_id: str, owner: str) -> sa.ColumnElement[bool]:
    return sa.and_(conversations.c.id == thread_id, conversations.c.owner == owner)


def _made_by(run_id: str) -> sa.ColumnElement[bool]:
    known = sa.select(thread_messages.c.id).where(
        thread_messages.c.thread_id == conversation_items.c.conversation_id,
        thread_messages.c.id == conversation_items.c.id,
        thread_messages.c.run_id == run_id,
    )
    return known.correlate(conversation_items).exists()


def _messages(thread_id: str) -> sa.Select[Any]:
    """The items of the thread, each with what is known of it as a message."""
    known = sa.and_(
        thread_messages.c.thread_id == conversation_items.c.conversation_id,
        thread_messages.c.id == conversation_items.c.id,
    )
    items = conversation_items.outerjoin(thread_messages, known)
    query = sa.select(conversation_items.c.id, conversation_items.c.data, *_KNOWN).select_from(items)
    return query.where(conversation_items.c.conversation_id == thread_id)


def _is_message(item: Item) -> bool:
    return item.get("type") == "message" and item.get("role") in _ROLES


def _message(row: sa.Row, thread: Thread) -> ThreadMessage:
    if row.created is None:  # said by another route: of its time, only that of the thread is known
        if row.data.get("status") == "incomplete":
            return ThreadMessage(row.data, thread.id, thread.created, status="incomplete")
        return ThreadMessage(row.data, thread.id, thread.created, completed_at=thread.created)
    return ThreadMessage(
        item=row.data,
        thread_id=thread.id,
        created=row.created,
        assistant_id=row.assistant_id,
        run_id=row.run_id,
        attachments=tuple(row.attachments),
        metadata=row.metadata,
        status=row.status,
        incomplete=row.incomplete,
        completed_at=row.completed_at,
        incomplete_at=row.incomplete_at,
    )


def _row(message: ThreadMessage) -> dict[str, Any]:
    return {
        "thread_id": message.thread_id,
        "id": message.id,
        "created": message.created,
        "assistant_id": message.assistant_id,
        "run_id": message.run_id,
        "attachments": [dict(each) for each in message.attachments],
        "metadata": dict(message.metadata),
        "status": message.status,
        "incomplete": None if message.incomplete is None else dict(message.incomplete),
        "completed_at": message.completed_at,
        "incomplete_at": message.incomplete_at,
    }
