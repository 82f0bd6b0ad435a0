"""A response that has ended, told once more as a stream: the same events, each text in one piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

Event = dict[str, Any]


def replayed(body: Mapping[str, Any]) -> Iterator[Event]:
    """The events that make the object, which has come to its end."""
    for number, event in enumerate(_events(body)):
        yield {"type": event["type"], "sequence_number": number, **event}


def _events(body: Mapping[str, Any]) -> Iterator[Event]:
    nothing: Event = {"completed_at": None, "error": None, "incomplete_details": None, "usage": None, "output": []}
    begun = {**body, **nothing, "status": "in_progress"}
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    for place, item in enumerate(body["output"]):
        tell = _ITEMS[item["type"]]
        for event in tell(item):
            yield {**event, "output_index": place, **({} if "item" in event else {"item_id": item["id"]})}
    yield {"type": f"response.{body['status']}", "response": dict(body)}


def _whole(item: Mapping[str, Any], empty: Mapping[str, Any], *events: Event) -> Iterator[Event]:
    yield {"type": "response.output_item.added", "item": {**item, **empty, "status": "in_progress"}}
    yield from events
    yield {"type": "response.output_item.done", "item": dict(item)}


def _search(item: Mapping[str, Any]) -> Iterator[Event]:
    steps = ("in_progress", "searching", "completed")
    events = [{"type": f"response.file_search_call.{step}"} for step in steps]
    return _whole(item, {"queries": [], "results": None}, *events)


def _with_parts(item: Mapping[str, Any]) -> Iterator[Event]:
    parts = [event for number, part in enumerate(item["content"]) for event in _part(part, number)]
    return _whole(item, {"content": []}, *parts)


def _part(part: Mapping[str, Any], number: int) -> Iterator[Event]:
    kind = part["type"]
    key = "refusal" if kind == "refusal" else "text"
    logprobs = {"logprobs": part["logprobs"]} if kind == "output_text" else {}
    empty: Event = {"annotations": [], "logprobs": []} if kind == "output_text" else {}
    yield {"type": "response.content_part.added", "content_index": number, "part": {**part, **empty, key: ""}}
    if part[key]:
        yield {"type": f"response.{kind}.delta", "content_index": number, "delta": part[key], **logprobs}
    for place, note in enumerate(part.get("annotations", ())):
        yield {
            "type": "response.output_text.annotation.added",
            "content_index": number,
            "annotation_index": place,
            "annotation": note,
        }
    yield {"type": f"response.{kind}.done", "content_index": number, key: part[key], **logprobs}
    yield {"type": "response.content_part.done", "content_index": number, "part": dict(part)}


def _call(item: Mapping[str, Any], key: str, event: str, **named: Any) -> Iterator[Event]:
    delta = [{"type": f"{event}.delta", "delta": item[key]}] if item[key] else []
    return _whole(item, {key: ""}, *delta, {"type": f"{event}.done", key: item[key], **named})


_ITEMS: Final[Mapping[str, Callable[[Mapping[str, Any]], Iterator[Event]]]] = {
    "file_search_call": _search,
    "reasoning": _with_parts,
    "message": _with_parts,
    "function_call": lambda item: _call(item, "arguments", "response.function_call_arguments", name=item["name"]),
    "custom_tool_call": lambda item: _call(item, "input", "response.custom_tool_call_input"),
}
