"""The database's condition: real SQLite files, sound and damaged, and a real PostgreSQL."""

import shutil
import sqlite3
import time
from pathlib import Path

import pytest

from ragproxy import state
from ragproxy.checks.records import LONG_LOG, database
from ragproxy.state import condition
from tests.databases import migrated
from tests.e2e.servers import free_port


def test_a_sound_file(scene, data_dir):
    migrated(scene().settings.database)
    told = list(database(scene()))
    assert [(each.name, each.status) for each in told] == [("database", "ok"), ("database.file", "ok")]


def test_no_file_is_a_failure_and_is_not_made_by_looking(scene, data_dir):
    (told,) = database(scene())
    assert (told.status, "ragproxy migrate" in told.advice) == ("failed", True)
    assert not data_dir.exists()


def test_an_empty_database_lacks_all_migrations(scene, data_dir):
    data_dir.mkdir()
    sqlite3.connect(data_dir / "ragproxy.db").execute("CREATE TABLE another (id)").connection.close()
    told = next(database(scene()))
    assert (told.status, told.advice) == ("failed", "Run `ragproxy migrate`")
    migrations = len(list((Path(state.__file__).parent / "migrations" / "versions").glob("v*.py")))
    assert f"its tables are {migrations} migrations behind" in told.message


@pytest.mark.parametrize(("version", "words"), [("9999", "of a newer ragproxy"), (None, "1 migration behind")])
def test_a_database_of_another_version(scene, data_dir, version, words):
    migrated(scene().settings.database)
    with sqlite3.connect(data_dir / "ragproxy.db") as records:
        records.execute("UPDATE alembic_version SET version_num = ?", [version or _last_but_one()])
    told = next(database(scene()))
    assert (told.status, words in told.message) == ("failed", True)


def test_a_damaged_file(scene, data_dir):
    migrated(scene().settings.database)
    path = data_dir / "ragproxy.db"
    damaged = bytearray(path.read_bytes())
    damaged[8192:32768] = b"\xa5" * (32768 - 8192)
    path.write_bytes(damaged)
    told = {each.name: each for each in database(scene())}
    assert told["database.file"].status == "failed"
    assert "restore a backup" in told["database.file"].advice


def test_a_file_that_is_no_database(scene, data_dir):
    data_dir.mkdir()
    (data_dir / "ragproxy.db").write_text("These are not the records you are looking for. " * 100)
    told = {each.name: each for each in database(scene())}
    assert "not a database" in told["database.file"].message


def test_the_examination_ends_with_its_time(tmp_path):
    path = tmp_path / "large.db"
    with sqlite3.connect(path) as large:
        large.execute("CREATE TABLE t (n INTEGER PRIMARY KEY, word TEXT UNIQUE)")
        large.executemany("INSERT INTO t (word) VALUES (?)", ((f"word {n}",) for n in range(200_000)))
    large.close()
    began = time.monotonic()
    found = condition(f"sqlite:///{path}", 0.001)
    assert time.monotonic() - began < 2
    assert (found.examined, found.faults) == (False, ())


def test_a_log_that_has_grown(scene, data_dir):
    migrated(scene().settings.database)
    with open(data_dir / "ragproxy.db-wal", "wb") as log:
        log.truncate(LONG_LOG + 1)  # no bytes of a log, which SQLite passes over
    told = {each.name: each for each in database(scene())}
    assert (told["database.log"].status, "256 MiB" in told["database.log"].message) == ("warning", True)


@pytest.mark.postgres
def test_a_postgres_tells_its_version_and_its_time(scene, migrated_postgres_url):
    told = list(database(scene(DATABASE_URL=migrated_postgres_url)))
    assert [(each.name, each.status) for each in told] == [("database", "ok"), ("clock.database", "ok")]
    assert told[0].message.startswith("PostgreSQL ")
    told = list(database(scene(DATABASE_URL=migrated_postgres_url, clock=lambda: time.time() - 3600)))
    assert (told[1].status, "ahead of" in told[1].message) == ("warning", True)


@pytest.mark.postgres
def test_a_postgres_without_tables(scene, postgres_url):
    told = next(database(scene(DATABASE_URL=postgres_url)))
    assert (told.status, told.advice) == ("failed", "Run `ragproxy migrate`")


def test_a_postgres_that_is_down_does_not_tell_the_password(scene):
    pytest.importorskip("psycopg")
    (told,) = database(scene(DATABASE_URL=f"postgresql://me:hidden@127.0.0.1:{free_port()}/x"))
    assert (told.status, "refused" in told.message) == ("failed", True)
    assert "hidden" not in told.message + told.advice


def test_looking_changes_nothing(scene, data_dir):
    migrated(scene().settings.database)
    before = shutil.copy(data_dir / "ragproxy.db", data_dir.parent / "before.db")
    list(database(scene()))
    assert (data_dir / "ragproxy.db").read_bytes() == before.read_bytes()


def _last_but_one():
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(Path(state.__file__).parent / "migrations"))
    head, before, *_ = scripts.walk_revisions()
    assert head.down_revision == before.revision
    return before.revision
