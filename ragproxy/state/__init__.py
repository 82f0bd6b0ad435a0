"""What must survive a restart: records in SQLite or PostgreSQL, and the lock on the data directory."""

from __future__ import annotations

import sqlalchemy as sa

from ragproxy.state.agents import Agents
from ragproxy.state.db import Database
from ragproxy.state.files import Files
from ragproxy.state.lock import DataLock, holder
from ragproxy.state.migration import check_migrated, migrate
from ragproxy.state.stores import Stores

__all__ = ["Agents", "DataLock", "Files", "State", "Stores", "holder", "migrate", "open_state"]


class State:
    """The records, by kind. One a process; safe to use from many threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.stores = Stores(database)
        self.files = Files(database)
        self.agents = Agents(database)

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


def open_state(database_url: str) -> State:
    """The records at a SQLAlchemy address; nothing is connected yet. ConfigError for an address we cannot use."""
    return State(Database(database_url))
