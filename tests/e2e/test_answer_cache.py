"""Cached answers through the official client: in memory on one process, in Redis on several machines."""

import itertools

import pytest

from tests.e2e.by_hand import TOWER, user
from tests.replies import DONE, Reply, chat_chunk, refusal

pytestmark = pytest.mark.sets("embedded", "scaled")

SEEDS = itertools.count(1000)
CACHED = {"rag": {"cache": {"ttl_s": 300}}}


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("then", [False, True])
def test_a_hit_has_the_same_text_sources_citations_and_usage(ai, upstream, seed, first, then):
    upstream.text = "It is 330 metres tall [1]."
    missed, found = asked(ai, seed, stream=first), asked(ai, seed, stream=then)
    assert (missed.outcome, found.outcome) == ("miss", "hit")
    assert len(upstream.to("/chat/completions")) == 1
    assert found.text == missed.text == upstream.text
    assert found.sources == missed.sources
    assert found.sources[0]["cited"] is True
    assert found.annotations == missed.annotations
    assert len(found.annotations) == 1
    assert found.finish == missed.finish == "stop"
    assert found.id != missed.id
    if first == then:
        assert found.usage == missed.usage
    assert found.usage.total_tokens > 0


def test_what_breaks_off_is_not_kept(ai, upstream, seed):
    upstream.script(Reply.events(chat_chunk({"role": "assistant", "content": "It is"}), cut_at=150))
    with pytest.raises(Exception, match="broke off"):
        asked(ai, seed, stream=True)
    assert asked(ai, seed).outcome == "miss"


def test_an_error_is_not_kept(ai, upstream, seed):
    upstream.script(refusal(500, "oops"), path="/chat/completions")
    with pytest.raises(Exception, match="oops"):
        asked(ai, seed)
    assert asked(ai, seed).outcome == "miss"


def test_a_client_that_hangs_up_leaves_nothing_in_the_cache(ai, upstream, seed):
    upstream.script(Reply.events(chat_chunk({"role": "assistant", "content": "It is"}), stalls=True))
    with ai.chat.completions.create(**question(seed), stream=True) as stream:
        next(iter(stream))
    assert upstream.to("/chat/completions")[0].left.wait(5)
    assert asked(ai, seed).outcome == "miss"


def test_a_tool_call_comes_back_in_both_forms(ai, upstream, seed):
    begun = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "measure", "arguments": ""}}
    more = {"index": 0, "function": {"arguments": '{"what": "tower"}'}}
    frames = [chat_chunk({"role": "assistant", "content": None, "tool_calls": [begun]})]
    upstream.script(
        Reply.events(*frames, chat_chunk({"tool_calls": [more]}), chat_chunk({}, "tool_calls"), DONE),
        path="/chat/completions",
    )
    list(ai.chat.completions.create(**question(seed), stream=True))
    whole = ai.chat.completions.create(**question(seed)).choices[0]
    assert whole.finish_reason == "tool_calls"
    assert whole.message.tool_calls[0].function.arguments == '{"what": "tower"}'
    chunks = list(ai.chat.completions.create(**question(seed), stream=True))
    calls = [call for chunk in chunks for call in chunk.choices[0].delta.tool_calls or ()]
    assert [(call.index, call.id, call.function.arguments) for call in calls] == [(0, "call_1", '{"what": "tower"}')]
    assert len(upstream.to("/chat/completions")) == 1


class Asked:
    """What a client has of an answer, streamed or whole."""

    def __init__(self, raw, stream):
        self.outcome = raw.headers.get("x-cache")
        answer = raw.parse()
        (self._stream if stream else self._whole)(answer)

    def _whole(self, answer):
        (choice,) = answer.choices
        self.id, self.usage, self.sources = answer.id, answer.usage, answer.sources
        self.text, self.finish = choice.message.content, choice.finish_reason
        self.annotations = [note.model_dump() for note in choice.message.annotations]

    def _stream(self, chunks):
        *chunks, last = list(chunks)
        choices = [chunk.choices[0] for chunk in chunks]
        self.id, self.usage = last.id, last.usage
        self.text = "".join(choice.delta.content or "" for choice in choices)
        self.finish = choices[-1].finish_reason
        self.sources = chunks[-1].sources
        self.annotations = [note for choice in choices for note in getattr(choice.delta, "annotations", None) or ()]


def asked(ai, seed, *, stream=False):
    options = {"stream": True, "stream_options": {"include_usage": True}} if stream else {}
    return Asked(ai.chat.completions.with_raw_response.create(**question(seed), **options), stream)


def question(seed):
    return {"model": "ragproxy", "messages": user(TOWER), "seed": seed, "extra_body": CACHED}


@pytest.fixture
def seed():
    """What makes this test's question another one."""
    return next(SEEDS)
