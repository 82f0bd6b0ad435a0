"""/static: what the pages with scripts are made of; and the policy under which a browser runs them.

Everything comes from this server, and nothing is written into the pages: no script or style in the HTML can run, so
neither can one that a document, a file's name or a model's answer brings along.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, request
from werkzeug.security import safe_join

from ragproxy.errors import NotFound

FOLDER = Path(__file__).parent / "static"
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_SQUEEZED = {*_TYPES, ".html", ".json", ".txt"}

bp = Blueprint("assets", __name__)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it goes out; `squeezed` is gzip's, where that is worth it."""

    body: bytes
    squeezed: bytes | None
    mimetype: str
    etag: str


@bp.get("/static/<path:name>")
def show_asset(name: str) -> Response:
    """A script, a style or a picture of the pages"""
    return served(name)


def served(name: str) -> Response:
    """The file of that name under `static/`, pressed if the browser can; 304 when it has it. NotFound if none is."""
    path = safe_join(str(FOLDER), name)
    if path is None or not Path(path).is_file():
        raise NotFound("There is no such page")
    asset = _read(path)
    squeezed = asset.squeezed if "gzip" in request.accept_encodings else None
    response = Response(asset.body if squeezed is None else squeezed, mimetype=asset.mimetype)
    response.set_etag(asset.etag if squeezed is None else f"{asset.etag}-gzip")
    response.headers["Cache-Control"] = "no-cache"  # asked again each time, and answered in a few bytes
    response.vary.add("Accept-Encoding")
    if squeezed is not None:
        response.content_encoding = "gzip"
    response.make_conditional(request)
    return response


def page(name: str) -> Response:
    """A page whose scripts may run: those of this server alone."""
    response = served(name)
    response.headers["Content-Security-Policy"] = POLICY
    return response


@cache
def _read(path: str) -> Asset:
    """They are few, small, and part of the program: each is read and pressed once."""
    body, suffix = Path(path).read_bytes(), Path(path).suffix
    mimetype = _TYPES.get(suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    squeezed = gzip.compress(body, mtime=0) if suffix in _SQUEEZED else None
    return Asset(body, squeezed, mimetype, hashlib.sha256(body).hexdigest()[:32])
