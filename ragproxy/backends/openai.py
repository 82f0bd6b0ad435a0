"""A model of any server that speaks OpenAI's protocol: chat and legacy completions, streamed and not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from time import monotonic
from typing import Any

from ragproxy.backends.http import Channel, Reply
from ragproxy.domain import PULSE, ChatRequest, CompletionRequest, Delta
from ragproxy.errors import NotServed, UpstreamBroken, UpstreamError, UpstreamRefused, UpstreamUnavailable
from ragproxy.wire.chat import chat_body, chunk_deltas, completion_deltas
from ragproxy.wire.completions import completion_body, text_chunk_deltas, text_completion_deltas
from ragproxy.wire.errors import explanation, passed_headers, upstream_error
from ragproxy.wire.json import dumps, loads_upstream
from ragproxy.wire.sse import events

Reader = Callable[[Mapping[str, Any]], list[Delta]]

_NO_SUCH_ROUTE = frozenset({404, 405, 501})
_EARLY = 64  # chunks without choices that are held back until the model has begun
_NO_SUCH_MODEL = frozenset({"model_not_found", "DeploymentNotFound"})
_NOT_FOR_COMPLETIONS = frozenset({"OperationNotSupported"})  # Azure's word, with a 400
_UNKNOWN = re.compile(r"not (?:exist|found|available)|unknown|no such", re.IGNORECASE)
# what an error says of itself when its status says 200
_STATUS = {
    "invalid_request_error": 400,
    "context_length_exceeded": 400,
    "authentication_error": 401,
    "invalid_api_key": 401,
    "permission_error": 403,
    "model_not_found": 404,
    "not_found_error": 404,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "insufficient_quota": 429,
}


class OpenAI:
    """A ChatModel and CompletionModel: one model of one server, behind a channel to it.

    The upstream is asked for the mode that the client asked for. `chat_only` turns true when it has shown that it has
    no legacy completions for this model.
    """

    def __init__(self, http: Channel, name: str) -> None:
        self.name = name
        self.chat_only = False
        self._http = http
        self._takes_stream_options = True

    def chat(self, request: ChatRequest) -> Iterator[Delta]:
        """As the port; the first delta carries the upstream's headers that clients may see."""
        body = chat_body(request, self.name)
        return self._answer("/chat/completions", body, request, chunk_deltas, completion_deltas)

    def complete(self, request: CompletionRequest) -> Iterator[Delta]:
        """As the port; the first delta carries the upstream's headers that clients may see."""
        body = completion_body(request, self.name)
        return self._answer("/completions", body, request, text_chunk_deltas, text_completion_deltas)

    def _answer(
        self,
        path: str,
        body: dict[str, Any],
        request: ChatRequest | CompletionRequest,
        of_chunk: Reader,
        of_whole: Reader,
    ) -> Iterator[Delta]:
        """The answer, with its usage where the server can count it.

        Some refuse `stream_options`, which the client may not have sent: they are asked again without.
        """
        stream, headers = request.stream, request.headers
        if not (self._takes_stream_options or request.stream_options):
            body.pop("stream_options", None)
        while True:
            try:
                with self._http.post(path, dumps(body), request.cancel, stream=stream, headers=headers) as reply:
                    deltas = self._deltas(path, reply, request, of_chunk, of_whole)
                    first = next(deltas)
                    yield replace(first, headers=passed_headers(reply.headers))
                    yield from deltas
                return
            except UpstreamRefused as err:  # so nothing has been yielded
                named = "stream_options" in f"{err.param} {err.message}"
                if not named or request.stream_options or body.pop("stream_options", None) is None:
                    raise
                self._takes_stream_options = False

    def _deltas(
        self,
        path: str,
        reply: Reply,
        request: ChatRequest | CompletionRequest,
        of_chunk: Reader,
        of_whole: Reader,
    ) -> Iterator[Delta]:
        if reply.status >= 300:
            raise self._refusal(path, reply)
        if _is_stream(reply, asked=request.stream):
            return _streamed(reply, of_chunk, request.pulse_s)
        return self._whole(reply, of_whole)

    def _whole(self, reply: Reply, of_whole: Reader) -> Iterator[Delta]:
        try:
            body = loads_upstream(reply.read())
        except UpstreamBroken:
            if reply.status == 200 and reply.media_type == "text/html":
                raise UpstreamBroken(
                    f"The upstream {self._http.host} answered with a web page; does OPENAI_BASE_URL end in /v1?"
                ) from None
            raise
        _raise_error_in(body, reply)
        yield from of_whole(body)

    def _refusal(self, path: str, reply: Reply) -> Exception:
        error = upstream_error(reply.status, reply.read_error(), reply.headers)
        missing = reply.status in _NO_SUCH_ROUTE and not self._is_unknown(error)
        if path == "/completions" and (missing or error.code in _NOT_FOR_COMPLETIONS):
            self.chat_only = True
            return NotServed(
                f"The upstream has no legacy completions for the model '{self.name}'; send it chat completions"
            )
        return error

    def _is_unknown(self, error: UpstreamError) -> bool:
        """Whether a 404 is about the model, not about the route."""
        return error.code in _NO_SUCH_MODEL or (self.name in error.message and bool(_UNKNOWN.search(error.message)))


def _streamed(reply: Reply, of_chunk: Reader, pulse_s: float) -> Iterator[Delta]:
    """The deltas of a stream; once it has begun, a PULSE whenever none came for `pulse_s`, though the server lives.

    It is whole when it says `[DONE]`, or when each of its choices has a finish_reason and the transfer ends properly:
    some servers leave `[DONE]` out. UpstreamBroken otherwise.
    """
    begun, unfinished, done = False, set[int](), False
    early: list[Delta] = []  # what Azure says of the prompt before the model has begun: it may still fail
    given_at = 0.0
    for payload in events(reply.pieces(pulse_s)):
        now = monotonic()
        if begun and 0 < pulse_s <= now - given_at:
            given_at = now
            yield PULSE
        if not payload:
            continue
        if payload == b"[DONE]":
            done = True
            break
        chunk = loads_upstream(payload)
        if not begun:
            _raise_error_in(chunk, reply)
        for delta in of_chunk(chunk):
            if delta.index is not None:
                begun, given_at = True, now
                (unfinished.discard if delta.finish_reason else unfinished.add)(delta.index)
            if not begun and len(early) < _EARLY:
                early.append(delta)
                continue
            if early:
                yield from early
                early.clear()
            yield delta
    if not begun or (unfinished and not done):
        raise UpstreamBroken("The upstream ended its answer before it was complete")
    reply.finish()


def _is_stream(reply: Reply, *, asked: bool) -> bool:
    """Whether to read events: servers stream unasked, answer a stream with one JSON, or do not name what they send."""
    if reply.media_type == "text/event-stream":
        return True
    return asked and "json" not in reply.media_type and reply.media_type != "text/html"


def _raise_error_in(body: Any, reply: Reply) -> None:
    """Raise the error that came with status 200 before anything else, as the kind its own words make it."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if not error:
        return
    said = [error.get(key) for key in ("code", "status", "type")] if isinstance(error, Mapping) else []
    status = next((status for status in map(_status, said) if status), None)
    if status is not None:
        raise upstream_error(status, dumps(body), reply.headers)
    raise UpstreamUnavailable(
        f"The upstream answered with an error: {explanation(body) or 'it did not say which'}",
        headers=passed_headers(reply.headers),
    )


def _status(word: Any) -> int | None:
    if isinstance(word, str) and word.isdecimal():
        word = int(word)
    if isinstance(word, int):
        return word if 400 <= word < 600 else None
    return _STATUS.get(word) if isinstance(word, str) else None
