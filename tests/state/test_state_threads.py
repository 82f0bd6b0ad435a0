"""Threads and their messages, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from ragproxy.domain import Cursor, ThreadMessage
from ragproxy.errors import Conflict, InvalidRequest, NotFound
from ragproxy.state.tables import runs

NOBODYS = ["thread_gone", "", "nul\0", "\ud800", "x" * 10_000]


# ---- threads --------------------------------------------------------------------------------------


def test_a_thread_comes_back_as_it_was_made(state, clock):
    made = create(state, metadata={"topic": "été"}, tool_resources=on("vs_1"), messages=[said("hello")])
    assert made.id.startswith("thread_")
    assert (made.owner, made.created, made.stores) == ("ann", int(clock.now), ("vs_1",))
    assert state.threads.get(made.id, owner="ann") == made
    (message,) = state.threads.messages(made.id, owner="ann")
    assert message.id.startswith("msg_")
    assert (message.item["content"], message.created, message.status) == ("hello", int(clock.now), "completed")


def test_a_thread_is_a_conversation_and_not_every_conversation_is_a_thread(state):
    made = create(state, metadata={"a": "b"})
    assert state.conversations.get(made.id, owner="ann").metadata == {"a": "b"}
    other = state.conversations.create(owner="ann", metadata={})
    with pytest.raises(NotFound):
        state.threads.get(other.id, owner="ann")
    with pytest.raises(NotFound):
        state.threads.delete(other.id, owner="ann")
    assert state.conversations.get(other.id, owner="ann") == other


@pytest.mark.parametrize("id", NOBODYS)
def test_what_is_not_there_is_not_found(state, id):
    made = create(state, messages=[said("hello")])
    kept = state.threads
    (message,) = kept.messages(made.id, owner="ann")
    asks = [
        lambda: kept.get(id, owner="ann"),
        lambda: kept.get(made.id, owner=id or "bob"),
        lambda: kept.free(id, owner="ann"),
        lambda: kept.update(id, owner="ann", metadata={}),
        lambda: kept.give_store(id, "vs_1", owner="ann"),
        lambda: kept.delete(id, owner="ann"),
        lambda: kept.add(id, [said("x")], owner="ann"),
        lambda: kept.messages(id, owner="ann"),
        lambda: kept.page(id, Cursor(), owner="ann"),
        lambda: kept.message(id, message.id, owner="ann"),
        lambda: kept.message(made.id, id, owner="ann"),
        lambda: kept.message(made.id, message.id, owner="bob"),
        lambda: kept.update_message(made.id, id, owner="ann", metadata={}),
        lambda: kept.delete_message(made.id, id, owner="ann"),
        lambda: kept.delete_message(made.id, message.id, owner="bob"),
    ]
    for ask in asks:
        with pytest.raises(NotFound):
            ask()


def test_an_id_that_is_taken_is_a_conflict(state):
    made = create(state)
    with pytest.raises(Conflict):
        create(state, id=made.id)


def test_a_change_leaves_what_it_does_not_say(state):
    made = create(state, metadata={"a": "b"}, tool_resources=on("vs_1"))
    assert state.threads.update(made.id, owner="ann", metadata={"c": "d"}).stores == ("vs_1",)
    changed = state.threads.update(made.id, owner="ann", tool_resources=on("vs_2"))
    assert (changed.metadata, changed.stores) == ({"c": "d"}, ("vs_2",))
    assert state.threads.get(made.id, owner="ann") == changed


def test_of_two_who_give_a_store_the_first_does(state):
    made = create(state)
    assert state.threads.give_store(made.id, "vs_1", owner="ann").stores == ("vs_1",)
    assert state.threads.give_store(made.id, "vs_2", owner="ann").stores == ("vs_1",)
    assert state.threads.get(made.id, owner="ann").stores == ("vs_1",)


def test_with_a_thread_go_its_messages_and_its_runs(state):
    made = create(state, messages=[said("hello")])
    begin(state, made)
    state.threads.delete(made.id, owner="ann")
    with state.threads._database.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(runs)) == 0
    with pytest.raises(NotFound):
        state.conversations.get(made.id, owner="ann")


def test_a_thread_that_nobody_uses_goes_as_conversations_do(state, clock):
    made = create(state)
    clock.now += 100
    state.threads.add(made.id, [said("still here")], owner="ann")
    clock.now += 100
    assert state.conversations.drop(150) == 0
    clock.now += 100
    assert state.conversations.drop(150) == 1
    with pytest.raises(NotFound):
        state.threads.get(made.id, owner="ann")


# ---- messages -------------------------------------------------------------------------------------


def test_what_is_known_of_a_message_comes_back(state, clock):
    made = create(state)
    known = ThreadMessage(
        {"type": "message", "role": "assistant", "content": []},
        assistant_id="asst_1",
        run_id="run_1",
        attachments=({"file_id": "file-1", "tools": [{"type": "file_search"}]},),
        metadata={"a": "é"},
        status="incomplete",
        incomplete={"reason": "max_tokens"},
        incomplete_at=7,
    )
    (added,) = state.threads.add(made.id, [known], owner="ann")
    assert state.threads.message(made.id, added.id, owner="ann") == added
    assert (added.thread_id, added.created, added.incomplete) == (made.id, int(clock.now), {"reason": "max_tokens"})
    changed = state.threads.update_message(made.id, added.id, owner="ann", metadata={})
    assert changed.metadata == {}
    assert state.threads.message(made.id, added.id, owner="ann") == changed


def test_what_other_routes_say_is_a_message_too(state, clock):
    made = create(state)
    clock.now += 60
    other = {"type": "message", "role": "user", "content": "from a chat"}
    call = {"type": "function_call", "call_id": "1", "name": "f", "arguments": "{}"}
    system = {"type": "message", "role": "system", "content": "be brief"}
    cut = {"type": "message", "role": "assistant", "content": "I thi", "status": "incomplete"}
    state.conversations.append(made.id, [other, call, system, cut], owner="ann")
    first, second = state.threads.messages(made.id, owner="ann")
    assert (first.item["content"], first.created, first.completed_at) == ("from a chat", made.created, made.created)
    assert (second.status, second.completed_at) == ("incomplete", None)
    items = state.conversations.items(made.id, owner="ann")
    with pytest.raises(NotFound):
        state.threads.message(made.id, items[1][1]["id"], owner="ann")
    changed = state.threads.update_message(made.id, first.id, owner="ann", metadata={"a": "b"})
    assert state.threads.message(made.id, first.id, owner="ann") == changed


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_messages_are_read_page_by_page_both_ways(state, order, limit):
    made = create(state)
    call = {"type": "function_call", "call_id": "1", "name": "f", "arguments": "{}"}
    for number in range(5):
        state.threads.add(made.id, [said(str(number))], owner="ann")
        state.conversations.append(made.id, [call] * number, owner="ann")
    expected = [str(number) for number in range(5)][:: 1 if order == "asc" else -1]
    pages, after = [], None
    while True:
        page = state.threads.page(made.id, Cursor(limit=limit, order=order, after=after), owner="ann")
        pages += page.items
        if not page.has_more:
            break
        after = page.items[-1].id
    assert texts(pages) == expected
    before = state.threads.page(made.id, Cursor(limit=limit, order=order, before=pages[-1].id), owner="ann")
    assert texts(before.items) == expected[:-1][-limit:]
    assert before.has_more is (limit < 4)


def test_many_other_items_between_two_messages_are_no_page(state):
    made = create(state, messages=[said("first")])
    call = {"type": "function_call", "call_id": "1", "name": "f", "arguments": "{}"}
    state.conversations.append(made.id, [call] * 250, owner="ann")
    state.threads.add(made.id, [said("second")], owner="ann")
    page = state.threads.page(made.id, Cursor(limit=2), owner="ann")
    assert (texts(page.items), page.has_more) == (["second", "first"], False)


def test_messages_of_one_run_alone(state):
    made = create(state, messages=[said("question")])
    state.threads.add(made.id, [said("answer", run_id="run_1"), said("another", run_id="run_2")], owner="ann")
    for run_id, expected in (("run_1", ["answer"]), ("run_3", []), ("nul\0", [])):
        assert texts(state.threads.page(made.id, Cursor(), owner="ann", run_id=run_id).items) == expected


def test_the_page_after_a_message_that_was_deleted(state):
    made = create(state, messages=[said(str(number)) for number in range(4)])
    first = state.threads.page(made.id, Cursor(limit=2), owner="ann")
    for message in first.items:
        state.threads.delete_message(made.id, message.id, owner="ann")
    rest = state.threads.page(made.id, Cursor(limit=2, after=first.items[-1].id), owner="ann")
    assert (texts(rest.items), rest.has_more) == (["1", "0"], False)
    with pytest.raises(InvalidRequest, match="'after'"):
        state.threads.page(made.id, Cursor(after="msg_gone"), owner="ann")


# ---- while a run is active ------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["queued", "in_progress", "requires_action", "cancelling"])
def test_nobody_adds_or_deletes_messages_while_a_run_is_active(state, status):
    made = create(state, messages=[said("question")])
    run_id = begin(state, made, status)
    (message,) = state.threads.messages(made.id, owner="ann")
    kept = state.threads
    for ask in (
        lambda: kept.add(made.id, [said("x")], owner="ann"),
        lambda: kept.free(made.id, owner="ann"),
        lambda: kept.delete_message(made.id, message.id, owner="ann"),
    ):
        with pytest.raises(InvalidRequest, match=f"{made.id} while a run {run_id} is active"):
            ask()
    assert kept.messages(made.id, owner="ann") == (message,)
    kept.update_message(made.id, message.id, owner="ann", metadata={"a": "b"})


@pytest.mark.parametrize("status", ["cancelled", "failed", "completed", "incomplete", "expired"])
def test_a_run_that_has_ended_holds_nothing(state, status):
    made = create(state)
    begin(state, made, status)
    begin(state, made, status)
    state.threads.add(made.id, [said("x")], owner="ann")
    begin(state, made, "queued")


def test_a_thread_has_one_active_run(state):
    made = create(state)
    begin(state, made, "requires_action")
    with pytest.raises(IntegrityError):
        begin(state, made, "queued")
    begin(state, create(state), "queued")


def test_messages_that_are_added_at_once_are_all_kept(state):
    made = create(state)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: state.threads.add(made.id, [said(str(number))], owner="ann"), range(16)))
    assert sorted(texts(state.threads.messages(made.id, owner="ann")), key=int) == [str(n) for n in range(16)]


def create(state, **fields):
    return state.threads.create(**({"owner": "ann", "metadata": {}, "tool_resources": {}} | fields))


def on(*stores):
    return {"file_search": {"vector_store_ids": list(stores)}}


def said(text, **fields):
    return ThreadMessage({"type": "message", "role": "user", "content": text}, **fields)


def texts(messages):
    return [message.item["content"] for message in messages]


def begin(state, thread, status="queued"):
    """A run's row: what makes and ends them is tested with the runs."""
    with state.threads._database.writing() as connection:
        number = connection.scalar(sa.select(sa.func.count()).select_from(runs))
        row = {"id": f"run_{number}", "owner": "ann", "thread_id": thread.id, "assistant_id": "a", "created": 1}
        connection.execute(sa.insert(runs).values(**row, status=status, body={}, request={}, caller={}))
    return row["id"]
