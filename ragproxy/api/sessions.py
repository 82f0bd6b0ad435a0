"""Who is logged in with a browser: signed cookies, for pages that are looked at and for nothing else.

A session is a signed note of what the issuer said, kept by the browser: nothing is stored here, and none is valid
longer than SESSION_S. The API never looks at it, so a stranger's page cannot make a browser do anything.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from flask import Response, request
from itsdangerous import BadData, URLSafeTimedSerializer

from ragproxy.api.context import services
from ragproxy.domain import Caller, Person
from ragproxy.errors import Forbidden

SESSION_S = 8 * 3600
LOGIN_S = 600  # from /login to its callback
LARGEST = 3800  # characters of a cookie's value; browsers keep 4,096 bytes with its name and attributes
_SESSION = "ragproxy-session"
_LOGIN = "ragproxy-login"


@dataclass(frozen=True, slots=True)
class Begun:
    """A login that this browser began."""

    state: str
    nonce: str
    next: str  # the local path to go to afterwards


def session_caller() -> Caller | None:
    """Who looks at a page with this browser, None when nobody has logged in. For GET requests of pages only."""
    person = session_person()
    return person.caller if person else None


def session_person() -> Person | None:
    """The same with a name to show."""
    if services.login is None or request.method not in ("GET", "HEAD"):
        return None
    said = _read(_SESSION, SESSION_S)
    return _person(said) if isinstance(said, dict) else None


def open_session(response: Response, person: Person) -> None:
    """Log the person in with this browser. Forbidden when what there is to note does not fit into a cookie."""
    caller = person.caller
    said = {
        "id": caller.id,
        "owner": caller.owner,
        "admin": caller.admin,
        "groups": sorted(caller.groups),
        "scopes": sorted(caller.scopes),
        "name": person.name,
    }
    value = _serializer(_SESSION).dumps(said)
    value = value.decode() if isinstance(value, bytes) else value
    if len(value) > LARGEST:
        raise Forbidden(
            f"You are in {len(caller.groups)} groups, more than a session can hold; "
            "the claim of RAGPROXY_OIDC_GROUPS_CLAIM should list only those that matter here",
            code="session_too_large",
        )
    _set(response, _SESSION, value, SESSION_S)


def close_session(response: Response) -> None:
    """Log out. Only who sends the cookie can: another site's form comes without it."""
    if _name(_SESSION) in request.cookies:
        _set(response, _SESSION, "", 0)


def note_login(response: Response, begun: Begun) -> None:
    """Let the browser remember which login it began."""
    value = _serializer(_LOGIN).dumps([begun.state, begun.nonce, begun.next])
    _set(response, _LOGIN, value.decode() if isinstance(value, bytes) else value, LOGIN_S)


def begun_login() -> Begun | None:
    """The login that this browser began, None when there is none or it was too long ago."""
    said = _read(_LOGIN, LOGIN_S)
    return Begun(*said) if isinstance(said, list) and len(said) == 3 else None


def forget_login(response: Response) -> Response:
    """A login ends once."""
    _set(response, _LOGIN, "", 0)
    return response


def verifier(state: str) -> str:
    """The PKCE verifier of a login: never told to the browser, and the same in every process (RFC 7636, 4.1)."""
    digest = hmac.new(services.signing_key.encode(), b"pkce:" + state.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def own_address() -> str:
    """Where people reach this server."""
    return services.settings.public_url or request.url_root.rstrip("/")


def _person(said: dict[str, Any]) -> Person:
    caller = Caller(
        owner=said["owner"],
        admin=said["admin"],
        id=said["id"],
        groups=frozenset(said["groups"]),
        scopes=frozenset(said["scopes"]),
    )
    return Person(caller, said["name"])


def _serializer(cookie: str) -> URLSafeTimedSerializer:
    """A session is good for the issuer and client that made it: another setting ends them all."""
    settings = services.settings
    salt = f"{cookie} {settings.oidc_issuer} {settings.oidc_client_id}"
    return URLSafeTimedSerializer(
        services.signing_key, salt=salt, signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    )


def _read(cookie: str, max_age_s: int) -> Any:
    value = request.cookies.get(_name(cookie), "")
    if not value or len(value) > LARGEST:
        return None
    try:
        return _serializer(cookie).loads(value, max_age=max_age_s)
    except BadData:
        return None


def _set(response: Response, cookie: str, value: str, max_age_s: int) -> None:
    response.set_cookie(
        _name(cookie), value, max_age=max_age_s, path="/", secure=_is_secure(), httponly=True, samesite="Lax"
    )


def _name(cookie: str) -> str:
    """With the prefix that lets no other host or plain page set it, where browsers allow that (RFC 6265bis, 4.1.3)."""
    return f"__Host-{cookie}" if _is_secure() else cookie


def _is_secure() -> bool:
    return own_address().startswith("https:")
