"""The library: the files that clients uploaded, whether a vector store holds them or not, and those of folders."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from ragproxy.domain import Cursor, File, Page, Purpose
from ragproxy.errors import Conflict
from ragproxy.state.attaching import mark_removing, missing_file
from ragproxy.state.db import Database, batches_of, checked_name, checked_text, shown, storable
from ragproxy.state.paging import Listing, leave_bookmarks
from ragproxy.state.stores import bump
from ragproxy.state.tables import files, store_files, stores, upload_parts


class Library:
    """The files of every owner. Their bytes are in the blobs before their row is here."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def create(self, file: File) -> None:
        """Note a file whose bytes are kept. Conflict when its id is taken, InvalidRequest for texts we cannot store."""
        with self._database.writing() as connection:
            insert(connection, file)

    def get(self, file_id: str, *, owner: str) -> File:
        """The owner's file of that id. NotFound when there is none, or it has expired."""
        if storable(file_id) and storable(owner):
            with self._database.reading() as connection:
                row = connection.execute(self._visible(owner).where(files.c.id == file_id)).first()
                if row:
                    return _file(row)
        raise missing_file(file_id)

    def list(self, owner: str, cursor: Cursor, purpose: Purpose | None = None) -> Page[File]:
        """A page of the owner's files. InvalidRequest names an unknown cursor."""
        if not storable(owner):
            return Page((), False)
        query = self._visible(owner)
        if purpose is not None:
            query = query.where(files.c.purpose == purpose)
        listing = Listing(_list_of(owner), files.c.created, files.c.id, files.c.owner == owner)
        with self._database.reading() as connection:
            rows, has_more = listing.read(connection, query, cursor)
        return Page(tuple(_file(row) for row in rows), has_more)

    def delete(self, file_id: str, *, owner: str) -> None:
        """Show the file to nobody any more, in no store either; NotFound when there is none.

        It is forgotten when the last store that held it has let go of its chunks: `Files.claim_removals`.
        """
        if not storable(file_id) or not storable(owner):
            raise missing_file(file_id)
        while not self._delete(file_id, owner):
            pass

    def expired(self, now: float) -> Sequence[File]:
        """The files of every owner that have expired and are not being removed yet."""
        query = sa.select(files).where(files.c.expires <= int(now), ~files.c.removing).order_by(files.c.id)
        with self._database.reading() as connection:
            return [_file(row) for row in connection.execute(query)]

    def referenced(self, sha256s: Collection[str]) -> set[str]:
        """Those of the digests that a file, a part of an upload, or what a store has indexed of a file still needs."""
        found: set[str] = set()
        with self._database.reading() as connection:
            for batch in batches_of(sorted(sha256s)):
                # a folder's file that changed is in other stores as it was; no index there, so asked last
                for column in (files.c.sha256, upload_parts.c.sha256, store_files.c.sha256):
                    if left := [sha256 for sha256 in batch if sha256 not in found]:
                        found.update(connection.scalars(sa.select(column).where(column.in_(left))))
        return found

    def _visible(self, owner: str) -> sa.Select:
        living = sa.or_(files.c.expires.is_(None), files.c.expires > int(self._clock()))
        return sa.select(files).where(files.c.owner == owner, ~files.c.removing, living)

    def _delete(self, file_id: str, owner: str) -> bool:
        """False when somebody put the file into one more store before we held them all."""
        this = sa.and_(files.c.owner == owner, files.c.id == file_id)
        holding = sa.select(store_files.c.store_id).where(
            store_files.c.owner == owner, store_files.c.file_id == file_id
        )
        with self._database.writing() as connection:
            store_ids = set(connection.scalars(holding))
            for store_id in sorted(_living(connection, store_ids)):
                bump(connection, store_id)
            row = connection.execute(sa.select(files).where(this, ~files.c.removing).with_for_update()).first()
            if row is None:
                raise missing_file(file_id)
            if not set(connection.scalars(holding)) <= store_ids:
                return False
            self._take_away(connection, row, sorted(store_ids))
        return True

    def _take_away(self, connection: sa.Connection, row: sa.Row, store_ids: Sequence[str]) -> None:
        this = sa.and_(files.c.owner == row.owner, files.c.id == row.id)
        if store_ids:
            connection.execute(sa.update(files).where(this).values(removing=True))
        else:
            connection.execute(sa.delete(files).where(this))
        now = self._clock()
        for store_id in store_ids:
            mark_removing(self._database, connection, store_id, store_files.c.file_id == row.id, now)
        leave_bookmarks(self._database, connection, _list_of(row.owner), [(row.id, row.created)], now)


def insert(connection: sa.Connection, file: File) -> None:
    """`Library.create` inside a transaction."""
    checked_name(file.owner, param="owner")
    for param in ("id", "filename", "sha256"):
        checked_text(getattr(file, param), param=param)
    row = {
        "owner": file.owner,
        "id": file.id,
        "filename": file.filename,
        "purpose": file.purpose,
        "sha256": file.sha256,
        "size": file.size,
        "created": file.created,
        "expires": file.expires,
        "uploaded": True,
    }
    try:
        connection.execute(sa.insert(files).values(row))
    except IntegrityError as err:
        raise Conflict(f"There is a file '{shown(file.id)}' already") from err


def _living(connection: sa.Connection, store_ids: Collection[str]) -> set[str]:
    """Those of the stores that are not being removed with all they hold."""
    living: set[str] = set()
    for batch in batches_of(sorted(store_ids)):
        query = sa.select(stores.c.id).where(stores.c.id.in_(batch), ~stores.c.removing)
        living.update(connection.scalars(query.order_by(stores.c.id).with_for_update()))
    return living


def _list_of(owner: str) -> str:
    return f"library of {owner}"


def _file(row: sa.Row) -> File:
    return File(
        id=row.id,
        owner=row.owner,
        filename=row.filename,
        purpose=row.purpose,
        sha256=row.sha256,
        size=row.size,
        created=row.created,
        expires=row.expires,
    )
