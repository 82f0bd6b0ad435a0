"""What an assistant is made of that other requests do not have: its tools and its response format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from ragproxy.domain import Agent, Retrieval
from ragproxy.wire.fields import Text, Whole, component, counted
from ragproxy.wire.items import check_texts
from ragproxy.wire.parameters import Checked, ResponseFormat, named
from ragproxy.wire.store_search import RANKERS, RankingSchema
from ragproxy.wire.tool_resources import CODE_INTERPRETER, no_interpreter
from ragproxy.wire.validation import at, may, need, shown, wrong_type, wrong_value

MAX_TOOLS = 128
MAX_RESULTS = 50
SEARCH: Final = "file_search"
FUNCTION: Final = "function"


class AssistantRankingSchema(RankingSchema):
    """`ranking_options`, where the ranker has the name that assistants know it by, too."""

    ranker = Text(choices=(*RANKERS, "default_2024_08_21"))


class SearchOptionsSchema(Schema):
    """`file_search` of the tool of that type. Unknown keys are ignored."""

    class Meta:
        unknown = EXCLUDE

    max_num_results = Whole(1, MAX_RESULTS)
    ranking_options = fields.Nested(AssistantRankingSchema, allow_none=True)


_OPTIONS = SearchOptionsSchema()


class AssistantTools(Checked):
    """An array of tools: one `file_search` at most, and functions, one level down as chats have them."""

    def __init__(self) -> None:
        super().__init__(type="array", items=component("AssistantTool"), maxItems=MAX_TOOLS)

    def check(self, value: Any) -> None:
        """Raise ValidationError for a wrong value; a tool that there is not is named."""
        kinds = []
        for number, tool in enumerate(counted(value, MAX_TOOLS)):
            if type(tool) is not dict:
                raise at(wrong_type("an object", tool), number)
            check_texts(tool, (number,))
            kind = need(tool, "type", str, number)
            if kind == SEARCH and kind in kinds:
                raise at(wrong_value("one file_search tool is enough: it searches several stores"), number)
            _check_tool(tool, kind, number)
            kinds.append(kind)


class AssistantFormat(ResponseFormat):
    """`auto`, or what chats take."""

    documented = "AssistantFormat"

    def check(self, value: Any) -> None:
        """Raise ValidationError for a wrong value."""
        if type(value) is str:
            if value != "auto":
                raise at(wrong_value(f"{shown(value)} is not 'auto', nor an object"))
            return
        super().check(value)
        check_texts(value)


def _check_tool(tool: Mapping[str, Any], kind: str, number: int) -> None:
    if kind == SEARCH:
        try:
            _OPTIONS.load(may(tool, SEARCH, dict, number) or {})
        except ValidationError as err:
            raise ValidationError({number: {SEARCH: err.messages}}) from None
    elif kind == FUNCTION:
        function = need(tool, FUNCTION, dict, number)
        named(function, number, FUNCTION)
        may(function, "description", str, number, FUNCTION)
        may(function, "parameters", dict, number, FUNCTION)
        may(function, "strict", bool, number, FUNCTION)
    elif kind == CODE_INTERPRETER:
        raise at(no_interpreter(), number, "type")
    else:
        raise at(wrong_value(f"{shown(kind)} is not one of '{SEARCH}', '{FUNCTION}'"), number, "type")


def settled(tools: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Tools that were checked, as they are kept: each with what its type has and no more, without nulls at the top."""
    return tuple({"type": tool["type"], **_inner(tool)} for tool in tools)


def _inner(tool: Mapping[str, Any]) -> dict[str, Any]:
    kind = tool["type"]
    inner = {key: value for key, value in (tool.get(kind) or {}).items() if value is not None}
    return {kind: inner} if inner else {}


def looking_up(tools: Sequence[Mapping[str, Any]], usual: Retrieval) -> tuple[int | None, float | None]:
    """`top_k` and `min_score` of the search among the tools; those that are usual when there is none."""
    for tool in tools:
        if tool["type"] == SEARCH:
            options = _OPTIONS.load(tool.get(SEARCH) or {})
            return options.get("max_num_results"), options.get("ranking_options") or None
    return usual.top_k, usual.min_score


def tools_json(agent: Agent) -> list[dict[str, Any]]:
    """The tools of an assistant; of an agent that is none, those that it works like."""
    if agent.tools is not None:
        return [_shown(tool) for tool in agent.tools]
    search: list[dict[str, Any]] = [{"type": SEARCH}] if agent.stores else []
    functions = [tool for tool in agent.params.get("tools") or () if tool.get("type") == FUNCTION]
    return [*search, *(dict(tool) for tool in functions)]


def _shown(tool: Mapping[str, Any]) -> dict[str, Any]:
    """The tool; of its ranking, the ranker too, which OpenAI never leaves out."""
    options = tool.get(SEARCH) or {}
    ranking = options.get("ranking_options")
    if not ranking:
        return dict(tool)
    whole = {"ranker": "auto", "score_threshold": 0.0} | {
        key: each for key, each in ranking.items() if each is not None
    }
    if whole["ranker"] == "none":  # which OpenAI's search of a store has, and its tool has not
        whole["ranker"] = "auto"
    return {**tool, SEARCH: {**options, "ranking_options": whole}}
