"""Keys of real servers, one process or several that share PostgreSQL: made, used, rotated and revoked."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import openai
import pytest
import requests

from tests.e2e import scaled
from tests.e2e.by_hand import user
from tests.e2e.servers import Server, migrated, ragproxy

pytestmark = pytest.mark.sets("embedded", "scaled")

ADMIN = "the-admin-key-of-this-test"
EFFECTIVE_S = 5.0  # what is promised


def test_a_new_administrators_first_key_asks_and_is_noted(locked, admin):
    made = admin("POST", "/admin/keys", name="chat-ui", owner="ann")
    with scaled.client(locked, api_key=made["value"]) as ai:
        assert ai.chat.completions.create(model="ragproxy", messages=user("Hello?")).choices
        assert {"ragproxy"} <= {model.id for model in ai.models.list()}
        assert ai.vector_stores.list().data == []
    with scaled.client(locked, api_key=made["value"][:-1] + "x") as ai, pytest.raises(openai.AuthenticationError) as no:
        ai.models.list()
    assert no.value.code == "invalid_api_key"
    assert made["value"][:-1] not in no.value.message


def test_a_key_may_only_do_what_its_scopes_say(locked, admin):
    made = admin("POST", "/admin/keys", name="embedder", scopes=["embed"])
    with scaled.client(locked, api_key=made["value"]) as ai:
        assert ai.embeddings.create(model="hash-384", input="x").data
        with pytest.raises(openai.PermissionDeniedError) as no:
            ai.chat.completions.create(model="ragproxy", messages=user("Hello?"))
        assert no.value.code == "insufficient_scope"
        with pytest.raises(openai.PermissionDeniedError):
            ai.get("/../admin/keys", cast_to=object)


def test_a_revocation_is_effective_within_five_seconds_on_every_process(locked, admin):
    made = admin("POST", "/admin/keys", name="leaked")
    until_all_know(locked, made["value"], len(locked.workers))
    admin("DELETE", f"/admin/keys/{made['id']}")
    revoked = time.monotonic()
    accepted = revoked
    while (now := time.monotonic()) < revoked + EFFECTIVE_S:
        if 200 in statuses(locked, made["value"], 8):
            accepted = now
        time.sleep(0.2)
    assert set(statuses(locked, made["value"], 40)) == {401}
    assert accepted < revoked + EFFECTIVE_S - 1  # it was not the last round by chance


def test_a_key_that_is_rotated_opens_everywhere_with_either_secret(locked, admin):
    made = admin("POST", "/admin/keys", name="rotated")
    until_all_know(locked, made["value"], len(locked.workers))
    rotated = admin("POST", f"/admin/keys/{made['id']}/rotate", grace_seconds=600)
    for secret in (made["value"], rotated["value"]):
        assert set(statuses(locked, secret, 20)) == {200}
    last = admin("POST", f"/admin/keys/{made['id']}/rotate")
    time.sleep(EFFECTIVE_S)
    assert statuses(locked, made["value"], 2) == [401, 401]
    assert set(statuses(locked, rotated["value"], 30)) == {401}  # which are no guesses
    assert set(statuses(locked, last["value"], 20)) == {200}


def test_the_command_line_does_the_same_over_http(locked, tmp_path):
    def run(*command, **options):
        return ragproxy("keys", *command, "--url", locked.url, "--api-key", ADMIN, data_dir=tmp_path, **options)

    secret = run("create", "by-command", "--owner", "ann", "--requests-per-minute", 500, "--budget", "5/month").stdout
    assert re.fullmatch(r"sk-rp-[\w-]{43}\n", secret)
    assert statuses(locked, secret.strip(), 1) == [200]
    assert "by-command" in run("list").stdout
    shown = run("show", "by-command").stdout
    assert "500 requests per minute" in shown
    assert "5 US dollars a month" in shown
    assert statuses(locked, run("rotate", "by-command").stdout.strip(), 1) == [200]
    assert run("revoke", "by-command", "--yes").stdout == "'by-command' is revoked.\n"
    refused = ragproxy("keys", "list", "--url", locked.url, data_dir=tmp_path, check=False)
    assert refused.returncode == 1
    assert "give --api-key or set RAGPROXY_ADMIN_KEY" in refused.stderr


@pytest.mark.sets("embedded")
def test_the_command_line_needs_no_key_for_the_records_of_a_running_server(locked):
    data_dir = locked.data_dir
    secret = ragproxy("keys", "create", "local", data_dir=data_dir).stdout.strip()
    assert statuses(locked, secret, 1) == [200]
    ragproxy("keys", "revoke", "local", "--yes", data_dir=data_dir)
    time.sleep(EFFECTIVE_S)
    assert statuses(locked, secret, 1) == [401]


@pytest.mark.sets("embedded")
def test_a_last_use_is_written_down_when_the_server_stops(tmp_path):
    migrated(tmp_path)
    secret = ragproxy("keys", "create", "used", data_dir=tmp_path).stdout.strip()
    with Server(tmp_path, RAGPROXY_AUTH="keys", RAGPROXY_ADMIN_KEY=ADMIN) as server:
        assert statuses(server, secret, 1) == [200]
    assert re.search(r"^Last used: +20", ragproxy("keys", "show", "used", data_dir=tmp_path).stdout, re.M)


def until_all_know(server, secret, processes):
    """Use the key until it is certain, or nearly, that every process has it in memory."""
    assert set(statuses(server, secret, 20 * processes)) == {200}


def statuses(server, secret, times):
    """What as many requests are answered, each on a connection of its own."""

    def ask(_):
        headers = {"Authorization": f"Bearer {secret}", "Connection": "close"}
        return requests.get(f"{server.url}/v1/models", headers=headers, timeout=10).status_code

    with ThreadPoolExecutor(4) as threads:
        return list(threads.map(ask, range(times)))


@pytest.fixture
def admin(locked):
    """Asks as the administrator: `admin("POST", "/admin/keys", name="chat")`; the JSON."""

    def ask(method, path, **body):
        headers = {"Authorization": f"Bearer {ADMIN}"}
        options = {"json": body} if method == "POST" else {}
        answer = requests.request(method, locked.url + path, headers=headers, timeout=10, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return ask


@pytest.fixture(scope="module")
def locked(deployed, tmp_path_factory):
    """A server that wants keys."""
    folder = tmp_path_factory.mktemp("locked")
    with deployed(folder, RAGPROXY_AUTH="keys", RAGPROXY_ADMIN_KEY=ADMIN) as server:
        yield server
