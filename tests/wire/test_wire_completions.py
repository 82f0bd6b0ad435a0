"""Legacy completions: an upstream's, ours in chunks, ours whole; each read by the official types."""

import pytest
from openai.types import Completion

from ragproxy.domain import PULSE, CompletionRequest, Consumed, Delta, Usage
from ragproxy.errors import UpstreamBroken
from ragproxy.wire.completions import text_chunk_deltas, text_chunks, text_completion, text_completion_deltas
from tests.wire.answers import SOURCE_JSON, answer, citation, source

HEAD = {"id": "cmpl-1", "object": "text_completion", "created": 1731628800, "model": "ragproxy"}
LOGPROBS = {"tokens": ["a"], "token_logprobs": [-0.5], "top_logprobs": [{"index": 0}], "text_offset": [0]}
USAGE = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}


def _request(*, usage=False, **options):
    return CompletionRequest("ragproxy", ("?",), stream_options={"include_usage": True} if usage else {}, **options)


def _chunks(*deltas, request=None, **options):
    chunks = list(text_chunks(answer(*deltas, id="cmpl-1", **options), request or _request()))
    for chunk in filter(None, chunks):
        _lenient(chunk)
    return chunks


def _lenient(chunk):
    """The SDK reads chunks by the type of whole completions, whose finish_reason is never null: only that is let pass."""
    ended = [{**choice, "finish_reason": choice["finish_reason"] or "stop"} for choice in chunk["choices"]]
    Completion.model_validate({**chunk, "choices": ended}, strict=True)


def _whole(*deltas, **options):
    body = text_completion(answer(*deltas, id="cmpl-1", **options))
    Completion.model_validate(body, strict=True)
    return body


def _one(text, finish_reason=None, index=0, **rest):
    return {"text": text, "index": index, "logprobs": None, "finish_reason": finish_reason, **rest}


def test_an_upstreams_chunks_come_out_as_they_went_in():
    upstream = [
        {"choices": [{**_one("Hel"), "logprobs": LOGPROBS}], "system_fingerprint": "fp"},
        {"choices": [_one("lo", stop_reason=None)], "system_fingerprint": "fp"},
        {"choices": [_one("", "stop")], "system_fingerprint": "fp"},
        {"choices": [], "usage": USAGE, "system_fingerprint": "fp"},
    ]
    deltas = [delta for chunk in upstream for delta in text_chunk_deltas(chunk)]
    told = _chunks(*deltas, request=_request(usage=True))
    assert told == [{**HEAD, "usage": None, **chunk} for chunk in upstream]
    assert [list(chunk)[:5] for chunk in told] == [["id", "object", "created", "model", "choices"]] * 4


def test_an_upstreams_whole_answer_comes_out_as_it_went_in():
    upstream = {
        **HEAD,
        "id": "cmpl-9",
        "choices": [{**_one("Hello", "stop"), "logprobs": LOGPROBS}, _one("Bye", "length", 1)],
        "usage": {**USAGE, "prompt_tokens_details": {"cached_tokens": 0}},
        "system_fingerprint": "fp",
    }
    assert _whole(*text_completion_deltas(upstream)) == {**upstream, "id": "cmpl-1"}


def test_the_usage_of_a_whole_answer_is_on_the_last_delta():
    deltas = text_completion_deltas({"choices": [_one("a", "stop"), _one("b", "stop", 1)], "usage": USAGE})
    assert [delta.usage for delta in deltas] == [None, Usage(3, 4, 7, USAGE)]


def test_pieces_make_a_whole_in_order():
    body = _whole(
        Delta(1, "c"),
        Delta(0, "a"),
        Delta(0, "b", "stop"),
        Delta(1, "", "length"),
        Delta(index=None, usage=Usage(1, 2, 3)),
    )
    assert body == {
        **HEAD,
        "choices": [_one("ab", "stop"), _one("c", "length", 1)],
        "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
    }


def test_streamed_logprobs_are_joined():
    body = _whole(
        Delta(content="a", choice={"logprobs": LOGPROBS}),
        Delta(content="b", finish_reason="stop", choice={"logprobs": LOGPROBS}),
    )
    assert body["choices"][0]["logprobs"] == {key: value * 2 for key, value in LOGPROBS.items()}


def test_a_chats_role_chunk_and_reasoning_are_no_text():
    chunks = _chunks(
        Delta(content="", chunk={"service_tier": "default"}),
        Delta(fields={"reasoning_content": "hm"}),
        Delta(content="Hi"),
    )
    assert chunks == [{**HEAD, "choices": [_one("Hi")], "service_tier": "default"}]


def test_a_stream_needs_no_usage_and_makes_none_up():
    assert _chunks(Delta(content="a", usage=Usage(1, 1, 2))) == [{**HEAD, "choices": [_one("a")]}]
    assert _chunks(Delta(content="a"), request=_request(usage=True))[-1] == {**HEAD, "choices": [], "usage": None}


def test_the_usage_at_the_end_says_what_all_calls_cost():
    request = _request(usage=True)
    request.tally.add(Consumed("main/m", 10, 2, cost=0.25))
    (*_, last) = _chunks(Delta(content="a"), Delta(index=None, usage=Usage(3, 4, 7, USAGE)), request=request)
    assert last["usage"] == {**USAGE, "cost": 0.25}


def test_a_pulse_is_no_chunk():
    chunks = _chunks(Delta(content="a"), PULSE, Delta(index=None, chunk={"x": 1}), Delta(content="b"))
    assert chunks == [{**HEAD, "choices": [_one("a")]}, None, {**HEAD, "choices": [_one("b")], "x": 1}]


def test_sources_ride_on_the_chunk_that_ends_the_choice():
    chunks = _chunks(
        Delta(content="Nine [1]", citations=(citation(5, 8),)),
        Delta(finish_reason="stop", sources=(source(),)),
        sources=(source(),),
    )
    assert chunks == [
        {**HEAD, "choices": [_one("Nine [1]")]},
        {**HEAD, "choices": [_one("", "stop")], "sources": [SOURCE_JSON]},
    ]


def test_sources_come_with_a_whole_answer():
    assert _whole(Delta(content="a", finish_reason="stop", sources=(source(cited=True),)))["sources"] == [
        {**SOURCE_JSON, "cited": True}
    ]
    assert _whole(Delta(content="a", finish_reason="stop"), sources=(source(),))["sources"] == [SOURCE_JSON]


@pytest.mark.parametrize("carriers", [(), ("annotations",), ("header",)])
def test_carriers_not_asked_for_stay_away(carriers):
    delta = Delta(content="a", finish_reason="stop", citations=(citation(0, 1),), sources=(source(),))
    assert _whole(delta, sources=(source(),), carriers=carriers) == {**HEAD, "choices": [_one("a", "stop")]}
    assert _chunks(delta, carriers=carriers) == [{**HEAD, "choices": [_one("a", "stop")]}]


@pytest.mark.parametrize(
    "body",
    [None, {"choices": 3}, {"choices": [{"text": 3}]}, {"choices": [{"index": "a"}]}, {"error": {"message": "no"}}],
)
def test_nonsense_is_the_upstreams_fault(body):
    for read in (text_chunk_deltas, text_completion_deltas):
        with pytest.raises(UpstreamBroken):
            read(body)


def test_a_whole_completion_without_choices_is_nonsense():
    with pytest.raises(UpstreamBroken, match="no choices"):
        text_completion_deltas({"choices": []})
