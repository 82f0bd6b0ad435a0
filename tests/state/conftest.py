"""The state suite runs on SQLite, and on PostgreSQL where one can be reached."""

import time
import uuid

import pytest

from ragproxy.domain import File, StoredFile
from ragproxy.state import new_id, open_blobs, open_state
from tests import databases
from tests.s3 import S3Server


@pytest.fixture
def state(database_url, tmp_path, clock):
    """A migrated database and a folder of its own."""
    opened = open_state(database_url, tmp_path / "blobs", clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def clock():
    """The time, until somebody moves it: `clock.now += 60`."""
    return Clock()


class Clock:
    def __init__(self):
        self.now = time.time()

    def __call__(self):
        return self.now


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request, tmp_path):
    """A database on either server, and nobody else's: empty, unless the test wants a state of it."""
    migrated = "state" in request.fixturenames
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/data/ragproxy.db"
        return databases.migrated(url) if migrated else url
    return request.getfixturevalue("migrated_postgres_url" if migrated else "postgres_url")


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


@pytest.fixture
def upload(state, clock):
    """Puts files into the library: `upload("a", owner="bob")`; the id."""

    def make(name="a", owner="ann", **fields):
        known = {
            "id": new_id("file-"),
            "filename": f"{name}.txt",
            "purpose": "assistants",
            "sha256": "a" * 64,
            "size": 12,
            "created": int(clock.now),
        }
        file = File(owner=owner, **(known | fields))
        state.library.create(file)
        return file.id

    return make


@pytest.fixture
def indexed(state, upload):
    """Puts files into a store and indexes them: `indexed(store, 3)`; their ids."""

    def make(store, number=1, chunks=2, usage_bytes=50):
        ids = [upload(f"file {n}") for n in range(number)]
        state.files.attach(store.id, ids, owner=store.owner)
        claimed = state.files.claim(number, "indexer", 60)
        done = {(file.store_id, file.id): (chunks, usage_bytes) for file in claimed}
        assert state.files.complete_many("indexer", done) == set()
        return ids

    return make


@pytest.fixture
def bucket(s3):
    """A place of its own in a bucket."""
    return open_blobs(f"s3://{s3.bucket}/{uuid.uuid4().hex}")


@pytest.fixture
def s3(s3_server):
    """An S3 server on this machine, which the AWS_ variables name, behaving itself at the start of each test."""
    s3_server.reset()
    return s3_server


@pytest.fixture(scope="session")
def s3_server():
    boto3 = pytest.importorskip("boto3", reason="the bucket's driver is not installed: pip install ragproxy[s3]")
    pytest.importorskip("moto.server", reason="no S3 server: pip install moto[server]")
    with S3Server() as server, pytest.MonkeyPatch.context() as patch:
        for name, value in server.variables.items():
            patch.setenv(name, value)
        boto3.client("s3").create_bucket(Bucket=server.bucket)
        yield server
