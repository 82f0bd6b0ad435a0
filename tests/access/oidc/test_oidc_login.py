"""The code flow between the server and a real issuer."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from ragproxy.access.oidc import Login
from ragproxy.errors import IssuerUnavailable, Unauthenticated
from tests.issuer import AUDIENCE, CLIENT, SECRET, make_key

BACK = "http://127.0.0.1:9/login/callback"
VERIFIER = "v" * 43


def test_who_logs_in_is_known_by_their_claims(login, issuer):
    issuer.person = {"sub": "ann", "name": "Ann of Sales", "groups": ["sales"]}
    person = finish(login, code(login))
    assert (person.caller.id, person.caller.owner, person.caller.groups) == ("oidc:ann", "ann", {"sales"})
    assert person.name == "Ann of Sales"


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"preferred_username": "ann1"}, "ann1"),
        ({"email": "ann@example.org"}, "ann@example.org"),
        ({}, "ann"),
        ({"name": 7}, "ann"),
        ({"name": " "}, "ann"),
        ({"name": "x" * 300}, "x" * 100),
    ],
)
def test_the_name_is_the_first_that_there_is(login, issuer, claims, name):
    issuer.person = {"sub": "ann", **claims}
    assert finish(login, code(login)).name == name


def test_a_public_client_sends_its_id_alone(login, issuer):
    finish(login, code(login))
    assert issuer.given[0]["client_id"] == CLIENT
    assert "client_secret" not in issuer.given[0]
    assert issuer.given[0]["code_verifier"] == VERIFIER


@pytest.mark.parametrize("methods", [["client_secret_basic"], ["client_secret_post"], None])
def test_a_client_with_a_secret_shows_it_as_the_issuer_wants(issuer, client, tokens, methods):
    issuer.client_secret, issuer.auth_methods = SECRET, methods or ["client_secret_basic"]
    if methods is None:
        issuer.about = {"token_endpoint_auth_methods_supported": None}
    login = Login(client, tokens, client_id=CLIENT, client_secret=SECRET)
    assert finish(login, code(login)).caller.id == "oidc:ann"
    assert ("client_secret" in issuer.given[0]) is (methods == ["client_secret_post"])


def test_a_wrong_secret_is_said_by_the_issuers_code_alone(issuer, client, tokens):
    issuer.client_secret = SECRET
    login = Login(client, tokens, client_id=CLIENT, client_secret="guessed")
    with pytest.raises(Unauthenticated, match="invalid_client") as no:
        finish(login, code(login))
    assert "guessed" not in no.value.message


def test_a_code_is_good_once(login):
    once = code(login)
    finish(login, once)
    with pytest.raises(Unauthenticated, match="invalid_grant"):
        finish(login, once)


def test_a_code_is_good_for_who_has_the_verifier(login):
    with pytest.raises(Unauthenticated, match="invalid_grant"):
        login.finish(code(login), redirect_uri=BACK, nonce="n", verifier="w" * 43)


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"nonce": "another"}, "another login"),
        ({"nonce": None}, "another login"),
        ({"nonce": ["n"]}, "another login"),
        ({"nonce": "é\ud800"}, "another login"),
        ({"aud": AUDIENCE}, "another audience"),
        ({"aud": [CLIENT, "x"], "azp": "x"}, "another client"),
        ({"iss": "https://evil.example"}, "another issuer"),
        ({"exp": 1_700_000_000}, "expired"),
        ({"sub": "*"}, "everybody"),
    ],
)
def test_an_id_token_that_is_wrong_logs_nobody_in(login, issuer, claims, why):
    issuer.id_claims = claims
    with pytest.raises(Unauthenticated, match=why):
        finish(login, code(login))


def test_an_id_token_of_several_audiences_is_good_when_it_was_given_to_us(login, issuer):
    issuer.id_claims = {"aud": [CLIENT, "x"], "azp": CLIENT}
    assert finish(login, code(login))


def test_an_id_token_signed_by_somebody_else_logs_nobody_in(login, issuer, timer):
    finish(login, code(login))
    issuer.keys.insert(0, make_key("ES256"))
    published = issuer.keys[1:]
    sealed = code(login)
    token = issuer.token
    issuer.token = lambda **claims: token(kid=published[0].kid, **claims)
    with pytest.raises(Unauthenticated, match="algorithm of its key"):
        finish(login, sealed)


@pytest.mark.parametrize("sent", ["", "x" * 5000])
def test_a_code_that_is_none_is_sent_to_nobody(login, issuer, sent):
    with pytest.raises(Unauthenticated):
        finish(login, sent)
    assert not issuer.given


def test_an_answer_of_another_issuer_is_refused(login, issuer):
    login.check_issuer(None)
    login.check_issuer(issuer.url)
    with pytest.raises(Unauthenticated):
        login.check_issuer("https://evil.example")


@pytest.mark.parametrize(("said", "told"), [("access_denied", "access_denied"), ("<script>", "did not say why")])
def test_of_a_refusal_a_code_alone_is_told(login, said, told):
    message = login.denied(said).message
    assert told in message
    assert "<" not in message


def test_an_issuer_that_goes_away_in_between_is_unavailable(login, issuer):
    given = code(login)
    issuer.fails = "500"
    with pytest.raises(IssuerUnavailable):
        finish(login, given)


def test_the_address_keeps_what_the_issuers_own_has(login, issuer):
    issuer.about = {"authorization_endpoint": issuer.url + "/authorize?tenant=a"}
    query = parse_qs(urlsplit(address(login)).query)
    assert query["tenant"] == ["a"]
    assert query["code_challenge_method"] == ["S256"]
    assert VERIFIER not in str(query)


def address(login):
    return login.address(redirect_uri=BACK, state="s", nonce="n", verifier=VERIFIER)


def code(login):
    """What the issuer gives a browser that goes to the address."""
    answer = requests.get(address(login), allow_redirects=False, timeout=5)
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query["state"] == ["s"]
    return query["code"][0]


def finish(login, code):
    return login.finish(code, redirect_uri=BACK, nonce="n", verifier=VERIFIER)


@pytest.fixture
def login(client, tokens):
    return Login(client, tokens, client_id=CLIENT)
