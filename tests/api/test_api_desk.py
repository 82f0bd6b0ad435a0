"""Signing in at the admin desk: who gets a session, what it is good for, and when it ends."""

import time

import pytest

from ragproxy.access.guessing import FAILURES
from ragproxy.api.admin_session import TOKEN
from ragproxy.api.sessions import SESSION_S
from tests.api.desk import ADMIN, HERE, proof, session, sign_in

PAGES = (
    "/admin",
    "/static",
    "/health",
    "/ready",
    "/metrics",
    "/openapi",
    "/docs",
    "/log",
    "/sources",
)  # and what is open


def test_the_page_runs_this_servers_scripts_alone_and_is_kept_by_nobody(client):
    page = client.get("/admin")
    assert page.status_code == 200
    assert page.mimetype == "text/html"
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["Cache-Control"] == "no-store"


def test_the_admin_key_opens_a_session_that_the_routes_take(client):
    assert session(client)["signed_in"] is False
    answer = sign_in(client)
    assert answer.status_code == 200
    assert ADMIN not in answer.text + str(answer.headers)
    told = session(client)
    assert (told["signed_in"], told["name"], told["admin_key_set"]) == (True, "", True)
    assert 0 < told["expires_at"] - time.time() <= SESSION_S
    assert client.get("/admin/keys", headers=proof(client)).status_code == 200
    made = client.post("/admin/keys", json={"name": "n"}, headers=proof(client))
    assert made.status_code == 200
    assert made.headers["Cache-Control"] == "no-store"


def test_the_cookie_is_for_this_server_alone(client):
    (cookie,) = sign_in(client).headers.getlist("Set-Cookie")
    assert cookie.startswith("ragproxy-admin=")
    for flag in ("HttpOnly", "SameSite=Strict", "Path=/"):
        assert flag in cookie
    assert "Domain" not in cookie
    assert "Secure" not in cookie  # plain http
    seconds = int(cookie.partition("Max-Age=")[2].partition(";")[0])
    assert SESSION_S - 5 <= seconds <= SESSION_S


def test_over_https_the_cookie_is_secure_and_bound_to_the_host(make_app):
    client = make_app(admin_key=ADMIN, public_url="https://chat.example.org").test_client()
    there = {"base_url": "https://chat.example.org"}
    answer = client.post("/admin/login", json={"key": ADMIN}, headers={"Origin": "https://chat.example.org"}, **there)
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-ragproxy-admin=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert client.get("/admin/session", **there).get_json()["signed_in"] is True


@pytest.mark.parametrize("key", ["wrong", "sk-rp-wrong", ADMIN + "x", "a.b.c"])
def test_a_wrong_key_opens_nothing(client, key):
    answer = sign_in(client, key)
    assert answer.status_code == 401
    assert answer.headers.getlist("Set-Cookie") == []
    assert key not in answer.text
    assert session(client)["signed_in"] is False


@pytest.mark.parametrize("body", [{"key": ""}, {"key": 7}, {"key": "k", "next": "/"}, {"key": "x" * 2000}])
def test_what_is_no_key_is_refused_as_such(client, body):
    assert client.post("/admin/login", json=body, headers=HERE).status_code == 400


def test_no_key_at_all_is_told_what_to_type(client):
    answer = client.post("/admin/login", json={}, headers=HERE)
    assert answer.status_code == 401
    assert "RAGPROXY_ADMIN_KEY" in answer.get_json()["error"]["message"]


def test_a_form_of_another_site_cannot_even_be_read(client):
    assert client.post("/admin/login", data={"key": ADMIN}).status_code == 415
    assert client.post("/admin/login", data=f'{{"key": "{ADMIN}"}}', content_type="text/plain").status_code == 415


def test_who_tries_keys_out_waits_and_the_right_key_waits_too(make_app):
    client = make_app(admin_key=ADMIN).test_client()
    answers = [sign_in(client, f"guess-{n}").status_code for n in range(FAILURES + 1)]
    assert answers == [401] * FAILURES + [429]
    late = sign_in(client)
    assert late.status_code == 429
    assert int(late.headers["retry-after"]) > 0


def test_without_the_token_the_cookie_is_worth_nothing(client):
    sign_in(client)
    for headers in ({}, HERE, {TOKEN: ""}, {TOKEN: "x" * 64}, {TOKEN: "é"}):
        for method in ("GET", "POST", "DELETE"):
            answer = client.open("/admin/keys/key_x", method=method, json={}, headers=headers)
            assert answer.status_code == 403
            assert answer.get_json()["error"]["code"] == "csrf_check_failed"


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:8080"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_another_sites_page_gets_nothing_though_it_knew_the_token(client, elsewhere):
    sign_in(client)
    headers = proof(client) | elsewhere
    assert client.get("/admin/keys", headers=headers).status_code == 403
    assert client.post("/admin/keys", json={"name": "n"}, headers=headers).status_code == 403
    assert client.post("/admin/login", json={"key": ADMIN}, headers=elsewhere).status_code == 403
    assert client.post("/admin/logout", headers=elsewhere).status_code == 403
    assert client.get("/admin/session", headers=elsewhere).status_code == 403
    assert client.get("/admin/keys", headers=proof(client)).status_code == 200


def test_browsers_that_say_nothing_of_the_page_need_the_token_alone(client):
    sign_in(client)
    assert client.get("/admin/keys", headers={TOKEN: session(client)["csrf_token"]}).status_code == 200


def test_the_token_of_another_session_is_none(client, app):
    other = app.test_client()
    sign_in(client)
    sign_in(other)
    assert proof(client) != proof(other)
    assert client.get("/admin/keys", headers=proof(other)).status_code == 403


def test_behind_a_proxy_the_public_address_is_ours_too(make_app):
    client = make_app(admin_key=ADMIN, public_url="http://chat.example.org").test_client()
    assert sign_in(client, Origin="http://chat.example.org").status_code == 200
    assert sign_in(client, Origin="http://other.example.org").status_code == 403


@pytest.mark.parametrize("origins", [("*",), ("https://evil.example",)])
def test_open_cors_does_not_open_the_desk(make_app, origins):
    client = make_app(admin_key=ADMIN, cors_origins=origins).test_client()
    evil = {"Origin": "https://evil.example"}
    assert "Access-Control-Allow-Origin" in client.get("/v1/models", headers=evil).headers
    sign_in(client)
    for method, path in (
        ("GET", "/admin"),
        ("GET", "/admin/"),
        ("GET", "/admin/session"),
        ("POST", "/admin/login"),
        ("POST", "/admin/logout"),
        ("OPTIONS", "/admin/login"),
    ):
        answer = client.open(path, method=method, headers=evil | {"Access-Control-Request-Method": "POST"})
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")], f"{method} {path}"
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": TOKEN}
    preflight = client.options("/admin/keys", headers=evil | asked)
    assert "Access-Control-Allow-Credentials" not in preflight.headers
    assert client.get("/admin/keys", headers=proof(client) | evil).status_code == 403


def test_the_session_gives_no_right_outside_admin(make_app):
    app = make_app(auth=frozenset({"keys"}), admin_key=ADMIN)
    client = app.test_client()
    sign_in(client)
    headers = proof(client)
    assert client.get("/admin/keys", headers=headers).status_code == 200
    outside = [
        (method, rule.rule.replace("<path:model_id>", "ragproxy"))
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods - {"OPTIONS", "HEAD"})
        if rule.rule != "/" and not rule.rule.startswith(PAGES)
    ]
    assert len(outside) > 100
    for method, path in outside:
        assert client.open(path, method=method, headers=headers).status_code == 401, f"{method} {path}"


def test_a_key_in_the_request_comes_before_the_session(client):
    sign_in(client)
    wrong = {"Authorization": "Bearer wrong"}
    assert client.get("/admin/keys", headers=proof(client) | wrong).status_code == 401
    right = {"Authorization": f"Bearer {ADMIN}"}
    assert client.get("/admin/keys", headers=right).status_code == 200  # and needs no token


def test_who_signs_out_is_out(client):
    sign_in(client)
    headers = proof(client)
    out = client.post("/admin/logout", headers=HERE)
    assert out.status_code == 200
    assert session(client)["signed_in"] is False
    assert client.get("/admin/keys", headers=headers).status_code == 401


def test_a_session_ends_after_eight_hours_and_says_so(client, monkeypatch):
    sign_in(client)
    headers = proof(client)
    later = time.time() + SESSION_S + 5
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: later)
    answer = client.get("/admin/keys", headers=headers)
    assert answer.status_code == 401
    assert answer.get_json()["error"]["code"] == "session_ended"
    assert session(client)["signed_in"] is False


def test_an_ended_session_is_no_guess(client):
    client.set_cookie("ragproxy-admin", "made.up")
    for _ in range(FAILURES + 1):
        assert client.get("/admin/keys").get_json()["error"]["code"] == "session_ended"
    assert sign_in(client).status_code == 200


def test_another_admin_key_ends_the_sessions_of_the_former(tmp_path_factory, make_app):
    first = make_app(admin_key=ADMIN, secret_key="s" * 40)
    client = first.test_client()
    sign_in(client)
    value = client.get_cookie("ragproxy-admin").value
    for key, holds in ((ADMIN, True), ("another-key", False), (None, False)):
        other = make_app(admin_key=key, secret_key="s" * 40).test_client()
        other.set_cookie("ragproxy-admin", value)
        assert session(other)["signed_in"] is holds


def test_a_session_of_another_server_is_none(client, make_app):
    sign_in(client)
    other = make_app(admin_key=ADMIN).test_client()
    other.set_cookie("ragproxy-admin", client.get_cookie("ragproxy-admin").value)
    assert session(other)["signed_in"] is False


def test_a_session_that_was_tampered_with_is_none(client):
    sign_in(client)
    value = client.get_cookie("ragproxy-admin").value
    for other in (value[:-2], "A" + value, "x", "", "." * 4000):
        client.set_cookie("ragproxy-admin", other)
        assert session(client)["signed_in"] is False


def test_a_key_with_the_scope_admin_signs_in_by_its_name_until_it_is_revoked(app, client):
    keys = app.extensions["ragproxy"].keys
    key, secret = keys.create(name="Ann's", owner="ann", scopes=("admin",))
    assert sign_in(client, secret).status_code == 200
    assert session(client)["name"] == "Ann's"
    assert client.get("/admin/keys", headers=proof(client)).status_code == 200
    headers = proof(client)
    keys.revoke(key.id)
    assert client.get("/admin/keys", headers=headers).status_code == 401
    assert session(client)["signed_in"] is False


def test_a_key_with_another_secret_is_another_key(app, client):
    keys = app.extensions["ragproxy"].keys
    key, secret = keys.create(name="Ann's", scopes=("admin",))
    sign_in(client, secret)
    keys.rotate(key.id, grace_s=600)
    assert session(client)["signed_in"] is False


def test_a_session_lasts_no_longer_than_its_key(app, client):
    _, secret = app.extensions["ragproxy"].keys.create(name="n", scopes=("admin",), expires=int(time.time()) + 60)
    sign_in(client, secret)
    assert session(client)["expires_at"] <= time.time() + 60


def test_a_key_without_the_scope_does_not_sign_in(app, client):
    _, secret = app.extensions["ragproxy"].keys.create(name="n")
    answer = sign_in(client, secret)
    assert answer.status_code == 403
    assert session(client)["signed_in"] is False


def test_without_an_admin_key_the_desk_says_which_setting_to_make(make_app):
    client = make_app().test_client()
    told = session(client)
    assert (told["signed_in"], told["admin_key_set"], told["login_url"]) == (False, False, None)
    answer = sign_in(client, "anything")
    assert answer.status_code == 401
    assert "RAGPROXY_ADMIN_KEY" in answer.get_json()["error"]["message"]


@pytest.fixture(scope="module")
def app(make_app):
    return make_app(auth=frozenset({"keys"}), admin_key=ADMIN)


@pytest.fixture
def client(app):
    """A browser at an address of its own."""
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = f"10.1.{len(_SEEN) >> 8}.{len(_SEEN) & 255}"
    _SEEN.append(client)
    return client


_SEEN = []
