"""Uploads: files that arrive in parts. The bytes of the parts are in the blobs, until the file is made of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

import sqlalchemy as sa

from ragproxy.domain import File, Part, Purpose, Upload
from ragproxy.errors import Conflict, InvalidRequest, NotFound
from ragproxy.state.db import Database, checked_name, checked_text, shown, storable
from ragproxy.state.ids import new_id
from ragproxy.state.library import insert
from ragproxy.state.tables import upload_parts, uploads

MAX_PARTS: Final = 10_000
LIFETIME_S = 3600  # OpenAI's rule: an upload expires an hour after its creation


class Uploads:
    """The uploads of every owner. Parts come and an end is put to it while it is pending: Conflict otherwise."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def create(
        self,
        *,
        owner: str,
        filename: str,
        purpose: Purpose,
        mime_type: str,
        size: int,
        lifetime_s: int | None = None,
    ) -> Upload:
        """A new upload of `size` bytes; `lifetime_s` is the file's. InvalidRequest for texts that cannot be stored."""
        now = int(self._clock())
        upload = Upload(
            id=new_id("upload_"),
            owner=checked_name(owner, param="owner"),
            filename=checked_text(filename, param="filename"),
            purpose=purpose,
            mime_type=checked_text(mime_type, param="mime_type"),
            size=size,
            created=now,
            expires=now + LIFETIME_S,
            status="pending",
            lifetime_s=lifetime_s,
        )
        row = {column.name: getattr(upload, column.name) for column in uploads.c}
        with self._database.writing() as connection:
            connection.execute(sa.insert(uploads).values(row))
        return upload

    def get(self, upload_id: str, *, owner: str) -> Upload:
        """The owner's upload of that id. NotFound when there is none."""
        if storable(upload_id) and storable(owner):
            query = sa.select(uploads).where(uploads.c.id == upload_id, uploads.c.owner == owner)
            with self._database.reading() as connection:
                row = connection.execute(query).first()
                if row:
                    return self._upload(row)
        raise _missing(upload_id)

    def add_part(self, upload_id: str, sha256: str, size: int) -> str:
        """Note a part whose bytes are kept; its id. NotFound, Conflict.

        InvalidRequest when the upload's parts would be more than was announced. A part that is sent again, because
        its answer was lost, counts once.
        """
        row = {"id": new_id("part_"), "upload_id": upload_id, "sha256": sha256, "size": size}
        with self._database.writing() as connection:
            upload = self._lock_pending(connection, upload_id)
            _check_size(connection, upload, sha256, size)
            connection.execute(sa.insert(upload_parts).values(row | {"created": int(self._clock())}))
        return str(row["id"])

    def parts(self, upload_id: str) -> Sequence[Part]:
        """The upload's parts as they came; none once an end was put to it."""
        if not storable(upload_id):
            return []
        query = sa.select(upload_parts).where(upload_parts.c.upload_id == upload_id)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(upload_parts.c.created, upload_parts.c.id))
            return [Part(row.id, row.upload_id, row.sha256, row.size, row.created) for row in rows]

    def complete(self, upload_id: str, file: File) -> Upload:
        """Put the file into the library, whole, and let go of the parts, in one step. NotFound, Conflict."""
        with self._database.writing() as connection:
            row = self._lock_pending(connection, upload_id)
            insert(connection, file)
            return self._upload(_end(connection, row.id, status="completed", file_id=file.id))

    def cancel(self, upload_id: str) -> Upload:
        """Put an end to it and let go of the parts. NotFound, Conflict."""
        with self._database.writing() as connection:
            row = self._lock_pending(connection, upload_id)
            return self._upload(_end(connection, row.id, status="cancelled"))

    def expired(self, now: float) -> Sequence[Upload]:
        """The uploads of every owner that waited too long, and whose parts are still kept."""
        query = sa.select(uploads).where(uploads.c.status == "pending", uploads.c.expires <= int(now))
        with self._database.reading() as connection:
            return [self._upload(row) for row in connection.execute(query.order_by(uploads.c.id))]

    def expire(self, upload_id: str) -> None:
        """Let go of the parts of an upload that waited too long; nothing when it has come to an end meanwhile."""
        with self._database.writing() as connection:
            row = self._lock(connection, upload_id)
            if row is not None and row.status == "pending":
                _end(connection, row.id, status="expired")

    def _lock(self, connection: sa.Connection, upload_id: str) -> sa.Row | None:
        if not storable(upload_id):
            return None
        return connection.execute(sa.select(uploads).where(uploads.c.id == upload_id).with_for_update()).first()

    def _lock_pending(self, connection: sa.Connection, upload_id: str) -> sa.Row:
        row = self._lock(connection, upload_id)
        if row is None:
            raise _missing(upload_id)
        status = self._upload(row).status
        if status != "pending":
            raise Conflict(f"The upload '{shown(upload_id)}' is {status}; create a new one", code=f"upload_{status}")
        return row

    def _upload(self, row: sa.Row) -> Upload:
        """Expired from the second on, whenever the sweep comes by."""
        late = row.status == "pending" and row.expires <= self._clock()
        return Upload(**(dict(row._mapping) | ({"status": "expired"} if late else {})))


def _check_size(connection: sa.Connection, upload: sa.Row, sha256: str, size: int) -> None:
    """InvalidRequest when this part would be too much for the upload."""
    ours = upload_parts.c.upload_id == upload.id
    sizes = sa.select(upload_parts.c.sha256, upload_parts.c.size).where(ours).distinct()
    held = {row.sha256: row.size for row in connection.execute(sizes)} | {sha256: size}
    total = sum(held.values())
    if total > upload.size:
        raise InvalidRequest(
            f"With this part the upload would hold {total} bytes, but it was created for {upload.size}; "
            "cancel it and create another",
            param="data",
            code="wrong_size",
        )
    if (connection.scalar(sa.select(sa.func.count()).where(ours)) or 0) >= MAX_PARTS:
        raise InvalidRequest(f"The upload has {MAX_PARTS} parts already", param="data", code="too_many_parts")


def _end(connection: sa.Connection, upload_id: str, **values: str) -> sa.Row:
    connection.execute(sa.delete(upload_parts).where(upload_parts.c.upload_id == upload_id))
    ended = sa.update(uploads).where(uploads.c.id == upload_id).values(values).returning(*uploads.c)
    return connection.execute(ended).one()


def _missing(upload_id: str) -> NotFound:
    return NotFound(f"No such Upload object: {shown(upload_id)}", code="upload_not_found")
