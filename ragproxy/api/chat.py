"""/chat/completions: a conversation in, a grounded answer out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from flask import Response

from ragproxy.api.caching import controlled
from ragproxy.api.context import services, visit
from ragproxy.api.custom_headers import accompanied
from ragproxy.api.idempotency import Held, is_keyed, once
from ragproxy.api.resource import Resource
from ragproxy.api.sources import linked
from ragproxy.api.stream import again, paced, respond, sources_headers
from ragproxy.domain import Answer, ChatRequest, Delta
from ragproxy.wire.chat import chat_chunks, chat_completion
from ragproxy.wire.chat_request import CHAT_REQUEST
from ragproxy.wire.stored_completions import told_again

bp = Resource("chat", "Conversations, answered from the documents.", scope="chat")


@bp.route("/chat/completions", methods=["POST"])
@bp.arguments(CHAT_REQUEST)
def create_chat_completion(request: ChatRequest) -> Response:
    """Create a chat completion"""
    return chat(request)


def chat(request: ChatRequest) -> Response:
    """Answer a chat request in OpenAI's chat shape, streamed or whole; once alone under an Idempotency-Key."""
    if is_keyed():
        return once(partial(_answer_once, request), partial(_answer_again, request))
    caller = visit().caller
    request = _prepared(request)
    return respond(
        request,
        lambda: services.answerer.answer(request, caller),
        whole=chat_completion,
        chunks=lambda answer: chat_chunks(answer, request),
    )


def _prepared(request: ChatRequest) -> ChatRequest:
    return linked(accompanied(paced(controlled(request))))


def _answer_once(request: ChatRequest, held: Held) -> Response:
    caller = visit().caller
    request = replace(_prepared(request), turn=held.turn)

    def whole(answer: Answer) -> dict[str, Any]:
        body = chat_completion(answer)
        held.keep(_kept(answer, body))
        return body

    def chunks(answer: Answer) -> Iterator[dict[str, Any] | None]:
        said: list[Delta] = []
        try:
            yield from chat_chunks(replace(answer, deltas=_noted(answer.deltas, said)), request)
            held.keep(_kept(answer, chat_completion(replace(answer, deltas=iter(said)))))
        finally:
            held.release()  # before the client is told that it broke off

    return respond(request, lambda: services.answerer.answer(request, caller), whole=whole, chunks=chunks)


def _answer_again(request: ChatRequest, kept: Mapping[str, Any]) -> Response:
    answer = told_again(kept["body"])
    response = again(request, answer, kept["body"], chat_chunks(answer, request))
    response.headers.update(kept["headers"])
    return response


def _kept(answer: Answer, body: dict[str, Any]) -> dict[str, Any]:
    """All that it takes to tell the answer again."""
    return {"body": body, "headers": sources_headers(answer)}


def _noted(deltas: Iterator[Delta], said: list[Delta]) -> Iterator[Delta]:
    for delta in deltas:
        said.append(delta)
        yield delta
