"""Who answers when the model that was asked cannot: others, in order."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from ragproxy.backends.trying import FAILURES, Call, T, begin, close, last, outcome, told, tried_within
from ragproxy.domain import Cancel, ChatModel, ChatRequest, CompletionRequest, Delta
from ragproxy.errors import InvalidRequest, NotServed, RagproxyError, UpstreamRefused

log = logging.getLogger(__name__)

FellBack = Callable[[str, str], None]  # told which model was asked first, and which answered in its place

# refusals that are about the upstream's models and limits, and not about what the client sent
_ELSEWHERE = frozenset({404, 410, 429})


def untold(model: str, fallback: str) -> None:
    """Nobody asks."""


def fall_back(calls: Sequence[tuple[str, Call[T]]], cancel: Cancel, fell_back: FellBack = untold) -> Iterator[T]:
    """The items of the first call that begins; each has a label, such as `main/gpt-4o`.

    A refusal of what the client sent is raised at once, unless another call has failed before: then it is about the
    model that stands in (a shorter context, no tools), and the next is asked. When all have failed, the last failure
    that is not such a refusal is raised. What was tried is in the headers of the first item or of the error, and in the
    log when it was more than one attempt.
    """
    tried: list[str] = []
    failure: RagproxyError = NotServed("No upstream offers this")
    try:
        for label, call in calls:
            try:
                head, items = begin(call)
            except FAILURES as error:
                tried += _labelled(label, tried_within(error.headers) or [outcome(error)])
                failure = _weightier(failure, error)
                if cancel.cancelled or (failure is error and _is_the_clients(error)):
                    break
                continue
            try:
                tried += _labelled(label, tried_within(getattr(head[0], "headers", {}) if head else {}) or ["200"])
                _log(tried)
                if label != calls[0][0]:
                    fell_back(calls[0][0], label)
                yield from told(head, tried)
                yield from items
                return
            finally:
                close(items)
        _log(tried)
        raise last(failure, tried)
    finally:
        del failure  # its traceback holds this frame


class Fallback:
    """A ChatModel and CompletionModel: the first of `models` that begins to answer, each with its label.

    The others get the request as it is: a model knows its own name. Those that have chat alone are not asked for
    legacy completions.
    """

    def __init__(self, models: Sequence[tuple[str, ChatModel]], fell_back: FellBack = untold) -> None:
        self._models = tuple(models)
        self._fell_back = fell_back

    @property
    def chat_only(self) -> bool:
        return all(_chat_only(model) for _, model in self._models)

    def chat(self, request: ChatRequest) -> Iterator[Delta]:
        """As the port; the first delta's headers say what was tried."""
        calls = [(label, partial(model.chat, request)) for label, model in self._models]
        return fall_back(calls, request.cancel, self._fell_back)

    def complete(self, request: CompletionRequest) -> Iterator[Delta]:
        """As `chat`."""
        able: list[tuple[str, Any]] = [(label, model) for label, model in self._models if not _chat_only(model)]
        calls: list[tuple[str, Call[Delta]]] = [(label, partial(model.complete, request)) for label, model in able]
        return fall_back(calls or [(self._models[0][0], _chat_alone)], request.cancel, self._fell_back)


def _chat_alone() -> Iterator[Delta]:
    raise NotServed("The model has no legacy completions; send it chat completions")


def _chat_only(model: ChatModel) -> bool:
    return getattr(model, "chat_only", not hasattr(model, "complete"))


def _weightier(former: RagproxyError, error: RagproxyError) -> RagproxyError:
    """Which of two errors the client should hear: a failure rather than a refusal by who stood in for it."""
    if isinstance(former, NotServed):
        return error
    return former if isinstance(error, NotServed) or _is_the_clients(error) else error


def _is_the_clients(error: RagproxyError) -> bool:
    """Whether what the client sent is at fault, so that it would be anywhere."""
    if isinstance(error, UpstreamRefused):
        return error.status not in _ELSEWHERE
    return isinstance(error, InvalidRequest)


def _labelled(label: str, words: list[str]) -> list[str]:
    return [f"{label} {word}" for word in words]


def _log(tried: list[str]) -> None:
    if len(tried) > 1:
        log.warning("tried %s", ", ".join(tried))
