"""Images, sound and moderations: passed on to the upstreams that serve them, and their answers back, as they come."""

from __future__ import annotations

import errno
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from flask import Response, after_this_request, current_app, request

from ragproxy.api import problems
from ragproxy.api.accounting import asking
from ragproxy.api.admission import admit, check_name
from ragproxy.api.context import services, visit
from ragproxy.api.hangup import Hangups
from ragproxy.api.relay_body import FormBody, json_of
from ragproxy.api.resource import Resource
from ragproxy.api.stream import HANGUPS, EventStream
from ragproxy.domain import Cancel, RelayBody, RelayRequest
from ragproxy.errors import ClientGone, RagproxyError
from ragproxy.wire import sse
from ragproxy.wire.fields import component
from ragproxy.wire.relays import whole_events

if TYPE_CHECKING:
    from ragproxy.backends.relay import Relayed
    from ragproxy.upstreams import Capability

log = logging.getLogger(__name__)

bp = Resource("relays", "Images, sound and moderations, by the upstreams that serve them.", scope="relay")

JSON, FORM = "application/json", "multipart/form-data"
_MEDIA = {"json": JSON, "form": FORM}


def body_doc(**components: str) -> dict[str, Any]:
    """OpenAPI's requestBody of what is passed on: as `json`, as a `form`, or as either; see ragproxy.wire.reference."""
    content = {_MEDIA[kind]: {"schema": component(name)} for kind, name in components.items()}
    return {"required": True, "content": content}


@bp.route("/images/generations", methods=["POST"])
@bp.doc(requestBody=body_doc(json="ImageRequest"))
def create_image() -> Response:
    """Create an image"""
    return relay("images")


@bp.route("/images/edits", methods=["POST"])
@bp.doc(requestBody=body_doc(form="ImageEditForm", json="ImageEditRequest"))
def create_image_edit() -> Response:
    """Create an image edit"""
    return relay("images")


@bp.route("/images/variations", methods=["POST"])
@bp.doc(requestBody=body_doc(form="ImageVariationForm"))
def create_image_variation() -> Response:
    """Create an image variation"""
    return relay("images")


@bp.route("/audio/speech", methods=["POST"])
@bp.doc(requestBody=body_doc(json="SpeechRequest"))
def create_speech() -> Response:
    """Create speech"""
    return relay("audio")


@bp.route("/audio/transcriptions", methods=["POST"])
@bp.doc(requestBody=body_doc(form="TranscriptionForm"))
def create_transcription() -> Response:
    """Create a transcription"""
    return relay("audio")


@bp.route("/audio/translations", methods=["POST"])
@bp.doc(requestBody=body_doc(form="TranslationForm"))
def create_translation() -> Response:
    """Create a translation"""
    return relay("audio")


@bp.route("/moderations", methods=["POST"])
@bp.doc(requestBody=body_doc(json="ModerationRequest"))
def create_moderation() -> Response:
    """Create a moderation"""
    return relay("moderations")


def relay(capability: Capability) -> Response:
    """Pass the request in hand on to who serves the capability, and the answer back."""
    cancel = Cancel()
    path = request.path.removeprefix("/v1").rstrip("/")
    with giving_up(cancel):
        if request.mimetype == FORM:
            body: RelayBody = _form(cancel)
        else:
            body = json_of(request)
            watch(cancel)
        asked = RelayRequest(capability, path, body=body, headers=travelling(), cancel=cancel)
        begun = asking(body.model or "", asked.tally, opaque=True)
        check_name(body.model)
        admit(begun, (body.model,))
        relayed = _send(asked)
    return _response(relayed, cancel)


def _send(asked: RelayRequest) -> Relayed:
    """Pass a request on, and note how long its answer took to begin."""
    began = time.perf_counter()
    relayed = services.relay.send(asked)
    visit().timings_s["upstream"] = elapsed_s = time.perf_counter() - began
    services.metrics.upstream_seconds.observe(elapsed_s)
    return relayed


def travelling() -> dict[str, str]:
    """Those of the client's headers that go on to the upstream: an allow-list, so credentials never do."""
    accept = request.headers.get("Accept", "")
    return {"Accept": accept if accept and accept.isascii() and accept.isprintable() else "*/*", **visit().custom}


def watch(cancel: Cancel) -> None:
    """Cancel when the client of the request in hand hangs up, from here until its answer is closed."""
    _at_the_end(_hangups().watch(request.environ, cancel))


@contextmanager
def giving_up(cancel: Cancel) -> Iterator[None]:
    """Whatever a hang-up broke in the block as ClientGone."""
    try:
        yield
    except RagproxyError as err:
        if cancel.cancelled and not isinstance(err, ClientGone):
            raise ClientGone("The client hung up before its answer began") from err
        raise


def _form(cancel: Cancel) -> FormBody:
    """The form that is arriving. Who reads it notices a hang-up; it is watched for when all has been read."""
    hangups, environ, metrics = _hangups(), request.environ, services.metrics
    releases: list[Callable[[], None]] = []

    def ended(error: Exception | None) -> None:
        if error is None:
            releases.append(hangups.watch(environ, cancel))
        elif isinstance(error, ClientGone):
            metrics.hangups.inc()
            cancel.cancel()

    limit = services.librarian.file_limit
    form = FormBody(
        cast(Any, request)._get_current_object(),  # another thread reads it
        services.settings.data_dir,
        limit=limit.size,
        beyond=limit.message,
        ended=ended,
    )
    _at_the_end(form.close, lambda: [release() for release in releases])
    return form


def _response(relayed: Relayed, cancel: Cancel) -> Response:
    def close() -> None:
        cancel.cancel()  # breaks a read still waiting, should another thread close us
        relayed.close()

    media_type = relayed.headers.get("content-type", "application/octet-stream")
    events = relayed.media_type == "text/event-stream"
    passing = _events if events else _bytes
    response = EventStream(passing(relayed, cancel, _broken()), status=relayed.status, content_type=media_type)
    response.headers.update(relayed.headers)
    response.headers["X-Content-Type-Options"] = "nosniff"
    if events:
        response.headers.pop("Content-Length", None)  # an error may be said after them
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Accel-Buffering"] = "no"
    # a generator that never started runs no `finally`: the server's close() is the sure place
    response.call_on_close(close)
    return response


def _bytes(relayed: Relayed, cancel: Cancel, broken: Callable[[RagproxyError], None]) -> Iterator[bytes]:
    try:
        yield from relayed.pieces
    except RagproxyError as error:
        if not cancel.cancelled:
            broken(error)
            # the server closes the connection on it, without a word of its own in the log: nobody takes what came for
            # the whole
            raise ConnectionResetError(errno.ECONNRESET, "the upstream broke off its answer") from error


def _events(relayed: Relayed, cancel: Cancel, broken: Callable[[RagproxyError], None]) -> Iterator[bytes]:
    try:
        yield from whole_events(relayed.pieces)
    except RagproxyError as error:
        if not cancel.cancelled:  # else that broke the upstream off, and nobody is left to be told
            broken(error)
            yield sse.frame(problems.describe(error)[1])


def _broken() -> Callable[[RagproxyError], None]:
    """What to call when the answer to the request in hand breaks off; there is no context any more by then."""
    metrics, request_id = services.metrics, visit().id

    def note(error: RagproxyError) -> None:
        metrics.stream_errors.inc()
        log.warning("stream failed", extra={"request": request_id, "code": error.code})

    return note


def _at_the_end(*steps: Callable[[], object]) -> None:
    """Take these steps when the answer to the request in hand is closed, whatever it is."""

    @after_this_request
    def register(response: Response) -> Response:
        for step in steps:
            response.call_on_close(step)
        return response


def _hangups() -> Hangups:
    hangups = current_app.extensions[HANGUPS]
    assert isinstance(hangups, Hangups)
    return hangups
