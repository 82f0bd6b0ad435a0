"""Putting files of the library into a store and taking them out, inside the transaction of whoever asks.

Everybody locks in one order: the store, the library's files, the store's files. A file that is being worked on keeps
its lease whatever becomes of it here: the next to work on it, or to take its chunks out, comes when that one is done.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from ragproxy.domain import Attachment, Purpose, StoredFile
from ragproxy.errors import InvalidRequest, NotFound, UnknownStore
from ragproxy.state.db import Database, batches_of, checked_text, shown, storable
from ragproxy.state.paging import leave_bookmarks
from ragproxy.state.rows import SHOWN, chunking_row, failure_row, having_keys, locked, stored_files
from ragproxy.state.stores import bump, has_expired
from ragproxy.state.tables import files, store_files, stores

_NEVER_SEARCHED: set[Purpose] = {"batch", "batch_output", "fine-tune", "fine-tune-results"}
_SET_ROW = sa.update(store_files).where(
    store_files.c.store_id == sa.bindparam("of_store"), store_files.c.file_id == sa.bindparam("of_file")
)


def missing_file(file_id: str) -> NotFound:
    """What is raised for a file that is not there, or not the caller's; in OpenAI's words."""
    return NotFound(f"No such File object: {shown(file_id)}", code="file_not_found")


def attach(
    connection: sa.Connection,
    store_id: str,
    attachments: Sequence[Attachment],
    *,
    owner: str,
    batch_id: str | None,
    now: float,
) -> list[StoredFile]:
    """Put the files into the store, all or none, and return them in their order, each once.

    Of two entries for one file the last counts. A file that is in the store already takes the new attributes; it is
    indexed again when its chunking changes, or when it has failed or was cancelled. UnknownStore, NotFound with the id
    of the first file that is not the owner's, InvalidRequest when the store has expired.
    """
    wanted = {each.file_id: each for each in attachments}
    lock_store(connection, store_id, owner, now)
    library = _lock_files(connection, owner, list(wanted))
    present = {
        row.file_id: row
        for batch in batches_of(sorted(wanted))
        for row in locked(connection, having_keys([(store_id, file_id) for file_id in batch]))
    }
    new = [
        _new_row(store_id, library[file_id], each, batch_id, now)
        for file_id, each in wanted.items()
        if file_id not in present
    ]
    if new:
        connection.execute(sa.insert(store_files), new)
    if present:
        connection.execute(
            _SET_ROW,
            [_changed_row(row, library[row.file_id], wanted[row.file_id], batch_id, now) for row in present.values()],
        )
    if any(row.chunks for row in present.values()):
        bump(connection, store_id)
    return stored_files(connection, [(store_id, file_id) for file_id in wanted])


def mark_removing(
    database: Database, connection: sa.Connection, store_id: str, where: sa.ColumnElement[bool], now: float
) -> set[str]:
    """Show these files of the store to nobody any more, and return their ids; the store is locked before.

    Their chunks are still in the index, for `Files.claim_removals` to hand out.
    """
    rows = locked(connection, sa.and_(store_files.c.store_id == store_id, SHOWN, where))
    for batch in batches_of(rows):
        keys = having_keys([(row.store_id, row.file_id) for row in batch])
        connection.execute(sa.update(store_files).where(keys).values(status="removing"))
    leave_bookmarks(database, connection, list_of(store_id), [(row.file_id, row.created) for row in rows], now)
    return {row.file_id for row in rows}


def cancel(connection: sa.Connection, where: sa.ColumnElement[bool]) -> int:
    """Give up on those of these files that wait or are being worked on; how many that were."""
    rows = locked(connection, sa.and_(where, store_files.c.status == "in_progress"))
    for batch in batches_of(rows):
        keys = having_keys([(row.store_id, row.file_id) for row in batch])
        connection.execute(sa.update(store_files).where(keys).values(status="cancelled", usage_bytes=0))
    return len(rows)


def of_ids(file_ids: Collection[str]) -> sa.ColumnElement[bool]:
    """Whether a row of `store_files` is of one of these files; at most BATCH of them."""
    return store_files.c.file_id.in_([file_id for file_id in file_ids if storable(file_id)])


def list_of(store_id: str) -> str:
    """The name of the list of a store's files."""
    return f"files of {store_id}"


def lock_store(connection: sa.Connection, store_id: str, owner: str, now: float) -> None:
    """Keep the store from going away, and note that it is used. UnknownStore, InvalidRequest when it has expired."""
    row = None
    if storable(store_id) and storable(owner):
        mine = sa.and_(stores.c.id == store_id, stores.c.owner == owner, ~stores.c.removing)
        query = sa.select(has_expired(now).label("expired")).where(mine).with_for_update(of=stores)
        row = connection.execute(query).first()
    if row is None:
        raise UnknownStore(f"There is no vector store '{shown(store_id)}'")
    if row.expired:
        raise InvalidRequest(f"The vector store '{store_id}' has expired", code="vector_store_expired")
    connection.execute(sa.update(stores).where(stores.c.id == store_id).values(last_active=int(now)))


def _lock_files(connection: sa.Connection, owner: str, file_ids: Sequence[str]) -> dict[str, sa.Row]:
    """The files of the library by id, kept from going away. NotFound, InvalidRequest for the first that may not."""
    found: dict[str, sa.Row] = {}
    for batch in batches_of(sorted(filter(storable, file_ids))):
        query = sa.select(files).where(files.c.owner == owner, files.c.id.in_(batch), ~files.c.removing)
        rows = connection.execute(query.order_by(files.c.id).with_for_update(read=True))
        found.update({row.id: row for row in rows})
    for file_id in file_ids:
        if file_id not in found:
            raise missing_file(file_id)
        if (purpose := found[file_id].purpose) in _NEVER_SEARCHED:
            raise InvalidRequest(
                f"The file '{file_id}' was uploaded for '{purpose}'; upload it for 'assistants' to search it",
                code="invalid_file_purpose",
            )
    return found


def _new_row(store_id: str, file: sa.Row, each: Attachment, batch_id: str | None, now: float) -> dict[str, Any]:
    return {
        "store_id": store_id,
        "file_id": file.id,
        "owner": file.owner,
        "sha256": file.sha256,
        "chunks": 0,
        "attributes": dict(each.attributes),
        "created": int(now),
        "status": "in_progress",
        "batch_id": batch_id and checked_text(batch_id, param="batch_id"),
        **failure_row(None),
        **chunking_row(each.chunking),
    }


def _changed_row(row: sa.Row, file: sa.Row, each: Attachment, batch_id: str | None, now: float) -> dict[str, Any]:
    """What becomes of a file that is in the store already. `chunks` stays: they are in the index until it is done."""
    chunking = chunking_row(each.chunking)
    alike = row.sha256 == file.sha256 and all(getattr(row, name) == value for name, value in chunking.items())
    # what was read from a folder by an earlier version is not among the blobs, to be read and cut in another way
    has_bytes = row.source is None or row.usage_bytes > 0
    as_it_is = row.status in ("completed", "in_progress") and (alike or not has_bytes)
    anew = row.status == "removing"
    return {
        "of_store": row.store_id,
        "of_file": row.file_id,
        "sha256": row.sha256 if as_it_is else file.sha256,
        "status": row.status if as_it_is else "in_progress",
        "usage_bytes": row.usage_bytes if as_it_is else 0,
        # what is being put in now, or was when its worker died, may be of the other kind
        "chunks": max(1, row.chunks) if row.lease_owner and not as_it_is else row.chunks,
        "deaths": row.deaths if as_it_is else 0,
        "created": int(now) if anew else row.created,
        "attributes": dict(each.attributes) if each.attributes or anew else row.attributes,
        "batch_id": batch_id or (None if anew else row.batch_id),
        **failure_row(None),
        **chunking,
    }
