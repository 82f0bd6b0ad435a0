"""People who log in with a browser: the authorization code flow of OpenID Connect Core, with PKCE, state and nonce."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import re
from urllib.parse import urlencode

from ragproxy.access.oidc.claims import find
from ragproxy.access.oidc.issuer import Issuer, Refused
from ragproxy.access.oidc.tokens import Tokens
from ragproxy.domain import Person
from ragproxy.errors import Unauthenticated

log = logging.getLogger(__name__)

SCOPE = "openid profile email"
LONGEST_CODE = 4096  # characters
_NAMED_BY = ("name", "preferred_username", "email")  # the first that is there is shown
_LONGEST_NAME = 100
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,80}")


class Login:
    """Sends people to the issuer and learns who comes back. It keeps nothing: state, nonce and verifier are given."""

    def __init__(self, issuer: Issuer, tokens: Tokens, *, client_id: str, client_secret: str | None = None) -> None:
        self._issuer = issuer
        self._tokens = tokens
        self._client_id = client_id
        self._client_secret = client_secret

    def address(self, *, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """Where a browser logs in. IssuerUnavailable."""
        endpoint = self._issuer.endpoint("authorization_endpoint")
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": SCOPE,
            "state": state,
            "nonce": nonce,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        }
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    def finish(self, code: str, *, redirect_uri: str, nonce: str, verifier: str) -> Person:
        """Who comes back with a code. Unauthenticated when the issuer or the token says no; IssuerUnavailable."""
        if not code or len(code) > LONGEST_CODE:
            raise _refused("there is no code, or it is too long")
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        try:
            said = self._issuer.exchange(form, client_id=self._client_id, client_secret=self._client_secret)
        except Refused as err:
            raise self.denied(str(err)) from err
        token = said.get("id_token")
        if not isinstance(token, str):
            raise _refused("it gave no id_token")
        claims = self._tokens.claims(token, self._client_id)
        if not hmac.compare_digest(str(claims.get("nonce")).encode("utf-8", "replace"), nonce.encode()):
            raise _refused("its id_token is of another login")
        if claims.get("azp", self._client_id) != self._client_id:
            raise _refused("its id_token was given to another client")
        caller = self._tokens.caller_of(claims)
        names = (find(claims, claim) for claim in _NAMED_BY)
        name = next((name for name in names if isinstance(name, str) and name.strip()), str(claims["sub"]))
        return Person(caller, name[:_LONGEST_NAME])

    def denied(self, code: str) -> Unauthenticated:
        """The answer to a login that the issuer refused; of its words a code alone is told."""
        return _refused(code if _CODE.fullmatch(code) else "it did not say why")

    def check_issuer(self, named: str | None) -> None:
        """Unauthenticated when whoever sent the browser back is another issuer, and says so (RFC 9207)."""
        if named is not None and named != self._issuer.name:
            raise _refused("the answer is another issuer's")


def _refused(why: str) -> Unauthenticated:
    """The answer to a login that came to nothing."""
    return Unauthenticated(f"The OpenID Connect issuer did not log you in: {why}. Go to /login to begin again")


def _challenge(verifier: str) -> str:
    """RFC 7636, 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
