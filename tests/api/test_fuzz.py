"""No request whatever may get a 5xx."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

QUIET = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)
)
FIELDS = [
    "model",
    "messages",
    "prompt",
    "temperature",
    "top_p",
    "n",
    "max_tokens",
    "max_completion_tokens",
    "stop",
    "presence_penalty",
    "frequency_penalty",
    "logit_bias",
    "response_format",
    "logprobs",
    "top_logprobs",
    "stream",
    "stream_options",
    "tools",
    "tool_choice",
    "functions",
    "function_call",
    "seed",
    "user",
    "store",
    "metadata",
    "rag",
    "files",
    "lang",
    "clientModel",
    "conversation_id",
    "echo",
    "suffix",
    "best_of",
]
messages = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["system", "developer", "user", "assistant", "tool", "function", "wizard"])},
        optional={
            "content": st.text() | values,
            "name": values,
            "tool_calls": values,
            "tool_call_id": st.text() | values,
        },
    ),
    max_size=4,
)
names = st.sampled_from(["ragproxy", "gpt-4o", "rag/default", "extractive", "rag/", "nobody"]) | st.text()


@QUIET
@given(
    body=st.dictionaries(st.sampled_from(FIELDS), values, max_size=6),
    path=st.sampled_from(["/v1/chat/completions", "/completions"]),
)
def test_random_values_in_known_fields(client, body, path):
    _post(client, path, body)


@QUIET
@given(
    model=names,
    messages=messages,
    more=st.dictionaries(st.sampled_from(FIELDS[3:]), values, max_size=2),
    path=st.sampled_from(["/chat/completions", "/v1/completions"]),
)
def test_almost_right_chats(client, model, messages, more, path):
    _post(client, path, {"model": model, "messages": messages, **more})


@QUIET
@given(model=names, prompt=st.text() | st.lists(st.text(), max_size=3) | values, stream=st.booleans())
def test_almost_right_prompts(client, model, prompt, stream):
    _post(client, "/v1/completions", {"model": model, "prompt": prompt, "stream": stream})


@QUIET
@given(body=st.binary(max_size=300))
def test_random_bytes(client, body):
    assert client.post("/v1/chat/completions", data=body, content_type="application/json").status_code == 400


@QUIET
@given(
    path=st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"]),
)
def test_random_addresses(client, path, method):
    response = client.open("/v1/models/" + path.replace("?", "").replace("#", ""), method=method)
    assert response.status_code < 500


def _post(client, path, body):
    response = client.post(path, data=json.dumps(body), content_type="application/json")
    text = response.text  # a stream fails while it is read
    assert response.status_code < 500, text
    if response.status_code >= 400:
        assert set(json.loads(text)["error"]) == {"message", "type", "param", "code"}
    elif response.mimetype == "text/event-stream":
        assert text.endswith("data: [DONE]\n\n")
