"""Legacy completions: what an upstream is sent and says, and what a client is answered, whole or in chunks.

The deltas may also come from a chat that stands in for an upstream without completions: their text is all that fits
into this shape, so that a message's other fields (reasoning, tool calls) have no place here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ragproxy.domain import PULSE, Answer, CompletionRequest, Delta, Source, Usage
from ragproxy.errors import UpstreamBroken
from ragproxy.wire.collecting import merge
from ragproxy.wire.completion_request import COMPLETION_OR_CHAT_REQUEST
from ragproxy.wire.reading import choices_of, index_and_end, priced, rest_of, text_of, usage_json, usage_of
from ragproxy.wire.sources import source_json, united

__all__ = [
    "COMPLETION_OR_CHAT_REQUEST",
    "completion_body",
    "text_chunk_deltas",
    "text_chunks",
    "text_completion",
    "text_completion_deltas",
]

_CHOICE = frozenset({"index", "text", "finish_reason"})

# ---- the upstream's side --------------------------------------------------------------------------


def completion_body(request: CompletionRequest, model: str) -> dict[str, Any]:
    """The body for an upstream's own /completions. A stream always asks for the usage."""
    prompts: list[Any] = [prompt if isinstance(prompt, str) else list(prompt) for prompt in request.prompts]
    body = {**request.params, "model": model, "prompt": prompts[0] if len(prompts) == 1 else prompts}
    if request.stream:
        body["stream"] = True
        body["stream_options"] = {**request.stream_options, "include_usage": True}
    return body


def text_chunk_deltas(chunk: Mapping[str, Any]) -> list[Delta]:
    """The deltas of one chunk of a stream; one without choices is a Delta of no index."""
    return _deltas(chunk, choices_of(chunk))


def text_completion_deltas(body: Mapping[str, Any]) -> list[Delta]:
    """The deltas of a whole text_completion: one a choice, the usage on the last."""
    choices = choices_of(body)
    if not choices:
        raise UpstreamBroken("The upstream's answer has no choices")
    return _deltas(body, choices)


def _deltas(body: Mapping[str, Any], choices: list[Mapping[str, Any]]) -> list[Delta]:
    usage, rest = usage_of(body), rest_of(body)
    if not choices:
        return [Delta(index=None, usage=usage, chunk=rest)] if usage or rest else []
    last = len(choices) - 1
    return [_delta(choice, rest, usage if number == last else None) for number, choice in enumerate(choices)]


def _delta(choice: Mapping[str, Any], rest: Mapping[str, Any], usage: Usage | None) -> Delta:
    index, finish_reason = index_and_end(choice)
    return Delta(
        index,
        text_of(choice.get("text")),
        finish_reason,
        choice=rest_of(choice, _CHOICE),
        chunk=rest,
        usage=usage,
    )


# ---- the client's side ----------------------------------------------------------------------------


def text_chunks(answer: Answer, request: CompletionRequest) -> Iterator[dict[str, Any] | None]:
    """The chunks of the stream, in order, without framing and without [DONE]; all else as in a chat's."""
    head = _head(answer)
    tail: dict[str, Any] = {"usage": None} if request.include_usage else {}
    held: dict[str, Any] = {}
    usage = None
    for delta in answer.deltas:
        usage = delta.usage or usage
        if delta.index is None or _says_nothing(delta):
            held |= delta.chunk
            if delta == PULSE:
                yield None
            continue
        extra, held = {**held, **delta.chunk}, {}
        if delta.sources is not None and "field" in answer.carriers:
            extra["sources"] = [source_json(source) for source in delta.sources]
        choice = _choice(delta.index, delta.content or "", delta.choice, delta.finish_reason)
        yield {**head, "choices": [choice], **extra, **tail}
    if request.include_usage:
        yield {**head, "choices": [], **held, **tail, "usage": priced(usage, request.tally.cost)}


def text_completion(answer: Answer) -> dict[str, Any]:
    """The whole answer, collected from its deltas; `usage` is there when the upstream gave one."""
    choices: dict[int, _Choice] = {}
    extra: dict[str, Any] = {}
    usage = None
    for delta in answer.deltas:
        usage = delta.usage or usage
        extra |= delta.chunk
        if delta.index is not None:
            choices.setdefault(delta.index, _Choice()).add(delta)
    body = {**extra, **_head(answer), "choices": [choices[index].json(index) for index in sorted(choices)]}
    if usage is not None:
        body["usage"] = usage_json(usage)
    told = [choice.sources for choice in choices.values() if choice.sources is not None]
    if (told or answer.sources is not None) and "field" in answer.carriers:
        body["sources"] = [source_json(source) for source in united(told or [answer.sources or ()])]
    return body


def _head(answer: Answer) -> dict[str, Any]:
    return {"id": answer.id, "object": "text_completion", "created": answer.created, "model": answer.model}


def _says_nothing(delta: Delta) -> bool:
    """Whether it has no place in this shape: a chat's role chunk, its reasoning."""
    return delta.sources is None and not any((delta.content, delta.finish_reason, *delta.choice.values()))


def _choice(index: int, text: str, rest: Mapping[str, Any], finish_reason: str | None) -> dict[str, Any]:
    return {"text": text, "index": index, "logprobs": None, **rest, "finish_reason": finish_reason}


class _Choice:
    """A choice being put together."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.rest: dict[str, Any] = {}
        self.finish_reason: str | None = None
        self.sources: tuple[Source, ...] | None = None

    def add(self, delta: Delta) -> None:
        """Take one more piece."""
        self.texts.append(delta.content or "")
        for key, value in delta.choice.items():
            self.rest[key] = merge(self.rest.get(key), value)
        self.finish_reason = delta.finish_reason or self.finish_reason
        self.sources = self.sources if delta.sources is None else delta.sources

    def json(self, index: int) -> dict[str, Any]:
        """OpenAI's choice."""
        return _choice(index, "".join(self.texts), self.rest, self.finish_reason)
