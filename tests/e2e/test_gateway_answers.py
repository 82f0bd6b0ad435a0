"""What the upstream writes, as the official client reads it: nothing dropped, sources and citations added."""

import json

import pytest

from tests.e2e.by_hand import TOWER, user
from tests.replies import DONE, Reply, chat_chunk, chat_frames, chat_usage, whole

CALL = {"id": "call_1", "type": "function", "function": {"name": "measure", "arguments": '{"what": "tower"}'}}
LOGPROBS = {
    "content": [{"token": "It", "logprob": -0.5, "bytes": [73, 116], "top_logprobs": []}],
    "refusal": None,
}
USAGE = {
    "prompt_tokens": 0,
    "completion_tokens": 3,
    "total_tokens": 3,
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0},
    "cost": 0.0,
}


@pytest.mark.parametrize("model", ["ragproxy", "tiny"])
def test_tool_calls_pass_through_whole(ai, upstream, model):
    upstream.script(_said({"content": None, "tool_calls": [CALL]}, "tool_calls"))
    choice = ai.chat.completions.create(model=model, messages=user(TOWER)).choices[0]
    assert choice.finish_reason == "tool_calls"
    assert choice.message.content is None
    assert [call.model_dump(exclude_none=True) for call in choice.message.tool_calls] == [CALL]


@pytest.mark.parametrize("model", ["ragproxy", "tiny"])
def test_tool_calls_pass_through_streamed_delta_by_delta(ai, upstream, model):
    begun = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "measure", "arguments": ""}}
    more = [{"index": 0, "function": {"arguments": piece}} for piece in ('{"what":', ' "tower"}')]
    frames = [chat_chunk({"role": "assistant", "content": None, "tool_calls": [begun]})]
    frames += [chat_chunk({"tool_calls": [each]}) for each in more]
    upstream.script(Reply.events(*frames, chat_chunk({}, "tool_calls"), chat_usage(), DONE))
    chunks = _streamed(ai, model)
    calls = [call for chunk in chunks for call in chunk.choices[0].delta.tool_calls or []]
    assert [call.model_dump(exclude_unset=True) for call in calls] == [begun, *more]
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * (len(chunks) - 1) + ["tool_calls"]


@pytest.mark.parametrize("model", ["ragproxy", "tiny"])
def test_logprobs_refusals_and_reasoning_pass_through_whole(ai, upstream, model):
    audio = {"id": "a-1", "data": "", "expires_at": 1700000000, "transcript": ""}
    message = {"content": "", "refusal": "I would rather not", "reasoning_content": "Hmm.", "audio": audio}
    upstream.script(_said(message, "content_filter", logprobs=LOGPROBS, content_filter_results={"hate": {}}))
    answer = ai.chat.completions.create(model=model, messages=user(TOWER))
    choice = answer.choices[0]
    assert choice.message.refusal == "I would rather not"
    assert choice.message.reasoning_content == "Hmm."
    assert choice.message.audio.id == "a-1"
    assert choice.logprobs.model_dump() == LOGPROBS
    assert choice.finish_reason == "content_filter"
    assert choice.content_filter_results == {"hate": {}}
    assert answer.system_fingerprint == "fp_upstream"


@pytest.mark.parametrize("model", ["ragproxy", "tiny"])
def test_logprobs_refusals_and_reasoning_pass_through_streamed(ai, upstream, model):
    said = chat_chunk({"content": "It"})
    said["choices"][0]["logprobs"] = LOGPROBS
    frames = [
        chat_chunk({"role": "assistant", "content": ""}, service_tier="default"),
        chat_chunk({"reasoning_content": "Hmm."}),
        said,
        chat_chunk({"refusal": "I would rather not"}),
        chat_chunk({}, "stop"),
    ]
    upstream.script(Reply.events(*frames, DONE))
    chunks = _streamed(ai, model)
    deltas = [chunk.choices[0].delta.model_dump(exclude_unset=True) for chunk in chunks]
    assert deltas == [
        {"role": "assistant", "content": ""},
        {"reasoning_content": "Hmm."},
        {"content": "It"},
        {"refusal": "I would rather not"},
        {},
    ]
    assert chunks[2].choices[0].logprobs.model_dump() == LOGPROBS
    assert chunks[0].service_tier == "default"
    assert all(chunk.system_fingerprint == "fp_upstream" for chunk in chunks)


def test_a_marker_becomes_an_annotation_of_its_source(ai, upstream):
    upstream.text = "It is 330 metres tall [1]."
    raw = ai.chat.completions.with_raw_response.create(model="ragproxy", messages=user(TOWER))
    answer = raw.parse()
    message, source = answer.choices[0].message, answer.sources[0]
    (annotation,) = message.annotations
    cited = annotation.url_citation
    assert message.content == upstream.text
    assert message.content[cited.start_index : cited.end_index] == "[1]"
    assert cited.title == source["filename"] == "tower.md"
    assert (source["index"], source["cited"]) == (1, True)
    assert "330 metres" in source["quote"]
    header = json.loads(raw.headers["X-Metadata-Sources"])
    assert [line["file_id"] for line in header["sources"]] == [source["file_id"] for source in answer.sources]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_a_marker_split_over_chunks_is_cited_all_the_same(ai, upstream, size):
    text = "Tall: 330 m [1]. Not an index [9], nor [x] or a[1"
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    upstream.script(Reply.events(*chat_frames(*pieces)))
    chunks = _streamed(ai, "ragproxy")
    said = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    annotations = [each for chunk in chunks for each in getattr(chunk.choices[0].delta, "annotations", None) or []]
    assert said == text
    (cited,) = [each["url_citation"] for each in annotations]
    assert text[cited["start_index"] : cited["end_index"]] == "[1]"
    assert [source["cited"] for source in chunks[-1].sources] == [True, *[False] * (len(chunks[-1].sources) - 1)]
    assert not any(getattr(chunk, "sources", None) for chunk in chunks[:-1])


def test_an_invented_number_stays_text_and_cites_nothing(ai, upstream):
    upstream.text = "It is 330 metres tall [9]."
    answer = ai.chat.completions.create(model="ragproxy", messages=user(TOWER))
    assert answer.choices[0].message.content == upstream.text
    assert answer.choices[0].message.annotations == []
    assert answer.sources
    assert not any(source["cited"] for source in answer.sources)


def test_the_upstreams_own_annotations_are_kept_beside_ours(ai, upstream):
    theirs = {"type": "url_citation", "url_citation": {"url": "u", "title": "t", "start_index": 0, "end_index": 2}}
    upstream.script(_said({"content": "It [1]", "annotations": [theirs]}))
    message = ai.chat.completions.create(model="ragproxy", messages=user(TOWER)).choices[0].message
    assert [each.url_citation.title for each in message.annotations] == ["t", "tower.md"]


def test_usage_passes_untouched_zeros_included(ai, upstream):
    upstream.script(Reply.json({**whole("Yes"), "usage": USAGE}))
    answer = ai.chat.completions.create(model="ragproxy", messages=user(TOWER))
    assert answer.usage.model_dump(exclude_unset=True) == USAGE


def test_usage_passes_untouched_in_a_stream(ai, upstream):
    upstream.script(Reply.events(*chat_frames("Yes")[:-2], {**chat_usage(), "usage": USAGE}, DONE))
    chunks = _streamed(ai, "ragproxy", stream_options={"include_usage": True})
    assert chunks[-1].choices == []
    assert chunks[-1].usage.model_dump(exclude_unset=True) == USAGE
    assert all(chunk.usage is None and "usage" in chunk.model_fields_set for chunk in chunks[:-1])


def test_usage_that_the_upstream_does_not_tell_is_estimated_and_says_so(ai, upstream):
    upstream.script(Reply.json({key: value for key, value in whole("Yes").items() if key != "usage"}))
    usage = ai.chat.completions.create(model="ragproxy", messages=user(TOWER)).usage
    assert usage.estimated is True
    assert usage.completion_tokens == 1
    assert usage.prompt_tokens > 50  # the passages are in it
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens


def test_usage_that_a_stream_does_not_tell_is_estimated_and_says_so(ai, upstream):
    upstream.script(Reply.events(*chat_frames("Yes ", "no")[:-2], DONE))
    (*before, last) = _streamed(ai, "ragproxy", stream_options={"include_usage": True})
    assert (last.choices, last.usage.estimated, last.usage.completion_tokens) == ([], True, 2)
    assert all(chunk.usage is None for chunk in before)


def test_two_answers_are_each_whole_and_each_cited(ai, upstream):
    upstream.text = "Tall [1]"
    answer = ai.chat.completions.create(model="ragproxy", messages=user(TOWER), n=2)
    assert [choice.index for choice in answer.choices] == [0, 1]
    assert [choice.message.content for choice in answer.choices] == ["Tall [1]"] * 2
    assert all(len(choice.message.annotations) == 1 for choice in answer.choices)


def test_two_answers_streamed_keep_apart(ai, upstream):
    upstream.text = "Tall [1] tower"
    chunks = _streamed(ai, "ragproxy", n=2)
    for index in (0, 1):
        mine = [chunk for chunk in chunks if chunk.choices[0].index == index]
        assert [chunk.choices[0].delta.role for chunk in mine] == ["assistant", *[None] * (len(mine) - 1)]
        assert "".join(chunk.choices[0].delta.content or "" for chunk in mine) == upstream.text
        assert [chunk.choices[0].finish_reason for chunk in mine] == [None] * (len(mine) - 1) + ["stop"]
        assert mine[-1].sources
        assert sum(len(getattr(chunk.choices[0].delta, "annotations", None) or []) for chunk in mine) == 1


def test_the_upstreams_limits_are_the_clients(ai, upstream):
    limits = {
        "x-ratelimit-limit-requests": "60",
        "x-ratelimit-remaining-tokens": "0",
        "x-ratelimit-reset-tokens": "6m0s",
    }
    upstream.script(Reply.json(whole("Yes"), headers={**limits, "set-cookie": "a=b", "server": "secret/1"}))
    raw = ai.chat.completions.with_raw_response.create(model="ragproxy", messages=user(TOWER))
    assert {name: raw.headers[name] for name in limits} == limits
    assert "set-cookie" not in raw.headers
    assert "secret" not in raw.headers["server"]


def test_an_upstream_that_answers_a_stream_with_one_json_is_streamed_on(ai, upstream):
    upstream.script(Reply.json(whole("Tall [1]")))
    chunks = _streamed(ai, "ragproxy")
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "Tall [1]"
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert chunks[-1].sources


def _streamed(ai, model, **more):
    return list(ai.chat.completions.create(model=model, messages=user(TOWER), stream=True, **more))


def _said(message, finish="stop", **choice):
    message = {"role": "assistant", **message}
    return Reply.json({**whole(""), "choices": [{"index": 0, "message": message, "finish_reason": finish, **choice}]})
