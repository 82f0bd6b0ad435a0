"""`ragproxy keys` on records of one's own; on a server's it is in tests/e2e/test_keys_served.py."""

import json
import re
import time

import pytest

from ragproxy.access.keys import sha256
from ragproxy.domain import Budget, Limits
from ragproxy.state import DataLock, open_state

KEY = {
    "id": "key_1",
    "object": "api_key",
    "name": "chat",
    "prefix": "sk-rp-abcdef",
    "owner": "ann",
    "status": "active",
    "scopes": ["chat", "embed"],
    "groups": ["staff"],
    "models": ["gpt-*"],
    "vector_stores": None,
    "limits": {"requests_per_minute": 5, "tokens_per_minute": None},
    "model_limits": {"gpt-4o": {"requests_per_minute": None, "tokens_per_minute": 9}},
    "budget": {"usd": 5, "period": "month"},
    "created_at": 1000,
    "expires_at": None,
    "revoked_at": None,
    "last_used_at": None,
}


def test_a_key_is_made_and_its_secret_is_alone_on_the_output(run, kept):
    made = run("keys", "create", "chat ui")
    assert re.fullmatch(r"sk-rp-[A-Za-z0-9_-]{43}\n", made.stdout)
    (key,) = kept()
    assert made.stderr == f"'chat ui' is made: {key.id}. Keep its secret, it is not shown again:\n"
    assert (key.name, key.owner, key.prefix) == ("chat ui", "default", made.stdout[:12])
    assert kept.opening(made.stdout.strip()).key == key


def test_a_key_is_made_with_every_option(run, kept):
    run(
        *("keys", "create", "chat", "--owner", "ann", "--scope", "chat", "--scope", "admin", "--group", "staff"),
        *("--model", "gpt-*", "--model", "ragproxy", "--store", "docs", "--requests-per-minute", 5),
        *("--tokens-per-minute", 900, "--budget", "0.50/day", "--expires", "30d"),
    )
    (key,) = kept()
    assert (key.owner, key.scopes, key.groups) == ("ann", ("chat", "admin"), ("staff",))
    assert (key.models, key.stores) == (("gpt-*", "ragproxy"), ("docs",))
    assert (key.limits, key.budget) == (Limits(5, 900), Budget(0.5, "day"))
    assert abs(key.expires - time.time() - 30 * 86_400) < 60


@pytest.mark.parametrize(
    "options",
    [
        ["--scope", "everything"],
        ["--budget", "5"],
        ["--budget", "5/year"],
        ["--expires", "soon"],
        ["--expires", "30"],
        ["--requests-per-minute", "0"],
    ],
)
def test_an_option_that_is_wrong_makes_no_key(run, kept, options):
    run("keys", "list")
    assert run("keys", "create", "chat", *options).exit_code == 2
    assert kept() == []


def test_what_no_key_may_have_is_one_sentence(run):
    for options in (["--owner", "*"], ["--expires", "0s"], ["--group", "a\nb"]):
        done = run("keys", "create", "chat", *options)
        assert done.exit_code == 1
        assert re.fullmatch(r"Error: Invalid value for .+\n", done.stderr)


def test_keys_are_made_while_a_server_holds_the_data(run, kept, data_dir):
    run("keys", "list")
    lock = DataLock(data_dir)
    lock.acquire("http://127.0.0.1:8083")
    assert run("keys", "create", "chat").exit_code == 0
    lock.release()
    assert len(kept()) == 1


def test_keys_are_listed_and_those_that_ended_only_when_asked(run, kept):
    assert "There is no key yet" in run("keys", "list").output
    run("keys", "create", "chat", "--owner", "ann", "--scope", "chat")
    run("keys", "create", "a rather long name")
    run("keys", "revoke", "chat", "--yes")
    run("keys", "create", "chat", "--owner", "bob", "--scope", "chat")
    first, second, third = kept()
    lines = run("keys", "list").stdout.splitlines()
    assert re.split(r"\s{2,}", lines[0]) == ["NAME", "ID", "SECRET", "OWNER", "SCOPES", "STATUS", "LAST USED"]
    rows = [re.split(r"\s{2,}", line) for line in lines[1:]]
    assert rows == [
        [
            "a rather long name",
            second.id,
            second.prefix + "...",
            "default",
            "chat,embed,files,relay",
            "active",
            "never",
        ],
        ["chat", third.id, third.prefix + "...", "bob", "chat", "active", "never"],
    ]
    every = run("keys", "list", "--all").stdout
    assert first.id in every
    assert "revoked" in every


def test_one_key_is_shown_by_name_or_id(run, kept):
    run(
        *("keys", "create", "chat", "--group", "staff", "--model", "gpt-*", "--budget", "5/month"),
        *("--requests-per-minute", 5, "--tokens-per-minute", 900),
    )
    (key,) = kept()
    shown = dict(line.split(":", 1) for line in run("keys", "show", "chat").stdout.splitlines())
    assert {name: text.strip() for name, text in shown.items() if name != "Created"} == {
        "Name": "chat",
        "Id": key.id,
        "Secret": key.prefix + "...",
        "Owner": "default",
        "Status": "active",
        "Scopes": "chat, embed, files, relay",
        "Groups": "staff",
        "Models": "gpt-*",
        "Stores": "all",
        "Limits": "5 requests per minute, 900 tokens per minute",
        "Budget": "5 US dollars a month",
        "Expires": "never",
        "Last used": "never",
    }
    assert shown["Created"].strip()[:10] == time.strftime("%Y-%m-%d")
    assert run("keys", "show", key.id).stdout == run("keys", "show", "chat").stdout


def test_a_key_gets_a_new_secret_and_the_former_one_a_grace(run, kept):
    first = run("keys", "create", "chat").stdout.strip()
    second = run("keys", "rotate", "chat", "--grace", "1h").stdout.strip()
    assert re.fullmatch(r"sk-rp-[A-Za-z0-9_-]{43}", second)
    assert kept.opening(first).until > time.time() + 3500
    assert kept.opening(second).until is None
    third = run("keys", "rotate", "chat").stdout.strip()
    assert kept.opening(first) is None
    assert kept.opening(second).until <= time.time()
    assert kept.opening(third).until is None


def test_a_key_is_revoked_once_somebody_says_yes(run, kept):
    secret = run("keys", "create", "chat").stdout
    asked = run("keys", "revoke", "chat")
    assert asked.exit_code == 1
    assert f"Revoke the key 'chat' ({secret[:12]}...) for good?" in asked.output
    assert kept()[0].revoked is None
    assert run("keys", "revoke", "chat", "--yes").stdout == "'chat' is revoked.\n"
    assert kept()[0].revoked
    assert run("keys", "show", "chat").stderr == "Error: There is no API key 'chat'\n"
    assert "revoked" in run("keys", "show", kept()[0].id).stdout


def test_of_several_keys_of_one_name_the_id_says_which(run, kept):
    run("keys", "create", "chat")
    run("keys", "create", "chat")
    ids = [key.id for key in kept()]
    refused = run("keys", "revoke", "chat", "--yes")
    assert refused.exit_code == 1
    assert all(id in refused.stderr for id in ids)
    run("keys", "revoke", ids[0], "--yes")
    assert [key.revoked is None for key in kept()] == [False, True]


def test_a_name_that_would_steer_the_terminal_is_shown_harmless(run, kept, data_dir):
    run("keys", "create", "chat")
    state = open_state(f"sqlite:///{data_dir}/ragproxy.db")
    state.keys.update(kept()[0].id, name="a\x1b[31mred", groups=("b\x1b[31mred",))
    state.close()
    for command in (["list"], ["show", kept()[0].id], ["rotate", kept()[0].id]):
        shown = run("keys", *command)
        assert "\x1b" not in shown.output + shown.stderr
        assert "[31mred" in shown.output


# ---- a server's ----


def test_a_key_is_made_on_a_server(run, server):
    server.answers.append((200, {**KEY, "value": "sk-rp-secret"}))
    made = run("keys", "create", "chat", "--budget", "5/month", "--url", server.url, "--api-key", "adm")
    assert made.stdout == "sk-rp-secret\n"
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/admin/keys")
    assert request.headers["Authorization"] == "Bearer adm"
    sent = json.loads(request.body)
    assert (sent["name"], sent["budget"]) == ("chat", {"usd": 5.0, "period": "month"})


def test_keys_of_a_server_are_shown_rotated_and_revoked(run, server):
    page = {"object": "list", "data": [KEY], "has_more": False, "last_id": "key_1"}
    server.answers += [(200, page), (200, page), (200, {**KEY, "value": "sk-rp-new"}), (200, page), (200, {})]
    shown = run("keys", "show", "chat", "--url", server.url).stdout
    assert re.search(r"^For model: +gpt-4o: 9 tokens per minute$", shown, re.MULTILINE)
    assert run("keys", "rotate", "chat", "--grace", "1h", "--url", server.url).stdout == "sk-rp-new\n"
    assert run("keys", "revoke", "chat", "--yes", "--url", server.url).stdout == "'chat' is revoked.\n"
    assert [(request.method, request.path.partition("?")[0]) for request in server.requests] == [
        ("GET", "/admin/keys"),
        ("GET", "/admin/keys"),
        ("POST", "/admin/keys/key_1/rotate"),
        ("GET", "/admin/keys"),
        ("DELETE", "/admin/keys/key_1"),
    ]
    assert json.loads(server.requests[2].body) == {"grace_seconds": 3600}


@pytest.fixture
def kept(data_dir):
    """The keys of the records: `kept()`; and who a secret is of: `kept.opening(secret)`."""

    def read(ask):
        state = open_state(f"sqlite:///{data_dir}/ragproxy.db")
        try:
            return ask(state.keys)
        finally:
            state.close()

    def every():
        return read(lambda keys: keys.list())

    every.opening = lambda secret: read(lambda keys: keys.by_sha256(sha256(secret)))
    return every
