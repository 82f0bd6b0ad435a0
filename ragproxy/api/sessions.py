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
    found = logged_in() if request.method in ("GET", "HEAD") else None
    return found[0] if found else None


def logged_in() -> tuple[Person, int] | None:
    """Who has logged in with this browser and until when, in epoch seconds.

    For a request of any method, so its page must have been asked whether it meant it: the cookie alone is no proof.
    """
    said = read_cookie(_SESSION, SESSION_S) if services.login is not None else None
    return (_person(said[0]), said[1] + SESSION_S) if said and isinstance(said[0], dict) else None


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
    if not give_cookie(response, _SESSION, said, SESSION_S):
        raise Forbidden(
            f"You are in {len(caller.groups)} groups, more than a session can hold; "
            "the claim of RAGPROXY_OIDC_GROUPS_CLAIM should list only those that matter here",
            code="session_too_large",
        )


def close_session(response: Response) -> None:
    """Log out. Only who sends the cookie can: another site's form comes without it."""
    take_cookie(response, _SESSION)


def note_login(response: Response, begun: Begun) -> None:
    """Let the browser remember which login it began."""
    give_cookie(response, _LOGIN, [begun.state, begun.nonce, begun.next], LOGIN_S)


def begun_login() -> Begun | None:
    """The login that this browser began, None when there is none or it was too long ago."""
    found = read_cookie(_LOGIN, LOGIN_S)
    said = found[0] if found else None
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


def give_cookie(response: Response, cookie: str, said: Any, max_age_s: int, *, samesite: str = "Lax") -> bool:
    """Let the browser keep that, signed; False when it is too long for a cookie, and then nothing is given."""
    value = _serializer(cookie).dumps(said)
    value = value.decode() if isinstance(value, bytes) else value
    if len(value) > LARGEST:
        return False
    _set(response, cookie, value, max_age_s, samesite)
    return True


def take_cookie(response: Response, cookie: str, *, samesite: str = "Lax") -> None:
    """Let the browser forget it, if it has it."""
    if cookie_value(cookie) is not None:
        _set(response, cookie, "", 0, samesite)


def cookie_value(cookie: str) -> str | None:
    """What the browser sent, whatever it is worth; None when it sent none."""
    return request.cookies.get(_name(cookie))


def read_cookie(cookie: str, max_age_s: int) -> tuple[Any, int] | None:
    """What was signed for the cookie, and when in epoch seconds; None when there is none that holds."""
    value = cookie_value(cookie)
    if not value or len(value) > LARGEST:
        return None
    try:
        said, signed = _serializer(cookie).loads(value, max_age=max_age_s, return_timestamp=True)
    except BadData:
        return None
    return said, int(signed.timestamp())


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


def _set(response: Response, cookie: str, value: str, max_age_s: int, samesite: str = "Lax") -> None:
    response.set_cookie(
        _name(cookie), value, max_age=max_age_s, path="/", secure=_is_secure(), httponly=True, samesite=samesite
    )


def _name(cookie: str) -> str:
    """With the prefix that lets no other host or plain page set it, where browsers allow that (RFC 6265bis, 4.1.3)."""
    return f"__Host-{cookie}" if _is_secure() else cookie


def _is_secure() -> bool:
    return own_address().startswith("https:")
