"""Migrations, and what the database does for us, on both databases."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

import ragproxy.state as state_room
from ragproxy.domain import Caller, Counts
from ragproxy.errors import ConfigError, NotFound, RagproxyError, StateUnavailable, StorageFull
from ragproxy.state import migrate, open_state
from ragproxy.state.tables import metadata


def test_the_migrations_make_the_tables_that_the_code_describes(database_url):
    migrate(database_url)
    engine = sa.create_engine(database_url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_what_was_indexed_by_the_first_version_stays_indexed(database_url):
    _as_the_first_version_left_it(database_url)
    migrate(database_url)
    state = open_state(database_url)
    store = state.stores.get("vs_old", owner="ann")
    assert (store.name, store.version, store.created, store.last_active) == ("library", 7, 1_700_000_000, 1_700_000_000)
    assert (store.status, store.counts, store.usage_bytes) == ("completed", Counts(completed=2), 24)
    (file, _) = state.files.of_store("vs_old")
    assert (file.id, file.source, file.status, file.chunks, file.attributes) == ("a", "/a.md", "completed", 3, {"y": 1})
    assert state.library.get("a", owner="ann").purpose == "assistants"
    assert state.files.claim(10, "worker", 60) == []
    assert [agent.id for agent in state.agents.list(caller=Caller("ann"))] == ["ragproxy"]
    state.stores.delete("vs_old")  # folders' files go with their last store, as before
    with pytest.raises(NotFound):
        state.library.get("a", owner="ann")
    state.close()


def test_migrating_twice_changes_nothing(database_url):
    migrate(database_url)
    before = _agents(database_url)
    migrate(database_url)
    assert _agents(database_url) == before != []


def test_processes_that_migrate_at_once_take_turns(database_url):
    code = "import sys; from ragproxy.state import migrate; sys.stdin.read(1); migrate(sys.argv[1])"
    racers = [
        subprocess.Popen([sys.executable, "-c", code, database_url], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    for racer in racers:  # all are waiting with everything imported, or soon will be
        racer.stdin.write(b"x")
        racer.stdin.flush()
    for racer in racers:
        _, errors = racer.communicate(timeout=60)
        assert racer.returncode == 0, errors.decode()
    assert len(_agents(database_url)) == 1


def test_an_empty_database_is_refused_with_what_to_run(database_url, tmp_path):
    (tmp_path / "data").mkdir()
    state = open_state(database_url)
    with pytest.raises(ConfigError, match="has no tables yet; run `ragproxy migrate`"):
        state.check_migrated()
    migrate(database_url)
    state.check_migrated()
    state.close()


def test_a_database_of_a_newer_version_is_left_alone(database_url):
    migrate(database_url)
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(ConfigError, match=r"newer ragproxy.*'9999'"):
        migrate(database_url)
    state = open_state(database_url)
    with pytest.raises(ConfigError, match="upgrade ragproxy"):
        state.check_migrated()
    state.close()


def test_a_kill_loses_nothing_that_was_acknowledged(database_url):
    migrate(database_url)
    state = open_state(database_url)
    store = state.stores.create("library", owner="ann")
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITER, database_url, store.id], stdout=subprocess.PIPE, text=True
    )
    acknowledged = [writer.stdout.readline().strip() for _ in range(30)]
    writer.send_signal(signal.SIGKILL)
    acknowledged += writer.stdout.read().split()[:-1]  # the last line may be cut
    writer.wait()
    kept = {file.id for file in state.files.of_store(store.id)}
    assert set(acknowledged) <= kept
    assert len(acknowledged) >= 30
    assert state.stores.find("library", owner="ann").version == len(kept)
    state.close()


def test_sqlite_writes_ahead_and_checks_references(tmp_path):
    url = f"sqlite:///{tmp_path}/deep/er/ragproxy.db"
    migrate(url)
    state = open_state(url)
    with state._database.writing() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 1, "busy_timeout": 30_000}
    state.close()


def test_a_reader_does_not_wait_for_a_writer(database_url):
    migrate(database_url)
    state = open_state(database_url)
    state.stores.create("before", owner="ann")
    with state._database.writing() as connection:
        connection.execute(_a_store("vs_x", "during"))
        assert [store.name for store in state.stores.list(owner="ann")] == ["before"]
    assert [store.name for store in state.stores.list(owner="ann")] == ["before", "during"]
    state.close()


def test_a_transaction_that_raises_leaves_nothing(database_url):
    migrate(database_url)
    state = open_state(database_url)
    with pytest.raises(sa.exc.IntegrityError), state._database.writing() as connection:
        _insert_then_fail(connection)
    assert state.stores.list(owner="ann") == []
    state.close()


def test_a_database_without_room_says_so_and_keeps_nothing(tmp_path):
    url = f"sqlite:///{tmp_path}/ragproxy.db"
    migrate(url)
    state = open_state(url)

    @sa.event.listens_for(state._database.engine, "connect")
    def bound(connection, _):
        connection.execute("PRAGMA max_page_count = 80")

    with pytest.raises(StorageFull) as caught:
        _fill(state)
    assert caught.value.code == "storage_full"
    assert len(state.stores.list(owner="ann")) < 100
    state.close()


def test_postgres_without_its_driver_says_what_to_install():
    code = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from ragproxy.state import open_state\n"
        "open_state('postgresql+psycopg://u@h/d')"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "ConfigError: DATABASE_URL: PostgreSQL needs its driver" in run.stderr
    assert "pip install ragproxy[postgres]" in run.stderr


@pytest.mark.parametrize(
    "url", ["nonsense", "mongodb://u:hush@h/d", "postgresql+nothing://u:hush@h/d", "sqlite://hush@h/d"]
)
def test_an_address_we_cannot_use_is_refused_without_quoting_it(url):
    with pytest.raises(ConfigError, match=r"^DATABASE_URL: expected") as caught:
        open_state(url).ping()
    assert "hush" not in caught.value.message


def test_a_database_that_is_down_is_said_without_its_password():
    pytest.importorskip("psycopg")
    url = "postgresql+psycopg://ann:hush@127.0.0.1:9/none?connect_timeout=2"
    state = open_state(url)
    for call, error in (
        (state.ping, StateUnavailable),
        (lambda: state.stores.list(owner="ann"), StateUnavailable),
        (state.check_migrated, ConfigError),
        (lambda: migrate(url), ConfigError),
    ):
        with pytest.raises(error) as caught:
            call()
        assert isinstance(caught.value, RagproxyError)
        assert "hush" not in caught.value.message
    state.close()


def test_a_data_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "data").write_text("a file is in the way")
    with pytest.raises(ConfigError, match="RAGPROXY_DATA_DIR"):
        migrate(f"sqlite:///{tmp_path}/data/ragproxy.db")


def test_a_file_that_is_no_database_is_said(tmp_path):
    (tmp_path / "ragproxy.db").write_bytes(b"not a database at all, but long enough to be looked at" * 100)
    with pytest.raises(ConfigError, match="file is not a database"):
        migrate(f"sqlite:///{tmp_path}/ragproxy.db")


def _as_the_first_version_left_it(url):
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir()
    engine = sa.create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(Path(state_room.__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(sa.text("INSERT INTO stores VALUES ('vs_old', 'ann', 'library', 7, 1700000000)"))
        for id in ("a", "b"):
            connection.execute(sa.text(f"INSERT INTO files VALUES ('ann', '{id}', '{id}.md', '00', 12, 1700000000)"))
            row = f"('vs_old', '{id}', 'ann', '/{id}.md', '00', 3, '{{\"y\": 1}}', 1700000000)"
            connection.exec_driver_sql(f"INSERT INTO store_files VALUES {row}")
    engine.dispose()


_WRITER = """
import itertools, sys
from ragproxy.domain import StoredFile
from ragproxy.state import open_state
state = open_state(sys.argv[1])
for n in itertools.count():
    state.files.save(StoredFile(f"file-{n}", sys.argv[2], "ann", "a.md", None, "0", 1, 1, {}, 1))
    print(f"file-{n}", flush=True)
"""


def _fill(state):
    for n in range(100):
        state.stores.create(f"store {n}", owner="ann", description="x" * 4000)


def _a_store(id, name):
    values = {"id": id, "owner": "ann", "name": name, "created": 9_999_999_999}
    return sa.insert(metadata.tables["stores"]).values(values)


def _insert_then_fail(connection):
    connection.execute(_a_store("vs_w", "whole"))
    connection.execute(_a_store("vs_w", "twice"))


def _agents(url):
    state = open_state(url)
    found = state.agents.list(caller=Caller("ann"))
    state.close()
    return found
