"""Answers on their way out: whole as JSON, or piece by piece as text/event-stream."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Response, current_app, request

from ragproxy.api import problems
from ragproxy.api.accounting import asking, tell_cost
from ragproxy.api.admission import admit_asked
from ragproxy.api.context import services, visit
from ragproxy.api.hangup import Hangups
from ragproxy.domain import Answer, Cancel, ChatRequest, CompletionRequest
from ragproxy.errors import ClientGone, RagproxyError
from ragproxy.wire import sse
from ragproxy.wire.errors import error_body
from ragproxy.wire.json import dumps
from ragproxy.wire.sources import sources_header

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

log = logging.getLogger(__name__)

HANGUPS = "ragproxy.hangups"
T = TypeVar("T", ChatRequest, CompletionRequest)


@dataclass(frozen=True)
class Manner:
    """How a stream is told: what a chunk is on the wire, which is the last, what ends it, what is said when it breaks.

    `failure` is given OpenAI's body of the error. `left` is called when no more of it will be sent, in any case.
    """

    frame: Callable[[Mapping[str, Any]], bytes] = sse.frame
    is_last: Callable[[Mapping[str, Any]], bool] | None = None
    end: bytes = sse.DONE
    failure: Callable[[dict[str, Any]], Iterable[dict[str, Any]]] = lambda body: (body,)
    left: Callable[[], None] = lambda: None


CHAT = Manner()


def respond(
    asked: ChatRequest | CompletionRequest,
    answer: Callable[[], Answer],
    *,
    whole: Callable[[Answer], dict],
    chunks: Callable[[Answer], Iterator[dict | None]],
    manner: Manner = CHAT,
) -> Response:
    """Run `answer` while watching for a hang-up, and send it in the form asked for; what it consumed is recorded."""
    account = asking(asked.model, asked.tally)
    admit_asked(account, asked)
    release = _hangups().watch(request.environ, asked.cancel)
    try:
        answered = answer()
        account.answered(answered)
        _note(answered)
        if asked.stream:
            response = _event_stream(answered, chunks(answered), asked.cancel, account.settle, manner)
            response.call_on_close(release)
        else:
            try:
                response = json_response(whole(answered))
            finally:
                _close(answered)
                release()
            tell_cost(response, asked.tally)
    except BaseException as err:
        release()
        if asked.cancel.cancelled and isinstance(err, RagproxyError):  # whatever broke, the hang-up broke it
            raise ClientGone("The client hung up before its answer began") from err
        raise
    response.headers.update(answered.headers)
    response.headers.update(sources_headers(answered))
    return response


def again(
    asked: ChatRequest | CompletionRequest,
    answer: Answer,
    body: dict,
    chunks: Iterator[dict | None],
    manner: Manner = CHAT,
) -> Response:
    """Send an answer that was given before, in the form asked for: no model is asked, and nothing is consumed."""
    account = asking(asked.model, asked.tally)
    account.hit = True
    if not asked.stream:
        return json_response(body)
    return _event_stream(answer, chunks, asked.cancel, account.settle, manner)


def follow(events: Iterator[dict[str, Any] | None], cancel: Cancel, manner: Manner) -> Response:
    """Send what is made elsewhere, until the client hangs up."""
    nothing = Answer("", 0, "", iter(()))
    response = _event_stream(nothing, events, cancel, lambda: None, manner)
    response.call_on_close(_hangups().watch(request.environ, cancel))
    return response


def paced(asked: T) -> T:
    """The request, with a sign of life wanted in its stream now and then."""
    return replace(asked, pulse_s=services.settings.heartbeat_s) if asked.stream else asked


@contextmanager
def watched(cancel: Cancel) -> Iterator[None]:
    """Cancel when the client hangs up during the block; what that breaks in it is raised as ClientGone."""
    release = _hangups().watch(request.environ, cancel)
    try:
        yield
    except RagproxyError as err:
        if cancel.cancelled:
            raise ClientGone("The client hung up before its answer began") from err
        raise
    finally:
        release()


def json_response(body: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(dumps(body), status=status, mimetype="application/json")


def _event_stream(
    answer: Answer, chunks: Iterator[dict | None], cancel: Cancel, settle: Callable[[], None], manner: Manner
) -> Response:
    metrics, request_id, span = services.metrics, visit().id, visit().span
    frame, is_last = manner.frame, manner.is_last
    ended = False

    def events() -> Iterator[bytes]:
        nonlocal ended
        try:
            for chunk in chunks:
                if is_last is not None and chunk is not None and is_last(chunk):
                    settle()
                yield sse.COMMENT if chunk is None else frame(chunk)
            settle()  # before the end is told: whoever asks again then has this behind it
            ended = True
            if manner.end:
                yield manner.end
        except RagproxyError as error:
            if cancel.cancelled:  # that broke the upstream off, and nobody is left to be told
                return
            # too late for a status: one error frame, then the end, and no [DONE] that would call it whole
            ended = True
            metrics.stream_errors.inc()
            if span is not None:
                span.fail(error.code)
            log.warning("stream failed", extra={"request": request_id, "code": error.code})
            yield from map(manner.frame, manner.failure(problems.describe(error)[1]))
        except Exception:
            ended = True
            metrics.stream_errors.inc()
            if span is not None:
                span.fail("internal_error")
            log.exception("unforeseen error in a stream", extra={"request": request_id})
            failed = error_body(problems.OUR_FAULT, "server_error", None, "internal_error")
            yield from map(manner.frame, manner.failure(failed))

    def close() -> None:
        if span is not None and not ended:
            span.note("ragproxy.left", True)  # by the client
        cancel.cancel()  # breaks a read still waiting, should another thread close us
        _close(answer)
        manner.left()

    response = EventStream(events(), content_type="text/event-stream; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Accel-Buffering"] = "no"
    # a generator that never started runs no `finally`: the server's close() is the sure place
    response.call_on_close(close)
    return response


class EventStream(Response):
    """A streamed answer whose generator the server iterates itself: nothing of ours runs between two pieces.

    `direct_passthrough` would do the same, but then werkzeug gives away the bare generator and nobody closes the
    response.
    """

    def get_app_iter(self, environ: WSGIEnvironment) -> _Pieces:
        """What the server iterates and closes."""
        return _Pieces(self)


class _Pieces:
    def __init__(self, response: Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._response.response)  # type: ignore[arg-type]

    def close(self) -> None:
        self._response.close()


def sources_headers(answer: Answer) -> dict[str, str]:
    """The header that holds the answer's sources, where there are some and it is wanted."""
    if answer.sources is None or "header" not in answer.carriers:
        return {}
    return {"X-Metadata-Sources": sources_header(answer.sources)}


def _note(answer: Answer) -> None:
    visit().timings_s.update(answer.timings_s)
    metrics = services.metrics
    if "retrieve" in answer.timings_s:
        metrics.retrieve_seconds.observe(answer.timings_s["retrieve"])
    if "upstream" in answer.timings_s:
        metrics.upstream_seconds.observe(answer.timings_s["upstream"])


def _close(answer: Answer) -> None:
    close = getattr(answer.deltas, "close", None)
    if close:
        close()


def _hangups() -> Hangups:
    hangups = current_app.extensions[HANGUPS]
    assert isinstance(hangups, Hangups)
    return hangups
