"""Responses: the object, the items of its output, and the counts and compactions beside it."""

from __future__ import annotations

from typing import get_args

from ragproxy.domain import ResponseStatus
from ragproxy.wire.items import STATUSES, STORED
from ragproxy.wire.reference.shapes import (
    ANYTHING,
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
    deleted,
    either,
    nullable,
    page,
    record,
    told,
    union,
)
from ragproxy.wire.response_request import TIERS

STATUS = choice(STATUSES)
_CODES = ("server_error", "rate_limit_exceeded", "invalid_prompt", "vector_store_timeout")
_EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")

SCHEMAS: dict[str, Shape] = {
    "FileCitation": record(
        {"type": const("file_citation"), "file_id": STRING, "filename": STRING, "index": INTEGER},
        "A marker in the text, and the file it refers to",
    ),
    "PageCitation": record(
        {
            "type": const("url_citation"),
            "url": STRING,
            "title": STRING,
            "start_index": INTEGER,
            "end_index": INTEGER,
        },
        "A page that the upstream cites",
    ),
    "OutputText": record(
        {
            "type": const("output_text"),
            "text": STRING,
            "annotations": array(union("type", "FileCitation", "PageCitation")),
            "logprobs": array("TokenLogprob"),
        },
        "A text of the model's",
    ),
    "Refusal": record({"type": const("refusal"), "refusal": STRING}, "What the model says when it will not answer"),
    "ReasoningText": record({"type": const("reasoning_text"), "text": STRING}, "What a model thinks aloud"),
    "OutputMessage": record(
        {
            "id": STRING,
            "type": const("message"),
            "status": STATUS,
            "role": const("assistant"),
            "content": array(union("type", "OutputText", "Refusal")),
        },
        "What the model says",
    ),
    "FileSearchCall": record(
        {
            "id": STRING,
            "type": const("file_search_call"),
            "status": choice((*STATUSES, "searching", "failed")),
            "queries": array(STRING),
            "results": told(
                nullable(array("FileSearchResult")), "With `include: [file_search_call.results]`; null otherwise"
            ),
        },
        "A search that was done before the model wrote",
    ),
    "FileSearchResult": record(
        {"file_id": STRING, "filename": STRING, "score": NUMBER, "attributes": "Attributes", "text": STRING}
    ),
    "Attributes": {
        "type": "object",
        "additionalProperties": either(STRING, NUMBER, BOOLEAN),
        "description": "What searches filter by",
    },
    "ReasoningItem": record(
        {
            "id": STRING,
            "type": const("reasoning"),
            "summary": array(record({"type": const("summary_text"), "text": STRING})),
            "content": array("ReasoningText"),
            "status": STATUS,
        },
        "What the model thinks before it answers",
    ),
    "FunctionCallItem": record(
        {
            "id": STRING,
            "type": const("function_call"),
            "status": STATUS,
            "call_id": STRING,
            "name": STRING,
            "arguments": STRING,
        },
        "A call of a function of the caller's",
    ),
    "CustomCallItem": record(
        {
            "id": STRING,
            "type": const("custom_tool_call"),
            "status": STATUS,
            "call_id": STRING,
            "name": STRING,
            "input": STRING,
        },
        "A call of a custom tool of the caller's",
    ),
    "OutputItem": union(
        "type", "OutputMessage", "FileSearchCall", "ReasoningItem", "FunctionCallItem", "CustomCallItem"
    ),
    "Item": record(
        {
            "type": choice((*STORED, "item_reference")),
            "id?": STRING,
            "status?": ANYTHING,
            "role?": ANYTHING,
            "content?": ANYTHING,
        },
        "An item of a conversation: as it came, with what OpenAI shows of every one of its type",
        passing=True,
    ),
    "ItemList": page("Item", "A page of items", empty=nullable(STRING)),
    "ResponseUsage": record(
        {
            "input_tokens": INTEGER,
            "input_tokens_details": record({"cached_tokens": INTEGER, "cache_write_tokens": INTEGER}),
            "output_tokens": INTEGER,
            "output_tokens_details": record({"reasoning_tokens": INTEGER}),
            "total_tokens": INTEGER,
        },
        "The tokens consumed",
    ),
    "Response": record(
        {
            "id": STRING,
            "object": const("response"),
            "created_at": TIME,
            "completed_at": nullable(TIME),
            "status": choice(get_args(ResponseStatus)),
            "model": STRING,
            "conversation": nullable(record({"id": STRING})),
            "output": array("OutputItem"),
            "error": nullable(record({"code": choice(_CODES), "message": nullable(STRING)})),
            "incomplete_details": nullable(record({"reason": choice(("max_output_tokens", "content_filter"))})),
            "usage": nullable("ResponseUsage"),
            "background": BOOLEAN,
            "instructions": nullable(STRING),
            "max_output_tokens": nullable(INTEGER),
            "max_tool_calls": nullable(INTEGER),
            "metadata": METADATA,
            "parallel_tool_calls": BOOLEAN,
            "previous_response_id": nullable(STRING),
            "prompt_cache_key": nullable(STRING),
            "reasoning": record(
                {
                    "effort": nullable(choice(_EFFORTS)),
                    "summary": nullable(choice(("auto", "concise", "detailed"))),
                }
            ),
            "safety_identifier": nullable(STRING),
            "service_tier": nullable(choice(TIERS)),
            "store": BOOLEAN,
            "temperature": nullable(NUMBER),
            "text": record(
                {
                    "format": "ResponseTextFormat",
                    "verbosity?": choice(("low", "medium", "high")),
                }
            ),
            "tool_choice": "ResponseToolChoice",
            "tools": array("ShownTool"),
            "top_logprobs": INTEGER,
            "top_p": nullable(NUMBER),
            "truncation": choice(("auto", "disabled")),
            "user": nullable(STRING),
        },
        "A response",
    ),
    "ResponseDeleted": deleted("response", "A response that is gone"),
    "InputTokens": record(
        {"object": const("response.input_tokens"), "input_tokens": INTEGER}, "How many tokens a question has"
    ),
    "Compaction": record(
        {
            "id": STRING,
            "object": const("response.compaction"),
            "created_at": TIME,
            "output": array("Item"),
            "usage": "ResponseUsage",
        },
        "A conversation made short",
    ),
    "Conversation": record(
        {"id": STRING, "object": const("conversation"), "created_at": TIME, "metadata": METADATA}, "A conversation"
    ),
    "ConversationList": page("Conversation", "A page of conversations"),
    "ConversationDeleted": deleted("conversation.deleted", "A conversation that is gone"),
}
