"""A new run: OpenAI's object of it, and what is asked of /responses for it each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ragproxy.domain import Agent, Run
from ragproxy.errors import InvalidRequest
from ragproxy.wire.assistant_fields import FUNCTION, SEARCH, looking_up
from ragproxy.wire.run_events import run_event
from ragproxy.wire.runs import LIFETIME_S, RunRequest

_ALIKE: Final = ("temperature", "top_p", "parallel_tool_calls")  # what a response calls the same


def new_run(
    asked: RunRequest,
    agent: Agent,
    *,
    id: str,
    owner: str,
    thread_id: str,
    created: int,
    model: str,
    stores: Sequence[str] | None,
    client_model: str | None,
    awaited: Sequence[str] = (),
) -> Run:
    """The run, queued. `model` is what it shows, `client_model` what writes in the place of the assistant's own.

    `stores` are what is searched; None leaves that to the assistant. What is being put into those that are `awaited` is
    to be searched too. InvalidRequest when a tool is to be called that
    there is not.
    """
    tools = asked.tools(agent)
    expires = created + LIFETIME_S
    body = _body(asked, agent, tools, model) | {
        "id": id,
        "thread_id": thread_id,
        "created_at": created,
        "expires_at": expires,
    }
    own = agent.tools is None and "tools" not in asked.given  # nobody has said what it does
    top_k, min_score = looking_up(() if own else tools, agent.retrieval)
    request = {
        "ask": _ask(asked, agent, tools, stores, client_model),
        "stream": asked.stream,
        "terms": {
            "instructions": body["instructions"] or None,
            "tools": None if own else tools,
            "top_k": top_k,
            "min_score": min_score,
        },
        "ranking": _ranking(tools),
        "awaited": list(awaited),
    }
    return Run(id, owner, thread_id, agent.id, created, "queued", body, request, expires=expires)


def opening(run: Run, thread: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """The events that are told before anybody works on it; of a `thread` that was made with it, too."""
    if not run.request["stream"]:
        return []
    made = [] if thread is None else [{"event": "thread.created", "data": dict(thread)}]
    return [*made, {"event": "thread.run.created", "data": dict(run.body)}, run_event(run.body)]


def _body(asked: RunRequest, agent: Agent, tools: Sequence[Mapping[str, Any]], model: str) -> dict[str, Any]:
    given, params = asked.given, agent.params
    instructions = [given.get("instructions", agent.instructions), given.get("additional_instructions")]
    strategy = given.get("truncation_strategy") or {"type": "auto"}
    effort = given.get("reasoning_effort", params.get("reasoning_effort"))
    return {
        "object": "thread.run",
        "assistant_id": agent.id,
        "status": "queued",
        "required_action": None,
        "last_error": None,
        "started_at": None,
        "cancelled_at": None,
        "failed_at": None,
        "completed_at": None,
        "incomplete_details": None,
        "model": model,
        "instructions": "\n".join(each for each in instructions if each),
        "tools": [dict(tool) for tool in tools],
        "metadata": dict(given.get("metadata") or {}),
        "usage": None,
        "temperature": given.get("temperature", params.get("temperature", 1.0)),
        "top_p": given.get("top_p", params.get("top_p", 1.0)),
        "max_prompt_tokens": given.get("max_prompt_tokens"),
        "max_completion_tokens": given.get("max_completion_tokens"),
        "truncation_strategy": {"type": strategy["type"], "last_messages": strategy.get("last_messages")},
        "tool_choice": given.get("tool_choice", "auto"),
        "parallel_tool_calls": given.get("parallel_tool_calls", True),
        "response_format": given.get("response_format", params.get("response_format", "auto")),
        **({} if effort is None else {"reasoning_effort": effort}),
    }


def _ask(
    asked: RunRequest,
    agent: Agent,
    tools: Sequence[Mapping[str, Any]],
    stores: Sequence[str] | None,
    client_model: str | None,
) -> dict[str, Any]:
    """The body of a request to /responses, but for what is said in the thread."""
    given = asked.given
    functions = [{"type": FUNCTION, **_whole(tool[FUNCTION])} for tool in tools if tool["type"] == FUNCTION]
    search = [_search(tools, stores)] if stores else []
    ask: dict[str, Any] = {"model": agent.id, **{key: given[key] for key in _ALIKE if key in given}}
    if client_model is not None:
        ask["clientModel"] = client_model
    if functions or search:
        ask["tools"] = [*search, *functions]
    choice = _choice(given.get("tool_choice"), [function["name"] for function in functions])
    if choice is not None and functions:
        ask["tool_choice"] = choice
    if isinstance(given.get("response_format"), Mapping):
        ask["text"] = {"format": _format(given["response_format"])}
    if "reasoning_effort" in given:
        ask["reasoning"] = {"effort": given["reasoning_effort"]}
    return ask


def _whole(function: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in function.items() if key in ("name", "description", "parameters", "strict")}


def _search(tools: Sequence[Mapping[str, Any]], stores: Sequence[str]) -> dict[str, Any]:
    options = next((tool.get(SEARCH) or {} for tool in tools if tool["type"] == SEARCH), {})
    kept = {key: options[key] for key in ("max_num_results",) if options.get(key) is not None}
    least = (options.get("ranking_options") or {}).get("score_threshold")
    if least is not None:  # assistants call the ranker by other names than responses do
        kept["ranking_options"] = {"score_threshold": least}
    return {"type": SEARCH, "vector_store_ids": list(stores), **kept}


def _ranking(tools: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    options = next((tool.get(SEARCH) or {} for tool in tools if tool["type"] == SEARCH), {})
    ranking: dict[str, Any] | None = options.get("ranking_options")
    return ranking


def _choice(choice: Any, names: Sequence[str]) -> Any:
    """The choice of a tool as responses have it; what is looked up is looked up before the model writes."""
    if not isinstance(choice, Mapping):
        return choice
    if choice["type"] == SEARCH:
        return "auto"
    name = choice[FUNCTION]["name"]
    if name not in names:
        raise InvalidRequest(f"'tool_choice' names the function '{name}', which is not in 'tools'", param="tool_choice")
    return {"type": FUNCTION, "name": name}


def _format(given: Mapping[str, Any]) -> dict[str, Any]:
    if given["type"] != "json_schema":
        return {"type": given["type"]}
    return {"type": "json_schema", "schema": {}, **given["json_schema"]}
