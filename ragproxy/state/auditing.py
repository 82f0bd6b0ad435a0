"""The records of every owner, page by page, for whoever checks them against the index and the bytes."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ragproxy.domain import Failure, StoredFile
from ragproxy.errors import UnknownStore
from ragproxy.state.attaching import of_ids
from ragproxy.state.changes import note
from ragproxy.state.db import BATCH, Database, batches_of, storable
from ragproxy.state.rows import IDLE, SELECT, failure_row, having_keys, locked, of_living_stores, stored_file
from ragproxy.state.stores import bump
from ragproxy.state.tables import files, store_files, stores


@dataclass(frozen=True, slots=True)
class Held:
    """A file that a store holds. `leaving`: its chunks are to leave the index, which somebody does sooner or later."""

    file: StoredFile
    leaving: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A file whose bytes should be kept; those of a folder's file only may be."""

    owner: str
    id: str
    filename: str
    sha256: str
    size: int  # bytes
    uploaded: bool


class Audit:
    """Reads everything, never all at once, and sets right what is wrong with a row."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def stores(self) -> Iterator[tuple[str, str]]:
        """(id, name) of every store that is not being removed, by id."""
        query = sa.select(stores.c.id, stores.c.name).where(~stores.c.removing)
        for page in self._pages(query, stores.c.id):
            yield from ((row.id, row.name) for row in page)

    def number_of_stores(self) -> int:
        """How many `stores` gives."""
        with self._database.reading() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(stores).where(~stores.c.removing)) or 0

    def known(self, store_ids: Collection[str]) -> set[str]:
        """Those of the ids that are a store's, were it being removed."""
        found: set[str] = set()
        with self._database.reading() as connection:
            for batch in batches_of(sorted(filter(storable, store_ids))):
                found.update(connection.scalars(sa.select(stores.c.id).where(stores.c.id.in_(batch))))
        return found

    def files(self, store_id: str) -> Iterator[list[Held]]:
        """The files of a store in pages, by id, those that are leaving it included."""
        for page in self._pages(SELECT.where(store_files.c.store_id == store_id), store_files.c.file_id):
            yield [_held(row) for row in page]

    def some(self, store_id: str, file_ids: Collection[str]) -> dict[str, Held]:
        """Those of these files that the store holds now, by id."""
        found: dict[str, Held] = {}
        with self._database.reading() as connection:
            for batch in batches_of(sorted(filter(storable, file_ids))):
                keys = having_keys([(store_id, file_id) for file_id in batch])
                found.update({row.file_id: _held(row) for row in connection.execute(SELECT.where(keys))})
        return found

    def kept(self) -> Iterator[Kept]:
        """Every file of the library that is not being removed; those with the same bytes come one after the other."""
        columns = (files.c.owner, files.c.id, files.c.filename, files.c.sha256, files.c.size, files.c.uploaded)
        for page in self._pages(
            sa.select(*columns).where(~files.c.removing), files.c.sha256, files.c.owner, files.c.id
        ):
            yield from (Kept(*row) for row in page)

    def waiting(self) -> tuple[int, int]:
        """How many files wait to be indexed, and how many of those somebody has in hand."""
        at_work = sa.func.coalesce(store_files.c.lease_until > self._clock(), sa.false())
        query = sa.select(at_work.label("at_work"), sa.func.count().label("number"))
        query = query.where(store_files.c.status == "in_progress", of_living_stores()).group_by(at_work)
        with self._database.reading() as connection:
            numbers = {bool(row.at_work): int(row.number) for row in connection.execute(query)}
        return sum(numbers.values()), numbers.get(True, 0)

    def chunks(self) -> dict[str, int]:
        """How many chunks the completed files of each store have, by its id; stores without any are left out."""
        query = sa.select(store_files.c.store_id, sa.func.sum(store_files.c.chunks).label("chunks"))
        query = query.where(store_files.c.status == "completed", of_living_stores()).group_by(store_files.c.store_id)
        with self._database.reading(long=True) as connection:
            return {row.store_id: int(row.chunks) for row in connection.execute(query) if row.chunks}

    def index_again(self, store_id: str, file_ids: Collection[str]) -> set[str]:
        """Have completed files of the store indexed anew from their bytes; the ids of those it was done for."""
        # `chunks` stays: the index may hold some, which the new ones replace
        return self._set(store_id, file_ids, {"status": "in_progress", "usage_bytes": 0, **failure_row(None)})

    def give_up(self, store_id: str, file_ids: Collection[str], error: Failure) -> set[str]:
        """Note why completed files are not in the index any more, once none of their chunks is; as `index_again`."""
        return self._set(store_id, file_ids, {"status": "failed", "chunks": 0, "usage_bytes": 0, **failure_row(error)})

    def changed(self, store_id: str, file_ids: Collection[str]) -> None:
        """Note that chunks of these files have left the index, for everybody who keeps a copy of it."""
        with suppress(UnknownStore), self._database.writing() as connection:
            note(self._database, connection, store_id, bump(connection, store_id), file_ids, self._clock())

    def _set(self, store_id: str, file_ids: Collection[str], values: dict[str, Any]) -> set[str]:
        done: set[str] = set()
        with suppress(UnknownStore), self._database.writing() as connection:
            bump(connection, store_id)
            for batch in batches_of(sorted(file_ids)):
                completed = sa.and_(
                    store_files.c.store_id == store_id, of_ids(batch), store_files.c.status == "completed"
                )
                ids = [row.file_id for row in locked(connection, completed)]
                keys = having_keys([(store_id, file_id) for file_id in ids])
                connection.execute(sa.update(store_files).where(keys).values(**values, **IDLE))
                done.update(ids)
        return done

    def _pages(self, query: sa.Select[Any], *order: sa.ColumnElement[Any]) -> Iterator[Sequence[sa.Row]]:
        """The rows in pages, by columns that tell them apart; what comes or goes meanwhile may be missed."""
        key, after = sa.tuple_(*order), None
        while True:
            part = query if after is None else query.where(key > sa.tuple_(*after))
            with self._database.reading() as connection:
                page = connection.execute(part.order_by(*order).limit(BATCH)).all()
            if page:
                yield page
            if len(page) < BATCH:
                return
            after = [getattr(page[-1], column.key or "") for column in order]


def _held(row: sa.Row) -> Held:
    given_up = row.status == "cancelled" and (row.lease_owner is not None or row.chunks > 0)
    return Held(stored_file(row), row.status == "removing" or given_up)
