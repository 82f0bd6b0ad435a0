"""Who sits at the admin desk: a session of administrators, which opens the routes under /admin and nothing else.

Three things keep it theirs. The cookie is for requests of this server's own pages (SameSite=Strict). A request must
say a token that only such a page can read, in a header that no form can send. And where the browser tells which page
asks, it must be one of ours. A name that another server points at this one (DNS rebinding) gets no cookie of ours.

Nothing is stored here: a session ends with its eight hours, when the browser signs out, and everywhere at once when
what opened it changes: the admin key, the key, the issuer or its group.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Response, request

from ragproxy.api.context import services, visit
from ragproxy.api.sessions import (
    SESSION_S,
    close_session,
    cookie_value,
    give_cookie,
    logged_in,
    read_cookie,
    take_cookie,
)
from ragproxy.domain import SCOPES, Caller
from ragproxy.errors import Forbidden, NotFound, Unauthenticated

TOKEN = "X-CSRF-Token"
_COOKIE = "ragproxy-admin"
_STRICT = "Strict"


@dataclass(frozen=True, slots=True)
class DeskSession:
    """One that is open: who it is, the name to show (empty for the admin key), until when, and the token to send."""

    caller: Caller
    name: str
    until: int  # epoch seconds
    token: str


def signed_in() -> Caller | None:
    """The administrator whose page sends this request; None when it comes with a key, or without a session.

    Unauthenticated when the session has ended; Forbidden when the request does not show that our page sends it.
    """
    if "Authorization" in request.headers or "api-key" in request.headers or not request.path.startswith("/admin/"):
        return None
    if cookie_value(_COOKIE) is None:
        return None
    session = desk_session()
    if session is None:
        raise Unauthenticated("Your session at the admin desk has ended. Sign in again", code="session_ended")
    check_origin()
    if not hmac.compare_digest(request.headers.get(TOKEN, "").encode(), session.token.encode()):
        raise Forbidden(
            f"This request did not come from the admin desk: programs send a key, not a cookie, and pages {TOKEN}",
            code="csrf_check_failed",
        )
    return session.caller


def desk_session() -> DeskSession | None:
    """The session of this browser, whichever page asks; None when there is none, or it has ended."""
    found = read_cookie(_COOKIE, SESSION_S)
    if found is None or not isinstance(found[0], dict):
        return None
    said = found[0]
    caller = _still(said)
    if caller is None or time.time() >= said["until"]:
        return None
    return DeskSession(caller, said["name"], said["until"], _digest("csrf", said["nonce"]))


def check_origin() -> None:
    """Forbidden when the browser says that the page of another server asks."""
    site, origin = request.headers.get("Sec-Fetch-Site", "same-origin"), request.headers.get("Origin")
    ours = {request.host, urlsplit(services.settings.public_url or "").netloc}
    if site != "same-origin" or (origin is not None and urlsplit(origin).netloc not in ours - {""}):
        raise Forbidden(
            "Another site's page sent this request, and the admin desk answers its own page alone. "
            "If it is the desk's, set RAGPROXY_PUBLIC_URL to the address that people reach it by",
            code="csrf_check_failed",
        )


def sign_in(response: Response, key: str | None) -> None:
    """Open a session: with an administrator's key, or without one for a person whom the issuer calls administrator.

    Wrong keys are throttled as everywhere: Unauthenticated, Forbidden and OverQuota as of `Identity.admit`.
    """
    said = _by_key(key) if key else _by_login()
    said["nonce"] = secrets.token_urlsafe(24)
    left_s = int(said["until"] - time.time())
    if not give_cookie(response, _COOKIE, said, left_s, samesite=_STRICT):
        raise Forbidden("You are in more groups than a session can hold", code="session_too_large")


def sign_out(response: Response) -> None:
    """End it in this browser, and the login that it came from."""
    take_cookie(response, _COOKIE, samesite=_STRICT)
    close_session(response)


def _by_key(key: str) -> dict[str, Any]:
    caller = services.identity.admit(f"Bearer {key}", address=request.remote_addr, scope="admin", meet=visit().meet)
    until = int(time.time()) + SESSION_S
    if caller.id is None:
        return {"by": "admin", "mark": _mark("admin"), "name": "", "until": until}
    try:
        known = services.state.keys.get(caller.id)
    except NotFound:
        raise Forbidden("A token is good for single requests; people log in at /login?next=/admin") from None
    until = until if known.expires is None else min(until, known.expires)
    return {"by": known.id, "mark": known.prefix, "name": known.name, "until": until}


def _by_login() -> dict[str, Any]:
    found = logged_in()
    if found is None:
        raise Unauthenticated("Type the key of RAGPROXY_ADMIN_KEY, or a key with the scope 'admin'")
    person, until = found
    services.identity.check(person.caller, "admin")
    caller = {"id": person.caller.id, "owner": person.caller.owner, "groups": sorted(person.caller.groups)}
    return {"by": "login", "mark": _mark("login"), "name": person.name, "until": until, "caller": caller}


def _still(said: Mapping[str, Any]) -> Caller | None:
    """Who it is, if what opened the session would still open it."""
    if said["by"] in ("admin", "login"):
        mark = _mark(said["by"])
        if mark is None or not hmac.compare_digest(str(said["mark"]), mark):
            return None
        if said["by"] == "admin":
            return Caller(admin=True)
        who = said["caller"]
        groups = frozenset(who["groups"])
        return Caller(owner=who["owner"], admin=True, id=who["id"], groups=groups, scopes=frozenset(SCOPES))
    try:
        key = services.state.keys.get(said["by"])
    except NotFound:
        return None
    # a key with a new secret has another prefix
    holds = key.is_valid(time.time()) and key.prefix == said["mark"] and key.caller.admin
    return key.caller if holds else None


def _mark(by: str) -> str | None:
    """What changes when the setting does that lets people in so; None when none does."""
    settings = services.settings
    if by == "admin":
        return _digest(by, settings.admin_key) if settings.admin_key else None
    if services.login is None or settings.oidc_admin_group is None:
        return None
    return _digest(by, settings.oidc_admin_group)


def _digest(what: str, value: str) -> str:
    key = services.signing_key.encode()
    return hmac.new(key, f"admin-{what}:{value}".encode(), hashlib.sha256).hexdigest()
