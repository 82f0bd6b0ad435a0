"""From the Authorization header to a Caller."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection
from typing import Protocol

from ragproxy.access.guessing import Guessing
from ragproxy.access.keys import KeyRing, sha256
from ragproxy.domain import Caller, Scope
from ragproxy.errors import Forbidden, OverQuota, Unauthenticated, WrongKey

_EVERYBODY = Caller()
_ADMIN = Caller(admin=True)
_PAST = {
    "expired": "has expired",
    "revoked": "has been revoked",
    "replaced": "has been replaced by one with another secret",
}


class TokenReader(Protocol):
    """Knows callers by the tokens of an OpenID Connect issuer; owned by those who ask who is asking."""

    def caller(self, token: str) -> Caller:
        """Who comes with the token. Unauthenticated when it is not to be believed, for whatever reason."""
        ...


class Identity:
    """Knows callers by their bearer, in the modes that are on.

    `open`: anybody, with any bearer or none. `keys`: a key that was given out. `oidc`: a token of the issuer. The
    administrator's key counts in every mode. In `open`, a key that was given out is its own caller, so that its limits
    can be tried out.
    """

    def __init__(
        self,
        modes: Collection[str],
        admin_key: str | None = None,
        *,
        keys: KeyRing | None = None,
        tokens: TokenReader | None = None,
        guessing: Guessing | None = None,
    ) -> None:
        self._open = "open" in modes
        self._keys = keys if self._open or "keys" in modes else None
        self._tokens = tokens if "oidc" in modes else None
        self._admin_key = sha256(admin_key) if admin_key else None
        self._guessing = guessing or Guessing()

    def admit(
        self,
        authorization: str | None,
        *,
        address: str | None,
        scope: Scope | None,
        meet: Callable[[Caller], None] = lambda caller: None,
    ) -> Caller:
        """The caller behind an Authorization header that came from `address`, for a route of `scope` (None: any).

        Unauthenticated and StateUnavailable as `identify`; Forbidden `insufficient_scope` for a caller without the
        scope; OverQuota after too many failures from that address. On an administrator's route every failure counts;
        elsewhere a wrong key does, for who sends none, or one that has expired, is not guessing. `meet` is told the
        caller as soon as it is known, refused or not.
        """
        wait_s = self._guessing.wait_s(address)
        try:
            caller = self.identify(authorization, throttled=wait_s > 0)
            meet(caller)
            self.check(caller, scope)
        except (Unauthenticated, Forbidden) as err:
            if scope == "admin" or isinstance(err, WrongKey):
                if wait_s:
                    raise OverQuota(
                        "Too many wrong API keys came from your address. Wait, and send the right one",
                        retry_after_s=wait_s,
                    ) from err
                self._guessing.note(address)
            raise
        return caller

    def identify(self, authorization: str | None, *, throttled: bool = False) -> Caller:
        """The caller behind an Authorization header. Unauthenticated: no key, or a wrong one (closed, never open).

        When `throttled`, too many wrong keys came from where this one comes from. Then the administrator's key is
        not looked at, for a person chose it and it may be guessed: it is as wrong as any other. A key of 256 random
        bits cannot be guessed, nor can a token be signed by chance: whoever shares an address with the one who guesses
        goes on working.
        """
        bearer = self._bearer(authorization)
        if bearer is None:
            if self._open:
                return _EVERYBODY
            raise Unauthenticated(
                "You didn't provide an API key. Send it in an Authorization header: 'Authorization: Bearer YOUR_KEY'"
            )
        if self._admin_key and not throttled and hmac.compare_digest(sha256(bearer), self._admin_key):
            return _ADMIN
        if self._tokens and bearer.count(".") == 2:
            return self._tokens.caller(bearer)
        return self._holder(bearer)

    @staticmethod
    def check(caller: Caller, scope: Scope | None) -> None:
        """Forbidden, or Unauthenticated when it is nobody in particular, who lacks the scope."""
        if scope is None or (caller.admin if scope == "admin" else scope in caller.scopes):
            return
        if scope == "admin" and caller.id is None:
            raise Unauthenticated(
                "This route is the administrator's: send the key of RAGPROXY_ADMIN_KEY, or one with the scope 'admin'"
            )
        raise Forbidden(
            f"Your API key lacks the scope '{scope}', which this route needs; "
            "the administrator gives keys their scopes",
            code="insufficient_scope",
        )

    def _holder(self, secret: str) -> Caller:
        found = self._keys.find(secret) if self._keys else None
        if found and found.status == "active":
            return found.key.caller
        if self._open:
            return _EVERYBODY
        if found:  # the secret was right: who holds it may know why it opens nothing, and is not guessing
            raise Unauthenticated(
                f"This API key {_PAST[found.status]}. Ask the administrator of this server for another"
            )
        raise WrongKey("Incorrect API key provided. Ask the administrator of this server for one")

    @staticmethod
    def _bearer(authorization: str | None) -> str | None:
        scheme, _, key = (authorization or "").strip().partition(" ")
        return key.strip() if scheme.lower() == "bearer" and key.strip() else None
