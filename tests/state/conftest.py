"""The state suite runs on SQLite, and on PostgreSQL where one can be reached."""

import os
import uuid
from urllib.parse import quote

import pytest

from ragproxy.domain import StoredFile
from ragproxy.state import migrate, open_state

POSTGRES = os.environ.get("RAGPROXY_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")


@pytest.fixture
def state(database_url):
    """A migrated database of its own."""
    migrate(database_url)
    opened = open_state(database_url)
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request, tmp_path):
    """An empty database on either server, and nobody else's."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/data/ragproxy.db"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def postgres_url(postgres):
    """A schema of its own on the PostgreSQL server, dropped afterwards."""
    schema = f"test_{uuid.uuid4().hex}"
    with postgres() as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
    address = POSTGRES.replace("postgresql://", "postgresql+psycopg://", 1)
    yield f"{address}{'&' if '?' in address else '?'}options={quote(f'-csearch_path={schema}')}"
    with postgres() as connection:
        connection.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture(scope="session")
def postgres():
    """Connects to the server, or skips."""
    psycopg = pytest.importorskip("psycopg")

    def connect():
        return psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3)

    try:
        connect().close()
    except psycopg.OperationalError as err:
        pytest.skip(f"no PostgreSQL (RAGPROXY_TEST_POSTGRES): {err}")
    return connect


@pytest.fixture
def store(state):
    return state.stores.create("library", owner="ann")


@pytest.fixture
def file_in():
    """Makes files of a store: `file_in(store, "a", chunks=3)`."""

    def make(store, id="file-a", **fields):
        known = {
            "filename": f"{id}.md",
            "source": f"/docs/{id}.md",
            "sha256": "0" * 64,
            "size": 12,
            "chunks": 1,
            "attributes": {},
            "created": 1_700_000_000,
        }
        return StoredFile(id=id, store_id=store.id, owner=store.owner, **(known | fields))

    return make
