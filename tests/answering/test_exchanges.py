"""Conversations cut into exchanges, at no place where it would hurt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragproxy.answering.exchanges import CALLS, OUTPUTS, fitting, paired, split


def test_an_exchange_begins_with_a_users_message():
    assert cut(user(1), says(2), user(3), user(4), says(5)) == ([], [[1, 2], [3], [4, 5]])


def test_what_guides_from_the_beginning_stands_apart():
    assert cut(system(1), developer(2), user(3), says(4)) == ([1, 2], [[3, 4]])
    assert cut(compaction(1), user(2)) == ([1], [[2]])
    assert cut(system(1)) == ([1], [])
    assert cut() == ([], [])


def test_what_guides_later_goes_with_the_user_who_follows():
    assert cut(user(1), says(2), system(3), developer(4), user(5), says(6)) == ([], [[1, 2], [3, 4, 5, 6]])
    assert cut(user(1), system(2), says(3), user(4)) == ([], [[1, 2, 3], [4]])
    assert cut(user(1), system(2), user(3)) == ([], [[1], [2, 3]])


def test_what_a_model_said_first_is_an_exchange_of_its_own():
    assert cut(system(1), says(2), user(3)) == ([1], [[2], [3]])


def test_a_call_is_not_parted_from_its_output():
    whole = (user(1), call(2, "a"), call(3, "b"), output(4, "b"), user(5), output(6, "a"), says(7), user(8))
    assert cut(*whole) == ([], [[1, 2, 3, 4, 5, 6, 7], [8]])


def test_a_call_without_output_holds_nothing_together():
    assert cut(user(1), call(2, "a"), user(3), output(4, "z")) == ([], [[1, 2], [3, 4]])


def test_the_position_of_an_exchange_is_that_of_its_last_item():
    _, exchanges = split([(7, user(1)), (9, says(2)), (40, user(3))])
    assert [each.position for each in exchanges] == [9, 40]


def test_calls_and_outputs_are_sent_in_pairs():
    items = (user(1), call(2, "a"), call(3, "b"), output(4, "a"), output(5, "z"), says(6))
    assert [item["n"] for item in paired(items)] == [1, 2, 4, 6]
    assert [item["n"] for item in paired(items, ["b"])] == [1, 2, 3, 4, 6]


@pytest.mark.parametrize(
    ("costs", "room", "left_out"),
    [
        ([], 10, 0),
        ([5], 1, 0),
        ([5, 5], 10, 0),
        ([6, 5], 10, 1),
        ([1, 1, 5, 5], 10, 2),
        ([1, 50, 5, 5], 10, 2),
        ([3, 20], 10, 1),
        ([3, 3], -5, 1),
        ([0, 0, 0], 0, 0),
    ],
)
def test_the_oldest_go_first_and_the_newest_stays(costs, room, left_out):
    assert fitting(costs, room) == left_out


ITEMS = st.lists(
    st.sampled_from(["user", "assistant", "system", "call a", "call b", "output a", "output b", "reasoning"]),
    max_size=14,
)


@given(ITEMS)
def test_nothing_is_lost_and_no_pair_is_parted(kinds):
    items = [made(number, kind) for number, kind in enumerate(kinds)]
    opening, exchanges = split(list(enumerate(items)))
    assert [*opening, *(item for each in exchanges for item in each.items)] == items
    assert all(each.items for each in exchanges)
    for number, later in enumerate(exchanges):
        before = [item for each in exchanges[:number] for item in each.items]
        called = {item["call_id"] for item in before if item["type"] in CALLS}
        assert not called & {item["call_id"] for item in later.items if item["type"] in OUTPUTS}


def cut(*items):
    opening, exchanges = split(list(enumerate(items)))
    return [item["n"] for item in opening], [[item["n"] for item in each.items] for each in exchanges]


def made(number, kind):
    match kind.split():
        case ["call", id]:
            return call(number, id)
        case ["output", id]:
            return output(number, id)
        case ["reasoning"]:
            return {"type": "reasoning", "n": number}
    return said(number, kind)


def said(number, role):
    return {"type": "message", "role": role, "content": [], "n": number}


def user(number):
    return said(number, "user")


def says(number):
    return said(number, "assistant")


def system(number):
    return said(number, "system")


def developer(number):
    return said(number, "developer")


def compaction(number):
    return {"type": "compaction", "n": number}


def call(number, id):
    return {"type": "function_call", "call_id": id, "n": number}


def output(number, id):
    return {"type": "function_call_output", "call_id": id, "n": number}
