"""A library with a store, and indexers for it, on the real index and the real records.

The modules that are about who does what in which order run on PostgreSQL too, where one can be reached.
"""

from __future__ import annotations

from contextlib import closing

import pytest

from ragproxy.ingestion import Sandbox
from ragproxy.retrieval import open_index
from ragproxy.state import open_state
from tests import databases
from tests.ingestion.library import Clock, Library

_ON_BOTH = {"test_indexing", "test_indexing_sweep"}


def pytest_generate_tests(metafunc):
    if "database" in metafunc.fixturenames:
        postgres = [pytest.param("postgres", marks=pytest.mark.postgres)]
        both = metafunc.module.__name__.rpartition(".")[2] in _ON_BOTH
        metafunc.parametrize("database", ["sqlite", *(postgres if both else [])])


@pytest.fixture
def database_url(database, tmp_path, request):
    """A migrated database of the test's own."""
    if database == "sqlite":
        return databases.migrated(f"sqlite:///{tmp_path}/data/ragproxy.db")
    return request.getfixturevalue("migrated_postgres_url")


@pytest.fixture
def library(tmp_path, embedder, database_url):
    clock = Clock()
    with (
        closing(open_state(database_url, tmp_path / "data" / "files", clock=clock)) as state,
        closing(open_index(data_dir=tmp_path / "data", attributes=state.files.attributes, embedder=embedder)) as index,
        closing(Sandbox()) as sandbox,
    ):
        yield Library(state, index, sandbox, clock)


@pytest.fixture
def embedder():
    """Who makes the vectors; None for the built-in."""
    return None
