import time

import pytest

from tests.api.chatting.asking import MODEL
from tests.api.library import index, made, right, upload
from tests.upstream import Upstream


@pytest.fixture(scope="module")
def shared_upstream():
    with Upstream(models=[MODEL, "listed"]) as upstream:
        yield upstream


@pytest.fixture
def upstream(shared_upstream):
    """The server that writes the answers, behaving itself."""
    shared_upstream.reset()
    return shared_upstream


@pytest.fixture(scope="module")
def app(make_app, shared_upstream):
    app = make_app(upstream_url=shared_upstream.url, upstream_model=MODEL, body_limit_mb=1)
    models = app.extensions["ragproxy"].models
    models.start()
    until = time.monotonic() + 10
    while "listed" not in models.names():  # the thread that asks for the list would take what a test scripts
        assert time.monotonic() < until
        time.sleep(0.01)
    return app


@pytest.fixture
def client(app, upstream):
    return app.test_client()


@pytest.fixture
def store(client):
    """A store with a small document, indexed."""
    id = made(client)
    file_id = right(upload(client, "The tower is 330 metres tall.", "tower.txt"))["id"]
    right(client.post(f"/v1/vector_stores/{id}/files", json={"file_id": file_id}))
    index(client)
    return id
