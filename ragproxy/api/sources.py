"""/sources: a passage in its document, as a page for people who follow the link of a source, or as JSON.

A browser that follows a link carries no key, so the link itself is the right: signed, for a while. It says for whom it
was made, and the page looks again whether they may read the text.
"""

from __future__ import annotations

import hashlib
import math
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

from flask import Blueprint, Response, render_template, request
from itsdangerous import BadData, URLSafeSerializer

from ragproxy.api import problems
from ragproxy.api.context import services, visit
from ragproxy.api.inside import CALLER
from ragproxy.api.pages import language
from ragproxy.api.stream import json_response
from ragproxy.domain import Caller, ChatRequest, Chunk, CompletionRequest, Passage
from ragproxy.errors import Expired, NotFound, RagproxyError, StateUnavailable, StorageFull
from ragproxy.wire.sources import excerpt_json

bp = Blueprint("sources", __name__, template_folder="templates")

STEP_S = 3600  # a link is good for so much longer at most
AROUND = 20  # chunks shown before the passage, and after it
_SALT = "ragproxy source"
T = TypeVar("T", ChatRequest, CompletionRequest)

_WORDS = {
    "en": {
        "page": "Page",
        "there": "The passage that was quoted is marked.",
        "changed": "The document has changed since: the passage that was quoted is no longer in it.",
        "gone": "This document is not here any more, or you may no longer read it.",
        "old": "This link has expired. Ask the question again for a new one.",
    },
    "fr": {
        "page": "Page",
        "there": "Le passage cité est surligné.",
        "changed": "Le document a changé depuis : le passage cité ne s'y trouve plus.",
        "gone": "Ce document n'est plus là, ou vous ne pouvez plus le lire.",
        "old": "Ce lien a expiré. Posez la question à nouveau pour en avoir un autre.",
    },
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A chunk as the page shows it; `page` where a new one begins."""

    text: str
    page: int | None
    shown: bool


def linked(asked: T) -> T:
    """The request, its sources with links to their pages if there are to be any."""
    lifetime_s = services.settings.source_link_s
    return replace(asked, link=_Links(visit().caller, lifetime_s)) if lifetime_s else asked


@dataclass(frozen=True, slots=True)
class _Found:
    """A document, and the place of the passage in it; none when the document has changed since."""

    chunks: list[Chunk]
    at: int | None

    @property
    def span(self) -> tuple[int, int]:
        """The part that is shown."""
        return max(0, (self.at or 0) - AROUND), (self.at or 0) + AROUND + 1


@bp.get("/sources/<token>")
def show_source(token: str) -> Response:
    """A passage in its document: a page, or JSON for who asks for that"""
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        found = _find(token)
        return _private(json_response(excerpt_json(found.chunks, *found.span, found.at)))
    lang = language()
    words = _WORDS[lang]
    try:
        found = _find(token)
    except Expired:
        return _page(410, lang, words["old"])
    except NotFound:
        return _page(404, lang, words["gone"])
    about = words["changed"] if found.at is None else words["there"]
    return _page(200, lang, about, found.chunks[0].filename, _pieces(found))


@bp.errorhandler(RagproxyError)
def failed(error: RagproxyError) -> Response:
    """Programs get the usual body."""
    return _private(problems.problem(error))


def _find(token: str) -> _Found:
    """What the link leads to. Expired; NotFound for no link of ours, or nothing that its reader may read any more."""
    try:
        until, store_id, file_id, chunk_id, owner, admin, groups, stores = _signer().loads(token)
    except (BadData, ValueError) as err:
        raise _gone() from err
    if time.time() > until:
        raise Expired(_WORDS["en"]["old"], code="source_expired")
    caller = Caller(owner, admin, groups=frozenset(groups), stores=None if stores is None else tuple(stores))
    try:
        chunks = _chunks(store_id, file_id, caller)
    except NotFound as err:
        raise _gone() from err
    return _Found(chunks, next((place for place, chunk in enumerate(chunks) if chunk.id == chunk_id), None))


def _gone() -> NotFound:
    return NotFound(_WORDS["en"]["gone"], code="source_not_found")


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(services.signing_key, salt=_SALT, signer_kwargs={"digest_method": hashlib.sha256})


class _Links:
    """A Linker for the request in hand. What its links share is made with the first: most chats have no sources."""

    def __init__(self, caller: Caller, lifetime_s: int) -> None:
        self._caller = caller
        self._lifetime_s = lifetime_s

    def __call__(self, passage: Passage) -> str | None:
        base, signer, caller = self._base, self._signer, self._caller
        if base is None or signer is None:
            return None
        about = [self._until, passage.store_id, passage.chunk.file_id, passage.chunk.id]
        about += [caller.owner, caller.admin, sorted(caller.groups), caller.stores]
        return f"{base}/sources/{signer.dumps(about)}#passage"

    @cached_property
    def _base(self) -> str | None:
        if services.settings.public_url:
            return services.settings.public_url
        # who asks from inside knows no address that a browser would find us at
        return None if CALLER in request.environ else request.url_root.rstrip("/")

    @cached_property
    def _until(self) -> int:
        # the same for a while, so that an answer that is given again is the same
        return math.ceil(time.time() / STEP_S) * STEP_S + self._lifetime_s

    @cached_property
    def _signer(self) -> URLSafeSerializer | None:
        try:
            return _signer()
        except (StateUnavailable, StorageFull):  # no secret can be made now: an answer is worth more than its links
            return None


def _chunks(store_id: str, file_id: str, caller: Caller) -> list[Chunk]:
    """The document, in order. NotFound unless the caller may read it, and it is there."""
    store = services.state.stores.readable(caller).find(store_id)
    file = services.state.files.get(store.id, file_id)
    chunks = services.index.chunks(store.id, file.id)
    if not chunks or file.id in services.state.files.hidden(store.id, caller):
        raise NotFound("There is no such document")
    return chunks


def _pieces(found: _Found) -> list[Piece]:
    first, last = found.span
    pieces, page = [], None
    for place, chunk in enumerate(found.chunks[first:last], start=first):
        pieces.append(Piece(chunk.text, chunk.page if chunk.page != page else None, place == found.at))
        page = chunk.page
    return pieces


def _page(status: int, lang: str, about: str, title: str = "ragproxy", pieces: Sequence[Piece] = ()) -> Response:
    nonce = secrets.token_urlsafe(16)
    given: dict[str, Any] = {"lang": lang, "about": about, "title": title, "pieces": pieces, "words": _WORDS[lang]}
    response = Response(render_template("source.html", nonce=nonce, **given), status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    response.headers["Content-Language"] = lang
    return _private(response)


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, no-store"
    response.vary.update(("Accept", "Accept-Language"))
    return response
