"""Chats that go on: what a model is told of a conversation, and what does not fit."""

from dataclasses import replace

import pytest

from ragproxy.answering.history import MESSAGE_TOKENS, PART_TOKENS
from ragproxy.domain import Caller, ChatRequest, Message, RagOptions, Tally
from ragproxy.errors import NotFound, UpstreamUnavailable
from ragproxy.wire.items import items_of
from tests.answering.conftest import history_of
from tests.fakes import FakeModel, FakeModels

WORD = MESSAGE_TOKENS + 1  # tokens of a message of one word, where words are counted
CALL = {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
CALLS = Message("assistant", None, {"tool_calls": [CALL]})
OUTPUT = Message("tool", "42", {"tool_call_id": "call_1"})


def test_without_a_conversation_nothing_is_touched(open):
    request = asked("Hi")
    assert open(request) == (request, None)


@pytest.mark.parametrize("id", ["conv_none", "", "a\0b", "\ud800", "x" * 5000, "New"])
def test_an_unknown_conversation_is_refused(open, id):
    with pytest.raises(NotFound) as caught:
        open(asked("Hi", conversation_id=id))
    assert (caught.value.code, caught.value.param) == ("conversation_not_found", "conversation_id")


def test_a_strangers_conversation_is_unknown(open, conversation):
    id = conversation(user("a"), owner="bob")
    with pytest.raises(NotFound):
        open(asked("Hi", conversation_id=id))


@pytest.mark.parametrize("fields", [{"conversation_id": "new"}, {"store": True}])
def test_a_new_conversation_has_no_history(open, fields):
    request = asked("Hi", **fields)
    sent, turn = open(request)
    assert sent == request
    assert (turn.conversation_id, turn.new) == (None, request.messages)


def test_what_was_said_comes_before_what_is_said(open, conversation):
    id = conversation(user("Who?"), says("Ann."))
    sent, turn = open(asked("Why?", conversation_id=id))
    assert sent.messages == (user("Who?"), says("Ann."), user("Why?"))
    assert (turn.conversation_id, turn.new) == (id, (user("Why?"),))


def test_what_guides_comes_first_and_is_kept_once(open, conversation):
    id = conversation(system("Be brief."), user("Who?"), says("Ann."))
    guided = (system("Be brief."), user("Why?"))
    sent, turn = open(asked(*guided, conversation_id=id))
    assert sent.messages == (system("Be brief."), user("Who?"), says("Ann."), user("Why?"))
    assert turn.new == (user("Why?"),)
    sent, turn = open(asked(Message("developer", "In French."), user("Why?"), conversation_id=id))
    assert [message.text for message in sent.messages] == ["In French.", "Be brief.", "Who?", "Ann.", "Why?"]
    assert turn.new == (Message("developer", "In French."), user("Why?"))


def test_clients_that_send_everything_again_are_understood(open, conversation):
    id = conversation(system("Be brief."), user("Who?"), says("Ann."))
    sent, turn = open(asked(system("Be brief."), user("Who?"), says("Ann."), user("Why?"), conversation_id=id))
    assert sent.messages == (system("Be brief."), user("Who?"), says("Ann."), user("Why?"))
    assert turn.new == (user("Why?"),)
    # the same question twice is two questions
    assert open(asked("Who?", conversation_id=id))[1].new == (user("Who?"),)
    assert open(asked(user("Who?"), says("Bob."), user("Why?"), conversation_id=id))[1].new[0] == user("Who?")


def test_the_output_of_a_tool_follows_its_call(open, conversation):
    id = conversation(user("Look."), CALLS)
    sent, turn = open(asked(OUTPUT, conversation_id=id))
    assert sent.messages == (user("Look."), CALLS, OUTPUT)
    assert turn.new == (OUTPUT,)


def test_a_call_that_is_sent_again_with_its_output_is_said_once(open, conversation):
    id = conversation(user("Look."), CALLS)
    sent, turn = open(asked(CALLS, OUTPUT, conversation_id=id))
    assert sent.messages == (user("Look."), CALLS, OUTPUT)
    assert turn.new == (OUTPUT,)


def test_the_deprecated_functions_follow_their_calls_too(open, conversation):
    old = Message("assistant", None, {"function_call": {"name": "look", "arguments": "{}"}})
    id = conversation(user("Look."), old)
    sent, _ = open(asked(Message("function", "42", {"name": "look"}), conversation_id=id))
    _, call, output = sent.messages
    assert call.extra["tool_calls"][0]["id"] == output.extra["tool_call_id"]
    assert output.text == "42"


def test_calls_that_nobody_answered_are_not_sent(open, conversation):
    id = conversation(user("Look."), Message("assistant", "I look.", CALLS.extra))
    sent, _ = open(asked("Never mind.", conversation_id=id))
    assert sent.messages == (user("Look."), says("I look."), user("Never mind."))


def test_the_oldest_exchanges_are_left_out(open, conversation):
    id = conversation(system("s"), *(message for n in range(5) for message in (user(f"u{n}"), says(f"a{n}"))))
    sent, _ = open(asked("now", conversation_id=id), budget_tokens=5 * WORD)
    assert [message.text for message in sent.messages] == ["s", "u3", "a3", "u4", "a4", "now"]
    sent, _ = open(asked("now", conversation_id=id), budget_tokens=5 * WORD - 1)
    assert [message.text for message in sent.messages] == ["s", "u4", "a4", "now"]


def test_the_newest_exchange_stays_however_long_it_is(open, conversation):
    id = conversation(user("u1"), says("a1"), user("word " * 500), says("word " * 500))
    sent, _ = open(asked("now", conversation_id=id), budget_tokens=100)
    assert [len(message.text.split()) for message in sent.messages] == [500, 500, 1]


@pytest.mark.parametrize("budget_tokens", range(0, 30 * WORD, 3))
def test_no_tool_exchange_is_cut(open, conversation, budget_tokens):
    calls = [{**CALL, "id": f"call_{n}"} for n in range(2)]
    outputs = [Message("tool", str(n), {"tool_call_id": f"call_{n}"}) for n in range(2)]
    id = conversation(
        user("u0"), says("a0"), user("u1"), Message("assistant", None, {"tool_calls": calls}), *outputs, says("a1"),
        user("u2"), says("a2"),
    )  # fmt: skip
    sent, _ = open(asked("now", conversation_id=id), budget_tokens=budget_tokens)
    texts = [message.text for message in sent.messages]
    everything = ["u0", "a0", "u1", "", "0", "1", "a1", "u2", "a2", "now"]
    assert texts in (everything, everything[2:], everything[7:])


def test_pictures_cost_what_nobody_knows(open, conversation):
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    id = conversation(user("u1"), says("a1"), Message("user", ({"type": "text", "text": "u2"}, picture)), says("a2"))
    room = 4 * WORD + PART_TOKENS
    assert len(open(asked("now", conversation_id=id), budget_tokens=room)[0].messages) == 5
    assert len(open(asked("now", conversation_id=id), budget_tokens=room - 1)[0].messages) == 3


# ---- summaries ----------------------------------------------------------------------------------


def test_a_summary_is_made_once_and_then_extended(library, open, conversation):
    id = conversation(*(message for n in range(6) for message in (user(f"u{n}"), says(f"a{n}"))))
    writer = FakeModel("They spoke.")
    options = {"budget_tokens": 8 * WORD, "summarise": True, "writer": writer}
    request = asked("now", conversation_id=id)
    sent, _ = open(request, **options)
    (call,) = writer.requests
    assert (call.model, call.tally, call.params) == ("main", request.tally, {"max_tokens": 500, "temperature": 0})
    assert "User: u0\n\nAssistant: a0" in call.messages[0].text
    assert "u4" not in call.messages[0].text
    texts = [message.text for message in sent.messages]
    assert texts[0].endswith("They spoke.")
    assert sent.messages[0].role == "system"
    assert texts[1:] == ["u4", "a4", "u5", "a5", "now"]  # half of the room is free again

    say(library, id, user("u6"), says("a6"))
    sent, _ = open(asked("now", conversation_id=id), **options)
    assert len(writer.requests) == 1
    assert [message.text for message in sent.messages][1:] == ["u4", "a4", "u5", "a5", "u6", "a6", "now"]

    say(library, id, user("u7"), says("a7"))
    writer.script = ("They spoke more.",)
    sent, _ = open(asked("now", conversation_id=id), **options)
    _, call = writer.requests
    assert "They spoke." in call.messages[0].text
    assert "User: u4" in call.messages[0].text
    assert "u3" not in call.messages[0].text
    assert sent.messages[0].text.endswith("They spoke more.")
    assert [message.text for message in sent.messages][1:] == ["u7", "a7", "now"]  # the summary takes room too
    sent, _ = open(asked("now", conversation_id=id), **options)
    assert len(writer.requests) == 2


def test_the_summary_joins_what_guides(open, conversation):
    id = conversation(*(message for n in range(6) for message in (user(f"u{n}"), says(f"a{n}"))))
    options = {"budget_tokens": 8 * WORD, "summarise": True, "writer": FakeModel("<think>Hm.</think> They spoke.")}
    sent, turn = open(asked(system("Be brief."), user("now"), conversation_id=id), **options)
    assert sent.messages[0].text.startswith("Be brief.\n\n")
    assert sent.messages[0].text.endswith("summed up:\n\nThey spoke.")
    assert [message.role for message in sent.messages] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert turn.new == (system("Be brief."), user("now"))


@pytest.mark.parametrize("writer", [FakeModel("x", fails=UpstreamUnavailable("gone")), FakeModel("<think>x"), None])
def test_without_a_summary_what_does_not_fit_is_left_out(library, open, conversation, writer):
    id = conversation(*(message for n in range(6) for message in (user(f"u{n}"), says(f"a{n}"))))
    sent, _ = open(asked("now", conversation_id=id), budget_tokens=8 * WORD, summarise=True, writer=writer)
    assert [message.text for message in sent.messages] == ["u2", "a2", "u3", "a3", "u4", "a4", "u5", "a5", "now"]
    assert library.state.conversations.summary(id) is None


def test_a_summary_that_cannot_be_extended_still_stands(library, open, conversation):
    id = conversation(*(message for n in range(6) for message in (user(f"u{n}"), says(f"a{n}"))))
    position = library.state.conversations.items(id, owner="ann")[5][0]
    library.state.conversations.keep_summary(id, "They spoke.", position)
    broken = FakeModel("x", fails=UpstreamUnavailable("gone"))
    sent, _ = open(asked("now", conversation_id=id), budget_tokens=4 * WORD + 2, summarise=True, writer=broken)
    assert sent.messages[0].text.endswith("They spoke.")
    assert [message.text for message in sent.messages][1:] == ["u4", "a4", "u5", "a5", "now"]


def test_a_summary_is_not_told_when_it_is_not_wanted(library, open, conversation):
    id = conversation(user("u0"), says("a0"), user("u1"), says("a1"))
    library.state.conversations.keep_summary(id, "They spoke.", 2)
    assert len(open(asked("now", conversation_id=id))[0].messages) == 5


# ---- fixtures -----------------------------------------------------------------------------------


def asked(*said, **fields):
    messages = tuple(each if isinstance(each, Message) else user(each) for each in said)
    return replace(ChatRequest("main", messages, rag=RagOptions(), tally=Tally()), **fields)


def user(text):
    return Message("user", text)


def says(text):
    return Message("assistant", text)


def system(text):
    return Message("system", text)


def say(library, id, *messages):
    library.state.conversations.append(id, items_of(messages), owner="ann")


@pytest.fixture
def conversation(library):
    """Makes conversations in which this was said; their ids."""

    def make(*messages, owner="ann"):
        return library.state.conversations.create(owner=owner, metadata={}, items=items_of(messages)).id

    return make


@pytest.fixture
def open(library):
    """Opens the history for Ann's request: `open(request, budget_tokens=10)`. Words are tokens."""

    def make(request, *, writer=None, **options):
        models = FakeModels({"main": writer} if writer else {"extractive": FakeModel("x")})
        history = history_of(library.state, models, count=lambda text: len(text.split()), **options)
        return history.opened(request, Caller(owner="ann"))

    return make
