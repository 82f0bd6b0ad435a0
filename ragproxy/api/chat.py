"""/chat/completions: a conversation in, a grounded answer out."""

from __future__ import annotations

from flask import Response

from ragproxy.api.caching import controlled
from ragproxy.api.context import services, visit
from ragproxy.api.custom_headers import accompanied
from ragproxy.api.resource import Resource
from ragproxy.api.sources import linked
from ragproxy.api.stream import paced, respond
from ragproxy.domain import ChatRequest
from ragproxy.wire.chat import chat_chunks, chat_completion
from ragproxy.wire.chat_request import CHAT_REQUEST

bp = Resource("chat", "Conversations, answered from the documents.", scope="chat")


@bp.route("/chat/completions", methods=["POST"])
@bp.arguments(CHAT_REQUEST)
def create_chat_completion(request: ChatRequest) -> Response:
    """Create a chat completion"""
    return chat(request)


def chat(request: ChatRequest) -> Response:
    """Answer a chat request in OpenAI's chat shape, streamed or whole."""
    caller = visit().caller
    request = linked(accompanied(paced(controlled(request))))
    return respond(
        request,
        lambda: services.answerer.answer(request, caller),
        whole=chat_completion,
        chunks=lambda answer: chat_chunks(answer, request),
    )
