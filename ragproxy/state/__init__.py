"""What must survive a restart: records in SQLite or PostgreSQL, the bytes of files, the lock on the data directory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import sqlalchemy as sa

from ragproxy.errors import ConfigError
from ragproxy.state.agents import BUILT_IN, Agents
from ragproxy.state.auditing import Audit, Held, Kept
from ragproxy.state.backlog import Backlog
from ragproxy.state.batch_jobs import BatchJobs
from ragproxy.state.batches import Batches
from ragproxy.state.blobs import Blobs, open_blobs
from ragproxy.state.changes import Changes
from ragproxy.state.completions import Completions
from ragproxy.state.condition import Condition, condition
from ragproxy.state.conversations import Conversations, with_ids
from ragproxy.state.db import BATCH, Database, checked_name
from ragproxy.state.files import Files
from ragproxy.state.folders import Begun, FolderFiles
from ragproxy.state.idempotency import Claim, Idempotency
from ragproxy.state.ids import new_id
from ragproxy.state.keys import Keys, Opening
from ragproxy.state.library import Library
from ragproxy.state.lock import DataLock, holder
from ragproxy.state.migration import check_migrated, migrate
from ragproxy.state.reindexes import Reindexes
from ragproxy.state.remote import Remote
from ragproxy.state.response_work import ResponseWork
from ragproxy.state.responses import Responses, item_id, new_response_id
from ragproxy.state.run_work import RunWork
from ragproxy.state.runs import Runs
from ragproxy.state.secrets import SIGNING, Secrets
from ragproxy.state.stores import Stores
from ragproxy.state.threads import Threads
from ragproxy.state.uploads import Uploads
from ragproxy.state.usage import ORIGIN, Total, Usage, UsageRow

__all__ = [
    "BUILT_IN",
    "ORIGIN",
    "SIGNING",
    "Agents",
    "Audit",
    "Backlog",
    "BatchJobs",
    "Batches",
    "Begun",
    "Blobs",
    "Changes",
    "Claim",
    "Completions",
    "Condition",
    "Conversations",
    "DataLock",
    "Files",
    "FolderFiles",
    "Held",
    "Idempotency",
    "Kept",
    "Keys",
    "Library",
    "Opening",
    "Reindexes",
    "Remote",
    "ResponseWork",
    "Responses",
    "RunWork",
    "Runs",
    "Secrets",
    "State",
    "Stores",
    "Threads",
    "Total",
    "Uploads",
    "Usage",
    "UsageRow",
    "checked_name",
    "condition",
    "holder",
    "item_id",
    "migrate",
    "new_id",
    "new_response_id",
    "open_blobs",
    "open_state",
    "with_ids",
]


class State:
    """The records, by kind, and the bytes. One a process; safe to use from many threads."""

    def __init__(
        self, database: Database, blobs: Blobs | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._blobs = blobs
        self.stores = Stores(database, clock=clock)
        self.files = Files(database, clock=clock)
        self.folders = FolderFiles(database, clock=clock)
        self.changes = Changes(database, clock=clock)
        self.batches = Batches(database, clock=clock)
        self.batch_jobs = BatchJobs(database, clock=clock)
        self.backlog = Backlog(database, clock=clock)
        self.library = Library(database, clock=clock)
        self.uploads = Uploads(database, clock=clock)
        self.agents = Agents(database, clock=clock)
        self.keys = Keys(database, clock=clock)
        self.reindexes = Reindexes(database, clock=clock)
        self.remote = Remote(database, clock=clock)
        self.responses = Responses(database, clock=clock)
        self.secrets = Secrets(database, clock=clock)
        self.audit = Audit(database, clock=clock)
        self.usage = Usage(database, clock=clock)
        self.conversations = Conversations(database, clock=clock)
        self.response_work = ResponseWork(database, self.conversations, clock=clock)
        self.threads = Threads(database, self.conversations, clock=clock)
        self.runs = Runs(database, self.threads, clock=clock)
        self.run_work = RunWork(database, self.threads, clock=clock)
        self.completions = Completions(database, clock=clock)
        self.idempotency = Idempotency(database, clock=clock)

    @property
    def blobs(self) -> Blobs:
        """The bytes of files. ConfigError when this state was opened without a place for them."""
        if self._blobs is None:
            raise ConfigError("RAGPROXY_FILES_URL: there is no place for the bytes of files")
        return self._blobs

    def orphans(self, older_than_s: float) -> int:
        """How many files `drop_orphans` would delete."""
        return sum(len(unwanted) for unwanted in self._orphans(older_than_s))

    def drop_orphans(self, older_than_s: float) -> int:
        """Delete the bytes that no row needs, put more than `older_than_s` seconds ago; how many files that were.

        Between bytes and their row passes the time of an upload at most: an hour is long enough.
        """
        dropped = 0
        for unwanted in self._orphans(older_than_s):
            dropped += sum(self.blobs.delete(sha256, older_than_s) for sha256 in unwanted)
        self.blobs.tidy(older_than_s)
        return dropped

    def _orphans(self, older_than_s: float) -> Iterator[set[str]]:
        old = self.blobs.all(older_than_s)
        while batch := set(islice(old, BATCH)):
            yield batch - self.library.referenced(batch)

    def ping(self) -> None:
        """StateUnavailable unless the database answers."""
        with self._database.reading() as connection:
            connection.execute(sa.select(1))

    def check_migrated(self) -> None:
        """ConfigError, saying what to run, unless the tables are those this code expects."""
        check_migrated(self._database)

    def close(self) -> None:
        """Give the connections back."""
        self._database.close()


def open_state(
    database_url: str, files_url: str | Path | None = None, *, clock: Callable[[], float] = time.time
) -> State:
    """The records at a SQLAlchemy address, the bytes in a folder or at s3://; nothing is connected yet.

    ConfigError for an address we cannot use.
    """
    return State(Database(database_url), None if files_url is None else open_blobs(files_url), clock=clock)
