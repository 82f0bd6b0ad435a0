"""A library with a store, and indexers for it, on the real index and the real records."""

from __future__ import annotations

from contextlib import closing

import pytest

from ragproxy.ingestion import Sandbox
from ragproxy.retrieval import open_index
from ragproxy.state import migrate, open_state
from tests.ingestion.library import Clock, Library


@pytest.fixture
def library(tmp_path, embedder):
    clock = Clock()
    url = f"sqlite:///{tmp_path}/data/ragproxy.db"
    migrate(url)
    with (
        closing(open_state(url, tmp_path / "data" / "files", clock=clock)) as state,
        closing(open_index(data_dir=tmp_path / "data", attributes=state.files.attributes, embedder=embedder)) as index,
        closing(Sandbox()) as sandbox,
    ):
        yield Library(state, index, sandbox, clock)


@pytest.fixture
def embedder():
    """Who makes the vectors; None for the built-in."""
    return None
