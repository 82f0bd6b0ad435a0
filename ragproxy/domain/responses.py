"""Responses: what is asked of them, what they search, and what is kept of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ragproxy.domain.asking import RagOptions
from ragproxy.domain.callers import Caller
from ragproxy.domain.conversations import Item
from ragproxy.domain.documents import Filter

ResponseStatus = Literal["queued", "in_progress", "completed", "incomplete", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class FileSearch:
    """The tool that searches vector stores: those of the request's `tools[place]`; None is the server's own setting."""

    place: int
    stores: tuple[str, ...]  # ids or names
    top_k: int | None = None
    min_score: float | None = None  # 0..1
    filters: Filter | None = None


@dataclass(frozen=True, slots=True)
class ResponseRequest:
    """A question to a model, in items, after all that a former response or a conversation holds.

    `input` are items without ids, references to others among them. `params` are for the chat model; `shown` is what
    the response repeats of the request, in OpenAI's words; `body` is the request as it came. `search` is None when
    nothing is to be searched with a tool; `blind` when nothing is to be searched at all. With `truncate`, the oldest
    exchanges are left out when there are too many of them.
    """

    model: str
    input: tuple[Item, ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    shown: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    instructions: str | None = None
    previous_id: str | None = None
    conversation_id: str | None = None
    include: frozenset[str] = frozenset()
    store: bool = True
    stream: bool = False
    background: bool = False
    truncate: bool = False
    search: FileSearch | None = None
    blind: bool = False
    rag: RagOptions = field(default_factory=RagOptions)
    files: tuple[str, ...] | None = None
    lang: str | None = None  # ISO 639-1
    client_model: str | None = None


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """A response that is kept: `body` is OpenAI's object, `input` are items with ids, `request` is what came."""

    id: str
    owner: str
    created: int  # epoch seconds
    status: ResponseStatus
    body: Mapping[str, Any]
    input: tuple[Item, ...] = ()
    request: Mapping[str, Any] = field(default_factory=dict)
    background: bool = False
    previous_id: str | None = None
    conversation_id: str | None = None

    @property
    def is_streamed(self) -> bool:
        """Whether its events are kept as they are made, for those who read them later."""
        return self.background and self.request.get("stream") is True

    @property
    def items(self) -> tuple[Item, ...]:
        """All that was said in it, the question first."""
        return (*self.input, *self.body.get("output", ()))


@dataclass(frozen=True, slots=True)
class ResponseChange:
    """What becomes of a response that is kept: its object as it now is, if that changes, and the events that say so."""

    body: Mapping[str, Any] | None = None
    events: Sequence[Mapping[str, Any]] = ()  # numbered when they are kept


@dataclass(frozen=True, slots=True)
class ResponseTask:
    """A response that is to be made in the background, for this caller.

    `deaths` are those of workers that had it, `told` is how many events of it are kept.
    """

    response: StoredResponse
    caller: Caller
    deaths: int = 0
    told: int = 0
