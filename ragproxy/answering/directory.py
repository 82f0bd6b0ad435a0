"""What the names in `model` mean.

In this order: an agent's id; an alias, which is the default agent; `rag/<store id or name>`, the default agent on that
store alone; a model of an upstream, as it is. What stands first hides what follows: an agent called like an upstream's
model is the agent.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ragproxy.domain import Agent, Caller, ModelCard, Models, Store
from ragproxy.errors import UnknownModel, UnknownStore
from ragproxy.state import State

DEFAULT_AGENT = "ragproxy"
STORE_PREFIX = "rag/"
_LONGEST_NAME = 300  # code points: a store's name has 256 at most
_EVERYONE = "*"


@dataclass(frozen=True, slots=True)
class Target:
    """Who answers: `model` writes, for `agent` when there is one, then on `store` alone when there is one."""

    model: str
    agent: Agent | None = None
    store: Store | None = None


class Directory:
    """The names that clients may use, looked up in the records and in the upstreams' lists."""

    def __init__(
        self, models: Models, state: State, *, aliases: Collection[str], ignore_unknown_models: bool = False
    ) -> None:
        self._models = models
        self._state = state
        self._aliases = tuple(aliases)
        self._ignore_unknown = ignore_unknown_models

    def resolve(self, name: str, client_model: str | None, caller: Caller) -> Target:
        """The target of a name; `client_model` writes instead of the model it would have.

        UnknownModel with param `model` or `clientModel`. With `ignore_unknown_models` the default agent answers for
        names that mean nothing, but never for a `rag/` store that is not there: it would search another one.
        """
        target = self._find(name, caller)
        if target is None:
            raise _unknown(name)
        if client_model is None:
            return target
        if client_model not in self._models.names():
            raise UnknownModel(
                f"No upstream serves the model {shown(client_model)}; GET /v1/models lists those there are",
                param="clientModel",
            )
        return Target(client_model, target.agent, target.store)

    def cards(self, caller: Caller) -> list[ModelCard]:
        """Every name the caller may use, each once: agents, aliases, stores, upstream models."""
        agents = self._state.agents.list(owner=caller.owner)
        epoch = self._default_agent(caller).created
        cards = (
            *(_agent_card(agent) for agent in agents),
            *(ModelCard(alias, epoch, "ragproxy") for alias in self._aliases),
            *(_store_card(store, store.name) for store in self._state.stores.list(owner=caller.owner)),
            *(ModelCard(name, epoch, self._models.owner(name)) for name in self._models.listed()),
        )
        first: dict[str, ModelCard] = {}
        for card in cards:
            first.setdefault(card.id, card)
        return list(first.values())

    def card(self, name: str, caller: Caller) -> ModelCard:
        """The line of one name: whatever `resolve` takes, so `rag/<store id>` and `rag/<store name>` alike."""
        target = self.resolve(name, None, caller)
        if target.store:
            return _store_card(target.store, name.removeprefix(STORE_PREFIX))
        if target.agent and target.agent.id == name:
            return _agent_card(target.agent)
        owner = "ragproxy" if target.agent else self._models.owner(name)
        return ModelCard(name, self._default_agent(caller).created, owner)

    def _find(self, name: str, caller: Caller) -> Target | None:
        name = name[:_LONGEST_NAME]  # nothing has so long a name, cut or not
        agent = self._agent(name, caller)
        if agent:
            return Target(agent.model or self._models.default, agent)
        if name in self._aliases:
            agent = self._default_agent(caller)
            return Target(name if name in self._models.names() else agent.model or self._models.default, agent)
        if name.startswith(STORE_PREFIX):
            return self._store(name, caller)
        if name in self._models.names():
            return Target(name)
        if self._ignore_unknown:
            agent = self._default_agent(caller)
            return Target(agent.model or self._models.default, agent)
        return None

    def _store(self, name: str, caller: Caller) -> Target:
        wanted = name.removeprefix(STORE_PREFIX)
        try:
            store = self._state.stores.find(wanted, owner=caller.owner)
        except UnknownStore as err:
            raise UnknownModel(
                f"The model {shown(name)} does not exist: there is no vector store {shown(wanted)}", param="model"
            ) from err
        agent = self._default_agent(caller)
        return Target(agent.model or self._models.default, agent, store)

    def _agent(self, agent_id: str, caller: Caller) -> Agent | None:
        try:
            return self._state.agents.find(agent_id, owner=caller.owner)
        except UnknownModel:
            return None

    def _default_agent(self, caller: Caller) -> Agent:
        return self._state.agents.find(DEFAULT_AGENT, owner=caller.owner)


def shown(name: str) -> str:
    """A client's name as a message can quote it: short, and printable whatever it holds."""
    return repr(name if len(name) <= 100 else name[:100] + "…")


def _unknown(name: str) -> UnknownModel:
    return UnknownModel(f"The model {shown(name)} does not exist; GET /v1/models lists those that do", param="model")


def _agent_card(agent: Agent) -> ModelCard:
    return ModelCard(agent.id, agent.created, "ragproxy" if agent.owner == _EVERYONE else agent.owner)


def _store_card(store: Store, named: str) -> ModelCard:
    return ModelCard(STORE_PREFIX + named, store.created, store.owner)
