"""Chat completions: what an upstream is sent and says, and what a client is answered, whole or in chunks.

Nothing an upstream says is dropped: the keys we do not know pass through `Delta.fields`, `.choice` and `.chunk`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ragproxy.domain import PULSE, Answer, ChatRequest, Delta, Source, Usage
from ragproxy.errors import UpstreamBroken
from ragproxy.wire.collecting import merge, merge_field
from ragproxy.wire.messages import message_json
from ragproxy.wire.reading import choices_of, index_and_end, priced, rest_of, text_of, usage_json, usage_of
from ragproxy.wire.sources import annotation, source_json, united

_CHOICE = frozenset({"index", "delta", "message", "finish_reason"})
_MESSAGE = frozenset({"role", "content"})
_CALLS = frozenset({"tool_calls", "function_call"})

# ---- the upstream's side --------------------------------------------------------------------------


def chat_body(request: ChatRequest, model: str) -> dict[str, Any]:
    """The body for an upstream. A stream always asks for the usage, whatever the client wants to see."""
    body = {**request.params, "model": model, "messages": [message_json(each) for each in request.messages]}
    if request.stream:
        body["stream"] = True
        body["stream_options"] = {**request.stream_options, "include_usage": True}
    return body


def chunk_deltas(chunk: Mapping[str, Any]) -> list[Delta]:
    """The deltas of one chunk of a stream; one without choices (usage, Azure's filters) is a Delta of no index."""
    return _deltas(chunk, choices_of(chunk), "delta")


def completion_deltas(body: Mapping[str, Any]) -> list[Delta]:
    """The deltas of a whole chat.completion: one a choice, the usage on the last."""
    choices = choices_of(body)
    if not choices:
        raise UpstreamBroken("The upstream's answer has no choices")
    return _deltas(body, choices, "message")


def _deltas(body: Mapping[str, Any], choices: list[Mapping[str, Any]], key: str) -> list[Delta]:
    usage, rest = usage_of(body) if body.get("usage") else None, rest_of(body)
    if not choices:
        return [Delta(index=None, usage=usage, chunk=rest)] if usage or rest else []
    if len(choices) == 1:
        return [_delta(choices[0], key, rest, usage)]
    last = len(choices) - 1
    return [_delta(choice, key, rest, usage if number == last else None) for number, choice in enumerate(choices)]


def _delta(choice: Mapping[str, Any], key: str, rest: Mapping[str, Any], usage: Usage | None) -> Delta:
    said = choice.get(key)
    if said is None:
        said = {}
    if not isinstance(said, dict):
        raise UpstreamBroken(f"The '{key}' of a choice in the upstream's answer is not an object")
    index, finish_reason = index_and_end(choice)
    content = said.get("content")
    # nearly always there is no more, and this is asked for each chunk: a look takes less than a call
    fields = {} if said.keys() <= _MESSAGE else _fields(said)
    if isinstance(content, list):
        content, fields["content_parts"] = _parted(content)
    elif not isinstance(content, str):
        content = text_of(content)
    return Delta(
        index,
        content,
        finish_reason,
        choice={} if choice.keys() <= _CHOICE else rest_of(choice, _CHOICE),
        chunk=rest,
        usage=usage,
        fields=fields,
    )


def _fields(said: Mapping[str, Any]) -> dict[str, Any]:
    fields = rest_of(said, _MESSAGE)
    for key in _CALLS & fields.keys():
        if not fields[key]:
            del fields[key]  # an empty array or null where OpenAI has no key: clients take it for a call
    return fields


def _parted(parts: list[Any]) -> tuple[str | None, list[Any]]:
    """Content that came as parts (some servers put a model's thinking there): its text, and the parts themselves."""
    texts = [part.get("text") for part in parts if isinstance(part, Mapping) and part.get("type") == "text"]
    return "".join(text for text in texts if isinstance(text, str)) or None, parts


# ---- the client's side, in chunks -----------------------------------------------------------------


def chat_chunks(answer: Answer, request: ChatRequest) -> Iterator[dict[str, Any] | None]:
    """The chunks of the stream, in order, without framing and without [DONE]; None for a PULSE.

    A choice begins with its role chunk; sources ride on the chunk of its finish_reason. With `include_usage` a last
    chunk has no choices, and the usage with its cost: null when the model gave none.
    """
    head, tail = _envelope(answer, request)
    started: set[int] = set()
    held: dict[str, Any] = {}  # what came on a chunk without choices: clients read choices[0] of every chunk
    usage = None
    for delta in answer.deltas:
        usage = delta.usage or usage
        if delta.index is None:
            held |= delta.chunk
            if delta == PULSE:
                yield None
            continue
        extra, held = {**held, **delta.chunk}, {}
        if delta.index not in started:
            started.add(delta.index)
            nothing = _says_nothing(delta)
            opening = {"role": "assistant", "content": "", **(delta.fields if nothing else {})}
            more = delta.choice if nothing else {}
            choice = {"index": delta.index, "delta": opening, "logprobs": None, "finish_reason": None, **more}
            yield {**head, "choices": [choice], **extra, **tail}
            if nothing:
                continue
        if delta.sources is not None and "field" in answer.carriers:
            extra["sources"] = [source_json(source) for source in delta.sources]
        said, ended = _delta_json(delta, answer), delta.finish_reason
        choice = {"index": delta.index, "delta": said, "logprobs": None, "finish_reason": ended, **delta.choice}
        yield {**head, "choices": [choice], **extra, **tail}
    if request.include_usage:
        yield {**head, "choices": [], **held, **tail, "usage": priced(usage, request.tally.cost)}


def _envelope(answer: Answer, request: ChatRequest) -> tuple[dict[str, Any], dict[str, Any]]:
    """The keys before and after those of each chunk; ours come last, so that no upstream's key overrides them."""
    head = {"id": answer.id, "object": "chat.completion.chunk", "created": answer.created, "model": answer.model}
    tail: dict[str, Any] = {"usage": None} if request.include_usage else {}
    if answer.conversation_id is not None:
        tail["conversation_id"] = answer.conversation_id
    return head, tail


def _says_nothing(delta: Delta) -> bool:
    """Whether it is no more than the upstream's own role chunk."""
    said = (delta.content, delta.finish_reason, delta.citations, *delta.fields.values(), *delta.choice.values())
    return delta.sources is None and not any(said)


def _delta_json(delta: Delta, answer: Answer) -> dict[str, Any]:
    said: dict[str, Any] = {} if delta.content is None else {"content": delta.content}
    said |= delta.fields
    if delta.citations and "annotations" in answer.carriers:
        ours = [annotation(citation) for citation in delta.citations]
        said["annotations"] = [*(said.get("annotations") or ()), *ours]
    return said


# ---- the client's side, whole ---------------------------------------------------------------------


def chat_completion(answer: Answer) -> dict[str, Any]:
    """The whole answer, collected from its deltas; `usage` is there when the upstream gave one."""
    choices: dict[int, _Choice] = {}
    extra: dict[str, Any] = {}
    usage = None
    for delta in answer.deltas:
        usage = delta.usage or usage
        extra |= delta.chunk
        if delta.index is not None:
            choices.setdefault(delta.index, _Choice(delta.index)).add(delta)
    body = {
        "id": answer.id,
        "object": "chat.completion",
        "created": answer.created,
        "model": answer.model,
        "choices": [choices[index].json(answer) for index in sorted(choices)],
    }
    if usage is not None:
        body["usage"] = usage_json(usage)
    return {**extra, **body, **_ours(answer, choices)}


def _ours(answer: Answer, choices: Mapping[int, _Choice]) -> dict[str, Any]:
    ours: dict[str, Any] = {}
    told = [choice.sources for choice in choices.values() if choice.sources is not None]
    if (told or answer.sources is not None) and "field" in answer.carriers:
        ours["sources"] = [source_json(source) for source in united(told or [answer.sources or ()])]
    if answer.conversation_id is not None:
        ours["conversation_id"] = answer.conversation_id
    return ours


class _Choice:
    """A choice being put together."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.texts: list[str] = []
        self.fields: dict[str, Any] = {}
        self.rest: dict[str, Any] = {"logprobs": None}
        self.annotations: list[dict[str, Any]] = []
        self.finish_reason: str | None = None
        self.sources: tuple[Source, ...] | None = None

    def add(self, delta: Delta) -> None:
        """Take one more piece."""
        if delta.content is not None:
            self.texts.append(delta.content)
        for key, value in delta.fields.items():
            self.fields[key] = merge_field(self.fields.get(key), value)
        for key, value in delta.choice.items():
            self.rest[key] = merge(self.rest.get(key), value)
        self.annotations.extend(annotation(citation) for citation in delta.citations)
        self.finish_reason = delta.finish_reason or self.finish_reason
        self.sources = self.sources if delta.sources is None else delta.sources

    def json(self, answer: Answer) -> dict[str, Any]:
        """OpenAI's choice."""
        return {
            "index": self.index,
            "message": self._message(answer),
            **self.rest,
            "finish_reason": self.finish_reason,
        }

    def _message(self, answer: Answer) -> dict[str, Any]:
        content = "".join(self.texts) if self.texts else None
        if not content and (self.fields.get("tool_calls") or self.fields.get("function_call")):
            content = None  # as OpenAI has it, whatever "" a stream opened with
        message: dict[str, Any] = {"role": "assistant", "content": content, "refusal": None, **self.fields}
        if isinstance(message.get("tool_calls"), list):
            message["tool_calls"] = [_whole_call(call) for call in message["tool_calls"]]
        grounded = answer.sources is not None or self.annotations
        if grounded and "annotations" in answer.carriers:
            message["annotations"] = [*(message.get("annotations") or ()), *self.annotations]
        return message


def _whole_call(call: Any) -> Any:
    """A tool call without the `index` that only streams have, and with the `type` that some streams forget."""
    if not isinstance(call, Mapping):
        return call
    whole = {key: value for key, value in call.items() if key != "index"}
    if not whole.get("type") and "function" in whole:
        whole["type"] = "function"
    return whole
