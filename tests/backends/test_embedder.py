import base64
import struct

import numpy as np
import pytest

from ragproxy.backends.embedder import BATCH_CHARACTERS, BATCH_TEXTS, LONGEST_TEXT, UpstreamEmbedder
from ragproxy.errors import UpstreamBroken, UpstreamRefused, UpstreamUnavailable
from tests.replies import Reply, refusal


def test_its_name_is_the_models(embedder):
    assert embedder.name == "upstream-model"


def test_rows_are_unit_vectors_in_the_order_of_the_texts(embedder):
    vectors = embedder.embed(["a", "bbbb", "cc"])
    assert (vectors.shape, vectors.dtype) == ((3, 3), np.float32)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    expected = np.array([[1, 0, 1], [4, 4, 1], [2, 4, 1]])  # what tests.replies makes of these texts
    assert np.allclose(vectors, expected / np.linalg.norm(expected, axis=1, keepdims=True))


def test_rows_are_put_in_order_by_their_index(up, embedder):
    up.script(listed((1, [0, 2]), (0, [3, 0])))
    assert embedder.embed(["a", "b"]).tolist() == [[1, 0], [0, 1]]


def test_many_texts_go_in_batches_that_keep_their_order(up, embedder):
    texts = ["x" * (number % 50 + 1) for number in range(BATCH_TEXTS * 2 + 1)]
    vectors = embedder.embed(texts)
    assert [len(request.json["input"]) for request in up.requests] == [BATCH_TEXTS, BATCH_TEXTS, 1]
    assert np.allclose(vectors[:, 0] / vectors[:, 2], [len(text) for text in texts])


def test_long_texts_go_in_smaller_batches_and_are_cut(up, embedder):
    embedder.embed(["x" * (LONGEST_TEXT + 9)] * 30)
    batches = [request.json["input"] for request in up.requests]
    assert sum(map(len, batches)) == 30
    assert all(sum(map(len, batch)) <= BATCH_CHARACTERS for batch in batches)
    assert {len(text) for batch in batches for text in batch} == {LONGEST_TEXT}


def test_an_empty_text_has_a_vector_too(up, embedder):
    assert embedder.embed(["", "a"]).shape == (2, 3)
    assert up.requests[0].json["input"] == [" ", "a"]


def test_no_texts_ask_nothing(up, embedder):
    assert embedder.embed([]).shape[0] == 0
    assert up.requests == []


def test_a_vector_of_zeros_stays_one(up, embedder):
    up.script(listed((0, [0, 0]), (1, [0, 5])))
    assert embedder.embed(["a", "b"]).tolist() == [[0, 0], [0, 1]]


def test_a_server_that_ignores_base64_is_understood(up, embedder):
    packed = base64.b64encode(struct.pack("<2f", 0, 2)).decode()
    up.script(listed((0, [3, 0])), listed((0, packed)))
    assert embedder.embed(["a"]).tolist() == [[1, 0]]
    assert embedder.embed(["a"]).tolist() == [[0, 1]]
    assert [request.json["encoding_format"] for request in up.requests] == ["base64"] * 2


def test_a_server_that_refuses_base64_is_asked_for_floats_from_then_on(up, embedder):
    up.script(refusal(400, "encoding_format: only 'float' is supported"))
    embedder.embed(["a"])
    embedder.embed(["a"])
    assert [request.json["encoding_format"] for request in up.requests] == ["base64", "float", "float"]


def test_other_refusals_are_not_asked_twice(up, embedder):
    up.script(refusal(400, "too long"))
    with pytest.raises(UpstreamRefused, match="too long"):
        embedder.embed(["a"])
    assert len(up.requests) == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply.json({"data": []}),
        Reply.json({}),
        Reply.text("{", 200, "application/json"),
        Reply.text("<html>", 200, "text/html"),
        Reply.json({"data": []}, cut_at=4),
    ],
)
def test_an_answer_that_is_no_list_of_their_vectors_is_broken(up, embedder, reply):
    up.script(reply)
    with pytest.raises(UpstreamBroken):
        embedder.embed(["a"])


@pytest.mark.parametrize("rows", [[(0, [1])], [(0, [1]), (0, [1])], [(0, [1]), (1, [1, 2])], [(0, [1]), (1, [])]])
def test_rows_missing_repeated_or_of_several_lengths_are_broken(up, embedder, rows):
    up.script(listed(*rows))
    with pytest.raises(UpstreamBroken):
        embedder.embed(["a", "b"])


def test_dimensions_that_change_are_broken(up, embedder):
    up.script(listed((0, [1, 2])), listed((0, [1, 2, 3])))
    embedder.embed(["a"])
    with pytest.raises(UpstreamBroken, match="gives 3 dimensions, and gave 2 before"):
        embedder.embed(["a"])


def test_an_upstream_that_fails_is_not_asked_again(up, embedder):
    up.script(refusal(500, "oops"))
    with pytest.raises(UpstreamUnavailable):
        embedder.embed(["a"])
    assert len(up.requests) == 1


def listed(*rows):
    return Reply.json({"data": [{"index": index, "embedding": row} for index, row in rows]})


@pytest.fixture
def embedder(http):
    return UpstreamEmbedder(http, "upstream-model")
