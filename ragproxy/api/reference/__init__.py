"""/openapi.json: every route, described."""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response, current_app, request

from ragproxy.api.reference.document import document
from ragproxy.wire.json import dumps

MEMO = "ragproxy.reference"

bp = Blueprint("reference", __name__)


@bp.get("/openapi.json")
def show_document() -> Response:
    """Describe this server's API"""
    body, etag = _written()
    response = Response(body, mimetype="application/json")
    response.set_etag(etag)
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response


def _written() -> tuple[bytes, str]:
    """The document and its digest: written when somebody asks first, since most processes are never asked."""
    kept: tuple[bytes, str] | None = current_app.extensions.get(MEMO)
    if kept is None:
        body = dumps(document(current_app))
        kept = current_app.extensions[MEMO] = body, hashlib.sha256(body).hexdigest()[:32]
    return kept
