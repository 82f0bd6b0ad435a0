"""Every parameter and every message of a request reaches the upstream as it came, with and without documents."""

import json

import pytest

from tests.e2e.by_hand import TOWER, post, user

TOOL = {
    "type": "function",
    "function": {
        "name": "measure",
        "description": "Größe 📏",
        "strict": True,
        "parameters": {"type": "object", "properties": {"what": {"type": "string"}}, "required": ["what"]},
    },
}
CUSTOM_TOOL = {"type": "custom", "custom": {"name": "shell", "format": {"type": "text"}}}
SCHEMA = {
    "name": "height",
    "strict": True,
    "schema": {"type": "object", "properties": {"m": {"type": ["number", "null"]}}},
}
# name -> what is sent with it, too
PARAMETERS = {
    "temperature": {"temperature": 0},
    "temperature as a fraction": {"temperature": 0.7},
    "top_p": {"top_p": 1},
    "max_tokens": {"max_tokens": 5},
    "max_completion_tokens": {"max_completion_tokens": 5},
    "stop in words": {"stop": "END"},
    "stop in a list": {"stop": ["\n\n", "END"]},
    "penalties": {"presence_penalty": -2, "frequency_penalty": 1.5},
    "logit_bias": {"logit_bias": {"50256": -100, "7": 0.5}},
    "n": {"n": 2},
    "seed": {"seed": -(2**63)},
    "logprobs": {"logprobs": True},
    "top_logprobs": {"logprobs": True, "top_logprobs": 20},
    "no logprobs": {"logprobs": False},
    "tools": {"tools": [TOOL, TOOL]},
    "custom tools": {"tools": [CUSTOM_TOOL]},
    "tool_choice in words": {"tools": [TOOL], "tool_choice": "required"},
    "tool_choice": {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "measure"}}},
    "parallel_tool_calls": {"tools": [TOOL], "parallel_tool_calls": False},
    "functions": {"functions": [TOOL["function"]], "function_call": {"name": "measure"}},
    "json_object": {"response_format": {"type": "json_object"}},
    "json_schema": {"response_format": {"type": "json_schema", "json_schema": SCHEMA}},
    "reasoning_effort": {"reasoning_effort": "minimal"},
    "verbosity": {"verbosity": "low"},
    "modalities": {"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "wav"}},
    "prediction": {"prediction": {"type": "content", "content": [{"type": "text", "text": "It is"}]}},
    "service_tier": {"service_tier": "flex"},
    "store": {"store": False, "metadata": {"team": "a", "é": ""}},
    "user": {"user": "end-user-1"},
    "safety_identifier": {"safety_identifier": "hash-1", "prompt_cache_key": "k"},
    "web_search_options": {"web_search_options": {"search_context_size": "low"}},
    "nulls": {"temperature": None, "tools": None, "stop": None, "seed": None, "user": None},
    "unknown ones": {"new_in_2030": {"deep": [1, 2.5, None, "é", {}]}, "top_k": 5, "min_p": 0.0, "": "empty"},
    "of other servers": {"guided_json": {"type": "object"}, "chat_template_kwargs": {"enable_thinking": False}},
    "large and small numbers": {"x": [1e300, 5e-324, 2**53 + 1, -0.0, 1.0]},
}

both_ways = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
both_models = pytest.mark.parametrize("model", ["tiny", "ragproxy"])


@both_models
@both_ways
@pytest.mark.parametrize("name", PARAMETERS)
def test_a_parameter_of_a_chat_travels_untouched(gateway, upstream, model, stream, name):
    answer = post(gateway, {"model": model, "messages": user(TOWER), **streaming(stream), **PARAMETERS[name]})
    assert answer.status_code == 200, answer.text
    sent = body_of(upstream)
    ours = {"model": sent["model"], "messages": sent["messages"], **usage_wanted(stream)}
    assert text_of(sent) == text_of({**ours, **PARAMETERS[name]})
    assert sent["model"] == "tiny"


COMPLETION_PARAMETERS = {
    "n": {"n": 2},
    "logprobs": {"logprobs": 5},
    "echo": {"echo": True},
    "suffix": {"suffix": "\nend"},
    "the usual": {"temperature": 0.5, "top_p": 0.1, "max_tokens": 1, "stop": ["x"], "seed": 1, "user": "u"},
    "penalties": {"presence_penalty": 1, "frequency_penalty": -1, "logit_bias": {"1": 1}},
    "unknown ones": {"new_in_2030": {"deep": [1, None]}},
}


@both_ways
@pytest.mark.parametrize("name", COMPLETION_PARAMETERS)
def test_a_parameter_of_a_completion_travels_untouched(gateway, upstream, stream, name):
    body = {"model": "tiny", "prompt": "x", **streaming(stream), **COMPLETION_PARAMETERS[name]}
    answer = post(gateway, body, "/v1/completions")
    assert answer.status_code == 200, answer.text
    asked = {"model": "tiny", "prompt": "x", **usage_wanted(stream), **COMPLETION_PARAMETERS[name]}
    assert text_of(body_of(upstream)) == text_of(asked)


def test_best_of_travels_where_nothing_streams(gateway, upstream):
    assert post(gateway, {"model": "tiny", "prompt": "x", "best_of": 3, "n": 2}, "/v1/completions").status_code == 200
    assert body_of(upstream)["best_of"] == 3


@both_ways
@pytest.mark.parametrize("name", ["the usual", "penalties", "unknown ones"])
def test_a_parameter_of_a_completion_travels_over_chat_too(gateway, upstream, stream, name):
    body = {"model": "ragproxy", "prompt": TOWER, **streaming(stream), **COMPLETION_PARAMETERS[name]}
    assert post(gateway, body, "/v1/completions").status_code == 200
    sent = body_of(upstream)
    ours = {"model": "tiny", "messages": sent["messages"], **usage_wanted(stream)}
    assert text_of(sent) == text_of({**ours, **COMPLETION_PARAMETERS[name]})


# ---- messages -----------------------------------------------------------------------------------

CALL = {"id": "call_1", "type": "function", "function": {"name": "measure", "arguments": '{"what": "tower"}'}}
CONVERSATIONS = {
    "an image": [{"role": "user", "content": [
        {"type": "text", "text": TOWER},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo=", "detail": "high"}},
    ]}],
    "sound": [{"role": "user", "content": [
        {"type": "text", "text": TOWER},
        {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
    ]}],
    "sound alone": [{"role": "user", "content": [
        {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "mp3"}},
    ]}],
    "a file": [{"role": "user", "content": [
        {"type": "text", "text": TOWER},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERi0="}},
    ]}],
    "parts with fields unknown": [{"role": "user", "content": [
        {"type": "text", "text": TOWER, "cache_control": {"type": "ephemeral"}},
    ]}],
    "tool calls": [
        *user(TOWER),
        {"role": "assistant", "content": None, "tool_calls": [CALL, {**CALL, "id": "call_2"}]},
        {"role": "tool", "tool_call_id": "call_1", "content": "330 m"},
        {"role": "tool", "tool_call_id": "call_2", "content": [{"type": "text", "text": "330 m"}]},
    ],
    "a function": [
        *user(TOWER),
        {"role": "assistant", "content": None, "function_call": CALL["function"]},
        {"role": "function", "name": "measure", "content": "330 m"},
    ],
    "names and fields unknown": [{"role": "user", "name": "Zoé", "content": TOWER, "new_in_2030": [None]}],
    "what was thought, refused and said": [
        *user("Hello"),
        {"role": "assistant", "content": "No", "refusal": "No.", "reasoning_content": "hm", "audio": {"id": "audio_1"}},
        *user(TOWER),
    ],
}  # fmt: skip


@both_models
@both_ways
@pytest.mark.parametrize("name", CONVERSATIONS)
def test_messages_travel_as_they_came(gateway, upstream, model, stream, name):
    messages = CONVERSATIONS[name]
    answer = post(gateway, {"model": model, "messages": messages, **streaming(stream)})
    assert answer.status_code == 200, answer.text
    sent = body_of(upstream)["messages"]
    grounded = model == "ragproxy"
    assert sent[int(grounded) :] == messages
    assert ("330 metres" in str(sent[0])) is (grounded and TOWER in str(messages))


# ---- what is looked at --------------------------------------------------------------------------


def streaming(stream):
    return {"stream": True} if stream else {}


def usage_wanted(stream):
    return {"stream": True, "stream_options": {"include_usage": True}} if stream else {}


def body_of(upstream):
    return [request for request in upstream.requests if request.method == "POST"][-1].json  # a rewriting comes before


def text_of(body):
    """As text, where 1 is not 1.0 and true is not 1."""
    return json.dumps(body, sort_keys=True)
