"""Responses that are kept, and the chains that they make."""

import pytest
import sqlalchemy as sa

from ragproxy.domain import Cursor, StoredResponse
from ragproxy.errors import InvalidRequest, NotFound
from ragproxy.state import item_id, new_response_id
from ragproxy.state import responses as module
from ragproxy.state.tables import responses

UNFIT_IDS = ["", "resp_nobody", "resp_\0", "resp_\ud800", "resp_" + "9" * 5000]
DAY_S = 86_400
MESSAGE = {"type": "message"}


def test_comes_back_as_it_was(state, keep):
    kept = keep(metadata={"a": "\0é"}, request={"input": "Hi", "max_output_tokens": 2**40})
    assert state.responses.get(kept.id, owner="ann") == kept


@pytest.mark.parametrize("response_id", UNFIT_IDS)
def test_what_is_not_there_is_not_found(state, response_id):
    for act in (state.responses.get, state.responses.delete):
        with pytest.raises(NotFound) as err:
            act(response_id, owner="ann")
        assert err.value.code == "response_not_found"
    assert state.responses.item(response_id, owner="ann") is None


def test_a_strangers_is_not_there(state, keep):
    theirs = keep(owner="bob")
    for act in (state.responses.get, state.responses.delete, state.responses.chain):
        with pytest.raises(NotFound):
            act(theirs.id, owner="ann")
    assert state.responses.item(theirs.input[0]["id"], owner="ann") is None
    assert state.responses.get(theirs.id, owner="bob") == theirs


def test_deleted_is_gone(state, keep):
    kept = keep()
    state.responses.delete(kept.id, owner="ann")
    with pytest.raises(NotFound):
        state.responses.get(kept.id, owner="ann")


def test_a_chain_is_told_oldest_first(state, keep):
    first = keep()
    second = keep(previous_id=first.id)
    third = keep(previous_id=second.id)
    keep(previous_id=second.id)  # another branch
    assert state.responses.chain(third.id, owner="ann") == [first, second, third]


@pytest.mark.parametrize("response_id", UNFIT_IDS)
def test_a_chain_from_nowhere(state, response_id):
    assert unfit(state, response_id) == "previous_response_not_found"


def test_a_chain_with_a_gap(state, keep):
    first = keep()
    third = keep(previous_id=keep(previous_id=first.id).id)
    state.responses.delete(first.id, owner="ann")
    assert unfit(state, third.id) == "previous_response_not_found"


def test_a_chain_through_a_strangers_is_broken(state, keep):
    theirs = keep(owner="bob")
    assert unfit(state, keep(previous_id=theirs.id).id) == "previous_response_not_found"


def test_a_circle_has_no_end(state, keep, database):
    first = keep()
    second = keep(previous_id=first.id)
    with database.writing() as connection:
        connection.execute(sa.update(responses).where(responses.c.id == first.id).values(previous_id=second.id))
    assert unfit(state, second.id) == "previous_response_cycle"
    with database.writing() as connection:
        connection.execute(sa.update(responses).where(responses.c.id == first.id).values(previous_id=first.id))
    assert unfit(state, first.id) == "previous_response_cycle"


def test_a_chain_is_bounded(state, keep, monkeypatch):
    monkeypatch.setattr(module, "MAX_CHAIN", 3)
    last = keep()
    for _ in range(2):
        last = keep(previous_id=last.id)
    assert len(state.responses.chain(last.id, owner="ann")) == 3
    assert unfit(state, keep(previous_id=last.id).id) == "previous_response_chain_too_long"


@pytest.mark.parametrize("status", ["queued", "in_progress"])
def test_nothing_goes_on_from_what_is_still_being_made(state, keep, status):
    assert unfit(state, keep(status=status).id) == "previous_response_not_completed"


def test_an_item_is_found_by_its_id(state, keep):
    kept = keep()
    for item in (*kept.input, *kept.body["output"]):
        assert state.responses.item(item["id"], owner="ann") == item
    assert state.responses.item(item_id(MESSAGE, kept.id, 99), owner="ann") is None


def test_the_input_comes_in_pages(state, keep):
    kept = keep(asked=3)
    one, two, three = kept.input
    assert read(state, kept, limit=2) == ((three, two), True)
    assert read(state, kept, limit=2, after=two["id"]) == ((one,), False)
    assert read(state, kept, order="asc") == ((one, two, three), False)
    assert read(state, kept, order="asc", after=one["id"], limit=1) == ((two,), True)
    with pytest.raises(InvalidRequest, match="'after'"):
        read(state, kept, after="msg_\0")
    with pytest.raises(NotFound):
        state.responses.input_page(kept.id, Cursor(), owner="bob")


def test_old_ones_are_dropped_unless_they_are_gone_on_from(state, keep, clock):
    alone = keep()
    root = keep()
    middle = keep(previous_id=root.id)
    waiting = keep(status="queued")
    clock.now += 2 * DAY_S
    young = keep(previous_id=middle.id)
    assert state.responses.drop(DAY_S) == 1
    for kept in (root, middle, young, waiting):
        assert state.responses.get(kept.id, owner="ann") == kept
    with pytest.raises(NotFound):
        state.responses.get(alone.id, owner="ann")
    clock.now += 2 * DAY_S
    assert state.responses.drop(DAY_S) == 3
    assert state.responses.drop(DAY_S) == 0


def unfit(state, response_id):
    with pytest.raises((InvalidRequest, NotFound)) as err:
        state.responses.chain(response_id, owner="ann")
    assert isinstance(err.value, NotFound) == (err.value.code == "previous_response_not_found")
    assert err.value.param == "previous_response_id"
    return err.value.code


def read(state, kept, **cursor):
    page = state.responses.input_page(kept.id, Cursor(**cursor), owner="ann")
    return page.items, page.has_more


@pytest.fixture
def database(state):
    return state._database


@pytest.fixture
def keep(state, clock):
    """Keeps a response: `keep(previous_id=first.id)`."""

    def make(asked=1, owner="ann", status="completed", metadata=None, **fields):
        response_id = new_response_id()
        items = [
            {"id": item_id(MESSAGE, response_id, number), "type": "message", "role": "user", "content": []}
            for number in range(asked + 1)
        ]
        response = StoredResponse(
            id=response_id,
            owner=owner,
            created=int(clock.now),
            status=status,
            input=tuple(items[:-1]),
            body={"id": response_id, "output": items[-1:], "metadata": metadata or {}},
            **fields,
        )
        state.responses.create(response)
        return response

    return make
