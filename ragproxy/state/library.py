"""The library: the files that clients uploaded, whether a vector store holds them or not, and those of folders."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from ragproxy.domain import Caller, Cursor, File, Page, Purpose
from ragproxy.errors import Conflict
from ragproxy.state.attaching import mark_removing, missing_file
from ragproxy.state.db import Database, batches_of, checked_name, checked_text, shown, storable
from ragproxy.state.paging import Listing, leave_bookmarks
from ragproxy.state.rights import FILE_GROUPS, groups_of, readable_files, set_groups
from ragproxy.state.stores import bump
from ragproxy.state.tables import file_groups, files, store_files, stores, upload_parts

_SELECT = sa.select(files, FILE_GROUPS)


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
                row = connection.execute(self._visible(files.c.owner == owner).where(files.c.id == file_id)).first()
                if row:
                    return _file(row)
        raise missing_file(file_id)

    def readable(self, file_id: str, caller: Caller) -> File:
        """The file of that id if the caller may read it, its owner's before those of others. NotFound."""
        return self.all_readable([file_id], caller)[0]

    def all_readable(self, file_ids: Sequence[str], caller: Caller) -> list[File]:
        """The files of these ids, in their order, as of `readable`. NotFound names the first that is not there."""
        found: dict[str, File] = {}
        with self._database.reading() as connection:
            for batch in batches_of([file_id for file_id in file_ids if storable(file_id)]):
                query = self._visible(readable_files(caller)).where(files.c.id.in_(batch))
                for row in connection.execute(query.order_by(files.c.owner != caller.owner, files.c.created)):
                    found.setdefault(row.id, _file(row))
        for file_id in file_ids:
            if file_id not in found:
                raise missing_file(file_id)
        return [found[file_id] for file_id in file_ids]

    def list(self, caller: Caller, cursor: Cursor, purpose: Purpose | None = None) -> Page[File]:
        """A page of the files of the caller's owner that it may read. InvalidRequest names an unknown cursor."""
        owner = caller.owner
        if not storable(owner):
            return Page((), False)
        mine = sa.and_(files.c.owner == owner, readable_files(caller))
        query = self._visible(mine)
        if purpose is not None:
            query = query.where(files.c.purpose == purpose)
        listing = Listing(_list_of(owner), files.c.created, files.c.id, mine)
        with self._database.reading() as connection:
            rows, has_more = listing.read(connection, query, cursor)
        return Page(tuple(_file(row) for row in rows), has_more)

    def share(self, file_id: str, groups: Sequence[str], *, owner: str) -> File:
        """Let these groups read the owner's file, and no others; none: all of its owner's callers. NotFound.

        Every store that holds it counts it as a change: no answer that was kept may be given to who reads less now.
        """
        if storable(file_id) and storable(owner):
            holding = sa.select(store_files.c.store_id).where(
                store_files.c.owner == owner, store_files.c.file_id == file_id
            )
            with self._database.writing() as connection:
                for store_id in sorted(_living(connection, set(connection.scalars(holding)))):
                    bump(connection, store_id)
                alive = sa.select(files.c.id).where(files.c.owner == owner, files.c.id == file_id, ~files.c.removing)
                if connection.execute(alive.with_for_update()).first():
                    set_groups(connection, file_groups, {"owner": owner, "file_id": file_id}, groups)
        return self.get(file_id, owner=owner)

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
        query = _SELECT.where(files.c.expires <= int(now), ~files.c.removing).order_by(files.c.id)
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

    def _visible(self, whose: sa.ColumnElement[bool]) -> sa.Select:
        living = sa.or_(files.c.expires.is_(None), files.c.expires > int(self._clock()))
        return _SELECT.where(whose, ~files.c.removing, living)

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
    if file.groups:
        set_groups(connection, file_groups, {"owner": file.owner, "file_id": file.id}, file.groups)


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
        groups=groups_of(row.groups),
    )
