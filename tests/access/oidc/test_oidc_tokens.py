"""Tokens of a real issuer, and of forgers."""

import base64
import json

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from ragproxy.access.oidc import ClaimNames, Tokens
from ragproxy.access.oidc.tokens import BELIEVED_S, LARGEST
from ragproxy.errors import IssuerUnavailable, Unauthenticated, WrongKey
from tests.issuer import AUDIENCE, make_key


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_a_good_token_makes_its_caller(tokens, issuer, alg):
    issuer.rotate(alg)
    caller = tokens.caller(issuer.token(sub="ann", groups=["sales"], scope="openid chat"))
    assert (caller.id, caller.owner, caller.groups, caller.scopes) == ("oidc:ann", "ann", {"sales"}, {"chat"})


def test_a_token_may_be_for_several_audiences(tokens, issuer):
    assert tokens.caller(issuer.token(aud=["account", AUDIENCE])).id == "oidc:ann"


def test_the_clocks_may_differ_a_little_and_no_more(tokens, issuer, clock):
    now = int(clock.now)
    assert tokens.caller(issuer.token(exp=now - 20, nbf=now + 20, iat=now + 20))
    for beyond in ({"exp": now - 31}, {"nbf": now + 40}, {"iat": now + 40}):
        with pytest.raises(Unauthenticated, match=r"expired|not valid yet"):
            tokens.caller(issuer.token(**beyond))


BAD_CLAIMS = {
    "expired": ({"exp": 1_700_000_000}, "has expired"),
    "never expires": ({"exp": None}, "no claim 'exp'"),
    "expires at no time": ({"exp": "tomorrow"}, "'exp'"),
    "expires never in words": ({"exp": float("inf")}, "'exp'"),
    "expires at true": ({"exp": True}, "'exp'|expired"),
    "not yet valid": ({"nbf": 9_000_000_000}, "not valid yet"),
    "made in the future": ({"iat": 9_000_000_000}, "not valid yet"),
    "made at no time": ({"iat": [1]}, "'iat'"),
    "another audience": ({"aud": "another-api"}, "another audience"),
    "other audiences": ({"aud": ["another-api", "account"]}, "another audience"),
    "an audience of no kind": ({"aud": {AUDIENCE: 1}}, "another audience"),
    "no audience": ({"aud": None}, "no claim 'aud'|another audience"),
    "part of the audience": ({"aud": AUDIENCE[:-1]}, "another audience"),
    "another issuer": ({"iss": "https://evil.example"}, "another issuer"),
    "an issuer much like it": ({"iss": "http://127.0.0.1/realms/test/"}, "another issuer"),
    "no issuer": ({"iss": None}, "no claim 'iss'"),
    "nobody": ({"sub": None}, "no claim 'sub'"),
    "a person who is no text": ({"sub": 7}, "damaged"),
    "everybody": ({"sub": "*"}, "stands for everybody"),
}


@pytest.mark.parametrize(("claims", "why"), BAD_CLAIMS.values(), ids=BAD_CLAIMS)
def test_a_token_whose_claims_are_wrong_is_refused(tokens, issuer, claims, why):
    token = issuer.token(**claims) if claims.get("sub") != 7 else _of_numbers(issuer)
    _refuses(tokens, token, why)


def _of_numbers(issuer):
    return jwt.api_jws.encode(
        json.dumps(issuer.claims(sub=7)).encode(), issuer.key.private, "RS256", headers={"kid": issuer.key.kid}
    )


def _none(issuer):
    return jwt.encode(issuer.claims(), None, algorithm="none", headers={"kid": issuer.key.kid})


def _none_spelt_otherwise(issuer):
    return _made_by_hand(issuer, {"alg": "nOnE"}, b"")


def _hs256_with_the_public_pem(issuer):
    import hashlib
    import hmac

    public = issuer.key.private.public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return _made_by_hand(issuer, {"alg": "HS256"}, lambda text: hmac.new(pem, text, hashlib.sha256).digest())


def _hs256_with_the_jwk(issuer):
    import hashlib
    import hmac

    secret = json.dumps(issuer.key.jwk).encode()
    return _made_by_hand(issuer, {"alg": "HS256"}, lambda text: hmac.new(secret, text, hashlib.sha256).digest())


def _made_by_hand(issuer, header, sign, claims=None):
    header = {"kid": issuer.key.kid, "typ": "JWT", **header}
    text = b".".join(_part(json.dumps(part).encode()) for part in (header, claims or issuer.claims()))
    return (text + b"." + _part(sign(text) if callable(sign) else sign)).decode()


def _part(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _with_its_own_key(issuer):
    forger = make_key("RS256")
    return issuer.token(key=forger, kid=None, headers={"jwk": forger.jwk})


def _with_a_key_elsewhere(issuer):
    forger = make_key("RS256", kid=issuer.key.kid)
    return issuer.token(key=forger, headers={"jku": "http://127.0.0.1:9/keys", "x5u": "http://127.0.0.1:9/cert"})


def _with_a_cut_signature(issuer):
    head, payload, signature = issuer.token().split(".")
    return f"{head}.{payload}.{signature[:-10]}"


def _with_other_claims(issuer):
    head, _, signature = issuer.token().split(".")
    return f"{head}.{_part(json.dumps(issuer.claims(sub='admin')).encode()).decode()}.{signature}"


def _without_a_signature(issuer):
    return issuer.token().rpartition(".")[0] + "."


FORGED = {
    "none": (_none, "not signed with"),
    "none, spelt otherwise": (_none_spelt_otherwise, "not signed with"),
    "HS256 with the public PEM": (_hs256_with_the_public_pem, "not signed with"),
    "HS256 with the public JWK": (_hs256_with_the_jwk, "not signed with"),
    "RS384 of the right key": (lambda issuer: issuer.token(alg="RS384"), "not signed with"),
    "PS256 of the right key": (lambda issuer: issuer.token(alg="PS256"), "not signed with"),
    "ES256 under an RSA kid": (
        lambda issuer: issuer.token(key=make_key("ES256"), kid=issuer.key.kid),
        "algorithm of its key",
    ),
    "RS256 under an EC kid": (
        lambda issuer: issuer.token(key=make_key("RS256"), kid=issuer.keys[1].kid),
        "algorithm of its key",
    ),
    "a stranger's key under a right kid": (
        lambda issuer: issuer.token(key=make_key("RS256"), kid=issuer.key.kid),
        "not validly signed",
    ),
    "an unknown kid": (lambda issuer: issuer.token(key=make_key("RS256")), "does not have"),
    "a kid that is a path": (lambda issuer: issuer.token(kid="../../etc/passwd"), "does not have"),
    "its own jwk": (_with_its_own_key, "not validly signed"),
    "jku and x5u": (_with_a_key_elsewhere, "not validly signed"),
    "crit": (lambda issuer: issuer.token(headers={"crit": ["exp"], "exp": 9_000_000_000}), "does not understand"),
    "crit of b64": (
        lambda issuer: _made_by_hand(issuer, {"alg": "RS256", "b64": False, "crit": ["b64"]}, b"x"),
        "does not understand|JSON Web Token",
    ),
    "an empty crit": (lambda issuer: issuer.token(headers={"crit": []}), "does not understand"),
    "a logout token": (lambda issuer: issuer.token(headers={"typ": "logout+jwt"}), "not an access token"),
    "a cut signature": (_with_a_cut_signature, "not validly signed"),
    "other claims": (_with_other_claims, "not validly signed"),
    "no signature": (_without_a_signature, "not validly signed"),
    "a kid of no kind": (lambda issuer: _made_by_hand(issuer, {"alg": "RS256", "kid": ["a"]}, b"x"), "not understand"),
    "an alg of no kind": (lambda issuer: _made_by_hand(issuer, {"alg": ["RS256"]}, b"x"), "not signed with"),
}


@pytest.mark.parametrize(("forge", "why"), FORGED.values(), ids=FORGED)
def test_a_forged_token_is_refused(tokens, issuer, forge, why):
    _refuses(tokens, forge(issuer), why)


DEEP = _part(b"[" * 8000).decode()
GARBAGE = {
    "dots": "..",
    "words": "a.b.c",
    "an API key of somebody else's": "sk-live.eyJ.x",
    "a header that is a list": f"{_part(b'[]').decode()}.e30.e30",
    "a header without end": f"{DEEP}.e30.e30",
    "no ASCII": "é.é.é",
    "a lone surrogate": "\ud800.\ud800.x",
    "a NUL": "\0.\0.\0",
}


@pytest.mark.parametrize("token", GARBAGE.values(), ids=GARBAGE)
def test_what_is_no_token_is_a_wrong_key_and_asks_nobody(tokens, issuer, token):
    with pytest.raises(WrongKey) as refused:
        tokens.caller(token)
    assert 'error="invalid_token"' in refused.value.headers["WWW-Authenticate"]
    assert not issuer.asked


def test_a_huge_token_is_refused_unread(tokens, issuer):
    _refuses(tokens, issuer.token(groups=["x" * LARGEST]), f"longer than {LARGEST}")
    assert not issuer.asked


def test_a_token_whose_claims_are_nested_without_end_is_refused(tokens, issuer):
    payload = b'{"a":' + b"[" * 6000
    token = jwt.api_jws.encode(payload, issuer.key.private, "RS256", headers={"kid": issuer.key.kid})
    _refuses(tokens, token, "damaged")


def test_a_token_without_a_kid_is_verified_with_the_only_key_of_its_kind(tokens, issuer):
    assert tokens.caller(issuer.token(kid=None)).id == "oidc:ann"
    issuer.rotate("RS256")


def test_a_token_without_a_kid_is_refused_when_several_keys_would_fit(tokens, issuer):
    issuer.rotate("RS256")
    _refuses(tokens, issuer.token(kid=None), "does not have")


def test_a_token_is_believed_for_a_minute_without_another_look(issuer, client, clock):
    keys = CountingKeys(issuer.key)
    tokens = Tokens(client, keys, audience=AUDIENCE, names=ClaimNames(), leeway_s=0, clock=clock)
    token = issuer.token()
    for _ in range(5):
        tokens.caller(token)
    assert keys.asked == 1
    clock.now += BELIEVED_S
    tokens.caller(token)
    assert keys.asked == 2


def test_a_token_is_not_believed_beyond_its_end(tokens, issuer, clock):
    token = issuer.token(exp=int(clock.now) + 10)
    tokens.caller(token)
    clock.now += 41  # its end, and the leeway
    _refuses(tokens, token, "has expired")


def test_a_refused_token_is_not_taken_for_one_that_was_believed(tokens, issuer):
    good = issuer.token()
    tokens.caller(good)
    _refuses(tokens, good[:-8] + "A" * 8, "not validly signed")
    assert tokens.caller(good)


def test_no_more_tokens_are_remembered_than_there_is_room_for(issuer, client, clock):
    keys = CountingKeys(issuer.key)
    tokens = Tokens(client, keys, audience=AUDIENCE, names=ClaimNames(), clock=clock, remembered=2)
    first, second, third = (issuer.token(sub=name) for name in ("a", "b", "c"))
    for token in (first, second, first, third):  # the second is the one least recently used
        tokens.caller(token)
    assert keys.asked == 3
    tokens.caller(first)
    assert keys.asked == 3
    tokens.caller(second)
    assert keys.asked == 4


def test_an_issuer_that_does_not_answer_is_not_the_tokens_fault(tokens, issuer):
    issuer.fails = "500"
    with pytest.raises(IssuerUnavailable) as away:
        tokens.caller(issuer.token())
    assert away.value.retry_after_s > 0


def test_an_issuer_with_a_slash_at_its_end_is_named_with_it_in_tokens(tokens, issuer):
    issuer.about = {"issuer": issuer.url + "/"}
    _refuses(tokens, issuer.token(), "another issuer")
    assert tokens.caller(issuer.token(iss=issuer.url + "/"))


class CountingKeys:
    """Has one key, and counts how often it is looked for."""

    def __init__(self, key):
        from ragproxy.access.oidc.key_set import PublicKey

        self.key = PublicKey(key.kid, key.alg, key.private.public_key())
        self.asked = 0

    def find(self, kid, algorithm):
        self.asked += 1
        return self.key


def _refuses(tokens, token, why):
    with pytest.raises(Unauthenticated, match=why) as refused:
        tokens.caller(token)
    assert not isinstance(refused.value, WrongKey) or "JSON Web" in why
    assert refused.value.code == "invalid_api_key"
    assert refused.value.headers["WWW-Authenticate"].startswith('Bearer realm="ragproxy", error="invalid_token"')
    assert not any(part and part in refused.value.message for part in token.split("."))
