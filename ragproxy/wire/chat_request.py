"""POST /chat/completions, the request: from JSON to a ChatRequest."""

from __future__ import annotations

from typing import Any

from marshmallow import INCLUDE, ValidationError, post_load, validates_schema

from ragproxy.domain import ChatRequest
from ragproxy.wire.fields import Flag, Identifier, Items, Number, Text, Whole
from ragproxy.wire.items import check_texts
from ragproxy.wire.messages import MAX_MESSAGES, MessageField
from ragproxy.wire.parameters import (
    STREAM_OPTIONS_ALONE,
    LogitBias,
    Metadata,
    ResponseFormat,
    Stop,
    StreamOptions,
)
from ragproxy.wire.rag import KEYS, RagFields, rag_arguments
from ragproxy.wire.tools import FunctionCall, Functions, ToolChoice, Tools
from ragproxy.wire.validation import alone

_INT64 = 2**63
STORING = frozenset({"store", "metadata"})  # ours to do, when something is to be stored
APART = KEYS | {"model", "messages", "stream", "stream_options"}  # everything else is forwarded as it came


class ChatRequestSchema(RagFields):
    """OpenAI's chat request, with the RAG fields. Unknown keys travel on: newer clients send what is not known yet."""

    class Meta:
        unknown = INCLUDE

    model = Identifier(required=True)
    messages = Items(MessageField(), required=True, min_items=1, max_items=MAX_MESSAGES)
    stream = Flag()
    stream_options = StreamOptions()
    temperature = Number(0, 2)
    top_p = Number(0, 1)
    n = Whole(1, 128)
    max_tokens = Whole(1)
    max_completion_tokens = Whole(1)
    stop = Stop()
    presence_penalty = Number(-2, 2)
    frequency_penalty = Number(-2, 2)
    logit_bias = LogitBias()
    response_format = ResponseFormat()
    logprobs = Flag()
    top_logprobs = Whole(0, 20)
    tools = Tools()
    tool_choice = ToolChoice()
    parallel_tool_calls = Flag()
    functions = Functions()
    function_call = FunctionCall()
    seed = Whole(-_INT64, _INT64 - 1)
    user = Text()
    service_tier = Text()
    store = Flag()
    metadata = Metadata()

    @validates_schema
    def check_companions(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse what makes no sense without its companion."""
        if data.get("stream_options") is not None and not data.get("stream"):
            raise ValidationError(STREAM_OPTIONS_ALONE, "stream_options")
        if data.get("top_logprobs") is not None and not data.get("logprobs"):
            problem = alone("The 'top_logprobs' parameter is only allowed when 'logprobs' is true")
            raise ValidationError(problem, "top_logprobs")

    @validates_schema
    def check_storable(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse metadata that is to be stored and cannot be."""
        if data.get("store"):
            check_texts(data.get("metadata"), ("metadata",))

    @post_load(pass_original=True)
    def build(self, data: dict[str, Any], original: dict[str, Any], **_: Any) -> ChatRequest:
        """The request; `params` come from the body itself, so that they are forwarded exactly as they came."""
        store = bool(data.get("store"))
        apart = APART | STORING if store else APART
        return ChatRequest(
            model=data["model"],
            messages=tuple(data["messages"]),
            params={key: value for key, value in original.items() if key not in apart},
            stream=bool(data.get("stream")),
            stream_options=data.get("stream_options") or {},
            conversation_id=data.get("conversation_id"),
            store=store,
            metadata=(data.get("metadata") or {}) if store else {},
            **rag_arguments(data),
        )


CHAT_REQUEST = ChatRequestSchema()
