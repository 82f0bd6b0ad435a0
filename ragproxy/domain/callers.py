"""Who asks, what they may, and how much of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal, TypedDict, get_args

Scope = Literal["chat", "embed", "files", "relay", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
Period = Literal["day", "month"]
EVERYONE = "*"  # the group of all callers, and the owner of what belongs to the server
KeyStatus = Literal["active", "expired", "revoked"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a caller may ask in any 60 seconds; None is no limit."""

    requests: int | None = None
    tokens: int | None = None  # of prompts and completions


@dataclass(frozen=True, slots=True)
class Budget:
    """How many US dollars a key may cost in a calendar day or month, by UTC."""

    usd: float
    period: Period


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking. `owner` is the project that rows belong to; `id` the key or the person, None for anybody.

    `scopes` are the kinds of routes it may use. `models` are names that `model` may hold (`*` stands for anything),
    `stores` ids or names of the vector stores it may use; None: all of its owner's. `model_limits` hold beside
    `limits`, for the requests that name the model.
    """

    owner: str = "default"
    admin: bool = False
    id: str | None = None
    groups: frozenset[str] = frozenset()
    scopes: frozenset[Scope] = frozenset(SCOPES)
    models: tuple[str, ...] | None = None
    stores: tuple[str, ...] | None = None
    limits: Limits = Limits()
    model_limits: Mapping[str, Limits] = field(default_factory=dict, hash=False)
    budget: Budget | None = None

    def may_name(self, model: str) -> bool:
        """Whether `model` may hold that name."""
        return self.models is None or any(fnmatchcase(model, pattern) for pattern in self.models)

    def may_read(self, owner: str, groups: Iterable[str]) -> bool:
        """Whether it may read what belongs to that owner and is kept for those groups.

        What has no groups is for all of its owner's callers. What has some is for their members, whoever's callers
        they are, and for the owner's administrator; the group `*` is everybody's.
        """
        groups = frozenset(groups)
        if groups & self.groups or EVERYONE in groups:
            return True
        return owner == self.owner and (not groups or self.admin)

    @property
    def readership(self) -> str:
        """The same for two callers exactly when they may read the same things, whatever there is."""
        return repr((self.owner, self.admin, sorted(self.groups), self.stores))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who looks at pages: the caller, and the name to show, empty when there is none."""

    caller: Caller
    name: str = ""


class KeyTerms(TypedDict, total=False):
    """What can be said of a key when it is made, and changed later: what is not there stays as it is."""

    name: str
    scopes: tuple[Scope, ...]
    groups: tuple[str, ...]
    models: tuple[str, ...] | None
    stores: tuple[str, ...] | None
    limits: Limits
    model_limits: Mapping[str, Limits]
    budget: Budget | None
    expires: int | None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key that was given out, without its secret. Times are epoch seconds; None for never.

    `prefix` is the beginning of the secret, to know it by. The rest is what its caller may, as of `Caller`.
    """

    id: str
    name: str
    prefix: str
    owner: str
    created: int
    scopes: tuple[Scope, ...] = ("chat", "embed", "files", "relay")
    groups: tuple[str, ...] = ()
    models: tuple[str, ...] | None = None
    stores: tuple[str, ...] | None = None
    limits: Limits = Limits()
    model_limits: Mapping[str, Limits] = field(default_factory=dict)
    budget: Budget | None = None
    expires: int | None = None
    revoked: int | None = None
    last_used: int | None = None

    def is_valid(self, now: float) -> bool:
        """Whether it opens anything at that time."""
        return self.status(now) == "active"

    def status(self, now: float) -> KeyStatus:
        """What has become of it at that time; who was revoked is so for good."""
        if self.revoked is not None:
            return "revoked"
        return "active" if self.expires is None or now < self.expires else "expired"

    @property
    def caller(self) -> Caller:
        """Who comes with it."""
        return Caller(
            owner=self.owner,
            admin="admin" in self.scopes,
            id=self.id,
            groups=frozenset(self.groups),
            scopes=frozenset(self.scopes),
            models=self.models,
            stores=self.stores,
            limits=self.limits,
            model_limits=self.model_limits,
            budget=self.budget,
        )
