"""POST /responses and what goes with it, the requests: from JSON to a ResponseRequest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from marshmallow import INCLUDE, ValidationError, post_load, validates_schema

from ragproxy.domain import Cursor, ResponseRequest
from ragproxy.wire.fields import Flag, Identifier, Items, Number, Text, Whole
from ragproxy.wire.paging import PageQuery
from ragproxy.wire.parameters import STREAM_OPTIONS_ALONE, LogitBias, Metadata, Stop
from ragproxy.wire.rag import RagFields, rag_arguments
from ragproxy.wire.response_fields import (
    INCLUDABLE,
    ConversationField,
    Input,
    Reasoning,
    ResponseStreamOptions,
    TextOptions,
    chat_format,
)
from ragproxy.wire.response_tools import Plan, ResponseToolChoice, ResponseTools, plan, shown_tools
from ragproxy.wire.validation import alone

TIERS: Final = ("auto", "default", "flex", "scale", "priority", "fast", "ultrafast")
_INT64 = 2**63
# what a chat calls as a response does, or what Responses do not have, and chat does
_ALIKE: Final = frozenset(
    {
        "temperature",
        "top_p",
        "user",
        "safety_identifier",
        "prompt_cache_key",
        "prompt_cache_options",
        "prompt_cache_retention",
        "moderation",
        "service_tier",
        "stop",
        "seed",
        "presence_penalty",
        "frequency_penalty",
        "logit_bias",
    }
)
_ONE_HISTORY = alone("'previous_response_id' and 'conversation' exclude each other: each is the history by itself")


class ResponseFields(RagFields):
    """What all that is asked of /responses has in common. Unknown keys are taken, and go no further."""

    class Meta:
        unknown = INCLUDE

    model = Identifier(required=True)
    instructions = Text()
    previous_response_id = Identifier(description="The response that this one goes on from")
    conversation = ConversationField()
    parallel_tool_calls = Flag()
    reasoning = Reasoning()
    text = TextOptions()
    tool_choice = ResponseToolChoice()
    tools = ResponseTools()
    truncation = Text(choices=("auto", "disabled"))
    max_tool_calls = Whole(0)

    @validates_schema
    def check_history(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse two histories."""
        if data.get("previous_response_id") is not None and _conversation(data) is not None:
            raise ValidationError(_ONE_HISTORY, "previous_response_id")

    def request(self, data: Mapping[str, Any], original: Mapping[str, Any], **more: Any) -> ResponseRequest:
        """The request. ValidationError when the choice of a tool names none."""
        planned = _planned(data)
        return ResponseRequest(
            model=data["model"],
            input=data.get("input") or (),
            params=_params(data, planned),
            shown=_shown(data),
            body=original,
            instructions=data.get("instructions"),
            previous_id=data.get("previous_response_id"),
            conversation_id=_conversation(data),
            truncate=data.get("truncation") == "auto",
            search=planned.search,
            blind=planned.refused,
            **rag_arguments(data),
            **more,
        )


class ResponseRequestSchema(ResponseFields):
    """POST /responses."""

    input = Input(required=True)
    background = Flag()
    include = Items(Text(choices=INCLUDABLE), max_items=len(INCLUDABLE))
    max_output_tokens = Whole(1)
    metadata = Metadata()
    store = Flag()
    stream = Flag()
    stream_options = ResponseStreamOptions()
    temperature = Number(0, 2)
    top_p = Number(0, 1)
    top_logprobs = Whole(0, 20)
    user = Text()
    safety_identifier = Text()
    prompt_cache_key = Text()
    prompt_cache_retention = Text()
    service_tier = Text(choices=TIERS)
    stop = Stop()
    seed = Whole(-_INT64, _INT64 - 1)
    presence_penalty = Number(-2, 2)
    frequency_penalty = Number(-2, 2)
    logit_bias = LogitBias()

    @validates_schema
    def check_companions(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse what makes no sense without its companion, and what nobody here can do."""
        if data.get("stream_options") is not None and not data.get("stream"):
            raise ValidationError(STREAM_OPTIONS_ALONE, "stream_options")
        if data.get("background") and data.get("store") is False:
            raise ValidationError(alone("A response in the background has to be stored"), "background")

    @validates_schema(pass_original=True)
    def check_prompt(self, data: dict[str, Any], original: dict[str, Any], **_: Any) -> None:
        """Refuse a template that is kept elsewhere: without it the question would be another."""
        if original.get("prompt") is not None:
            problem = alone(
                "There are no stored prompts here; send the 'instructions' instead", "unsupported_parameter"
            )
            raise ValidationError(problem, "prompt")

    @post_load(pass_original=True)
    def build(self, data: dict[str, Any], original: dict[str, Any], **_: Any) -> ResponseRequest:
        """The request."""
        return self.request(
            data,
            original,
            include=frozenset(data.get("include") or ()),
            store=data.get("store") is not False,
            stream=bool(data.get("stream")),
            background=bool(data.get("background")),
        )


class TokenCountSchema(ResponseFields):
    """POST /responses/input_tokens."""

    model = Identifier()
    input = Input()

    @post_load(pass_original=True)
    def build(self, data: dict[str, Any], original: dict[str, Any], **_: Any) -> ResponseRequest:
        """The request, of no model when none is named."""
        return self.request({"model": "", **data}, original)


class CompactSchema(RagFields):
    """POST /responses/compact. Unknown keys are ignored."""

    class Meta:
        unknown = INCLUDE

    model = Identifier(required=True)
    input = Input()
    instructions = Text()
    previous_response_id = Identifier()

    @validates_schema
    def check_input(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse to make something of nothing."""
        if not data.get("input") and data.get("previous_response_id") is None:
            raise ValidationError(alone("Send the 'input' to compact, or a 'previous_response_id'"), "input")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> ResponseRequest:
        """What of the request matters here."""
        return ResponseRequest(
            model=data["model"],
            input=data.get("input") or (),
            instructions=data.get("instructions"),
            previous_id=data.get("previous_response_id"),
        )


class InputItemsQuerySchema(PageQuery):
    """GET /responses/{id}/input_items. What may be included is there anyway."""

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Cursor:
        """The query."""
        return self.cursor(data)


RESPONSE_REQUEST = ResponseRequestSchema()
TOKEN_COUNT = TokenCountSchema()
COMPACT = CompactSchema()
INPUT_ITEMS_QUERY = InputItemsQuerySchema()


def _conversation(data: Mapping[str, Any]) -> str | None:
    """The conversation, by OpenAI's name or by that of our chat."""
    named: str | None = data.get("conversation")
    return data.get("conversation_id") if named is None else named


def _planned(data: Mapping[str, Any]) -> Plan:
    try:
        return plan(data.get("tools") or (), data.get("tool_choice"), data.get("max_tool_calls"))
    except ValidationError as err:
        raise ValidationError({"tool_choice": err.messages}) from None


def _params(data: Mapping[str, Any], planned: Plan) -> dict[str, Any]:
    """What the chat model is sent."""
    params = {name: data[name] for name in _ALIKE if data.get(name) is not None}
    params |= chat_format(data.get("text") or {})
    params |= planned.params
    if planned.params and data.get("parallel_tool_calls") is not None:
        params["parallel_tool_calls"] = data["parallel_tool_calls"]
    if data.get("max_output_tokens") is not None:
        params["max_completion_tokens"] = data["max_output_tokens"]
    effort = (data.get("reasoning") or {}).get("effort")
    if effort is not None:
        params["reasoning_effort"] = effort
    top = data.get("top_logprobs")
    if top or "message.output_text.logprobs" in (data.get("include") or ()):
        params |= {"logprobs": True} | ({"top_logprobs": top} if top else {})
    return params


def _shown(data: Mapping[str, Any]) -> dict[str, Any]:
    """What the response repeats, null where nothing was said and OpenAI has null."""
    reasoning, text = data.get("reasoning") or {}, data.get("text") or {}
    verbosity = {} if text.get("verbosity") is None else {"verbosity": text["verbosity"]}
    format = {key: each for key, each in (text.get("format") or {"type": "text"}).items() if each is not None}
    return {
        "background": bool(data.get("background")),
        "instructions": data.get("instructions"),
        "max_output_tokens": data.get("max_output_tokens"),
        "max_tool_calls": data.get("max_tool_calls"),
        "metadata": data.get("metadata") or {},
        "parallel_tool_calls": data.get("parallel_tool_calls") is not False,
        "previous_response_id": data.get("previous_response_id"),
        "prompt_cache_key": data.get("prompt_cache_key"),
        "reasoning": {
            "effort": reasoning.get("effort"),
            "summary": reasoning.get("summary") or reasoning.get("generate_summary"),
        },
        "safety_identifier": data.get("safety_identifier"),
        "service_tier": data.get("service_tier") or "default",
        "store": data.get("store") is not False,
        "temperature": data.get("temperature"),
        "text": {"format": format, **verbosity},
        "tool_choice": data.get("tool_choice") or "auto",
        "tools": shown_tools(data.get("tools") or ()),
        "top_logprobs": data.get("top_logprobs") or 0,
        "top_p": data.get("top_p"),
        "truncation": data.get("truncation") or "disabled",
        "user": data.get("user"),
    }
