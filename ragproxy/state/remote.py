"""What upstreams hold of ours: copies of files, under ids of their own, and the fine-tuning jobs made of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from ragproxy.domain import Cursor, Page, RemoteFile, RemoteJob
from ragproxy.errors import NotFound
from ragproxy.state.db import Database, batches_of, checked_name, shown, storable
from ragproxy.state.paging import Listing
from ragproxy.state.tables import remote_files, remote_jobs


class Remote:
    """The copies and jobs of every owner. An upstream goes by its name in the configuration."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    # ---- files ----

    def copy(self, file_id: str, upstream: str, *, owner: str) -> str | None:
        """The upstream's id of its latest copy of the file; None when it has none."""
        copies = [copy for copy in self.copies(file_id, owner=owner) if copy.upstream == upstream]
        return copies[0].remote_id if copies else None

    def copies(self, file_id: str, *, owner: str) -> list[RemoteFile]:
        """Every copy of the file that is not gone, the latest first."""
        query = (
            sa.select(remote_files)
            .where(remote_files.c.owner == owner, remote_files.c.file_id == file_id, ~remote_files.c.gone)
            .order_by(remote_files.c.created.desc(), remote_files.c.remote_id.desc())
        )
        with self._database.reading() as connection:
            return [RemoteFile(row.file_id, row.upstream, row.remote_id) for row in connection.execute(query)]

    def note_copy(self, copy: RemoteFile, *, owner: str) -> str:
        """Note a copy; the id of the file that it is a copy of, which is another one if somebody was faster."""
        row = {
            "owner": owner,
            "upstream": copy.upstream,
            "remote_id": checked_name(copy.remote_id, param="id"),
            "file_id": copy.file_id,
            "created": int(self._clock()),
        }
        try:
            with self._database.writing() as connection:
                connection.execute(sa.insert(remote_files).values(row))
        except IntegrityError:
            return self.local_ids(copy.upstream, [copy.remote_id], owner=owner)[copy.remote_id]
        return copy.file_id

    def copy_is_gone(self, copy: RemoteFile, *, owner: str) -> None:
        """Note that the upstream has it no more; what it was a copy of stays known."""
        this = sa.and_(
            remote_files.c.owner == owner,
            remote_files.c.upstream == copy.upstream,
            remote_files.c.remote_id == copy.remote_id,
        )
        with self._database.writing() as connection:
            connection.execute(sa.update(remote_files).where(this).values(gone=True))

    def local_ids(self, upstream: str, remote_ids: Collection[str], *, owner: str) -> Mapping[str, str]:
        """The ids of the owner's files, by those that the upstream has for them; unknown ones are not in it."""
        found: dict[str, str] = {}
        with self._database.reading() as connection:
            for batch in batches_of([remote_id for remote_id in remote_ids if storable(remote_id)]):
                query = sa.select(remote_files.c.remote_id, remote_files.c.file_id).where(
                    remote_files.c.owner == owner,
                    remote_files.c.upstream == upstream,
                    remote_files.c.remote_id.in_(batch),
                )
                found.update((row.remote_id, row.file_id) for row in connection.execute(query))
        return found

    # ---- jobs ----

    def note_job(self, job: RemoteJob, *, owner: str) -> None:
        """Note whose job it is, and where it runs."""
        row = {
            "owner": owner,
            "id": checked_name(job.id, param="id"),
            "upstream": job.upstream,
            "created": int(self._clock()),
        }
        with self._database.writing() as connection:
            self._database.upsert(connection, remote_jobs, row)

    def job(self, job_id: str, *, owner: str) -> RemoteJob:
        """The owner's job of that id. NotFound."""
        if storable(job_id) and storable(owner):
            query = sa.select(remote_jobs).where(remote_jobs.c.owner == owner, remote_jobs.c.id == job_id)
            with self._database.reading() as connection:
                row = connection.execute(query).first()
            if row:
                return RemoteJob(row.id, row.upstream)
        raise NotFound(f"There is no fine-tuning job '{shown(job_id)}'", code="fine_tuning_job_not_found")

    def jobs(self, owner: str, cursor: Cursor) -> Page[RemoteJob]:
        """A page of the owner's jobs. InvalidRequest names an unknown cursor."""
        if not storable(owner):
            return Page((), False)
        mine = remote_jobs.c.owner == owner
        listing = Listing(f"jobs of {owner}", remote_jobs.c.created, remote_jobs.c.id, mine)
        with self._database.reading() as connection:
            rows, has_more = listing.read(connection, sa.select(remote_jobs).where(mine), cursor)
        return Page(tuple(RemoteJob(row.id, row.upstream) for row in rows), has_more)
