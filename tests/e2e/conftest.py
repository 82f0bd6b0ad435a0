"""Servers for the end-to-end tests, on two sets of services: `embedded`, all in one process, and `scaled`."""

import time
import uuid
from contextlib import contextmanager

import pytest
import requests

from tests.e2e import browsing, scaled, strict
from tests.e2e.servers import ROOT, Server, migrated, ragproxy
from tests.sets import ran, skipped
from tests.upstream import Upstream

TOWN = {
    "pool.txt": ("sport", "The town's pool opens at seven and closes at eight. To enter the pool costs four euros."),
    "library.txt": ("books", "The town's library lends five books for three weeks. It is closed on Mondays."),
}
MODELS = ["tiny", "spare", "other", "gpt-4o-mini"]


@pytest.fixture(scope="session")
def guide_dir(tmp_path_factory):
    """A data folder with the project's own guide in the store `default`."""
    data_dir = tmp_path_factory.mktemp("guide")
    migrated(data_dir)
    ragproxy("ingest", ROOT / "docs" / "guide", "--store", "default", data_dir=data_dir)
    return data_dir


def pytest_configure(config):
    config.addinivalue_line("markers", "sets(*names): the sets of services to run on; without it, the embedded one")


def pytest_generate_tests(metafunc):
    if "deployed" in metafunc.fixturenames:
        marker = metafunc.definition.get_closest_marker("sets")
        metafunc.parametrize("deployed", marker.args if marker else ["embedded"], indirect=True, scope="session")


@pytest.fixture(scope="session")
def deployed(request):
    """Runs servers on one of the sets: `with deployed(folder, documents, **variables) as server`."""
    if request.param == "embedded":
        ran("embedded")
        return _embedded
    services = request.getfixturevalue("services")
    ran("scaled", ", ".join(services.versions))
    return lambda *given, **variables: _scaled(services, *given, **variables)


@contextmanager
def _embedded(folder, documents=None, **variables):
    migrated(folder)
    if documents:
        ragproxy("ingest", documents, "--store", "default", data_dir=folder)
    with Server(folder, **variables) as server:
        yield server


@contextmanager
def _scaled(services, folder, documents=None, **variables):
    """Workers only where files are fed over the API: a command does what it does itself."""
    settings = services.variables(**variables)
    ragproxy("migrate", data_dir=folder / "operator", **settings)
    if documents:
        ragproxy("ingest", documents, "--store", "default", data_dir=folder / "operator", **settings)
    with scaled.Machines(settings, folder, workers=0 if documents else 2) as machines:
        yield machines


@pytest.fixture(autouse=True)
def strictly_read():
    """Nothing that the official clients were told meanwhile may be other than OpenAI's."""
    yield
    faults, strict.FAULTS[:] = list(strict.FAULTS), []
    assert not faults, "\n".join(faults)


@pytest.fixture(scope="session")
def services(tmp_path_factory):
    """PostgreSQL, Redis, Chroma and S3, or a skip that says what is missing."""
    try:
        services = scaled.Services(tmp_path_factory.mktemp("chroma"))
    except scaled.Absent as err:
        skipped("scaled", str(err))
        pytest.skip(f"the scaled set is not here: {err}")
    yield services
    services.close()


@pytest.fixture(scope="session")
def server(deployed, tmp_path_factory):
    """The server a newcomer gets: the built-in model, the guide as documents."""
    with deployed(tmp_path_factory.mktemp("server"), ROOT / "docs" / "guide") as server:
        yield server


@pytest.fixture(scope="session")
def library(deployed, tmp_path_factory):
    """A server without documents, to feed over the API."""
    with deployed(tmp_path_factory.mktemp("library")) as server:
        yield server


@pytest.fixture(scope="session")
def reader(library):
    """The official client of the library."""
    with scaled.client(library) as client:
        yield client


@pytest.fixture
def upstream(shared_upstream):
    """The local upstream, behaving itself again at the start of each test."""
    shared_upstream.reset()
    return shared_upstream


@pytest.fixture(scope="session")
def shared_upstream():
    with Upstream(models=MODELS) as upstream:
        yield upstream


@pytest.fixture(scope="module")
def browser():
    """A Chromium for a module's tests, or a skip that says what is missing; its event loop ends with the module."""
    try:
        with browsing.chromium() as chromium:
            yield chromium
    except browsing.Absent as err:
        pytest.skip(str(err))


@pytest.fixture(scope="session")
def documents(tmp_path_factory):
    """Two small documents."""
    documents = tmp_path_factory.mktemp("documents")
    (documents / "tower.md").write_text("# Eiffel Tower\n\nThe Eiffel Tower is 330 metres tall.\n")
    (documents / "louvre.md").write_text("# Louvre\n\nLe musée du Louvre ferme le mardi.\n")
    return documents


@pytest.fixture(scope="session")
def gateway(deployed, tmp_path_factory, documents, shared_upstream):
    """A server whose answers are written by the local upstream, from two small documents."""
    asked = _model_lists(shared_upstream)
    with deployed(tmp_path_factory.mktemp("gateway"), documents, **writing(shared_upstream)) as server:
        _has_learnt(server)
        until = time.monotonic() + 10
        while _model_lists(shared_upstream) - asked < len(server.workers):
            assert time.monotonic() < until
            time.sleep(0.05)
        yield server


@pytest.fixture(scope="session")
def batching(deployed, tmp_path_factory, shared_upstream):
    """A server with background workers, whose answers are written by the local upstream. It has no documents."""
    config = tmp_path_factory.mktemp("config") / "upstreams.toml"
    config.write_text(
        f'[[upstream]]\nname = "main"\nbase_url = "{shared_upstream.url}"\n'
        'serves = ["chat", "completions", "embeddings", "moderations"]\n'
    )
    variables = {"RAGPROXY_CONFIG": str(config), "RAGPROXY_UPSTREAM_MODEL": "tiny"}
    with deployed(tmp_path_factory.mktemp("batching"), **variables) as server:
        _has_learnt(server)
        yield server


@pytest.fixture(scope="session")
def official(batching):
    """The official client of the server with background workers."""
    with scaled.client(batching) as client:
        yield client


@pytest.fixture(scope="session")
def town(official):
    """A store with two documents in it, about a town."""
    store = official.vector_stores.create(name=f"town-{uuid.uuid4().hex[:8]}")
    for name, (kind, text) in TOWN.items():
        file = official.files.create(file=(name, text.encode()), purpose="assistants")
        official.vector_stores.files.create_and_poll(file.id, vector_store_id=store.id, attributes={"kind": kind})
    return store


@pytest.fixture(scope="session")
def impatient(tmp_path_factory, shared_upstream):
    """A gateway without documents that waits half a second for its upstream."""
    data_dir = tmp_path_factory.mktemp("impatient")
    migrated(data_dir)
    with Server(data_dir, RAGPROXY_READ_TIMEOUT="0.5", **writing(shared_upstream)) as server:
        _has_learnt(server)
        yield server


@pytest.fixture(scope="session")
def ai(gateway):
    """The official client of the gateway."""
    with scaled.client(gateway, timeout=30) as client:
        yield client


def writing(upstream):
    """The variables that let `upstream` write the answers."""
    return {"OPENAI_BASE_URL": upstream.url, "OPENAI_API_KEY": "sk-upstream", "RAGPROXY_UPSTREAM_MODEL": "tiny"}


def _has_learnt(server, models=MODELS):
    """Wait for the upstream's list of models, so that no test counts its request as one of its own."""
    until = time.monotonic() + 10
    while set(models) - {card["id"] for card in requests.get(server.url + "/models", timeout=5).json()["data"]}:
        assert time.monotonic() < until
        time.sleep(0.05)


def _model_lists(upstream):
    return sum(request.path.endswith("/models") for request in upstream.requests)
