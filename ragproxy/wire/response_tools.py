"""The tools of a response: ours, which searches, and those that the caller has, as a chat model knows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from ragproxy.domain import FileSearch
from ragproxy.wire.fields import Identifier, Items, Whole, component, counted
from ragproxy.wire.filters import FilterField
from ragproxy.wire.parameters import Checked, an_object, named
from ragproxy.wire.store_search import RankingSchema
from ragproxy.wire.tools import MAX_TOOLS
from ragproxy.wire.validation import at, may, need, shown, wrong_type, wrong_value

SEARCH = "file_search"
MAX_STORES = 32  # of one search
MAX_RESULTS = 50
_CALLABLE: Final = ("function", "custom")  # what the caller has
_WORDS: Final = ("none", "auto", "required")
_CHOICES: Final = (SEARCH, *_CALLABLE, "allowed_tools")


class SearchToolSchema(Schema):
    """The `file_search` tool. Unknown keys are ignored."""

    class Meta:
        unknown = EXCLUDE

    vector_store_ids = Items(Identifier(), required=True, min_items=1, max_items=MAX_STORES)
    max_num_results = Whole(1, MAX_RESULTS)
    filters = FilterField()
    ranking_options = fields.Nested(RankingSchema, allow_none=True)


_SEARCH_TOOL = SearchToolSchema()


class ResponseTools(Checked):
    """An array of tools, flat as Responses have them: one `file_search` at most, any number that the caller has."""

    def __init__(self) -> None:
        super().__init__(type="array", items=component("ResponseTool"), maxItems=MAX_TOOLS)

    def check(self, value: Any) -> None:
        """Raise ValidationError for a wrong value; a tool that there is not is named."""
        searches = 0
        for number, tool in enumerate(counted(value, MAX_TOOLS)):
            if type(tool) is not dict:
                raise at(wrong_type("an object", tool), number)
            kind = need(tool, "type", str, number)
            if kind == SEARCH:
                searches += 1
                _check_search(tool, number)
            elif kind in _CALLABLE:
                _check_callable(tool, number)
            else:
                there = ", ".join(f"'{each}'" for each in (SEARCH, *_CALLABLE))
                text = f"the tool {shown(kind)} is not available here, only {there} are"
                raise at(wrong_value(text, "unsupported_parameter"), number, "type")
            if searches > 1:
                raise at(wrong_value("one file_search tool is enough: it searches several stores"), number)


class ResponseToolChoice(Checked):
    """none, auto, required, or an object that names a tool or those that may be used."""

    def __init__(self) -> None:
        super().__init__(oneOf=[component("ResponseToolChoice")])

    def check(self, value: Any) -> None:
        """Raise ValidationError for a wrong value."""
        if type(value) is str:
            if value not in _WORDS:
                supported = ", ".join(f"'{word}'" for word in _WORDS)
                raise at(wrong_value(f"{shown(value)} is not one of {supported}, nor an object"))
            return
        kind = need(an_object(value), "type", str)
        if kind not in _CHOICES:
            supported = ", ".join(f"'{each}'" for each in _CHOICES)
            raise at(wrong_value(f"{shown(kind)} is not one of {supported}"), "type")
        if kind in _CALLABLE:
            named(value)
        if kind == "allowed_tools":
            if need(value, "mode", str) not in ("auto", "required"):
                raise at(wrong_value(f"{shown(value['mode'])} is not one of 'auto', 'required'"), "mode")
            for number, tool in enumerate(counted(need(value, "tools", list), MAX_TOOLS, 1, "tools")):
                if type(tool) is not dict:
                    raise at(wrong_type("an object", tool), "tools", number)
                need(tool, "type", str, "tools", number)


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of the tools: the search that is done before the model writes, and what the model is told.

    `search` is None when there is none to do, `refused` when there is a tool for it that may not be used.
    """

    search: FileSearch | None = None
    refused: bool = False
    params: Mapping[str, Any] = field(default_factory=dict)


def plan(tools: Sequence[Mapping[str, Any]], choice: Any, max_calls: int | None) -> Plan:
    """How tools that were checked are used. ValidationError when the choice names one that is not among them.

    A search is a call: after it, a model that has to call something has done so.
    """
    wanted = choice.get("type") if isinstance(choice, Mapping) else choice
    meant = choice["tools"] if wanted == "allowed_tools" else [choice] if isinstance(choice, Mapping) else []
    picked = [tool for tool in tools if any(_is_meant(tool, each) for each in meant)]
    if meant and not picked:
        raise at(wrong_value("it names no tool that is in 'tools'"))
    allowed = picked if wanted == "allowed_tools" else tools
    place = next((place for place, tool in enumerate(tools) if tool["type"] == SEARCH), None)
    search = None
    if place is not None and tools[place] in allowed and wanted not in ("none", *_CALLABLE) and max_calls != 0:
        search = _search(tools[place], place)
    ours = [chat_tool(tool) for tool in allowed if tool["type"] != SEARCH]
    params: dict[str, Any] = {}
    if ours:
        params = {"tools": ours, "tool_choice": _chat_choice(choice, searched=search is not None)}
    return Plan(search, place is not None and search is None, params)


def chat_tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    """A tool of the caller's as chat has it: one level down."""
    kind = tool["type"]
    keys = ("name", "description", "parameters", "strict") if kind == "function" else ("name", "description", "format")
    inner = {key: tool[key] for key in keys if tool.get(key) is not None}
    if kind == "custom" and inner.get("format", {}).get("type") == "grammar":
        grammar = {key: each for key, each in inner["format"].items() if key != "type"}
        inner["format"] = {"type": "grammar", "grammar": grammar}
    return {"type": kind, kind: inner}


def shown_tools(tools: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The tools as the response repeats them."""
    return [_shown(tool) for tool in tools]


def _shown(tool: Mapping[str, Any]) -> dict[str, Any]:
    if tool["type"] == "function":
        return {"description": None, "parameters": None, "strict": None, **tool}
    if tool["type"] != SEARCH:
        return dict(tool)
    ranking = tool.get("ranking_options") or {}
    ranking = {"ranker": "auto", "score_threshold": 0.0} | {k: v for k, v in ranking.items() if v is not None}
    if ranking["ranker"] == "none":  # which OpenAI's search of a store has, and its tool has not
        ranking["ranker"] = "auto"
    return {"filters": None, "max_num_results": None, **tool, "ranking_options": ranking}


def _check_search(tool: Mapping[str, Any], number: int) -> None:
    try:
        _SEARCH_TOOL.load(tool)
    except ValidationError as err:
        raise ValidationError({number: err.messages}) from None


def _check_callable(tool: Mapping[str, Any], number: int) -> None:
    named(tool, number)
    may(tool, "description", str, number)
    may(tool, "parameters", dict, number)
    may(tool, "strict", bool, number)
    format = may(tool, "format", dict, number)
    if tool["type"] == "custom" and format is not None:
        kind = need(format, "type", str, number, "format")
        if kind not in ("text", "grammar"):
            raise at(wrong_value(f"{shown(kind)} is not one of 'text', 'grammar'"), number, "format", "type")
        for key in ("definition", "syntax") if kind == "grammar" else ():
            need(format, key, str, number, "format")


def _search(tool: Mapping[str, Any], place: int) -> FileSearch:
    loaded = _SEARCH_TOOL.load(tool)
    return FileSearch(
        place=place,
        stores=tuple(loaded["vector_store_ids"]),
        top_k=loaded.get("max_num_results"),
        min_score=loaded.get("ranking_options") or None,
        filters=loaded.get("filters"),
    )


def _is_meant(tool: Mapping[str, Any], choice: Mapping[str, Any]) -> bool:
    return tool["type"] == choice["type"] and (tool["type"] == SEARCH or tool["name"] == choice.get("name"))


def _chat_choice(choice: Any, *, searched: bool) -> Any:
    if not isinstance(choice, Mapping):
        return "auto" if choice is None or (choice == "required" and searched) else choice
    if choice["type"] == "allowed_tools":
        return "auto" if searched else choice["mode"]
    if choice["type"] == SEARCH:
        return "auto"
    return {"type": choice["type"], choice["type"]: {"name": choice["name"]}}
