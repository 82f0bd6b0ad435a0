"""Answers as the cache keeps them: put together once, given out whole or streamed, and found by all they depend on."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragproxy.domain import (
    Answer,
    CacheUse,
    ChatRequest,
    Chunk,
    Comparison,
    CompletionRequest,
    Delta,
    Grounding,
    Message,
    Passage,
    RagOptions,
    Usage,
)
from ragproxy.wire.cached import FORMAT, Kept, answer_key, kept_deltas
from ragproxy.wire.chat import chat_chunks, chat_completion, chunk_deltas, completion_deltas

USAGE = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5, "prompt_tokens_details": {"cached_tokens": 0}}
CALL = {"id": "call_1", "type": "function", "function": {"name": "measure", "arguments": '{"what":"it"}'}}
LOGPROBS = [{"token": "a", "logprob": -0.5, "bytes": [97], "top_logprobs": []}]
ASK = ChatRequest("main", (Message("user", "Hi"),))
PASSAGE = Passage(Chunk("c1", "f1", "a.md", 0, "Twelve euros."), "vs_1", 0.9)

# ---- what is kept -------------------------------------------------------------------------------


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("kept_stream", [False, True])
def test_an_answer_comes_back_the_same_in_both_forms_however_it_was_kept(kept_stream, stream):
    data = _kept(*(_streamed() if kept_stream else _whole()), choices=2)
    told = _told(kept_deltas(data, stream=stream), stream=stream)
    assert told == _told(_streamed() if stream else _whole(), stream=stream)


@pytest.mark.parametrize("kept_stream", [False, True])
def test_a_streamed_tool_call_has_its_index_and_a_whole_one_has_none(kept_stream):
    data = _kept(*(_streamed() if kept_stream else _whole()), choices=2)
    chunks = chat_chunks(Answer("id", 0, "m", iter(kept_deltas(data, stream=True))), ASK)
    calls = [call for chunk in chunks for call in chunk["choices"][0]["delta"].get("tool_calls", ())]
    assert calls == [{"index": 0, **CALL}]
    body = chat_completion(Answer("id", 0, "m", iter(kept_deltas(data, stream=False))))
    assert body["choices"][1]["message"]["tool_calls"] == [CALL]


def test_a_stream_ends_its_choices_by_themselves_and_tells_its_usage_at_the_end():
    deltas = kept_deltas(_kept(*_streamed(), choices=2), stream=True)
    assert [(delta.index, delta.finish_reason) for delta in deltas] == [
        (0, None),
        (0, "stop"),
        (1, None),
        (1, "tool_calls"),
        (None, None),
    ]
    assert [delta.usage for delta in deltas if delta.usage] == [Usage(3, 2, 5, USAGE)]


def test_padding_of_the_transfer_is_not_kept():
    data = _kept(Delta(content="a", finish_reason="stop", chunk={"obfuscation": "xyz", "system_fingerprint": "fp"}))
    assert kept_deltas(data, stream=False)[0].chunk == {"system_fingerprint": "fp"}


@pytest.mark.parametrize(
    "deltas",
    [
        [],
        [Delta(content="cut")],
        [Delta(content="filtered", finish_reason="content_filter")],
        [Delta(content="odd", finish_reason="error")],
        [Delta(content="a", finish_reason="stop"), Delta(index=1, content="begun")],
        [Delta(index=None, usage=Usage(1, 1, 2))],
    ],
)
def test_what_is_not_whole_is_not_kept(deltas):
    assert _kept(*deltas) is None


def test_an_answer_that_lacks_a_choice_is_not_kept():
    assert _kept(Delta(content="a", finish_reason="stop"), choices=2) is None


@pytest.mark.parametrize(
    "long",
    [
        [Delta(content="x" * 600), Delta(content="x" * 600, finish_reason="stop")],
        [Delta(fields={"reasoning_content": "x" * 1200}), Delta(content="x", finish_reason="stop")],
        [Delta(content="é" * 600, finish_reason="stop")],
        [Delta(content="x", finish_reason="stop", chunk={"extra": "x" * 1200})],
    ],
)
def test_what_is_too_long_is_not_kept(long):
    assert _kept(*long, largest=1000) is None


# ---- what is read back --------------------------------------------------------------------------

GOOD = {"format": FORMAT, "choices": [[0, "a", "stop", {}, {}]], "chunk": {}, "usage": [1, 2, 3, {}]}


def test_what_was_kept_is_read():
    assert kept_deltas(_json(GOOD), stream=False) == [Delta(0, "a", "stop", usage=Usage(1, 2, 3))]


@pytest.mark.parametrize(
    "change",
    [
        {"format": FORMAT + 1},
        {"choices": []},
        {"choices": [[0, "a", "stop", {}]]},
        {"choices": [["0", "a", "stop", {}, {}]]},
        {"choices": [[True, "a", "stop", {}, {}]]},
        {"choices": [[0, 5, "stop", {}, {}]]},
        {"choices": [[0, "a", None, {}, {}]]},
        {"choices": [[0, "a", "stop", [], {}]]},
        {"choices": {"a": 1}},
        {"chunk": None},
        {"usage": [1, 2, 3]},
        {"usage": ["1", 2, 3, {}]},
    ],
)
def test_what_is_no_answer_of_ours_is_nothing(change):
    assert kept_deltas(_json({**GOOD, **change}), stream=False) is None


@pytest.mark.parametrize("data", [b"", b"\x80\x04\x95cposix\nsystem\n.", b"[]", b"null", b'{"format": 1}', b"{"])
def test_bytes_that_are_no_json_of_ours_are_nothing(data):
    assert kept_deltas(data, stream=True) is None


# ---- keys ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "other",
    [
        replace(ASK, model="other"),
        replace(ASK, messages=(Message("user", "Ho"),)),
        replace(ASK, messages=(Message("system", "Hi"),)),
        replace(ASK, messages=(Message("user", "Hi", {"name": "ann"}),)),
        replace(ASK, messages=(Message("user", ({"type": "text", "text": "Hi"},)),)),
        replace(ASK, params={"temperature": 0.5}),
        replace(ASK, params={"temperature": 0}),
        replace(ASK, params={"whatever": None}),
        replace(ASK, params={"a": {"x": 1, "y": 2}}),
        replace(ASK, params={"a": {"y": 2, "x": 1}}),
        replace(ASK, headers={"X-Custom-Team": "search"}),
        replace(ASK, lang="fr"),
        replace(ASK, files=("file-1",)),
        replace(ASK, rag=RagOptions(enabled=False)),
        replace(ASK, rag=RagOptions(top_k=3)),
        replace(ASK, rag=RagOptions(min_score=0.5)),
        replace(ASK, rag=RagOptions(stores=("a",))),
        replace(ASK, rag=RagOptions(filters=Comparison("year", "eq", 2024))),
        replace(ASK, grounding=Grounding("Hi")),
        replace(ASK, grounding=Grounding("Hi", (PASSAGE,))),
        replace(ASK, grounding=Grounding("Hi", (replace(PASSAGE, score=0.8),))),
        replace(ASK, grounding=Grounding("Hi", (PASSAGE,), {"hi": 1.0})),
        replace(ASK, grounding=Grounding("Hi", (PASSAGE,), {"hi": 1.0}, 0.5)),
        CompletionRequest("main", ("Hi",)),
    ],
)
def test_every_part_of_a_request_counts(other):
    seen = {_key(request) for request in (ASK, other)}
    assert len(seen) == 2


@pytest.mark.parametrize(
    "same",
    [
        replace(ASK, stream=True),
        replace(ASK, stream=True, stream_options={"include_usage": True}),
        replace(ASK, conversation_id="conv-1"),
        replace(ASK, rag=RagOptions(sources=("markdown",), cache=CacheUse(5))),
    ],
)
def test_how_an_answer_is_shown_does_not_count(same):
    assert _key(same) == _key(ASK)


def test_the_order_of_the_parameters_does_not_count():
    assert _key(replace(ASK, params={"a": 1, "b": 2})) == _key(replace(ASK, params={"b": 2, "a": 1}))


@pytest.mark.parametrize("tokens", [((1, 2),), ((12,),), ((1,), (2,))])
def test_prompts_of_tokens_count(tokens):
    request = CompletionRequest("main", tokens, tokens=True)
    assert _key(request) != _key(replace(request, prompts=((1, 2, 3),)))


@pytest.mark.parametrize("other", [{"owner": "bob"}, {"versions": {"vs_1": 2}}, {"versions": {}}, {"salt": "x"}])
def test_owner_versions_and_server_count(other):
    assert _key(ASK, **other) != _key(ASK)


@given(st.tuples(st.text(), st.text()), st.tuples(st.text(), st.text()))
def test_nothing_can_be_moved_from_one_part_to_the_next(first, second):
    keys = [_key(replace(ASK, model=model), owner=owner) for owner, model in (first, second)]
    assert (keys[0] == keys[1]) == (first == second)


def _key(request, owner="ann", versions=None, salt=""):
    return answer_key(request, owner=owner, versions={"vs_1": 1} if versions is None else versions, salt=salt)


def _kept(*deltas, choices=1, largest=10_000):
    kept = Kept(choices, largest=largest)
    for delta in deltas:
        kept.add(delta)
    return kept.whole()


def _whole():
    """Two choices, the second a tool call, as one body."""
    said = {"role": "assistant", "content": "It is [1].", "reasoning_content": "Let me see"}
    called = {"role": "assistant", "content": None, "tool_calls": [CALL]}
    logprobs = {"content": LOGPROBS * 2}
    return completion_deltas(
        {
            "choices": [
                {"index": 0, "message": said, "logprobs": logprobs, "finish_reason": "stop"},
                {"index": 1, "message": called, "finish_reason": "tool_calls"},
            ],
            "system_fingerprint": "fp",
            "usage": USAGE,
        }
    )


def _streamed():
    """The same, piece by piece."""
    call = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "measure", "arguments": '{"what"'}}
    more = {"index": 0, "function": {"arguments": ':"it"}'}}
    pieces = [
        {"index": 0, "delta": {"role": "assistant", "content": ""}},
        {"index": 0, "delta": {"reasoning_content": "Let me "}},
        {"index": 0, "delta": {"reasoning_content": "see"}},
        {"index": 0, "delta": {"content": "It is"}, "logprobs": {"content": LOGPROBS}},
        {"index": 1, "delta": {"role": "assistant", "content": None, "tool_calls": [call]}},
        {"index": 0, "delta": {"content": " [1]."}, "logprobs": {"content": LOGPROBS}},
        {"index": 1, "delta": {"tool_calls": [more]}},
        {"index": 0, "delta": {}, "finish_reason": "stop"},
        {"index": 1, "delta": {}, "finish_reason": "tool_calls"},
    ]
    chunks = [{"choices": [piece], "system_fingerprint": "fp"} for piece in pieces]
    return [delta for chunk in [*chunks, {"choices": [], "usage": USAGE}] for delta in chunk_deltas(chunk)]


def _told(deltas, *, stream):
    """What a client ends up with: the body, or what the chunks of a stream add up to."""
    answer = Answer("id", 0, "m", iter(deltas))
    if not stream:
        return chat_completion(answer)
    request = replace(ASK, stream=True, stream_options={"include_usage": True})
    *chunks, last = chat_chunks(answer, request)
    again = [delta for chunk in chunks for delta in chunk_deltas(chunk)]
    return chat_completion(Answer("id", 0, "m", iter(again))), last["usage"]


def _json(value):
    return json.dumps(value).encode()
