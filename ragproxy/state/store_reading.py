"""Vector stores as somebody may read them: looked up, listed, counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from ragproxy.domain import Counts, Cursor, Page, Store
from ragproxy.errors import UnknownStore
from ragproxy.state.db import Database, batches_of, shown, storable
from ragproxy.state.paging import Listing
from ragproxy.state.rights import STORE_GROUPS, groups_of
from ragproxy.state.rows import count
from ragproxy.state.tables import stores

SELECT_STORES = sa.select(stores, STORE_GROUPS)  # for `store_of`


@dataclass(frozen=True, slots=True)
class StoreReading:
    """The stores that `readable` says; of several that have one name, `owner`'s come first, and then the oldest."""

    database: Database
    owner: str
    readable: sa.ColumnElement[bool]

    def find(self, id_or_name: str) -> Store:
        """The store of that id, or else of that name, without its counts. UnknownStore when there is none."""
        found = []
        if id_or_name and storable(id_or_name):
            with self.database.reading() as connection:
                rows = connection.execute(called(id_or_name, self.readable))
                found = [store_of(row) for row in rows]
        if not found:
            raise UnknownStore(f"There is no vector store '{shown(id_or_name)}'")
        return min(found, key=lambda store: (store.id != id_or_name, store.owner != self.owner))

    def get(self, store_id: str) -> Store:
        """The store of that id, with its counts. UnknownStore when there is none."""
        if storable(store_id):
            with self.database.reading() as connection:
                row = connection.execute(self._living.where(stores.c.id == store_id)).first()
                if row:
                    return _counted(connection, [store_of(row)])[0]
        raise UnknownStore(f"There is no vector store '{shown(store_id)}'")

    def list(self) -> list[Store]:
        """All of them, oldest first, with their counts."""
        with self.database.reading() as connection:
            rows = connection.execute(self._living.order_by(stores.c.created, stores.c.id))
            return _counted(connection, [store_of(row) for row in rows])

    def page(self, cursor: Cursor) -> Page[Store]:
        """A page of them, with their counts. InvalidRequest names an unknown cursor."""
        listing = Listing(list_of_stores(self.owner), stores.c.created, stores.c.id, self.readable)
        with self.database.reading() as connection:
            rows, has_more = listing.read(connection, self._living, cursor)
            return Page(tuple(_counted(connection, [store_of(row) for row in rows])), has_more)

    @property
    def _living(self) -> sa.Select:
        return SELECT_STORES.where(self.readable, ~stores.c.removing)


def called(id_or_name: str, readable: sa.ColumnElement[bool]) -> sa.Select:
    """The stores of that id or name, oldest first, for `store_of`."""
    named = sa.or_(stores.c.id == id_or_name, stores.c.name == id_or_name)
    return SELECT_STORES.where(readable, ~stores.c.removing, named).order_by(stores.c.created, stores.c.id)


def store_of(row: sa.Row) -> Store:
    """The store of a row of SELECT_STORES."""
    return Store(
        id=row.id,
        name=row.name,
        owner=row.owner,
        version=row.version,
        created=row.created,
        description=row.description,
        metadata=row.metadata,
        expires_after_days=row.expires_after_days,
        last_active=row.last_active,
        groups=groups_of(row.groups),
    )


def list_of_stores(owner: str) -> str:
    """The name of the list of an owner's stores."""
    return f"stores of {owner}"


def _counted(connection: sa.Connection, found: Sequence[Store]) -> list[Store]:
    by_id: dict[str, tuple[Counts, int]] = {}
    for batch in batches_of(found):
        by_id.update(count(connection, [store.id for store in batch]))
    return [replace(store, counts=by_id[store.id][0], usage_bytes=by_id[store.id][1]) for store in found]
