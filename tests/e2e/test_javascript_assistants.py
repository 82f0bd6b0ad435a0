"""The official JavaScript client of the Assistants API, on both sets of services. Each test of its file is one here."""

import json

import pytest

from tests.e2e import javascript, strict
from tests.e2e.assisting import WEATHER, calling
from tests.replies import Reply, chat_frames

pytestmark = [pytest.mark.timeout(javascript.INSTALL_S + javascript.RUN_S + 60), pytest.mark.sets("embedded", "scaled")]

FILE = javascript.FOLDER / "assistants.mjs"
# what the upstream answers first: the model calls both functions, and is told what they came to; twice
SCRIPT = 2 * [calling("get_current_temperature", "get_rain_probability"), Reply.events(*chat_frames(WEATHER))]


@pytest.mark.parametrize("name", javascript.names(FILE))
def test_in_javascript(name, ran):
    run, _ = ran
    assert run.results.get(name) == "ok", run.output


def test_the_file_ends_well_with_the_tests_it_promises(ran):
    run, _ = ran
    assert list(run.results) == javascript.names(FILE)
    assert run.code == 0, run.output


def test_what_the_client_was_told_is_openais(ran):
    _, heard = ran
    before = dict(strict.READ)
    for line in heard.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        strict.read(told["method"], told["path"], told["status"], told["type"], told["body"].encode())
    assert strict.READ["answers"] - before["answers"] > 30
    assert strict.READ["events"] - before["events"] > 30


@pytest.fixture(scope="module")
def ran(node, batching, shared_upstream, tmp_path_factory):
    """The file, run once on each set, and what its client heard."""
    heard = tmp_path_factory.mktemp("heard") / "assistants.jsonl"
    shared_upstream.reset()
    shared_upstream.script(*SCRIPT, path="/chat/completions")
    try:
        yield javascript.run_tests(node, FILE, BATCHING_URL=batching.url, HEARD=str(heard)), heard
    finally:
        shared_upstream.reset()


@pytest.fixture(scope="module")
def node():
    try:
        return javascript.ready()
    except javascript.Unavailable as err:
        pytest.skip(str(err))
