"""The nouns every room shares, and the ports the rooms meet at. No library here, no JSON, no HTTP."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Carrier = Literal["annotations", "field", "header", "markdown"]
DEFAULT_CARRIERS: tuple[Carrier, ...] = ("annotations", "field", "header")


# ---- who asks, and what -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking. `owner` is the project that rows belong to."""

    owner: str = "default"
    admin: bool = False


class Cancel:
    """A one-way switch: the client has gone, stop working for it.

    Whoever waits on something slow registers how to break the wait with `breaking`.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._breakers: list[Callable[[], None]] = []
        self._cancelled = False

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    def cancel(self) -> None:
        """Break every wait, now and from here on; from any thread, any number of times."""
        with self._lock:
            self._cancelled = True
            breakers, self._breakers = self._breakers, []
        for breaker in breakers:
            breaker()

    @contextmanager
    def breaking(self, breaker: Callable[[], None]) -> Iterator[None]:
        """While the block runs, `cancel` calls `breaker` (at once when already cancelled)."""
        with self._lock:
            cancelled = self._cancelled
            if not cancelled:
                self._breakers.append(breaker)
        if cancelled:
            breaker()
        try:
            yield
        finally:
            with self._lock:
                if breaker in self._breakers:
                    self._breakers.remove(breaker)


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation, kept as it came so that it can be forwarded as it came.

    `content` is a string, OpenAI's parts, or None (an assistant's tool call); `extra` holds every other key
    (`name`, `tool_calls`, `tool_call_id`, unknown ones).
    """

    role: str
    content: str | tuple[Mapping[str, Any], ...] | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What can be read of it: the string, or the text parts joined by newlines."""
        if self.content is None or isinstance(self.content, str):
            return self.content or ""
        return "\n".join(str(part["text"]) for part in self.content if part.get("type") == "text")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One test on a file's attribute. `value` is a string, number or boolean; a list of them for in and nin."""

    key: str
    op: Literal["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin"]
    value: Any


@dataclass(frozen=True, slots=True)
class Compound:
    """All (`and`) or any (`or`) of the filters."""

    op: Literal["and", "or"]
    filters: tuple[Filter, ...]


Filter = Comparison | Compound


@dataclass(frozen=True, slots=True)
class RagOptions:
    """The `rag` object of a request; None means the agent's own setting."""

    enabled: bool = True
    stores: tuple[str, ...] | None = None  # ids or names
    top_k: int | None = None
    min_score: float | None = None  # 0..1
    filters: Filter | None = None
    sources: tuple[Carrier, ...] = DEFAULT_CARRIERS


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A question to a chat model.

    `params` holds every other OpenAI field the client sent, known and validated or unknown, as it came
    (`temperature`, `max_tokens`, `n`, `tools`, ...): it is forwarded untouched. The RAG fields are apart.
    `grounding` is set by the answerer for models that read passages themselves; upstreams get them in `messages`.
    """

    model: str
    messages: tuple[Message, ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    stream: bool = False
    stream_options: Mapping[str, Any] = field(default_factory=dict)
    rag: RagOptions = RagOptions()
    conversation_id: str | None = None
    files: tuple[str, ...] | None = None
    lang: str | None = None  # ISO 639-1
    client_model: str | None = None
    grounding: Grounding | None = None
    cancel: Cancel = field(default_factory=Cancel, compare=False, repr=False)

    @property
    def include_usage(self) -> bool:
        """Whether the client wants the usage chunk of a stream."""
        return bool(self.stream_options.get("include_usage"))

    @property
    def n(self) -> int:
        return int(self.params.get("n") or 1)

    @property
    def max_tokens(self) -> int | None:
        return self.params.get("max_completion_tokens") or self.params.get("max_tokens")

    @property
    def stop(self) -> tuple[str, ...]:
        stop = self.params.get("stop") or ()
        return (stop,) if isinstance(stop, str) else tuple(stop)


@dataclass(frozen=True, slots=True)
class CompletionRequest:
    """A legacy completion. `prompts` are strings, or lists of token ids when `tokens` is true."""

    model: str
    prompts: tuple[str, ...] | tuple[tuple[int, ...], ...]
    tokens: bool = False
    params: Mapping[str, Any] = field(default_factory=dict)  # as ChatRequest.params
    stream: bool = False
    stream_options: Mapping[str, Any] = field(default_factory=dict)
    rag: RagOptions = RagOptions()
    files: tuple[str, ...] | None = None
    lang: str | None = None
    client_model: str | None = None
    cancel: Cancel = field(default_factory=Cancel, compare=False, repr=False)

    @property
    def include_usage(self) -> bool:
        """Whether the client wants the usage chunk of a stream."""
        return bool(self.stream_options.get("include_usage"))

    @property
    def n(self) -> int:
        return int(self.params.get("n") or 1)


# ---- what is answered ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens consumed. `details` is the upstream's whole usage object, passed on untouched when there is one."""

    prompt: int
    completion: int
    total: int
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """A passage shown to the model, numbered from 1 in the order shown; `cited` when the text refers to it."""

    index: int
    file_id: str
    filename: str
    chunk_id: str
    page: int | None
    score: float  # 0..1, comparable between queries
    quote: str
    url: str
    cited: bool = False


@dataclass(frozen=True, slots=True)
class Citation:
    """An inline `[n]` marker: code points start..end of the choice's final text point to `source`."""

    source: Source
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of an answer: one choice of one upstream chunk, or a whole choice when nothing streams.

    `index` is the choice, None when the piece concerns none (usage alone). `fields` are the other keys of OpenAI's
    delta or message (tool_calls, refusal, reasoning_content), `choice` those of the choice (logprobs), `chunk` those
    of the chunk (system_fingerprint, service_tier): all as the upstream sent them.
    """

    index: int | None = 0
    content: str | None = None
    finish_reason: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    choice: Mapping[str, Any] = field(default_factory=dict)
    chunk: Mapping[str, Any] = field(default_factory=dict)
    usage: Usage | None = None
    citations: tuple[Citation, ...] = ()
    sources: tuple[Source, ...] | None = None  # with the choice's finish_reason, when retrieval took place
    headers: Mapping[str, str] = field(default_factory=dict)  # of the upstream's answer, on the first delta


@dataclass(slots=True)
class Answer:
    """An answer on its way: its first delta has been produced, nothing can fail before the first byte any more.

    `sources` are all that were presented, `cited` still unknown; None when no retrieval took place. `headers` are
    those of the upstream's answer that clients may see. Whoever holds an Answer closes `deltas`.
    """

    id: str
    created: int  # epoch seconds
    model: str  # as asked
    deltas: Iterator[Delta]
    sources: tuple[Source, ...] | None = None
    query: str | None = None  # what was searched, after rewriting
    conversation_id: str | None = None
    timings_s: dict[str, float] = field(default_factory=dict)  # retrieve, upstream (to its first piece)
    headers: Mapping[str, str] = field(default_factory=dict)


# ---- documents ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a table row, a function: text that should not be cut, and where it stands."""

    text: str
    page: int | None = None  # from 1
    heading: str = ""  # "Chapter > Section"


@dataclass(frozen=True, slots=True)
class Document:
    """A loaded file, in reading order."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece we index. `id` is derived from its content, so that indexing twice changes nothing."""

    id: str
    file_id: str
    filename: str
    position: int  # from 0, in the file
    text: str
    page: int | None = None
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk that was found. `score` is absolute, 0..1, comparable between queries and stores."""

    chunk: Chunk
    store_id: str
    score: float
    attributes: Mapping[str, Any] = field(default_factory=dict)  # the file's


@dataclass(frozen=True, slots=True)
class Grounding:
    """What a search found, best first, and how much of the query it covers.

    `weights` maps each analysed term of the query to its IDF; `coverage` is the share of that mass in the best
    covered passage (0 when nothing was found).
    """

    query: str
    passages: tuple[Passage, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    coverage: float = 0.0


@dataclass(frozen=True, slots=True)
class Store:
    """A vector store. `version` rises with every change of its content."""

    id: str
    name: str
    owner: str
    version: int
    created: int  # epoch seconds


@dataclass(frozen=True, slots=True)
class Agent:
    """What `model` may name: a prompt, vector stores and the upstream model that writes. None: the server's default."""

    id: str
    name: str
    owner: str
    instructions: str | None = None
    stores: tuple[str, ...] = ("default",)  # ids or names
    model: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)  # defaults for ChatRequest.params
    lang: str | None = None
    created: int = 0


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a vector store. `source` is where it was read from (an absolute path), None for an upload."""

    id: str
    store_id: str
    owner: str
    filename: str
    source: str | None
    sha256: str
    size: int  # bytes
    chunks: int
    attributes: Mapping[str, Any]
    created: int


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A line of the model list."""

    id: str
    created: int
    owned_by: str


# ---- ports: owned by those who use them ---------------------------------------------------------


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
