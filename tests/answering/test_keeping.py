"""Turns: kept once, when the answer has ended, and no more of them than the client saw."""

from dataclasses import replace

import pytest

from ragproxy.domain import CacheUse, Caller, ChatRequest, Cursor, Delta, Message, RagOptions
from ragproxy.errors import NotFound, StateUnavailable, UpstreamBroken, UpstreamUnavailable
from tests.answering.conftest import history_of
from tests.fakes import FakeModel, FakeModels

STOP = Delta(finish_reason="stop")
MODELS = ["main", "ragproxy", "rag/laws", "lawyer", "extractive"]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("model", MODELS)
def test_a_conversation_goes_on(talk, library, model, stream):
    answer = talk("What does the Pro plan cost?", "12 euros [1].", model=model, stream=stream, conversation_id="new")
    id = answer.conversation_id
    assert id.startswith("conv_")
    assert said(library, id) == [("user", "What does the Pro plan cost?"), ("assistant", "12 euros [1].")]
    talk("And for students?", "6 euros [1].", model=model, stream=stream, conversation_id=id)
    texts = [text for _, text in said(library, id)]
    assert texts == ["What does the Pro plan cost?", "12 euros [1].", "And for students?", "6 euros [1]."]
    sent = talk.model.requests[-1].messages
    assert [message.text for message in sent if message.role != "system"] == [*texts[:3]]


def test_earlier_turns_help_to_find_what_is_asked(talk, library):
    id = talk("Who knows the Pro plan?", "x", model="rag/default", conversation_id="new").conversation_id
    answer = talk("What does it cost a month?", "y", model="rag/default", conversation_id=id, writer="extractive")
    assert "Pro" in answer.query
    answer = talk("What does it cost a month?", "Pro plan cost", model="rag/default", conversation_id=id)
    assert answer.query == "Pro plan cost"
    assert len(said(library, id)) == 6


def test_citations_are_kept_with_the_text(talk, library):
    answer = talk("What does the Pro plan cost?", "12 euros [1].", model="rag/laws", conversation_id="new")
    _, item = items(library, answer.conversation_id)
    (cited,) = item["content"][0]["annotations"]
    assert cited["type"] == "url_citation"
    assert item["content"][0]["text"][cited["start_index"] : cited["end_index"]] == "[1]"


def test_a_hang_up_keeps_what_was_said(talk, library):
    answer = talk.begun("Hi", "Hello", " you", stream=True, conversation_id="new")
    next(answer.deltas)
    assert items(library, answer.conversation_id) == []
    talk.request.cancel.cancel()
    answer.deltas.close()
    answer.deltas.close()
    _, item = items(library, answer.conversation_id)
    assert (item["status"], item["content"][0]["text"]) == ("incomplete", "Hello")
    assert talk.model.closed


def test_a_hang_up_before_a_whole_answer_keeps_nothing_for_nobody_saw_it(talk, library):
    answer = talk.begun("Hi", "Hello", " you", conversation_id="new")
    next(answer.deltas)
    talk.request.cancel.cancel()
    answer.deltas.close()
    assert items(library, answer.conversation_id) == []


def test_a_hang_up_before_anything_was_read_keeps_nothing(talk, library):
    answer = talk.begun("Hi", "Hello", stream=True, conversation_id="new")
    answer.deltas.close()
    assert items(library, answer.conversation_id) == []


@pytest.mark.parametrize("first", [Delta(fields={"role": "assistant"}), Delta(content="")])
def test_a_hang_up_before_anything_was_said_keeps_nothing(talk, library, first):
    answer = talk.begun("Hi", first, "Hello", stream=True, conversation_id="new")
    next(answer.deltas)
    answer.deltas.close()
    assert items(library, answer.conversation_id) == []


def test_a_stream_that_breaks_off_keeps_what_was_shown(talk, library):
    answer = talk.begun(
        "Hi", Delta(content="Hel"), fails_after=UpstreamBroken("cut"), stream=True, conversation_id="new"
    )
    with pytest.raises(UpstreamBroken):
        list(answer.deltas)
    _, item = items(library, answer.conversation_id)  # before anybody closes it
    assert (item["status"], item["content"][0]["text"]) == ("incomplete", "Hel")
    answer.deltas.close()
    assert len(items(library, answer.conversation_id)) == 2


def test_a_whole_answer_that_breaks_off_keeps_nothing_for_nobody_saw_it(talk, library):
    answer = talk.begun("Hi", Delta(content="Hel"), fails_after=UpstreamBroken("cut"), conversation_id="new")
    with pytest.raises(UpstreamBroken):
        list(answer.deltas)
    answer.deltas.close()
    assert items(library, answer.conversation_id) == []


def test_what_fails_at_once_leaves_no_trace(talk, library):
    before = count(library)
    with pytest.raises(UpstreamUnavailable):
        talk("Hi", "x", fails=UpstreamUnavailable("gone"), conversation_id="new")
    assert count(library) == before


def test_of_several_choices_the_first_is_what_was_said(talk, library):
    script = [Delta(1, "Second"), Delta(0, "First"), Delta(1, finish_reason="stop"), STOP]
    answer = talk("Hi", *script, n=2, conversation_id="new")
    assert said(library, answer.conversation_id) == [("user", "Hi"), ("assistant", "First")]


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_an_answer_that_was_cut_short_is_incomplete(talk, library, reason):
    answer = talk("Hi", Delta(content="Hel", finish_reason=reason), conversation_id="new")
    assert items(library, answer.conversation_id)[-1]["status"] == "incomplete"


def test_an_empty_answer_is_an_answer(talk, library):
    answer = talk("Hi", STOP, conversation_id="new")
    assert said(library, answer.conversation_id) == [("user", "Hi"), ("assistant", "")]


def test_calls_of_tools_are_kept_and_their_outputs_follow(talk, library):
    call = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "look", "arguments": '{"a"'}}
    rest = {"index": 0, "function": {"arguments": ":1}"}}
    script = [
        Delta(content="I look."),
        Delta(fields={"tool_calls": [call]}),
        Delta(fields={"tool_calls": [rest], "reasoning_content": "Hm."}),
        Delta(finish_reason="tool_calls"),
    ]
    id = talk("Look.", *script, stream=True, conversation_id="new").conversation_id
    _, text, called = items(library, id)
    assert (text["content"][0]["text"], text["status"], "reasoning_content" in text) == ("I look.", "completed", False)
    assert (called["type"], called["call_id"], called["name"]) == ("function_call", "call_1", "look")
    assert (called["arguments"], called["status"]) == ('{"a":1}', "completed")
    talk(Message("tool", "42", {"tool_call_id": "call_1"}), "It is 42.", conversation_id=id)
    sent = talk.model.requests[-1].messages
    assert [message.role for message in sent] == ["user", "assistant", "tool"]
    assert sent[1].extra["tool_calls"][0]["function"] == {"name": "look", "arguments": '{"a":1}'}
    assert [item["type"] for item in items(library, id)][2:] == ["function_call", "function_call_output", "message"]


def test_an_answer_from_the_cache_is_said_too(talk, library):
    rag = RagOptions(cache=CacheUse(60))
    ids = []
    for outcome in ("miss", "hit"):
        answer = talk("Never asked before, I hope", "Indeed", rag=rag, conversation_id="new")
        assert answer.headers["x-cache"] == outcome
        ids.append(answer.conversation_id)
    assert said(library, ids[0]) == said(library, ids[1])
    # and another past makes it another question
    answer = talk("Never asked before, I hope", "No", rag=rag, conversation_id=ids[0])
    assert answer.headers["x-cache"] == "miss"


def test_a_turn_that_is_tried_again_is_kept_once(talk, library):
    id = talk("Hi", "Hello", conversation_id="new").conversation_id
    answer = talk.begun("More", "Some", " text", stream=True, conversation_id=id, turn="a" * 64)
    next(answer.deltas)
    answer.deltas.close()
    talk("More", "All of it", stream=True, conversation_id=id, turn="a" * 64)
    assert [message.text for message in talk.model.requests[-1].messages] == ["Hi", "Hello", "More"]
    assert [text for _, text in said(library, id)] == ["Hi", "Hello", "More", "All of it"]
    talk("More", "All of it", conversation_id=id, turn="b" * 64)
    assert len(said(library, id)) == 6


def test_a_new_conversation_that_is_tried_again_is_the_same(talk, library):
    answer = talk.begun("Hi", "Hel", "lo", stream=True, conversation_id="new", turn="c" * 64)
    next(answer.deltas)
    answer.deltas.close()
    again = talk("Hi", "Hello", stream=True, conversation_id="new", turn="c" * 64)
    assert again.conversation_id == answer.conversation_id
    assert said(library, again.conversation_id) == [("user", "Hi"), ("assistant", "Hello")]


def test_a_conversation_that_is_deleted_meanwhile_stays_so(talk, library):
    answer = talk.begun("Hi", "Hello", conversation_id="new")
    library.state.conversations.delete(answer.conversation_id, owner="ann")
    assert "".join(delta.content or "" for delta in answer.deltas) == "Hello"
    with pytest.raises(NotFound):
        items(library, answer.conversation_id)


def test_records_that_fail_at_the_end_are_told_and_at_a_hang_up_are_not(talk, library, monkeypatch, caplog):
    def fail(*_, **__):
        raise StateUnavailable("away")

    monkeypatch.setattr(library.state.conversations, "append", fail)
    with pytest.raises(StateUnavailable):
        talk("Hi", "Hello", conversation_id="new")
    answer = talk.begun("Hi", "Hello", stream=True, conversation_id="new")
    next(answer.deltas)
    answer.deltas.close()
    assert "is lost: away" in caplog.text


def test_a_conversation_that_cannot_be_made_stops_the_model(talk, library, monkeypatch):
    def fail(*_, **__):
        raise StateUnavailable("away")

    monkeypatch.setattr(library.state.conversations, "create", fail)
    with pytest.raises(StateUnavailable):
        talk("Hi", "Hello", conversation_id="new")
    assert talk.model.closed


# ---- stored completions -------------------------------------------------------------------------


@pytest.mark.parametrize("stream", [True, False])
def test_a_stored_completion_is_there_when_it_has_ended(talk, library, stream):
    answer = talk.begun("Hi", "Hel", "lo", stream=stream, store=True, metadata={"k": "v"}, temperature=0.5)
    with pytest.raises(NotFound):
        library.state.completions.get(answer.id, owner="ann")
    list(answer.deltas)
    kept = library.state.completions.get(answer.id, owner="ann")
    assert (kept.model, kept.created, kept.metadata) == ("main", answer.created, {"k": "v"})
    assert kept.messages == (Message("user", "Hi"),)
    assert kept.body["choices"][0]["message"]["content"] == "Hello"
    assert (kept.body["temperature"], kept.body["conversation_id"]) == (0.5, answer.conversation_id)
    assert said(library, answer.conversation_id) == [("user", "Hi"), ("assistant", "Hello")]


def test_what_was_told_again_is_not_stored_again(talk, library):
    id = talk("Hi", "Hello", store=True).conversation_id
    answer = talk("More", "Yes", store=True, conversation_id=id)
    assert library.state.completions.get(answer.id, owner="ann").messages == (Message("user", "More"),)


def test_half_a_completion_is_not_stored(talk, library):
    answer = talk.begun("Hi", "Hel", "lo", stream=True, store=True)
    next(answer.deltas)
    answer.deltas.close()
    with pytest.raises(NotFound):
        library.state.completions.get(answer.id, owner="ann")
    assert items(library, answer.conversation_id)[-1]["status"] == "incomplete"


# ---- fixtures -----------------------------------------------------------------------------------


def items(library, id):
    return [item for _, item in library.state.conversations.items(id, owner="ann")]


def said(library, id):
    return [(item["role"], item["content"][0]["text"]) for item in items(library, id)]


def count(library):
    return len(library.state.conversations.page(Cursor(limit=100), owner="ann").items)


@pytest.fixture
def talk(library):
    return Talk(library)


class Talk:
    """Ann asks, and a model says what the script has; `begun` leaves the deltas to the test."""

    def __init__(self, library):
        self.library = library
        self.model = self.request = None

    def __call__(self, *given, **fields):
        answer = self.begun(*given, **fields)
        list(answer.deltas)
        answer.deltas.close()
        return answer

    def begun(self, message, *script, model="main", writer="main", fails=None, fails_after=None, **fields):
        self.model = FakeModel(*script, fails=fails, fails_after=fails_after)
        models = {writer: self.model, "big": self.model, "extractive": self.model}
        message = message if isinstance(message, Message) else Message("user", message)
        params = {key: fields.pop(key) for key in ("n", "temperature") if key in fields}
        self.request = replace(ChatRequest(model, (message,), params), **fields)
        history = history_of(self.library.state, FakeModels(models))
        answerer = self.library.answerer(*models.items(), history=history)
        return answerer.answer(self.request, Caller(owner="ann"))
