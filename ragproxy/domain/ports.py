"""The ports the rooms meet at, each small and owned by those who use it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from ragproxy.domain.agents import Agent
from ragproxy.domain.answers import Delta, Told
from ragproxy.domain.asking import CacheUse, Cancel, ChatRequest, CompletionRequest
from ragproxy.domain.callers import Caller
from ragproxy.domain.consumption import Account
from ragproxy.domain.vectors import EmbeddingRequest, Embeddings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

M = TypeVar("M")


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


class AnswerCache(Protocol):
    """Keeps whole answers, and gives them again to who asks exactly the same."""

    def around(self, model: M, *, owner: str, versions: Mapping[str, int | None], use: CacheUse) -> M:
        """The model, whose answers to that owner may have been kept while the stores searched had those versions.

        The first delta's headers say `x-cache: hit` or `miss`. A cache that fails is a miss, never an error.
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

    def listed(self) -> Collection[str]:
        """Those of the names that a list shows, in order: a model that has several is there once."""
        ...

    def owner(self, name: str) -> str:
        """Who serves the model of that name, as a list tells it."""
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


class EmbeddingModel(Protocol):
    """Whatever makes vectors for clients, as they ask for them; an Embedder makes those of the index."""

    def embed(self, request: EmbeddingRequest) -> Embeddings:
        """A vector for each input. Errors: UpstreamError and its kin, UnsupportedParameter, InvalidRequest."""
        ...


class Recorder(Protocol):
    """Writes down what answers consumed; owned by those who send them."""

    def record(self, account: Account) -> None:
        """Once for each request for which a model was called, when nothing more will be: whole, broken or left.

        It never fails, for the answer has gone out, and is quick: a stream that ends waits for it.
        """
        ...


class Gate(Protocol):
    """Lets callers in to an agent; owned by those who answer."""

    def enter(self, agent: Agent) -> None:
        """Forbidden `usage_limit_reached` when the agent has been used as much as it may be; else nothing."""
        ...


class Door(Protocol):
    """This server, asked by itself; owned by those who do in the background what a client asked for."""

    def post(
        self, path: str, body: Mapping[str, Any], caller: Caller, *, cancel: Cancel, note: str | None = None
    ) -> AbstractContextManager[Told]:
        """What the caller is answered to this JSON: guarded, limited and recorded as if it came from outside.

        `cancel` ends the work, as a hang-up would; leaving the block does too. `note` is for the route that is asked.
        """
        ...


class Doorbell(Protocol):
    """Wakes whoever indexes files; owned by those who put work into the database."""

    def ring(self) -> None:
        """Say that there is work. Never fails and never waits: a ring that is lost costs a minute, nothing else."""
        ...


class ChangeLog(Protocol):
    """Which files' chunks changed in a store, and when; owned by those who keep a copy of the index."""

    def version(self, store_id: str) -> int | None:
        """The store's version now, which rises with every change; None when there is no such store."""
        ...

    def since(self, store_id: str, version: int) -> Collection[str] | None:
        """The files whose chunks changed after that version; None when the log does not reach back so far."""
        ...

    def recent(self, age_s: float) -> Mapping[str, int]:
        """The stores with changes younger than `age_s` seconds, to the version of the latest."""
        ...
