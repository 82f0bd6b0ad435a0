"""Chat completions, whole, streamed and stored; and the sources that ragproxy adds to them."""

from __future__ import annotations

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
    deleted,
    either,
    mapping,
    nullable,
    page,
    passed,
    record,
    told,
    union,
)

ENDINGS = ("stop", "length", "tool_calls", "content_filter", "function_call")
ROLES = ("developer", "system", "user", "assistant", "tool", "function")
CONVERSATION = told(STRING, "The conversation that the answer was put into, when one was asked for")
SOURCES = told(array("Source"), "The passages that the model was shown, when documents were looked up")
_TIER = nullable(STRING)
_CALL = {"name": STRING, "arguments": STRING}
_FUNCTION = record(_CALL, passing=True)
_PIECE = record({f"{key}?": what for key, what in _CALL.items()}, passing=True)
_CHOICES_OF_TOOLS = nullable("ChatToolChoice")

SCHEMAS: dict[str, Shape] = {
    "Source": record(
        {
            "index": told(INTEGER, "Its number, from 1: the `n` of the markers `[n]` in the text"),
            "file_id": STRING,
            "filename": STRING,
            "chunk_id": STRING,
            "page": told(nullable(INTEGER), "From 1; null where the document has no pages"),
            "score": told(NUMBER, "From 0 to 1"),
            "quote": told(STRING, "The passage, shortened"),
            "cited": told(BOOLEAN, "Whether the text refers to it"),
        },
        "A passage that the model was shown",
    ),
    "SourceExcerpt": record(
        {
            "object": const("source"),
            "file_id": STRING,
            "filename": STRING,
            "page": told(nullable(INTEGER), "That of the passage, from 1"),
            "found": told(BOOLEAN, "Whether the passage is still in the document"),
            "pieces": array(record({"text": STRING, "page": nullable(INTEGER), "marked": BOOLEAN})),
            "pieces_before": told(INTEGER, "Pieces of the document that are left out before these"),
            "pieces_after": told(INTEGER, "And after them"),
        },
        "A passage in its document, with what stands around it",
    ),
    "UrlCitation": record(
        {
            "type": const("url_citation"),
            "url_citation": record(
                {
                    "url": told(STRING, "A page that shows the passage in its document"),
                    "title": STRING,
                    "start_index": told(INTEGER, "In code points of the text"),
                    "end_index": INTEGER,
                },
                passing=True,
            ),
        },
        "A marker in the text, and what it refers to",
    ),
    "Usage": record(
        {
            "prompt_tokens": INTEGER,
            "completion_tokens": INTEGER,
            "total_tokens": INTEGER,
            "estimated?": told(BOOLEAN, "true: counted here, as the upstream did not say"),
            "cost?": told(NUMBER, "US dollars, at the end of a stream, where the prices are known"),
            "prompt_tokens_details?": passed(nullable(record({"cached_tokens?": INTEGER}, passing=True))),
            "completion_tokens_details?": passed(nullable(record({"reasoning_tokens?": INTEGER}, passing=True))),
        },
        "The tokens consumed, with whatever else the upstream tells of them",
        passing=True,
    ),
    "FunctionCall": record(
        {"id": STRING, "type": const("function"), "function": _FUNCTION}, "A call of a function", passing=True
    ),
    "CustomCall": record(
        {"id": STRING, "type": const("custom"), "custom": record({"name": STRING, "input": STRING}, passing=True)},
        "A call of a custom tool",
        passing=True,
    ),
    "ToolCall": passed(either("FunctionCall", "CustomCall")),
    "ToolCallPiece": passed(
        record(
            {
                "index": INTEGER,
                "id?": STRING,
                "type?": const("function"),
                "function?": _PIECE,
            },
            "A piece of a call on a stream",
            passing=True,
        )
    ),
    "Logprobs": passed(
        record(
            {
                "content": nullable(array("TokenLogprob")),
                "refusal": nullable(array("TokenLogprob")),
            },
            "How likely the tokens were",
            passing=True,
        )
    ),
    "TokenLogprob": record(
        {
            "token": STRING,
            "logprob": NUMBER,
            "bytes": nullable(array(INTEGER)),
            "top_logprobs": array(
                record({"token": STRING, "logprob": NUMBER, "bytes": nullable(array(INTEGER))}, passing=True)
            ),
        },
        passing=True,
    ),
    "AnswerMessage": record(
        {
            "role": const("assistant"),
            "content": nullable(STRING),
            "refusal": nullable(STRING),
            "annotations?": told(array("UrlCitation"), "The citations, when documents were looked up"),
            "tool_calls?": array("ToolCall"),
            "function_call?": passed(_FUNCTION),
        },
        "What the model says",
        passing=True,
    ),
    "ChatChoice": record(
        {
            "index": INTEGER,
            "message": "AnswerMessage",
            "logprobs": nullable("Logprobs"),
            "finish_reason": passed(choice(ENDINGS)),
        },
        passing=True,
    ),
    "ChatCompletion": record(
        {
            "id": STRING,
            "object": const("chat.completion"),
            "created": TIME,
            "model": STRING,
            "choices": array("ChatChoice"),
            "usage?": "Usage",
            "sources?": SOURCES,
            "conversation_id?": CONVERSATION,
            "system_fingerprint?": passed(STRING),
        },
        "An answer to a chat",
        passing=True,
    ),
    "ChatDelta": record(
        {
            "role?": const("assistant"),
            "content?": STRING,
            "refusal?": passed(nullable(STRING)),
            "annotations?": array("UrlCitation"),
            "tool_calls?": array("ToolCallPiece"),
            "function_call?": passed(_PIECE),
        },
        "What a piece of a stream adds to the message",
        passing=True,
    ),
    "ChatCompletionChunk": record(
        {
            "id": STRING,
            "object": const("chat.completion.chunk"),
            "created": TIME,
            "model": STRING,
            "choices": array(
                record(
                    {
                        "index": INTEGER,
                        "delta": "ChatDelta",
                        "logprobs?": nullable("Logprobs"),
                        "finish_reason": passed(nullable(choice(ENDINGS))),
                    },
                    passing=True,
                )
            ),
            "usage?": told(nullable("Usage"), "On the last chunk, with `stream_options.include_usage`"),
            "sources?": told(array("Source"), "On the chunk that ends a choice, when documents were looked up"),
            "conversation_id?": CONVERSATION,
            "system_fingerprint?": passed(STRING),
        },
        "A piece of an answer, the `data` of one event of the stream; `[DONE]` is the last",
        passing=True,
    ),
    "StoredChatCompletion": record(
        {
            "id": STRING,
            "object": const("chat.completion"),
            "created": TIME,
            "model": STRING,
            "choices": array("ChatChoice"),
            "usage?": "Usage",
            "sources?": SOURCES,
            "conversation_id?": CONVERSATION,
            "system_fingerprint?": passed(STRING),
            "metadata": METADATA,
            "tool_choice": _CHOICES_OF_TOOLS,
            "seed": nullable(INTEGER),
            "top_p": nullable(NUMBER),
            "temperature": nullable(NUMBER),
            "presence_penalty": nullable(NUMBER),
            "frequency_penalty": nullable(NUMBER),
            "tools": nullable(array("ChatTool")),
            "response_format": nullable("ChatResponseFormat"),
            "input_user": nullable(STRING),
        },
        "An answer that was stored, and what was set for it",
        passing=True,
    ),
    "StoredChatCompletionList": page("StoredChatCompletion", "A page of stored answers", empty=STRING),
    "StoredChatCompletionDeleted": deleted("chat.completion.deleted", "A stored answer that is gone"),
    "StoredMessage": record(
        {
            "id": STRING,
            "role": choice(ROLES),
            "content": nullable(STRING),
            "refusal": nullable(STRING),
            "name": nullable(STRING),
            "content_parts": nullable(array(union("type", "TextPart", "ImagePart"))),
        },
        "A message that a stored answer answers",
        passing=True,
    ),
    "StoredMessageList": page("StoredMessage", "A page of such messages", empty=STRING),
    "TextCompletion": record(
        {
            "id": STRING,
            "object": const("text_completion"),
            "created": TIME,
            "model": STRING,
            "choices": array("TextChoice"),
            "usage?": "Usage",
            "sources?": SOURCES,
            "system_fingerprint?": passed(STRING),
        },
        "An answer to a prompt",
        passing=True,
    ),
    "TextLogprobs": passed(
        record(
            {
                "tokens?": nullable(array(STRING)),
                "token_logprobs?": nullable(array(nullable(NUMBER))),
                "top_logprobs?": nullable(array(nullable(mapping(NUMBER)))),
                "text_offset?": nullable(array(INTEGER)),
            },
            "How likely the tokens were",
            passing=True,
        )
    ),
    "TextChoice": record(
        {
            "text": STRING,
            "index": INTEGER,
            "logprobs": nullable("TextLogprobs"),
            "finish_reason": passed(choice(("stop", "length", "content_filter"))),
        },
        passing=True,
    ),
    "TextCompletionChunk": record(
        {
            "id": STRING,
            "object": const("text_completion"),
            "created": TIME,
            "model": STRING,
            "choices": array(
                record(
                    {
                        "text": STRING,
                        "index": INTEGER,
                        "logprobs": nullable("TextLogprobs"),
                        "finish_reason": passed(nullable(choice(("stop", "length", "content_filter")))),
                    },
                    passing=True,
                )
            ),
            "usage?": nullable("Usage"),
            "sources?": SOURCES,
            "system_fingerprint?": passed(STRING),
        },
        "A piece of such an answer, the `data` of one event of the stream; `[DONE]` is the last",
        passing=True,
    ),
}
