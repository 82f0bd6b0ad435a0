"""Pieces put together."""

import copy

import pytest

from ragproxy.wire.collecting import merge, merge_field


@pytest.mark.parametrize(
    ("old", "new", "merged"),
    [
        (None, "a", "a"),
        ("a", None, "a"),
        (None, None, None),
        ("a", "b", "ab"),
        ([1], [2], [1, 2]),
        (1, 2, 2),
        (False, True, True),
        ("a", 3, 3),
        ({"a": "x"}, {"a": "y", "b": None}, {"a": "xy", "b": None}),
        ({"id": "i", "data": "AA"}, {"id": "i", "data": "BB"}, {"id": "i", "data": "AABB"}),
        ({"name": "f"}, {"name": None}, {"name": "f"}),
        ({"name": "f"}, {"name": ""}, {"name": "f"}),
        ({"a": {"b": [1]}}, {"a": {"b": [2]}}, {"a": {"b": [1, 2]}}),
    ],
)
def test_pieces_grow_together(old, new, merged):
    before = copy.deepcopy((old, new))
    assert merge(old, new) == merged
    assert (old, new) == before


def test_fragments_continue_the_item_of_their_index():
    first = [
        {"index": 0, "id": "a", "function": {"arguments": "1"}},
        {"index": 1, "id": "b", "function": {"arguments": "2"}},
    ]
    before = copy.deepcopy(first)
    second = [{"index": 1, "function": {"arguments": "3"}}, {"index": 2, "id": "c"}]
    assert merge_field(first, second) == [
        {"index": 0, "id": "a", "function": {"arguments": "1"}},
        {"index": 1, "id": "b", "function": {"arguments": "23"}},
        {"index": 2, "id": "c"},
    ]
    assert first == before


def test_a_fragment_that_repeats_its_id_is_the_same_item():
    call = {"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": "x"}}
    assert merge_field([call], [call]) == [{**call, "function": {"name": "f", "arguments": "xx"}}]


def test_another_id_under_the_same_index_is_another_item():
    items = merge_field([{"index": 0, "id": "a", "x": "1"}], [{"index": 0, "id": "b", "x": "2"}])
    assert merge_field(items, [{"index": 0, "x": "3"}]) == [
        {"index": 0, "id": "a", "x": "1"},
        {"index": 0, "id": "b", "x": "23"},
    ]


def test_whole_items_without_index_are_added():
    assert merge_field([{"id": "a"}], [{"id": "b"}]) == [{"id": "a"}, {"id": "b"}]


def test_a_list_that_comes_at_once_is_taken_whole():
    twins = [{"index": 0, "id": "a"}, {"index": 0, "id": "b"}]
    assert merge_field(None, twins) == twins


def test_a_token_called_index_is_no_fragment():
    assert merge({"top_logprobs": [{"index": 0}]}, {"top_logprobs": [{"index": 0}]}) == {
        "top_logprobs": [{"index": 0}, {"index": 0}]
    }
