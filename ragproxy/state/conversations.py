"""Conversations and their items, in the order in which they were said."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeGuard

import sqlalchemy as sa

from ragproxy.domain import Conversation, Cursor, Item, Page
from ragproxy.errors import NotFound
from ragproxy.state.db import BATCH, LONGEST_NAME, Database, checked_name, shown, storable
from ragproxy.state.ids import new_id
from ragproxy.state.paging import Listing, leave_bookmarks
from ragproxy.state.tables import bookmarks, conversation_items, conversations

_PREFIXES: Final = {
    "message": "msg_",
    "function_call": "fc_",
    "function_call_output": "fco_",
    "custom_tool_call": "ctc_",
    "custom_tool_call_output": "ctco_",
    "file_search_call": "fs_",
    "reasoning": "rs_",
    "compaction": "cmp_",
}
_COLUMNS = [conversations.c[name] for name in ("id", "owner", "created", "used", "metadata")]
_POSITION = conversation_items.c.position


class Conversations:
    """The conversations of every owner.

    An item's position never changes hands: what is appended comes after all that ever was there.
    """

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def create(
        self, *, owner: str, metadata: Mapping[str, str], items: Iterable[Item] = (), id: str | None = None
    ) -> Conversation:
        """A new conversation that begins with the items; those without `id` get one. An `id` must be nobody's yet."""
        with self._database.writing() as connection:
            return self.create_within(connection, owner=owner, metadata=metadata, items=items, id=id)

    def create_within(
        self,
        connection: sa.Connection,
        *,
        owner: str,
        metadata: Mapping[str, str],
        items: Iterable[Item] = (),
        id: str | None = None,
        created: int | None = None,
    ) -> Conversation:
        """The same in a transaction that keeps more than that; one that was made elsewhere may say when."""
        now = int(self._clock())
        begun = now if created is None else created
        made = Conversation(id or new_id("conv_"), checked_name(owner, param="owner"), begun, now, dict(metadata))
        row = {column.name: getattr(made, column.name) for column in _COLUMNS}
        connection.execute(sa.insert(conversations).values(row))
        self._insert(connection, made.id, with_ids(items), 1, None)
        return made

    def get(self, conversation_id: str, *, owner: str) -> Conversation:
        """The owner's conversation of that id. NotFound when there is none."""
        if storable(conversation_id) and storable(owner):
            query = sa.select(*_COLUMNS).where(_is(conversation_id, owner))
            with self._database.reading() as connection:
                row = connection.execute(query).first()
            if row:
                return Conversation(**row._mapping)
        raise _missing(conversation_id)

    def page(self, cursor: Cursor, *, owner: str, title: str = "") -> Page[Conversation]:
        """A page of the owner's conversations: all, or those whose title has the words of `title`, in any case.

        InvalidRequest names an unknown cursor.
        """
        if not storable(owner):
            return Page((), False)
        listing = Listing(_list_of(owner), conversations.c.created, conversations.c.id, conversations.c.owner == owner)
        with self._database.reading() as connection:
            query = sa.select(*_COLUMNS).where(listing.within)
            rows, more = listing.read(connection, query, cursor, _has_words(title))
        return Page(tuple(Conversation(**row._mapping) for row in rows), more)

    def update(self, conversation_id: str, *, owner: str, metadata: Mapping[str, str]) -> Conversation:
        """The conversation with this metadata in the place of its own; it counts as a use of it. NotFound."""
        with self._database.writing() as connection:
            return Conversation(**self._use(connection, conversation_id, owner, metadata=dict(metadata))._mapping)

    def delete(self, conversation_id: str, *, owner: str) -> None:
        """Forget the conversation and what was said in it. NotFound."""
        with self._database.writing() as connection:
            row = self._use(connection, conversation_id, owner)
            connection.execute(sa.delete(conversations).where(conversations.c.id == row.id))
            leave_bookmarks(self._database, connection, _list_of(owner), [(row.id, row.created)], self._clock())

    def append(
        self, conversation_id: str, items: Iterable[Item], *, owner: str, turn: str | None = None
    ) -> tuple[Item, ...]:
        """Add the items at the end, all or none; they come back with their ids. NotFound.

        What a turn of that name had added before goes, and the items take its place: a turn that is told twice is kept
        once. An `id` that another item of the conversation has is replaced, or two would be one.
        """
        with self._database.writing() as connection:
            return self.append_within(connection, conversation_id, items, owner=owner, turn=turn)

    def append_within(
        self,
        connection: sa.Connection,
        conversation_id: str,
        items: Iterable[Item],
        *,
        owner: str,
        turn: str | None = None,
    ) -> tuple[Item, ...]:
        """The same in a transaction that keeps more than that."""
        # the row stays locked until we are done: who appends at the same moment waits here, and counts after us
        self._use(connection, conversation_id, owner)
        new = list(items)
        start = None if turn is None else self._withdraw(connection, conversation_id, turn, len(new))
        if start is None:
            start = self._next(connection, conversation_id)
        given = [str(item["id"]) for item in new if item.get("id")]
        kept = with_ids(new, taken=self._taken(connection, conversation_id, given))
        self._insert(connection, conversation_id, kept, start, turn)
        return kept

    def items(self, conversation_id: str, *, owner: str, without: str | None = None) -> Sequence[tuple[int, Item]]:
        """Everything that was said, but in the turn named `without`: each with its position, oldest first. NotFound."""
        self.get(conversation_id, owner=owner)
        query = sa.select(_POSITION, conversation_items.c.data).where(_in(conversation_id, owner))
        if without is not None:
            query = query.where(conversation_items.c.turn.is_distinct_from(without))
        with self._database.reading() as connection:
            return [(row.position, row.data) for row in connection.execute(query.order_by(_POSITION))]

    def item_page(self, conversation_id: str, cursor: Cursor, *, owner: str) -> Page[Item]:
        """A page of the items. NotFound; InvalidRequest names an unknown cursor."""
        self.get(conversation_id, owner=owner)
        listing = Listing(_items_of(conversation_id), _POSITION, conversation_items.c.id, _in(conversation_id, owner))
        with self._database.reading() as connection:
            rows, more = listing.read(connection, sa.select(conversation_items).where(listing.within), cursor)
        return Page(tuple(row.data for row in rows), more)

    def item(self, conversation_id: str, item_id: str, *, owner: str) -> Item:
        """One item. NotFound says whether the conversation is missing or the item."""
        self.get(conversation_id, owner=owner)
        if storable(item_id):
            this = sa.and_(_in(conversation_id, owner), conversation_items.c.id == item_id)
            with self._database.reading() as connection:
                row = connection.execute(sa.select(conversation_items.c.data).where(this)).first()
            if row:
                data: Item = row.data
                return data
        raise _no_item(item_id)

    def delete_item(self, conversation_id: str, item_id: str, *, owner: str) -> None:
        """Forget one item, and the summary if it may speak of it. NotFound."""
        with self._database.writing() as connection:
            self.delete_item_within(connection, conversation_id, item_id, owner=owner)

    def delete_item_within(self, connection: sa.Connection, conversation_id: str, item_id: str, *, owner: str) -> None:
        """The same in a transaction that does more than that."""
        self._use(connection, conversation_id, owner)
        row = None
        if storable(item_id):
            this = sa.and_(_in(conversation_id, owner), conversation_items.c.id == item_id)
            gone = sa.delete(conversation_items).where(this).returning(conversation_items.c.id, _POSITION)
            row = connection.execute(gone).first()
        if row is None:
            raise _no_item(item_id)
        self._bookmark(connection, conversation_id, [(row.id, row.position)])
        self._unsay(connection, conversation_id, row.position)

    def summary(self, conversation_id: str) -> tuple[str, int] | None:
        """The text that stands for all items up to a position, and that position, if there is one."""
        if not storable(conversation_id):
            return None
        query = sa.select(conversations.c.summary, conversations.c.summarised)
        with self._database.reading() as connection:
            row = connection.execute(query.where(conversations.c.id == conversation_id)).first()
        return None if row is None or row.summary is None else (row.summary, row.summarised)

    def keep_summary(self, conversation_id: str, text: str, position: int) -> None:
        """Let the text stand for all items up to the position, unless one that reaches further is there already."""
        if not storable(conversation_id):
            return
        # NUL, which PostgreSQL's texts cannot hold, says nothing
        text = text.encode("utf-8", "replace").decode().replace("\0", "")
        further = sa.or_(conversations.c.summarised.is_(None), conversations.c.summarised <= position)
        kept = sa.update(conversations).where(conversations.c.id == conversation_id, further)
        with self._database.writing() as connection:
            connection.execute(kept.values(summary=text, summarised=position))

    def drop(self, older_than_s: float) -> int:
        """Forget the conversations of every owner that nobody used for that many seconds; how many they were."""
        unused = conversations.c.used < int(self._clock() - older_than_s)
        some = sa.select(conversations.c.id).where(unused).limit(BATCH).with_for_update(skip_locked=True)
        dropped = 0
        while True:
            with self._database.writing() as connection:
                gone = connection.execute(sa.delete(conversations).where(conversations.c.id.in_(some))).rowcount
            dropped += gone
            if gone < BATCH:
                return dropped

    def _use(self, connection: sa.Connection, conversation_id: str, owner: str, **values: Any) -> sa.Row:
        """Note that it is used, and lock it until the end of the transaction. NotFound."""
        if storable(conversation_id) and storable(owner):
            used = sa.update(conversations).where(_is(conversation_id, owner))
            used = used.values(used=int(self._clock()), **values).returning(*_COLUMNS)
            row = connection.execute(used).first()
            if row:
                return row
        raise _missing(conversation_id)

    def _insert(
        self, connection: sa.Connection, conversation_id: str, items: Sequence[Item], start: int, turn: str | None
    ) -> None:
        rows = [
            {"conversation_id": conversation_id, "id": item["id"], "position": place, "turn": turn, "data": dict(item)}
            for place, item in enumerate(items, start)
        ]
        if rows:
            connection.execute(sa.insert(conversation_items), rows)

    def _next(self, connection: sa.Connection, conversation_id: str) -> int:
        """The position after all that are, or were lately, in use: cursors and the summary speak of those."""
        places = sa.union_all(
            sa.select(_POSITION.label("place")).where(conversation_items.c.conversation_id == conversation_id),
            sa.select(bookmarks.c.created).where(bookmarks.c.list == _items_of(conversation_id)),
            sa.select(conversations.c.summarised).where(conversations.c.id == conversation_id),
        ).subquery()
        return (connection.scalar(sa.select(sa.func.max(places.c.place))) or 0) + 1

    def _withdraw(self, connection: sa.Connection, conversation_id: str, turn: str, room: int) -> int | None:
        """Take a turn out and make room for as many items in its place; where it began, None if it is not there."""
        here = conversation_items.c.conversation_id == conversation_id
        gone = sa.delete(conversation_items).where(here, conversation_items.c.turn == turn)
        rows = sorted(tuple(row) for row in connection.execute(gone.returning(_POSITION, conversation_items.c.id)))
        if not rows:
            return None
        start, end = rows[0][0], rows[-1][0]
        self._bookmark(connection, conversation_id, [(id, position) for position, id in rows])
        self._unsay(connection, conversation_id, start)
        if room > end - start + 1:
            # by way of negative numbers: a position that is taken, even for a moment, is refused
            later = sa.update(conversation_items).where(here, end < _POSITION)
            connection.execute(later.values(position=-(_POSITION + room - (end - start + 1))))
            connection.execute(sa.update(conversation_items).where(here, _POSITION < 0).values(position=-_POSITION))
        return start

    def _taken(self, connection: sa.Connection, conversation_id: str, ids: Sequence[str]) -> set[str]:
        wanted = [id for id in ids if storable(id)]
        here = conversation_items.c.conversation_id == conversation_id
        taken: set[str] = set()
        for start in range(0, len(wanted), BATCH):
            these = conversation_items.c.id.in_(wanted[start : start + BATCH])
            taken.update(connection.scalars(sa.select(conversation_items.c.id).where(here, these)))
        return taken

    def _bookmark(self, connection: sa.Connection, conversation_id: str, items: Iterable[tuple[str, int]]) -> None:
        leave_bookmarks(self._database, connection, _items_of(conversation_id), items, self._clock())

    def _unsay(self, connection: sa.Connection, conversation_id: str, position: int) -> None:
        """Let go of a summary that may speak of what stood there."""
        told = sa.and_(conversations.c.id == conversation_id, conversations.c.summarised >= position)
        connection.execute(sa.update(conversations).where(told).values(summary=None, summarised=None))


def with_ids(items: Iterable[Item], *, taken: Iterable[str] = ()) -> tuple[Item, ...]:
    """The items, each with an `id` that no other has: its own, or a new one with OpenAI's prefix for its type."""
    seen, done = set(taken), list[Item]()
    for item in items:
        id = item.get("id")
        if not _is_id(id) or id in seen:
            id = new_id(prefix_of(item))
        seen.add(id)
        done.append({**item, "id": id})
    return tuple(done)


def prefix_of(item: Item) -> str:
    """How the ids of items of its type begin."""
    return _PREFIXES.get(str(item.get("type")), "item_")


def _has_words(title: str) -> Callable[[sa.Row], bool] | None:
    """Tells rows whose title has all the words; accents and case matter to SQL, and not to who searches."""
    words = _plain(title).split()
    if not words:
        return None

    def has(row: sa.Row) -> bool:
        own = _plain(str(row.metadata.get("title", "")))
        return all(word in own for word in words)

    return has


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(ch for ch in apart if not unicodedata.combining(ch))


def _is_id(id: Any) -> TypeGuard[str]:
    return isinstance(id, str) and 0 < len(id) <= LONGEST_NAME and storable(id)


def _is(conversation_id: str, owner: str) -> sa.ColumnElement[bool]:
    return sa.and_(conversations.c.id == conversation_id, conversations.c.owner == owner)


def _in(conversation_id: str, owner: str) -> sa.ColumnElement[bool]:
    """The items of a conversation that is the owner's."""
    mine = sa.select(conversations.c.id).where(_is(conversation_id, owner)).exists()
    return sa.and_(conversation_items.c.conversation_id == conversation_id, mine)


def _list_of(owner: str) -> str:
    return f"conversations of {owner}"


def _items_of(conversation_id: str) -> str:
    return f"items of {conversation_id}"


def _missing(conversation_id: str) -> NotFound:
    return NotFound(f"There is no conversation '{shown(conversation_id)}'", code="conversation_not_found")


def _no_item(item_id: str) -> NotFound:
    return NotFound(f"There is no item '{shown(item_id)}' in this conversation", code="item_not_found")
