"""Logging in with a browser, sessions, and the page that says who one is."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from ragproxy.api.login import local_path
from ragproxy.api.sessions import LOGIN_S, SESSION_S, session_caller
from ragproxy.domain import Agent
from tests.issuer import AUDIENCE, CLIENT, Issuer

ADMIN = "the-admin-key"
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def test_who_logs_in_is_sent_to_the_issuer_and_back_and_is_known(client):
    away = client.get("/login?next=/me?x=1")
    assert away.status_code == 303
    asked = parse_qs(urlsplit(away.location).query)
    assert asked["client_id"] == [CLIENT]
    assert asked["redirect_uri"] == ["http://localhost/login/callback"]
    assert asked["scope"] == ["openid profile email"]
    home = come_back(client, away)
    assert (home.status_code, home.location) == (303, "/me?x=1")
    assert client.get("/me").get_json()["id"] == "oidc:ann"


def test_the_cookies_are_for_this_server_alone(client):
    away = client.get("/login")
    (login,) = away.headers.getlist("Set-Cookie")
    session, gone = sorted(come_back(client, away).headers.getlist("Set-Cookie"), reverse=True)
    for cookie, seconds in ((login, LOGIN_S), (session, SESSION_S)):
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/" in cookie
        assert f"Max-Age={seconds};" in cookie
        assert "Domain" not in cookie
        assert "Secure" not in cookie  # plain http on loopback
    assert session.startswith("ragproxy-session=")
    assert gone.startswith("ragproxy-login=;")


def test_over_https_the_cookies_are_secure_and_bound_to_the_host(secure_client):
    away = secure_client.get("/login", base_url="https://chat.example.org")
    assert parse_qs(urlsplit(away.location).query)["redirect_uri"] == ["https://chat.example.org/login/callback"]
    (login,) = away.headers.getlist("Set-Cookie")
    home = come_back(secure_client, away, base_url="https://chat.example.org")
    for cookie in (login, *home.headers.getlist("Set-Cookie")):
        assert cookie.startswith("__Host-ragproxy-")
        assert "Secure" in cookie
    assert secure_client.get("/me", base_url="https://chat.example.org").status_code == 200


def test_the_session_holds_no_token_and_the_login_no_verifier(client, issuer):
    away = client.get("/login")
    home = come_back(client, away)
    kept = str(away.headers) + str(home.headers)
    assert issuer.given[-1]["code_verifier"] not in kept
    assert "eyJhbGciOi" not in kept  # how a token of the issuer begins


@pytest.mark.parametrize("change", [{"state": "guessed"}, {"state": ""}, {"state": "é"}])
def test_another_state_logs_nobody_in(client, issuer, change):
    away = client.get("/login")
    answer = come_back(client, away, **change)
    assert answer.status_code == 400
    assert answer.get_json()["error"]["code"] == "login_state_mismatch"
    assert client.get("/me").status_code == 401


def test_another_browsers_login_logs_nobody_in(client, app, issuer):
    stolen = client.get("/login")
    victim = app.test_client()
    assert come_back(victim, stolen).status_code == 400
    victim.get("/login")  # has begun one of its own
    assert come_back(victim, client.get("/login")).status_code == 400
    assert victim.get("/me").status_code == 401


def test_a_callback_that_is_replayed_logs_nobody_in(client):
    away = client.get("/login")
    cookie = client.get_cookie("ragproxy-login").value
    query = callback(away)
    assert client.get(query).status_code == 303
    assert client.get(query).status_code == 400  # the browser has forgotten that login
    client.set_cookie("ragproxy-login", cookie)
    replayed = client.get(query)  # and the issuer its code
    assert replayed.status_code == 401
    assert "invalid_grant" in replayed.get_json()["error"]["message"]


def test_a_nonce_of_another_login_logs_nobody_in(client, issuer):
    issuer.id_claims = {"nonce": "another"}
    assert come_back(client, client.get("/login")).status_code == 401
    assert client.get("/me").status_code == 401


def test_a_refusal_at_the_issuer_is_told_by_its_code(client):
    state = parse_qs(urlsplit(client.get("/login").location).query)["state"][0]
    answer = client.get("/login/callback", query_string={"state": state, "error": "access_denied"}, headers=HTML)
    assert answer.status_code == 401
    assert "access_denied" in answer.text
    assert '<a href="/login">' in answer.text
    state = parse_qs(urlsplit(client.get("/login").location).query)["state"][0]
    odd = client.get("/login/callback", query_string={"state": state, "error": "<script>alert(1)</script>"})
    assert "script" not in odd.text


def test_an_issuer_that_is_away_is_our_fault_and_passes(make_app, issuer):
    app = oidc_app(make_app, issuer)
    issuer.fails = "500"
    answer = app.test_client().get("/login", headers=HTML)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) >= 1
    issuer.fails = None


EVIL = (
    "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/\n/evil.example",
    "javascript:alert(1)", "evil.example", "/a//evil.example", "///evil.example", "/ /evil.example", "", "/é", "/%\0",
    "http:/me", "/" + "x" * 600, "?x", "@evil.example", ".evil.example", "/\r\nSet-Cookie: a=b",
)  # fmt: skip


@pytest.mark.parametrize("wanted", EVIL)
def test_the_way_back_leads_nowhere_else(client, wanted):
    assert local_path(wanted) == "/me"
    away = client.get("/login", query_string={"next": wanted})
    assert come_back(client, away).location == "/me"


@pytest.mark.parametrize("wanted", ["/me", "/", "/sources/x?y=http://z#passage", "/a/b?c=d&e=%2F%2Fx"])
def test_the_way_back_leads_to_any_page_of_ours(wanted):
    assert local_path(wanted) == wanted


def test_a_session_opens_pages_and_no_route_of_the_api(client, routes):
    come_back(client, client.get("/login"))
    assert client.get("/me").status_code == 200
    for number, (method, path) in enumerate(routes):
        elsewhere = {"REMOTE_ADDR": f"10.2.{number >> 8}.{number & 255}"}  # or too many failures came from one
        answer = client.open(path, method=method, environ_base=elsewhere)
        assert answer.status_code == 401, f"{method} {path}"


def test_a_session_is_looked_at_for_pages_that_are_read_alone(client, app):
    come_back(client, client.get("/login"))
    cookie = {"Cookie": f"ragproxy-session={client.get_cookie('ragproxy-session').value}"}
    for method, known in (("GET", True), ("HEAD", True), ("POST", False), ("DELETE", False)):
        with app.test_request_context(method=method, headers=cookie):
            assert (session_caller() is not None) is known, method


def test_a_session_that_was_tampered_with_is_none(client):
    come_back(client, client.get("/login"))
    value = client.get_cookie("ragproxy-session").value
    for other in (value[:-2], value + "A", "A" + value, "x", value.rpartition(".")[0], "." * 4000):
        client.set_cookie("ragproxy-session", other)
        assert client.get("/me").status_code == 401
    client.set_cookie("ragproxy-session", value)
    assert client.get("/me").status_code == 200


def test_a_login_that_was_begun_is_no_session(client):
    client.get("/login")
    client.set_cookie("ragproxy-session", client.get_cookie("ragproxy-login").value)
    assert client.get("/me").status_code == 401


def test_a_session_of_another_client_of_the_issuer_is_none(client, make_app, issuer):
    come_back(client, client.get("/login"))
    value = client.get_cookie("ragproxy-session").value
    other = oidc_app(make_app, issuer, oidc_client_id="another").test_client()
    other.set_cookie("ragproxy-session", value)
    assert other.get("/me").status_code == 401


def test_a_session_ends(client, app, monkeypatch):
    come_back(client, client.get("/login"))
    import time

    later = time.time() + SESSION_S + 5
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: later)
    assert client.get("/me").status_code == 401


def test_who_logs_out_is_nobody(client):
    come_back(client, client.get("/login"))
    out = client.post("/logout")
    assert (out.status_code, out.location) == (303, "/me")
    assert client.get("/me").status_code == 401
    assert client.get("/logout").status_code == 405


def test_another_sites_form_logs_nobody_out(client, app):
    come_back(client, client.get("/login"))
    without = app.test_client().post("/logout")  # SameSite keeps the cookie at home
    assert without.headers.getlist("Set-Cookie") == []


def test_too_many_groups_for_a_cookie_are_refused_and_not_dropped(client, issuer):
    import secrets

    issuer.person = {"sub": "ann", "groups": [secrets.token_hex(16) for _ in range(150)]}
    answer = come_back(client, client.get("/login"))
    assert answer.status_code == 403
    assert answer.get_json()["error"]["code"] == "session_too_large"
    assert client.get("/me").status_code == 401


# ---- who one is ----


def test_a_program_learns_what_its_token_is_good_for(client, issuer):
    token = issuer.token(sub="bob", groups=["sales"], scope="chat")
    said = client.get("/me", headers=bearer(token)).get_json()
    assert said == {
        "object": "caller",
        "id": "oidc:bob",
        "name": None,
        "owner": "bob",
        "admin": False,
        "groups": ["sales"],
        "scopes": ["chat"],
        "agents": [{"id": "ragproxy", "name": said["agents"][0]["name"], "description": None}],
    }


def test_a_bearer_comes_before_the_session(client, issuer):
    come_back(client, client.get("/login"))
    assert client.get("/me", headers=bearer(issuer.token(sub="bob"))).get_json()["id"] == "oidc:bob"
    assert client.get("/me", headers=bearer("wrong")).status_code == 401


def test_the_page_shows_the_agents_one_may_use_and_escapes_everything(client, app, issuer):
    agents = app.extensions["ragproxy"].state.agents
    bad = "<img src=x onerror=alert(1)>"
    agents.create(Agent("for-sales", bad, "*", visibility="groups", groups=("sales",), description=bad))
    agents.create(Agent("for-others", "Others", "*", visibility="groups", groups=("others",)))
    issuer.person = {"sub": "ann", "name": bad, "groups": ["sales", bad]}
    come_back(client, client.get("/login"))
    page = client.get("/me", headers=HTML)
    assert page.status_code == 200
    assert page.text.count("&lt;img src=x") == 4  # the name, a group, the agent's name and its description
    assert "<img" not in page.text
    assert "for-sales" in page.text
    assert "for-others" not in page.text


def test_the_page_runs_nothing_and_is_kept_by_nobody(client):
    come_back(client, client.get("/login"))
    page = client.get("/me", headers=HTML)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "<script" not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert {"Accept", "Accept-Language", "Cookie"} <= set(page.headers["Vary"].split(", "))


def test_the_styles_of_the_page_are_those_its_policy_allows(client):
    import base64
    import hashlib

    page = client.get("/me", headers=HTML)
    (style,) = re.findall("<style>(.*?)</style>", page.text)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("languages", "lang", "title"),
    [
        ("fr-CA,fr;q=0.9,en;q=0.5", "fr", "Qui vous êtes"),
        ("en-GB", "en", "Who you are"),
        ("de", "en", "Who you are"),
        ("", "en", "Who you are"),
    ],
)
def test_the_page_speaks_the_readers_language(client, languages, lang, title):
    come_back(client, client.get("/login"))
    page = client.get("/me", headers={**HTML, "Accept-Language": languages})
    assert f'<html lang="{lang}">' in page.text
    assert f"<h1>{title}</h1>" in page.text


def test_a_stranger_is_shown_the_way_in(client):
    page = client.get("/me", headers={**HTML, "Accept-Language": "fr"})
    assert page.status_code == 401
    assert page.headers["WWW-Authenticate"].startswith("Bearer")
    assert 'href="/login?next=/me"' in page.text
    assert "connecté" in page.text


def test_administrators_are_told_that_they_are(client, issuer):
    issuer.person = {"sub": "ann", "groups": ["ops"]}
    come_back(client, client.get("/login"))
    assert client.get("/me").get_json()["admin"] is True
    assert "administrator" in client.get("/me", headers=HTML).text


# ---- tokens, keys and both ----


def test_a_bad_token_is_told_as_the_rfc_says_and_not_repeated(client, issuer):
    token = issuer.token(exp=1_700_000_000)
    answer = client.get("/v1/models", headers=bearer(token))
    assert answer.status_code == 401
    assert answer.get_json()["error"]["code"] == "invalid_api_key"
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="ragproxy", error="invalid_token"'
    assert not any(part in answer.text + str(answer.headers) for part in token.split("."))


def test_no_token_is_no_invalid_one(client):
    assert client.get("/v1/models").headers["WWW-Authenticate"] == 'Bearer realm="ragproxy"'


def test_keys_and_tokens_work_beside_each_other(both, issuer):
    keys = both.extensions["ragproxy"].keys
    _, secret = keys.create(name="k", owner="team")
    client = both.test_client()
    assert client.get("/me", headers=bearer(secret)).get_json()["owner"] == "team"
    assert client.get("/me", headers=bearer(issuer.token(sub="ann"))).get_json()["owner"] == "ann"
    assert client.get("/me", headers=bearer(ADMIN)).get_json()["admin"] is True
    assert client.get("/me", headers={"api-key": issuer.token(sub="ann")}).get_json()["id"] == "oidc:ann"


def test_a_key_that_looks_like_a_token_is_neither(both):
    client = both.test_client()
    for secret in ("sk-rp-a.b.c", "a.b.c", "eyJhbGciOiJub25lIn0.e30."):
        answer = client.get("/v1/models", headers=bearer(secret))
        assert answer.status_code == 401
        assert secret not in answer.text


def test_an_administrators_key_may_look_like_a_token(make_app, issuer):
    app = oidc_app(make_app, issuer, auth=frozenset({"keys", "oidc"}), admin_key="one.two.three")
    assert app.test_client().get("/admin/keys", headers=bearer("one.two.three")).status_code == 200


def test_guesses_that_look_like_tokens_are_counted_too(both):
    client = both.test_client()
    statuses = [client.get("/v1/models", headers=bearer(f"one.two.{n}")).status_code for n in range(25)]
    assert statuses[0] == 401
    assert statuses[-1] == 429


def test_a_tokens_administrators_may_use_their_routes_and_others_may_not(client, issuer):
    assert client.get("/admin/keys", headers=bearer(issuer.token(groups=["ops"]))).status_code == 200
    refused = client.get("/admin/keys", headers=bearer(issuer.token(scope="admin chat")))
    assert refused.status_code == 403
    assert refused.get_json()["error"]["code"] == "insufficient_scope"


def test_a_token_may_do_what_its_scopes_say(client, issuer):
    token = issuer.token(scope="openid embed")
    assert client.get("/v1/files", headers=bearer(token)).status_code == 403
    asked = {"model": "hash-384", "input": "x"}
    assert client.post("/v1/embeddings", json=asked, headers=bearer(token)).status_code == 200


def test_without_a_client_nobody_can_log_in_and_the_setting_is_named(make_app, issuer):
    client = oidc_app(make_app, issuer, oidc_client_id=None).test_client()
    for method, path in (("GET", "/login"), ("GET", "/login/callback"), ("POST", "/logout")):
        answer = client.open(path, method=method)
        assert answer.status_code == 501
        assert set(answer.get_json()["error"]) == {"message", "type", "param", "code"}
        assert "RAGPROXY_OIDC_CLIENT_ID" in answer.get_json()["error"]["message"]
    page = client.get("/me", headers=HTML)
    assert page.status_code == 401
    assert "/login" not in page.text


def test_where_anybody_may_ask_the_page_is_anybodys(make_app):
    client = make_app().test_client()
    assert client.get("/me").get_json()["id"] is None
    assert "Anybody" in client.get("/me", headers=HTML).text


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def callback(away, **change):
    """The address that the issuer sends the browser back to, without its host."""
    answer = requests.get(away.location, allow_redirects=False, timeout=5)
    parts = urlsplit(answer.headers["Location"])
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | change
    return parts.path + "?" + requests.models.RequestEncodingMixin._encode_params(query)


def come_back(client, away, base_url=None, **change):
    return client.get(callback(away, **change), base_url=base_url)


def oidc_app(make_app, issuer, **settings):
    given = {
        "auth": frozenset({"oidc"}),
        "oidc_issuer": issuer.url,
        "oidc_audience": AUDIENCE,
        "oidc_client_id": CLIENT,
        "oidc_admin_group": "ops",
        "cors_origins": (),
    }
    return make_app(**(given | settings))


@pytest.fixture
def client(app, issuer):
    return app.test_client()


@pytest.fixture
def secure_client(make_app, issuer):
    return oidc_app(make_app, issuer, public_url="https://chat.example.org").test_client()


@pytest.fixture
def routes(app):
    """(method, path) of every route that needs a caller, but for the page itself."""
    pages = ("/login", "/logout", "/me", "/sources", "/static", "/admin/session", "/admin/login", "/admin/logout")
    open_to_all = ("/health", "/ready", "/metrics", "/openapi.json", "/docs", *pages)
    return [
        (method, re.sub(r"<[^>]+>", "x", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods - {"OPTIONS", "HEAD"})
        if rule.rule not in ("/", "/admin") and not rule.rule.startswith(open_to_all)
    ]


@pytest.fixture(scope="module")
def app(make_app, module_issuer):
    return oidc_app(make_app, module_issuer)


@pytest.fixture(scope="module")
def both(make_app, module_issuer):
    return oidc_app(make_app, module_issuer, auth=frozenset({"keys", "oidc"}), admin_key=ADMIN)


@pytest.fixture(scope="module")
def module_issuer():
    with Issuer() as issuer:
        yield issuer


@pytest.fixture
def issuer(module_issuer):
    """The issuer, behaving itself again at the start of each test."""
    module_issuer.fails, module_issuer.id_claims = None, {}
    module_issuer.person = {"sub": "ann", "name": "Ann"}
    return module_issuer
