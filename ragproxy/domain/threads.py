"""Threads, their messages and the runs that answer in them. A thread is a conversation, a message is an item of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from ragproxy.domain.callers import Caller
from ragproxy.domain.conversations import Item

RunStatus = Literal[
    "queued",
    "in_progress",
    "requires_action",
    "cancelling",
    "cancelled",
    "failed",
    "completed",
    "incomplete",
    "expired",
]
MessageStatus = Literal["in_progress", "incomplete", "completed"]

# of a run that has not ended: a thread has one of these at most, and nobody else may add to it meanwhile
ACTIVE: Final[tuple[RunStatus, ...]] = ("queued", "in_progress", "requires_action", "cancelling")


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation that assistants answer in. `created` is in epoch seconds; its runs search its `stores` too."""

    id: str
    owner: str
    created: int
    metadata: Mapping[str, str] = field(default_factory=dict)
    tool_resources: Mapping[str, Any] = field(default_factory=dict)  # OpenAI's

    @property
    def stores(self) -> tuple[str, ...]:
        """The ids of its vector stores."""
        return tuple((self.tool_resources.get("file_search") or {}).get("vector_store_ids") or ())


@dataclass(frozen=True, slots=True)
class ThreadMessage:
    """A message of a thread: an item of type `message`, which has an `id` once it is kept, and what is known of it.

    Times are epoch seconds. `attachments` are OpenAI's; `incomplete` is its `incomplete_details`. A new one is given
    its `thread_id` and its times when it is kept.
    """

    item: Item
    thread_id: str = ""
    created: int = 0
    assistant_id: str | None = None
    run_id: str | None = None
    attachments: tuple[Mapping[str, Any], ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    status: MessageStatus = "completed"
    incomplete: Mapping[str, Any] | None = None
    completed_at: int | None = None
    incomplete_at: int | None = None

    @property
    def id(self) -> str:
        """The item's."""
        return str(self.item["id"])


@dataclass(frozen=True, slots=True)
class Run:
    """An assistant's turn in a thread: `body` is OpenAI's object as it now is, `request` is what is to be asked.

    `said` are the items that it added so far: calls of functions and their outputs. Times are epoch seconds.
    """

    id: str
    owner: str
    thread_id: str
    assistant_id: str
    created: int
    status: RunStatus
    body: Mapping[str, Any]
    request: Mapping[str, Any] = field(default_factory=dict)
    said: tuple[Item, ...] = ()
    expires: int | None = None

    @property
    def is_active(self) -> bool:
        """Whether it holds its thread."""
        return self.status in ACTIVE


@dataclass(frozen=True, slots=True)
class RunStep:
    """What a run did at one point; `number` counts a run's from 0, `body` is OpenAI's object as it now is."""

    id: str
    run_id: str
    number: int
    created: int
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RunChange:
    """What becomes of a run; all of it is kept together, or nothing.

    None leaves the body, or what was said, as it is. Steps and messages are kept anew or in the place of those of
    their ids; events are numbered when they are kept.
    """

    body: Mapping[str, Any] | None = None
    said: Sequence[Item] | None = None
    steps: Sequence[RunStep] = ()
    messages: Sequence[ThreadMessage] = ()
    events: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class RunTask:
    """A run that is to be worked on, for this caller.

    `deaths` are those of workers that had it, `told` is how many events of it are kept.
    """

    run: Run
    caller: Caller
    deaths: int = 0
    told: int = 0
