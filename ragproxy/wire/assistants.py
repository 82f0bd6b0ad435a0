"""Assistants: how clients make and change them, and see them. An assistant is an agent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load, pre_load

from ragproxy.domain import Agent
from ragproxy.wire.assistant_fields import AssistantFormat, AssistantTools, looking_up, settled, tools_json
from ragproxy.wire.conversations import Notes
from ragproxy.wire.fields import Identifier, Number, Text
from ragproxy.wire.tool_resources import ToolResources, ToolResourcesSchema, tool_resources_json
from ragproxy.wire.vector_stores import Description

MAX_NAME = 256  # characters
MAX_DESCRIPTION = 512
MAX_INSTRUCTIONS = 256_000
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
_PARAMS = ("temperature", "top_p", "response_format", "reasoning_effort")  # kept among the agent's


@dataclass(frozen=True, slots=True)
class AssistantRequest:
    """What is said of an assistant, new or not; what is not said stays as it is, or is as new ones have it.

    `given` is by OpenAI's names, null where that was said.
    """

    given: Mapping[str, Any]
    resources: ToolResources = field(default_factory=ToolResources)

    @property
    def model(self) -> str | None:
        """The model that is named, if one is."""
        return self.given.get("model")

    def agent(self, id: str, owner: str, stores: Sequence[str] | None) -> Agent:
        """A new one of these terms, without an `id` when that is empty. It looks nothing up without the tool for it."""
        return self.applied(Agent(id, id, owner, stores=(), tools=()), stores)

    def applied(self, agent: Agent, stores: Sequence[str] | None) -> Agent:
        """The agent as it then is, on these stores; None leaves it those that it has."""
        given = self.given
        changed = {key: given[key] for key in ("description", "instructions") if key in given}
        if "model" in given:
            changed["model"] = given["model"]
        if "name" in given:
            changed["name"] = given["name"] or agent.id
        if "metadata" in given:
            changed["metadata"] = given["metadata"] or {}
        if stores is not None:
            changed["stores"] = tuple(stores)
        if "tools" in given:
            changed["tools"] = settled(given["tools"])
            top_k, min_score = looking_up(changed["tools"], agent.retrieval)
            changed["retrieval"] = replace(agent.retrieval, top_k=top_k, min_score=min_score)
        return replace(agent, **changed, params=self._params(agent.params))

    def _params(self, usual: Mapping[str, Any]) -> dict[str, Any]:
        """The agent's parameters with those that are given; null and `auto` leave a parameter to the model."""
        # tools that an administrator put there would come back as soon as there are none here
        gone = {key for key in ("tools", *_PARAMS) if key in self.given}
        params = {key: value for key, value in usual.items() if key not in gone}
        said = {key: self.given[key] for key in _PARAMS if self.given.get(key) not in (None, "auto")}
        return params | said


class AssistantChangeSchema(Schema):
    """POST /assistants/{id}. What is absent stays; unknown keys are ignored."""

    class Meta:
        unknown = EXCLUDE

    model = Identifier()
    name = Identifier(max_length=MAX_NAME)
    description = Description(max_length=MAX_DESCRIPTION)
    instructions = Description(max_length=MAX_INSTRUCTIONS)
    tools = AssistantTools()
    tool_resources = fields.Nested(ToolResourcesSchema, allow_none=True)
    metadata = Notes()
    temperature = Number(0, 2)
    top_p = Number(0, 1)
    response_format = AssistantFormat()
    reasoning_effort = Text(choices=EFFORTS)

    @pre_load
    def drop_nothing(self, data: Any, **_: Any) -> Any:
        """Without a model or tools that are null, for every assistant has them; an empty name is none."""
        if not isinstance(data, Mapping):
            return data
        kept = {key: value for key, value in data.items() if value is not None or key not in ("model", "tools")}
        return {**kept, "name": None} if kept.get("name") == "" else kept

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> AssistantRequest:
        """The request. Resources that are null take the stores away."""
        if "tool_resources" in data and data["tool_resources"] is None:
            return AssistantRequest(data, ToolResources(stores=()))
        return AssistantRequest(data, data.get("tool_resources") or ToolResources())


class AssistantRequestSchema(AssistantChangeSchema):
    """POST /assistants. Unknown keys are ignored."""

    model = Identifier(required=True)


ASSISTANT_REQUEST = AssistantRequestSchema()
ASSISTANT_CHANGE = AssistantChangeSchema()


def assistant_json(agent: Agent, stores: Sequence[str], model: str) -> dict[str, Any]:
    """OpenAI's assistant: `stores` are the ids of those that it reads, `model` is what it names or has."""
    params = agent.params
    return {
        "id": agent.id,
        "object": "assistant",
        "created_at": agent.created,
        "name": None if agent.name == agent.id else agent.name,
        "description": agent.description,
        "model": model,
        "instructions": agent.instructions,
        "tools": tools_json(agent),
        "tool_resources": tool_resources_json(stores),
        "metadata": dict(agent.metadata),
        "temperature": params.get("temperature", 1.0),
        "top_p": params.get("top_p", 1.0),
        "response_format": params.get("response_format", "auto"),
    }
