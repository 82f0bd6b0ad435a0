"""What the reference says of fields that nobody checks: they reach the upstream as they came, or change nothing."""

import pytest

from ragproxy.wire.reference.passed_on import ADDED
from tests.api.library import UPSTREAM_MODEL as MODEL
from tests.api.library import writing

CHAT = {
    "modalities": ["text"],
    "audio": {"voice": "alloy", "format": "mp3"},
    "prediction": {"type": "content", "content": "330 metres"},
    "reasoning_effort": "low",
    "verbosity": "low",
    "safety_identifier": "ann",
    "web_search_options": {"search_context_size": "low"},
    "moderation": {"model": "omni-moderation-latest"},
    "prompt_cache_key": "tower",
    "prompt_cache_options": {"ttl": "30m"},
    "prompt_cache_retention": "24h",
}
RESPONSE = {
    "prompt_cache_options": {"ttl": "30m"},
    "moderation": {"model": "omni-moderation-latest"},
    "context_management": [{"type": "compaction", "compact_threshold": 1000}],
}
COMPACT = {
    "prompt_cache_key": "tower",
    "prompt_cache_options": {"ttl": "30m"},
    "prompt_cache_retention": "24h",
    "service_tier": "flex",
}
ITEM = {"type": "message", "role": "user", "content": "How tall is it?"}
OUTPUT = {"type": "function_call_output", "call_id": None, "output": "330 m"}
INTERPRETER = {"type": "code_interpreter", "container": {"type": "auto"}}
REFUSED = [
    ("responses", {"input": "Hi", "prompt": {"id": "pmpt_1"}}, "prompt"),
    ("responses", {"input": "Hi", "tools": [INTERPRETER]}, "tools[0].type"),
    ("responses", {"input": "Hi", "tool_choice": {"type": "mcp", "server_label": "x"}}, "tool_choice.type"),
    ("responses", {"input": [ITEM, {"type": "compaction_trigger"}]}, "input[1].type"),
    ("responses", {"input": [ITEM, OUTPUT]}, "input[1].call_id"),
    ("responses/compact", {"model": None, "input": "Hi"}, "model"),
    ("completions", {"prompt": None}, "prompt"),
    ("assistants", {"tools": [INTERPRETER]}, "tools[0].type"),
    ("conversations", {"items": [{"type": "item_reference", "id": "msg_1"}]}, "items[0].type"),
    ("batches", {"input_file_id": "file-1", "endpoint": "/v1/videos", "completion_window": "24h"}, "endpoint"),
]


def test_fields_of_chats_reach_the_upstream(client, upstream):
    asked = {"messages": [{"role": "user", "content": "Hi"}], "rag": {"enabled": False}, **CHAT}
    assert CHAT.keys() == ADDED["ChatRequest"].keys()
    assert client.post("/v1/chat/completions", json={"model": MODEL, **asked}).status_code == 200
    sent = upstream.to("/chat/completions")[-1].json
    assert {name: sent[name] for name in CHAT} == CHAT


def test_fields_of_responses_reach_the_upstream_where_a_chat_has_them(client, upstream):
    assert RESPONSE.keys() == ADDED["ResponseRequest"].keys()
    assert client.post("/v1/responses", json={"model": MODEL, "input": "Hi", **RESPONSE}).status_code == 200
    sent = upstream.to("/chat/completions")[-1].json
    given = {name: value for name, value in RESPONSE.items() if name != "context_management"}
    assert {name: sent.get(name) for name in RESPONSE} == {**given, "context_management": None}


def test_fields_that_change_nothing_are_taken(client):
    assert COMPACT.keys() == ADDED["Compact"].keys()
    assert client.post("/v1/responses/compact", json={"model": MODEL, "input": "Hi", **COMPACT}).status_code == 200
    counted = client.post("/v1/responses/input_tokens", json={"model": MODEL, "input": "Hi", "personality": "kind"})
    assert counted.status_code == 200
    id = client.post("/v1/responses", json={"model": MODEL, "input": "Hi"}).get_json()["id"]
    query = "include[]=file_search_call.results"
    assert client.get(f"/v1/responses/{id}?{query}&include_obfuscation=false&stream=false").status_code == 200
    assert client.get(f"/v1/responses/{id}/input_items?{query}").status_code == 200


@pytest.mark.parametrize(("route", "body", "param"), REFUSED)
def test_what_is_refused_is_named(client, route, body, param):
    refused = client.post(f"/v1/{route}", json={"model": MODEL, **body} if route != "conversations" else body)
    assert (refused.status_code, refused.get_json()["error"]["param"]) == (400, param)


@pytest.mark.parametrize(
    ("query", "param"), [("files?purpose=fun", "purpose"), ("fine_tuning/jobs?metadata[team]=blue", "metadata[team]")]
)
def test_what_would_be_overlooked_is_refused(client, query, param):
    refused = client.get(f"/v1/{query}")
    assert (refused.status_code, refused.get_json()["error"]["param"]) == (400, param)


@pytest.fixture(scope="module")
def app(make_app, shared_upstream):
    return writing(make_app, shared_upstream, upstream_model=MODEL)


@pytest.fixture
def client(app, upstream):
    return app.test_client()
