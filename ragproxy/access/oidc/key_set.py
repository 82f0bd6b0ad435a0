"""The issuer's public keys, kept for a while: rotated in at once, rotated out in time, and known while it is away."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import jwt

from ragproxy.access.oidc.issuer import unavailable
from ragproxy.errors import IssuerUnavailable

log = logging.getLogger(__name__)

FRESH_S = 600.0  # the keys are asked for again after that: one that left the set opens nothing more
LASTING_S = 4 * 3600.0  # they go on working for so long when the issuer does not answer
AGAIN_S = 5.0  # not asked for more often, whatever keys the tokens name
AWAY_S = 60.0  # nor for known keys, when it did not answer: whoever asks waits for it
_WAITING = 32  # tokens with unknown keys that wait for an answer at once
_SMALLEST_RSA = 2048  # bits (RFC 7518, 3.3)
_PUBLIC = ("kty", "n", "e", "crv", "x", "y")  # what of a key is read: nothing private, no certificate, no address
ALGORITHMS = {("RSA", None): "RS256", ("EC", "P-256"): "ES256"}  # the one that each kind of key signs with here


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key of the issuer, and the only algorithm that it is good for."""

    kid: str | None
    algorithm: str
    key: Any


class Source(Protocol):
    """Where the keys come from."""

    def keys(self) -> list[Mapping[str, Any]]:
        """The keys now, as JWKs. IssuerUnavailable."""
        ...


class KeySet:
    """Finds the key that a token names.

    A key that is known costs nobody a wait but the one who comes first when the set is no longer fresh. A key that is
    not known has the set asked for, at most every AGAIN_S seconds.
    """

    def __init__(self, source: Source, *, timer: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._timer = timer
        self._keys: list[PublicKey] = []
        self._read = float("-inf")  # when the keys were last learnt
        self._asked = float("-inf")  # when they were last asked for
        self._asking = threading.Lock()
        self._places = threading.BoundedSemaphore(_WAITING)

    def find(self, kid: str | None, algorithm: str) -> PublicKey | None:
        """The key of that id, whatever its algorithm; without an id the only one of that algorithm.

        None when the issuer has no such key. IssuerUnavailable when it cannot be asked, and has to be.
        """
        now = self._timer()
        if self._is_due(now) and self._asking.acquire(blocking=now >= self._read + LASTING_S):
            try:
                if self._is_due(self._timer()):
                    self._ask()
            finally:
                self._asking.release()
        if self._timer() >= self._read + LASTING_S:
            raise unavailable(self._wait_s)
        return self._of(kid, algorithm) or self._new(kid, algorithm)

    def _is_due(self, now: float) -> bool:
        pause_s = AWAY_S if now < self._read + LASTING_S else AGAIN_S
        return now >= self._read + FRESH_S and now >= self._asked + pause_s

    def _new(self, kid: str | None, algorithm: str) -> PublicKey | None:
        """A key that is not known: perhaps the issuer has it since."""
        if not self._places.acquire(blocking=False):
            raise unavailable(1.0)
        try:
            with self._asking:
                found = self._of(kid, algorithm)
                if found is None and self._timer() >= self._asked + AGAIN_S:
                    self._ask()
                    found = self._of(kid, algorithm)
                if found is None and self._asked > self._read:  # it did not answer: the key may be good
                    raise unavailable(self._wait_s)
                return found
        finally:
            self._places.release()

    def _ask(self) -> None:
        """Learn the keys; who does not answer leaves them as they are."""
        try:
            jwks = self._source.keys()
        except IssuerUnavailable:
            self._asked = self._timer()
            return
        self._keys = list(_usable(jwks))
        self._read = self._asked = self._timer()

    def _of(self, kid: str | None, algorithm: str) -> PublicKey | None:
        if kid is not None:
            named = [key for key in self._keys if key.kid == kid]
            return next((key for key in named if key.algorithm == algorithm), named[0] if named else None)
        fitting = [key for key in self._keys if key.algorithm == algorithm]
        return fitting[0] if len(fitting) == 1 else None

    @property
    def _wait_s(self) -> float:
        return max(1.0, self._asked + AGAIN_S - self._timer())


def _usable(jwks: Iterable[Mapping[str, Any]]) -> Iterable[PublicKey]:
    """The keys that may sign a token of ours; sets hold others, for encryption and for other algorithms."""
    for jwk in jwks:
        kid, algorithm = jwk.get("kid"), ALGORITHMS.get(_kind(jwk))
        if algorithm is None or (jwk.get("alg") or algorithm) != algorithm or (jwk.get("use") or "sig") != "sig":
            continue
        try:
            key = jwt.PyJWK({name: jwk[name] for name in _PUBLIC if name in jwk}, algorithm).key
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError) as err:
            log.warning("a key of the OpenID Connect issuer cannot be read: %s", type(err).__name__)
            continue
        if algorithm == "RS256" and key.key_size < _SMALLEST_RSA:
            log.warning("a key of the OpenID Connect issuer is too short to be believed")
            continue
        yield PublicKey(kid if isinstance(kid, str) else None, algorithm, key)


def _kind(jwk: Mapping[str, Any]) -> tuple[Any, Any]:
    kty, crv = jwk.get("kty"), jwk.get("crv")
    hashable = isinstance(kty, str) and (crv is None or isinstance(crv, str))
    return (kty, crv if kty == "EC" else None) if hashable else (None, None)
