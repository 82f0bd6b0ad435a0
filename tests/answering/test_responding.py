"""Responses begun and kept: what a chat model is shown of items, and what is added to a conversation."""

import pytest

from ragproxy import tokens
from ragproxy.answering import Responder
from ragproxy.domain import Comparison, Compound, Delta, FileSearch, RagOptions, ResponseRequest
from ragproxy.errors import InvalidRequest, NotFound, UnknownStore, UnsupportedParameter
from ragproxy.wire.items import completed, messages_of
from tests.fakes import FakeModel

EQ, NE = Comparison("year", "eq", 2024), Comparison("year", "ne", 2023)
LOOK = {"type": "function_call", "call_id": "c", "name": "look", "arguments": "{}"}


def test_a_question_becomes_a_chat(begin):
    begun = begin(said("One"), instructions="Be brief", params={"seed": 7}, lang="fr", stream=True)
    assert [(each.role, each.content) for each in begun.chat.messages] == [("system", "Be brief"), ("user", "One")]
    assert (begun.chat.params, begun.chat.lang, begun.chat.stream) == ({"seed": 7}, "fr", True)
    assert begun.chat.conversation_id is None
    assert [item["id"] for item in begun.input] == [f"msg_{begun.id.removeprefix('resp_')}0000"]
    assert begun.name("function_call", 0) == f"fc_{begun.id.removeprefix('resp_')}0001"


@pytest.mark.parametrize(
    ("asked", "rag"),
    [
        ({}, RagOptions()),
        ({"blind": True, "rag": RagOptions(top_k=3)}, RagOptions(enabled=False, top_k=3)),
        ({"search": FileSearch(0, ("a",))}, RagOptions(search=True, stores=("a",))),
        (
            {"search": FileSearch(0, ("a",), 4, 0.5, EQ), "rag": RagOptions(stores=("b",), top_k=9, filters=NE)},
            RagOptions(search=True, stores=("a",), top_k=4, min_score=0.5, filters=Compound("and", (NE, EQ))),
        ),
    ],
)
def test_how_it_is_searched(begin, asked, rag):
    assert begin(said("One"), **asked).chat.rag == rag


def test_nothing_cannot_be_answered(begin):
    with pytest.raises(InvalidRequest) as err:
        begin({"type": "reasoning", "summary": []})
    assert err.value.param == "input"


def test_calls_that_were_never_answered_are_not_told_again(begin, state, caller):
    conversation = state.conversations.create(owner="ann", metadata={}, items=[said("One"), LOOK]).id
    output = {"type": "function_call_output", "call_id": "c", "output": "42"}
    chat = begin(output, conversation_id=conversation).chat
    assert [each.role for each in chat.messages] == ["user", "assistant", "tool"]
    chat = begin(said("Two"), conversation_id=conversation).chat
    assert [each.role for each in chat.messages] == ["user", "user"]


@pytest.mark.parametrize(
    ("status", "kinds"),
    [
        ("completed", ["message", "message", "function_call"]),
        ("incomplete", ["message", "message", "function_call"]),
        ("cancelled", ["message", "message"]),
        ("failed", ["message", "message"]),
    ],
)
def test_what_is_added_to_a_conversation(begin, responder, state, status, kinds):
    conversation = state.conversations.create(owner="ann", metadata={}).id
    begun = begin(said("One"), conversation_id=conversation, stream=True)
    responder.keep(begun, {"status": status, "output": [said("Two", "assistant"), LOOK]}, same)
    assert [item["type"] for _, item in state.conversations.items(conversation, owner="ann")] == kinds
    assert state.responses.get(begun.id, owner="ann").status == status


@pytest.mark.parametrize("status", ["cancelled", "failed"])
def test_of_one_that_broke_off_the_message_is_incomplete_and_without_one_nothing_is_added(
    begin, responder, state, status
):
    conversation = state.conversations.create(owner="ann", metadata={}).id
    looked = {"type": "file_search_call", "status": "completed", "queries": ["One"], "results": None}
    wordless = {"type": "message", "role": "assistant", "status": "incomplete", "content": []}
    begun = begin(said("One"), conversation_id=conversation, stream=True)
    for output in ([], [LOOK], [looked], [looked, wordless]):
        responder.keep(begun, {"status": status, "output": output}, same)
        begun = begin(said("One"), conversation_id=conversation, stream=True)
    whole = begin(said("One"), conversation_id=conversation)
    responder.keep(whole, {"status": status, "output": [said("Two", "assistant")]}, same)
    assert state.conversations.items(conversation, owner="ann") == []
    responder.keep(begun, {"status": status, "output": [looked, said("Two", "assistant"), LOOK]}, same)
    items = [item for _, item in state.conversations.items(conversation, owner="ann")]
    assert [item["status"] for item in items] == ["completed", "completed", "incomplete"]


def test_a_turn_of_the_same_name_takes_the_place_of_the_former(begin, responder, state):
    conversation = state.conversations.create(owner="ann", metadata={}).id
    for word in ("Par", "Paris"):
        begun = begin(said("Where?"), conversation_id=conversation, turn="t", stream=True)
        assert len(begun.chat.messages) == 1
        responder.keep(begun, {"status": "cancelled", "output": [said(word, "assistant")]}, same)
    texts = [item["content"][0]["text"] for _, item in state.conversations.items(conversation, owner="ann")]
    assert texts == ["Where?", "Paris"]


def test_a_conversation_that_is_gone_meanwhile_takes_nothing_with_it(begin, responder, state):
    conversation = state.conversations.create(owner="ann", metadata={}).id
    begun = begin(said("One"), conversation_id=conversation)
    state.conversations.delete(conversation, owner="ann")
    responder.keep(begun, {"status": "completed", "output": []}, same)
    assert state.responses.get(begun.id, owner="ann").conversation_id == conversation


def test_what_is_not_to_be_kept_is_not(begin, responder, state):
    begun = begin(said("One"), store=False)
    responder.keep(begun, {"status": "completed", "output": []}, same)
    with pytest.raises(NotFound):
        state.responses.get(begun.id, owner="ann")


@pytest.mark.parametrize(
    ("raised", "param", "asked"),
    [
        (UnknownStore("x", param="rag.stores[1]"), "tools[3].vector_store_ids[1]", {"search": FileSearch(3, ("a",))}),
        (UnknownStore("x", param="rag.stores[1]"), "rag.stores[1]", {}),
        (NotFound("x", param="files[0]"), "files[0]", {"files": ("file-1",)}),
        (NotFound("x", param="files[0]"), "input", {}),
        (InvalidRequest("x", param="messages[0].content"), "input", {}),
        (UnsupportedParameter("x", param="response_format"), "text.format", {}),
        (UnsupportedParameter("x", param="tools"), "tools", {}),
        (InvalidRequest("x"), None, {}),
    ],
)
def test_errors_name_what_the_client_sent(begin, responder_of, caller, raised, param, asked):
    responder = responder_of(FakeModel(fails=raised))
    begun = begin(said("One"), model="big", responder=responder, **{**asked, "search": None, "files": None})
    begun = type(begun)(**{**{name: getattr(begun, name) for name in begun.__slots__}, "asked": request(**asked)})
    with pytest.raises(type(raised)) as err:
        responder.answer(begun, begun.chat, caller)
    assert err.value.param == param


def test_the_oldest_exchanges_are_left_out_when_that_is_asked_for(begin, responder_of):
    responder = responder_of(FakeModel(Delta(content="x")), trim=lambda items: items[-1:])
    assert len(begin(said("One"), said("Two"), responder=responder, truncate=True).chat.messages) == 1
    assert len(begin(said("One"), said("Two"), responder=responder).chat.messages) == 2


def said(text, role="user"):
    return completed({"type": "message", "role": role, "content": text})


def same(item):
    return item


def request(*items, model="big", **asked):
    return ResponseRequest(model, items, **asked)


@pytest.fixture
def begin(responder, caller):
    """Begins a response to items: `begin(said("Hi"), stream=True)`."""
    ours = responder

    def make(*items, turn=None, responder=None, **asked):
        return (responder or ours).begin(request(*items, **asked), caller, same, turn=turn)

    return make


@pytest.fixture
def responder(responder_of):
    return responder_of(FakeModel("Yes"))


@pytest.fixture
def responder_of(library, state):
    """Makes responders whose model is the one given."""

    def make(model, trim=lambda items: items):
        answerer = library.answerer(("big", model))
        return Responder(state, answerer, messages_of=messages_of, trim=trim, count=tokens.estimate)

    return make
