"""Migrations, and what the database does for us, on both databases."""

import signal
import subprocess
import sys

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from ragproxy.errors import ConfigError, RagproxyError, StateUnavailable
from ragproxy.state import migrate, open_state
from ragproxy.state.tables import metadata


def test_the_migrations_make_the_tables_that_the_code_describes(database_url):
    migrate(database_url)
    engine = sa.create_engine(database_url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


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
        connection.execute(sa.text("INSERT INTO stores VALUES ('vs_x', 'ann', 'during', 0, 9999999999)"))
        assert [store.name for store in state.stores.list(owner="ann")] == ["before"]
    assert [store.name for store in state.stores.list(owner="ann")] == ["before", "during"]
    state.close()


def test_a_transaction_that_raises_leaves_nothing(database_url):
    migrate(database_url)
    state = open_state(database_url)
    twice = sa.text("INSERT INTO stores VALUES ('vs_x', 'ann', 'half', 0, 1), ('vs_y', 'ann', 'half', 0, 1)")
    with pytest.raises(sa.exc.IntegrityError), state._database.writing() as connection:
        _insert_then_fail(connection, twice)
    assert state.stores.list(owner="ann") == []
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


_WRITER = """
import itertools, sys
from ragproxy.domain import StoredFile
from ragproxy.state import open_state
state = open_state(sys.argv[1])
for n in itertools.count():
    state.files.save(StoredFile(f"file-{n}", sys.argv[2], "ann", "a.md", None, "0", 1, 1, {}, 1))
    print(f"file-{n}", flush=True)
"""


def _insert_then_fail(connection, duplicates):
    connection.execute(sa.text("INSERT INTO stores VALUES ('vs_w', 'ann', 'whole', 0, 1)"))
    connection.execute(duplicates)


def _agents(url):
    state = open_state(url)
    found = state.agents.list(owner="ann")
    state.close()
    return found
