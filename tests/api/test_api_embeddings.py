"""/embeddings of the built-in model, without any upstream."""

import base64

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ragproxy.retrieval import HashEmbedder

ROUTES = ["/v1/embeddings", "/embeddings", "/openai/deployments/hash-384/embeddings?api-version=2024-10-21"]


@pytest.mark.parametrize("route", ROUTES)
def test_every_address_gives_the_same_vectors(client, route):
    answer = client.post(route, json={"model": "hash-384", "input": ["One", "Deux"], "encoding_format": "base64"})
    assert answer.status_code == 200
    body = answer.get_json()
    rows = [np.frombuffer(base64.b64decode(line["embedding"]), "<f4") for line in body["data"]]
    assert np.array_equal(rows, HashEmbedder().embed(["One", "Deux"]))
    assert {key: body[key] for key in ("object", "model", "usage")} == {
        "object": "list",
        "model": "hash-384",
        "usage": {"prompt_tokens": 2, "total_tokens": 2},
    }


def test_numbers_are_what_a_client_gets_that_asks_for_nothing(client):
    (line,) = client.post("/v1/embeddings", json={"model": "hash-384", "input": "One"}).get_json()["data"]
    assert (line["object"], line["index"], len(line["embedding"])) == ("embedding", 0, 384)
    assert line["embedding"] == HashEmbedder().embed(["One"])[0].tolist()


@pytest.mark.parametrize("name", ["nobody", "ragproxy", "gpt-4o", "extractive", "rag/default"])
def test_a_name_that_is_no_embedding_model_is_not_found(client, name):
    answer = client.post("/v1/embeddings", json={"model": name, "input": "One"})
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (404, "model_not_found")
    assert answer.get_json()["error"]["param"] == "model"


@pytest.mark.parametrize(
    ("body", "param", "code"),
    [
        ({"input": ""}, "input", "empty_string"),
        ({"input": []}, "input", "empty_array"),
        ({"input": ["a"] * 2049}, "input", "array_above_max_length"),
        ({"input": [1, 2]}, "input", None),
        ({"input": "a", "dimensions": 256}, "dimensions", "unsupported_parameter"),
        ({"input": "a", "encoding_format": "int8"}, "encoding_format", "invalid_value"),
    ],
)
def test_what_is_wrong_is_refused_and_named(client, body, param, code):
    answer = client.post("/v1/embeddings", json={"model": "hash-384", **body})
    error = answer.get_json()["error"]
    assert (answer.status_code, error["param"], error["code"]) == (400, param, code)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
bodies = st.fixed_dictionaries(
    {"model": st.just("hash-384"), "input": anything},
    optional={"dimensions": anything, "encoding_format": anything, "user": anything, "x": anything},
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=bodies)
def test_whatever_is_sent_is_answered_or_refused(client, body):
    answer = client.post("/v1/embeddings", json=body)
    assert answer.status_code in (200, 400)
    if answer.status_code == 400:
        assert answer.get_json()["error"]["type"] == "invalid_request_error"


def test_the_reference_has_the_route(client):
    described = client.get("/openapi.json").get_json()
    assert "post" in described["paths"]["/v1/embeddings"]


def test_the_built_in_model_is_listed_and_found(client):
    assert "hash-384" in [card["id"] for card in client.get("/v1/models").get_json()["data"]]
    assert client.get("/v1/models/hash-384").get_json()["owned_by"] == "ragproxy"


def test_it_does_not_chat(client):
    body = {"model": "hash-384", "messages": [{"role": "user", "content": "Hello"}]}
    answer = client.post("/v1/chat/completions", json=body)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (404, "model_not_found")


def test_the_time_it_took_is_told(client):
    answer = client.post("/v1/embeddings", json={"model": "hash-384", "input": "One"})
    assert "upstream;dur=" in answer.headers["Server-Timing"]
