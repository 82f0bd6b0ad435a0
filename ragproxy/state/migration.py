"""Bringing a database to the tables this code expects. Never during a request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from ragproxy.disk import data_folder
from ragproxy.errors import ConfigError
from ragproxy.state.db import Database

_FOLDER = Path(__file__).resolve().parent / "migrations"
_ADVISORY_LOCK = 0x7261677072  # "ragpr": any number, the same in every process that migrates


def migrate(database_url: str) -> None:
    """Create the tables or bring them up to date, in one transaction; processes that do it at once take turns.

    ConfigError when the database cannot be reached or was made by a newer version of ragproxy.
    """
    database = Database(database_url)
    try:
        with _reachable():
            if database.is_sqlite:
                sa.event.listen(database.engine, "connect", _without_references)
                _prepare_file(database.engine)
            with database.engine.begin() as connection:  # BEGIN IMMEDIATE on SQLite: that is its turn
                if not database.is_sqlite:
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
                _check_known(_version(connection))
                command.upgrade(_config(connection), "head")
                if database.is_sqlite:
                    _check_references(connection)
    finally:
        database.close()


def check_migrated(database: Database) -> None:
    """ConfigError, saying what to run, unless the tables are those this code expects."""
    with _reachable(), database.engine.connect() as connection:
        version = _version(connection)
    _check_known(version)
    if version != _scripts().get_current_head():
        state = "is of an older version" if version else "has no tables yet"
        raise ConfigError(f"DATABASE_URL: the database {state}; run `ragproxy migrate`")


def steps_behind(connection: sa.Connection) -> int | None:
    """How many migrations the tables lack; None when a newer ragproxy made them."""
    version, scripts = _version(connection), _scripts()
    if version and version not in {script.revision for script in scripts.walk_revisions()}:
        return None
    return len(list(scripts.iterate_revisions("head", version or "base")))


def _check_known(version: str | None) -> None:
    if version and version not in {script.revision for script in _scripts().walk_revisions()}:
        raise ConfigError(
            f"DATABASE_URL: the database is of a newer ragproxy (its tables are at '{version}'); upgrade ragproxy"
        )


def _version(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(_FOLDER))


def _config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _prepare_file(engine: sa.Engine) -> None:
    """The folder, and the write-ahead log, which the file remembers from then on."""
    path = engine.url.database
    if path and path != ":memory:":
        data_folder(Path(path).parent)
    with engine.execution_options(ragproxy_reads=True).connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")


def _without_references(connection: Any, _record: Any) -> None:
    # a table that others refer to is changed by copying it: dropping the old one would delete what refers to it
    # (sqlite.org/lang_altertable.html#otheralter); the switch does nothing inside a transaction
    connection.execute("PRAGMA foreign_keys = OFF")


def _check_references(connection: sa.Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    assert broken is None, f"the migration left a row of '{broken[0]}' without what it refers to"


@contextmanager
def _reachable() -> Iterator[None]:
    """The driver's reason is for whoever starts the server; it names host and file, never the password."""
    try:
        yield
    except sa.exc.DBAPIError as err:
        raise ConfigError(f"DATABASE_URL: the database cannot be used: {_reason(err.orig)}") from err
    except OSError as err:
        raise ConfigError(f"RAGPROXY_DATA_DIR: the data folder cannot be used: {err}") from err


def _reason(err: Any) -> str:
    return " ".join(str(err).split())
