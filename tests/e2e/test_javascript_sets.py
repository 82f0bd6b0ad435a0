"""The official JavaScript client of what is kept and what is done in the background, on both sets of services.

Each test of `js/*.sets.mjs` is one here.
"""

import pytest

from tests.e2e import javascript
from tests.e2e.responding import called
from tests.replies import Reply, chat_frames, refusal, whole

pytestmark = [pytest.mark.timeout(javascript.INSTALL_S + javascript.RUN_S + 60), pytest.mark.sets("embedded", "scaled")]

FILES = sorted(javascript.FOLDER.glob("*.sets.mjs"))
TESTS = [pytest.param(file, name, id=f"{file.stem}: {name}") for file in FILES for name in javascript.names(file)]
TALL = "It is 330 metres tall."
BEGUN = Reply.events(*chat_frames("It is")[:2])
BROKEN = Reply.events(*BEGUN.pieces, b"data: {", cut_at=sum(map(len, BEGUN.wire())) - 5)
SLOW_DOWN = refusal(429, "Slow down", headers={"retry-after": "99"})
# what the upstream answers, in the order of the file's tests
SCRIPTS = {
    "responses.sets.mjs": [
        called(stream=False),
        Reply.json(whole(TALL)),
        called(stream=True),
        Reply.events(*chat_frames(TALL)),
        BROKEN,
        SLOW_DOWN,
        SLOW_DOWN,
    ]
}


@pytest.mark.parametrize(("file", "name"), TESTS)
def test_in_javascript(file, name, ran):
    run = ran(file)
    assert run.results.get(name) == "ok", run.output


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_file_ends_well_with_the_tests_it_promises(file, ran):
    run = ran(file)
    assert list(run.results) == javascript.names(file)
    assert run.code == 0, run.output


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_what_the_client_was_told_is_openais(file, ran, heard):
    ran(file)
    read = javascript.read_strictly(heard(file))
    assert read["answers"] > 5
    assert read["events"] or file.stem.startswith("batches")


@pytest.fixture(scope="module")
def ran(node, batching, shared_upstream, heard):
    """Runs a test file once."""
    runs = {}

    def run(file):
        if file not in runs:
            shared_upstream.reset()
            shared_upstream.script(*SCRIPTS.get(file.name, ()), path="/chat/completions")
            try:
                runs[file] = javascript.run_tests(node, file, BATCHING_URL=batching.url, HEARD=str(heard(file)))
            finally:
                shared_upstream.reset()
        return runs[file]

    return run


@pytest.fixture(scope="module")
def heard(batching, tmp_path_factory):
    """The file for what is heard while a test file runs."""
    folder = tmp_path_factory.mktemp("heard")
    return lambda file: folder / f"{file.stem}.jsonl"


@pytest.fixture(scope="module")
def node():
    try:
        return javascript.ready()
    except javascript.Unavailable as err:
        pytest.skip(str(err))
