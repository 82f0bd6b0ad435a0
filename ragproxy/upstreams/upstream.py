"""What there is to know of an upstream before it is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Kind = Literal["openai", "azure"]
Capability = Literal["chat", "completions", "embeddings", "images", "audio", "moderations", "fine_tuning"]
KINDS: tuple[Kind, ...] = get_args(Kind)
CAPABILITIES: tuple[Capability, ...] = get_args(Capability)
DEFAULT_SERVES: frozenset[Capability] = frozenset({"chat", "completions", "embeddings"})
EXTRACTIVE = "extractive"  # the built-in model, which any model may fall back to
ENVIRONMENT = "openai"  # the name of the upstream that the environment describes


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens; `cached` for those of the prompt that the upstream had in its cache."""

    prompt: float
    cached: float
    completion: float


@dataclass(frozen=True, slots=True)
class Entra:
    """An application's credentials at Entra ID, which trades them for bearer tokens at `url`."""

    tenant: str
    client: str
    secret: str = field(repr=False)
    url: str = "https://login.microsoftonline.com"


@dataclass(frozen=True, slots=True)
class Upstream:
    """One server: where it is, what it serves, how patient and how persistent we are with it.

    `models` are the ids it serves, None when its own list says them. `fallbacks` has, for a model's id, the names of
    the models that answer in its place, in order. `deployments` (Azure) has the deployment behind each model. No
    `concurrency` is no limit; after `break_after` failures in a row it is left alone for a while, after 0 never. An
    `implicit` one is described by the environment, where nobody has given it a name.
    """

    name: str
    base_url: str
    kind: Kind = "openai"
    key: str | None = field(default=None, repr=False)
    models: tuple[str, ...] | None = None
    serves: frozenset[Capability] = DEFAULT_SERVES
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    connect_timeout_s: float = 5.0
    read_timeout_s: float = 300.0
    retries: int = 0
    break_after: int = 0
    concurrency: int | None = None
    queue: int = 128
    queue_timeout_s: float = 10.0
    fallbacks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    prices: Mapping[str, Price] = field(default_factory=dict)
    api_version: str = "2024-10-21"
    deployments: Mapping[str, str] = field(default_factory=dict)
    entra: Entra | None = None
    implicit: bool = False
