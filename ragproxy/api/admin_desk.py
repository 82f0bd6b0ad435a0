"""/admin: the page of the admin desk, and the way in and out of it. What the desk shows, other routes answer."""

from __future__ import annotations

from flask import Blueprint, Response

from ragproxy.api import assets
from ragproxy.api.admin_session import check_origin, desk_session, sign_in, sign_out
from ragproxy.api.context import services
from ragproxy.api.pages import for_one_reader
from ragproxy.api.resource import Open
from ragproxy.api.sessions import logged_in
from ragproxy.api.stream import json_response
from ragproxy.wire.admin_session import SIGN_IN, session_json

LOGIN = "/login?next=/admin"

bp = Blueprint("admin_desk", __name__)
api = Open("admin_session", __name__, description="The session of the admin desk, a page for administrators.")


@bp.get("/admin")
def show_desk() -> Response:
    """The admin desk"""
    return for_one_reader(assets.page("admin/index.html"))


@api.route("/session", methods=["GET"])
def get_admin_session() -> Response:
    """Tell whether this browser is signed in at the admin desk, and how it could be"""
    check_origin()
    session, settings = desk_session(), services.settings
    found = logged_in() if services.login and settings.oidc_admin_group else None
    body = session_json(
        name=session.name if session else None,
        until=session.until if session else None,
        token=session.token if session else None,
        admin_key=settings.admin_key is not None,
        login=LOGIN if services.login and settings.oidc_admin_group else None,
        person=(found[0].name or found[0].caller.id) if found and found[0].caller.admin else None,
    )
    return for_one_reader(json_response(body))


@api.route("/login", methods=["POST"])
@api.arguments(SIGN_IN)
def sign_in_at_admin_desk(key: str | None) -> Response:
    """Sign in at the admin desk with a key, or with the login at the issuer"""
    check_origin()
    response = for_one_reader(json_response({"object": "admin.login", "signed_in": True}))
    sign_in(response, key)
    return response


@api.route("/logout", methods=["POST"])
def sign_out_of_admin_desk() -> Response:
    """Sign out of the admin desk"""
    check_origin()
    response = for_one_reader(json_response({"object": "admin.login", "signed_in": False}))
    sign_out(response)
    return response
