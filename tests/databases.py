"""Migrated databases without the migrations, which take a tenth of a second, and PostgreSQL a whole one in turn."""

import functools
import os
import tempfile
import uuid
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa

from ragproxy.state import migrate, tables

POSTGRES = os.environ.get("RAGPROXY_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")
LOCKED_MS = 30_000  # what a connection that a test left open may hold up the next one


def migrated(url):
    """Make the tables of a SQLite database, as `migrate` does; one that is there already keeps what it holds."""
    path = Path(sa.make_url(url).database)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        migrate(url)
    else:
        path.write_bytes(_migrated_file())
    return url


@functools.cache
def _migrated_file():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ragproxy.db"
        migrate(f"sqlite:///{path}")
        return path.read_bytes()


class Schema:
    """An empty schema of the PostgreSQL server, until it is closed."""

    def __init__(self, connect):
        self._connect = connect
        self.name = f"test_{uuid.uuid4().hex}"
        self._execute(f"CREATE SCHEMA {self.name}")
        address = POSTGRES.replace("postgresql://", "postgresql+psycopg://", 1)
        options = f"-csearch_path={self.name} -csynchronous_commit=off"  # it is not the server that these tests kill
        self.url = f"{address}{'&' if '?' in address else '?'}options={quote(options)}"

    def close(self):
        self._execute(f"DROP SCHEMA {self.name} CASCADE")

    def _execute(self, statement):
        with self._connect() as connection:
            connection.execute(statement)


class Migrated(Schema):
    """One with tables, which can be made as good as new."""

    def __init__(self, connect):
        super().__init__(connect)
        migrate(self.url)
        with self._connect() as connection:
            connection.execute(f"SET search_path = {self.name}")
            named = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [self.name])
            self._new = {table: _rows(connection, table) for (table,) in named.fetchall()}

    def renew(self):
        """Leave the rows that the migrations made, and no other."""
        with self._connect() as connection, connection.transaction():
            connection.execute(f"SET search_path = {self.name}")
            connection.execute(f"SET lock_timeout = {LOCKED_MS}")
            connection.execute("SET LOCAL synchronous_commit = off")
            touched = {table for table, rows in self._new.items() if _rows(connection, table) != rows}
            # not TRUNCATE, which makes every file of a table and of its indexes anew
            for table in reversed(tables.metadata.sorted_tables):
                if table.name in touched:
                    connection.execute(f"DELETE FROM {table.name}")
            for table, rows in self._new.items():
                if rows != _rows(connection, table):
                    with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                        copy.write(rows)


def _rows(connection, table):
    with connection.cursor().copy(f"COPY {table} TO STDOUT") as copy:
        return b"".join(bytes(data) for data in copy)
