"""Agents: what `model` may name. Those of the owner "*" are everyone's; the first migration brings `ragproxy`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import sqlalchemy as sa

from ragproxy.domain import Agent
from ragproxy.errors import UnknownModel
from ragproxy.state.db import Database, checked_name, checked_text, storable
from ragproxy.state.tables import agents

EVERYONE = "*"


class Agents:
    """The agents of every owner; an id is unique within its owner, and the owner's own comes before everyone's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, agent_id: str, *, owner: str) -> Agent:
        """The agent of that id that the owner may use. UnknownModel when there is none."""
        if storable(agent_id) and storable(owner):
            found = self._visible(owner, agents.c.id == agent_id)
            if found:
                return next((agent for agent in found if agent.owner == owner), found[0])
        raise UnknownModel("There is no agent of that name")

    def list(self, *, owner: str) -> list[Agent]:
        """The agents the owner may use, oldest first; its own hide everyone's of the same id."""
        if not storable(owner):
            return []
        found = self._visible(owner, sa.true())
        own = {agent.id for agent in found if agent.owner == owner}
        return [agent for agent in found if agent.owner == owner or agent.id not in own]

    def save(self, agent: Agent) -> None:
        """Insert or replace the owner's agent of that id. InvalidRequest for texts that cannot be stored."""
        for param in ("id", "owner", "name"):
            checked_name(getattr(agent, param), param=param)
        for param in ("instructions", "model", "lang"):
            checked_text(getattr(agent, param) or "", param=param)
        row = asdict(agent) | {"stores": list(agent.stores), "params": dict(agent.params)}
        with self._database.writing() as connection:
            self._database.upsert(connection, agents, row)

    def delete(self, agent_id: str, *, owner: str) -> None:
        """Forget the owner's agent; no error when there is none."""
        if storable(agent_id) and storable(owner):
            with self._database.writing() as connection:
                connection.execute(sa.delete(agents).where(agents.c.owner == owner, agents.c.id == agent_id))

    def _visible(self, owner: str, where: sa.ColumnElement[bool]) -> Sequence[Agent]:
        query = (
            sa.select(agents)
            .where(agents.c.owner.in_((owner, EVERYONE)), where)
            .order_by(agents.c.created, agents.c.id)
        )
        with self._database.reading() as connection:
            return [_agent(row) for row in connection.execute(query)]


def _agent(row: sa.Row) -> Agent:
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
    )
