"""/login, /login/callback and /logout: people who show themselves to the issuer, for the pages that want to know."""

from __future__ import annotations

import hmac
import re
import secrets
from typing import TYPE_CHECKING

from flask import Blueprint, Response, after_this_request, redirect, request

from ragproxy.api import problems
from ragproxy.api.context import services
from ragproxy.api.pages import for_one_reader, language, page, wants_page
from ragproxy.api.sessions import (
    Begun,
    begun_login,
    close_session,
    forget_login,
    note_login,
    open_session,
    own_address,
    verifier,
)
from ragproxy.errors import InvalidRequest, NotServed, RagproxyError

if TYPE_CHECKING:
    from ragproxy.access import Login

HOME = "/me"
LONGEST_NEXT = 512  # characters
_UNFIT = re.compile(r"[^\x21-\x7e]|\\")  # browsers drop tabs and line ends, and take a backslash for a slash

bp = Blueprint("login", __name__)


@bp.get("/login")
def begin() -> Response:
    """Send the browser to the issuer."""
    login = _login()
    begun = Begun(secrets.token_urlsafe(32), secrets.token_urlsafe(32), local_path(request.args.get("next")))
    address = login.address(
        redirect_uri=_callback(), state=begun.state, nonce=begun.nonce, verifier=verifier(begun.state)
    )
    response = _to(address)
    note_login(response, begun)
    return response


@bp.get("/login/callback")
def finish() -> Response:
    """Take the browser back from the issuer, and know who it is."""
    login, begun = _login(), begun_login()
    state = request.args.get("state", "")
    if begun is None or not hmac.compare_digest(begun.state.encode(), state.encode("utf-8", "replace")):
        raise InvalidRequest(
            "This browser began no such login, or too long ago. Go to /login to begin again",
            param="state",
            code="login_state_mismatch",
        )
    after_this_request(forget_login)
    login.check_issuer(request.args.get("iss"))
    if "error" in request.args:
        raise login.denied(request.args["error"])
    person = login.finish(
        request.args.get("code", ""), redirect_uri=_callback(), nonce=begun.nonce, verifier=verifier(begun.state)
    )
    response = _to(begun.next)
    open_session(response, person)
    return response


@bp.post("/logout")
def leave() -> Response:
    """Forget who it is; at the issuer they are logged in as before."""
    _login()
    response = _to(HOME)
    close_session(response)
    return response


@bp.errorhandler(RagproxyError)
def failed(error: RagproxyError) -> Response:
    """People get a page that says what to do; programs the usual body."""
    response = for_one_reader(problems.problem(error))
    if not wants_page():
        return response
    title = {"en": "Logging in failed", "fr": "La connexion a échoué"}[language()]
    again = {"en": "Try again", "fr": "Réessayer"}[language()]
    body = '<p lang="en">{{ message }}</p>{% if again %}<p><a href="/login">{{ again }}</a></p>{% endif %}'
    shown = page(body, title, response.status_code, message=error.message, again=again if services.login else None)
    for name, value in response.headers:
        if name.lower() in ("retry-after", "www-authenticate"):
            shown.headers[name] = value
    return shown


def local_path(wanted: str | None) -> str:
    """The path to go to after the login, if it is one of this server's; else the page that says who one is."""
    if not wanted or len(wanted) > LONGEST_NEXT or not wanted.startswith("/") or _UNFIT.search(wanted):
        return HOME
    path = re.split("[?#]", wanted, maxsplit=1)[0]  # not by a parser: it may see another path than browsers do
    return HOME if "//" in path else wanted


def _login() -> Login:
    if services.login is None:
        others = "" if "oidc" in services.settings.auth else " and RAGPROXY_AUTH=oidc"
        raise NotServed(
            f"Nobody can log in at this server: its operator can set RAGPROXY_OIDC_CLIENT_ID{others}",
            code="login_not_configured",
        )
    return services.login


def _callback() -> str:
    return own_address() + "/login/callback"


def _to(address: str) -> Response:
    response = redirect(address, 303)
    return for_one_reader(response)  # type: ignore[arg-type]
