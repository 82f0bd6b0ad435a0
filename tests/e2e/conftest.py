import time

import pytest
import requests
from openai import OpenAI

from tests.e2e.servers import ROOT, Server, ragproxy
from tests.upstream import Upstream

MODELS = ["tiny", "spare", "other", "gpt-4o-mini"]


@pytest.fixture(scope="session")
def guide_dir(tmp_path_factory):
    """A data folder with the project's own guide in the store `default`."""
    data_dir = tmp_path_factory.mktemp("guide")
    ragproxy("migrate", data_dir=data_dir)
    ragproxy("ingest", ROOT / "docs" / "guide", "--store", "default", data_dir=data_dir)
    return data_dir


@pytest.fixture(scope="session")
def server(guide_dir):
    """The server a newcomer gets: the built-in model, the guide as documents."""
    with Server(guide_dir) as server:
        yield server


@pytest.fixture
def upstream(shared_upstream):
    """The local upstream, behaving itself again at the start of each test."""
    shared_upstream.reset()
    return shared_upstream


@pytest.fixture(scope="session")
def shared_upstream():
    with Upstream(models=MODELS) as upstream:
        yield upstream


@pytest.fixture(scope="session")
def gateway(tmp_path_factory, shared_upstream):
    """A server whose answers are written by the local upstream, from two small documents."""
    documents = tmp_path_factory.mktemp("documents")
    (documents / "tower.md").write_text("# Eiffel Tower\n\nThe Eiffel Tower is 330 metres tall.\n")
    (documents / "louvre.md").write_text("# Louvre\n\nLe musée du Louvre ferme le mardi.\n")
    data_dir = tmp_path_factory.mktemp("gateway")
    ragproxy("migrate", data_dir=data_dir)
    ragproxy("ingest", documents, "--store", "default", data_dir=data_dir)
    with Server(data_dir, **writing(shared_upstream)) as server:
        _has_learnt(server)
        yield server


@pytest.fixture(scope="session")
def impatient(tmp_path_factory, shared_upstream):
    """A gateway without documents that waits half a second for its upstream."""
    data_dir = tmp_path_factory.mktemp("impatient")
    ragproxy("migrate", data_dir=data_dir)
    with Server(data_dir, RAGPROXY_READ_TIMEOUT="0.5", **writing(shared_upstream)) as server:
        _has_learnt(server)
        yield server


@pytest.fixture(scope="session")
def ai(gateway):
    """The official client of the gateway."""
    with OpenAI(base_url=gateway.url + "/v1", api_key="sk-client", max_retries=0, timeout=30) as client:
        yield client


def writing(upstream):
    """The variables that let `upstream` write the answers."""
    return {"OPENAI_BASE_URL": upstream.url, "OPENAI_API_KEY": "sk-upstream", "RAGPROXY_UPSTREAM_MODEL": "tiny"}


def _has_learnt(server):
    """Wait for the upstream's list of models, so that no test counts its request as one of its own."""
    until = time.monotonic() + 10
    while set(MODELS) - {card["id"] for card in requests.get(server.url + "/models", timeout=5).json()["data"]}:
        assert time.monotonic() < until
        time.sleep(0.05)
