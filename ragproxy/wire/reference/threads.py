"""Assistants, threads and their messages."""

from __future__ import annotations

from typing import get_args

from ragproxy.domain import MessageStatus
from ragproxy.wire.reference.shapes import (
    BOOLEAN,
    INTEGER,
    METADATA,
    NUMBER,
    OBJECT,
    STRING,
    TIME,
    Shape,
    array,
    choice,
    const,
    deleted,
    either,
    nullable,
    page,
    record,
    ref,
    union,
)
from ragproxy.wire.thread_messages import DETAILS, ROLES

FORMAT = ref("AssistantFormat")
_RANKING = record({"ranker": STRING, "score_threshold": NUMBER})
_WHY_CUT = ("content_filter", "max_tokens", "run_cancelled", "run_failed", "run_expired")
_IMAGE = {"detail": choice(DETAILS)}

SCHEMAS: dict[str, Shape] = {
    "FileSearchTool": record(
        {
            "type": const("file_search"),
            "file_search?": record({"max_num_results?": INTEGER, "ranking_options?": _RANKING}),
        },
        "Search the vector stores",
    ),
    "FunctionTool": record(
        {
            "type": const("function"),
            "function": record(
                {"name": STRING, "description?": STRING, "parameters?": OBJECT, "strict?": nullable(BOOLEAN)},
                passing=True,
            ),
        },
        "A function of the caller's",
    ),
    "AssistantFormat": either(const("auto"), "ChatResponseFormat"),
    "AssistantTool": union("type", "FileSearchTool", "FunctionTool"),
    "ToolStores": record(
        {"file_search?": record({"vector_store_ids": array(STRING)})}, "The vector stores that are searched"
    ),
    "Assistant": record(
        {
            "id": STRING,
            "object": const("assistant"),
            "created_at": TIME,
            "name": nullable(STRING),
            "description": nullable(STRING),
            "model": STRING,
            "instructions": nullable(STRING),
            "tools": array("AssistantTool"),
            "tool_resources": "ToolStores",
            "metadata": METADATA,
            "temperature": nullable(NUMBER),
            "top_p": nullable(NUMBER),
            "response_format": FORMAT,
        },
        "An assistant: an agent by another name",
    ),
    "AssistantList": page("Assistant", "A page of assistants"),
    "AssistantDeleted": deleted("assistant.deleted", "An assistant that is gone"),
    "Thread": record(
        {
            "id": STRING,
            "object": const("thread"),
            "created_at": TIME,
            "metadata": METADATA,
            "tool_resources": "ToolStores",
        },
        "A thread of messages",
    ),
    "ThreadDeleted": deleted("thread.deleted", "A thread that is gone"),
    "MessageCitation": record(
        {
            "type": const("file_citation"),
            "text": STRING,
            "start_index": INTEGER,
            "end_index": INTEGER,
            "file_citation": record({"file_id": STRING}),
        },
        "A marker in the text, and the file it refers to",
    ),
    "MessageText": record(
        {"type": const("text"), "text": record({"value": STRING, "annotations": array("MessageCitation")})}
    ),
    "MessageRefusal": record({"type": const("refusal"), "refusal": STRING}),
    "MessageImageUrl": record({"type": const("image_url"), "image_url": record({"url": STRING, **_IMAGE})}),
    "MessageImageFile": record({"type": const("image_file"), "image_file": record({"file_id": STRING, **_IMAGE})}),
    "Message": record(
        {
            "id": STRING,
            "object": const("thread.message"),
            "created_at": TIME,
            "thread_id": STRING,
            "status": choice(get_args(MessageStatus)),
            "incomplete_details": nullable(record({"reason": choice(_WHY_CUT)})),
            "completed_at": nullable(TIME),
            "incomplete_at": nullable(TIME),
            "role": choice(ROLES),
            "content": array(union("type", "MessageText", "MessageRefusal", "MessageImageUrl", "MessageImageFile")),
            "assistant_id": nullable(STRING),
            "run_id": nullable(STRING),
            "attachments": array(record({"file_id": STRING, "tools": array("AttachmentTool")})),
            "metadata": METADATA,
        },
        "A message of a thread",
    ),
    "MessageList": page("Message", "A page of messages"),
    "MessageDeleted": deleted("thread.message.deleted", "A message that is gone"),
}
