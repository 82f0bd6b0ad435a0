"""Agents: what `model` may name. Those of the owner "*" are the server's; the first migration brings `ragproxy`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from ragproxy.domain import EVERYONE, Agent, Allowance, Caller, Comparison, Compound, Cursor, Filter, Page, Retrieval
from ragproxy.errors import Conflict, NotFound, UnknownModel
from ragproxy.state.db import Database, checked_name, checked_text, shown, storable
from ragproxy.state.ids import new_id
from ragproxy.state.paging import Listing, leave_bookmarks
from ragproxy.state.tables import agents

BUILT_IN = "ragproxy"  # the server's own, which is always there
STALE_S = 0.1  # every request asks whether `model` names an agent: under load, one in this time asks the records
_REMEMBERED = 1024  # answers to that

_KEY = agents.c.owner + "/" + agents.c.id  # what an agent goes by among those of all owners

# those that callers of an owner may have, if their groups let them; made once, for to make it costs five times the look
_NEAR = sa.select(agents).where(
    sa.or_(agents.c.owner == sa.bindparam("of"), agents.c.owner == EVERYONE, agents.c.visibility != "private")
)
_CALLED = _NEAR.where(agents.c.id == sa.bindparam("called"))


class Agents:
    """The agents of every owner; an id is unique within its owner.

    Of those of one id, a caller has its owner's own, else the server's, else the oldest of the other owners'.
    """

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[float, Sequence[Agent]]] = {}

    def find(self, agent_id: str, *, caller: Caller) -> Agent:
        """The agent that the caller has of that id. UnknownModel when there is none.

        What other processes changed is seen STALE_S seconds later at most.
        """
        if storable(agent_id) and storable(caller.owner):
            found = _nearest(self._called(agent_id, caller.owner), caller)
            if found:
                return found[0]
        raise UnknownModel("There is no agent of that name")

    def list(self, *, caller: Caller) -> Sequence[Agent]:
        """The agents that the caller has, oldest first, one of each id."""
        first: dict[str, Agent] = {}
        near = self._read(_NEAR, of=caller.owner) if storable(caller.owner) else ()
        for agent in _nearest(near, caller):
            first.setdefault(agent.id, agent)
        return sorted(first.values(), key=lambda agent: (agent.created, agent.id))

    def get(self, agent_id: str, *, owner: str) -> Agent:
        """The owner's agent of that id, whoever it is for. NotFound when there is none."""
        if storable(agent_id) and storable(owner):
            with self._database.reading() as connection:
                row = connection.execute(sa.select(agents).where(_is(agent_id, owner))).first()
            if row:
                return _agent(row)
        raise _not_found(agent_id, owner)

    def page(self, owner: str | None, cursor: Cursor) -> Page[Agent]:
        """A page of the owner's agents, or of every owner's: then cursors are `<owner>/<id>`.

        InvalidRequest names an unknown cursor.
        """
        if owner is None:
            listing = Listing("agents", agents.c.created, _KEY, sa.true())
        elif storable(owner):
            listing = Listing(_list_of(owner), agents.c.created, agents.c.id, agents.c.owner == owner)
        else:
            return Page((), False)
        with self._database.reading() as connection:
            rows, has_more = listing.read(connection, sa.select(agents).where(listing.within), cursor)
        return Page(tuple(_agent(row) for row in rows), has_more)

    def page_for(self, caller: Caller, cursor: Cursor) -> Page[Agent]:
        """A page of those of the caller's owner that are for the caller. InvalidRequest names an unknown cursor."""
        owner = caller.owner
        if not storable(owner):
            return Page((), False)
        listing = Listing(_list_of(owner), agents.c.created, agents.c.id, agents.c.owner == owner)

        def is_for(row: sa.Row) -> bool:
            return _agent(row).is_for(caller)

        with self._database.reading() as connection:
            rows, has_more = listing.read(connection, sa.select(agents).where(listing.within), cursor, is_for)
        return Page(tuple(_agent(row) for row in rows), has_more)

    def create(self, agent: Agent) -> Agent:
        """Keep a new agent, which is made now; without an id it gets an assistant's, and its name if it has none.

        Conflict when its owner has one of that id; else as `save`.
        """
        if not agent.id:
            id = new_id("asst_")
            agent = replace(agent, id=id, name=agent.name or id)
        agent = replace(agent, created=int(self._clock()))
        row = _row(agent)
        with self._writing() as connection:
            self._database.take_turns(connection, "agents", agent.owner, agent.id)
            if connection.execute(sa.select(agents.c.id).where(_is(agent.id, agent.owner))).first():
                raise Conflict(
                    f"There is an agent '{shown(agent.id)}' of the owner '{shown(agent.owner)}' already",
                    param="id",
                    code="agent_exists",
                )
            connection.execute(sa.insert(agents).values(row))
        return agent

    def update(self, agent: Agent) -> None:
        """Replace the owner's agent of that id. NotFound when it is gone; else as `save`."""
        row = _row(agent)
        with self._writing() as connection:
            done = connection.execute(sa.update(agents).where(_is(agent.id, agent.owner)).values(row))
        if not done.rowcount:
            raise _not_found(agent.id, agent.owner)

    def save(self, agent: Agent) -> None:
        """Insert or replace the owner's agent of that id. InvalidRequest for texts that cannot be stored."""
        row = _row(agent)
        with self._writing() as connection:
            self._database.upsert(connection, agents, row)

    def delete(self, agent_id: str, *, owner: str) -> None:
        """Forget the owner's agent. NotFound when there is none, Conflict for the built-in one."""
        if (agent_id, owner) == (BUILT_IN, EVERYONE):
            raise Conflict(
                f"The agent '{BUILT_IN}' is built in and cannot be deleted; change its visibility to hide it",
                code="agent_built_in",
            )
        row = None
        if storable(agent_id) and storable(owner):
            with self._writing() as connection:
                gone = sa.delete(agents).where(_is(agent_id, owner)).returning(agents.c.id, agents.c.created)
                row = connection.execute(gone).first()
                if row:
                    place = [(row.id, row.created)]
                    leave_bookmarks(self._database, connection, _list_of(owner), place, self._clock())
        if row is None:
            raise _not_found(agent_id, owner)

    def _called(self, agent_id: str, owner: str) -> Sequence[Agent]:
        """Those of that id that callers of this owner may have."""
        now = time.monotonic()
        known = self._known.get((owner, agent_id))
        if known is not None and now - known[0] < STALE_S:
            return known[1]
        found = self._read(_CALLED, of=owner, called=agent_id)
        if len(self._known) >= _REMEMBERED:
            self._known = {}
        self._known[owner, agent_id] = now, found
        return found

    def _read(self, statement: sa.Select[Any], **values: str) -> Sequence[Agent]:
        with self._database.reading() as connection:
            return [_agent(row) for row in connection.execute(statement, values)]

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        """A transaction; what is known is forgotten when it has ended, however it did."""
        try:
            with self._database.writing() as connection:
                yield connection
        finally:
            self._known = {}


def _nearest(found: Iterable[Agent], caller: Caller) -> Sequence[Agent]:
    """Those that are for the caller: of each id, the one that it has comes first."""

    def distance(agent: Agent) -> tuple[bool, bool, int, str]:
        return agent.owner != caller.owner, agent.owner != EVERYONE, agent.created, agent.owner

    return sorted((agent for agent in found if agent.is_for(caller)), key=distance)


def _list_of(owner: str) -> str:
    return f"agents of {owner}"


def _is(agent_id: str, owner: str) -> sa.ColumnElement[bool]:
    return sa.and_(agents.c.owner == owner, agents.c.id == agent_id)


def _not_found(agent_id: str, owner: str) -> NotFound:
    return NotFound(
        f"There is no agent '{shown(agent_id)}' of the owner '{shown(owner)}'; GET /admin/agents lists those there are",
        code="agent_not_found",
    )


def _row(agent: Agent) -> dict[str, Any]:
    """The agent as its table has it. InvalidRequest for texts that cannot be stored."""
    for param in ("id", "owner", "name"):
        checked_name(getattr(agent, param), param=param)
    for param in ("instructions", "model", "lang", "description"):
        checked_text(getattr(agent, param) or "", param=param)
    retrieval, allowance = agent.retrieval, agent.allowance
    found = {
        "top_k": retrieval.top_k,
        "min_score": retrieval.min_score,
        "filters": None if retrieval.filters is None else _of_filter(retrieval.filters),
        "sources": None if retrieval.sources is None else list(retrieval.sources),
        "cache_ttl_s": retrieval.cache_ttl_s,
    }
    return {
        "owner": agent.owner,
        "id": agent.id,
        "name": agent.name,
        "instructions": agent.instructions,
        "stores": list(agent.stores),
        "model": agent.model,
        "params": dict(agent.params),
        "lang": agent.lang,
        "created": agent.created,
        "description": agent.description,
        "retrieval": {name: value for name, value in found.items() if value is not None},
        "visibility": agent.visibility,
        "groups": list(agent.groups),
        "allowance": allowance and {"period": allowance.period, "requests": allowance.requests, "usd": allowance.usd},
        "tools": None if agent.tools is None else [dict(tool) for tool in agent.tools],
        "metadata": dict(agent.metadata),
    }


def _agent(row: sa.Row) -> Agent:
    found = row.retrieval
    return Agent(
        id=row.id,
        name=row.name,
        owner=row.owner,
        instructions=row.instructions,
        stores=tuple(row.stores),
        model=row.model,
        params=row.params,
        lang=row.lang,
        created=row.created,
        description=row.description,
        retrieval=Retrieval(
            top_k=found.get("top_k"),
            min_score=found.get("min_score"),
            filters=_filter(found["filters"]) if "filters" in found else None,
            sources=tuple(found["sources"]) if "sources" in found else None,
            cache_ttl_s=found.get("cache_ttl_s"),
        ),
        visibility=row.visibility,
        groups=tuple(row.groups),
        allowance=Allowance(**row.allowance) if row.allowance else None,
        tools=None if row.tools is None else tuple(row.tools),
        metadata=row.metadata,
    )


def _of_filter(one: Filter) -> dict[str, Any]:
    if isinstance(one, Compound):
        return {"op": one.op, "filters": [_of_filter(inner) for inner in one.filters]}
    return {"op": one.op, "key": one.key, "value": one.value}


def _filter(kept: Mapping[str, Any]) -> Filter:
    if "filters" in kept:
        return Compound(kept["op"], tuple(_filter(inner) for inner in kept["filters"]))
    return Comparison(kept["key"], kept["op"], kept["value"])
