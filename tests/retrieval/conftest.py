"""Indexes in a temporary folder, closed at the end."""

import pytest

from ragproxy.retrieval import open_index


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
