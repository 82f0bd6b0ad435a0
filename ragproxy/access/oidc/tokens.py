"""From a bearer token of the issuer to a Caller (RFC 7519, RFC 8725 for what to beware of)."""

from __future__ import annotations

import hashlib
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import jwt

from ragproxy.access.oidc.claims import ClaimNames, Unusable, caller_of
from ragproxy.access.oidc.key_set import ALGORITHMS, PublicKey
from ragproxy.domain import Caller
from ragproxy.errors import Unauthenticated, WrongKey

if TYPE_CHECKING:
    from jwt.types import Options  # older versions have no such module

LARGEST = 12_288  # characters of a token; a header line of 16 KB is all that the server reads
BELIEVED_S = 60.0  # a token that was verified is not looked at again for so long
REMEMBERED = 10_000  # tokens
CHALLENGE = 'Bearer realm="ragproxy", error="invalid_token"'  # RFC 6750, 3.1
_TYPES = {"", "jwt", "at+jwt", "application/at+jwt"}  # others are made for something else, such as to log somebody out
_PINNED = frozenset(ALGORITHMS.values())
_OPTIONS: Options = {
    "require": ["exp", "iss", "aud", "sub"],
    "verify_exp": False,  # the times are ours to check, by our clock
    "verify_nbf": False,
    "verify_iat": False,
}


class Named(Protocol):
    """The issuer, as far as its tokens name it."""

    @property
    def name(self) -> str:
        """What the `iss` of its tokens says. IssuerUnavailable."""
        ...


class Keys(Protocol):
    """The issuer's keys."""

    def find(self, kid: str | None, algorithm: str) -> PublicKey | None:
        """The key that a token names, None when there is none. IssuerUnavailable."""
        ...


class Tokens:
    """A TokenReader: verifies tokens that are for `audience`, and makes callers of their claims.

    Every refusal is Unauthenticated, and WrongKey when it is no token at all; IssuerUnavailable when the issuer would
    have to be asked and does not answer, for then nobody knows whether the token is good.
    """

    def __init__(
        self,
        issuer: Named,
        keys: Keys,
        *,
        audience: str,
        names: ClaimNames,
        leeway_s: float = 60.0,
        clock: Callable[[], float] = time.time,
        remembered: int = REMEMBERED,
    ) -> None:
        self._issuer = issuer
        self._keys = keys
        self._audience = audience
        self._names = names
        self._leeway_s = leeway_s
        self._clock = clock
        self._remembered = remembered
        self._known: OrderedDict[bytes, tuple[float, Caller]] = OrderedDict()
        self._lock = threading.Lock()

    def caller(self, token: str) -> Caller:
        """As the port."""
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        now = self._clock()
        with self._lock:
            until, caller = self._known.get(digest, (now, None))
            if caller is not None and now < until:
                self._known.move_to_end(digest)
                return caller
        claims = self.claims(token, self._audience)
        caller = self.caller_of(claims)
        with self._lock:
            self._known[digest] = (min(now + BELIEVED_S, float(claims["exp"])), caller)
            self._known.move_to_end(digest)
            while len(self._known) > self._remembered:
                self._known.popitem(last=False)
        return caller

    def caller_of(self, claims: Mapping[str, Any]) -> Caller:
        """The caller that verified claims make. Unauthenticated when they make none."""
        try:
            return caller_of(claims, self._names)
        except Unusable as err:
            raise _refused(f"cannot be used here: {err}") from err

    def claims(self, token: str, audience: str) -> Mapping[str, Any]:
        """What a token for that audience says, everything checked. Errors as the class says."""
        key = self._key(token)
        try:
            claims = jwt.decode(
                token,
                key.key,
                algorithms=[key.algorithm],  # the key's, not the one that the token asks for
                audience=audience,
                issuer=self._issuer.name,
                options=_OPTIONS,
            )
        except jwt.InvalidAudienceError as err:
            raise _refused("is for another audience") from err
        except jwt.InvalidIssuerError as err:
            raise _refused("is another issuer's") from err
        except jwt.MissingRequiredClaimError as err:
            raise _refused(f"has no claim '{err.claim}'") from err
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as err:
            raise _refused("is not validly signed, or damaged") from err
        self._check_times(claims)
        return claims

    def _key(self, token: str) -> PublicKey:
        """The key that the token's header names, and nothing else of it: no key or address that it brings along."""
        if len(token) > LARGEST:
            raise _refused(f"is longer than {LARGEST} characters")
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.DecodeError, ValueError, RecursionError) as err:
            raise _refused("is not a JSON Web Token", WrongKey) from err
        except jwt.PyJWTError as err:
            raise _refused("has a header that this server does not understand") from err
        algorithm, kid = header.get("alg"), header.get("kid")
        if not isinstance(algorithm, str) or algorithm not in _PINNED:
            raise _refused(f"is not signed with {' or '.join(sorted(_PINNED))}")
        if "crit" in header or "b64" in header:
            raise _refused("has a header that this server does not understand")
        if str(header.get("typ") or "").lower() not in _TYPES:
            raise _refused("is not an access token")
        key = self._keys.find(kid, algorithm)
        if key is None:
            raise _refused("is signed with a key that the issuer does not have")
        if key.algorithm != algorithm:
            raise _refused("is not signed with the algorithm of its key")
        return key

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._clock()
        if now >= _moment(claims, "exp") + self._leeway_s:
            raise _refused("has expired")
        for claim in ("nbf", "iat"):
            if claim in claims and now < _moment(claims, claim) - self._leeway_s:
                raise _refused("is not valid yet")


def _moment(claims: Mapping[str, Any], claim: str) -> float:
    """A time of the claims, in epoch seconds."""
    value = claims[claim]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise _refused(f"has a claim '{claim}' that is no time")
    return value


def _refused(why: str, kind: type[Unauthenticated] = Unauthenticated) -> Unauthenticated:
    """The answer to a token that is not believed; it never repeats any of it."""
    error = kind(f"The access token {why}. Get another from the OpenID Connect issuer of this server")
    error.headers["WWW-Authenticate"] = CHALLENGE
    return error
