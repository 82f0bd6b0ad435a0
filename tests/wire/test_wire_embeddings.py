"""Embeddings: the client's request, the upstream's vectors, and the answer."""

import base64
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragproxy.domain import EmbeddingRequest, Embeddings, Usage
from ragproxy.errors import InvalidRequest, UpstreamBroken
from ragproxy.wire.embeddings import EMBEDDING_REQUEST, embedding_body, embedding_list, embeddings_of, floats
from ragproxy.wire.validation import load


def _line(embedding, index=0):
    return {"object": "embedding", "index": index, "embedding": embedding}


def _packed(*numbers):
    return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()


# ---- requests -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "inputs", "tokens"),
    [
        ("a", ("a",), False),
        (["a", " "], ("a", " "), False),
        ([5, 0], ((5, 0),), True),
        ([[5], [6, 7]], ((5,), (6, 7)), True),
    ],
)
def test_each_form_of_input_is_read(value, inputs, tokens):
    request = load(EMBEDDING_REQUEST, {"model": "m", "input": value})
    assert (request.inputs, request.tokens) == (inputs, tokens)


def test_what_is_not_ours_travels_on_as_it_came():
    body = {"model": "m", "input": "a", "dimensions": 64, "user": "ann", "input_type": "query", "rag": {"top_k": 3}}
    request = load(EMBEDDING_REQUEST, body)
    assert request.params == {"dimensions": 64, "user": "ann", "input_type": "query"}
    assert request.dimensions == 64


@pytest.mark.parametrize(("form", "packed"), [("base64", True), ("float", False), (None, False)])
def test_the_form_is_numbers_unless_base64_is_asked_for(form, packed):
    assert load(EMBEDDING_REQUEST, {"model": "m", "input": "a", "encoding_format": form}).packed is packed


@pytest.mark.parametrize(
    ("body", "param", "code"),
    [
        ({"input": "a"}, "model", "missing_required_parameter"),
        ({"model": "m"}, "input", "missing_required_parameter"),
        ({"model": "m", "input": None}, "input", "invalid_type"),
        ({"model": "m", "input": ""}, "input", "empty_string"),
        ({"model": "m", "input": []}, "input", "empty_array"),
        ({"model": "m", "input": ["a", ""]}, "input[1]", "empty_string"),
        ({"model": "m", "input": [[]]}, "input[0]", "empty_array"),
        ({"model": "m", "input": ["a", 5]}, "input[1]", "invalid_type"),
        ({"model": "m", "input": [5, "a"]}, "input[1]", "invalid_type"),
        ({"model": "m", "input": [-1]}, "input[0]", "invalid_value"),
        ({"model": "m", "input": {"a": 1}}, "input", "invalid_type"),
        ({"model": "m", "input": ["a"] * 2049}, "input", "array_above_max_length"),
        ({"model": "m", "input": "a", "dimensions": 0}, "dimensions", "integer_below_min_value"),
        ({"model": "m", "input": "a", "dimensions": "8"}, "dimensions", "invalid_type"),
        ({"model": "m", "input": "a", "encoding_format": "int8"}, "encoding_format", "invalid_value"),
        ({"model": "m", "input": "a", "user": 3}, "user", "invalid_type"),
    ],
)
def test_a_wrong_body_names_the_field(body, param, code):
    with pytest.raises(InvalidRequest) as caught:
        load(EMBEDDING_REQUEST, body)
    assert (caught.value.param, caught.value.code) == (param, code)


def test_as_many_inputs_as_openai_takes():
    assert len(load(EMBEDDING_REQUEST, {"model": "m", "input": ["a"] * 2048}).inputs) == 2048


# ---- the upstream's side ------------------------------------------------------------------------


def test_the_body_has_the_clients_parameters_and_the_upstreams_name():
    request = EmbeddingRequest("asked", ("a", "b", "c"), params={"dimensions": 8, "user": "ann"})
    body = {"dimensions": 8, "user": "ann", "model": "m", "input": ("a", "b")}
    assert embedding_body(request, request.inputs[:2], "m", packed=False) == {**body, "encoding_format": "float"}
    assert embedding_body(request, request.inputs[:2], "m", packed=True) == {**body, "encoding_format": "base64"}


def test_vectors_come_in_the_order_of_the_texts():
    made = embeddings_of({"data": [_line([3, 4.5], 1), _line([1, 2], 0)]}, expected=2)
    assert made.vectors == ([1, 2], [3, 4.5])


def test_base64_stays_as_it_came():
    assert embeddings_of({"data": [_line(_packed(0.5, -2.0))]}, expected=1).vectors == (_packed(0.5, -2.0),)


def test_a_server_that_does_not_number_its_rows_is_believed():
    assert embeddings_of({"data": [{"embedding": [1]}, {"embedding": [2]}]}, expected=2).vectors == ([1], [2])


def test_the_usage_is_the_upstreams():
    said = {"prompt_tokens": 5, "total_tokens": 6, "prompt_tokens_details": {"cached": 1}}
    usage = embeddings_of({"data": [_line([1])], "usage": said}, expected=1).usage
    assert (usage.prompt, usage.total, usage.details) == (5, 6, said)
    assert embeddings_of({"data": [_line([1])]}, expected=1).usage is None


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
        ({"data": [_line(_packed(1)), _line(_packed(1, 2), 1)]}, "one length"),
        ({"data": [_line([1.0]), _line([1.0], 1), _line([1.0], 2)]}, "3 embeddings of 2"),
        ({"data": []}, "0 embeddings of 2"),
        ({"data": [_line(None)]}, "neither"),
        ({"data": [_line({"a": 1})]}, "neither"),
        ({"data": [_line([1.0, None])]}, "neither"),
        ({"data": [_line([True])]}, "neither"),
        ({"data": [_line(["1"])]}, "neither"),
        ({"data": [_line([[1.0]])]}, "neither"),
        ({"data": [_line([])]}, "empty"),
        ({"data": [_line("")]}, "empty"),
    ],
)
def test_nonsense_is_the_upstreams_fault(body, says):
    with pytest.raises(UpstreamBroken) as caught:
        embeddings_of(body, expected=2)
    assert says in caught.value.message


@pytest.mark.parametrize(
    ("vector", "says"),
    [
        ("not base64!", "neither"),
        ("AAAA", "neither"),
        ([1e300], "holds numbers that are none"),
        (_packed(float("nan")), "holds numbers that are none"),
        ([10**400], "neither"),
    ],
)
def test_vectors_that_hold_no_floats_are_the_upstreams_fault(vector, says):
    with pytest.raises(UpstreamBroken) as caught:
        floats(vector)
    assert says in caught.value.message


# ---- the client's answer ------------------------------------------------------------------------


def test_the_answer_is_openais():
    made = Embeddings(([0.25, -2], [1, 0.1]), Usage(5, 0, 5))
    assert embedding_list(made, EmbeddingRequest("asked", ("a", "b"))) == {
        "object": "list",
        "data": [_line([0.25, -2], 0), _line([1, 0.1], 1)],
        "model": "asked",
        "usage": {"prompt_tokens": 5, "total_tokens": 5},
    }


def test_the_upstreams_own_usage_is_passed_on_whole():
    made = Embeddings(([1.0],), Usage(5, 0, 6, {"prompt_tokens": 5, "total_tokens": 6, "cached": 2}))
    said = embedding_list(made, EmbeddingRequest("m", ("a",)))["usage"]
    assert said == {"prompt_tokens": 5, "total_tokens": 6, "cached": 2}


def test_a_vector_that_has_the_form_asked_for_is_not_touched():
    numbers, text = [0.1, 1e-300, 12345678.9], "AACAPwAAAEA="
    assert _answered(numbers, packed=False) is numbers
    assert _answered(text, packed=True) is text


single = st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1, max_size=9)


@given(single)
def test_no_precision_is_lost_between_the_forms(numbers):
    assert _answered(_packed(*numbers), packed=False) == numbers
    assert _answered(numbers, packed=True) == _packed(*numbers)


def _answered(vector, *, packed):
    request = EmbeddingRequest("m", ("a",), packed=packed)
    return embedding_list(Embeddings((vector,)), request)["data"][0]["embedding"]
