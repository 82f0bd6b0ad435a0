"""Who asks, whom, and what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from ragproxy.domain.consumption import Tally
from ragproxy.domain.documents import Filter, Grounding, Passage

Carrier = Literal["annotations", "field", "header", "markdown"]
DEFAULT_CARRIERS: tuple[Carrier, ...] = ("annotations", "field", "header")
NEW_CONVERSATION = "new"  # as the id of one that is to be made
T = TypeVar("T")
# the address of a page that shows a passage in its document, if there can be one
Linker = Callable[[Passage], str | None]


class Cancel:
    """A one-way switch: the client has gone, stop working for it.

    Whoever waits on something slow registers how to break the wait with `breaking`.
    """

    def __init__(self) -> None:
        self._breakers: list[Callable[[], None]] = []  # no lock guards it: one is added, and then the switch looked at
        self._cancelled = False

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    def cancel(self) -> None:
        """Break every wait, now and from here on; from any thread, any number of times."""
        self._cancelled = True
        for breaker in tuple(self._breakers):
            breaker()

    @contextmanager
    def breaking(self, breaker: Callable[[], None]) -> Iterator[None]:
        """While the block runs, `cancel` calls `breaker` (at once when already cancelled), or more often than once."""
        self._breakers.append(breaker)
        try:
            if self._cancelled:
                breaker()
            yield
        finally:
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
class CacheUse:
    """How long the cache may keep an answer, in seconds; 0: it is neither taken from there nor put there.

    A `fresh` one is not taken from there, but put there.
    """

    ttl_s: int
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class RagOptions:
    """The `rag` object of a request; None means the agent's own setting.

    A `fresh` answer is not taken from the cache, but put there. With `search`, a plain model reads the `stores` too.
    """

    enabled: bool = True
    stores: tuple[str, ...] | None = None  # ids or names
    top_k: int | None = None
    min_score: float | None = None  # 0..1
    filters: Filter | None = None
    sources: tuple[Carrier, ...] | None = None
    cache: CacheUse | None = None
    fresh: bool = False
    search: bool = False

    @property
    def carriers(self) -> tuple[Carrier, ...]:
        """How the sources come back."""
        return DEFAULT_CARRIERS if self.sources is None else self.sources


class _Asked:
    """What both kinds of request read out of what the client sent."""

    __slots__ = ()
    params: Mapping[str, Any]
    stream_options: Mapping[str, Any]

    @property
    def include_usage(self) -> bool:
        """Whether the client wants the usage chunk of a stream."""
        return bool(self.stream_options.get("include_usage"))

    @property
    def n(self) -> int:
        return int(self.params.get("n") or 1)


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds in the place of an agent's own settings, for one who may say so: None is none, but for the tools.

    `tools` are OpenAI's; None leaves it those that it has.
    """

    instructions: str | None = None
    tools: tuple[Mapping[str, Any], ...] | None = None
    top_k: int | None = None
    min_score: float | None = None  # 0..1


@dataclass(slots=True)
class ChatRequest(_Asked):
    """A question to a chat model.

    `params` holds every other OpenAI field the client sent, known and validated or unknown, as it came
    (`temperature`, `max_tokens`, `n`, `tools`, ...): it is forwarded untouched. The RAG fields are apart.
    `grounding` is set by the answerer for models that read passages themselves; upstreams get them in `messages`.
    What is to be stored has `metadata` of its own. `turn` names what is asked and answered, for who asks it twice.
    A stream gives a PULSE after each `pulse_s` seconds of silence, 0 for never. The `tally` is shared by all requests
    that are made for this one.

    Nobody changes one; as with Delta, to freeze it would make it much slower to make, for each request.
    """

    model: str
    messages: tuple[Message, ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    stream: bool = False
    stream_options: Mapping[str, Any] = field(default_factory=dict)
    rag: RagOptions = RagOptions()
    conversation_id: str | None = None  # NEW_CONVERSATION makes one
    store: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict)
    turn: str | None = field(default=None, compare=False)
    files: tuple[str, ...] | None = None
    lang: str | None = None  # ISO 639-1
    client_model: str | None = None
    terms: Terms | None = None
    grounding: Grounding | None = None
    pulse_s: float = field(default=0.0, compare=False)
    link: Linker | None = field(default=None, compare=False, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, compare=False)  # that go along to the upstream
    cancel: Cancel = field(default_factory=Cancel, compare=False, repr=False)
    tally: Tally = field(default_factory=Tally, compare=False, repr=False)

    @property
    def max_tokens(self) -> int | None:
        return self.params.get("max_completion_tokens") or self.params.get("max_tokens")

    @property
    def stop(self) -> tuple[str, ...]:
        stop = self.params.get("stop") or ()
        return (stop,) if isinstance(stop, str) else tuple(stop)


@dataclass(frozen=True, slots=True)
class CompletionRequest(_Asked):
    """A legacy completion. `prompts` are strings, or lists of token ids when `tokens` is true; else as ChatRequest."""

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
    pulse_s: float = field(default=0.0, compare=False)
    link: Linker | None = field(default=None, compare=False, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, compare=False)  # that go along to the upstream
    cancel: Cancel = field(default_factory=Cancel, compare=False, repr=False)
    tally: Tally = field(default_factory=Tally, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Which page of a list is wanted. `after` and `before` are ids of the list: the page lies strictly beyond them.

    Lists are ordered by creation and then id. `before` counts in the same order: the page that ends just before it.
    """

    limit: int = 20
    order: Literal["asc", "desc"] = "desc"
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A piece of a list, in the order asked for; `has_more` when the list goes on in that direction."""

    items: tuple[T, ...]
    has_more: bool
