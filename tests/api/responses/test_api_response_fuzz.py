"""No question whatever to /responses may get a 5xx."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.responses.asking import PATH
from tests.api.test_fuzz import names, values

QUIET = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
FIELDS = [
    "model",
    "input",
    "instructions",
    "previous_response_id",
    "conversation",
    "conversation_id",
    "store",
    "stream",
    "stream_options",
    "background",
    "include",
    "max_output_tokens",
    "max_tool_calls",
    "metadata",
    "parallel_tool_calls",
    "reasoning",
    "temperature",
    "top_p",
    "top_logprobs",
    "text",
    "tool_choice",
    "tools",
    "truncation",
    "user",
    "service_tier",
    "prompt",
    "rag",
    "files",
    "lang",
    "clientModel",
]
kinds = st.sampled_from(
    [
        "message",
        "function_call",
        "function_call_output",
        "reasoning",
        "item_reference",
        "compaction",
        "file_search_call",
    ]
)
parts = st.fixed_dictionaries(
    {"type": st.sampled_from(["input_text", "input_image", "input_file", "output_text", "refusal", "text"]) | values},
    optional={key: st.text() | values for key in ("text", "image_url", "file_id", "file_url", "file_data", "refusal")},
)
items = st.fixed_dictionaries(
    {},
    optional={
        "type": kinds | values,
        "role": st.sampled_from(["user", "assistant", "system", "developer"]) | values,
        "content": st.text() | st.lists(parts, max_size=3) | values,
        "id": st.text() | values,
        "call_id": st.text() | values,
        "name": st.text() | values,
        "arguments": st.text() | values,
        "output": st.text() | st.lists(parts, max_size=2) | values,
        "encrypted_content": st.text() | values,
        "summary": values,
        "queries": values,
        "results": values,
    },
)
tools = st.fixed_dictionaries(
    {"type": st.sampled_from(["function", "file_search", "custom", "web_search"]) | values},
    optional={key: st.text() | values for key in ("name", "parameters", "vector_store_ids", "filters", "format")},
)


@QUIET
@given(
    body=st.dictionaries(st.sampled_from(FIELDS), values, max_size=6),
    path=st.sampled_from([PATH, f"{PATH}/input_tokens", f"{PATH}/compact"]),
)
def test_any_fields(client, body, path):
    post(client, path, body)


@QUIET
@given(
    model=names,
    input=st.text() | st.lists(items, min_size=1, max_size=4),
    more=st.dictionaries(st.sampled_from(FIELDS[2:]), values, max_size=2),
    tools=st.none() | st.lists(tools, max_size=2),
    path=st.sampled_from([PATH, f"{PATH}/input_tokens", f"{PATH}/compact"]),
)
def test_almost_right_questions(client, model, input, more, tools, path):
    post(client, path, {"model": model, "input": input, "tools": tools, **more})


@QUIET
@given(id=st.text(st.characters(exclude_categories=["Cs"]), max_size=40), tail=st.sampled_from(["", "/input_items"]))
def test_any_id(client, id, tail):
    id = "".join(char for char in id if char not in "?#/")
    assert client.get(f"{PATH}/{id}{tail}").status_code < 500


def post(client, path, body):
    response = client.post(path, data=json.dumps(body), content_type="application/json")
    text = response.text
    assert response.status_code < 500, text
    if response.status_code >= 400:
        assert set(json.loads(text)["error"]) == {"message", "type", "param", "code"}
    elif response.mimetype == "text/event-stream":
        assert '"type":"response.failed"' not in text
