"""POST /embeddings: what clients ask, what an upstream is asked, and the vectors it gives, on to the client."""

from __future__ import annotations

import base64
import sys
from array import array
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from marshmallow import INCLUDE, Schema, post_load

from ragproxy.domain import EmbeddingRequest, Embeddings, Inputs, Usage, Vector
from ragproxy.errors import UpstreamBroken
from ragproxy.wire.completion_request import Prompt
from ragproxy.wire.fields import Identifier, Text, Whole
from ragproxy.wire.rag import KEYS
from ragproxy.wire.reading import usage_of
from ragproxy.wire.validation import at, wrong_value

_APART = KEYS | {"model", "input", "encoding_format"}  # everything else is forwarded as it came
_NUMBERS = {int, float}

# ---- the client's request -------------------------------------------------------------------------


class Input(Prompt):
    """What to embed, in any of the forms of a prompt, loaded as (inputs, whether they are tokens). None is empty."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> tuple[Inputs, bool]:
        inputs, tokens = super()._deserialize(value, attr, data, **kwargs)
        if "" in inputs:
            path = () if type(value) is str else (inputs.index(""),)
            raise at(wrong_value("expected at least one character", "empty_string"), *path)
        return inputs, tokens


class EmbeddingRequestSchema(Schema):
    """OpenAI's embedding request. Unknown keys travel on."""

    class Meta:
        unknown = INCLUDE

    model = Identifier(required=True)
    input = Input()
    dimensions = Whole(1)
    encoding_format = Text(choices=("float", "base64"))
    user = Text()

    @post_load(pass_original=True)
    def build(self, data: dict[str, Any], original: dict[str, Any], **_: Any) -> EmbeddingRequest:
        """The request; `params` come from the body itself, so that they are forwarded exactly as they came."""
        inputs, tokens = data["input"]
        return EmbeddingRequest(
            model=data["model"],
            inputs=inputs,
            tokens=tokens,
            packed=data.get("encoding_format") == "base64",
            params={key: value for key, value in original.items() if key not in _APART},
        )


EMBEDDING_REQUEST = EmbeddingRequestSchema()

# ---- the upstream's side --------------------------------------------------------------------------


def embedding_body(request: EmbeddingRequest, inputs: Sequence[Any], model: str, *, packed: bool) -> dict[str, Any]:
    """The body for an upstream: some of the request's inputs, wanted as base64 or as numbers."""
    form = "base64" if packed else "float"
    return {**request.params, "model": model, "input": inputs, "encoding_format": form}


def embeddings_of(body: Any, *, expected: int) -> Embeddings:
    """The vectors in the order of the texts, as the upstream gave them, and its usage.

    UpstreamBroken when the body is no list of embeddings, or holds other than `expected` of them.
    """
    data = body.get("data") if isinstance(body, Mapping) else None
    if not isinstance(data, list) or not all(isinstance(line, dict) for line in data):
        raise UpstreamBroken("The upstream's answer is not a list of embeddings")
    vectors = tuple(_vector(line.get("embedding")) for line in _in_order(data))
    if len(vectors) != expected:
        raise UpstreamBroken(f"The upstream made {len(vectors)} embeddings of {expected} texts")
    if len({(type(vector), len(vector)) for vector in vectors}) > 1:
        raise UpstreamBroken("The upstream's embeddings are not of one length")
    return Embeddings(vectors, usage_of(body))


def floats(vector: Vector) -> array[float]:
    """The vector as 32-bit floats. UpstreamBroken when it holds none, or numbers that are none."""
    try:
        row = _unpacked(vector) if isinstance(vector, str) else array("f", vector)
    except (TypeError, ValueError, OverflowError):
        raise UpstreamBroken("An embedding of the upstream is neither numbers nor base64") from None
    if not row or not all(map(isfinite, row)):
        raise UpstreamBroken("An embedding of the upstream is empty, or holds numbers that are none")
    return row


def packed(row: array[float]) -> str:
    """32-bit floats in base64, little-endian as OpenAI packs them."""
    return base64.b64encode(_little_endian(row).tobytes()).decode()


def _in_order(data: list[dict[str, Any]]) -> list[dict[str, Any]]:
    indices = [line.get("index") for line in data]
    if all(index is None for index in indices):
        return data
    if any(type(index) is not int for index in indices) or sorted(indices) != list(range(len(data))):  # type: ignore[type-var]
        raise UpstreamBroken("The upstream's embeddings are not numbered from 0 on")
    return sorted(data, key=lambda line: line["index"])


def _vector(value: Any) -> Vector:
    if not isinstance(value, str | list) or (isinstance(value, list) and not set(map(type, value)) <= _NUMBERS):
        raise UpstreamBroken("An embedding of the upstream is neither numbers nor base64")
    if not value:
        raise UpstreamBroken("An embedding of the upstream is empty")
    return value


def _unpacked(text: str) -> array[float]:
    row = array("f")
    row.frombytes(base64.b64decode(text, validate=True))
    return _little_endian(row)


def _little_endian(row: array[float]) -> array[float]:
    if sys.byteorder == "big":
        row = array("f", row)
        row.byteswap()
    return row


# ---- the client's answer --------------------------------------------------------------------------


def embedding_list(made: Embeddings, request: EmbeddingRequest) -> dict[str, Any]:
    """OpenAI's list of embeddings, in the form asked for: a vector that has it already stays as it came."""
    data = [
        {"object": "embedding", "index": index, "embedding": _shaped(vector, request.packed)}
        for index, vector in enumerate(made.vectors)
    ]
    return {"object": "list", "data": data, "model": request.model, "usage": _usage_json(made.usage)}


def _shaped(vector: Vector, as_base64: bool) -> Any:
    if isinstance(vector, str) == as_base64:
        return vector
    return packed(floats(vector)) if as_base64 else floats(vector).tolist()


def _usage_json(usage: Usage | None) -> dict[str, Any] | None:
    if usage is None:
        return None
    return {"prompt_tokens": usage.prompt, "total_tokens": usage.total} | dict(usage.details)
