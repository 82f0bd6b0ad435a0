"""The database: does it answer, is it of this version, is its file whole?"""

from __future__ import annotations

from collections.abc import Iterator

from ragproxy.checks.clocks import compare
from ragproxy.checks.verdict import Scene, Verdict, failed, ok, warning
from ragproxy.errors import ConfigError, StateUnavailable
from ragproxy.state import Condition, condition

LONG_LOG = 256 << 20  # bytes; SQLite begins its log anew after 4 MB, unless some reader never ends


def database(scene: Scene) -> Iterator[Verdict]:
    """All there is to say of it."""
    settings = scene.settings
    try:
        found = condition(settings.database, scene.timeout_s, clock=scene.clock)
    except StateUnavailable as err:
        yield failed("database", err.message, "Start it, or put DATABASE_URL right")
        return
    except ConfigError as err:
        yield failed("database", err.message, "Put DATABASE_URL right")
        return
    if found is None:
        yield failed(
            "database",
            f"There is no database in '{settings.data_dir}' yet",
            "Run `ragproxy serve`, which makes it, or run `ragproxy migrate`",
        )
        return
    yield _version(found)
    yield from _file(found, scene.timeout_s)
    if found.now is not None:
        yield compare("PostgreSQL", "database", found.now, found.between)


def _version(found: Condition) -> Verdict:
    if found.behind is None:
        return failed("database", f"{found.version} has the tables of a newer ragproxy", "Upgrade ragproxy")
    if found.behind:
        migrations = "migration" if found.behind == 1 else "migrations"
        return failed(
            "database",
            f"{found.version} answers, and its tables are {found.behind} {migrations} behind",
            "Run `ragproxy migrate`",
        )
    return ok("database", f"{found.version} answers, with the tables of this version")


def _file(found: Condition, timeout_s: float) -> Iterator[Verdict]:
    """What is to be said of SQLite's file alone."""
    if found.now is not None:
        return
    if found.faults:
        yield failed(
            "database.file",
            f"The database is damaged: {'; '.join(found.faults)}",
            "Stop the server and restore a backup",
        )
    elif not found.examined:
        yield ok(
            "database.file", f"No damage was found in the part of the database that {timeout_s:g} s were enough for"
        )
    else:
        yield ok("database.file", "SQLite finds no damage in the database")
    if found.log_bytes > LONG_LOG:
        yield warning(
            "database.log",
            f"The write-ahead log of the database has grown to {found.log_bytes >> 20:,} MiB",
            "Restart the server; look for a backup or another program that keeps the database open",
        )
