"""Every field of an upstream's answer reaches the client, with and without documents, streamed and whole."""

import json

import pytest

from tests.e2e.by_hand import TOWER, frames, post, user
from tests.replies import DONE, Reply, chat_chunk, chat_usage, whole

both_ways = pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
both_models = pytest.mark.parametrize("model", ["tiny", "ragproxy"])

PARALLEL = [
    {"index": 0, "id": "call_a", "type": "function", "function": {"name": "measure", "arguments": ""}},
    {"index": 1, "id": "call_b", "type": "function", "function": {"name": "weigh", "arguments": ""}},
    {"index": 1, "function": {"arguments": '{"what"'}},
    {"index": 0, "function": {"arguments": '{"what": "tower'}},
    {"index": 1, "function": {"arguments": ': "bridge"}'}},
    {"index": 0, "function": {"arguments": '"}'}},
]
CALLS = [
    {"id": "call_a", "type": "function", "function": {"name": "measure", "arguments": '{"what": "tower"}'}},
    {"id": "call_b", "type": "function", "function": {"name": "weigh", "arguments": '{"what": "bridge"}'}},
]
THEIRS = {"type": "url_citation", "url_citation": {"url": "u", "title": "t", "start_index": 0, "end_index": 2}}
TOKENS = [{"token": word, "logprob": -0.1, "bytes": [1], "top_logprobs": []} for word in ("330", " m")]
# field -> (the deltas of a stream, the message that they make)
FIELDS = {
    "tool_calls": ([{"tool_calls": [fragment]} for fragment in PARALLEL], {"tool_calls": CALLS}),
    "several in one chunk": (
        [{"tool_calls": PARALLEL[:2]}, {"tool_calls": [PARALLEL[2], PARALLEL[3]]}, {"tool_calls": PARALLEL[4:]}],
        {"tool_calls": CALLS},
    ),
    "function_call": (
        [{"function_call": {"name": "measure", "arguments": ""}}, {"function_call": {"arguments": "{}"}}],
        {"function_call": {"name": "measure", "arguments": "{}"}},
    ),
    "refusal": ([{"refusal": "I "}, {"refusal": "won't."}], {"refusal": "I won't."}),
    "reasoning_content": ([{"reasoning_content": "Hm"}, {"reasoning_content": "..."}], {"reasoning_content": "Hm..."}),
    "reasoning": (
        [{"reasoning": "Hm", "reasoning_details": [{"n": 1}]}],
        {"reasoning": "Hm", "reasoning_details": [{"n": 1}]},
    ),
    "audio": (
        [
            {"audio": {"id": "audio_1", "transcript": "330"}},
            {"audio": {"data": "UklG"}},
            {"audio": {"data": "Rg==", "transcript": " m"}},
            {"audio": {"expires_at": 1700000000}},
        ],
        {"audio": {"id": "audio_1", "transcript": "330 m", "data": "UklGRg==", "expires_at": 1700000000}},
    ),
    "annotations": ([{"annotations": [THEIRS]}], {"annotations": [THEIRS]}),
    "new in 2030": ([{"new_in_2030": {"a": [1]}}, {"new_in_2030": {"a": [2]}}], {"new_in_2030": {"a": [1, 2]}}),
}


@both_models
@pytest.mark.parametrize("field", FIELDS)
def test_a_field_of_a_message_comes_back_streamed(gateway, upstream, model, field):
    deltas, _ = FIELDS[field]
    upstream.script(streamed(deltas))
    chunks = chunks_of(gateway, model)
    assert [said(chunk) for chunk in chunks if set(said(chunk)) - {"role", "content"}] == deltas


@both_models
@pytest.mark.parametrize("field", FIELDS)
def test_a_field_of_a_message_comes_back_whole(gateway, upstream, model, field):
    _, message = FIELDS[field]
    upstream.script(answered({"content": None, **message}))
    assert message.items() <= message_of(gateway, model).items()


@both_models
@pytest.mark.parametrize("field", FIELDS)
def test_a_field_of_a_stream_nobody_asked_for_is_put_together(gateway, upstream, model, field):
    deltas, message = FIELDS[field]
    upstream.script(streamed(deltas))
    assert message.items() <= message_of(gateway, model).items()


@both_ways
def test_the_upstreams_annotations_stand_before_ours(gateway, upstream, stream):
    if stream:
        upstream.script(streamed([{"content": "330 m [1]", "annotations": [THEIRS]}, {"content": "."}]))
        found = [each for chunk in chunks_of(gateway, "ragproxy") for each in said(chunk).get("annotations", ())]
    else:
        upstream.script(answered({"content": "330 m [1].", "annotations": [THEIRS]}))
        found = message_of(gateway, "ragproxy")["annotations"]
    assert found[0] == THEIRS
    assert [(each["url_citation"]["start_index"], each["url_citation"]["end_index"]) for each in found] == [
        (0, 2),
        (6, 9),
    ]


@both_models
def test_logprobs_come_back_streamed_in_their_chunks(gateway, upstream, model):
    pieces = [chat_chunk({"content": token["token"]}) for token in TOKENS]
    for piece, token in zip(pieces, TOKENS, strict=True):
        piece["choices"][0]["logprobs"] = {"content": [token], "refusal": None}
    upstream.script(Reply.events(*pieces, chat_chunk({}, "stop"), chat_usage(), DONE))
    told = [chunk["choices"][0]["logprobs"] for chunk in chunks_of(gateway, model)]
    assert [each["content"] for each in told if each] == [[token] for token in TOKENS]


@both_models
def test_logprobs_come_back_whole(gateway, upstream, model):
    logprobs = {"content": TOKENS, "refusal": None}
    upstream.script(
        answered({"content": "330 m"}, logprobs=logprobs, content_filter_results={"hate": {"filtered": False}})
    )
    choice = answer_of(gateway, model)["choices"][0]
    assert choice["logprobs"] == logprobs
    assert choice["content_filter_results"] == {"hate": {"filtered": False}}


@both_models
@both_ways
def test_what_is_said_of_the_whole_answer_comes_back(gateway, upstream, model, stream):
    extra = {"system_fingerprint": "fp_1", "service_tier": "flex", "x_new": {"a": 1}}
    if stream:
        pieces = [chat_chunk({"content": "330"}), chat_chunk({}, "stop")]
        upstream.script(Reply.events(*({**piece, **extra} for piece in pieces), {**chat_usage(), **extra}, DONE))
        told = chunks_of(gateway, model, stream_options={"include_usage": True})
    else:
        upstream.script(Reply.json({**whole("330"), **extra}))
        told = [answer_of(gateway, model)]
    assert all(extra.items() <= each.items() for each in told)


@both_models
@pytest.mark.parametrize("reason", ["stop", "length", "content_filter", "tool_calls", "function_call", "new_in_2030"])
def test_why_it_ended_comes_back(gateway, upstream, model, reason):
    upstream.script(Reply.events(chat_chunk({"content": "330"}), chat_chunk({}, reason), chat_usage(), DONE))
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks_of(gateway, model)] == [None, None, reason]
    upstream.script(answered({"content": "330"}, finish_reason=reason))
    assert answer_of(gateway, model)["choices"][0]["finish_reason"] == reason


@both_models
def test_interleaved_choices_keep_their_calls_apart(gateway, upstream, model):
    def call(index, place, **function):
        begun = {"id": f"call_{index}{place}", "type": "function"} if "name" in function else {}
        return chat_chunk({"tool_calls": [{"index": place, **begun, "function": function}]}, index=index)

    pieces = [call(index, place, name="f", arguments="") for place in (0, 1) for index in (0, 1)]
    pieces += [call(index, place, arguments=f"[{index}{place}]") for index in (1, 0) for place in (1, 0)]
    pieces += [chat_chunk({}, "tool_calls", index) for index in (1, 0)]
    upstream.script(Reply.events(*pieces, chat_usage(), DONE))
    choices = answer_of(gateway, model, n=2)["choices"]
    made = [
        [(call["id"], call["function"]["arguments"]) for call in choice["message"]["tool_calls"]] for choice in choices
    ]
    assert made == [[(f"call_{index}{place}", f"[{index}{place}]") for place in (0, 1)] for index in (0, 1)]


# ---- what is looked at --------------------------------------------------------------------------


def streamed(deltas):
    first, *others = [chat_chunk(delta) for delta in deltas]
    first["choices"][0]["delta"] = {"role": "assistant", **first["choices"][0]["delta"]}
    return Reply.events(first, *others, chat_chunk({}, "stop"), chat_usage(), DONE)


def answered(message, **choice):
    message = {"role": "assistant", **message}
    return Reply.json({**whole(""), "choices": [{"index": 0, "message": message, "finish_reason": "stop", **choice}]})


def answer_of(gateway, model, **more):
    return post(gateway, {"model": model, "messages": user(TOWER), **more}).json()


def message_of(gateway, model):
    return answer_of(gateway, model)["choices"][0]["message"]


def chunks_of(gateway, model, **more):
    stream = post(gateway, {"model": model, "messages": user(TOWER), "stream": True, **more}).content
    *events, done = frames(stream)
    assert done == DONE
    return [json.loads(event[6:]) for event in events]


def said(chunk):
    return chunk["choices"][0]["delta"] if chunk["choices"] else {}
