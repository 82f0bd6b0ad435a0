"""Vector stores: their names, owners and versions. What they hold is in the index."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from ragproxy.domain import Store
from ragproxy.errors import Conflict, UnknownStore
from ragproxy.state.db import Database, checked_name, storable
from ragproxy.state.tables import files, store_files, stores

_BATCH = 500  # ids a statement: every SQLite takes at least 999 parameters


class Stores:
    """The vector stores of every owner; a name is unique within its owner."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, name: str, *, owner: str) -> Store:
        """A new, empty store. InvalidRequest for a bad name, Conflict when the owner has one of this name."""
        store = Store(
            id=f"vs_{uuid.uuid4().hex}",
            name=checked_name(name, param="name"),
            owner=checked_name(owner, param="owner"),
            version=0,
            created=int(time.time()),
        )
        row = {"id": store.id, "name": name, "owner": owner, "version": 0, "created": store.created}
        try:
            with self._database.writing() as connection:
                connection.execute(sa.insert(stores).values(row))
        except IntegrityError as err:
            raise Conflict(f"There is a vector store named '{name}' already", param="name") from err
        return store

    def find(self, id_or_name: str, *, owner: str) -> Store:
        """The owner's store of that id, or else of that name. UnknownStore when there is none."""
        found = []
        if storable(id_or_name) and storable(owner):
            query = sa.select(stores).where(
                stores.c.owner == owner, sa.or_(stores.c.id == id_or_name, stores.c.name == id_or_name)
            )
            with self._database.reading() as connection:
                found = [_store(row) for row in connection.execute(query)]
        if not found:
            raise UnknownStore(f"There is no vector store '{_shown(id_or_name)}'")
        return next((store for store in found if store.id == id_or_name), found[0])

    def list(self, *, owner: str) -> list[Store]:
        """The owner's stores, oldest first."""
        if not storable(owner):
            return []
        query = sa.select(stores).where(stores.c.owner == owner).order_by(stores.c.created, stores.c.name)
        with self._database.reading() as connection:
            return [_store(row) for row in connection.execute(query)]

    def bump(self, store_id: str) -> int:
        """Note that the store's content changed; returns the new version. UnknownStore when it is gone."""
        with self._database.writing() as connection:
            return bump(connection, store_id)

    def delete(self, store_id: str) -> None:
        """Forget the store and the files that no other store holds; no error when it is gone already."""
        if not storable(store_id):
            return
        with self._database.writing() as connection:
            this = stores.c.id == store_id
            connection.execute(sa.select(stores.c.id).where(this).with_for_update())
            held = sa.select(store_files.c.file_id).where(store_files.c.store_id == store_id)
            ids = list(connection.scalars(held))
            with forgetting(connection, ids):
                connection.execute(sa.delete(stores).where(this))


def bump(connection: sa.Connection, store_id: str) -> int:
    """`Stores.bump` inside a transaction that also makes the change; locks the store, so it comes first."""
    version = None
    if storable(store_id):
        version = connection.scalar(
            sa.update(stores)
            .where(stores.c.id == store_id)
            .values(version=stores.c.version + 1)
            .returning(stores.c.version)
        )
    if version is None:
        raise UnknownStore(f"There is no vector store '{_shown(store_id)}'")
    return int(version)


@contextmanager
def forgetting(connection: sa.Connection, file_ids: Sequence[str]) -> Iterator[None]:
    """The block takes the files out of a store; those that are then in none are deleted.

    Their rows are locked before and looked at after: somebody who puts one into another store meanwhile either comes
    first, and is seen, or waits and inserts it anew.
    """
    batches = [sorted(file_ids)[start : start + _BATCH] for start in range(0, len(file_ids), _BATCH)]
    for batch in batches:
        lock = sa.select(files.c.id).where(files.c.id.in_(batch)).order_by(files.c.owner, files.c.id)
        connection.execute(lock.with_for_update())
    yield
    held = sa.select(store_files.c.file_id).where(
        store_files.c.owner == files.c.owner, store_files.c.file_id == files.c.id
    )
    for batch in batches:
        connection.execute(sa.delete(files).where(files.c.id.in_(batch), ~held.exists()))


def _store(row: sa.Row) -> Store:
    return Store(id=row.id, name=row.name, owner=row.owner, version=row.version, created=row.created)


def _shown(name: str) -> str:
    """The name as an error message can carry it."""
    return name[:100].encode("utf-8", "replace").decode().replace("\0", "?")
