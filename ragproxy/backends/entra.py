"""Bearer tokens from Entra ID for an application's own credentials, kept until they are nearly over."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from ragproxy.backends.http import Http
from ragproxy.domain import Cancel
from ragproxy.errors import UpstreamBroken, UpstreamError, UpstreamUnavailable
from ragproxy.wire.json import loads_upstream

log = logging.getLogger(__name__)

SCOPE = "https://cognitiveservices.azure.com/.default"
EARLY_S = 300.0  # before its end a token is renewed, or in its last fifth when it is a short one
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,80}")
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    renewed_at: float  # by the clock of the one who asks
    ends_at: float


class _Renewal:
    """One request for a token, which any number of callers wait for."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._got: _Token | UpstreamError | None = None

    def end(self, got: _Token | UpstreamError) -> None:
        """Tell those who wait."""
        with self._changed:
            self._got = got
            self._changed.notify_all()

    def wait(self, cancel: Cancel) -> _Token | UpstreamError | None:
        """What came of it; None when `cancel` came first."""
        with cancel.breaking(self._wake), self._changed:
            self._changed.wait_for(lambda: self._got is not None or cancel.cancelled)
            return self._got

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()


class Tokens:
    """The bearer token of one application, shared by threads.

    One renewal runs at a time, in a thread of its own, so that a caller who gives up spoils it for nobody. While the
    old token still holds nobody waits for the new one.
    """

    def __init__(
        self,
        http: Http,
        *,
        tenant: str,
        client: str,
        secret: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._path = f"/{quote(tenant, safe='')}/oauth2/v2.0/token"
        self._form = urlencode(
            {"grant_type": "client_credentials", "client_id": client, "client_secret": secret, "scope": SCOPE}
        ).encode()
        self._clock = clock
        self._lock = threading.Lock()
        self._token: _Token | None = None
        self._renewal: _Renewal | None = None
        self._closed = Cancel()

    def bearer(self, cancel: Cancel) -> str:
        """A token that holds. UpstreamUnavailable and its kin when there is none; UpstreamBroken when cancelled."""
        with self._lock:
            token, now = self._token, self._clock()
            if token is not None and now < token.renewed_at:
                return token.value
            renewal = self._renewal or self._begin()
            if token is not None and now < token.ends_at:
                return token.value
        got = renewal.wait(cancel)
        if isinstance(got, _Token):
            return got.value
        raise got or UpstreamBroken(f"The call to the login server {self._http.host} was given up")

    def forget(self, value: str) -> None:
        """This token was refused: the next call asks for another."""
        with self._lock:
            if self._token is not None and self._token.value == value:
                self._token = None

    def close(self) -> None:
        """Break off a renewal and close the connections."""
        self._closed.cancel()
        self._http.close()

    def _begin(self) -> _Renewal:
        renewal = self._renewal = _Renewal()
        threading.Thread(target=self._renew, args=(renewal,), name="token", daemon=True).start()
        return renewal

    def _renew(self, renewal: _Renewal) -> None:
        got: _Token | UpstreamError = UpstreamUnavailable(f"The login server {self._http.host} gave no token")
        try:
            got = self._ask()
        except UpstreamError as err:
            got = err
            if not self._closed.cancelled:
                log.warning("no token for the upstream: %s", err.message)
        finally:  # whatever happened, nobody waits for ever
            with self._lock:
                self._renewal = None
                if isinstance(got, _Token):
                    self._token = got
            renewal.end(got)

    def _ask(self) -> _Token:
        asked_at = self._clock()
        with self._http.post(self._path, self._form, self._closed, headers=_FORM) as reply:
            status, body = reply.status, reply.read()
        try:
            said = loads_upstream(body)
        except UpstreamBroken:
            said = None
        if status != 200:
            raise self._refusal(status, said)
        value, lasts_s = _token(said)
        if value is None or lasts_s <= 0:
            raise UpstreamUnavailable(f"The login server {self._http.host} gave no token")
        early_s = min(EARLY_S, lasts_s / 5)
        return _Token(value, asked_at + lasts_s - early_s, asked_at + lasts_s)

    def _refusal(self, status: int, said: Any) -> UpstreamError:
        """Without the description, which repeats what was sent; the code says enough to the operator."""
        code = said.get("error") if isinstance(said, Mapping) else None
        named = f" ({code})" if isinstance(code, str) and _CODE.fullmatch(code) else ""
        if status >= 500 or status == 429:
            return UpstreamUnavailable(f"The login server {self._http.host} answered with status {status}{named}")
        return UpstreamError(
            f"The login server {self._http.host} refused the server's own credentials{named}; "
            "its operator has to check entra_tenant, entra_client and entra_secret_env",
            code="upstream_auth",
        )


def _token(said: Any) -> tuple[str | None, float]:
    """The token and for how many seconds it holds; some servers write the figure as a string."""
    if not isinstance(said, Mapping):
        return None, 0.0
    value, lasts = said.get("access_token"), said.get("expires_in")
    usable = isinstance(value, str) and value.isascii() and value.isprintable() and value
    if isinstance(lasts, str) and lasts.isdecimal():
        lasts = int(lasts)
    return (value if usable else None), float(lasts) if isinstance(lasts, (int, float)) else 0.0
