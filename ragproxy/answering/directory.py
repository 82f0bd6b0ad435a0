"""What the names in `model` mean.

In this order: an agent's id; an alias, which is the default agent; `rag/<store id or name>`, the default agent on that
store alone; a model of an upstream, as it is. What stands first hides what follows: an agent called like an alias is
the agent. A name that the caller may not use means nothing, whatever it is the name of.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ragproxy.domain import EVERYONE, Agent, Caller, ModelCard, Models, Store
from ragproxy.errors import Conflict, UnknownModel, UnknownStore
from ragproxy.state import BUILT_IN, State

EXTRACTIVE = "extractive"  # the built-in model: it reads passages, and cannot rewrite a question
STORE_PREFIX = "rag/"
_LONGEST_NAME = 300  # code points: a store's name has 256 at most


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

        UnknownModel with param `model` or `clientModel`: the caller may name both, and who may use an agent need not be
        allowed the model that it writes with. With `ignore_unknown_models` the default agent answers for names that
        mean nothing, but never for a `rag/` store that is not there: it would search another one.
        """
        target = self._find(name, caller) if caller.may_name(name) else None
        if target is None:
            raise _unknown(name)
        if client_model is None:
            return target
        if client_model not in self._models.names() or not caller.may_name(client_model):
            raise UnknownModel(
                f"No upstream serves the model {shown(client_model)}; GET /v1/models lists those there are",
                param="clientModel",
            )
        return Target(client_model, target.agent, target.store)

    def cards(self, caller: Caller) -> list[ModelCard]:
        """Every name the caller may use, each once: agents, aliases, stores, upstream models."""
        epoch = self._epoch
        cards = [_agent_card(agent) for agent in self._state.agents.list(caller=caller)]
        if self._default_agent(caller):
            cards += [ModelCard(alias, epoch, "ragproxy") for alias in self._aliases]
            cards += [_store_card(store, store.name) for store in self._state.stores.readable(caller).list()]
        cards += [ModelCard(name, epoch, self._models.owner(name)) for name in self._models.listed()]
        first: dict[str, ModelCard] = {}
        for card in cards:
            if caller.may_name(card.id):
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
        return ModelCard(name, self._epoch, owner)

    def check_free(self, agent_id: str) -> None:
        """Conflict when an agent of that id would hide an upstream's model from those who use it as it is."""
        if agent_id in self._models.names() and agent_id not in self._aliases:
            raise Conflict(
                f"An upstream serves a model named {shown(agent_id)}, which an agent of this id would hide; "
                "give it another id",
                param="id",
                code="model_exists",
            )

    def _find(self, name: str, caller: Caller) -> Target | None:
        name = name[:_LONGEST_NAME]  # nothing has so long a name, cut or not
        agent = self._agent(name, caller)
        if agent:
            return self._of(agent, caller)
        is_alias, is_served = name in self._aliases, name in self._models.names()
        if name.startswith(STORE_PREFIX) and not is_alias:
            agent = self._default_agent(caller)
            return self._store(name, agent, caller) if agent else None
        if is_served and not is_alias:
            return Target(name)
        if is_alias or self._ignore_unknown:
            agent = self._default_agent(caller)
            if agent:
                return Target(name, agent) if is_served else self._of(agent, caller)
        return Target(name) if is_served else None

    def _of(self, agent: Agent, caller: Caller, store: Store | None = None) -> Target:
        return Target(self._writer(agent, caller), agent, store)

    def _writer(self, agent: Agent, caller: Caller) -> str:
        """The upstream model that writes for the agent, which may name one of ours: that one's, then, or the server's.

        It goes no further than that: agents may name each other in a circle.
        """
        names, default = self._models.names(), self._models.default
        if agent.model is None:
            return default
        if agent.model in names:
            return agent.model
        other = self._agent(agent.model, caller)
        if other:
            return other.model if other.model is not None and other.model in names else default
        ours = agent.model in self._aliases or agent.model.startswith(STORE_PREFIX)
        return default if ours or self._ignore_unknown else agent.model

    def _store(self, name: str, agent: Agent, caller: Caller) -> Target:
        wanted = name.removeprefix(STORE_PREFIX)
        try:
            store = self._state.stores.readable(caller).find(wanted)
        except UnknownStore as err:
            raise UnknownModel(
                f"The model {shown(name)} does not exist: there is no vector store {shown(wanted)}", param="model"
            ) from err
        return self._of(agent, caller, store)

    def _agent(self, agent_id: str, caller: Caller) -> Agent | None:
        try:
            return self._state.agents.find(agent_id, caller=caller)
        except UnknownModel:
            return None

    def _default_agent(self, caller: Caller) -> Agent | None:
        """The caller's owner's, or else the server's, if it is for the caller: never a stranger's of the same id."""
        agent = self._agent(BUILT_IN, caller)
        return agent if agent and agent.owner in (caller.owner, EVERYONE) else None

    @property
    def _epoch(self) -> int:
        """When names began that nobody made: with the built-in agent, which is always there."""
        return self._state.agents.get(BUILT_IN, owner=EVERYONE).created


def shown(name: str) -> str:
    """A client's name as a message can quote it: short, and printable whatever it holds."""
    return repr(name if len(name) <= 100 else name[:100] + "…")


def _unknown(name: str) -> UnknownModel:
    return UnknownModel(f"The model {shown(name)} does not exist; GET /v1/models lists those that do", param="model")


def _agent_card(agent: Agent) -> ModelCard:
    return ModelCard(agent.id, agent.created, "ragproxy" if agent.owner == EVERYONE else agent.owner)


def _store_card(store: Store, named: str) -> ModelCard:
    return ModelCard(STORE_PREFIX + named, store.created, store.owner)
