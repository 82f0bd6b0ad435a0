"""JSON in and out: nothing a client sends breaks us, and what was read can be written."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragproxy.errors import InvalidRequest, UpstreamBroken
from ragproxy.wire.json import MAX_DEPTH, MAX_VALUES, dumps, loads, loads_upstream

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text('aé\x00\u2028😀"'),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab\x00", max_size=3), inner, max_size=4),
    max_leaves=20,
)


@given(st.binary(max_size=60) | st.text('{}[]",:\\u0d8e1-+.null ', max_size=60).map(str.encode))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_or_refused(data):
    try:
        value = loads(data)
    except InvalidRequest:
        return
    dumps(value)


@given(values)
@settings(deadline=None)
def test_what_was_read_can_be_written_and_read_again(value):
    import json

    read = loads(json.dumps(value).encode())
    assert loads(dumps(read)) == read


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"{", "not valid JSON"),
        (b"{'a': 1}", "line 1, column 2"),
        (b'{"a": NaN}', "not valid JSON"),
        (b'{"a": Infinity}', "not valid JSON"),
        (b'{"a": 1e999}', "not valid JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not valid JSON"),
        (b'{"a": "\xff"}', "UTF-8"),
        (b'{"a": "\xed\xa0\x80"}', "UTF-8"),
        (b'{"a": "\\ud800"}', "surrogate"),
        (b'{"a": "\x00"}', "control character"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b"[" * 5000, "not valid JSON"),
        (b"[" * 500 + b"]" * 500, "deeper than 100"),
        (b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1), "deeper than 100"),
    ],
)
def test_a_bad_body_is_refused_with_the_reason(data, says):
    with pytest.raises(InvalidRequest) as caught:
        loads(data)
    assert says in caught.value.message
    assert caught.value.param is None


def test_a_hundred_levels_are_read():
    assert loads(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)


def test_many_shallow_values_are_not_deep():
    assert len(loads(b"[" + b",".join([b'{"a":[]}'] * 1000) + b"]")) == 1000


def test_of_two_equal_keys_the_last_counts():
    assert loads(b'{"a": 1, "a": 2}') == {"a": 2}


def test_integers_beyond_64_bits_become_floats_that_can_be_written():
    assert (
        dumps(loads(b"[18446744073709551615, 18446744073709551616]"))
        == b"[18446744073709551615,1.8446744073709552e+19]"
    )


def test_a_bomb_of_values_is_refused_before_it_takes_memory():
    began = time.perf_counter()
    with pytest.raises(InvalidRequest, match="more than 1,000,000"):
        loads(b"[" + b"[]," * (10 * MAX_VALUES) + b"[]]")
    assert time.perf_counter() - began < 2


def test_commas_in_a_text_are_not_values():
    text = "1,2;" * MAX_VALUES + '"\\'
    assert loads(dumps({"content": text})) == {"content": text}


@pytest.mark.parametrize("data", [b'"' * 3_000_001, b'"\\' * 2_000_000 + b"," * MAX_VALUES, b"," * 2_000_000 + b'"\\'])
def test_counting_values_takes_linear_time_on_broken_strings(data):
    began = time.perf_counter()
    with pytest.raises(InvalidRequest):
        loads(data)
    assert time.perf_counter() - began < 2


def test_an_upstream_may_send_more_values_than_a_client():
    assert len(loads_upstream(b"[" + b"1," * MAX_VALUES + b"1]")) == MAX_VALUES + 1


@pytest.mark.parametrize("data", [b"", b"<html>", b'{"a": "\\ud800"}', b"[" * 500 + b"]" * 500])
def test_an_upstream_that_speaks_nonsense_is_the_upstreams_fault(data):
    with pytest.raises(UpstreamBroken):
        loads_upstream(data)
