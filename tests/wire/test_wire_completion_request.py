"""Legacy completion requests, and the agent form of the same address."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragproxy.domain import ChatRequest, CompletionRequest, Message, RagOptions
from ragproxy.errors import InvalidRequest
from ragproxy.wire.completion_request import COMPLETION_OR_CHAT_REQUEST, completion_request
from ragproxy.wire.completions import completion_body
from ragproxy.wire.json import dumps

ASK = {"model": "gpt-3.5-turbo-instruct", "prompt": "Once upon a time"}
CHAT = {"model": "ragproxy", "messages": [{"role": "user", "content": "Hello"}]}

EVERYTHING = {
    "suffix": " The end.",
    "max_tokens": 0,
    "temperature": 1,
    "top_p": 1,
    "n": 2,
    "logprobs": 5,
    "echo": True,
    "stop": ["\n"],
    "presence_penalty": 0,
    "frequency_penalty": 0.5,
    "best_of": 2,
    "logit_bias": {"50256": -100},
    "user": "u",
    "seed": 1,
    "repetition_penalty": 1.1,
}


@pytest.mark.parametrize(
    ("prompt", "prompts", "tokens"),
    [
        ("a", ("a",), False),
        ("", ("",), False),
        (["a"], ("a",), False),
        (["a", ""], ("a", ""), False),
        ([1, 2], ((1, 2),), True),
        ([[1, 2], [3]], ((1, 2), (3,)), True),
    ],
)
def test_a_prompt_has_four_forms_and_goes_out_in_its_own(prompt, prompts, tokens):
    request = completion_request({"model": "m", "prompt": prompt})
    assert request == CompletionRequest(model="m", prompts=prompts, tokens=tokens)
    sent = completion_body(request, "up")
    assert sent == {"model": "up", "prompt": "a" if prompt == ["a"] else prompt}


def test_every_parameter_travels_on_as_it_came():
    request = completion_request({**ASK, **EVERYTHING})
    assert dumps(request.params) == dumps(EVERYTHING)
    assert completion_body(request, "up") == {**EVERYTHING, "model": "up", "prompt": "Once upon a time"}


def test_what_is_ours_does_not_travel_on():
    ours = {
        "rag": {"enabled": False},
        "files": ["f"],
        "lang": "en",
        "clientModel": "up",
        "conversation_id": "c",
        "messages": None,
    }
    request = completion_request({**ASK, **ours, "stream": True, "stream_options": {"include_usage": True}})
    assert request.params == {}
    assert (request.rag, request.files, request.lang, request.client_model) == (
        RagOptions(enabled=False),
        ("f",),
        "en",
        "up",
    )
    assert (request.stream, request.include_usage) == (True, True)


def test_a_stream_always_asks_for_the_usage():
    body = completion_body(completion_request({**ASK, "stream": True}), "up")
    assert (body["stream"], body["stream_options"]) == (True, {"include_usage": True})


@pytest.mark.parametrize(
    "more",
    [
        {"best_of": 3, "n": 3},
        {"best_of": 1, "stream": True},
        {"best_of": None, "n": 4},
        {"logprobs": 0},
        dict.fromkeys(EVERYTHING),
    ],
)
def test_what_openai_takes_is_taken(more):
    assert isinstance(completion_request({**ASK, **more}), CompletionRequest)


BAD = [
    ({"model": ...}, "model", "missing_required_parameter"),
    ({"prompt": ...}, "prompt", "missing_required_parameter"),
    ({"prompt": None}, "prompt", "missing_required_parameter"),
    ({"prompt": 3}, "prompt", "invalid_type"),
    ({"prompt": {}}, "prompt", "invalid_type"),
    ({"prompt": True}, "prompt", "invalid_type"),
    ({"prompt": []}, "prompt", "empty_array"),
    ({"prompt": [None]}, "prompt[0]", "invalid_type"),
    ({"prompt": [True]}, "prompt[0]", "invalid_type"),
    ({"prompt": ["a", 3]}, "prompt[1]", "invalid_type"),
    ({"prompt": ["a", None]}, "prompt[1]", "invalid_type"),
    ({"prompt": [1, "a"]}, "prompt[1]", "invalid_type"),
    ({"prompt": [1, True]}, "prompt[1]", "invalid_type"),
    ({"prompt": [1, -1]}, "prompt[1]", "invalid_value"),
    ({"prompt": [2**31]}, "prompt[0]", "invalid_value"),
    ({"prompt": [[]]}, "prompt[0]", "empty_array"),
    ({"prompt": [[1], 2]}, "prompt[1]", "invalid_type"),
    ({"prompt": [[1], [2, 3.5]]}, "prompt[1][1]", "invalid_type"),
    ({"prompt": ["a"] * 2049}, "prompt", "array_above_max_length"),
    ({"suffix": 3}, "suffix", "invalid_type"),
    ({"max_tokens": -1}, "max_tokens", "integer_below_min_value"),
    ({"temperature": 2.1}, "temperature", "decimal_above_max_value"),
    ({"top_p": -1}, "top_p", "decimal_below_min_value"),
    ({"n": 0}, "n", "integer_below_min_value"),
    ({"n": 129}, "n", "integer_above_max_value"),
    ({"logprobs": 6}, "logprobs", "integer_above_max_value"),
    ({"logprobs": True}, "logprobs", "invalid_type"),
    ({"echo": 1}, "echo", "invalid_type"),
    ({"stop": ["a"] * 5}, "stop", "array_above_max_length"),
    ({"presence_penalty": 3}, "presence_penalty", "decimal_above_max_value"),
    ({"frequency_penalty": "x"}, "frequency_penalty", "invalid_type"),
    ({"best_of": 0}, "best_of", "integer_below_min_value"),
    ({"best_of": 21}, "best_of", "integer_above_max_value"),
    ({"best_of": 2, "n": 3}, "best_of", "invalid_value"),
    ({"best_of": 2, "stream": True}, "best_of", "invalid_value"),
    ({"logit_bias": {"1": 101}}, "logit_bias.1", "invalid_value"),
    ({"user": 3}, "user", "invalid_type"),
    ({"seed": 1.5}, "seed", "invalid_type"),
    ({"stream": "true"}, "stream", "invalid_type"),
    ({"stream_options": {"include_usage": True}}, "stream_options", "invalid_value"),
    ({"rag": {"top_k": 0}}, "rag.top_k", "integer_below_min_value"),
    ({"lang": "french"}, "lang", "invalid_value"),
    ({"messages": CHAT["messages"]}, "prompt", "invalid_value"),
    ({"messages": []}, "prompt", "invalid_value"),
]


@pytest.mark.parametrize(("more", "param", "code"), BAD, ids=lambda value: str(value)[:60])
def test_what_breaks_a_rule_is_refused_by_name(more, param, code):
    with pytest.raises(InvalidRequest) as caught:
        completion_request({key: value for key, value in {**ASK, **more}.items() if value is not ...})
    assert (caught.value.param, caught.value.code) == (param, code)


def test_messages_make_it_a_chat_request():
    agent = {**CHAT, "conversation_id": "conv-1", "lang": "fr", "files": ["f"], "clientModel": "up", "prompt": None}
    assert completion_request(agent) == ChatRequest(
        model="ragproxy",
        messages=(Message("user", "Hello"),),
        conversation_id="conv-1",
        lang="fr",
        files=("f",),
        client_model="up",
    )


def test_the_agent_form_keeps_the_rules_of_chat():
    with pytest.raises(InvalidRequest) as caught:
        completion_request({**CHAT, "messages": []})
    assert (caught.value.param, caught.value.code) == ("messages", "empty_array")


@pytest.mark.parametrize("body", [None, 3, [], "prompt"])
def test_a_body_that_is_no_object_is_refused(body):
    with pytest.raises(InvalidRequest, match="expected an object"):
        completion_request(body)


def test_the_schema_documents_both_forms():
    assert {"prompt", "messages", "best_of", "rag"} <= set(COMPLETION_OR_CHAT_REQUEST.fields)
    assert not COMPLETION_OR_CHAT_REQUEST.fields["prompt"].required


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10) | st.floats(allow_nan=False) | st.text(max_size=2),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["role", "content", "a"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from([*EVERYTHING, "prompt", "messages", "model", "stream", "stream_options", "rag"]),
        _json,
        max_size=6,
    )
)
@settings(max_examples=150, deadline=None)
def test_any_json_is_loaded_or_refused(more):
    for body in (more, {**ASK, **more}):
        try:
            request = completion_request(body)
        except InvalidRequest:
            continue
        assert isinstance(request, (CompletionRequest, ChatRequest))
