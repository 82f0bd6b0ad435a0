"""Runs, their steps, and the events of those that are streamed."""

from __future__ import annotations

from typing import get_args

from ragproxy.domain import RunStatus
from ragproxy.wire.reference.shapes import (
    BOOLEAN,
    INTEGER,
    METADATA,
    NUMBER,
    STRING,
    TIME,
    Shape,
    array,
    choice,
    const,
    either,
    nullable,
    page,
    record,
    union,
)
from ragproxy.wire.reference.threads import FORMAT

_FUNCTION = {"name": STRING, "arguments": STRING}
_STEP_STATUSES = ("in_progress", "completed", "failed", "cancelled", "expired")
_MESSAGE = record({"message_id": STRING})
_RESULT = record(
    {
        "file_id": STRING,
        "file_name": STRING,
        "score": NUMBER,
        "content?": array(record({"type": const("text"), "text": STRING})),
    }
)
_SEARCH = record({"ranking_options": record({"ranker": STRING, "score_threshold": NUMBER}), "results": array(_RESULT)})
_ERROR = nullable(
    record({"code": choice(("server_error", "rate_limit_exceeded", "invalid_prompt")), "message": STRING})
)


def _step_event(status: str) -> str:
    return f"thread.run.step.{status}"


SCHEMAS: dict[str, Shape] = {
    "RunUsage": record({"prompt_tokens": INTEGER, "completion_tokens": INTEGER, "total_tokens": INTEGER}),
    "RequiredAction": record(
        {
            "type": const("submit_tool_outputs"),
            "submit_tool_outputs": record(
                {"tool_calls": array(record({"id": STRING, "type": const("function"), "function": record(_FUNCTION)}))}
            ),
        },
        "The functions whose outputs the run waits for",
    ),
    "Run": record(
        {
            "id": STRING,
            "object": const("thread.run"),
            "created_at": TIME,
            "thread_id": STRING,
            "assistant_id": STRING,
            "status": choice(get_args(RunStatus)),
            "required_action": nullable("RequiredAction"),
            "last_error": _ERROR,
            "expires_at": nullable(TIME),
            "started_at": nullable(TIME),
            "cancelled_at": nullable(TIME),
            "failed_at": nullable(TIME),
            "completed_at": nullable(TIME),
            "incomplete_details": nullable(record({"reason": choice(("max_completion_tokens", "max_prompt_tokens"))})),
            "model": STRING,
            "instructions": STRING,
            "tools": array("AssistantTool"),
            "metadata": METADATA,
            "usage": nullable("RunUsage"),
            "temperature": nullable(NUMBER),
            "top_p": nullable(NUMBER),
            "max_prompt_tokens": nullable(INTEGER),
            "max_completion_tokens": nullable(INTEGER),
            "truncation_strategy": record(
                {"type": choice(("auto", "last_messages")), "last_messages": nullable(INTEGER)}
            ),
            "tool_choice": "RunToolChoice",
            "parallel_tool_calls": BOOLEAN,
            "response_format": FORMAT,
            "reasoning_effort?": STRING,
        },
        "An assistant at work in a thread",
    ),
    "RunList": page("Run", "A page of runs"),
    "StepFunctionCall": record(
        {"id": STRING, "type": const("function"), "function": record({**_FUNCTION, "output": nullable(STRING)})}
    ),
    "StepSearchCall": record({"id": STRING, "type": const("file_search"), "file_search": _SEARCH}),
    "MessageCreation": record({"type": const("message_creation"), "message_creation": _MESSAGE}),
    "StepToolCalls": record(
        {"type": const("tool_calls"), "tool_calls": array(union("type", "StepFunctionCall", "StepSearchCall"))}
    ),
    "RunStep": record(
        {
            "id": STRING,
            "object": const("thread.run.step"),
            "created_at": TIME,
            "run_id": STRING,
            "assistant_id": STRING,
            "thread_id": STRING,
            "type": choice(("message_creation", "tool_calls")),
            "status": choice(_STEP_STATUSES),
            "step_details": union("type", "MessageCreation", "StepToolCalls"),
            "last_error": nullable(
                record({"code": choice(("server_error", "rate_limit_exceeded")), "message": STRING})
            ),
            "expired_at": nullable(TIME),
            "cancelled_at": nullable(TIME),
            "failed_at": nullable(TIME),
            "completed_at": nullable(TIME),
            "metadata": METADATA,
            "usage": nullable("RunUsage"),
        },
        "A step of a run",
    ),
    "RunStepList": page("RunStep", "A page of steps"),
    "MessageDelta": record(
        {
            "id": STRING,
            "object": const("thread.message.delta"),
            "delta": record(
                {
                    "content": array(
                        either(
                            record(
                                {
                                    "index": INTEGER,
                                    "type": const("text"),
                                    "text": record({"value?": STRING, "annotations?": array("MessageCitationDelta")}),
                                }
                            ),
                            record({"index": INTEGER, "type": const("refusal"), "refusal": STRING}),
                        )
                    )
                }
            ),
        },
        "So much more of a message",
    ),
    "MessageCitationDelta": record(
        {
            "index": INTEGER,
            "type": const("file_citation"),
            "text": STRING,
            "start_index": INTEGER,
            "end_index": INTEGER,
            "file_citation": record({"file_id": STRING}),
        }
    ),
    "RunStepDelta": record(
        {
            "id": STRING,
            "object": const("thread.run.step.delta"),
            "delta": record(
                {
                    "step_details": record(
                        {
                            "type": const("tool_calls"),
                            "tool_calls": array(
                                either(
                                    record(
                                        {
                                            "index": INTEGER,
                                            "id?": STRING,
                                            "type": const("function"),
                                            "function": record(
                                                {"name?": STRING, "arguments": STRING, "output?": nullable(STRING)}
                                            ),
                                        }
                                    ),
                                    record(
                                        {
                                            "index": INTEGER,
                                            "id": STRING,
                                            "type": const("file_search"),
                                            "file_search": _SEARCH,
                                        }
                                    ),
                                )
                            ),
                        }
                    )
                }
            ),
        },
        "So much more of a step",
    ),
    "ThreadEvent": record({"event": const("thread.created"), "data": "Thread"}),
    "RunEvent": record(
        {"event": choice(f"thread.run.{status}" for status in ("created", *get_args(RunStatus))), "data": "Run"}
    ),
    "RunStepEvent": record({"event": choice(map(_step_event, ("created", *_STEP_STATUSES))), "data": "RunStep"}),
    "RunStepDeltaEvent": record({"event": const(_step_event("delta")), "data": "RunStepDelta"}),
    "MessageEvent": record(
        {
            "event": choice(f"thread.message.{what}" for what in ("created", "in_progress", "completed", "incomplete")),
            "data": "Message",
        }
    ),
    "MessageDeltaEvent": record({"event": const("thread.message.delta"), "data": "MessageDelta"}),
    "RunErrorEvent": record({"event": const("error"), "data": "ErrorDetails"}),
    "RunStreamEvent": {
        **union(
            "event",
            "ThreadEvent",
            "RunEvent",
            "RunStepEvent",
            "RunStepDeltaEvent",
            "MessageEvent",
            "MessageDeltaEvent",
            "RunErrorEvent",
        ),
        "description": "An event of the stream: its name and its `data`; `done` with `[DONE]` is the last",
    },
}
