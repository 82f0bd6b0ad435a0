"""The models we can call, by name: the built-in one, those that are configured, and those that the upstreams list."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ragproxy import tokens
from ragproxy.backends.embedder import UpstreamEmbedder
from ragproxy.backends.embeddings import BuiltInEmbeddings, Counted, FallbackEmbeddings
from ragproxy.backends.metering import Metered, MeteredEmbeddings
from ragproxy.backends.naming import Names, Place, mentioned, qualified
from ragproxy.backends.prices import FREE, price_of
from ragproxy.backends.resilience import Fallback
from ragproxy.backends.server import BACKENDS, MOST_NAMES, REFRESH_S, RETRY_S, Server, UpstreamModel
from ragproxy.domain import ChatModel, CompletionModel, EmbeddingModel, UpstreamHealth
from ragproxy.errors import ConfigError, NotServed, UnknownModel
from ragproxy.telemetry import Metrics
from ragproxy.tracing import Tracing
from ragproxy.upstreams import EXTRACTIVE, Capability, Upstream

__all__ = ["BACKENDS", "MOST_NAMES", "Catalog", "UpstreamModel"]

log = logging.getLogger(__name__)

FIRST_LIST_S = 2.0

# An upstream's list does not say what its models are for; these parts of their names do.
_NOT_FOR_CHAT = ("embed", "rerank", "bge-", "minilm", "whisper", "tts", "moderation", "dall-e")


class Catalog:
    """Models, by name, of any number of upstreams in order; `model` is the name of the one that writes.

    A model goes by its own id, which means the first upstream that has it, and by `<upstream>/<id>`. `pool` is how many
    requests may call one upstream at once; more are served too, on connections that are not kept. ConfigError when no
    upstream can have `model`.
    """

    def __init__(
        self,
        upstreams: Sequence[Upstream],
        *,
        model: str | None,
        pool: int,
        extractive: ChatModel,
        embeddings: BuiltInEmbeddings | None = None,
        count: Callable[[str], int] = tokens.estimate,
        refresh_s: float = REFRESH_S,
        retry_s: float = RETRY_S,
        tracing: Tracing | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self._metrics = metrics = metrics or Metrics()
        self._servers = tuple(
            Server(
                upstream,
                pool=pool,
                count=count,
                refresh_s=refresh_s,
                retry_s=retry_s,
                tracing=tracing,
                metrics=metrics,
            )
            for upstream in upstreams
        )
        self._extractive = Metered(extractive, EXTRACTIVE, FREE, count)
        self._embeddings = embeddings
        self._built_in = (EXTRACTIVE, embeddings.name) if embeddings else (EXTRACTIVE,)
        self._count = count
        self._configured = model
        self._embedding_models: dict[Place, None] = {}
        self._mentioned = mentioned(self._servers)
        self._lost: set[str] = set()  # fallbacks that nobody has, told once
        self._news = threading.Condition()
        self._now = self._survey()

    @property
    def default(self) -> str:
        """The configured model; without one the only one for chat that the upstreams have; else the built-in one."""
        return self._now.default

    def names(self) -> Collection[str]:
        """As the port: of an upstream that is down its last known list; none when it never gave one."""
        return self._now.known

    def has_label(self, label: str) -> bool:
        """Whether a call is of a model that there is, or of none, going by its label: clients make up others."""
        return label in self._now.known or any(label == server.name for server in self._servers)

    def listed(self) -> Collection[str]:
        """As the port: the default, the built-in, then each id once; with its upstream's name where that is needed."""
        return self._now.owners

    def owner(self, name: str) -> str:
        """As the port."""
        now = self._now
        return now.owners.get(name) or _owner(now.names, name)

    def chat_model(self, name: str) -> ChatModel:
        """As the port. An upstream that has not given its list serves the models alone that the settings name."""
        if name == EXTRACTIVE:
            return self._extractive
        place = self._now.names.find(name, "chat")
        if place is None:
            raise self._unknown(name)
        return self._answering(place, "chat")

    def completion_model(self, name: str) -> CompletionModel | None:
        """As the port."""
        place = None if name == EXTRACTIVE else self._now.names.find(name, "completions")
        if place is None:
            if name not in self._now.known:
                raise self._unknown(name)
            return None
        if place.server.model(place.model).chat_only:
            return None
        return self._answering(place, "completions")

    def embedder(self, model: str) -> UpstreamEmbedder:
        """The embedding model of that name. ConfigError when no upstream can have it."""
        place = self._now.names.find(model, "embeddings") or self._assigned(
            model, "embeddings", "RAGPROXY_EMBEDDING_MODEL"
        )
        with self._news:
            self._embedding_models[place] = None
            self._now = self._survey()
        return place.server.embedder(place.model)

    def embedding_model(self, name: str) -> EmbeddingModel:
        """The embedding model behind the name, as clients ask it. UnknownModel when nobody serves it."""
        if self._embeddings is not None and name == self._embeddings.name:
            return MeteredEmbeddings(self._embeddings, name, FREE, self._count)
        place = self._now.names.find(name, "embeddings")
        if place is None:
            raise self._unknown(name)
        model: EmbeddingModel = self._answering(place, "embeddings")
        return model

    def server_for(self, capability: Capability, model: str | None = None) -> tuple[Server, str | None]:
        """Who serves that, and the model's id there: the first upstream that has the model, else that serves it at all.

        NotServed says which setting would.
        """
        if model is not None:
            place = self._now.names.find(model, capability) or qualified(model, self._servers)
            if place is not None and place.server.serves(capability):
                return place.server, place.model
        for server in self._servers:
            if server.serves(capability):
                return server, model
        raise NotServed(
            f"No upstream serves '{capability}': name it in the 'serves' of an [[upstream]] of ragproxy.toml, "
            "the file of RAGPROXY_CONFIG"
        )

    def server(self, name: str) -> Server:
        """The upstream of that name. NotServed when it is no longer configured."""
        for server in self._servers:
            if server.name == name:
                return server
        raise NotServed(
            f"The upstream '{name}' is needed for this and no longer configured: give it back its [[upstream]] of "
            "ragproxy.toml, the file of RAGPROXY_CONFIG"
        )

    def health(self) -> Sequence[UpstreamHealth]:
        """How the upstreams are doing, in order, as far as this process has seen."""
        return [server.health for server in self._servers]

    def start(self, first_list_s: float = FIRST_LIST_S) -> None:
        """Begin to learn the upstreams' models; call it once, after any fork.

        Without a configured model it waits that long at most for their lists, which say who writes.
        """
        for server in self._servers:
            server.start(self._learnt)
        if self._configured is None:
            with self._news:
                self._news.wait_for(self._all_asked, first_list_s)

    def close(self) -> None:
        """Stop learning and close the connections."""
        for server in self._servers:
            server.close()

    # ---- who is called -------------------------------------------------------------------------------

    def _answering(self, place: Place, capability: Capability) -> Any:
        """The model with its fallbacks; alone when it has none and nothing protects it, so that nothing is told."""
        if place.server.protection is None and place.model not in place.server.upstream.fallbacks:
            return self._at(place, capability)
        chain = self._chain(place, capability)
        kind: Any = FallbackEmbeddings if capability == "embeddings" else Fallback
        return kind(chain, self._metrics.fell_back)

    def _chain(self, place: Place, capability: Capability) -> list[tuple[str, Any]]:
        """The model and those it falls back to, with theirs after them, each once."""
        chain: dict[str, Any] = {}
        self._add(place, capability, chain)
        return list(chain.items())

    def _add(self, place: Place, capability: Capability, chain: dict[str, Any]) -> None:
        if place.label in chain:
            return
        chain[place.label] = self._at(place, capability)
        for name in place.server.upstream.fallbacks.get(place.model, ()):
            if name == EXTRACTIVE:
                if capability == "chat":
                    chain.setdefault(EXTRACTIVE, self._extractive)
            elif fallback := self._now.names.find(name, capability):
                self._add(fallback, capability, chain)
            elif capability == "chat":
                self._miss(name, place)

    def _at(self, place: Place, capability: Capability) -> Any:
        """The model without its fallbacks, metered."""
        server, model = place.server, place.model
        if capability != "embeddings":
            return server.model(model)
        made = Counted(server.embedding_model(model), self._count)
        return MeteredEmbeddings(made, place.label, price_of(server.upstream, model), self._count)

    def _miss(self, name: str, place: Place) -> None:
        if name not in self._lost:
            self._lost.add(name)
            log.warning("%s falls back to %s, which no upstream has", place.label, name)

    def _unknown(self, name: str) -> UnknownModel:
        if self._now.names.places.get(name):
            message = f"The upstream of the model '{name}' does not serve it for this"
        elif name in self._built_in:
            message = f"The built-in model '{name}' does not serve for this"
        else:
            message = f"The model '{name}' does not exist; GET /v1/models lists those that do"
        return UnknownModel(message, param="model")

    def _assigned(self, name: str, capability: Capability, variable: str) -> Place:
        """Where a configured model is that no list names: with its upstream's name, or of who does not list all.

        The environment's upstream comes first, for the variable stands beside its address; and what looks like its
        name may be part of an id there: OpenRouter's are all `openai/gpt-4o` and the like.
        """
        open_ended = [server for server in self._servers if server.lists_its_models and server.serves(capability)]
        place = qualified(name, [server for server in open_ended if not server.upstream.implicit])
        if place is not None:
            return place
        open_ended.sort(key=lambda server: not server.upstream.implicit)
        if not open_ended:
            raise ConfigError(
                f"{variable}: no upstream has the model '{name}'; "
                "set OPENAI_BASE_URL, or name it in the 'models' of an upstream of ragproxy.toml that serves "
                f"{capability}"
            )
        return Place(open_ended[0], name)

    # ---- what is known -------------------------------------------------------------------------------

    def _all_asked(self) -> bool:
        return all(server.asked for server in self._servers)

    def _learnt(self) -> None:
        with self._news:
            self._now = self._survey()
            self._news.notify_all()
            if self._all_asked():
                self._advise()

    def _survey(self) -> _Known:
        mentioned = (*self._mentioned, *self._embedding_models)
        names = Names(self._servers, mentioned)
        writers = self._writers(names)
        default = self._configured or (writers[0] if len(writers) == 1 else EXTRACTIVE)
        if default != EXTRACTIVE and names.find(default, "chat") is None:
            place = self._assigned(default, "chat", "RAGPROXY_UPSTREAM_MODEL")
            names = Names(self._servers, (*mentioned, place))
        return _Known.of(names, default, self._built_in)

    def _writers(self, names: Names) -> list[str]:
        """The ids that may be for chat."""
        return [
            model
            for model in names.ids
            if _may_chat(model)
            and any(
                place.server.serves("chat") and place not in self._embedding_models for place in names.places[model]
            )
        ]

    def _advise(self) -> None:
        """Say what the lists leave open."""
        names = Names(self._servers, self._mentioned)
        if self._configured is None:
            writers = self._writers(names)
            if len(writers) != 1 and any(server.listed for server in self._servers):
                log.warning(
                    "the built-in model writes the answers, since it is not clear which of the upstreams' should: "
                    "set RAGPROXY_UPSTREAM_MODEL to one of %s",
                    ", ".join(writers[:10]) or "their models",
                )
        elif self._configured not in (EXTRACTIVE, *names.places) and all(server.listed for server in self._servers):
            log.warning("RAGPROXY_UPSTREAM_MODEL: no upstream lists '%s'", self._configured)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known at one moment, worked out once for all requests."""

    names: Names
    default: str
    known: Collection[str]
    owners: Mapping[str, str]  # of the names to list

    @classmethod
    def of(cls, names: Names, default: str, built_in: Collection[str]) -> _Known:
        known = {default: None, **dict.fromkeys(built_in), **names.places}.keys()
        listed = names.listed()
        place = names.find(default, "chat")
        first = place.model if place and default not in listed else default
        owners = {name: _owner(names, name) for name in (first, *built_in, *listed)}
        return cls(names, default, known, owners)


def _owner(names: Names, name: str) -> str:
    places = names.places.get(name)
    if not places or name == EXTRACTIVE:
        return "ragproxy"
    upstream = places[0].server.upstream
    return "upstream" if upstream.implicit else upstream.name


def _may_chat(name: str) -> bool:
    return not any(part in name.lower() for part in _NOT_FOR_CHAT)
