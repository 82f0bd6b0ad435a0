"""The ports the rooms meet at, each small and owned by those who use it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from ragproxy.domain.answers import Delta
from ragproxy.domain.asking import ChatRequest, CompletionRequest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class ChatModel(Protocol):
    """Whatever answers a chat. Retry, cache and fallback are models around models."""

    def chat(self, request: ChatRequest) -> Iterator[Delta]:
        """Yield at least one delta, or raise before the first; close the generator to stop the work.

        Errors: UpstreamError and its kin, UnsupportedParameter, ContextTooLong. After the first delta only
        UpstreamBroken and UpstreamTimeout are raised.
        """
        ...


class CompletionModel(Protocol):
    """Whatever continues a prompt (OpenAI's legacy completions)."""

    def complete(self, request: CompletionRequest) -> Iterator[Delta]:
        """As `ChatModel.chat`; choice `index` counts prompts times `n`, as OpenAI does.

        NotServed before the first delta when the server has chat alone.
        """
        ...


class Models(Protocol):
    """The models we can call, by the name they go by upstream."""

    @property
    def default(self) -> str:
        """The name of the model that writes when nobody says which."""
        ...

    def names(self) -> Collection[str]:
        """Every name served now, from memory: never a call upstream."""
        ...

    def chat_model(self, name: str) -> ChatModel:
        """The model behind the name. UnknownModel when nobody serves it."""
        ...

    def completion_model(self, name: str) -> CompletionModel | None:
        """The same for legacy completions; None when the model is known to have chat alone."""
        ...


class Embedder(Protocol):
    """Texts to vectors."""

    @property
    def name(self) -> str:
        """What a store remembers of who made its vectors."""
        ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit-length row a text, shape (len(texts), dimensions)."""
        ...


class Doorbell(Protocol):
    """Wakes whoever indexes files; owned by those who put work into the database."""

    def ring(self) -> None:
        """Say that there is work. Never fails and never waits: a ring that is lost costs a minute, nothing else."""
        ...
