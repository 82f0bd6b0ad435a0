"""An issuer over HTTP that misbehaves in every way."""

import time

import pytest

from ragproxy.access.oidc import Issuer as Client
from ragproxy.access.oidc.issuer import KNOWN_S, RETRY_S
from ragproxy.errors import IssuerUnavailable

DISCOVERY = "/.well-known/openid-configuration"


def test_what_it_says_of_itself_is_asked_for_once_an_hour(issuer, client, timer):
    for _ in range(3):
        assert client.name == issuer.url
    assert issuer.asked[DISCOVERY] == 1
    timer.now += KNOWN_S
    assert client.name == issuer.url
    assert issuer.asked[DISCOVERY] == 2


@pytest.mark.parametrize("fails", ["500", "404", "silence", "nonsense", "huge", "redirect"])
def test_an_issuer_that_misbehaves_is_unavailable(issuer, client, fails):
    issuer.fails = fails
    with pytest.raises(IssuerUnavailable) as away:
        client.about()
    assert away.value.retry_after_s == RETRY_S
    assert issuer.url not in away.value.message


def test_an_issuer_that_does_not_listen_is_unavailable(issuer, client):
    issuer.stop()
    with pytest.raises(IssuerUnavailable):
        client.about()


@pytest.mark.parametrize("name", ["https://evil.example", None, 7, ""])
def test_a_document_of_another_issuer_is_not_believed(issuer, client, name):
    issuer.about = {"issuer": name}
    with pytest.raises(IssuerUnavailable):
        client.about()


def test_who_did_not_answer_is_left_alone_for_a_while(issuer, client, timer):
    issuer.fails = "500"
    for _ in range(5):
        with pytest.raises(IssuerUnavailable):
            client.about()
    assert issuer.asked[DISCOVERY] == 1
    issuer.fails = None
    timer.now += RETRY_S
    assert client.about()


def test_who_goes_away_is_what_it_was(issuer, client, timer):
    client.about()
    issuer.fails = "500"
    timer.now += KNOWN_S
    assert client.name == issuer.url


@pytest.mark.parametrize("address", [None, 7, "", "ftp://x/keys", "keys", "http://", "http://[", "javascript:alert(1)"])
def test_an_address_that_cannot_be_used_is_not(issuer, client, address):
    issuer.about = {"jwks_uri": address}
    with pytest.raises(IssuerUnavailable):
        client.keys()


def test_an_issuer_with_tls_names_no_address_without():
    client = Client("https://issuer.example")
    client._about, client._ask_again = {"token_endpoint": "http://issuer.example/token"}, float("inf")
    with pytest.raises(IssuerUnavailable):
        client.endpoint("token_endpoint")


def test_keys_that_moved_are_found_where_they_are(issuer, client):
    issuer.about = {"jwks_uri": issuer.url + "/old"}
    with pytest.raises(IssuerUnavailable):
        client.keys()
    issuer.about = {}
    assert len(client.keys()) == 2


def test_a_silent_issuer_is_waited_for_no_longer_than_said(issuer, client):
    issuer.fails = "silence"
    started = time.monotonic()
    with pytest.raises(IssuerUnavailable):
        client.about()
    assert time.monotonic() - started < 0.9  # it would have gone on for a second
