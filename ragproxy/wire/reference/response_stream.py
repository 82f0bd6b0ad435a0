"""The events of a streamed response."""

from __future__ import annotations

from ragproxy.wire.reference.shapes import INTEGER, STRING, Shape, array, choice, const, record, union

_ITEM = {"output_index": INTEGER, "item_id": STRING}
_PART = {**_ITEM, "content_index": INTEGER}
_PARTS = union("type", "OutputText", "Refusal", "ReasoningText")
_NOTES = union("type", "FileCitation", "PageCitation")
_LOGPROBS = array("TokenLogprob")


def _event(kind: str | tuple[str, ...], about: str, **fields: Shape | str) -> Shape:
    type = const(kind) if isinstance(kind, str) else choice(f"response.{each}" for each in kind)
    return record({"type": type, "sequence_number": INTEGER, **fields}, about)


_EVENTS: dict[str, Shape] = {
    "ResponseStateEvent": _event(
        ("created", "queued", "in_progress", "completed", "incomplete", "failed"),
        "What has become of the response as a whole",
        response="Response",
    ),
    "OutputItemEvent": _event(
        ("output_item.added", "output_item.done"), "An item begins, or ends", output_index=INTEGER, item="OutputItem"
    ),
    "ContentPartEvent": _event(
        ("content_part.added", "content_part.done"), "A part of a message begins, or ends", **_PART, part=_PARTS
    ),
    "FileSearchEvent": _event(
        tuple(f"file_search_call.{step}" for step in ("in_progress", "searching", "completed")),
        "How far a search has got",
        **_ITEM,
    ),
    "TextDeltaEvent": _event(
        "response.output_text.delta", "So much more text", **_PART, delta=STRING, logprobs=_LOGPROBS
    ),
    "TextDoneEvent": _event("response.output_text.done", "The whole text", **_PART, text=STRING, logprobs=_LOGPROBS),
    "AnnotationEvent": _event(
        "response.output_text.annotation.added",
        "A citation",
        **_PART,
        annotation_index=INTEGER,
        annotation=_NOTES,
    ),
    "RefusalDeltaEvent": _event("response.refusal.delta", "So much more of a refusal", **_PART, delta=STRING),
    "RefusalDoneEvent": _event("response.refusal.done", "The whole refusal", **_PART, refusal=STRING),
    "ReasoningDeltaEvent": _event("response.reasoning_text.delta", "So much more of a thought", **_PART, delta=STRING),
    "ReasoningDoneEvent": _event("response.reasoning_text.done", "The whole thought", **_PART, text=STRING),
    "ArgumentsDeltaEvent": _event(
        "response.function_call_arguments.delta", "So much more of a call's arguments", **_ITEM, delta=STRING
    ),
    "ArgumentsDoneEvent": _event(
        "response.function_call_arguments.done", "The whole arguments", **_ITEM, name=STRING, arguments=STRING
    ),
    "CustomInputDeltaEvent": _event(
        "response.custom_tool_call_input.delta", "So much more of a custom call's input", **_ITEM, delta=STRING
    ),
    "CustomInputDoneEvent": _event("response.custom_tool_call_input.done", "The whole input", **_ITEM, input=STRING),
}

SCHEMAS: dict[str, Shape] = {
    **_EVENTS,
    "ResponseStreamEvent": {
        **union("type", *_EVENTS),
        "description": "An event of the stream, its `data`; the event's name is its `type`",
    },
}
