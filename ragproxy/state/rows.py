"""Rows of `store_files` and `files` as `StoredFile`, and back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from ragproxy.domain import Chunking, Counts, Failure, StoredFile
from ragproxy.state.db import batches_of
from ragproxy.state.tables import files, store_files, stores

Key = tuple[str, str]  # the store's id and the file's

SELECT = sa.select(store_files, files.c.filename, files.c.size).join_from(
    store_files, files, sa.and_(files.c.owner == store_files.c.owner, files.c.id == store_files.c.file_id)
)
SHOWN = store_files.c.status != "removing"
PUT_OFF = " (put off)"  # ends the name of the owner of a lease that nobody works under
IDLE = {"lease_owner": None, "lease_until": None}


def keys_by_store(keys: Collection[Key]) -> dict[str, list[str]]:
    """The ids of the files, by store, everything in the order that locks are taken in."""
    by_store: dict[str, list[str]] = {}
    for store_id, file_id in sorted(keys):
        by_store.setdefault(store_id, []).append(file_id)
    return by_store


def having_keys(keys: Collection[Key]) -> sa.ColumnElement[bool]:
    """Whether a row of `store_files` is one of these; at most BATCH of them.

    Store by store: for a list of pairs SQLite reads the whole table.
    """
    of_store = [
        sa.and_(store_files.c.store_id == store_id, store_files.c.file_id.in_(file_ids))
        for store_id, file_ids in keys_by_store(keys).items()
    ]
    return sa.or_(sa.false(), *of_store)


def locked(connection: sa.Connection, where: sa.ColumnElement[bool]) -> list[sa.Row]:
    """The rows of `store_files`, locked in the one order that everybody locks several in."""
    query = sa.select(store_files).where(where).order_by(store_files.c.store_id, store_files.c.file_id)
    return list(connection.execute(query.with_for_update()))


def stored_files(connection: sa.Connection, keys: Sequence[Key]) -> list[StoredFile]:
    """The files of these keys, in their order; those that are not there are left out."""
    found = {}
    for batch in batches_of(keys):
        rows = connection.execute(SELECT.where(having_keys(batch)))
        found.update({(row.store_id, row.file_id): stored_file(row) for row in rows})
    return [found[key] for key in keys if key in found]


def count(connection: sa.Connection, store_ids: Collection[str]) -> dict[str, tuple[Counts, int]]:
    """How many files of each store are in which status, and the bytes they use, in one query for all of them."""
    query = (
        sa.select(store_files.c.store_id, store_files.c.status, sa.func.count(), sa.func.sum(store_files.c.usage_bytes))
        .where(store_files.c.store_id.in_(store_ids), SHOWN)
        .group_by(store_files.c.store_id, store_files.c.status)
    )
    counts: dict[str, dict[str, int]] = {store_id: {} for store_id in store_ids}
    usage = dict.fromkeys(store_ids, 0)
    for store_id, status, number, used in connection.execute(query):
        counts[store_id][status] = number
        usage[store_id] += int(used)
    return {store_id: (Counts(**counts[store_id]), usage[store_id]) for store_id in store_ids}


def of_living_stores() -> sa.ColumnElement[bool]:
    """Whether the store of a row of `store_files` is not being removed."""
    living = sa.select(stores.c.id).where(stores.c.id == store_files.c.store_id, ~stores.c.removing)
    return living.exists()


def file_row(file: StoredFile) -> dict[str, Any]:
    """What `files` knows of it; whatever is saved is there again, were it on its way out."""
    return {
        "owner": file.owner,
        "id": file.id,
        "filename": file.filename,
        "sha256": file.sha256,
        "size": file.size,
        "created": file.created,
        "removing": False,
    }


def store_row(file: StoredFile) -> dict[str, Any]:
    """What `store_files` knows of it, with nobody at work on it."""
    return IDLE | {
        "store_id": file.store_id,
        "file_id": file.id,
        "owner": file.owner,
        "source": file.source,
        "sha256": file.sha256,
        "chunks": file.chunks,
        "attributes": dict(file.attributes),
        "created": file.created,
        "status": file.status,
        "usage_bytes": file.usage_bytes,
        "batch_id": file.batch_id,
        "deaths": file.deaths,
        **failure_row(file.error),
        **chunking_row(file.chunking),
    }


def failure_row(error: Failure | None) -> dict[str, Any]:
    """The columns of a failure, or of none."""
    return {"error_code": error and error.code, "error_message": error and error.message}


def chunking_row(chunking: Chunking | None) -> dict[str, Any]:
    """The columns of the client's own chunking, or of ours."""
    return {
        "max_tokens": chunking and chunking.max_tokens,
        "overlap_tokens": chunking and chunking.overlap_tokens,
    }


def stored_file(row: sa.Row) -> StoredFile:
    """The file of a row that `SELECT` read."""
    return StoredFile(
        id=row.file_id,
        store_id=row.store_id,
        owner=row.owner,
        filename=row.filename,
        source=row.source,
        sha256=row.sha256,
        size=row.size,
        chunks=row.chunks,
        attributes=row.attributes,
        created=row.created,
        status=row.status,
        error=None if row.error_code is None else Failure(row.error_code, row.error_message),
        chunking=None if row.max_tokens is None else Chunking(row.max_tokens, row.overlap_tokens),
        usage_bytes=row.usage_bytes,
        batch_id=row.batch_id,
        deaths=row.deaths,
    )
