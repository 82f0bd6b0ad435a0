"""/assistants: OpenAI's name for agents that are made by those who use them."""

from __future__ import annotations

from typing import Any

from flask import Response

from ragproxy.api.context import services, visit
from ragproxy.api.resource import Resource
from ragproxy.api.stream import json_response
from ragproxy.api.tool_resources import stores_of
from ragproxy.domain import EVERYONE, Agent, Cursor
from ragproxy.errors import Forbidden, NotFound, UnknownModel, UnknownStore
from ragproxy.wire.assistants import ASSISTANT_CHANGE, ASSISTANT_REQUEST, AssistantRequest, assistant_json
from ragproxy.wire.files import deleted_json
from ragproxy.wire.paging import STORE_QUERY, page_json

bp = Resource("assistants", "Assistants: a prompt, tools and a model; agents by another name.", scope="chat")


@bp.route("/assistants", methods=["POST"])
@bp.arguments(ASSISTANT_REQUEST)
def create_assistant(asked: AssistantRequest) -> Response:
    """Create an assistant"""
    _check_model(asked)
    agent = asked.agent("", visit().caller.owner, stores_of(asked.resources, lasting=True))
    return json_response(_shown(services.state.agents.create(agent)))


@bp.route("/assistants", methods=["GET"])
@bp.arguments(STORE_QUERY, location="query")
def list_assistants(cursor: Cursor) -> Response:
    """List the assistants of the caller's owner, the newest first by default"""
    page = services.state.agents.page_for(visit().caller, cursor)
    return json_response(page_json([_shown(agent) for agent in page.items], page.has_more))


@bp.route("/assistants/<assistant_id>", methods=["GET"])
def get_assistant(assistant_id: str) -> Response:
    """Retrieve an assistant"""
    return json_response(_shown(assistant(assistant_id)))


@bp.route("/assistants/<assistant_id>", methods=["POST"])
@bp.arguments(ASSISTANT_CHANGE)
def modify_assistant(change: AssistantRequest, assistant_id: str) -> Response:
    """Modify an assistant; what the body does not say stays as it is"""
    agent = _own(assistant_id)
    _check_model(change)
    changed = change.applied(agent, stores_of(change.resources, lasting=True))
    services.state.agents.update(changed)
    return json_response(_shown(changed))


@bp.route("/assistants/<assistant_id>", methods=["DELETE"])
def delete_assistant(assistant_id: str) -> Response:
    """Delete an assistant; its vector stores stay"""
    agent = _own(assistant_id)
    services.state.agents.delete(agent.id, owner=agent.owner)
    return json_response(deleted_json(agent.id, "assistant.deleted"))


def assistant(assistant_id: str) -> Agent:
    """The assistant of that id: the caller's owner's, or the server's. NotFound."""
    caller = visit().caller
    try:
        agent = services.state.agents.find(assistant_id, caller=caller)
        if agent.owner in (caller.owner, EVERYONE):
            # who manages assistants sees at once what another process did; who asks them, a moment later
            return services.state.agents.get(agent.id, owner=agent.owner)
    except (UnknownModel, NotFound) as err:
        raise _missing(assistant_id) from err
    raise _missing(assistant_id)


def _own(assistant_id: str) -> Agent:
    """The same, to be changed. Forbidden for the server's, and for what is shared unless an administrator asks.

    Whoever shares puts texts into the answers of others.
    """
    caller, agent = visit().caller, assistant(assistant_id)
    if agent.owner != caller.owner:
        raise Forbidden(f"The assistant '{agent.id}' is the server's; its administrator alone changes it")
    if agent.visibility != "private" and not caller.admin:
        raise Forbidden(f"The assistant '{agent.id}' is shared with others; an administrator alone changes it")
    return agent


def _check_model(asked: AssistantRequest) -> None:
    """UnknownModel unless the caller may name the model: its assistant would do so for it."""
    if asked.model is not None:
        services.answerer.writer(asked.model, visit().caller)


def _shown(agent: Agent) -> dict[str, Any]:
    return assistant_json(agent, _store_ids(agent), agent.model or services.models.default)


def _store_ids(agent: Agent) -> list[str]:
    """The ids of the stores that it reads, which it may call by their names; those that are gone it shows no more."""
    caller = visit().caller
    among = services.state.stores.readable(caller) if agent.owner == EVERYONE else services.state.stores.of(agent.owner)
    found = []
    for name in agent.stores:
        try:
            found.append(among.find(name).id)
        except UnknownStore:
            continue
    return list(dict.fromkeys(found))


def _missing(assistant_id: str) -> NotFound:
    return NotFound(f"No assistant found with id '{assistant_id[:100]}'.")
