"""Lists, page by page: ordered by creation and then id, cut by the id of an item."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from ragproxy.domain import Cursor
from ragproxy.errors import InvalidRequest
from ragproxy.state.db import BATCH, Database, shown, storable
from ragproxy.state.tables import bookmarks

_LOOK = 100  # rows at once, where not all are shown
_KEPT_S = 3600  # a bookmark: nobody reads one page for longer


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that is read in pages: its name, the columns it is ordered by, and what is in it at all.

    Items out of it stay known for an hour: a client that deletes what it lists asks for the page after an item that is
    gone.
    """

    name: str
    created: sa.ColumnElement[int]
    id: sa.ColumnElement[str]
    within: sa.ColumnElement[bool]

    def read(
        self,
        connection: sa.Connection,
        query: sa.Select[Any],
        cursor: Cursor,
        shown: Callable[[sa.Row], bool] | None = None,
    ) -> tuple[list[sa.Row], bool]:
        """The rows of the page, and whether there are more beyond. InvalidRequest names an unknown cursor.

        With `shown`, the page is of those rows alone, which SQL cannot tell from the others.
        """
        if shown is None:
            return self._read(connection, query, cursor)
        backwards = cursor.before is not None and cursor.after is None
        found: list[sa.Row] = []
        more, look = True, replace(cursor, limit=max(_LOOK, cursor.limit + 1))
        while more and len(found) <= cursor.limit:
            rows, more = self._read(connection, query, look)
            some = [row for row in rows if shown(row)]
            found = [*some, *found] if backwards else [*found, *some]
            if rows:
                look = replace(look, before=rows[0].id) if backwards else replace(look, after=rows[-1].id)
        kept = found[-cursor.limit :] if backwards else found[: cursor.limit]
        return kept, len(found) > cursor.limit

    def _read(self, connection: sa.Connection, query: sa.Select[Any], cursor: Cursor) -> tuple[list[sa.Row], bool]:
        key = sa.tuple_(self.created, self.id)
        descending = cursor.order == "desc"
        for param, value, forward in (("after", cursor.after, True), ("before", cursor.before, False)):
            if value is not None:
                place = sa.tuple_(*self._place(connection, value, param))
                query = query.where(key < place if forward is descending else key > place)
        # the page before an item is the nearest to it: read from there, then turned round
        backwards = cursor.before is not None and cursor.after is None
        turn = sa.desc if descending is not backwards else sa.asc
        rows = list(connection.execute(query.order_by(turn(self.created), turn(self.id)).limit(cursor.limit + 1)))
        has_more = len(rows) > cursor.limit
        del rows[cursor.limit :]
        return rows[::-1] if backwards else rows, has_more

    def _place(self, connection: sa.Connection, id: str, param: str) -> tuple[int, str]:
        created = None
        if storable(id) and storable(self.name):
            created = connection.scalar(sa.select(self.created).where(self.within, self.id == id))
            if created is None:
                left = sa.select(bookmarks.c.created).where(bookmarks.c.list == self.name, bookmarks.c.id == id)
                created = connection.scalar(left)
        if created is None:
            raise InvalidRequest(f"'{param}' is the id of nothing in this list: '{shown(id)}'", param=param)
        return created, id


def leave_bookmarks(
    database: Database, connection: sa.Connection, name: str, items: Iterable[tuple[str, int]], now: float
) -> None:
    """Remember where items, (id, created) each, stood in the list that they leave; forget what left long ago."""
    rows = [{"list": name, "id": id, "created": created, "gone": int(now)} for id, created in sorted(items)]
    database.upsert(connection, bookmarks, *rows)
    key = sa.tuple_(bookmarks.c.list, bookmarks.c.id)
    # whoever else forgets at this moment forgets other ones: no two wait for each other
    old = sa.select(bookmarks.c.list, bookmarks.c.id).where(bookmarks.c.gone < int(now) - _KEPT_S).limit(BATCH)
    connection.execute(sa.delete(bookmarks).where(key.in_(old.with_for_update(skip_locked=True))))
