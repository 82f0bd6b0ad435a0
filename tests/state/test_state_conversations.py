"""Conversations and their items, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from ragproxy.domain import Cursor
from ragproxy.errors import InvalidRequest, NotFound
from ragproxy.state import with_ids

NOBODYS = ["conv_gone", "", "nul\0", "\ud800", "x" * 10_000]


def test_a_conversation_comes_back_as_it_was_made(state, clock):
    made = _create(state, metadata={"topic": "été"}, items=[_said("hello")])
    assert made.id.startswith("conv_")
    assert (made.owner, made.metadata) == ("ann", {"topic": "été"})
    assert made.created == made.used == int(clock.now)
    assert state.conversations.get(made.id, owner="ann") == made
    ((position, item),) = state.conversations.items(made.id, owner="ann")
    assert (position, item["content"]) == (1, "hello")
    assert item["id"].startswith("msg_")


@pytest.mark.parametrize("id", NOBODYS)
def test_what_is_not_there_is_not_found(state, id):
    kept = state.conversations
    asks = [
        lambda: kept.get(id, owner="ann"),
        lambda: kept.update(id, owner="ann", metadata={}),
        lambda: kept.delete(id, owner="ann"),
        lambda: kept.append(id, [_said("x")], owner="ann"),
        lambda: kept.items(id, owner="ann"),
        lambda: kept.item_page(id, Cursor(), owner="ann"),
        lambda: kept.item(id, "msg_1", owner="ann"),
        lambda: kept.delete_item(id, "msg_1", owner="ann"),
    ]
    for ask in asks:
        with pytest.raises(NotFound) as caught:
            ask()
        assert caught.value.code == "conversation_not_found"
        caught.value.message.encode()  # as an answer can carry it
    assert kept.summary(id) is None
    kept.keep_summary(id, "text", 1)  # of what is gone: nothing happens


def test_what_is_anothers_is_not_found(state):
    kept = state.conversations
    made = _create(state, items=[_said("secret")])
    ((_, item),) = kept.items(made.id, owner="ann")
    asks = [
        lambda owner: kept.get(made.id, owner=owner),
        lambda owner: kept.update(made.id, owner=owner, metadata={"a": "b"}),
        lambda owner: kept.delete(made.id, owner=owner),
        lambda owner: kept.append(made.id, [_said("x")], owner=owner),
        lambda owner: kept.items(made.id, owner=owner),
        lambda owner: kept.item_page(made.id, Cursor(), owner=owner),
        lambda owner: kept.item(made.id, item["id"], owner=owner),
        lambda owner: kept.delete_item(made.id, item["id"], owner=owner),
    ]
    for ask in asks:
        for owner in ("bob", "nul\0"):
            with pytest.raises(NotFound):
                ask(owner)
    assert kept.page(Cursor(), owner="bob").items == kept.page(Cursor(), owner="nul\0").items == ()
    assert kept.get(made.id, owner="ann") == made
    assert _texts(state, made) == ["secret"]


def test_metadata_is_replaced_as_a_whole_and_that_is_a_use(state, clock):
    made = _create(state, metadata={"a": "1", "b": "2"})
    clock.now += 10
    changed = state.conversations.update(made.id, owner="ann", metadata={"c": "3"})
    assert (changed.metadata, changed.used, changed.created) == ({"c": "3"}, int(clock.now), made.created)
    assert state.conversations.get(made.id, owner="ann") == changed


def test_a_deleted_conversation_takes_its_items_along(state):
    made, other = _create(state, items=[_said("a")]), _create(state, items=[_said("b")])
    state.conversations.delete(made.id, owner="ann")
    with pytest.raises(NotFound):
        state.conversations.items(made.id, owner="ann")
    assert _texts(state, other) == ["b"]
    assert _count(state, "conversation_items") == 1


def test_items_are_appended_in_order_and_that_is_a_use(state, clock):
    made = _create(state, items=[_said("a")])
    clock.now += 5
    added = state.conversations.append(made.id, [_said("b"), {"type": "function_call", "call_id": "c"}], owner="ann")
    assert [item["id"].split("_")[0] for item in added] == ["msg", "fc"]
    found = state.conversations.items(made.id, owner="ann")
    assert [position for position, _ in found] == [1, 2, 3]
    assert tuple(item for _, item in found[1:]) == added
    assert state.conversations.get(made.id, owner="ann").used == int(clock.now)
    assert state.conversations.append(made.id, [], owner="ann") == ()


def test_an_item_is_kept_as_it_came(state):
    odd = {"type": "wizardry", "deep": [{"x": 1.5, "y": None, "z": True}], "text": "naïve 🙂 \u2028 \\u0000"}
    made = _create(state, items=[odd])
    ((_, item),) = state.conversations.items(made.id, owner="ann")
    assert item == {**odd, "id": item["id"]}
    assert item["id"].startswith("item_")
    assert state.conversations.item(made.id, item["id"], owner="ann") == item


def test_an_answer_with_a_nul_in_its_text_is_not_lost(state):
    made = _create(state, items=[_said("a\0b")])
    assert _texts(state, made) == ["a\0b"]


def test_a_turn_that_is_told_twice_is_kept_once(state):
    made = _create(state, items=[_said("before")])
    first = state.conversations.append(made.id, [_said("q"), _said("half an")], owner="ann", turn="t")
    again = state.conversations.append(made.id, [_said("q"), _said("an answer")], owner="ann", turn="t")
    assert _texts(state, made) == ["before", "q", "an answer"]
    assert not {item["id"] for item in first} & {item["id"] for item in again}


@pytest.mark.parametrize("texts", [[], ["x"], ["x", "y"], ["x", "y", "z", "u"]])
def test_a_turn_told_again_keeps_its_place(state, texts):
    made = _create(state)
    state.conversations.append(made.id, [_said("1"), _said("2")], owner="ann", turn="first")
    state.conversations.append(made.id, [_said("3"), _said("4")], owner="ann", turn="second")
    state.conversations.append(made.id, [_said("5")], owner="ann")
    state.conversations.append(made.id, [_said(text) for text in texts], owner="ann", turn="first")
    assert _texts(state, made) == [*texts, "3", "4", "5"]
    state.conversations.append(made.id, [_said("6")], owner="ann", turn="second")
    assert _texts(state, made) == [*texts, "6", "5"]


def test_what_was_said_can_be_read_without_a_turn(state):
    made = _create(state, items=[_said("x")])
    state.conversations.append(made.id, [_said("y")], owner="ann", turn="a")
    state.conversations.append(made.id, [_said("z")], owner="ann", turn="b")
    said = state.conversations.items(made.id, owner="ann", without="a")
    assert [item["content"] for _, item in said] == ["x", "z"]


def test_an_id_can_be_given(state):
    made = state.conversations.create(owner="ann", metadata={}, id="conv_" + "a" * 32)
    assert state.conversations.get("conv_" + "a" * 32, owner="ann") == made


def test_a_turn_of_the_same_name_in_another_conversation_stays(state):
    made, other = _create(state), _create(state)
    for conversation in (made, other, made):
        state.conversations.append(conversation.id, [_said("q")], owner="ann", turn="t")
    assert _texts(state, made) == _texts(state, other) == ["q"]


def test_a_turn_is_appended_whole_or_not_at_all(state):
    made = _create(state, items=[_said("a")])
    state.conversations.append(made.id, [_said("q")], owner="ann", turn="t")
    with pytest.raises(Exception, match="JSON serializable"):
        state.conversations.append(made.id, [_said("new"), _said(object())], owner="ann", turn="t")
    assert _texts(state, made) == ["a", "q"]


def test_those_who_append_at_once_never_share_a_position(state):
    made = _create(state)

    def append(number):
        for each in range(5):
            items = [_said(f"{number}.{each}.{part}") for part in range(3)]
            state.conversations.append(made.id, items, owner="ann", turn=f"{number}.{each}")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(append, range(6)))
    found = state.conversations.items(made.id, owner="ann")
    assert [position for position, _ in found] == list(range(1, 91))
    texts = [item["content"] for _, item in found]
    for start in range(0, 90, 3):  # nobody came between the items of a turn
        turn = texts[start].rsplit(".", 1)[0]
        assert texts[start : start + 3] == [f"{turn}.0", f"{turn}.1", f"{turn}.2"]


def test_one_turn_told_by_many_at_once_is_kept_once(state):
    made = _create(state)
    with ThreadPoolExecutor(6) as pool:
        said = [_said("q"), _said("a")]
        list(pool.map(lambda _: state.conversations.append(made.id, said, owner="ann", turn="t"), range(12)))
    assert _texts(state, made) == ["q", "a"]


def test_an_id_of_the_clients_own_is_kept_unless_it_is_taken(state):
    made = _create(state, items=[{**_said("a"), "id": "msg_mine"}])
    added = state.conversations.append(made.id, [{**_said(t), "id": "msg_mine"} for t in "bc"], owner="ann")
    ids = [item["id"] for _, item in state.conversations.items(made.id, owner="ann")]
    assert ids == ["msg_mine", *(item["id"] for item in added)]
    assert len(set(ids)) == 3
    assert state.conversations.append(_create(state).id, [{**_said("d"), "id": "msg_mine"}], owner="ann")[0]["id"] == (
        "msg_mine"
    )


@pytest.mark.parametrize("id", [None, "", 3, "nul\0", "\ud800", "x" * 257])
def test_an_id_that_cannot_be_is_replaced(id):
    (item,) = with_ids([{**_said("a"), "id": id}])
    assert item["id"].startswith("msg_")
    assert len(item["id"]) == 36


def test_items_come_page_by_page_the_newest_first(state):
    made = _create(state, items=[_said(str(n)) for n in range(5)])
    page = state.conversations.item_page(made.id, Cursor(limit=2), owner="ann")
    assert ([item["content"] for item in page.items], page.has_more) == (["4", "3"], True)
    page = state.conversations.item_page(made.id, Cursor(limit=2, after=page.items[-1]["id"]), owner="ann")
    assert ([item["content"] for item in page.items], page.has_more) == (["2", "1"], True)
    page = state.conversations.item_page(made.id, Cursor(limit=9, order="asc"), owner="ann")
    assert ([item["content"] for item in page.items], page.has_more) == (list("01234"), False)


def test_a_cursor_of_nothing_in_the_list_is_refused(state):
    made, other = _create(state, items=[_said("a")]), _create(state, items=[_said("b")])
    ((_, elsewhere),) = state.conversations.items(other.id, owner="ann")
    for after in (elsewhere["id"], "msg_gone", "nul\0", "\ud800"):
        with pytest.raises(InvalidRequest) as caught:
            state.conversations.item_page(made.id, Cursor(after=after), owner="ann")
        assert caught.value.param == "after"


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_a_client_that_deletes_page_by_page_goes_on(state, order):
    made = _create(state, items=[_said(str(n)) for n in range(7)])
    after, seen = None, []
    while True:
        page = state.conversations.item_page(made.id, Cursor(limit=3, order=order, after=after), owner="ann")
        for item in page.items:
            state.conversations.delete_item(made.id, item["id"], owner="ann")
            seen.append(item["content"])
            after = item["id"]
        if not page.has_more:
            break
    assert seen == (list("0123456") if order == "asc" else list("6543210"))
    assert _texts(state, made) == []


def test_what_is_said_after_a_deletion_comes_after_the_deleted(state):
    made = _create(state, items=[_said("a"), _said("b")])
    last = state.conversations.items(made.id, owner="ann")[-1][1]["id"]
    state.conversations.delete_item(made.id, last, owner="ann")
    # its id would come before the deleted one's if they shared a position
    state.conversations.append(made.id, [{**_said("c"), "id": "a_low_id"}], owner="ann")
    page = state.conversations.item_page(made.id, Cursor(order="asc", after=last), owner="ann")
    assert [item["content"] for item in page.items] == ["c"]


def test_an_item_that_is_not_there_is_not_found(state):
    made, other = _create(state), _create(state, items=[_said("a")])
    ((_, elsewhere),) = state.conversations.items(other.id, owner="ann")
    for id in (elsewhere["id"], *NOBODYS):
        for ask in (state.conversations.item, state.conversations.delete_item):
            with pytest.raises(NotFound) as caught:
                ask(made.id, id, owner="ann")
            assert caught.value.code == "item_not_found"
    assert _texts(state, other) == ["a"]


def test_conversations_come_page_by_page_the_newest_first(state, clock):
    made = []
    for _ in range(3):
        made.insert(0, _create(state).id)
        clock.now += 1
    _create(state, owner="bob")
    page = state.conversations.page(Cursor(limit=2), owner="ann")
    assert ([each.id for each in page.items], page.has_more) == (made[:2], True)
    state.conversations.delete(made[1], owner="ann")
    page = state.conversations.page(Cursor(limit=2, after=made[1]), owner="ann")
    assert ([each.id for each in page.items], page.has_more) == (made[2:], False)


def test_a_summary_only_grows(state):
    made = _create(state, items=[_said(str(n)) for n in range(9)])
    kept = state.conversations
    assert kept.summary(made.id) is None
    kept.keep_summary(made.id, "so far", 3)
    kept.keep_summary(made.id, "longer\0", 6)
    kept.keep_summary(made.id, "late", 5)
    assert kept.summary(made.id) == ("longer", 6)


def test_a_summary_does_not_speak_of_what_was_deleted(state):
    made = _create(state, items=[_said(str(n)) for n in range(4)])
    ids = [item["id"] for _, item in state.conversations.items(made.id, owner="ann")]
    state.conversations.keep_summary(made.id, "0 and 1", 2)
    state.conversations.delete_item(made.id, ids[2], owner="ann")
    assert state.conversations.summary(made.id) == ("0 and 1", 2)
    state.conversations.delete_item(made.id, ids[1], owner="ann")
    assert state.conversations.summary(made.id) is None


def test_a_summary_does_not_speak_of_a_turn_that_was_told_again(state):
    made = _create(state)
    for turn in ("first", "second"):
        state.conversations.append(made.id, [_said(turn), _said("answer")], owner="ann", turn=turn)
    state.conversations.keep_summary(made.id, "first", 2)
    state.conversations.append(made.id, [_said("second")], owner="ann", turn="second")
    assert state.conversations.summary(made.id) == ("first", 2)
    state.conversations.append(made.id, [_said("other")], owner="ann", turn="first")
    assert state.conversations.summary(made.id) is None


def test_what_is_said_after_all_was_deleted_is_not_taken_for_summarised(state, clock):
    made = _create(state, items=[_said("a"), _said("b")])
    state.conversations.keep_summary(made.id, "a and b", 2)
    clock.now += 7200  # no bookmark is left to tell that 2 was in use
    state.conversations.delete(_create(state).id, owner="ann")
    state.conversations.append(made.id, [_said("c")], owner="ann")
    assert state.conversations.items(made.id, owner="ann")[-1][0] == 3


def test_what_nobody_used_for_long_is_dropped(state, clock, monkeypatch):
    monkeypatch.setattr("ragproxy.state.conversations.BATCH", 2)
    old = [_create(state, owner=owner, items=[_said("x")]) for owner in ("ann", "bob", "ann", "ann")]
    used = _create(state, items=[_said("y")])
    clock.now += 100
    state.conversations.append(used.id, [_said("z")], owner="ann")
    assert state.conversations.drop(100) == 0
    clock.now += 1
    assert state.conversations.drop(100) == len(old)
    assert state.conversations.drop(100) == 0
    assert [each.id for each in state.conversations.page(Cursor(), owner="ann").items] == [used.id]
    assert state.conversations.page(Cursor(), owner="bob").items == ()
    assert _texts(state, used) == ["y", "z"]
    assert _count(state, "conversation_items") == 2


def test_an_owner_that_cannot_be_is_refused(state):
    for owner in ("", "nul\0", "\ud800"):
        with pytest.raises(InvalidRequest):
            _create(state, owner=owner)


def _create(state, *, owner="ann", metadata=None, items=()):
    return state.conversations.create(owner=owner, metadata=metadata or {}, items=items)


def _said(text):
    return {"type": "message", "role": "user", "content": text}


def _texts(state, conversation):
    return [item["content"] for _, item in state.conversations.items(conversation.id, owner="ann")]


def _count(state, table):
    with state._database.reading() as connection:
        return connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()
