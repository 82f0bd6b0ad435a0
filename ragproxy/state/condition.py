"""How the database is, for whoever looks after it: asked beside a running server, without changing anything."""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ragproxy.errors import StateUnavailable
from ragproxy.state.db import possible_address
from ragproxy.state.migration import steps_behind

_OFTEN = 10_000  # SQLite's steps between two looks at the clock


@dataclass(frozen=True, slots=True)
class Condition:
    """What a database says of itself. `behind`: migrations it lacks, None when it is of a newer ragproxy.

    `faults` are SQLite's own words, of an examination that was `examined` to its end; `log_bytes` is the size of its
    write-ahead log. `now` is the server's clock (epoch s) `between` two moments of ours.
    """

    version: str
    behind: int | None
    faults: tuple[str, ...] = ()
    examined: bool = True
    log_bytes: int = 0
    now: float | None = None
    between: tuple[float, float] = (0.0, 0.0)


def condition(url: str, timeout_s: float, *, clock: Callable[[], float] = time.time) -> Condition | None:
    """The condition of the database at a SQLAlchemy address; None when the file of a SQLite is not there yet.

    `timeout_s` bounds the connection, and the examination of a file. StateUnavailable says why it cannot be asked;
    ConfigError for an address that is none.
    """
    with _in_words(), possible_address():
        address = sa.make_url(url)
        if address.get_backend_name() == "sqlite":
            return _of_file(Path(address.database or ""), timeout_s)
        return _of_server(address, timeout_s, clock)


def _of_file(path: Path, timeout_s: float) -> Condition | None:
    if not path.is_file():
        return None

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=timeout_s)

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=NullPool)
    log = path.with_name(f"{path.name}-wal")
    with closing(connect()) as raw:
        faults, examined = _quick_check(raw, timeout_s)
    behind: int | None = 0
    if not faults:
        with engine.connect() as connection:
            behind = steps_behind(connection)
    log_bytes = log.stat().st_size if log.exists() else 0
    return Condition(f"SQLite {sqlite3.sqlite_version}", behind, faults, examined, log_bytes)


def _quick_check(connection: sqlite3.Connection, timeout_s: float) -> tuple[tuple[str, ...], bool]:
    """SQLite's complaints, and whether it could look at all of the file in that time."""
    until = time.monotonic() + timeout_s
    connection.set_progress_handler(lambda: time.monotonic() > until, _OFTEN)
    try:
        rows = connection.execute("PRAGMA quick_check(3)").fetchall()
    except sqlite3.OperationalError as err:
        if err.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return (), False
        raise
    except sqlite3.DatabaseError as err:  # no database at all, or a torn one
        return (str(err),), True
    return tuple(str(row[0]) for row in rows if row[0] != "ok"), True


def _of_server(address: sa.URL, timeout_s: float, clock: Callable[[], float]) -> Condition:
    patience = {"connect_timeout": max(1, math.ceil(timeout_s))}  # libpq's, in whole seconds
    engine = sa.create_engine(address, poolclass=NullPool, connect_args=patience)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"SET statement_timeout = {math.ceil(timeout_s * 1000)}")
        version = connection.exec_driver_sql("SHOW server_version").scalar_one()
        before = clock()
        now = float(connection.execute(sa.select(sa.func.extract("epoch", sa.func.clock_timestamp()))).scalar_one())
        between = before, clock()
        behind = steps_behind(connection)
    return Condition(f"PostgreSQL {str(version).split()[0]}", behind, now=now, between=between)


@contextmanager
def _in_words() -> Iterator[None]:
    """The driver's reason names host and file, never the password."""
    try:
        yield
    except (sa.exc.DBAPIError, sqlite3.Error) as err:
        reason = str(getattr(err, "orig", None) or err).strip().partition("\n")[0]
        raise StateUnavailable(f"The database cannot be used: {reason}") from err
