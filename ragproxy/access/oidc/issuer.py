"""The issuer over HTTP: what it says of itself, its keys, and the tokens it gives for a code."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from requests.auth import HTTPBasicAuth

from ragproxy.errors import IssuerUnavailable

log = logging.getLogger(__name__)

PATIENCE_S = (3.0, 5.0)  # to connect; for each read, and for the whole answer
LARGEST = 1 << 20  # bytes of an answer
KNOWN_S = 3600.0  # what it says of itself is asked again after that
RETRY_S = 5.0  # when it does not answer
_WELL_KNOWN = "/.well-known/openid-configuration"
_CHUNK = 1 << 16


class Refused(Exception):
    """The issuer refused what was asked, by its code for why, such as `invalid_grant`."""


class Issuer:
    """An OpenID Connect issuer, known by its address. Nothing is asked before the first use; safe for threads.

    Its answers are believed as far as TLS goes: every address it names must be https when its own is.
    """

    def __init__(
        self,
        url: str,
        *,
        timer: Callable[[], float] = time.monotonic,
        patience_s: tuple[float, float] = PATIENCE_S,
    ) -> None:
        self._url = url.rstrip("/")
        self._timer = timer
        self._patience_s = patience_s
        self._session = requests.Session()
        self._session.trust_env = False
        self._about: Mapping[str, Any] | None = None
        self._ask_again = float("-inf")
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """What the `iss` of its tokens says, exactly. IssuerUnavailable."""
        return str(self.about()["issuer"])

    def about(self) -> Mapping[str, Any]:
        """What it says of itself (OpenID Connect Discovery 1.0), not older than KNOWN_S while it answers."""
        known = self._about
        if known is not None and self._timer() < self._ask_again:
            return known
        with self._lock:
            if self._timer() >= self._ask_again:
                self._ask()
            if self._about is None:
                raise unavailable(self._ask_again - self._timer())
            return self._about

    def endpoint(self, name: str) -> str:
        """An address it names, such as `token_endpoint`. IssuerUnavailable when it names none that can be used."""
        address = self.about().get(name)
        if not isinstance(address, str) or not _is_address(address, like=self._url):
            raise self._unusable(f"its discovery document has no usable '{name}'")
        return address

    def keys(self) -> list[Mapping[str, Any]]:
        """Its public keys now, as JWKs. IssuerUnavailable."""
        try:
            found = self._get(self.endpoint("jwks_uri")).get("keys")
        except IssuerUnavailable:
            self._ask_again = float("-inf")  # they may have moved
            raise
        if not isinstance(found, list):
            raise self._unusable("its set of keys is none")
        return [key for key in found if isinstance(key, dict)]

    def exchange(self, form: Mapping[str, str], *, client_id: str, client_secret: str | None) -> Mapping[str, Any]:
        """The tokens for a form of the token endpoint. Refused, IssuerUnavailable."""
        form, auth = dict(form), None
        if client_secret is None:
            form["client_id"] = client_id
        elif self._takes_basic():
            auth = HTTPBasicAuth(quote(client_id, safe=""), quote(client_secret, safe=""))  # RFC 6749, 2.3.1
        else:
            form |= {"client_id": client_id, "client_secret": client_secret}
        status, said = self._call("POST", self.endpoint("token_endpoint"), data=form, auth=auth)
        if status in (400, 401, 403):
            code = said.get("error")
            raise Refused(code if isinstance(code, str) else f"status {status}")
        if status != 200:
            raise self._unusable(f"it answered with status {status}")
        return said

    def _takes_basic(self) -> bool:
        methods = self.about().get("token_endpoint_auth_methods_supported")
        return not isinstance(methods, list) or "client_secret_basic" in methods or "client_secret_post" not in methods

    def _ask(self) -> None:
        """Ask what it is; who does not answer is what it was."""
        try:
            said = self._get(self._url + _WELL_KNOWN)
            name = said.get("issuer")
            if not isinstance(name, str) or name.rstrip("/") != self._url:
                raise self._unusable("its discovery document is another issuer's; check RAGPROXY_OIDC_ISSUER")
            self._about, wait_s = said, KNOWN_S
        except IssuerUnavailable:
            wait_s = RETRY_S
        self._ask_again = self._timer() + wait_s

    def _get(self, address: str) -> Mapping[str, Any]:
        status, said = self._call("GET", address)
        if status != 200:
            raise self._unusable(f"it answered with status {status}")
        return said

    def _call(self, method: str, address: str, **sent: Any) -> tuple[int, Mapping[str, Any]]:
        """Status and JSON object. No redirect is followed: a form with a secret in it would go along."""
        until = time.monotonic() + sum(self._patience_s)
        headers = {"Accept": "application/json"}
        try:
            with self._session.request(
                method,
                address,
                headers=headers,
                timeout=self._patience_s,
                allow_redirects=False,
                stream=True,
                **sent,
            ) as reply:
                body = bytearray()
                for chunk in reply.iter_content(_CHUNK):
                    body += chunk
                    if len(body) > LARGEST or time.monotonic() > until:
                        raise self._unusable("its answer is too long, or too slow")
                said = json.loads(body)
        except requests.RequestException as err:
            raise self._unusable(type(err).__name__) from err
        except (ValueError, RecursionError) as err:
            raise self._unusable("its answer is not JSON") from err
        if not isinstance(said, dict):
            raise self._unusable("its answer is not a JSON object")
        return reply.status_code, said

    def _unusable(self, why: str) -> IssuerUnavailable:
        """Why is for the operator: the client can only wait."""
        log.warning("the OpenID Connect issuer cannot be used: %s", why)
        return unavailable(RETRY_S)


def unavailable(retry_after_s: float) -> IssuerUnavailable:
    """The error for who needs the issuer now."""
    return IssuerUnavailable(
        "The OpenID Connect issuer of this server does not answer as it should; try again in a moment",
        retry_after_s=retry_after_s,
    )


def _is_address(address: str, *, like: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    schemes = ("https",) if urlsplit(like).scheme == "https" else ("https", "http")
    return parts.scheme in schemes and bool(parts.hostname) and not parts.fragment
