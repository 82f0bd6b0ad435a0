"""What every test may use."""

import signal
import sys
from contextlib import closing
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from tests import databases, warm  # noqa: E402 the path first
from tests.sets import noted, summary, take_over  # noqa: E402
from tests.sharing import ByServers, longest_first  # noqa: E402

# how long an example takes says how busy the machine is
hypothesis.settings.register_profile("ragproxy", deadline=None)
hypothesis.settings.load_profile("ragproxy")

# a shell starts what runs in its background deaf to Ctrl-C, and so would be the commands that tests interrupt
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def postgres_url(postgres):
    """An empty schema of its own on the PostgreSQL server, dropped afterwards."""
    with closing(databases.Schema(postgres)) as schema:
        yield schema.url


@pytest.fixture
def migrated_postgres_url(migrated_schema):
    """A migrated schema, nobody else's during the test."""
    yield migrated_schema.url
    migrated_schema.renew()


@pytest.fixture(scope="session")
def migrated_schema(postgres):
    with closing(databases.Migrated(postgres)) as schema:
        yield schema


@pytest.fixture(scope="session")
def postgres():
    """Connects to the server, or skips."""
    psycopg = pytest.importorskip("psycopg")

    def connect():
        return psycopg.connect(databases.POSTGRES, autocommit=True, connect_timeout=3)

    try:
        connect().close()
    except psycopg.OperationalError as err:
        pytest.skip(f"no PostgreSQL (RAGPROXY_TEST_POSTGRES): {err}")
    return connect


@pytest.hookimpl(trylast=True)  # pytest's own order, by the parameters of fixtures, comes before
def pytest_collection_modifyitems(config, items):
    if hasattr(config, "workerinput"):
        longest_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Share the tests between processes by what they start; only when xdist is asked for groups."""
    if config.getvalue("dist") == "loadgroup":
        return ByServers(config, log)


@pytest.hookimpl(trylast=True)  # an interrupted run closes its servers in the hook of pytest's own
def pytest_sessionfinish(session):
    """Tell the process that prints the summary on which sets the tests of this one ran."""
    warm.close()
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["sets"] = noted()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Hear it."""
    take_over(getattr(node, "workeroutput", {}).get("sets", {}))


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter):
    if told := summary():
        terminalreporter.write_sep("=", "end-to-end sets")
        terminalreporter.write_line(told)
