"""POST /completions, the request: the legacy form with `prompt`, or the agent form with `messages`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import INCLUDE, ValidationError, fields, post_load, validates_schema

from ragproxy.domain import ChatRequest, CompletionRequest
from ragproxy.wire.chat_request import CHAT_REQUEST
from ragproxy.wire.fields import Flag, Identifier, Items, Number, Text, Whole, counted
from ragproxy.wire.messages import MAX_MESSAGES, MessageField
from ragproxy.wire.parameters import STREAM_OPTIONS_ALONE, LogitBias, Stop, StreamOptions
from ragproxy.wire.rag import KEYS, RagFields, rag_arguments
from ragproxy.wire.validation import alone, at, load, missing, wrong_type, wrong_value

MAX_PROMPTS = 2048
MAX_TOKENS = 1_000_000  # of one prompt given as tokens

_INT64 = 2**63
_TOKEN = 2**31
_APART = KEYS | {"model", "prompt", "stream", "stream_options"}  # everything else is forwarded as it came
_FORMS = "a string, an array of strings, an array of tokens or an array of arrays of tokens"

Prompts = tuple[str, ...] | tuple[tuple[int, ...], ...]


class Prompt(fields.Field):
    """A prompt in any of its four forms, loaded as (prompts, whether they are tokens)."""

    def __init__(self, *, required: bool = True) -> None:
        token = {"type": "integer", "minimum": 0}
        items = ({"type": "string"}, token, {"type": "array", "items": token, "minItems": 1})
        arrays = [{"type": "array", "items": each, "minItems": 1} for each in items]
        super().__init__(required=required, metadata={"anyOf": [{"type": "string"}, *arrays], "description": _FORMS})

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> tuple[Prompts, bool]:
        if type(value) is str:
            return (value,), False
        if type(value) is not list:
            raise at(wrong_type(_FORMS, value))
        first = value[0] if value else None
        if type(first) is int:
            return (_tokens(value),), True
        counted(value, MAX_PROMPTS, 1)
        if type(first) is list:
            return tuple(_tokens(each, number) for number, each in enumerate(value)), True
        return tuple(_strings(value)), False


def _strings(value: list[Any]) -> list[str]:
    for number, each in enumerate(value):
        if type(each) is not str:
            raise at(wrong_type("a string" if number else "a string, a token or an array of tokens", each), number)
    return value


def _tokens(value: Any, *path: int) -> tuple[int, ...]:
    for number, token in enumerate(counted(value, MAX_TOKENS, 1, *path)):
        if type(token) is not int:
            raise at(wrong_type("an integer", token), *path, number)
        if not 0 <= token < _TOKEN:
            raise at(wrong_value(f"expected a token id, but got {token}"), *path, number)
    return tuple(value)


class CompletionRequestSchema(RagFields):
    """OpenAI's legacy completion request, with the RAG fields. Unknown keys travel on."""

    class Meta:
        unknown = INCLUDE

    model = Identifier(required=True)
    prompt = Prompt()
    stream = Flag()
    stream_options = StreamOptions()
    suffix = Text()
    max_tokens = Whole(0)
    temperature = Number(0, 2)
    top_p = Number(0, 1)
    n = Whole(1, 128)
    logprobs = Whole(0, 5)
    echo = Flag()
    stop = Stop()
    presence_penalty = Number(-2, 2)
    frequency_penalty = Number(-2, 2)
    best_of = Whole(1, 20)
    logit_bias = LogitBias()
    user = Text()
    seed = Whole(-_INT64, _INT64 - 1)

    @validates_schema
    def check_companions(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse what makes no sense together."""
        if data.get("stream_options") is not None and not data.get("stream"):
            raise ValidationError(STREAM_OPTIONS_ALONE, "stream_options")
        best_of = data.get("best_of")
        if best_of is None:
            return
        if best_of < (data.get("n") or 1):
            raise ValidationError(alone(f"'best_of' ({best_of}) must be at least 'n' ({data['n']})"), "best_of")
        if best_of > 1 and data.get("stream"):
            raise ValidationError(alone("The best of several completions cannot be streamed"), "best_of")

    @post_load(pass_original=True)
    def build(self, data: dict[str, Any], original: dict[str, Any], **_: Any) -> CompletionRequest:
        """The request; `params` come from the body itself, so that they are forwarded exactly as they came."""
        prompts, tokens = data["prompt"]
        return CompletionRequest(
            model=data["model"],
            prompts=prompts,
            tokens=tokens,
            params={key: value for key, value in original.items() if key not in _APART},
            stream=bool(data.get("stream")),
            stream_options=data.get("stream_options") or {},
            **rag_arguments(data),
        )


COMPLETION_REQUEST = CompletionRequestSchema()


class CompletionOrChatSchema(CompletionRequestSchema):
    """The legacy form when the body has a `prompt`, the agent form (a chat request) when it has `messages`."""

    prompt = Prompt(required=False)
    messages = Items(MessageField(), min_items=1, max_items=MAX_MESSAGES, description="Instead of prompt: ask an agent")

    def load(self, data: Any, **options: Any) -> CompletionRequest | ChatRequest:
        """The request in its form. ValidationError for both, neither, or what is wrong in the one."""
        if not isinstance(data, Mapping):
            return COMPLETION_REQUEST.load(data, **options)
        prompt, messages = data.get("prompt") is not None, data.get("messages") is not None
        if prompt and messages:
            raise ValidationError({"prompt": [alone("Send either 'prompt' or 'messages', not both")]})
        if not prompt and not messages:
            either = alone("Missing required parameter 'prompt' (or 'messages', to ask an agent)", missing().code)
            raise ValidationError({"prompt": [either]})
        # the other key, if it is there, is null: no upstream should see it
        other, schema = ("prompt", CHAT_REQUEST) if messages else ("messages", COMPLETION_REQUEST)
        return schema.load({key: value for key, value in data.items() if key != other}, **options)


COMPLETION_OR_CHAT_REQUEST = CompletionOrChatSchema()


def completion_request(body: Any) -> CompletionRequest | ChatRequest:
    """The body of POST /completions in its form. InvalidRequest names the first field at fault."""
    return load(COMPLETION_OR_CHAT_REQUEST, body)
