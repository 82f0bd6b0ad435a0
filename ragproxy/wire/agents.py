"""Agents: how administrators make and change them, and see them; the same over the API and in a file of TOML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypedDict, get_args

from marshmallow import RAISE, Schema, fields, post_load

from ragproxy.domain import EVERYONE, Agent, Allowance, Cursor, Page, Retrieval, Visibility
from ragproxy.errors import InvalidRequest
from ragproxy.wire.agent_fields import AgentId, AgentTools, AllowanceSchema, Lines, ParamsSchema, RetrievalSchema
from ragproxy.wire.assistant_fields import settled
from ragproxy.wire.conversations import Notes
from ragproxy.wire.fields import Identifier, Items, Language, Text
from ragproxy.wire.filters import filter_json
from ragproxy.wire.paging import PageQuery, page_json
from ragproxy.wire.validation import at, missing, shown, wrong_value

MAX_NAME = 256  # characters
MAX_DESCRIPTION = 4096
MAX_INSTRUCTIONS = 256_000
MAX_STORES = 32
MAX_GROUPS = 256
MAX_AGENTS = 1000  # of one file


class AgentTerms(TypedDict, total=False):
    """What can be said of an agent: what is not there stays as it is."""

    name: str
    description: str | None
    instructions: str | None
    stores: tuple[str, ...]
    model: str | None
    params: Mapping[str, Any]
    lang: str | None
    retrieval: Retrieval
    visibility: Visibility
    groups: tuple[str, ...]
    allowance: Allowance | None
    tools: tuple[Mapping[str, Any], ...] | None
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AgentRequest:
    """An agent to make; the owner is None when the request does not say."""

    id: str
    owner: str | None
    terms: AgentTerms

    def agent(self, owner: str) -> Agent:
        """The agent, of that owner when the request names none."""
        owner = self.owner or owner
        usual: AgentTerms = {"visibility": "public"} if owner == EVERYONE else {}
        return _with(Agent(self.id, self.id, owner), {**usual, **self.terms})


@dataclass(frozen=True, slots=True)
class AgentChange:
    """What is to be different; the owner is None when the request does not say."""

    owner: str | None
    terms: AgentTerms

    def changed(self, agent: Agent) -> Agent:
        """The agent as it then is. InvalidRequest for one of groups that would be left without any."""
        return _with(agent, self.terms)


class _TermsSchema(Schema):
    """What is said of an agent. Unknown keys are refused: a rule that is misspelt is no rule."""

    class Meta:
        unknown = RAISE

    owner = Identifier(max_length=MAX_NAME, description="The project it belongs to, `*` for the server itself")
    name = Identifier(max_length=MAX_NAME, description="What people call it; its id by default")
    description = Lines(max_length=MAX_DESCRIPTION)
    instructions = Lines(max_length=MAX_INSTRUCTIONS, description="The prompt")
    vector_stores = Items(
        Identifier(), max_items=MAX_STORES, description="What it reads, by id or name; `default` by default"
    )
    model = Identifier(description="The upstream model that writes; the server's by default")
    params = fields.Nested(ParamsSchema, allow_none=True, metadata={"description": "Defaults, such as temperature"})
    lang = Language(description="Language of its answers, ISO 639-1")
    retrieval = fields.Nested(RetrievalSchema, allow_none=True)
    visibility = Text(choices=get_args(Visibility), description="Who may use it")
    groups = Items(Identifier(max_length=MAX_NAME), max_items=MAX_GROUPS, description="Whose members may use it")
    allowance = fields.Nested(AllowanceSchema, allow_none=True)
    tools = AgentTools()
    metadata = Notes()

    def terms(self, data: Mapping[str, Any]) -> AgentTerms:
        """The fields, by the names of the domain; null is what a new agent has. Groups say who may use it."""
        plain = Agent("", "", "")
        terms = AgentTerms()
        for key in ("description", "instructions", "model", "lang", "allowance"):
            if key in data:
                terms[key] = data[key]
        if data.get("name") is not None:
            terms["name"] = data["name"]
        if "vector_stores" in data:
            terms["stores"] = plain.stores if data["vector_stores"] is None else _each_once(data["vector_stores"])
        if "params" in data:
            terms["params"] = data["params"] or {}
        if "retrieval" in data:
            terms["retrieval"] = data["retrieval"] or Retrieval()
        if data.get("visibility") is not None:
            terms["visibility"] = data["visibility"]
        if "groups" in data:
            terms["groups"] = _each_once(data["groups"] or ())
        if "tools" in data:
            terms["tools"] = None if data["tools"] is None else settled(data["tools"])
        if "metadata" in data:
            terms["metadata"] = data["metadata"] or {}
        _settle_audience(terms)
        return terms


class AgentRequestSchema(_TermsSchema):
    """POST /admin/agents, and an `[[agent]]` of a file."""

    id = AgentId()

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> AgentRequest:
        """The request; null means the default, as absence does."""
        given = {key: value for key, value in data.items() if value is not None}
        terms = self.terms(given)
        if terms.get("visibility") == "groups" and not terms.get("groups"):
            raise at(missing(), "groups")
        return AgentRequest(data["id"], data.get("owner"), terms)


class AgentChangeSchema(_TermsSchema):
    """POST /admin/agents/{id}. What is absent stays; null puts back what a new agent has.

    But the name and the visibility, which every agent has, stay then too.
    """

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> AgentChange:
        """The change."""
        return AgentChange(data.get("owner"), self.terms(data))


class AgentFileSchema(Schema):
    """A file of TOML: tables `[[agent]]`."""

    class Meta:
        unknown = RAISE

    agent = Items(fields.Nested(AgentRequestSchema), max_items=MAX_AGENTS, min_items=1, required=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Sequence[AgentRequest]:
        """The agents, in the order of the file; none twice."""
        seen: dict[tuple[str | None, str], int] = {}
        for number, each in enumerate(data["agent"]):
            first = seen.setdefault((each.owner, each.id), number)
            if first != number:
                raise at(wrong_value(f"{shown(each.id)} is the id of agent[{first}] already"), "agent", number, "id")
        return tuple(data["agent"])


@dataclass(frozen=True, slots=True)
class AgentQuery:
    """What GET /admin/agents asks for; every owner's when None."""

    cursor: Cursor
    owner: str | None = None


class AgentQuerySchema(PageQuery):
    """GET /admin/agents."""

    before = Identifier(description="The page that ends before the item of this id")
    owner = Identifier(max_length=MAX_NAME, description="Those of this owner alone; ids in cursors are `owner/id` else")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> AgentQuery:
        """The query."""
        return AgentQuery(self.cursor(data), data.get("owner"))


class OwnerQuerySchema(PageQuery):
    """Whose agent is meant."""

    owner = Identifier(max_length=MAX_NAME, description="Its owner, `*` for the server; the caller's own by default")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> str | None:
        """The owner, None when the query does not say."""
        return data.get("owner")


AGENT_REQUEST = AgentRequestSchema()
AGENT_CHANGE = AgentChangeSchema()
AGENT_FILE = AgentFileSchema()
AGENT_QUERY = AgentQuerySchema()
OWNER_QUERY = OwnerQuerySchema(only=("owner",))


def agent_json(agent: Agent) -> dict[str, Any]:
    """The agent object."""
    retrieval, allowance = agent.retrieval, agent.allowance
    return {
        "id": agent.id,
        "object": "agent",
        "owner": agent.owner,
        "created_at": agent.created,
        "name": agent.name,
        "description": agent.description,
        "instructions": agent.instructions,
        "vector_stores": list(agent.stores),
        "model": agent.model,
        "params": dict(agent.params),
        "lang": agent.lang,
        "retrieval": {
            "top_k": retrieval.top_k,
            "min_score": retrieval.min_score,
            "filters": None if retrieval.filters is None else filter_json(retrieval.filters),
            "sources": None if retrieval.sources is None else list(retrieval.sources),
            "cache_ttl_s": retrieval.cache_ttl_s,
        },
        "visibility": agent.visibility,
        "groups": list(agent.groups),
        "allowance": allowance and {"period": allowance.period, "requests": allowance.requests, "usd": allowance.usd},
        "tools": None if agent.tools is None else [dict(tool) for tool in agent.tools],
        "metadata": dict(agent.metadata),
    }


def agent_table(agent: Agent) -> dict[str, Any]:
    """The same as AGENT_FILE reads it: without its age, and without nulls, which TOML does not have.

    So the schemas of functions and formats, which assistants may have with nulls, lose them.
    """
    body = agent_json(agent)
    del body["object"], body["created_at"]
    if not agent.groups:
        del body["groups"]
    for key in ("retrieval", "allowance"):
        body[key] = {name: value for name, value in (body[key] or {}).items() if value is not None}
    last = ("params", "retrieval", "allowance", "metadata")  # tables come after what is no table
    tools = {} if agent.tools is None else {"tools": body.pop("tools")}
    table: dict[str, Any] = _told(
        {
            **{key: value for key, value in body.items() if key not in last},
            **{key: body[key] for key in last if body[key]},
            **tools,
        }
    )
    return table


def _told(value: Any) -> Any:
    """The value without the nulls in it."""
    if isinstance(value, Mapping):
        return {key: _told(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_told(each) for each in value if each is not None]
    return value


def agents_json(page: Page[Agent], owner: str | None) -> dict[str, Any]:
    """A page of them; in a list of every owner's, an id alone is no cursor."""
    body = page_json([agent_json(agent) for agent in page.items], page.has_more)
    if owner is None and page.items:
        first, last = page.items[0], page.items[-1]
        body |= {"first_id": f"{first.owner}/{first.id}", "last_id": f"{last.owner}/{last.id}"}
    return body


def _with(agent: Agent, terms: AgentTerms) -> Agent:
    agent = replace(agent, **terms)
    if agent.visibility == "groups" and not agent.groups:
        raise InvalidRequest(missing().sentence("groups"), param="groups", code=missing().code)
    return agent


def _settle_audience(terms: AgentTerms) -> None:
    """Groups are for an agent of groups and for no other: whoever names some means that it be for them alone."""
    groups, visibility = terms.get("groups"), terms.get("visibility")
    if groups and visibility is None:
        terms["visibility"] = "groups"
    elif groups and visibility != "groups":
        raise at(
            wrong_value(f"an agent that is {visibility} has no groups; its visibility would be 'groups'"), "groups"
        )
    elif visibility in ("private", "public"):
        terms["groups"] = ()


def _each_once(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
