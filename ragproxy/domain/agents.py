"""What `model` may name: a prompt, the documents it reads, and the model that writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ragproxy.domain.asking import Carrier
from ragproxy.domain.callers import EVERYONE, Caller, Period
from ragproxy.domain.documents import Filter

Visibility = Literal["private", "groups", "public"]


@dataclass(frozen=True, slots=True)
class Retrieval:
    """How an agent looks things up; None leaves it to the server. A request's own `rag` object comes before it."""

    top_k: int | None = None
    min_score: float | None = None  # 0..1
    filters: Filter | None = None
    sources: tuple[Carrier, ...] | None = None
    cache_ttl_s: int | None = None  # how long its answers may be kept; 0 or None: not at all


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much all callers together may use an agent in a calendar day or month, by UTC; None is no limit."""

    period: Period = "month"
    requests: int | None = None
    usd: float | None = None


@dataclass(frozen=True, slots=True)
class Agent:
    """What `model` may name. None: the server's default.

    A `private` one is for its owner's callers, one of `groups` for their members and its owner's administrator, a
    `public` one for everybody; those of the owner `*` belong to the server, whose administrator every administrator
    is. It names the stores of its owner, or of its caller when it is the server's, and reads of them what its caller
    may read.
    """

    id: str
    name: str
    owner: str
    instructions: str | None = None
    stores: tuple[str, ...] = ("default",)  # ids or names
    model: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)  # defaults for ChatRequest.params
    lang: str | None = None
    created: int = 0
    description: str | None = None
    retrieval: Retrieval = Retrieval()
    visibility: Visibility = "private"
    groups: tuple[str, ...] = ()
    allowance: Allowance | None = None
    tools: tuple[Mapping[str, Any], ...] | None = None  # OpenAI's, of an assistant; None: nothing was said of them
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def defaults(self) -> Mapping[str, Any]:
        """What a request has of the parameters that it does not name itself; the functions are among them."""
        functions = [tool for tool in self.tools or () if tool["type"] == "function"]
        return {"tools": functions, **self.params} if functions else self.params

    @property
    def reads(self) -> bool:
        """Whether it looks anything up of its own accord: an assistant does when it has the tool and stores."""
        if self.tools is None:
            return True
        return bool(self.stores) and any(tool["type"] == "file_search" for tool in self.tools)

    @property
    def account(self) -> str:
        """What its usage is counted under: ids are unique within their owner alone. The server's go by their id."""
        return self.id if self.owner == EVERYONE else f"{self.owner}/{self.id}"

    def is_for(self, caller: Caller) -> bool:
        """Whether the caller may see and use it."""
        if self.visibility == "public":
            return True
        if self.visibility == "private":
            return caller.owner == self.owner
        administered = caller.admin and self.owner in (caller.owner, EVERYONE)
        return administered or not (caller.groups | {EVERYONE}).isdisjoint(self.groups)
