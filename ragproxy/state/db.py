"""The database: SQLite in the data folder, or PostgreSQL. One engine a process, a read door and a write door.

SQLite runs in WAL mode: readers and the one writer do not wait for each other. `synchronous=NORMAL` is enough for our
promise: a commit is in the operating system's hands when it returns, so `kill -9` loses nothing; only a power cut may
take back the last commits, and even then the file stays whole (sqlite.org/pragma.html#pragma_synchronous).

What may wait for the disk or for another process goes through `offload`: to begin a transaction, many rows at once, a
commit, and the reads that say so. The rest takes less than changing threads does.
"""

from __future__ import annotations

import sqlite3
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, InterfaceError, NoSuchModuleError, OperationalError

from ragproxy.errors import ConfigError, InvalidRequest, StateUnavailable, StorageFull
from ragproxy.offload import offload

BUSY_TIMEOUT_S = 30
POOL = {"pool_size": 10, "max_overflow": 30, "pool_timeout": 30}  # connections; the timeout is in seconds
LONGEST_NAME = 256  # characters; PostgreSQL indexes at most 2,704 bytes
BATCH = 500  # ids a statement: every SQLite takes at least 999 parameters
T = TypeVar("T")

_LONG = "ragproxy_long"  # the option of statements that others do not wait for


class Database:
    """Connections to the records. Nothing is opened before the first use."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        # a read is one statement: autocommit spares PostgreSQL two round trips and SQLite a lock
        options: dict[str, Any] = {"ragproxy_reads": True} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._reads = self.engine.execution_options(**options)
        self._turn = threading.Lock()

    @contextmanager
    def reading(self, *, long: bool = False) -> Iterator[sa.Connection]:
        """A connection for statements that only read; each sees what is committed when it runs.

        `long` for those that go through many rows: others go on meanwhile.
        """
        with _answering(), self._reads.connect() as connection:
            yield connection.execution_options(**{_LONG: True}) if long else connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction: committed when the block ends, undone when it raises."""
        with _answering(), self._alone(), self.engine.begin() as connection:
            yield connection

    def upsert(self, connection: sa.Connection, table: sa.Table, *rows: dict[str, Any]) -> None:
        """Insert the rows, which have the same keys, or overwrite those with their primary keys."""
        if not rows:
            return
        insert: Any = sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)
        keys = [column.name for column in table.primary_key]
        rest = {name: insert.excluded[name] for name in rows[0] if name not in keys}
        connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=rest), list(rows))

    def take_turns(self, connection: sa.Connection, *about: str) -> None:
        """Wait for every other transaction that is about the same; SQLite's writers do so anyway."""
        if not self.is_sqlite:
            key = zlib.crc32("\0".join(about).encode())
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """SQLite has one writer: those of this process wait here, and not in a thread that the writer may need."""
        if not self.is_sqlite:
            yield
        elif self._turn.acquire(timeout=BUSY_TIMEOUT_S):
            try:
                yield
            finally:
                self._turn.release()
        else:
            raise StateUnavailable("The database does not answer; try again in a moment")


def batches_of(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The items in the order given, no more at once than a statement takes."""
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


def storable(text: str) -> bool:
    """Whether both databases can hold the text: no NUL (PostgreSQL) and no lone surrogate (neither)."""
    try:
        return b"\0" not in text.encode("utf-8")
    except UnicodeEncodeError:
        return False


def checked_name(text: str, *, param: str) -> str:
    """A name fit to be stored and looked up. InvalidRequest names `param` and what is wrong."""
    if not text.strip():
        raise InvalidRequest(f"'{param}' is empty", param=param)
    if len(text) > LONGEST_NAME:
        raise InvalidRequest(f"'{param}' is longer than {LONGEST_NAME} characters", param=param)
    return checked_text(text, param=param)


def shown(name: str) -> str:
    """The name as an error message can carry it."""
    return name[:100].encode("utf-8", "replace").decode().replace("\0", "?")


def checked_text(text: str, *, param: str) -> str:
    """A text fit to be stored. InvalidRequest otherwise."""
    if not storable(text):
        raise InvalidRequest(f"'{param}' holds a NUL character or is not valid Unicode", param=param)
    return text


@contextmanager
def _answering() -> Iterator[None]:
    """A database that does not answer is our fault and passes; the cause is for the log, not for clients."""
    try:
        yield
    except (OperationalError, InterfaceError, sa.exc.TimeoutError) as err:
        if _is_full(getattr(err, "orig", None)):
            raise StorageFull("The database has no room left; nothing was kept") from err
        raise StateUnavailable("The database does not answer; try again in a moment") from err


def _is_full(err: BaseException | None) -> bool:
    code = getattr(err, "sqlite_errorcode", None)
    return code == sqlite3.SQLITE_FULL or getattr(err, "sqlstate", None) == "53100"  # PostgreSQL's disk_full


@contextmanager
def possible_address() -> Iterator[None]:
    """Around the making of an engine: ConfigError says what is wrong with its address."""
    try:
        yield
    except ModuleNotFoundError as err:
        raise ConfigError(
            "DATABASE_URL: PostgreSQL needs its driver, which is not installed: pip install ragproxy[postgres]"
        ) from err
    except (ArgumentError, NoSuchModuleError) as err:
        # the library's own message quotes the address, and that may hold a password
        raise ConfigError("DATABASE_URL: expected sqlite:///path or postgresql://user@host/name") from err


def _engine(url: str) -> sa.Engine:
    with possible_address():
        address = sa.make_url(url)
        if address.get_backend_name() == "sqlite":
            return _sqlite(address)
        return sa.create_engine(address, pool_pre_ping=True, pool_recycle=1800, **POOL)


def _sqlite(address: sa.URL) -> sa.Engine:
    # isolation_level None: the driver opens no transaction behind our back, `_begin` does
    engine = sa.create_engine(
        address,
        connect_args={
            "timeout": BUSY_TIMEOUT_S,
            "isolation_level": None,
            "check_same_thread": False,
            "factory": _Connection,
        },
        **POOL,
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "do_execute", _execute)
    event.listen(engine, "do_executemany", _execute_many)
    return engine


class _Connection(sqlite3.Connection):
    """Where others go on while a commit waits for the disk."""

    def commit(self) -> None:
        if self.in_transaction:  # the end of a read is none
            offload(super().commit)


def _execute(cursor: Any, statement: str, parameters: Any, context: Any) -> bool | None:
    """Whether it was done here; the rest is SQLAlchemy's."""
    if not context.execution_options.get(_LONG):
        return None
    offload(cursor.execute, statement, parameters)
    return True


def _execute_many(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
    offload(cursor.executemany, statement, parameters)
    return True


def _prepare(connection: Any, _record: Any) -> None:
    # journal_mode=WAL is not here: the file remembers it, and changing it does not wait for others (see migrate)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")


def _begin(connection: sa.Connection) -> None:
    # IMMEDIATE: writers queue at their first statement; a deferred one fails when it turns from reader to writer
    if not connection.get_execution_options().get("ragproxy_reads"):
        connection.exec_driver_sql("BEGIN IMMEDIATE", execution_options={_LONG: True})
