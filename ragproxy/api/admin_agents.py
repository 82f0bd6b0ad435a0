"""/admin/agents: what `model` may name, of every owner. Ours, not OpenAI's."""

from __future__ import annotations

from flask import Response

from ragproxy.api.context import services, visit
from ragproxy.api.resource import Resource
from ragproxy.api.stream import json_response
from ragproxy.wire.agents import (
    AGENT_CHANGE,
    AGENT_QUERY,
    AGENT_REQUEST,
    OWNER_QUERY,
    AgentChange,
    AgentQuery,
    AgentRequest,
    agent_json,
    agents_json,
)
from ragproxy.wire.files import deleted_json

bp = Resource("admin_agents", "Agents of this server's callers, for its administrator.", scope="admin")


@bp.route("/agents", methods=["POST"])
@bp.arguments(AGENT_REQUEST)
@bp.arguments(OWNER_QUERY, location="query")
def create_agent(asked: AgentRequest, owner: str | None) -> Response:
    """Create an agent"""
    agent = asked.agent(_owner(owner))
    services.answerer.check_free(agent.id)
    return json_response(agent_json(services.state.agents.create(agent)))


@bp.route("/agents", methods=["GET"])
@bp.arguments(AGENT_QUERY, location="query")
def list_agents(asked: AgentQuery) -> Response:
    """List agents, of one owner or of all"""
    return json_response(agents_json(services.state.agents.page(asked.owner, asked.cursor), asked.owner))


@bp.route("/agents/<agent_id>", methods=["GET"])
@bp.arguments(OWNER_QUERY, location="query")
def get_agent(owner: str | None, agent_id: str) -> Response:
    """Retrieve an agent"""
    return json_response(agent_json(services.state.agents.get(agent_id, owner=_owner(owner))))


@bp.route("/agents/<agent_id>", methods=["POST"])
@bp.arguments(AGENT_CHANGE)
@bp.arguments(OWNER_QUERY, location="query")
def modify_agent(change: AgentChange, owner: str | None, agent_id: str) -> Response:
    """Modify an agent; what the body does not say stays as it is"""
    agent = change.changed(services.state.agents.get(agent_id, owner=change.owner or _owner(owner)))
    services.state.agents.update(agent)
    return json_response(agent_json(agent))


@bp.route("/agents/<agent_id>", methods=["DELETE"])
@bp.arguments(OWNER_QUERY, location="query")
def delete_agent(owner: str | None, agent_id: str) -> Response:
    """Delete an agent; the built-in one stays"""
    services.state.agents.delete(agent_id, owner=_owner(owner))
    return json_response(deleted_json(agent_id, "agent.deleted"))


def _owner(named: str | None) -> str:
    """Whose agent is meant; the caller's own when the query does not say."""
    return named or visit().caller.owner
