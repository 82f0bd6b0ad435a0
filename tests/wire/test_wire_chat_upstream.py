"""Chat with an upstream: the body it is sent, and what it says, as deltas."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragproxy.domain import ChatRequest, Delta, Message, Usage
from ragproxy.errors import UpstreamBroken
from ragproxy.wire.chat import chat_body, chunk_deltas, completion_deltas

MESSAGES = (Message("system", "Be brief."), Message("user", ({"type": "text", "text": "Hi"},), {"name": "zoe"}))


def _chunk(*choices, **rest):
    return {
        "id": "c",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "gpt-4o",
        "choices": list(choices),
        **rest,
    }


def _choice(said, index=0, finish_reason=None, **rest):
    return {"index": index, "delta": said, "finish_reason": finish_reason, **rest}


def test_a_plain_request_has_no_stream_keys():
    request = ChatRequest("ragproxy", MESSAGES, {"temperature": 0.5, "x": None}, lang="fr", conversation_id="c")
    assert chat_body(request, "gpt-4o") == {
        "model": "gpt-4o",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "Hi"}], "name": "zoe"},
        ],
        "temperature": 0.5,
        "x": None,
    }


@pytest.mark.parametrize("asked", [{}, {"include_usage": False, "include_obfuscation": False}])
def test_a_stream_always_asks_for_the_usage(asked):
    body = chat_body(ChatRequest("m", MESSAGES, stream=True, stream_options=asked), "gpt-4o")
    assert body["stream"] is True
    assert body["stream_options"] == {**asked, "include_usage": True}


def test_a_chunk_is_a_delta_a_choice_with_nothing_lost():
    chunk = _chunk(
        _choice(
            {"role": "assistant", "content": "Hel", "refusal": None, "reasoning_content": "hm"},
            logprobs={"content": []},
        ),
        _choice({"content": "lo"}, index=1, finish_reason="stop", stop_reason=2),
        system_fingerprint="fp",
        usage=None,
    )
    assert chunk_deltas(chunk) == [
        Delta(
            0,
            "Hel",
            None,
            {"refusal": None, "reasoning_content": "hm"},
            {"logprobs": {"content": []}},
            {"system_fingerprint": "fp"},
        ),
        Delta(1, "lo", "stop", {}, {"stop_reason": 2}, {"system_fingerprint": "fp"}),
    ]


def test_the_usage_chunk_is_a_delta_of_no_choice():
    usage = {
        "prompt_tokens": 3,
        "completion_tokens": 4,
        "total_tokens": 7,
        "prompt_tokens_details": {"cached_tokens": 0},
    }
    assert chunk_deltas(_chunk(usage=usage, x=1)) == [Delta(index=None, usage=Usage(3, 4, 7, usage), chunk={"x": 1})]


def test_the_filters_chunk_of_azure_is_a_delta_of_no_choice():
    assert chunk_deltas({"choices": [], "prompt_filter_results": [1]}) == [
        Delta(index=None, chunk={"prompt_filter_results": [1]})
    ]


@pytest.mark.parametrize("usage", [{}, {"usage": None}, {"usage": {}}])
def test_a_chunk_that_says_nothing_is_no_delta(usage):
    assert chunk_deltas({"id": "x", "object": "chat.completion.chunk", "choices": [], **usage}) == []


def test_a_usage_on_a_chunk_with_choices_goes_with_its_last():
    chunk = _chunk(_choice({}), _choice({}, 1), usage={"prompt_tokens": 1, "completion_tokens": 2})
    assert [delta.usage and delta.usage.total for delta in chunk_deltas(chunk)] == [None, 3]


def test_a_whole_completion_is_a_delta_a_choice_and_the_usage_on_the_last():
    usage = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
    calls = [{"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
    body = {
        "id": "x",
        "object": "chat.completion",
        "created": 1,
        "model": "gpt-4o",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Hi", "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            },
            {
                "index": 1,
                "message": {"role": "assistant", "content": None, "tool_calls": calls},
                "finish_reason": "tool_calls",
            },
        ],
        "usage": usage,
        "service_tier": "default",
    }
    before = copy.deepcopy(body)
    assert completion_deltas(body) == [
        Delta(0, "Hi", "stop", {"refusal": None}, {"logprobs": None}, {"service_tier": "default"}),
        Delta(1, None, "tool_calls", {"tool_calls": calls}, {}, {"service_tier": "default"}, Usage(3, 4, 7, usage)),
    ]
    assert body == before


@pytest.mark.parametrize("nothing", [[], None])
def test_no_calls_is_no_key(nothing):
    assert chunk_deltas(_chunk(_choice({"content": "a", "tool_calls": nothing, "function_call": None}))) == [
        Delta(content="a")
    ]


def test_a_finish_reason_of_nothing_is_not_finished():
    assert chunk_deltas(_chunk(_choice({"content": "a"}, finish_reason="")))[0].finish_reason is None


def test_a_choice_that_does_not_say_its_index_is_the_first():
    assert chunk_deltas({"choices": [{"delta": {"content": "a"}}]}) == [Delta(content="a")]


def test_content_in_parts_is_read_as_text_and_kept():
    parts = [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "Hi"}]
    assert chunk_deltas(_chunk(_choice({"content": parts}))) == [Delta(content="Hi", fields={"content_parts": parts})]
    assert chunk_deltas(_chunk(_choice({"content": parts[:1]})))[0].content is None


@pytest.mark.parametrize("usage", [None, {}, [], 3, "many"])
def test_what_is_no_usage_is_none(usage):
    assert completion_deltas({"choices": [{"message": {"content": "a"}}], "usage": usage})[0].usage is None


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (None, "not a JSON object"),
        ([], "not a JSON object"),
        ({"choices": {}}, "'choices'"),
        ({"choices": [3]}, "'choices'"),
        ({"choices": [{"delta": 3, "message": 3}]}, "of a choice"),
        ({"choices": [{"delta": {"content": 3}, "message": {"content": 3}}]}, "not a string"),
        ({"choices": [{"index": "0"}]}, "'index'"),
        ({"choices": [{"index": True}]}, "'index'"),
        ({"choices": [{"finish_reason": 3}]}, "'finish_reason'"),
        ({"error": {"message": "out of memory"}}, "out of memory"),
        ({"error": "overloaded", "choices": []}, "overloaded"),
        ({"error": {"code": 500}}, "did not say why"),
    ],
)
def test_nonsense_is_the_upstreams_fault(body, says):
    for read in (chunk_deltas, completion_deltas):
        with pytest.raises(UpstreamBroken) as caught:
            read(body)
        assert says in caught.value.message


def test_a_whole_completion_without_choices_is_nonsense():
    with pytest.raises(UpstreamBroken, match="no choices"):
        completion_deltas({"choices": []})


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "choices",
                    "delta",
                    "message",
                    "content",
                    "index",
                    "tool_calls",
                    "finish_reason",
                    "usage",
                    "error",
                    "type",
                    "text",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@given(
    st.fixed_dictionaries({"choices": st.lists(_json, max_size=2)}, optional={"usage": _json, "error": _json}) | _json
)
@settings(deadline=None)
def test_whatever_an_upstream_says_is_read_or_its_fault(body):
    for read in (chunk_deltas, completion_deltas):
        try:
            deltas = read(body)
        except UpstreamBroken:
            continue
        assert all(isinstance(delta, Delta) for delta in deltas)
        assert deltas or read is chunk_deltas  # a chunk may say nothing
