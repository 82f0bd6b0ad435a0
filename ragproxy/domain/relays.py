"""Requests that are passed on as they came, and what upstreams then hold of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from ragproxy.domain.asking import Cancel
from ragproxy.domain.consumption import Tally


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A body on its way out: its bytes in pieces, from the start at each call, and how many; None is not known yet."""

    pieces: Callable[[], Iterable[bytes]]
    length: int | None


class RelayBody(Protocol):
    """What a client sends along, and which model it names."""

    @property
    def media_type(self) -> str:
        """With its parameters."""
        ...

    @property
    def model(self) -> str | None: ...

    def naming(self, model: str | None) -> Outgoing:
        """The body with that model in the place of its own; as it came for None."""
        ...


@dataclass(frozen=True, slots=True)
class RelayRequest:
    """A request to pass on: what an upstream must serve for it, and where; `path` is below its address, with the query.

    `headers` go along. One that is not `repeatable` costs when it arrives twice, and is tried once.
    """

    capability: str
    path: str
    method: str = "POST"
    body: RelayBody | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = True
    cancel: Cancel = field(default_factory=Cancel, compare=False, repr=False)
    tally: Tally = field(default_factory=Tally, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A copy of a file of the library at an upstream, which has an id of its own for it."""

    file_id: str
    upstream: str
    remote_id: str


@dataclass(frozen=True, slots=True)
class RemoteJob:
    """A fine-tuning job, and the upstream where it runs; its id is the upstream's."""

    id: str
    upstream: str


@dataclass(frozen=True, slots=True)
class Errand:
    """For whom something is done at an upstream, the headers that go along, and what calls it off."""

    owner: str
    headers: Mapping[str, str] = field(default_factory=dict)
    cancel: Cancel = field(default_factory=Cancel, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Reported:
    """A JSON object that an upstream answered, and those of its headers that clients may see."""

    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FineTuningRequest:
    """A fine-tuning job to be begun. `files` are ids of the library by the field that names them, `body` all of it."""

    model: str
    files: Mapping[str, str]
    body: Mapping[str, Any]
