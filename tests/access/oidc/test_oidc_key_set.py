"""Keys that come and go, of an issuer that comes and goes."""

import threading
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

import pytest

from ragproxy.access.oidc import KeySet
from ragproxy.access.oidc.issuer import unavailable
from ragproxy.access.oidc.key_set import AGAIN_S, FRESH_S, LASTING_S
from ragproxy.errors import IssuerUnavailable
from tests.issuer import make_key


def test_nothing_is_asked_before_a_token_comes(issuer, key_set):
    assert not issuer.asked


def test_a_known_key_is_asked_for_once(issuer, key_set):
    for _ in range(5):
        assert key_set.find(issuer.key.kid, "RS256").kid == issuer.key.kid
    assert issuer.asked["/keys"] == 1


def test_a_key_that_is_rotated_in_is_found_at_once(issuer, key_set, timer):
    key_set.find(issuer.key.kid, "RS256")
    timer.now += AGAIN_S
    new = issuer.rotate("ES256")
    assert key_set.find(new.kid, "ES256").algorithm == "ES256"
    assert issuer.asked["/keys"] == 2


def test_a_key_that_left_the_set_is_gone_after_the_cache_time(issuer, key_set, timer):
    old = issuer.key
    key_set.find(old.kid, "RS256")
    issuer.rotate()
    issuer.retire(old.kid)
    timer.now += FRESH_S - 1
    assert key_set.find(old.kid, "RS256")
    timer.now += 1
    assert key_set.find(old.kid, "RS256") is None


def test_kids_that_are_made_up_do_not_hammer_the_issuer(issuer, key_set, timer):
    key_set.find(issuer.key.kid, "RS256")
    for second in range(60):
        timer.now += 1
        for number in range(20):
            assert key_set.find(f"made-up-{second}-{number}", "RS256") is None
    assert issuer.asked["/keys"] <= 1 + 60 / AGAIN_S
    assert issuer.asked["/.well-known/openid-configuration"] == 1


def test_made_up_kids_from_many_threads_ask_once(issuer, key_set, timer):
    key_set.find(issuer.key.kid, "RS256")
    timer.now += AGAIN_S
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda number: key_set.find(f"made-up-{number}", "RS256"), range(64)))
    assert found == [None] * 64
    assert issuer.asked["/keys"] == 2


def test_known_keys_go_on_working_while_the_issuer_is_away(issuer, key_set, timer):
    known = issuer.key.kid
    key_set.find(known, "RS256")
    read = timer.now
    issuer.stop()
    while timer.now < read + LASTING_S:
        assert key_set.find(known, "RS256")
        timer.now += FRESH_S
    with pytest.raises(IssuerUnavailable) as away:
        key_set.find(known, "RS256")
    assert 0 < away.value.retry_after_s <= AGAIN_S


def test_an_issuer_that_is_away_costs_known_keys_one_wait_a_minute(issuer, key_set, timer):
    known = issuer.key.kid
    key_set.find(known, "RS256")
    timer.now += FRESH_S
    issuer.fails, before = "500", issuer.asked["/keys"]
    for _ in range(600):
        assert key_set.find(known, "RS256")
        timer.now += 1
    assert 9 <= issuer.asked["/keys"] - before <= 11


def test_an_unknown_key_is_nobodys_fault_while_the_issuer_is_away(issuer, key_set, timer):
    key_set.find(issuer.key.kid, "RS256")
    timer.now += AGAIN_S
    issuer.fails = "500"
    for _ in range(3):
        with pytest.raises(IssuerUnavailable):
            key_set.find("new", "RS256")
    assert issuer.asked["/keys"] == 2  # the second time it was known to be away


def test_an_issuer_that_comes_back_is_asked_again(issuer, key_set, timer):
    issuer.fails = "500"
    for _ in range(10):
        with pytest.raises(IssuerUnavailable):
            key_set.find(issuer.key.kid, "RS256")
    assert sum(issuer.asked.values()) == 1
    issuer.fails = None
    timer.now += AGAIN_S
    assert key_set.find(issuer.key.kid, "RS256")


def test_a_known_key_waits_for_nobody_while_another_asks(timer):
    source = SlowSource(make_key("ES256", "known"))
    key_set = KeySet(source, timer=timer)
    key_set.find("known", "ES256")
    timer.now += FRESH_S
    source.may_answer.clear()
    asking = threading.Thread(target=key_set.find, args=("known", "ES256"), daemon=True)
    asking.start()
    assert source.was_asked_again.wait(5)
    assert key_set.find("known", "ES256").kid == "known"  # would wait for ever
    source.may_answer.set()
    asking.join(5)
    assert not asking.is_alive()


def test_no_more_than_a_few_wait_for_an_unknown_key(timer):
    source = SlowSource(make_key("ES256", "known"))
    key_set = KeySet(source, timer=timer)
    key_set.find("known", "ES256")
    timer.now += AGAIN_S
    source.may_answer.clear()
    with ThreadPoolExecutor(40) as pool:
        asked = [pool.submit(key_set.find, f"made-up-{number}", "ES256") for number in range(40)]
        ended, _ = wait(asked, timeout=5, return_when=FIRST_COMPLETED)
        refused = next(iter(ended)).exception() if ended else None
        source.may_answer.set()
    assert isinstance(refused, IssuerUnavailable)
    assert refused.retry_after_s == 1.0


ODD = {
    "a symmetric key": {"kty": "oct", "k": "c2VjcmV0", "kid": "odd", "alg": "HS256"},
    "no kind": {"kid": "odd"},
    "a kind that is no text": {"kty": ["RSA"], "kid": "odd"},
    "another curve": {"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA", "kid": "odd"},
    "a broken modulus": {"kty": "RSA", "n": "***", "e": "AQAB", "kid": "odd"},
    "a modulus that is no text": {"kty": "RSA", "n": 7, "e": "AQAB", "kid": "odd"},
    "no modulus": {"kty": "RSA", "e": "AQAB", "kid": "odd"},
    "a point off the curve": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "odd"},
    "for encryption": {**make_key("ES256", "odd").jwk, "use": "enc"},
    "for another algorithm": {**make_key("RS256", "odd").jwk, "alg": "RS512"},
    "too short": make_key("RS256", "odd", bits=1024).jwk,
}


@pytest.mark.parametrize("jwk", ODD.values(), ids=ODD)
def test_a_key_that_is_no_use_is_left_out_and_the_others_stay(issuer, key_set, jwk):
    issuer.extra_jwks = [jwk]
    assert key_set.find("odd", "RS256") is None
    assert key_set.find(issuer.key.kid, "RS256")


def test_a_key_may_say_neither_its_use_nor_its_algorithm(issuer, key_set):
    jwk = {name: value for name, value in make_key("ES256", "plain").jwk.items() if name not in ("use", "alg")}
    issuer.extra_jwks = [jwk]
    assert key_set.find("plain", "ES256").algorithm == "ES256"


class SlowSource:
    """Has one key, and answers when it may."""

    def __init__(self, key):
        self.key = key
        self.times = 0
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.was_asked_again = threading.Event()

    def keys(self):
        self.times += 1
        if self.times > 1:
            self.was_asked_again.set()
        if not self.may_answer.wait(10):
            raise unavailable(1)
        return [self.key.jwk]
