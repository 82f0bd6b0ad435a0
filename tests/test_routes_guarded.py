"""Every route needs a key with its scope, but for the few named here."""

from itertools import count

import pytest

from ragproxy.app import create_app
from ragproxy.domain import SCOPES
from ragproxy.settings import Settings
from ragproxy.state import migrate

# what is open to everybody, and what it answers to who sends nothing
OPEN = {
    "/": 200,
    "/health": 200,
    "/ready": 200,
    "/metrics": 200,
    "/openapi.json": 200,
    "/docs": 200,
    "/sources/<token>": 404,
    "/static/<path:name>": 404,
    "/login": 501,
    "/login/callback": 501,
    "/logout": 501,
    "/admin": 200,
    "/admin/session": 200,
    "/admin/login": 415,
    "/admin/logout": 200,
}
KEY = "the-admin-key-of-this-test"

# the first part of a path, without its /v1 -> the scope that its routes need; None: any caller will do
NEEDED = {
    "chat": "chat",
    "completions": "chat",
    "batches": "chat",
    "responses": "chat",
    "conversations": "chat",
    "assistants": "chat",
    "threads": "chat",
    "embeddings": "embed",
    "files": "files",
    "uploads": "files",
    "vector_stores": "files",
    "images": "relay",
    "audio": "relay",
    "moderations": "relay",
    "fine_tuning": "relay",
    "models": None,
    "me": None,
    "admin": "admin",
}
AZURE = "/openai/deployments/<path:deployment>"


def test_every_route_but_the_open_ones_wants_a_key(client, routes):
    guarded = set()
    for rule, method, path in routes:
        answer = client.open(path, method=method)
        if rule in OPEN:
            assert answer.status_code == OPEN[rule], rule
            continue
        guarded.add(rule)
        assert answer.status_code == 401, f"{method} {rule} answered {answer.status_code} without a key"
        assert answer.get_json()["error"]["code"] == "invalid_api_key"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert client.open(path, method=method, headers=bearer(KEY)).status_code != 401
    assert {"/v1/chat/completions", "/chat/completions", "/v1/models", "/completions", "/admin/keys"} <= guarded


def test_every_open_route_is_there(routes):
    assert set(OPEN) <= {rule for rule, _, _ in routes}


def test_every_guarded_route_wants_its_scope_and_no_other(app, client, routes):
    keys = app.extensions["ragproxy"].keys
    without = {scope: keys.create(name="c", scopes=tuple({*SCOPES} - {scope}))[1] for scope in SCOPES}
    alone = {scope: keys.create(name="c", scopes=(scope,))[1] for scope in SCOPES}
    seen = set()
    for rule, method, path in routes:
        if rule in OPEN:
            continue
        scope = needed(rule)
        seen.add(scope)
        for other in SCOPES:
            answer = client.open(path, method=method, headers=bearer(alone[other]))
            assert refused(answer) is (scope not in (None, other)), f"{method} {rule} with the scope {other} alone"
        if scope is not None:
            answer = client.open(path, method=method, headers=bearer(without[scope]))
            assert refused(answer), f"{method} {rule} answered {answer.status_code} without the scope {scope}"
            assert f"'{scope}'" in answer.get_json()["error"]["message"]
    assert seen == {*SCOPES, None}


def test_the_administrators_routes_want_one_in_open_mode_too(tmp_path, routes):
    with_anybody = made(tmp_path / "open", auth=frozenset({"open"}), admin_key=KEY)
    client = from_everywhere(with_anybody)
    _, secret = with_anybody.extensions["ragproxy"].keys.create(name="chat")
    admin = [(rule, method, path) for rule, method, path in routes if rule.startswith("/admin/") and rule not in OPEN]
    assert len(admin) >= 6
    for rule, method, path in admin:
        for headers, status in (({}, 401), (bearer("sk-any"), 401), (bearer(secret), 403)):
            assert client.open(path, method=method, headers=headers).status_code == status, f"{method} {rule}"
        assert client.open(path, method=method, headers=bearer(KEY)).status_code not in (401, 403)
    with_anybody.extensions["ragproxy"].close()


def test_a_preflight_needs_no_key(client, routes):
    for rule, _, path in routes:
        assert client.options(path).status_code == 200, rule


def needed(rule):
    """The scope that a route needs, by its path."""
    path = rule.removeprefix("/v1").removeprefix(AZURE).removeprefix("/openai")
    first = path.split("/")[1]
    assert first in NEEDED, f"{rule}: say here which scope it needs, or that it is open"
    return NEEDED[first]


def refused(answer):
    return answer.status_code == 403 and answer.get_json()["error"]["code"] == "insufficient_scope"


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


@pytest.fixture
def routes(app):
    """(rule, method, path) of every route."""
    return [
        (rule.rule, method, rule.rule.replace("<path:model_id>", "ragproxy"))
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods - {"OPTIONS", "HEAD"})
    ]


@pytest.fixture
def client(app):
    return from_everywhere(app)


@pytest.fixture
def app(tmp_path):
    app = made(tmp_path, auth=frozenset({"keys"}), admin_key=KEY)
    yield app
    app.extensions["ragproxy"].close()


def made(folder, **settings):
    settings = Settings(data_dir=folder, **settings)
    folder.mkdir(exist_ok=True)
    migrate(settings.database)
    return create_app(settings)


def from_everywhere(app):
    """A client whose every request comes from another address: one that fails so often would be left waiting."""
    client, numbers = app.test_client(), count(1)
    ask = client.open

    def somewhere_else(*given, **options):
        number = next(numbers)
        return ask(*given, environ_base={"REMOTE_ADDR": f"10.0.{number >> 8}.{number & 255}"}, **options)

    client.open = somewhere_else
    return client
