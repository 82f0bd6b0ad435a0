"""Indexes in a temporary folder, closed at the end."""

import time

import pytest

from ragproxy.retrieval import open_index
from ragproxy.state import open_state
from tests import databases
from tests.chroma import ChromaServer
from tests.retrieval.machines import Machines


@pytest.fixture
def attributes():
    """Store id -> file id -> attributes, as `state` would tell; empty until a test fills it."""
    return {}


@pytest.fixture
def opened(tmp_path, attributes):
    """Opens the index of the test's folder as a new process would, with any embedder."""
    indexes = []

    def open_one(**given):
        while indexes:
            indexes.pop().close()
        index = open_index(data_dir=tmp_path, attributes=lambda store_id: attributes.get(store_id, {}), **given)
        indexes.append(index)
        return index

    yield open_one
    for index in indexes:
        index.close()


@pytest.fixture
def index(opened):
    return opened()


@pytest.fixture(scope="session")
def chroma_server(tmp_path_factory):
    """A Chroma server for every test that does not harm it."""
    with ChromaServer(tmp_path_factory.mktemp("chroma")) as server:
        yield server


@pytest.fixture
def clock():
    """The time of the records, until somebody moves it: `clock.now += 60`."""

    class Clock:
        now = time.time()

        def __call__(self):
            return self.now

    return Clock()


@pytest.fixture
def state(tmp_path, clock):
    """The records that machines share."""
    url = f"sqlite:///{tmp_path}/records.db"
    databases.migrated(url)
    opened = open_state(url, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def machines(chroma_server, tmp_path, state):
    opened = Machines(chroma_server.url, tmp_path, state)
    yield opened
    opened.close()
