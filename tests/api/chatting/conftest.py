import pytest

from tests.api.chatting.asking import MODEL
from tests.api.library import index, made, right, upload, writing


@pytest.fixture(scope="module")
def app(make_app, shared_upstream):
    return writing(make_app, shared_upstream, upstream_model=MODEL, body_limit_mb=1)


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
