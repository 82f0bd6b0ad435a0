import pytest

from ragproxy.api.reference.document import document
from ragproxy.app import create_app
from ragproxy.settings import Settings
from tests import databases, described
from tests.api.library import UPSTREAM_MODEL
from tests.upstream import Upstream


@pytest.fixture(scope="session")
def make_app(tmp_path_factory):
    """Applications on a migrated folder of their own, closed at the end."""

    def make(**settings):
        settings = Settings(data_dir=tmp_path_factory.mktemp("data"), **settings)
        databases.migrated(settings.database)
        app = create_app(settings)
        made.append(app)
        if not reference:
            reference.append(described.Reference(document(app)))
        app.wsgi_app = described.Described(app.wsgi_app, *reference)
        return app

    made, reference = [], []
    yield make
    for app in made:
        app.extensions["ragproxy"].close()


@pytest.fixture(autouse=True)
def as_described():
    """What the server answers in a test is what its /openapi.json says."""
    described.FAULTS.clear()
    yield
    assert not described.FAULTS, "\n".join(described.FAULTS[:5])


@pytest.fixture(scope="session")
def app(make_app):
    return make_app(body_limit_mb=1)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture(scope="module")
def shared_upstream():
    with Upstream(models=[UPSTREAM_MODEL, "listed"]) as upstream:
        yield upstream


@pytest.fixture
def upstream(shared_upstream):
    """The server that writes the answers, behaving itself."""
    shared_upstream.reset()
    return shared_upstream
