"""The parts of requests that have names of their own: messages, tools, and the forms that an answer may take.

The schemas of requests in ragproxy.wire refer to them. What is checked of them is checked there, and upstreams may
take more.
"""

from __future__ import annotations

from ragproxy.wire.filters import COMPARISON, COMPOUND
from ragproxy.wire.items import STORED
from ragproxy.wire.reference.shapes import (
    BOOLEAN,
    INTEGER,
    NUMBER,
    OBJECT,
    STRING,
    Shape,
    array,
    choice,
    const,
    either,
    nullable,
    record,
    told,
    union,
)

ROLES = ("user", "assistant", "system", "developer")  # of messages of responses
_SCALAR = (STRING, NUMBER, BOOLEAN)
_CALLED = record({"name": STRING, "arguments": STRING}, passing=True)
_TEXTS = either(STRING, array("TextPart"))
_NAMED = record({"name": STRING})
_FORMAT = {"name": STRING, "description?": nullable(STRING), "strict?": nullable(BOOLEAN)}
_NEW = ("message", "function_call_output", "custom_tool_call_output")  # told apart from other items
_GRAMMAR = {"definition": STRING, "syntax": choice(("lark", "regex"))}
_SPEAKERS = {"content": _TEXTS, "name?": STRING}

SCHEMAS: dict[str, Shape] = {
    "TextPart": record({"type": const("text"), "text": STRING}, "Text", passing=True),
    "ImagePart": record(
        {
            "type": const("image_url"),
            "image_url": record(
                {"url": told(STRING, "Or a `data:` URL"), "detail?": choice(("auto", "low", "high"))}, passing=True
            ),
        },
        "An image, which the upstream's model looks at",
        passing=True,
    ),
    "AudioPart": record(
        {
            "type": const("input_audio"),
            "input_audio": record({"data": told(STRING, "In base64"), "format": STRING}, passing=True),
        },
        "Sound, which the upstream's model listens to",
        passing=True,
    ),
    "FilePart": record(
        {
            "type": const("file"),
            "file": record({"file_id?": STRING, "file_data?": STRING, "filename?": STRING}, passing=True),
        },
        "A file, which the upstream's model reads",
        passing=True,
    ),
    "RefusalPart": record(
        {"type": const("refusal"), "refusal": STRING}, "What the model said when it would not answer", passing=True
    ),
    "ContentPart": union("type", "TextPart", "ImagePart", "AudioPart", "FilePart"),
    "DeveloperMessage": record({"role": const("developer"), **_SPEAKERS}, "What the model is told to do", passing=True),
    "SystemMessage": record({"role": const("system"), **_SPEAKERS}, "What the model is told to do", passing=True),
    "UserMessage": record(
        {"role": const("user"), "content": either(STRING, array("ContentPart")), "name?": STRING},
        "What the user says; the last one is what documents are searched for",
        passing=True,
    ),
    "AssistantMessage": record(
        {
            "role": const("assistant"),
            "content?": told(
                either(STRING, array(union("type", "TextPart", "RefusalPart")), {"type": "null"}),
                "Needed without `tool_calls`, `function_call`, `refusal` and `audio`",
            ),
            "refusal?": nullable(STRING),
            "name?": STRING,
            "audio?": nullable(record({"id": STRING}, passing=True)),
            "tool_calls?": array(either("FunctionCall", "CustomCall")),
            "function_call?": nullable(_CALLED),
        },
        "What the model said",
        passing=True,
    ),
    "ToolMessage": record(
        {"role": const("tool"), "content": _TEXTS, "tool_call_id": told(STRING, "The call that it answers")},
        "What a call came to",
        passing=True,
    ),
    "FunctionMessage": record(
        {"role": const("function"), "content": nullable(STRING), "name": STRING},
        "What a call of a function came to, as it was told before there were tools",
        passing=True,
    ),
    "ChatMessage": union(
        "role",
        "DeveloperMessage",
        "SystemMessage",
        "UserMessage",
        "AssistantMessage",
        "ToolMessage",
        "FunctionMessage",
    ),
    "ChatFunction": record(
        {
            "name": STRING,
            "description?": nullable(STRING),
            "parameters?": told(nullable(OBJECT), "A JSON schema"),
            "strict?": nullable(BOOLEAN),
        },
        "A function of the caller's",
        passing=True,
    ),
    "ChatFunctionTool": record({"type": const("function"), "function": "ChatFunction"}, passing=True),
    "ChatCustomTool": record(
        {
            "type": const("custom"),
            "custom": record({"name": STRING, "description?": STRING, "format?": "ChatCustomFormat"}, passing=True),
        },
        "A tool of the caller's that takes a text",
        passing=True,
    ),
    "ChatCustomFormat": either(
        record({"type": const("text")}, passing=True),
        record({"type": const("grammar"), "grammar": record(_GRAMMAR, passing=True)}, passing=True),
    ),
    "ChatTool": {
        **union("type", "ChatFunctionTool", "ChatCustomTool"),
        "description": "A tool that the model may call; tools of other types are the upstream's affair",
    },
    "ChatToolChoice": either(
        choice(("none", "auto", "required")),
        record({"type": const("function"), "function": _NAMED}, passing=True),
        record({"type": const("custom"), "custom": _NAMED}, passing=True),
        record(
            {
                "type": const("allowed_tools"),
                "allowed_tools": record({"mode": choice(("auto", "required")), "tools": array(OBJECT)}),
            }
        ),
    ),
    "ChatFunctionChoice": either(choice(("none", "auto")), _NAMED),
    "ChatResponseFormat": either(
        record({"type": const("text")}, passing=True),
        record({"type": const("json_object")}, passing=True),
        record(
            {
                "type": const("json_schema"),
                "json_schema": record({**_FORMAT, "schema?": told(OBJECT, "A JSON schema")}, passing=True),
            }
        ),
    ),
    "ResponseTextFormat": either(
        record({"type": const("text")}, passing=True),
        record({"type": const("json_object")}, passing=True),
        record({"type": const("json_schema"), **_FORMAT, "schema": told(OBJECT, "A JSON schema")}),
    ),
    "ResponseSearchTool": record(
        {
            "type": const("file_search"),
            "vector_store_ids": array(STRING),
            "max_num_results?": nullable(INTEGER),
            "filters?": told(nullable("Filter"), "Which files are searched, by their attributes"),
            "ranking_options?": nullable(record({"ranker?": STRING, "score_threshold?": NUMBER}, passing=True)),
        },
        "Search these vector stores",
        passing=True,
    ),
    "ResponseFunctionTool": record(
        {
            "type": const("function"),
            "name": STRING,
            "description?": nullable(STRING),
            "parameters?": told(nullable(OBJECT), "A JSON schema"),
            "strict?": nullable(BOOLEAN),
        },
        "A function of the caller's",
        passing=True,
    ),
    "CustomFormat": either(
        record({"type": const("text")}, passing=True),
        record({"type": const("grammar"), **_GRAMMAR}, passing=True),
    ),
    "ResponseCustomTool": record(
        {"type": const("custom"), "name": STRING, "description?": nullable(STRING), "format?": "CustomFormat"},
        "A tool of the caller's that takes a text",
        passing=True,
    ),
    "ShownFunctionTool": record(
        {
            "type": const("function"),
            "name": STRING,
            "description": nullable(STRING),
            "parameters": nullable(OBJECT),
            "strict": nullable(BOOLEAN),
        },
        "A function of the caller's, as a response repeats it",
        passing=True,
    ),
    "ShownTool": union("type", "ResponseSearchTool", "ShownFunctionTool", "ResponseCustomTool"),
    "ResponseTool": union("type", "ResponseSearchTool", "ResponseFunctionTool", "ResponseCustomTool"),
    "ResponseToolChoice": either(
        choice(("none", "auto", "required")),
        record({"type": const("file_search")}, passing=True),
        record({"type": choice(("function", "custom")), "name": STRING}, passing=True),
        record(
            {"type": const("allowed_tools"), "mode": choice(("auto", "required")), "tools": array(OBJECT)},
            passing=True,
        ),
    ),
    "InputText": record({"type": const("input_text"), "text": STRING}, "Text", passing=True),
    "InputImage": record(
        {
            "type": const("input_image"),
            "image_url?": told(nullable(STRING), "Or a `data:` URL"),
            "file_id?": nullable(STRING),
            "detail?": nullable(STRING),
        },
        "An image, which the upstream's model looks at",
        passing=True,
    ),
    "InputFile": record(
        {
            "type": const("input_file"),
            "file_id?": nullable(STRING),
            "file_data?": told(nullable(STRING), "In base64"),
            "filename?": nullable(STRING),
        },
        "A file, which the upstream's model reads",
        passing=True,
    ),
    "SaidText": record({"type": const("output_text"), "text": STRING}, "What a model said before", passing=True),
    "InputMessage": record(
        {
            "type?": const("message"),
            "role": choice(ROLES),
            "content": either(
                STRING, array(union("type", "InputText", "InputImage", "InputFile", "SaidText", "Refusal"))
            ),
        },
        "What was said",
        passing=True,
    ),
    "CallOutput": record(
        {
            "type": choice(("function_call_output", "custom_tool_call_output")),
            "call_id": told(STRING, "The call that it answers"),
            "output": either(STRING, array(union("type", "InputText", "InputImage", "InputFile"))),
        },
        "What a call came to",
        passing=True,
    ),
    "EarlierItem": record(
        {"type": choice(each for each in STORED if each not in _NEW), "id?": nullable(STRING)},
        "An item of an earlier response, as it came",
        passing=True,
    ),
    "ItemReference": record(
        {"type?": nullable(const("item_reference")), "id": STRING}, "An item that is kept, by its id"
    ),
    "NewItem": either("InputMessage", "CallOutput", "EarlierItem"),
    "InputItem": either("InputMessage", "CallOutput", "EarlierItem", "ItemReference"),
    "RunToolChoice": either(
        choice(("none", "auto", "required")),
        record({"type": const("file_search")}, passing=True),
        record({"type": const("function"), "function": _NAMED}, passing=True),
    ),
    "NewMessagePart": either(
        record({"type": const("text"), "text": STRING}),
        record({"type": const("image_url"), "image_url": record({"url": STRING, "detail?": STRING})}),
        record({"type": const("image_file"), "image_file": record({"file_id": STRING, "detail?": STRING})}),
    ),
    "AttachmentTool": record({"type": const("file_search")}, "What may use an attachment"),
    "ComparisonFilter": record(
        {
            "type": choice(COMPARISON),
            "key": told(STRING, "The attribute that is compared"),
            "value": told(
                either(*_SCALAR, array(either(*_SCALAR))), "What it is compared with; several for `in` and `nin`"
            ),
        },
        "OpenAI's comparison of an attribute of files",
    ),
    "CompoundFilter": record({"type": choice(COMPOUND), "filters": array("Filter")}, "Filters that are joined"),
    "Filter": either("ComparisonFilter", "CompoundFilter"),
}
