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

from flask import Blueprint, Response, current_app, request
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
    """The file of that name under `static/`. NotFound if none is."""
    return answered(_read(_path(name)))


def page(name: str) -> Response:
    """A page whose scripts may run: those of this server alone. It is told whether there is a playground to link to."""
    response = answered(_read(_path(name), with_playground="playground" in current_app.blueprints))
    response.headers["Content-Security-Policy"] = POLICY
    return response


def packed(body: bytes, mimetype: str, *, squeeze: bool = True) -> Asset:
    """What is sent again and again, pressed once."""
    squeezed = gzip.compress(body, mtime=0) if squeeze else None
    return Asset(body, squeezed, mimetype, hashlib.sha256(body).hexdigest()[:32])


def answered(asset: Asset) -> Response:
    """The asset, pressed if the browser can; 304 when it has it."""
    squeezed = asset.squeezed if "gzip" in request.accept_encodings else None
    response = Response(asset.body if squeezed is None else squeezed, mimetype=asset.mimetype)
    response.set_etag(asset.etag if squeezed is None else f"{asset.etag}-gzip")
    response.headers["Cache-Control"] = "no-cache"  # asked again each time, and answered in a few bytes
    response.vary.add("Accept-Encoding")
    if squeezed is not None:
        response.content_encoding = "gzip"
    response.make_conditional(request)
    return response


def _path(name: str) -> str:
    path = safe_join(str(FOLDER), name)
    if path is None or not Path(path).is_file():
        raise NotFound("There is no such page")
    return path


@cache
def _read(path: str, with_playground: bool = False) -> Asset:
    """They are few, small, and part of the program: each is read and pressed once."""
    body, suffix = Path(path).read_bytes(), Path(path).suffix
    if with_playground:  # theme.css shows what leads there, then
        body = body.replace(b"<html ", b"<html data-playground ", 1)
    mimetype = _TYPES.get(suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    return packed(body, mimetype, squeeze=suffix in _SQUEEZED)
