"""From a question to the passages shown to the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ragproxy.answering.context import pack
from ragproxy.answering.directory import Target, shown
from ragproxy.answering.on_demand import OnDemand, Places
from ragproxy.domain import EVERYONE, Agent, Caller, ChatRequest, Filter, Grounding, Passage, RagOptions, Store
from ragproxy.errors import Forbidden, InvalidRequest, UnknownStore
from ragproxy.retrieval import Index
from ragproxy.state import State

_FIRST_STORE = "default"  # agents are born with it, the first ingestion makes it


@dataclass(frozen=True, slots=True)
class Scope:
    """What a question may be searched in, and how; everything in it exists."""

    stores: tuple[str, ...]  # ids
    files: Places | None  # None: all of the stores'
    filters: Filter | None
    top_k: int
    min_score: float
    hidden: Mapping[str, frozenset[str]]  # files that a store, by its id, keeps from the caller

    def takes(self, passage: Passage) -> bool:
        """Whether it is of a file wanted, and not a copy of one in another store than the one it is searched in."""
        if passage.chunk.file_id in self.hidden[passage.store_id]:
            return False
        return self.files is None or self.files.store_of.get(passage.chunk.file_id) == passage.store_id


class Retriever:
    """Finds what a question needs in the stores it may look into."""

    def __init__(
        self,
        index: Index,
        state: State,
        on_demand: OnDemand,
        *,
        top_k: int,
        min_score: float,
        context_tokens: int,
        count: Callable[[str], int],
    ) -> None:
        self._index = index
        self._state = state
        self._on_demand = on_demand
        self._top_k = top_k
        self._min_score = min_score
        self._context_tokens = context_tokens
        self._count = count

    def scope(self, target: Target, request: ChatRequest, caller: Caller) -> Scope:
        """The stores and files a request means. UnknownStore or NotFound names the one that is not there.

        Files are found wherever they are, and indexed first if need be: errors as of `OnDemand.find`. An empty list of
        them restricts nothing: some clients always send the field. Using a store puts its expiry off; InvalidRequest
        when it has expired.
        """
        rag = request.rag
        stores = self.check(target, request, caller)
        for store in stores:
            self._state.stores.touch(store.id)
        ids = [store.id for store in stores]
        places = None
        if request.files:
            places = self._on_demand.find(request.files, ids, caller=caller, cancel=request.cancel)
            ids += places.store_of.values()
        return Scope(
            stores=tuple(dict.fromkeys(ids)),
            hidden={store_id: self._state.files.hidden(store_id, caller) for store_id in ids},
            files=places,
            filters=rag.filters,
            top_k=self._top_k if rag.top_k is None else rag.top_k,
            min_score=self._min_score if rag.min_score is None else rag.min_score,
        )

    def check(self, target: Target, request: ChatRequest, caller: Caller) -> list[Store]:
        """The stores that a request means. UnknownStore; InvalidRequest when one of them has expired."""
        stores = self._stores(target, request.rag, caller)
        for store in stores:
            if store.status == "expired":
                raise InvalidRequest(f"The vector store '{store.id}' has expired", code="vector_store_expired")
        return stores

    def versions(self, scope: Scope) -> dict[str, int | None]:
        """The version of each store; a search that follows may have found what is newer, and nothing older."""
        return {store_id: self._state.changes.version(store_id) for store_id in scope.stores}

    def ground(self, query: str, scope: Scope) -> Grounding:
        """What the search found, its passages only those that fit the context, in the order they will be shown."""
        if not scope.stores or not query.strip():
            return Grounding(query)
        found = self._index.search(
            scope.stores,
            query,
            top_k=scope.top_k * (scope.files.copies if scope.files else 1),
            files=tuple(scope.files.store_of) if scope.files else None,
            filters=scope.filters,
            min_score=scope.min_score,
            hidden=scope.hidden,
        )
        present = {store: self._state.files.attributes(store) for store in scope.stores}
        # a removed file leaves its store at once, and its chunks leave the index a little later
        shown = [
            passage
            for passage in found.passages
            if passage.chunk.file_id in present[passage.store_id] and scope.takes(passage)
        ]
        return replace(found, passages=pack(shown[: scope.top_k], self._context_tokens, self._count))

    def _stores(self, target: Target, rag: RagOptions, caller: Caller) -> list[Store]:
        if rag.stores:
            return self._asked_for(target, rag.stores, caller)
        if target.store:
            return [target.store]
        return self._of_agent(target.agent, caller) if target.agent else []

    def _asked_for(self, target: Target, names: Sequence[str], caller: Caller) -> list[Store]:
        stores = {}
        for at, name in enumerate(names):
            param = f"rag.stores[{at}]"
            try:
                store = self._state.stores.readable(caller).find(name)
            except UnknownStore as err:
                raise UnknownStore(f"There is no vector store {shown(name)}", param=param) from err
            if target.store and store.id != target.store.id:
                raise InvalidRequest(
                    f"`model` names the vector store {shown(target.store.name)} and nothing else is searched; "
                    f"name an agent there to search {shown(name)}",
                    param=param,
                )
            stores[store.id] = store
        return list(stores.values())

    def _of_agent(self, agent: Agent, caller: Caller) -> list[Store]:
        """Those of the agent's stores that the caller may read; Forbidden when it has some, and may read none.

        The server's agents read what is called so for their caller.
        """
        ours = agent.owner == EVERYONE
        among = self._state.stores.readable(caller) if ours else self._state.stores.of(agent.owner)
        stores = {}
        for name in agent.stores:
            try:
                store = among.find(name)
            except UnknownStore as err:
                if name == _FIRST_STORE:
                    continue  # nothing was ingested yet: an answer without passages says so
                mine = ours or agent.owner == caller.owner
                which = f"the vector store {shown(name)}, which" if mine else "a vector store that"
                message = f"The agent {shown(agent.id)} reads {which} does not exist"
                raise UnknownStore(message, param="model") from err
            stores[store.id] = store
        readable = [store for store in stores.values() if _may_use(caller, store)]
        if stores and not readable:
            raise Forbidden(f"The agent {shown(agent.id)} answers from documents that you may not read", param="model")
        return readable


def _may_use(caller: Caller, store: Store) -> bool:
    """Whether the caller's groups and its key let it read the store."""
    named = caller.stores is None or store.id in caller.stores or store.name in caller.stores
    return named and caller.may_read(store.owner, store.groups)
