"""Vectors for clients: of an upstream's model, passed on as it made them, or of the built-in one."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

from ragproxy.backends.fallback import FellBack, fall_back, untold
from ragproxy.backends.http import Channel
from ragproxy.backends.trying import Call
from ragproxy.domain import Cancel, Embedder, EmbeddingModel, EmbeddingRequest, Embeddings, Usage
from ragproxy.errors import ClientGone, InvalidRequest, UnsupportedParameter, UpstreamRefused
from ragproxy.wire.embeddings import embedding_body, embeddings_of
from ragproxy.wire.errors import passed_headers, upstream_error
from ragproxy.wire.json import dumps, loads_upstream

MOST_INPUTS = 512  # in one request; their vectors as decimal figures have to fit into http.LARGEST_ANSWER
MOST_CHARACTERS = 300_000  # or tokens: OpenAI reads 300,000 tokens in one request
_AT_ONCE = 32  # texts that the built-in model embeds between two looks whether the client is still there
# what servers say that take fewer at once: text-embeddings-inference, Mistral, Azure, Cohere, OpenAI
_TOO_MANY = re.compile(r"batch|too many inputs|number of (?:inputs|texts)|tokens per request", re.I)
_TOO_LONG = re.compile(r"tokens|characters|bytes", re.I)


class Protect(Protocol):
    """What stands around each call (`Protection.call`, `RetryPolicy.retry`)."""

    def __call__(self, call: Call[Embeddings], cancel: Cancel, /) -> Iterator[Embeddings]: ...


class UpstreamEmbeddings:
    """An EmbeddingModel: one model of one server, behind a channel to it.

    Inputs go in batches of at most `inputs` and `characters` (or tokens); a server that wants fewer at once gets fewer
    from then on. It is asked for the form that the client wants, until it refuses base64.
    """

    def __init__(
        self,
        http: Channel,
        name: str,
        protect: Protect | None = None,
        *,
        inputs: int = MOST_INPUTS,
        characters: int = MOST_CHARACTERS,
    ) -> None:
        self.name = name
        self._http = http
        self._protect = protect or _plainly
        self._inputs = inputs
        self._characters = characters
        self._packs = True

    def embed(self, request: EmbeddingRequest) -> Embeddings:
        """As the port. The usage is the sum of the batches', None when one of them has none."""
        made = [part for batch in self._batches(request) for part in self._embedded(request, batch)]
        if len(made) == 1:
            return made[0]
        vectors = tuple(vector for part in made for vector in part.vectors)
        # of several answers, the last one's limits are those that count
        return Embeddings(vectors, _sum([part.usage for part in made]), made[-1].headers if made else {})

    def _batches(self, request: EmbeddingRequest) -> Iterator[Sequence[Any]]:
        batch: list[Any] = []
        size = 0
        for each in request.inputs:
            if batch and (len(batch) >= self._inputs or size + len(each) > self._characters):
                yield batch
                batch, size = [], 0
            batch.append(each)
            size += len(each)
        if batch:
            yield batch

    def _embedded(self, request: EmbeddingRequest, inputs: Sequence[Any]) -> list[Embeddings]:
        """The batch, in halves if it is too much for the server at once."""
        try:
            return [self._shaped(request, inputs)]
        except UpstreamRefused as err:
            counted = bool(_TOO_MANY.search(err.message))
            if len(inputs) < 2 or not (counted or err.status == 413):
                raise
            of_lengths = not counted or bool(_TOO_LONG.search(err.message))
        half = (len(inputs) + 1) // 2
        made = [*self._embedded(request, inputs[:half]), *self._embedded(request, inputs[half:])]
        if not of_lengths:  # a limit for other texts too
            self._inputs = min(self._inputs, half)
        return made

    def _shaped(self, request: EmbeddingRequest, inputs: Sequence[Any]) -> Embeddings:
        if request.packed and self._packs:
            try:
                return self._asked(request, inputs, packed=True)
            except UpstreamRefused as err:
                if "encoding_format" not in f"{err.param} {err.message}" and "base64" not in err.message:
                    raise
            self._packs = False
        return self._asked(request, inputs, packed=False)

    def _asked(self, request: EmbeddingRequest, inputs: Sequence[Any], *, packed: bool) -> Embeddings:
        body = dumps(embedding_body(request, inputs, self.name, packed=packed))
        (made,) = self._protect(partial(self._answer, body, len(inputs), request), request.cancel)
        return made

    def _answer(self, body: bytes, expected: int, request: EmbeddingRequest) -> Iterator[Embeddings]:
        with self._http.post("/embeddings", body, request.cancel, headers=request.headers) as reply:
            if reply.status >= 300:
                raise upstream_error(reply.status, reply.read(), reply.headers)
            made = embeddings_of(loads_upstream(reply.read()), expected=expected)
            yield replace(made, headers=passed_headers(reply.headers))


class FallbackEmbeddings:
    """An EmbeddingModel: the first of `models` that answers, each with its label; the whole request is one model's."""

    def __init__(self, models: Sequence[tuple[str, EmbeddingModel]], fell_back: FellBack = untold) -> None:
        self._models = tuple(models)
        self._fell_back = fell_back

    def embed(self, request: EmbeddingRequest) -> Embeddings:
        """As the port; the headers say what was tried."""
        calls: list[tuple[str, Call[Embeddings]]] = [
            (label, partial(_once, model, request)) for label, model in self._models
        ]
        (made,) = fall_back(calls, request.cancel, self._fell_back)
        return made


class Counted:
    """An EmbeddingModel around another: its usage is never missing, and says `estimated` when `count` made it up."""

    def __init__(self, model: EmbeddingModel, count: Callable[[str], int]) -> None:
        self._model = model
        self._count = count

    def embed(self, request: EmbeddingRequest) -> Embeddings:
        """As the port."""
        made = self._model.embed(request)
        if made.usage is not None:
            return made
        prompt = _tokens(request, self._count)
        usage = Usage(prompt, 0, prompt) if request.tokens else Usage.estimate(prompt, 0)
        return replace(made, usage=usage)


class BuiltInEmbeddings:
    """An EmbeddingModel of the embedder that needs no upstream, `dimensions` long. `count` counts its tokens."""

    def __init__(self, embedder: Embedder, dimensions: int, count: Callable[[str], int]) -> None:
        self.name = embedder.name
        self._embedder = embedder
        self._dimensions = dimensions
        self._count = count

    def embed(self, request: EmbeddingRequest) -> Embeddings:
        """As the port. UnsupportedParameter for other dimensions, InvalidRequest for tokens, ClientGone."""
        if request.dimensions not in (None, self._dimensions):
            raise UnsupportedParameter(
                f"The built-in model '{self.name}' has {self._dimensions} dimensions, and no others; "
                "leave 'dimensions' out",
                param="dimensions",
            )
        if request.tokens:  # ids do not tell of which vocabulary they are
            raise InvalidRequest(
                f"The built-in model '{self.name}' reads texts, not token ids: send strings "
                "(in LangChain: check_embedding_ctx_length=False)",
                param="input",
            )
        texts = [str(each) for each in request.inputs]
        rows = (row for batch in _in_groups(texts, request.cancel) for row in self._embedder.embed(batch))
        vectors = tuple(base64.b64encode(row.astype("<f4").tobytes()).decode() for row in rows)
        prompt = _tokens(request, self._count)
        return Embeddings(vectors, Usage(prompt, 0, prompt))


def _plainly(call: Call[Embeddings], cancel: Cancel) -> Iterator[Embeddings]:
    return call()


def _in_groups(texts: list[str], cancel: Cancel) -> Iterator[list[str]]:
    for start in range(0, len(texts), _AT_ONCE):
        if cancel.cancelled:
            raise ClientGone("The client hung up before its texts were embedded")
        yield texts[start : start + _AT_ONCE]


def _once(model: EmbeddingModel, request: EmbeddingRequest) -> Iterator[Embeddings]:
    yield model.embed(request)


def _tokens(request: EmbeddingRequest, count: Callable[[str], int]) -> int:
    return sum(len(each) if request.tokens else count(str(each)) for each in request.inputs)


def _sum(usages: Sequence[Usage | None]) -> Usage | None:
    """The sum of all, and of every figure in the upstream's own; None when one is missing."""
    known = [usage for usage in usages if usage is not None]
    if not known or len(known) < len(usages):
        return None
    details: dict[str, Any] = {}
    for usage in known:
        for key, value in usage.details.items():
            if type(value) is int:
                details[key] = details.get(key, 0) + value
    return Usage(
        sum(usage.prompt for usage in known),
        sum(usage.completion for usage in known),
        sum(usage.total for usage in known),
        details,
    )
