"""/openapi.json: every route, described; and /docs, the page that shows it to people."""

from __future__ import annotations

from flask import Blueprint, Response, current_app

from ragproxy.api import assets
from ragproxy.api.reference.document import document
from ragproxy.wire.json import dumps

MEMO = "ragproxy.reference"
TRUSTED = "require-trusted-types-for 'script'; trusted-types 'none'"  # the page makes elements, and never HTML

bp = Blueprint("reference", __name__)


@bp.get("/openapi.json")
def show_document() -> Response:
    """Describe this server's API"""
    return assets.answered(_written())


@bp.get("/docs")
def show_reference() -> Response:
    """Show the reference of this server's API"""
    response = assets.page("reference/index.html")
    response.headers["Content-Security-Policy"] += f"; {TRUSTED}"
    return response


def _written() -> assets.Asset:
    """The document: written when somebody asks first, since most processes are never asked."""
    kept: assets.Asset | None = current_app.extensions.get(MEMO)
    if kept is None:
        kept = current_app.extensions[MEMO] = assets.packed(dumps(document(current_app)), "application/json")
    return kept
