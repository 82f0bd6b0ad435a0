"""What is answered, and by whom it could be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ragproxy.domain.asking import DEFAULT_CARRIERS, Carrier, Message
from ragproxy.domain.documents import Grounding


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens consumed. `details` is the upstream's whole usage object, passed on untouched when there is one.

    Of a usage that no upstream gave, `details` say `estimated`.
    """

    prompt: int
    completion: int
    total: int
    details: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def estimate(cls, prompt: int, completion: int) -> Usage:
        """A usage that was counted here, and says so."""
        return cls(prompt, completion, prompt + completion, {"estimated": True})

    @property
    def estimated(self) -> bool:
        """Whether it is no report of who did the work."""
        return self.details.get("estimated") is True


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


@dataclass(slots=True)
class Delta:
    """A piece of an answer: one choice of one upstream chunk, or a whole choice when nothing streams.

    Nobody changes one. It is not frozen, since that makes it four times as slow to make, for each piece of a stream.

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


PULSE = Delta(index=None)  # nothing has come for a while, but the answer goes on; never the first delta


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
    grounding: Grounding | None = None  # what was found, its passages those of the sources
    conversation_id: str | None = None
    agent: str | None = None  # `Agent.account` of the one that answers; None: a plain model
    carriers: tuple[Carrier, ...] = DEFAULT_CARRIERS  # how the sources come back
    timings_s: dict[str, float] = field(default_factory=dict)  # retrieve, upstream (to its first piece)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredCompletion:
    """A chat that was to be stored: `body` is OpenAI's object, `messages` are those that were sent."""

    id: str
    owner: str
    created: int  # epoch seconds
    model: str  # as asked
    messages: tuple[Message, ...]
    body: Mapping[str, Any]
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A line of the model list."""

    id: str
    created: int
    owned_by: str


@dataclass(frozen=True, slots=True)
class Told:
    """What this server answered to itself: `pieces` are its body as it comes, names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    pieces: Iterator[bytes]
