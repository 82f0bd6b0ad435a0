import pytest
import sqlalchemy as sa

from ragproxy.state.tables import responses
from tests.api.library import index, made, right, upload, writing
from tests.api.responses.asking import MODEL


@pytest.fixture(scope="module")
def shared_app(make_app, shared_upstream):
    return writing(make_app, shared_upstream, upstream_model=MODEL, body_limit_mb=1)


@pytest.fixture
def app(shared_app):
    """The application, with no response in it."""
    database = shared_app.extensions["ragproxy"].state.responses._database
    with database.writing() as connection:
        connection.execute(sa.delete(responses))
    return shared_app


@pytest.fixture
def store(client):
    """A store with two small documents, indexed."""
    id = made(client)
    for kind, text in (("tower", "The tower is 330 metres tall."), ("bridge", "The bridge is 90 metres long.")):
        file_id = right(upload(client, text, f"{kind}.txt"))["id"]
        body = {"file_id": file_id, "attributes": {"kind": kind}}
        right(client.post(f"/v1/vector_stores/{id}/files", json=body))
    index(client)
    return id
