"""What every call of a model consumes, put on the tally of the request it is made for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from ragproxy.backends.cost import cost_usd
from ragproxy.backends.trying import close
from ragproxy.domain import (
    ChatModel,
    ChatRequest,
    CompletionRequest,
    Consumed,
    Delta,
    EmbeddingModel,
    EmbeddingRequest,
    Embeddings,
    Ending,
    Usage,
)
from ragproxy.errors import RagproxyError, UpstreamBroken, UpstreamTimeout, UpstreamUnreachable
from ragproxy.upstreams import Price
from ragproxy.wire.reading import cached_and_reasoning

if TYPE_CHECKING:
    from ragproxy.backends.server import UpstreamModel

_MOST_PIECES = 4096  # of an answer that are kept to be counted together
_TOGETHER = 512  # inputs that usually go in one call
_NOT_WRITTEN = frozenset({"id", "type", "role", "data", "annotations"})  # data: sound in base64


class Metered:
    """An UpstreamModel around a model, so close to it that each attempt at it is a call.

    An answer that ends without the model's own usage gets an estimate by `count` as its last delta. What is cut off by
    the upstream or by who reads it is on the tally too, with the usage that came before, or an estimate of what did.
    So are attempts that a hang-up, our patience or the network ended before they began, for the model was at work
    already: with an estimate of their prompt. Those that an upstream refused are not.
    """

    def __init__(
        self, model: UpstreamModel | ChatModel, label: str, price: Price | None, count: Callable[[str], int]
    ) -> None:
        self._model: Any = model
        self._label = label
        self._price = price
        self._count = count

    @property
    def chat_only(self) -> bool:
        return bool(getattr(self._model, "chat_only", not hasattr(self._model, "complete")))

    def chat(self, request: ChatRequest) -> Iterator[Delta]:
        """As the port."""
        return self._metered(partial(self._model.chat, request), request)

    def complete(self, request: CompletionRequest) -> Iterator[Delta]:
        """As the port."""
        return self._metered(partial(self._model.complete, request), request)

    def _metered(
        self, call: Callable[[], Iterator[Delta]], request: ChatRequest | CompletionRequest
    ) -> Iterator[Delta]:
        meter = _Meter(request, self._count)
        asked = not request.cancel.cancelled
        ended: Ending = "left"
        at_work = False
        deltas = call()
        try:
            for delta in deltas:
                meter.note(delta)
                yield delta
            ended = "whole"
            if meter.usage is None:
                meter.usage = meter.estimate()
                yield Delta(index=None, usage=meter.usage)
        except RagproxyError as err:
            ended = "left" if request.cancel.cancelled else "broken"
            at_work = asked and _was_at_work(err)
            raise
        finally:
            close(deltas)
            if meter.begun or at_work or (asked and request.cancel.cancelled):
                usage = meter.consumed(whole=ended == "whole")
                request.tally.add(consumed(self._label, usage, self._price, ended))


class MeteredEmbeddings:
    """An EmbeddingModel around one that always knows its usage, which it puts on the tally.

    A call that ends without an answer, while the model was at work, is there with an estimate of its inputs by `count`;
    but of many inputs nobody knows how many had been sent.
    """

    def __init__(self, model: EmbeddingModel, name: str, price: Price | None, count: Callable[[str], int]) -> None:
        self.name = name
        self._model = model
        self._price = price
        self._count = count

    def embed(self, request: EmbeddingRequest) -> Embeddings:
        """As the port."""
        asked = not request.cancel.cancelled
        try:
            made = self._model.embed(request)
        except RagproxyError as err:
            left = request.cancel.cancelled
            if asked and (left or _was_at_work(err)) and len(request.inputs) <= _TOGETHER:
                tokens = sum(self._count(each) if isinstance(each, str) else len(each) for each in request.inputs)
                ended: Ending = "left" if left else "broken"
                request.tally.add(consumed(self.name, Usage.estimate(tokens, 0), self._price, ended))
            raise
        if made.usage is not None:
            request.tally.add(consumed(self.name, made.usage, self._price))
        return made


def _was_at_work(err: RagproxyError) -> bool:
    """Whether the upstream had taken the request that so ended, and may have done what was asked."""
    return isinstance(err, (UpstreamTimeout, UpstreamBroken)) and not isinstance(err, UpstreamUnreachable)


def consumed(label: str, usage: Usage, price: Price | None, ended: Ending = "whole") -> Consumed:
    """What a call of the model of that label consumed, and what that cost."""
    cached, reasoning = cached_and_reasoning(usage)
    cost = None
    if price is not None:
        cost = cost_usd(price, prompt=usage.prompt, cached=cached, completion=usage.completion)
    return Consumed(label, usage.prompt, usage.completion, cached, reasoning, usage.estimated, cost, ended)


class _Meter:
    """The counts of one answer while it passes."""

    def __init__(self, request: ChatRequest | CompletionRequest, count: Callable[[str], int]) -> None:
        self._request = request
        self._count = count
        self._pieces: list[Any] = []
        self._counted = 0  # tokens of pieces that are not kept any more
        self._more = False  # whether pieces have come after the usage
        self.usage: Usage | None = None
        self.begun = False

    def note(self, delta: Delta) -> None:
        self.begun = True
        if delta.content or delta.fields:
            self._more = True
            self._pieces.append(delta.content)
            if delta.fields:
                self._pieces.append(delta.fields)
            if len(self._pieces) > _MOST_PIECES:
                self._counted = self._completion()
                self._pieces.clear()
        if delta.usage is not None:
            self.usage, self._more = delta.usage, False

    def estimate(self) -> Usage:
        return Usage.estimate(self._prompt(), self._completion())

    def consumed(self, *, whole: bool) -> Usage:
        """The model's own usage; for an answer that was cut, with what has come since."""
        if self.usage is None:
            return self.estimate()
        if whole or not self._more:
            return self.usage
        completion = max(self.usage.completion, self._completion())
        details = {**self.usage.details, "estimated": True}
        return replace(self.usage, completion=completion, total=self.usage.prompt + completion, details=details)

    def _prompt(self) -> int:
        request = self._request
        if isinstance(request, ChatRequest):
            return sum(self._count(message.text) for message in request.messages)
        return sum(len(prompt) if request.tokens else self._count(str(prompt)) for prompt in request.prompts)

    def _completion(self) -> int:
        return self._counted + self._count("".join(_texts(self._pieces)))


def _texts(value: Any) -> Iterator[str]:
    """Every string in it that a model writes: text, the names and arguments of calls, what it thinks or refuses."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            if key not in _NOT_WRITTEN:
                yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
