"""People at the admin desk whom the issuer calls administrators."""

import time

import pytest
import requests

from ragproxy.api.sessions import SESSION_S
from tests.api.desk import HERE, proof, session, sign_in
from tests.issuer import AUDIENCE, CLIENT, Issuer


def test_a_person_whom_the_issuer_calls_administrator_signs_in_without_a_key(by_oidc, issuer):
    issuer.person = {"sub": "ann", "name": "Ann", "groups": ["ops"]}
    log_in(by_oidc)
    told = session(by_oidc)
    assert (told["person"], told["signed_in"], told["login_url"]) == ("Ann", False, "/login?next=/admin")
    assert by_oidc.get("/admin/keys").status_code == 401  # the login alone opens nothing
    assert sign_in(by_oidc, None).status_code == 200
    assert session(by_oidc)["name"] == "Ann"
    assert by_oidc.get("/admin/keys", headers=proof(by_oidc)).status_code == 200


def test_the_desk_lasts_no_longer_than_the_login(by_oidc, issuer, monkeypatch):
    issuer.person = {"sub": "ann", "groups": ["ops"]}
    log_in(by_oidc)
    begun, later = time.time(), time.time() + SESSION_S - 600
    monkeypatch.setattr("time.time", lambda: later)
    sign_in(by_oidc, None)
    assert session(by_oidc)["expires_at"] <= begun + SESSION_S + 2


def test_a_person_who_is_no_administrator_does_not(by_oidc, issuer):
    issuer.person = {"sub": "bob", "groups": ["sales"]}
    log_in(by_oidc)
    assert session(by_oidc)["person"] is None
    assert sign_in(by_oidc, None).status_code == 403


def test_another_site_cannot_turn_a_login_into_a_session(by_oidc, issuer):
    issuer.person = {"sub": "ann", "groups": ["ops"]}
    log_in(by_oidc)
    answer = by_oidc.post("/admin/login", json={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert answer.headers.getlist("Set-Cookie") == []


def test_a_token_is_no_key(by_oidc, issuer):
    assert sign_in(by_oidc, issuer.token(sub="ann", groups=["ops"])).status_code == 403


def test_who_signs_out_is_logged_out_too(by_oidc, issuer):
    issuer.person = {"sub": "ann", "groups": ["ops"]}
    log_in(by_oidc)
    sign_in(by_oidc, None)
    by_oidc.post("/admin/logout", headers=HERE)
    assert (session(by_oidc)["signed_in"], session(by_oidc)["person"]) == (False, None)


def log_in(client):
    away = client.get("/login?next=/admin")
    back = requests.get(away.location, allow_redirects=False, timeout=5).headers["Location"]
    home = client.get("/" + back.split("/", 3)[3])
    assert (home.status_code, home.location) == (303, "/admin")


@pytest.fixture
def issuer():
    with Issuer() as issuer:
        yield issuer


@pytest.fixture
def by_oidc(make_app, issuer):
    return make_app(
        auth=frozenset({"oidc"}),
        oidc_issuer=issuer.url,
        oidc_audience=AUDIENCE,
        oidc_client_id=CLIENT,
        oidc_admin_group="ops",
        cors_origins=(),
    ).test_client()
