"""Stored chat completions: found again by their owner alone, by model and metadata, page by page."""

from dataclasses import replace

import pytest

from ragproxy.domain import Cursor, Message, StoredCompletion
from ragproxy.errors import InvalidRequest, NotFound
from ragproxy.state import new_id

ASC = Cursor(order="asc")
BAD_IDS = ["chatcmpl-none", "", "a\0b", "\ud800", "x" * 10_000]
PARTS = ({"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": "data:,"}})
MESSAGES = (
    Message("developer", "Be brief."),
    Message("user", PARTS, {"name": "Ann"}),
    Message("assistant", None, {"tool_calls": [{"id": "call_1"}]}),
    Message("tool", "42", {"tool_call_id": "call_1"}),
)


def test_what_is_stored_comes_back_whole(state, store):
    stored = store(messages=MESSAGES, metadata={"b": "2", "a": "1"}, body={"choices": [{"index": 0}], "x": None})
    found = state.completions.get(stored.id, owner="ann")
    assert found == stored
    assert list(found.metadata) == ["a", "b"]


@pytest.mark.parametrize("id", BAD_IDS)
def test_what_is_not_there_is_not_found(state, id):
    for ask in (
        lambda: state.completions.get(id, owner="ann"),
        lambda: state.completions.update(id, owner="ann", metadata={}),
        lambda: state.completions.delete(id, owner="ann"),
        lambda: state.completions.message_page(id, ASC, owner="ann"),
    ):
        with pytest.raises(NotFound) as caught:
            ask()
        assert caught.value.code == "completion_not_found"


def test_strangers_find_nothing(state, store):
    stored = store(metadata={"k": "v"})
    with pytest.raises(NotFound):
        state.completions.get(stored.id, owner="bob")
    with pytest.raises(NotFound):
        state.completions.update(stored.id, owner="bob", metadata={})
    with pytest.raises(NotFound):
        state.completions.delete(stored.id, owner="bob")
    assert state.completions.page(ASC, owner="bob").items == ()
    assert state.completions.page(ASC, owner="bob\0").items == ()
    assert state.completions.get(stored.id, owner="ann").metadata == {"k": "v"}


def test_pages_go_through_the_list_in_either_order(state, store):
    ids = [store(created=1_700_000_000 + n // 2).id for n in range(5)]
    for order, expected in (("asc", ids), ("desc", ids[::-1])):
        seen, after = [], None
        while True:
            page = state.completions.page(Cursor(2, order, after), owner="ann")
            seen += [each.id for each in page.items]
            if not page.has_more:
                break
            after = seen[-1]
        assert seen == expected


def test_models_and_metadata_narrow_the_list(state, store):
    plain = store().id
    tagged = store(metadata={"team": "a", "run": "1"}).id
    other = store(model="big", metadata={"team": "a", "run": "2"}).id

    def found(**filters):
        return [each.id for each in state.completions.page(ASC, owner="ann", **filters).items]

    assert found() == [plain, tagged, other]
    assert found(model="big") == [other]
    assert found(metadata={"team": "a"}) == [tagged, other]
    assert found(metadata={"team": "a", "run": "2"}) == [other]
    assert found(model="small", metadata={"run": "2"}) == []
    assert found(metadata={"run": "a"}) == []
    for nothing in ({"metadata": {"\0": "a"}}, {"metadata": {"a": "\0"}}, {"model": "\ud800"}):
        assert found(**nothing) == []


def test_a_filtered_list_goes_on_after_an_item_that_the_filter_hides(state, store):
    first, _, third = store(metadata={"k": "v"}), store(), store(metadata={"k": "v"})
    state.completions.update(first.id, owner="ann", metadata={})
    page = state.completions.page(replace(ASC, after=first.id), owner="ann", metadata={"k": "v"})
    assert [each.id for each in page.items] == [third.id]


def test_an_unknown_cursor_is_refused(state, store):
    foreign = store(owner="bob").id
    for after in ("chatcmpl-none", foreign, "a\0b"):
        with pytest.raises(InvalidRequest) as caught:
            state.completions.page(replace(ASC, after=after), owner="ann")
        assert caught.value.param == "after"


def test_who_deletes_what_it_lists_loses_nothing(state, store):
    ids = [store().id for _ in range(4)]
    state.completions.delete(ids[1], owner="ann")
    assert [each.id for each in state.completions.page(replace(ASC, after=ids[1]), owner="ann").items] == ids[2:]


def test_new_metadata_replaces_the_old(state, store):
    stored = store(metadata={"a": "1", "b": "2"})
    changed = state.completions.update(stored.id, owner="ann", metadata={"b": "3"})
    assert changed == replace(stored, metadata={"b": "3"}) == state.completions.get(stored.id, owner="ann")
    assert state.completions.update(stored.id, owner="ann", metadata={}).metadata == {}


def test_messages_are_listed_with_ids_of_their_own(state, store):
    stored = store(messages=MESSAGES)
    named = [(f"{stored.id}-{number}", message) for number, message in enumerate(MESSAGES)]

    def page(**cursor):
        page = state.completions.message_page(stored.id, replace(ASC, **cursor), owner="ann")
        return list(page.items), page.has_more

    assert page() == (named, False)
    assert page(limit=3) == (named[:3], True)
    assert page(limit=3, after=named[2][0]) == (named[3:], False)
    assert page(order="desc", limit=1, after=named[2][0]) == ([named[1]], True)
    with pytest.raises(InvalidRequest) as caught:
        page(after="nobody")
    assert caught.value.param == "after"


def test_old_ones_are_dropped_with_their_metadata(state, store, clock):
    old = store(created=int(clock.now) - 100, metadata={"k": "v"})
    young = store(created=int(clock.now) - 50, metadata={"k": "v"})
    assert state.completions.drop(60) == 1
    assert state.completions.drop(60) == 0
    with pytest.raises(NotFound):
        state.completions.get(old.id, owner="ann")
    assert [each.id for each in state.completions.page(ASC, owner="ann", metadata={"k": "v"}).items] == [young.id]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("owner", "a\0b"),
        ("owner", "\ud800"),
        ("owner", ""),
        ("owner", "x" * 257),
        ("model", "a\0b"),
        ("model", "\ud800"),
    ],
)
def test_what_cannot_be_stored_is_refused(store, field, text):
    with pytest.raises(InvalidRequest) as caught:
        store(**{field: text})
    assert caught.value.param == field


@pytest.fixture
def store(state):
    """Keeps completions: `store(owner="bob")`."""

    def make(**fields):
        known = {"id": new_id("chatcmpl-"), "owner": "ann", "created": 1_700_000_000, "model": "small"}
        known |= {"messages": (Message("user", "Hi"),), "body": {"object": "chat.completion"}}
        completion = StoredCompletion(**(known | fields))
        state.completions.create(completion)
        return completion

    return make
