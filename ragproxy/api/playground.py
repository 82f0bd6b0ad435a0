"""/: the playground, a page for asking and looking at the sources. It knows no more than the public API tells it."""

from __future__ import annotations

from flask import Blueprint, Response

from ragproxy.api import assets

# what a model or a document says becomes HTML by the sanitizer's hands alone: the browser refuses any other way
TRUSTED = "require-trusted-types-for 'script'; trusted-types dompurify"

bp = Blueprint("playground", __name__)


@bp.get("/")
def show_playground() -> Response:
    """The page for asking"""
    response = assets.page("playground/index.html")
    response.headers["Content-Security-Policy"] += f"; {TRUSTED}"
    return response
