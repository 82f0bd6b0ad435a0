"""Run steps: what they look like from their beginning to their end, and what clients see of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

CONTENT: Final = "step_details.tool_calls[*].file_search.results[*].content"
NOTHING_SPENT: Final[Mapping[str, int]] = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}

Body = dict[str, Any]


def begun_step(run: Mapping[str, Any], id: str, details: Mapping[str, Any], created: int) -> Body:
    """OpenAI's run step, in progress."""
    return {
        "id": id,
        "object": "thread.run.step",
        "created_at": created,
        "run_id": run["id"],
        "assistant_id": run["assistant_id"],
        "thread_id": run["thread_id"],
        "type": details["type"],
        "status": "in_progress",
        "step_details": dict(details),
        "last_error": None,
        "expired_at": None,
        "cancelled_at": None,
        "failed_at": None,
        "completed_at": None,
        "metadata": {},
        "usage": None,
    }


def ended_step(step: Mapping[str, Any], status: str, now: int, **more: Any) -> Body:
    """The step once it has come to that status: `completed`, `failed`, `cancelled` or `expired`."""
    return {**step, "status": status, f"{status}_at": now, "usage": dict(NOTHING_SPENT), **more}


def with_outputs(step: Mapping[str, Any], outputs: Mapping[str, str]) -> Body:
    """The step with what its functions gave, by the ids of their calls."""
    calls = [
        {**call, "function": {**call["function"], "output": outputs.get(call["id"], call["function"]["output"])}}
        if call["type"] == "function"
        else call
        for call in step["step_details"]["tool_calls"]
    ]
    return {**step, "step_details": {**step["step_details"], "tool_calls": calls}}


def search_call(item: Mapping[str, Any], ranking: Mapping[str, Any] | None) -> Body:
    """OpenAI's call of file_search, of the item that a response has for it."""
    results = [
        {
            "file_id": each["file_id"],
            "file_name": each["filename"],
            "score": each["score"],
            "content": [{"type": "text", "text": each["text"]}],
        }
        for each in item.get("results") or ()
    ]
    shown = {key: each for key, each in (ranking or {}).items() if each is not None}
    options = {"ranker": "default_2024_08_21", "score_threshold": 0.0} | shown
    if options["ranker"] == "none":
        options["ranker"] = "auto"
    return {
        "id": item["id"],
        "type": "file_search",
        "file_search": {"ranking_options": options, "results": results},
    }


def step_json(step: Mapping[str, Any], include: Collection[str] = ()) -> Body:
    """The step as it is kept, without what is shown on demand alone."""
    return dict(step) if CONTENT in include else {**step, "step_details": _hidden(step["step_details"])}


def delta_json(delta: Mapping[str, Any], include: Collection[str] = ()) -> Body:
    """A piece of a step, likewise."""
    if CONTENT in include:
        return dict(delta)
    details = _hidden(delta["delta"]["step_details"])
    return {**delta, "delta": {**delta["delta"], "step_details": details}}


def _hidden(details: Mapping[str, Any]) -> Mapping[str, Any]:
    calls = details.get("tool_calls")
    if not calls or all(call["type"] != "file_search" for call in calls):
        return details
    return {**details, "tool_calls": [_without_content(call) for call in calls]}


def _without_content(call: Mapping[str, Any]) -> Mapping[str, Any]:
    if call["type"] != "file_search":
        return call
    search = call["file_search"]
    results = [{key: value for key, value in each.items() if key != "content"} for each in search["results"]]
    return {**call, "file_search": {**search, "results": results}}
