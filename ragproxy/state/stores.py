"""Vector stores: what they are called, whose they are, how much is in them. The text itself is in the index."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Unpack

import sqlalchemy as sa

from ragproxy.domain import Caller, Store, StoreChange
from ragproxy.errors import Conflict, StorageFull, UnknownStore
from ragproxy.state.db import Database, batches_of, checked_name, checked_text, shown, storable
from ragproxy.state.ids import new_id
from ragproxy.state.paging import leave_bookmarks
from ragproxy.state.rights import readable_stores, set_groups
from ragproxy.state.rows import SHOWN
from ragproxy.state.store_reading import SELECT_STORES, StoreReading, called, list_of_stores, store_of
from ragproxy.state.tables import files, reindexes, store_files, store_groups, stores

_INSIDE = {"removing", "log_floor"}  # columns that no `Store` has
_TOUCH_S = 60  # a store that is used is written down as active at most this often
_TOUCHED = 4096  # stores whose last touch is remembered
_EXPIRES = stores.c.last_active + stores.c.expires_after_days * 86_400  # as domain.Store.expires


class Stores:
    """The vector stores of every owner. Several may have one name: then the oldest goes by it."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._touched: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def create(
        self,
        name: str | None = None,
        *,
        owner: str,
        description: str | None = None,
        metadata: Mapping[str, str] | None = None,
        expires_after_days: int | None = None,
        groups: Sequence[str] = (),
        id: str | None = None,
        created: int | None = None,
    ) -> Store:
        """A new, empty store; one without a name is found by its id alone. InvalidRequest for a bad name.

        An `id` must be nobody's yet, or it is a Conflict; one that was made elsewhere may say when.
        """
        with self._database.writing() as connection:
            if id is not None and connection.scalar(sa.select(stores.c.id).where(stores.c.id == id)):
                raise Conflict(f"There is a vector store '{shown(id)}' already", param="id")
            store = self._insert(connection, name, owner, description, metadata, expires_after_days, id, created)
            if groups:
                set_groups(connection, store_groups, {"store_id": store.id}, groups)
            return replace(store, groups=tuple(sorted(set(groups))))

    def named(self, name: str, *, owner: str, expires_after_days: int | None = None) -> Store:
        """The owner's store of that name, made if there is none; processes that ask at once get the same one.

        `expires_after_days` is for a store that is made.
        """
        checked_name(name, param="name")
        checked_name(owner, param="owner")
        with self._database.writing() as connection:
            self._database.take_turns(connection, "stores", owner, name)
            row = connection.execute(called(name, stores.c.owner == owner)).first()
            return (
                store_of(row) if row else self._insert(connection, name, owner, expires_after_days=expires_after_days)
            )

    def find(self, id_or_name: str, *, owner: str) -> Store:
        """The owner's store of that id, or else of that name, without its counts. UnknownStore when there is none."""
        return self.of(owner).find(id_or_name)

    def get(self, store_id: str, *, owner: str) -> Store:
        """The owner's store of that id, with its counts. UnknownStore when there is none."""
        return self.of(owner).get(store_id)

    def list(self, *, owner: str) -> list[Store]:
        """The owner's stores, oldest first, with their counts."""
        return self.of(owner).list()

    def of(self, owner: str) -> StoreReading:
        """All stores of an owner, to be read as its administrator does."""
        return StoreReading(self._database, owner, stores.c.owner == owner if storable(owner) else sa.false())

    def all(self) -> StoreReading:
        """The stores of every owner, for the server's administrator."""
        return StoreReading(self._database, "", sa.true())

    def readable(self, caller: Caller) -> StoreReading:
        """The stores that a caller may read, its owner's and those that others let it read."""
        return StoreReading(self._database, caller.owner, readable_stores(caller))

    def modify(self, store_id: str, *, owner: str, **change: Unpack[StoreChange]) -> Store:
        """Change what is given and leave the rest; the store as it then is. It counts as a use of the store.

        UnknownStore when the owner has no such store, InvalidRequest for texts that cannot be stored.
        """
        _check(change.get("name"), change.get("description"))
        groups = change.pop("groups", None)
        with self._database.writing() as connection:
            alive = sa.and_(stores.c.id == store_id, stores.c.owner == owner, ~stores.c.removing)
            values = {**change, "last_active": int(self._clock())}
            if storable(store_id) and storable(owner):
                found = connection.execute(sa.update(stores).where(alive).values(values)).rowcount
                if found and groups is not None:
                    set_groups(connection, store_groups, {"store_id": store_id}, groups)
        return self.get(store_id, owner=owner)

    def touch(self, store_id: str) -> None:
        """Note that the store was used, which puts its expiry off; a store that has expired stays so.

        Written at most once a minute, so that a search does not wait for the database.
        """
        now = self._clock()
        with self._lock:
            if now - self._touched.get(store_id, -_TOUCH_S) < _TOUCH_S:
                return
            self._touched[store_id] = now
            self._touched.move_to_end(store_id)
            while len(self._touched) > _TOUCHED:
                self._touched.popitem(last=False)
        if storable(store_id):
            stale = sa.and_(stores.c.id == store_id, stores.c.last_active <= int(now) - _TOUCH_S, ~has_expired(now))
            # who searches need not be told that the disk is full
            with suppress(StorageFull), self._database.writing() as connection:
                connection.execute(sa.update(stores).where(stale).values(last_active=int(now)))

    def expired(self, now: float) -> Sequence[Store]:
        """The stores of every owner that have expired with files still in them.

        An emptied one stays, as OpenAI has it, to say that it expired.
        """
        full = sa.select(store_files.c.file_id).where(store_files.c.store_id == stores.c.id, SHOWN).exists()
        query = SELECT_STORES.where(~stores.c.removing, has_expired(now), full).order_by(stores.c.id)
        with self._database.reading() as connection:
            return [store_of(row) for row in connection.execute(query)]

    def bump(self, store_id: str) -> int:
        """Note that the store's content changed; returns the new version. UnknownStore when it is gone."""
        with self._database.writing() as connection:
            return bump(connection, store_id)

    def mark_removing(self, store_id: str, *, owner: str) -> None:
        """Show the store to nobody any more; `removing` lists it until `delete`. UnknownStore when there is none."""
        row = None
        if storable(store_id) and storable(owner):
            mine = sa.and_(stores.c.id == store_id, stores.c.owner == owner, ~stores.c.removing)
            marked = sa.update(stores).where(mine).values(removing=True, version=stores.c.version + 1)
            with self._database.writing() as connection:
                row = connection.execute(marked.returning(stores.c.id, stores.c.created)).first()
                if row:
                    self._leave(connection, owner, row)
        if row is None:
            raise UnknownStore(f"There is no vector store '{shown(store_id)}'")

    def removing(self) -> Sequence[Store]:
        """The stores marked for removal that nobody indexes into any more: drop their index, then `delete` them."""
        now = self._clock()
        at_work = [
            sa.select(table.c.store_id).where(table.c.store_id == stores.c.id, table.c.lease_until > now).exists()
            for table in (store_files, reindexes)
        ]
        query = SELECT_STORES.where(stores.c.removing, ~sa.or_(*at_work)).order_by(stores.c.id)
        with self._database.reading() as connection:
            return [store_of(row) for row in connection.execute(query)]

    def delete(self, store_id: str) -> None:
        """Forget the store, and the folders' files that no other store holds; no error when it is gone already."""
        if not storable(store_id):
            return
        with self._database.writing() as connection:
            this = stores.c.id == store_id
            row = connection.execute(sa.select(stores).where(this).with_for_update()).first()
            held = sa.select(store_files.c.file_id).where(store_files.c.store_id == store_id)
            ids = list(connection.scalars(held))
            with forgetting(connection, ids):
                connection.execute(sa.delete(stores).where(this))
            if row:
                self._leave(connection, row.owner, row)

    def _insert(
        self,
        connection: sa.Connection,
        name: str | None,
        owner: str,
        description: str | None = None,
        metadata: Mapping[str, str] | None = None,
        expires_after_days: int | None = None,
        id: str | None = None,
        created: int | None = None,
    ) -> Store:
        _check(name, description)
        now = int(self._clock())
        store = Store(
            id=new_id("vs_") if id is None else checked_name(id, param="id"),
            name=name or "",
            owner=checked_name(owner, param="owner"),
            version=0,
            created=now if created is None else created,
            description=description,
            metadata=dict(metadata or {}),
            expires_after_days=expires_after_days,
            last_active=now,
        )
        row = {column.name: getattr(store, column.name) for column in stores.c if column.name not in _INSIDE}
        connection.execute(sa.insert(stores).values(row))
        return store

    def _leave(self, connection: sa.Connection, owner: str, row: sa.Row) -> None:
        leave_bookmarks(self._database, connection, list_of_stores(owner), [(row.id, row.created)], self._clock())


def bump(connection: sa.Connection, store_id: str) -> int:
    """`Stores.bump` inside a transaction that also makes the change; locks the store, so it comes first."""
    version = None
    if storable(store_id):
        version = connection.scalar(
            sa.update(stores)
            .where(stores.c.id == store_id, ~stores.c.removing)
            .values(version=stores.c.version + 1)
            .returning(stores.c.version)
        )
    if version is None:
        raise UnknownStore(f"There is no vector store '{shown(store_id)}'")
    return int(version)


@contextmanager
def forgetting(connection: sa.Connection, file_ids: Sequence[str]) -> Iterator[None]:
    """The block takes the files out of a store; those that are then in none are deleted, unless they were uploaded.

    Their rows are locked before and looked at after: somebody who puts one into another store meanwhile either comes
    first, and is seen, or waits and inserts it anew.
    """
    batches = list(batches_of(sorted(file_ids)))
    for batch in batches:
        lock = sa.select(files.c.id).where(files.c.id.in_(batch)).order_by(files.c.owner, files.c.id)
        connection.execute(lock.with_for_update())
    yield
    held = sa.select(store_files.c.file_id).where(
        store_files.c.owner == files.c.owner, store_files.c.file_id == files.c.id
    )
    unwanted = sa.or_(~files.c.uploaded, files.c.removing)
    for batch in batches:
        connection.execute(sa.delete(files).where(files.c.id.in_(batch), unwanted, ~held.exists()))


def has_expired(now: float) -> sa.ColumnElement[bool]:
    """Whether a row of `stores` is past its expiry."""
    return sa.and_(stores.c.expires_after_days.is_not(None), int(now) >= _EXPIRES)


def _check(name: str | None, description: str | None) -> None:
    if name is not None:
        checked_name(name, param="name")
    checked_text(description or "", param="description")
