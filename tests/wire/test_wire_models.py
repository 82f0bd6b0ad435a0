"""The list of models, both ways."""

import pytest
from openai.types import Model

from ragproxy.domain import ModelCard
from ragproxy.errors import UpstreamBroken
from ragproxy.wire.models import model, model_list, model_names

CARD = ModelCard("rag/default", 1731628800, "ragproxy")
CARD_JSON = {"id": "rag/default", "object": "model", "created": 1731628800, "owned_by": "ragproxy"}


def test_a_model_is_openais():
    assert model(CARD) == CARD_JSON
    assert Model.model_validate(model(CARD), strict=True).id == "rag/default"


def test_the_list_keeps_its_order():
    other = ModelCard("a", 1, "upstream")
    assert model_list([CARD, other]) == {"object": "list", "data": [CARD_JSON, model(other)]}
    assert model_list([]) == {"object": "list", "data": []}


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({"object": "list", "data": [{"id": "b"}, {"id": "a"}, {"id": "b"}]}, ["b", "a"]),
        ({"data": []}, []),
        ([{"id": "a"}, "b"], ["a", "b"]),
        ({"models": [{"name": "llama3:8b", "model": "llama3:8b"}]}, ["llama3:8b"]),
        ({"data": [{"id": "a"}], "models": [{"name": "b"}]}, ["a"]),
        ({"data": [{"id": "a"}, {}, None, 3, {"id": 4}, {"id": ""}, {"id": "a\x00b"}, {"id": "m" * 513}]}, ["a"]),
    ],
)
def test_the_names_of_an_upstreams_list(body, names):
    assert model_names(body) == names


@pytest.mark.parametrize("body", [None, {}, "models", {"data": {}}, {"data": None}, {"error": "x"}])
def test_what_is_no_list_is_the_upstreams_fault(body):
    with pytest.raises(UpstreamBroken, match="not a list"):
        model_names(body)
