"""Files and stores, made over the API of a test client; nothing is indexed before a test says so."""

import io
import time

from ragproxy.domain import File
from ragproxy.state import new_id

UPSTREAM_MODEL = "upstream-model"


def writing(make_app, upstream, **settings):
    """An application whose answers are written by the upstream, once it knows what there is.

    The thread that asks for the list would take what a test scripts. The upstream lists "listed" too.
    """
    app = make_app(upstream_url=upstream.url, **settings)
    models = app.extensions["ragproxy"].models
    models.start()
    until = time.monotonic() + 10
    while "listed" not in models.names():
        assert time.monotonic() < until
        time.sleep(0.01)
    return app


def services_of(client):
    return client.application.extensions["ragproxy"]


def upload(client, text="The tower is 330 metres tall.", filename="tower.txt", purpose="assistants", **fields):
    """POST /files, whatever comes of it."""
    data = text.encode() if isinstance(text, str) else text
    return client.post("/v1/files", data={"purpose": purpose, **fields, "file": (io.BytesIO(data), filename)})


def uploaded(client, *args, **fields):
    """The id of a new file."""
    return right(upload(client, *args, **fields))["id"]


def made(client, **body):
    """The id of a new vector store."""
    return right(client.post("/v1/vector_stores", json=body))["id"]


def index(client):
    """Do what the background work would do."""
    return services_of(client).indexer.work(lambda: False)


def right(answer):
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def refused(answer, status, code=None, param=None):
    """The error's message, its other parts checked."""
    assert answer.status_code == status, answer.text
    error = answer.get_json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["code"], error["param"]) == (code, param), error
    return error["message"]


def strangers_file(client):
    """The id of somebody else's file."""
    file = File(new_id("file-"), "somebody", "secret.txt", "assistants", "0" * 64, 1, 1)
    services_of(client).state.library.create(file)
    return file.id


def strangers_store(client):
    """The id of somebody else's vector store."""
    return services_of(client).state.stores.create("theirs", owner="somebody").id
