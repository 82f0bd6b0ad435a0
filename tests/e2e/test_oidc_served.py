"""A real gunicorn, a real issuer, the official client and a browser's part played by `requests`."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import openai
import pytest
import requests

from tests.e2e import scaled
from tests.e2e.by_hand import user
from tests.issuer import AUDIENCE, CLIENT, SECRET, Issuer, make_key

pytestmark = pytest.mark.sets("embedded", "scaled")

ADMIN = "the-admin-key-of-this-test"


def test_the_official_client_asks_with_a_token(served, issuer):
    with scaled.client(served, api_key=issuer.token(sub="ann")) as ai:
        assert ai.chat.completions.create(model="ragproxy", messages=user("Hello?")).choices
        store = ai.vector_stores.create(name="of ann")
        assert [each.id for each in ai.vector_stores.list()] == [store.id]
    with scaled.client(served, api_key=issuer.token(sub="bob")) as ai:
        assert list(ai.vector_stores.list()) == []


@pytest.mark.parametrize("why", ["expired", "audience", "forged", "unsigned"])
def test_the_official_client_is_told_that_its_token_is_no_good(served, issuer, why):
    token = {
        "expired": lambda: issuer.token(exp=1_700_000_000),
        "audience": lambda: issuer.token(aud="another-api"),
        "forged": lambda: issuer.token(key=make_key("ES256"), kid=issuer.keys[-1].kid),
        "unsigned": lambda: issuer.token().rpartition(".")[0] + ".",
    }[why]()
    with scaled.client(served, api_key=token) as ai, pytest.raises(openai.AuthenticationError) as no:
        ai.models.list()
    assert no.value.code == "invalid_api_key"
    assert token[-40:] not in no.value.message
    assert 'error="invalid_token"' in no.value.response.headers["www-authenticate"]


def test_keys_of_ours_work_beside_tokens(served):
    made = requests.post(served.url + "/admin/keys", json={"name": "script"}, headers=bearer(ADMIN), timeout=10).json()
    with scaled.client(served, api_key=made["value"]) as ai:
        assert ai.models.list().data


def test_a_key_that_is_rotated_in_is_taken_and_made_up_ones_do_not_hammer(served, issuer):
    requests.get(served.url + "/me", headers=bearer(issuer.token()), timeout=10)
    before = issuer.asked["/keys"]
    forged = [issuer.token(kid=f"made-up-{number}") for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        statuses = set(pool.map(lambda token: status(served, token), forged))
    assert statuses == {401}
    assert issuer.asked["/keys"] - before <= 2 * len(served.workers)


def test_a_long_token_is_read(served, issuer):
    assert status(served, issuer.token(groups=[f"group-{number:04d}" for number in range(550)])) == 200  # over 8 KB


def test_an_issuer_that_is_away_spoils_no_key_that_is_known(served, issuer):
    with ThreadPoolExecutor(8) as pool:  # enough for every process to have met one
        assert set(pool.map(lambda n: status(served, issuer.token(sub=f"early-{n}")), range(40))) == {200}
    issuer.fails = "500"
    try:
        assert {status(served, issuer.token(sub=f"late-{n}")) for n in range(3)} == {200}
    finally:
        issuer.fails = None


def test_a_browser_logs_in_looks_and_logs_out(served, issuer):
    with requests.Session() as browser:
        page = browser.get(served.url + "/login?next=/me", headers={"Accept": "text/html"}, timeout=10)
        assert page.status_code == 200
        assert page.url == served.url + "/me"
        assert "Ann of Sales" in page.text
        assert [step.status_code for step in page.history] == [303, 302, 303]
        assert browser.get(served.url + "/v1/models", timeout=10).status_code == 401  # the API knows no session
        assert browser.post(served.url + "/admin/keys", json={"name": "x"}, timeout=10).status_code == 401
        assert browser.post(served.url + "/logout", timeout=10).status_code == 401  # where it leads: nobody's page
        assert browser.get(served.url + "/me", timeout=10).status_code == 401


def test_a_callback_of_another_browser_or_a_second_time_logs_nobody_in(served):
    with requests.Session() as browser, requests.Session() as victim:
        back = browser.get(served.url + "/login", allow_redirects=False, timeout=10)
        sent = browser.get(back.headers["Location"], allow_redirects=False, timeout=10).headers["Location"]
        assert victim.get(sent, timeout=10).status_code == 400
        kept = browser.cookies.get("ragproxy-login")
        assert browser.get(sent, allow_redirects=False, timeout=10).status_code == 303
        browser.cookies.set("ragproxy-login", kept, domain="127.0.0.1", path="/")
        assert browser.get(sent, allow_redirects=False, timeout=10).status_code == 401
        assert victim.get(served.url + "/me", timeout=10).status_code == 401


@pytest.mark.parametrize("wanted", ["https://evil.example", "//evil.example", "///evil.example", "/\\evil.example"])
def test_no_login_ends_elsewhere(served, wanted):
    with requests.Session() as browser:
        page = browser.get(served.url + "/login", params={"next": wanted}, timeout=10)
        assert page.url == served.url + "/me"


def test_the_issuer_is_asked_for_a_code_with_a_challenge(served):
    away = requests.get(served.url + "/login", allow_redirects=False, timeout=10)
    asked = parse_qs(urlsplit(away.headers["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [served.url + "/login/callback"]
    assert len(asked["state"][0]) == len(asked["nonce"][0]) == 43


def status(server, token):
    return requests.get(server.url + "/v1/models", headers=bearer(token), timeout=10).status_code


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="module")
def served(deployed, tmp_path_factory, issuer):
    variables = {
        "RAGPROXY_AUTH": "keys,oidc",
        "RAGPROXY_ADMIN_KEY": ADMIN,
        "RAGPROXY_OIDC_ISSUER": issuer.url,
        "RAGPROXY_OIDC_AUDIENCE": AUDIENCE,
        "RAGPROXY_OIDC_CLIENT_ID": CLIENT,
        "RAGPROXY_OIDC_CLIENT_SECRET": SECRET,
    }
    with deployed(tmp_path_factory.mktemp("oidc"), **variables) as server:
        yield server


@pytest.fixture(scope="module")
def issuer():
    with Issuer(client_secret=SECRET) as issuer:
        issuer.person = {"sub": "ann", "name": "Ann of Sales"}
        yield issuer
