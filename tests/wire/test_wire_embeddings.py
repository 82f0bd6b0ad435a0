"""Embeddings from an upstream."""

import base64
import struct

import pytest

from ragproxy.errors import UpstreamBroken
from ragproxy.wire.embeddings import embedding_body, embedding_vectors


def _line(embedding, index=0):
    return {"object": "embedding", "index": index, "embedding": embedding}


def _packed(*numbers):
    return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()


def test_the_body_asks_for_floats():
    assert embedding_body(("a", "b"), "m") == {"model": "m", "input": ["a", "b"], "encoding_format": "float"}


def test_rows_come_in_the_order_of_the_texts():
    rows = embedding_vectors({"data": [_line([3, 4.5], 1), _line([1, 2], 0)]}, expected=2)
    assert [list(row) for row in rows] == [[1.0, 2.0], [3.0, 4.5]]
    assert {row.typecode for row in rows} == {"f"}


def test_base64_is_read_too():
    assert [list(row) for row in embedding_vectors({"data": [_line(_packed(0.5, -2.0))]})] == [[0.5, -2.0]]


def test_a_server_that_does_not_number_its_rows_is_believed():
    assert [list(row) for row in embedding_vectors({"data": [{"embedding": [1]}, {"embedding": [2]}]})] == [
        [1.0],
        [2.0],
    ]


def test_no_texts_have_no_rows():
    assert embedding_vectors({"data": []}) == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (None, "not a list"),
        ([], "not a list"),
        ({}, "not a list"),
        ({"data": [3]}, "not a list"),
        ({"data": [_line([1.0]), _line([1.0])]}, "numbered"),
        ({"data": [_line([1.0], 1)]}, "numbered"),
        ({"data": [_line([1.0], "0")]}, "numbered"),
        ({"data": [_line([1.0]), {"embedding": [1.0]}]}, "numbered"),
        ({"data": [_line([1.0]), _line([1.0, 2.0], 1)]}, "one length"),
        ({"data": [_line([1.0]), _line([1.0], 1), _line([1.0], 2)]}, "3 embeddings of 2"),
        ({"data": [_line(None)]}, "neither"),
        ({"data": [_line({"a": 1})]}, "neither"),
        ({"data": [_line([1.0, None])]}, "neither"),
        ({"data": [_line(["1"])]}, "neither"),
        ({"data": [_line([[1.0]])]}, "neither"),
        ({"data": [_line("not base64!")]}, "neither"),
        ({"data": [_line("AAAA")]}, "neither"),
        ({"data": [_line([])]}, "empty"),
        ({"data": [_line("")]}, "empty"),
        ({"data": [_line([1e300])]}, "holds numbers that are none"),
        ({"data": [_line(_packed(float("nan")))]}, "holds numbers that are none"),
    ],
)
def test_nonsense_is_the_upstreams_fault(body, says):
    with pytest.raises(UpstreamBroken) as caught:
        embedding_vectors(body, expected=2 if "of 2" in says else None)
    assert says in caught.value.message
