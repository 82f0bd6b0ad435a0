"""The official JavaScript client, and what is built on it, against real servers: each test of `js/` is one here."""

import re
from contextlib import contextmanager
from dataclasses import replace

import pytest

from tests.e2e import javascript, snippets
from tests.e2e.conftest import writing
from tests.e2e.servers import Server, migrated
from tests.replies import DONE, Reply, chat_chunk, chat_frames, refusal, sse, whole

pytestmark = pytest.mark.timeout(javascript.INSTALL_S + javascript.RUN_S + 60)

ADMIN = "sk-admin-of-javascript"
TESTS = [
    pytest.param(file, name, id=f"{file.stem}: {name}") for file in javascript.FILES for name in javascript.names(file)
]

LEAVING = javascript.FOLDER / "hangup.test.mjs"  # no answer to its clients ends before they are gone
STALLED = Reply.events(*chat_frames("Yes")[:2], stalls=True)
BEGUN = Reply.events(*chat_frames("330")[:2])
CALL = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "measure", "arguments": ""}}
ARGUMENTS = [{"index": 0, "function": {"arguments": piece}} for piece in ('{"what"', ': "tower"}')]
CALLS = [
    ({"role": "assistant", "content": None, "tool_calls": [CALL]}, None),
    *(({"tool_calls": [piece]}, None) for piece in ARGUMENTS),
    ({}, "tool_calls"),
]
FRAMES = chat_frames("330", " metres")
SLOW = Reply.events(b"".join(FRAMES[:2]), b"".join(FRAMES[2:]), delay_s=0.5)
# what the upstream answers, in the order of the file's tests
SCRIPTS = {
    "heartbeat.test.mjs": [SLOW] * 4,
    LEAVING.name: [STALLED, STALLED, STALLED, Reply.json({}, head_delay_s=30)],
    "upstream.test.mjs": [
        Reply.events(*(sse(chat_chunk(delta, finish)) for delta, finish in CALLS), DONE),
        refusal(429, "Slow down", headers={"retry-after": "3"}),
        refusal(503, "Not now", headers={"retry-after-ms": "10"}),
        Reply.json(whole("330 metres [1].")),
        replace(BEGUN, cut_at=sum(map(len, BEGUN.wire())) - 5),  # the chunk that ends it is missing
    ],
}


@pytest.mark.parametrize(("file", "name"), TESTS)
def test_in_javascript(file, name, ran):
    run = ran(file)
    assert run.results.get(name) == "ok", run.output


@pytest.mark.parametrize("file", javascript.FILES, ids=lambda file: file.name)
def test_a_file_ends_well_with_the_tests_it_promises(file, ran):
    run = ran(file)
    assert list(run.results) == javascript.names(file)
    assert run.code == 0, run.output


@pytest.mark.parametrize("file", [file for file in javascript.FILES if file != LEAVING], ids=lambda file: file.name)
def test_what_the_client_was_told_is_openais(file, ran, heard):
    ran(file)
    assert any(javascript.read_strictly(heard(file)).values())


def test_the_upstream_is_let_go_when_a_client_leaves(ran):
    run = ran(LEAVING)
    assert len(run.asked) >= 3, run.output
    assert all(request.left.is_set() for request in run.asked)


def test_the_lock_names_no_registry_and_checks_every_package():
    lock = (javascript.FOLDER / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    assert lock.count('"integrity"') == len(re.findall(r'^    "node_modules/', lock, re.MULTILINE)) > 0


@pytest.mark.parametrize("page", snippets.pages("js", "javascript"), ids=snippets.title)
def test_the_javascript_of_the_documentation_runs(page, node, server, tmp_path):
    (tmp_path / "node_modules").symlink_to(javascript.FOLDER / "node_modules")
    with snippets.reader(tmp_path, server):
        for code in snippets.blocks(page, "js", "javascript"):
            (tmp_path / "snippet.mjs").write_text(code.replace(snippets.ADDRESS, server.url), encoding="utf-8")
            ended = javascript.run(node, "snippet.mjs", cwd=tmp_path)
            assert ended.returncode == 0, ended.stderr
            assert "file_id: 'file-" in ended.stdout  # each shows its sources
            assert "completed null" in ended.stdout or "uploadAndPoll" not in code


@pytest.fixture(scope="module")
def ran(node, server, library, gateway, locked, beating, shared_upstream, heard):
    """Runs a test file once, with the addresses of the servers."""
    servers = {"GUIDE": server, "LIBRARY": library, "GATEWAY": gateway, "LOCKED": locked, "BEATING": beating}
    urls = {f"{name}_URL": server.url for name, server in servers.items()}
    runs = {}

    def run(file):
        if file not in runs:
            with _told(shared_upstream, SCRIPTS.get(file.name, ())) as upstream:
                run = javascript.run_tests(node, file, LOCKED_KEY=ADMIN, HEARD=str(heard(file)), **urls)
                runs[file] = replace(run, asked=tuple(upstream.to("/chat/completions")))
        return runs[file]

    return run


@pytest.fixture(scope="module")
def heard(tmp_path_factory):
    """The file for what is heard while a test file runs."""
    folder = tmp_path_factory.mktemp("heard")
    return lambda file: folder / f"{file.stem}.jsonl"


@pytest.fixture(scope="module")
def node():
    try:
        return javascript.ready()
    except javascript.Unavailable as err:
        pytest.skip(str(err))


@pytest.fixture(scope="module")
def locked(tmp_path_factory):
    """A server that knows one key."""
    data_dir = tmp_path_factory.mktemp("locked")
    migrated(data_dir)
    with Server(data_dir, RAGPROXY_AUTH="keys", RAGPROXY_ADMIN_KEY=ADMIN) as server:
        yield server


@pytest.fixture(scope="module")
def beating(tmp_path_factory, shared_upstream):
    """A server whose streams give a sign of life ten times a second."""
    data_dir = tmp_path_factory.mktemp("beating")
    migrated(data_dir)
    with Server(data_dir, RAGPROXY_HEARTBEAT="0.1", **writing(shared_upstream)) as server:
        yield server


@contextmanager
def _told(upstream, replies):
    """The upstream with these replies to give, in order; well-behaved again afterwards."""
    upstream.reset()
    upstream.script(*replies, path="/chat/completions")
    try:
        yield upstream
    finally:
        upstream.reset()
