"""Chat in chunks: whole streams compared with OpenAI's own, each chunk read by its official types."""

import pytest
from openai.types.chat import ChatCompletionChunk

from ragproxy.domain import PULSE, ChatRequest, Consumed, Delta, Message, Usage
from ragproxy.errors import UpstreamBroken
from ragproxy.wire.chat import chat_chunks, chunk_deltas
from tests.wire.answers import ANNOTATION_JSON, SOURCE_JSON, answer, citation, source

HEAD = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1731628800, "model": "ragproxy"}


def _request(*, usage=False, **options):
    stream_options = {"include_usage": True} if usage else {}
    return ChatRequest("ragproxy", (Message("user", "?"),), stream=True, stream_options=stream_options, **options)


def _chunks(*deltas, request=None, **options):
    chunks = list(chat_chunks(answer(*deltas, **options), request or _request()))
    for chunk in filter(None, chunks):
        ChatCompletionChunk.model_validate(chunk, strict=True)
    return chunks


def _one(said, finish_reason=None, index=0, **rest):
    return {"index": index, "delta": said, "logprobs": None, "finish_reason": finish_reason, **rest}


ROLE = {**HEAD, "choices": [_one({"role": "assistant", "content": ""})]}


def test_a_stream_begins_with_its_role_and_ends_with_its_reason():
    assert _chunks(Delta(content="Hel"), Delta(content="lo"), Delta(finish_reason="stop")) == [
        ROLE,
        {**HEAD, "choices": [_one({"content": "Hel"})]},
        {**HEAD, "choices": [_one({"content": "lo"})]},
        {**HEAD, "choices": [_one({}, "stop")]},
    ]


def test_the_keys_come_in_openais_order():
    chunk = _chunks(Delta(content="a"))[1]
    assert list(chunk) == ["id", "object", "created", "model", "choices"]
    assert list(chunk["choices"][0]) == ["index", "delta", "logprobs", "finish_reason"]


def test_an_upstreams_own_stream_comes_out_as_it_went_in():
    upstream = [
        {
            "choices": [_one({"role": "assistant", "content": "", "refusal": None})],
            "service_tier": "default",
            "system_fingerprint": "fp",
        },
        {"choices": [_one({"content": "Hi"})], "service_tier": "default", "system_fingerprint": "fp"},
        {"choices": [_one({}, "stop")], "service_tier": "default", "system_fingerprint": "fp"},
    ]
    deltas = [delta for chunk in upstream for delta in chunk_deltas(chunk)]
    assert _chunks(*deltas) == [{**HEAD, **chunk} for chunk in upstream]


def test_each_choice_gets_its_role_once():
    chunks = _chunks(Delta(0, "a"), Delta(1, "b"), Delta(0, "c"), Delta(1, finish_reason="stop"))
    assert [(chunk["choices"][0]["index"], chunk["choices"][0]["delta"]) for chunk in chunks] == [
        (0, {"role": "assistant", "content": ""}),
        (0, {"content": "a"}),
        (1, {"role": "assistant", "content": ""}),
        (1, {"content": "b"}),
        (0, {"content": "c"}),
        (1, {}),
    ]


def test_an_upstreams_empty_first_delta_is_not_doubled():
    chunks = _chunks(
        *chunk_deltas({"choices": [_one({"role": "assistant", "content": None}, stop_reason=None)]}), Delta(content="a")
    )
    assert chunks == [
        {**HEAD, "choices": [_one({"role": "assistant", "content": ""}, stop_reason=None)]},
        {**HEAD, "choices": [_one({"content": "a"})]},
    ]


def test_a_first_delta_that_ends_the_choice_is_not_lost():
    assert _chunks(Delta(content="", finish_reason="length")) == [
        ROLE,
        {**HEAD, "choices": [_one({"content": ""}, "length")]},
    ]


@pytest.mark.parametrize(
    "said",
    [
        {"refusal": "No."},
        {"reasoning_content": "hm"},
        {"tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": {"name": "f", "arguments": ""}}]},
    ],
)
def test_other_fields_of_a_delta_pass_untouched(said):
    assert _chunks(Delta(fields=said)) == [ROLE, {**HEAD, "choices": [_one(said)]}]


def test_logprobs_and_unknown_keys_pass_untouched():
    logprobs = {"content": [{"token": "a", "logprob": -0.5, "bytes": [97], "top_logprobs": []}], "refusal": None}
    chunks = _chunks(
        Delta(content="a", choice={"logprobs": logprobs, "content_filter_results": {"hate": 1}}, chunk={"x_groq": 1})
    )
    assert chunks[1] == {
        **HEAD,
        "choices": [{**_one({"content": "a"}, content_filter_results={"hate": 1}), "logprobs": logprobs}],
        "x_groq": 1,
    }


def test_no_usage_key_unless_asked():
    chunks = _chunks(Delta(content="a", usage=Usage(1, 2, 3)), Delta(index=None, usage=Usage(1, 2, 3)))
    assert len(chunks) == 2
    assert all("usage" not in chunk for chunk in chunks)


def test_the_usage_comes_last_without_choices_and_null_before():
    details = {
        "prompt_tokens": 9,
        "completion_tokens": 2,
        "total_tokens": 11,
        "prompt_tokens_details": {"cached_tokens": 0},
    }
    chunks = _chunks(
        Delta(content="a"),
        Delta(finish_reason="stop"),
        Delta(index=None, usage=Usage(9, 2, 11, details), chunk={"system_fingerprint": "fp"}),
        request=_request(usage=True),
    )
    assert chunks == [
        {**ROLE, "usage": None},
        {**HEAD, "choices": [_one({"content": "a"})], "usage": None},
        {**HEAD, "choices": [_one({}, "stop")], "usage": None},
        {**HEAD, "choices": [], "system_fingerprint": "fp", "usage": details},
    ]


def test_usage_on_every_chunk_is_told_once_at_the_end():
    chunks = _chunks(
        Delta(content="a", usage=Usage(1, 1, 2)),
        Delta(finish_reason="stop", usage=Usage(1, 2, 3)),
        request=_request(usage=True),
    )
    assert [chunk["usage"] for chunk in chunks] == [
        None,
        None,
        None,
        {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
    ]


def test_a_usage_nobody_gave_is_null_and_not_guessed():
    assert _chunks(Delta(content="a"), request=_request(usage=True))[-1] == {**HEAD, "choices": [], "usage": None}


def test_the_usage_at_the_end_says_what_all_calls_cost():
    request = _request(usage=True)
    request.tally.add(Consumed("main/m", 10, 2, cost=0.25))
    request.tally.add(Consumed("main/m", 1, 2, cost=0.5))
    (*before, last) = _chunks(Delta(content="a"), Delta(index=None, usage=Usage(1, 2, 3)), request=request)
    assert last["usage"] == {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3, "cost": 0.75}
    assert all(chunk["usage"] is None for chunk in before)


def test_a_pulse_is_no_chunk():
    chunks = _chunks(Delta(content="a"), PULSE, PULSE, Delta(index=None, chunk={"x": 1}), Delta(content="b"))
    assert [chunk and chunk["choices"][0]["delta"] for chunk in chunks] == [
        {"role": "assistant", "content": ""},
        {"content": "a"},
        None,
        None,
        {"content": "b"},
    ]
    assert chunks[-1]["x"] == 1


def test_what_came_without_choices_rides_on_the_next_chunk():
    chunks = _chunks(Delta(index=None, chunk={"prompt_filter_results": [1]}), Delta(content="a"), Delta(content="b"))
    assert all(chunk["choices"] for chunk in chunks)
    assert [chunk.get("prompt_filter_results") for chunk in chunks] == [[1], [1], None]


def test_annotations_ride_on_the_delta_of_their_marker():
    chunks = _chunks(Delta(content="Nine [1]", citations=(citation(5, 8),)), sources=(source(),))
    assert chunks[1] == {**HEAD, "choices": [_one({"content": "Nine [1]", "annotations": [ANNOTATION_JSON]})]}


def test_our_annotations_follow_the_upstreams():
    theirs = {"type": "url_citation", "url_citation": {"url": "u", "title": "t", "start_index": 0, "end_index": 1}}
    chunks = _chunks(Delta(content="x", fields={"annotations": [theirs]}, citations=(citation(5, 8),)))
    assert chunks[1]["choices"][0]["delta"]["annotations"] == [theirs, ANNOTATION_JSON]


def test_sources_ride_on_the_chunk_that_ends_the_choice():
    cited = {**SOURCE_JSON, "cited": True}
    chunks = _chunks(
        Delta(content="a"),
        Delta(finish_reason="stop", sources=(source(cited=True),)),
        sources=(source(),),
        request=_request(usage=True),
    )
    assert chunks[2] == {**HEAD, "choices": [_one({}, "stop")], "sources": [cited], "usage": None}
    assert [("sources" in chunk, len(chunk["choices"])) for chunk in chunks] == [
        (False, 1),
        (False, 1),
        (True, 1),
        (False, 0),
    ]


def test_no_source_found_is_said_too():
    assert _chunks(Delta(content="a", finish_reason="stop", sources=()))[1]["sources"] == []


@pytest.mark.parametrize("carriers", [(), ("header",), ("markdown",)])
def test_carriers_not_asked_for_stay_away(carriers):
    delta = Delta(content="Nine [1]", finish_reason="stop", citations=(citation(5, 8),), sources=(source(),))
    assert _chunks(delta, carriers=carriers)[1] == {
        **HEAD,
        "choices": [_one({"content": "Nine [1]"}, "stop")],
    }


def test_the_conversation_is_named_on_every_chunk():
    chunks = _chunks(Delta(content="a"), conversation_id="conv-1", request=_request(usage=True))
    assert [chunk["conversation_id"] for chunk in chunks] == ["conv-1"] * 3


def test_no_upstream_overrides_what_is_ours():
    chunk = {"usage": {"prompt_tokens": 1}, "conversation_id": "theirs", "sources": "theirs"}
    delta = Delta(content="a", chunk=chunk, sources=(source(),))
    told = _chunks(delta, conversation_id="ours", request=_request(usage=True))[1]
    assert (told["usage"], told["conversation_id"], told["sources"]) == (None, "ours", [SOURCE_JSON])


def test_an_upstream_that_breaks_off_ends_in_its_error_and_nothing_made_up():
    def deltas():
        yield Delta(content="a")
        raise UpstreamBroken("cut")

    chunks = chat_chunks(answer(deltas=deltas()), _request(usage=True))
    assert [next(chunks)["choices"][0]["finish_reason"] for _ in range(2)] == [None, None]
    with pytest.raises(UpstreamBroken):
        next(chunks)


def test_a_chunk_comes_out_before_the_next_delta_is_asked_for():
    def deltas():
        yield Delta(content="a")
        raise AssertionError("asked too early")

    chunks = chat_chunks(answer(deltas=deltas()), _request())
    assert [next(chunks)["choices"][0]["delta"] for _ in range(2)] == [
        {"role": "assistant", "content": ""},
        {"content": "a"},
    ]
