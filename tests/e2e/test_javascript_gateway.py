"""The official JavaScript client where the upstream does the work, kept answers, and Azure's own client.

Each test of `js/*.gateway.mjs` is one here.
"""

from dataclasses import replace

import pytest

from tests.e2e import javascript
from tests.e2e.relaying import relaying
from tests.e2e.servers import Server, ragproxy
from tests.relaying import SOUND, RelayUpstream
from tests.replies import Reply, refusal

pytestmark = pytest.mark.timeout(javascript.INSTALL_S + javascript.RUN_S + 60)

ADMIN = "sk-admin-of-javascript"
FILES = sorted(javascript.FOLDER.glob("*.gateway.mjs"))
TESTS = [pytest.param(file, name, id=f"{file.stem}: {name}") for file in FILES for name in javascript.names(file)]
HEARING = "/audio/transcriptions"
TEXT = "It is 330 metres tall [1]."
HEARD = [{"type": "transcript.text.delta", "delta": "y"}, {"type": "transcript.text.done", "text": "yes"}]
# what the relays' upstream answers, by path, in the order of the file's tests
RELAYED = {
    "/audio/speech": [
        Reply((SOUND[:4096], SOUND[4096:]), headers={"content-type": "audio/mpeg"}, delay_s=0.2),
        refusal(429, "Slow down", headers={"retry-after": "99"}),
        Reply((SOUND[:4096], SOUND[4096:]), headers={"content-type": "audio/mpeg"}, cut_at=6000),
    ],
    HEARING: [
        Reply.json({"text": "Oui", "usage": {"type": "tokens", "input_tokens": 14, "output_tokens": 5}}),
        Reply.events(*HEARD),
        Reply.events(HEARD[0], b"data: {", cut_at=70),
    ],
}


@pytest.mark.parametrize(("file", "name"), TESTS)
def test_in_javascript(file, name, ran):
    run = ran(file.name)
    assert run.results.get(name) == "ok", run.output


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_file_ends_well_with_the_tests_it_promises(file, ran):
    run = ran(file.name)
    assert list(run.results) == javascript.names(file)
    assert run.code == 0, run.output


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_what_the_client_was_told_is_openais(file, ran, heard):
    ran(file.name)
    assert any(javascript.read_strictly(heard(file.name)).values())


def test_embeddings_are_asked_for_as_the_client_wants_them(ran):
    asked = [each.json for each in _all(ran("embeddings.gateway.mjs").asked, "/embeddings")]
    assert [body["encoding_format"] for body in asked] == ["base64", "base64", "float", "base64", "base64", "base64"]
    assert (asked[4]["dimensions"], asked[4]["user"]) == (2, "ann")
    assert asked[5]["input"] == [[5, 6], [7]]


def test_what_is_passed_on_arrives_as_it_was_sent(ran):
    asked = ran("relays.gateway.mjs").asked
    assert not [request.faults for request in asked if request.faults]
    generated, edited, heard = (_first(asked, path) for path in ("/images/generations", "/images/edits", HEARING))
    assert generated.json == {"model": "gpt-image", "prompt": "a tower", "size": "1024x1024"}
    assert (edited.form["model"], edited.form["prompt"]) == ("gpt-image", "in blue")
    assert edited.form["image"] == ("été.png", b"png")
    assert (heard.form["model"], heard.form["language"]) == ("whisper", "fr")
    assert heard.form["file"] == ("a.mp3", SOUND * 100)


def test_kept_answers_ask_the_upstream_once(ran):
    asked = [each.json.get("seed") for each in _all(ran("answer_cache.gateway.mjs").asked, "/chat/completions")]
    assert [asked.count(seed) for seed in range(7000, 7004)] == [1, 1, 1, 1]
    assert asked.count(7004) == 3  # once for the first, and for each that would not have it


def test_azures_deployments_are_the_upstreams_models(ran):
    asked = _all(ran("azure.gateway.mjs").asked, "/chat/completions")
    assert [each.json["model"] for each in asked] == ["tiny", "tiny", "spare", "spare"]


def _all(asked, path):
    return [request for request in asked if request.path == "/v1" + path]


def _first(asked, path):
    return _all(asked, path)[0]


# ---- fixtures -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ran(node, gateway, locked, relays, shared_upstream, relay_upstream, heard):
    """Runs a test file once, by its name, with the addresses of the servers."""
    urls = {"GATEWAY_URL": gateway.url, "LOCKED_URL": locked.url, "RELAYS_URL": relays.url}
    runs = {}

    def run(name):
        if name not in runs:
            shared_upstream.reset()
            relay_upstream.reset()
            if name == "relays.gateway.mjs":
                for path, replies in RELAYED.items():
                    relay_upstream.script(path, *replies)
            if name != "embeddings.gateway.mjs":
                shared_upstream.text = TEXT
            try:
                run = javascript.run_tests(
                    node, javascript.FOLDER / name, LOCKED_KEY=ADMIN, HEARD=str(heard(name)), **urls
                )
                runs[name] = replace(run, asked=(*shared_upstream.requests, *relay_upstream.requests))
            finally:
                shared_upstream.reset()
        return runs[name]

    return run


@pytest.fixture(scope="module")
def heard(tmp_path_factory):
    """The file for what is heard while a test file runs."""
    folder = tmp_path_factory.mktemp("heard")
    return lambda name: folder / f"{name}.jsonl"


@pytest.fixture(scope="module")
def node():
    try:
        return javascript.ready()
    except javascript.Unavailable as err:
        pytest.skip(str(err))


@pytest.fixture(scope="module")
def relay_upstream():
    with RelayUpstream() as up:
        yield up


@pytest.fixture(scope="module")
def relays(tmp_path_factory, relay_upstream):
    """A server with an upstream for all that is relayed."""
    with relaying(tmp_path_factory.mktemp("relays"), relay_upstream) as server:
        yield server


@pytest.fixture(scope="module")
def locked(tmp_path_factory):
    """A server that knows one key."""
    data_dir = tmp_path_factory.mktemp("locked")
    ragproxy("migrate", data_dir=data_dir)
    with Server(data_dir, RAGPROXY_AUTH="keys", RAGPROXY_ADMIN_KEY=ADMIN) as server:
        yield server
