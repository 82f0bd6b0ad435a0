"""Pages for people, in French or in English: no script, nothing from elsewhere, everything escaped."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from flask import Response, render_template_string, request

_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem;color:#222}"
    "dt{font-weight:600}dd{margin:0 0 .6rem}code{background:#eee;padding:0 .2rem}li{margin:.3rem 0}"
)
_STYLE_SHA256 = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_SHA256}'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_FRAME = (
    '<!doctype html><html lang="{{ lang }}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    "<title>{{ title }} · ragproxy</title><style>{{ style|safe }}</style></head>"
    "<body><main><h1>{{ title }}</h1>%s</main></body></html>"
)
LANGUAGES = ("en", "fr")


def wants_page() -> bool:
    """Whether a person's browser asks; programs get JSON."""
    return request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html"


def language() -> str:
    """The one of ours that the reader likes best."""
    return request.accept_languages.best_match(LANGUAGES, "en") or "en"


def page(body: str, title: str, status: int = 200, **values: Any) -> Response:
    """A page for this reader alone. `body` is a template of ours; the values are anybody's, and are escaped."""
    html = render_template_string(_FRAME % body, lang=language(), title=title, style=_STYLE, **values)
    response = Response(html, status=status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = _POLICY
    return for_one_reader(response)


def for_one_reader(response: Response) -> Response:
    """Nobody keeps it for another."""
    response.headers["Cache-Control"] = "no-store"
    response.vary.update(("Accept", "Accept-Language", "Authorization", "Cookie"))
    return response
