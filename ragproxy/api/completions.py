"""/completions: the legacy prompt form, and the agent form when the body has `messages`."""

from __future__ import annotations

from flask import Response

from ragproxy.api.caching import controlled
from ragproxy.api.chat import chat
from ragproxy.api.context import services, visit
from ragproxy.api.custom_headers import accompanied
from ragproxy.api.resource import Resource
from ragproxy.api.sources import linked
from ragproxy.api.stream import paced, respond
from ragproxy.domain import ChatRequest, CompletionRequest
from ragproxy.wire.completions import COMPLETION_OR_CHAT_REQUEST, text_chunks, text_completion

bp = Resource("completions", "Prompts to continue, and the agent form of chat.", scope="chat")


@bp.route("/completions", methods=["POST"])
@bp.arguments(COMPLETION_OR_CHAT_REQUEST)
def create_completion(request: CompletionRequest | ChatRequest) -> Response:
    """Create a completion"""
    return complete(request)


def complete(request: CompletionRequest | ChatRequest) -> Response:
    """Answer in the shape of the legacy route, streamed or whole; a chat in chat's."""
    if isinstance(request, ChatRequest):
        return chat(request)
    caller = visit().caller
    request = linked(accompanied(paced(controlled(request))))
    return respond(
        request,
        lambda: services.answerer.complete(request, caller),
        whole=text_completion,
        chunks=lambda answer: text_chunks(answer, request),
    )
