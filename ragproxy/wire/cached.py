"""Answers as the cache keeps them: JSON of our own, and the key they are found by.

What is kept is the model's answer put together, whether it was streamed or not; it is given out in either form.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from ragproxy import __version__
from ragproxy.domain import ChatRequest, CompletionRequest, Delta, Usage
from ragproxy.wire.collecting import merge, merge_field

FORMAT = 1  # of what is kept; what has another one is not understood any more
_WHOLE = frozenset({"stop", "length", "tool_calls", "function_call"})  # endings of an answer that may be given again
_OF_THE_TRANSFER = frozenset({"obfuscation"})  # OpenAI's padding against who measures the lengths of chunks


def answer_key(
    request: ChatRequest | CompletionRequest, *, owner: str, versions: Mapping[str, int | None], salt: str
) -> str:
    """SHA-256 of all that an answer depends on, in hexadecimal.

    The order of the parameters does not count, the order inside them does: a model may answer in the order of a schema.
    How the answer is shown does not count either: whether it streams, and where the sources go.
    """
    asked: list[Any] = [type(request).__name__, request.model, sorted(request.params.items())]
    asked.append(sorted((name.lower(), value) for name, value in request.headers.items()))
    if isinstance(request, ChatRequest):
        asked += [request.messages, request.grounding]
    else:
        asked += [request.prompts, request.tokens]
    rag = request.rag
    asked += [request.lang, request.files, rag.enabled, rag.stores, rag.top_k, rag.min_score, rag.filters]
    facts = [FORMAT, __version__, salt, owner, sorted(versions.items()), asked]
    return hashlib.sha256(orjson.dumps(facts, default=dict)).hexdigest()  # mappings that cannot be changed


class Kept:
    """An answer being put together from its deltas, until it is whole or longer than `largest` bytes."""

    def __init__(self, choices: int, *, largest: int) -> None:
        self._expected = choices
        self._room = self._largest = largest
        self._choices: dict[int, _Choice] = {}
        self._chunk: dict[str, Any] = {}
        self._usage: Usage | None = None

    def add(self, delta: Delta) -> None:
        """Take one more piece; once there are too many, all are let go."""
        if self._room < 0:
            return
        self._room -= len(delta.content or "")
        if delta.fields or delta.choice:
            self._room -= len(orjson.dumps([delta.fields, delta.choice]))
        if self._room < 0:
            self._choices.clear()
            return
        self._usage = delta.usage or self._usage
        self._chunk |= delta.chunk
        if delta.index is not None:
            self._choices.setdefault(delta.index, _Choice()).add(delta)

    def whole(self) -> bytes | None:
        """The answer, if it has all its choices, each with a good ending, and is not too long."""
        choices = self._choices.values()
        if len(choices) < self._expected or not all(choice.finish_reason in _WHOLE for choice in choices):
            return None
        usage = self._usage
        data = orjson.dumps(
            {
                "format": FORMAT,
                "choices": [self._choices[index].row(index) for index in sorted(self._choices)],
                "chunk": {key: value for key, value in self._chunk.items() if key not in _OF_THE_TRANSFER},
                "usage": usage and [usage.prompt, usage.completion, usage.total, usage.details],
            }
        )
        return data if len(data) <= self._largest else None


class _Choice:
    def __init__(self) -> None:
        self.finish_reason: str | None = None
        self._texts: list[str] | None = None
        self._fields: dict[str, Any] = {}
        self._rest: dict[str, Any] = {}

    def add(self, delta: Delta) -> None:
        if delta.content is not None:
            self._texts = self._texts or []
            self._texts.append(delta.content)
        for key, value in delta.fields.items():
            self._fields[key] = merge_field(self._fields.get(key), value)
        for key, value in delta.choice.items():
            self._rest[key] = merge(self._rest.get(key), value)
        self.finish_reason = delta.finish_reason or self.finish_reason

    def row(self, index: int) -> list[Any]:
        content = None if self._texts is None else "".join(self._texts)
        return [index, content, self.finish_reason, self._fields, self._rest]


def kept_deltas(data: bytes, *, stream: bool) -> list[Delta] | None:
    """The answer's deltas, as an upstream would give them; None when the data is not such an answer.

    Whoever can write to the cache is not believed blindly: only JSON of the right types is an answer.
    """
    try:
        kept = orjson.loads(data)
        if kept["format"] != FORMAT or not kept["choices"]:
            return None
        chunk = _of(dict, kept["chunk"])
        rows = [_row(*row) for row in kept["choices"]]
        usage = kept["usage"] and _usage(*kept["usage"])
    except (KeyError, TypeError, ValueError):
        return None
    return list((_streamed if stream else _at_once)(rows, chunk, usage))


def _row(index: Any, content: Any, finish_reason: Any, fields: Any, rest: Any) -> Delta:
    if content is not None:
        _of(str, content)
    return Delta(_of(int, index), content, _of(str, finish_reason), _of(dict, fields), _of(dict, rest))


def _usage(prompt: Any, completion: Any, total: Any, details: Any) -> Usage:
    return Usage(_of(int, prompt), _of(int, completion), _of(int, total), _of(dict, details))


def _of(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise TypeError(f"expected {kind}")
    return value


def _at_once(rows: list[Delta], chunk: Mapping[str, Any], usage: Usage | None) -> Iterator[Delta]:
    for number, row in enumerate(rows, start=1):
        last = number == len(rows)
        yield _with(row, row.finish_reason, row.fields, chunk, usage if last else None)


def _streamed(rows: list[Delta], chunk: Mapping[str, Any], usage: Usage | None) -> Iterator[Delta]:
    for row in rows:
        fields = {key: numbered(value) if key == "tool_calls" else value for key, value in row.fields.items()}
        yield _with(row, None, fields, chunk)
        yield Delta(row.index, finish_reason=row.finish_reason, chunk=chunk)
    yield Delta(None, usage=usage, chunk=chunk)


def _with(
    row: Delta,
    finish_reason: str | None,
    fields: Mapping[str, Any],
    chunk: Mapping[str, Any],
    usage: Usage | None = None,
) -> Delta:
    return Delta(row.index, row.content, finish_reason, fields, row.choice, chunk, usage)


def numbered(calls: Any) -> Any:
    """Tool calls with the `index` that only streams have."""
    if not isinstance(calls, list):
        return calls
    return [{"index": number, **call} if isinstance(call, dict) else call for number, call in enumerate(calls)]
