"""Chat whole: collected from deltas, compared with OpenAI's own, read by its official types."""

import copy

import pytest
from openai.types.chat import ChatCompletion

from ragproxy.domain import Delta, Usage
from ragproxy.errors import UpstreamBroken
from ragproxy.wire.chat import chat_completion, chunk_deltas, completion_deltas
from tests.wire.answers import ANNOTATION_JSON, SOURCE_JSON, answer, citation, source

HEAD = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1731628800, "model": "ragproxy"}
HELLO = {"role": "assistant", "content": "Hello", "refusal": None}
CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}


def _completion(*deltas, **options):
    body = chat_completion(answer(*deltas, **options))
    ChatCompletion.model_validate(body, strict=True)
    return body


def _one(message, finish_reason="stop", index=0, **rest):
    return {"index": index, "message": message, "logprobs": None, "finish_reason": finish_reason, **rest}


def _streamed(*said):
    chunks = [{"choices": [{"index": 0, "delta": each, "finish_reason": None}]} for each in said]
    return [delta for chunk in chunks for delta in chunk_deltas(chunk)] + [Delta(finish_reason="tool_calls")]


def test_pieces_make_a_whole():
    usage = Usage(3, 4, 7)
    assert _completion(
        Delta(content="Hel"), Delta(content="lo"), Delta(finish_reason="stop"), Delta(index=None, usage=usage)
    ) == {
        **HEAD,
        "choices": [_one(HELLO)],
        "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
    }


def test_the_keys_come_in_openais_order():
    body = _completion(Delta(content="a", finish_reason="stop", usage=Usage(1, 1, 2)))
    assert list(body) == ["id", "object", "created", "model", "choices", "usage"]
    assert list(body["choices"][0]) == ["index", "message", "logprobs", "finish_reason"]


def test_an_upstreams_whole_answer_comes_out_as_it_went_in():
    upstream = {
        "id": "chatcmpl-9",
        "object": "chat.completion",
        "created": 5,
        "model": "gpt-4o-2024-08-06",
        "choices": [
            _one(
                {**HELLO, "annotations": [], "reasoning_content": "hm"},
                content_filter_results={"hate": {"filtered": False}},
            ),
            _one({"role": "assistant", "content": None, "refusal": None, "tool_calls": [CALL]}, "tool_calls", 1),
            {
                **_one({**HELLO, "content": None, "refusal": "No."}, index=2),
                "logprobs": {"content": None, "refusal": []},
            },
        ],
        "usage": {
            "prompt_tokens": 3,
            "completion_tokens": 4,
            "total_tokens": 7,
            "completion_tokens_details": {"reasoning_tokens": 0},
        },
        "service_tier": "default",
        "system_fingerprint": "fp_1",
    }
    before = copy.deepcopy(upstream)
    assert _completion(*completion_deltas(upstream)) == {**upstream, **HEAD}
    assert upstream == before


def test_choices_come_in_their_order():
    body = _completion(Delta(2, "c", "stop"), Delta(0, "a"), Delta(1, "b", "stop"), Delta(0, "A", "stop"))
    assert [(choice["index"], choice["message"]["content"]) for choice in body["choices"]] == [
        (0, "aA"),
        (1, "b"),
        (2, "c"),
    ]


def test_no_usage_is_no_key():
    assert "usage" not in _completion(Delta(content="a", finish_reason="stop"))


def test_a_usage_without_a_total_is_completed_and_its_details_kept():
    deltas = completion_deltas(
        {"choices": [_one(HELLO)], "usage": {"prompt_tokens": 3, "completion_tokens": 4, "x": 1}}
    )
    assert _completion(*deltas)["usage"] == {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7, "x": 1}


def test_streamed_tool_calls_are_put_together_by_index():
    body = _completion(
        *_streamed(
            {"role": "assistant", "content": ""},
            {
                "tool_calls": [
                    {"index": 0, "id": "call_1", "type": "function", "function": {"name": "f", "arguments": ""}}
                ]
            },
            {"tool_calls": [{"index": 0, "function": {"arguments": '{"a"'}}]},
            {
                "tool_calls": [
                    {"index": 1, "id": "call_2", "function": {"name": "g", "arguments": "{"}},
                    {"index": 0, "function": {"arguments": ":1}"}},
                ]
            },
            {"tool_calls": [{"index": 1, "function": {"arguments": "}"}}]},
        )
    )
    second = {"id": "call_2", "type": "function", "function": {"name": "g", "arguments": "{}"}}
    assert body["choices"] == [
        _one({"role": "assistant", "content": None, "refusal": None, "tool_calls": [CALL, second]}, "tool_calls")
    ]


def test_a_streamed_function_call_is_put_together():
    body = _completion(
        *_streamed({"function_call": {"name": "f", "arguments": ""}}, {"function_call": {"arguments": "{}"}})
    )
    assert body["choices"][0]["message"]["function_call"] == {"name": "f", "arguments": "{}"}


def test_tool_calls_of_no_known_shape_pass_untouched():
    deltas = completion_deltas(
        {"choices": [{"message": {"content": None, "tool_calls": ["f()"]}, "finish_reason": "stop"}]}
    )
    body = chat_completion(answer(*deltas))
    assert body["choices"][0]["message"]["tool_calls"] == ["f()"]


def test_text_before_a_tool_call_stays():
    body = _completion(Delta(content="Let me look."), *_streamed({"tool_calls": [{"index": 0, **CALL}]}))
    assert body["choices"][0]["message"]["content"] == "Let me look."


def test_a_choice_without_text_has_null():
    body = _completion(
        Delta(fields={"refusal": "I "}), Delta(fields={"refusal": "can't."}), Delta(finish_reason="stop")
    )
    assert body["choices"][0]["message"] == {"role": "assistant", "content": None, "refusal": "I can't."}


def test_an_empty_text_stays_empty():
    assert _completion(Delta(content="", finish_reason="length"))["choices"][0]["message"]["content"] == ""


def test_streamed_logprobs_are_joined():
    def token(text):
        return {"token": text, "logprob": -0.5, "bytes": None, "top_logprobs": []}

    pieces = [Delta(content=text, choice={"logprobs": {"content": [token(text)], "refusal": None}}) for text in "ab"]
    body = _completion(*pieces, Delta(finish_reason="stop", choice={"logprobs": None}))
    assert body["choices"][0]["logprobs"] == {"content": [token("a"), token("b")], "refusal": None}


def test_annotations_sources_and_conversation_come_with_the_answer():
    body = _completion(
        Delta(content="Nine [1]", citations=(citation(5, 8),)),
        Delta(finish_reason="stop", sources=(source(cited=True), source(2))),
        sources=(source(), source(2)),
        conversation_id="conv-1",
    )
    second = {**SOURCE_JSON, "index": 2, "file_id": "file-2", "filename": "guide-2.pdf", "chunk_id": "chunk-2"}
    assert body == {
        **HEAD,
        "choices": [
            _one({"role": "assistant", "content": "Nine [1]", "refusal": None, "annotations": [ANNOTATION_JSON]})
        ],
        "sources": [{**SOURCE_JSON, "cited": True}, second],
        "conversation_id": "conv-1",
    }


def test_a_grounded_answer_that_cites_nothing_has_no_annotations_but_its_sources():
    body = _completion(Delta(content="Nine", finish_reason="stop"), sources=(source(),))
    assert body["choices"][0]["message"]["annotations"] == []
    assert body["sources"] == [SOURCE_JSON]


def test_a_source_cited_by_one_choice_is_cited():
    body = _completion(
        Delta(0, "a", "stop", sources=(source(1), source(2, cited=True))),
        Delta(1, "b", "stop", sources=(source(1), source(2))),
    )
    assert [line["cited"] for line in body["sources"]] == [False, True]


@pytest.mark.parametrize("carriers", [(), ("header",), ("markdown",)])
def test_carriers_not_asked_for_stay_away(carriers):
    delta = Delta(content="Nine [1]", finish_reason="stop", citations=(citation(5, 8),), sources=(source(),))
    body = _completion(delta, sources=(source(),), carriers=carriers)
    assert body == {**HEAD, "choices": [_one({"role": "assistant", "content": "Nine [1]", "refusal": None})]}


def test_an_answer_without_retrieval_has_nothing_of_ours():
    assert _completion(Delta(content="Hello", finish_reason="stop")) == {**HEAD, "choices": [_one(HELLO)]}


def test_no_upstream_overrides_what_is_ours():
    body = _completion(
        Delta(content="Hello", finish_reason="stop", chunk={"id": "x", "sources": 1, "citations": ["u"]}),
        sources=(source(),),
    )
    assert (body["id"], body["sources"], body["citations"]) == ("chatcmpl-1", [SOURCE_JSON], ["u"])


def test_an_upstream_that_breaks_off_makes_no_answer():
    def deltas():
        yield Delta(content="a")
        raise UpstreamBroken("cut")

    with pytest.raises(UpstreamBroken):
        chat_completion(answer(deltas=deltas()))
