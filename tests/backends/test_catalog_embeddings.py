"""Whom the catalogue asks for vectors, by the name that a client uses."""

import contextlib

import pytest

from ragproxy import tokens
from ragproxy.backends import BuiltInEmbeddings, Catalog
from ragproxy.domain import EmbeddingRequest
from ragproxy.errors import BreakerOpen, UnknownModel, UpstreamUnavailable
from ragproxy.retrieval import HashEmbedder
from ragproxy.upstreams import Upstream
from tests.fakes import FakeModel
from tests.replies import refusal
from tests.upstream import Upstream as UpstreamServer

TRIED = "x-ragproxy-tried"


def test_a_model_goes_by_its_id_and_with_its_upstream(catalog, first, second):
    models = catalog(at(first, "first", models=("vectors",)), at(second, "second", models=("vectors",)))
    embed(models, "vectors")
    embed(models, "second/vectors")
    assert [len(server.to("/embeddings")) for server in (first, second)] == [1, 1]
    assert second.requests[0].json["model"] == "vectors"


def test_an_upstream_that_does_not_serve_embeddings_is_passed_over(catalog, first, second):
    models = catalog(
        at(first, "first", models=("both",), serves=frozenset({"chat"})), at(second, "second", models=("both",))
    )
    embed(models, "both")
    assert first.requests == []
    with pytest.raises(UnknownModel, match="does not serve it for this"):
        models.embedding_model("first/both")


@pytest.mark.parametrize("name", ["nobody", "extractive", "first/nobody"])
def test_a_name_that_nobody_serves_is_unknown(catalog, first, name):
    with pytest.raises(UnknownModel):
        catalog(at(first, "first", models=("m",))).embedding_model(name)


def test_the_configured_model_is_served_and_listed_before_the_upstream_has_told_its_list(catalog, first):
    models = catalog(at(first, "first"))
    models.embedder("vectors")
    assert "vectors" in models.listed()
    assert "vectors" in models.names()
    assert embed(models, "vectors").vectors == ([1, 0, 1],)
    assert models.default == "extractive"


def test_the_built_in_model_is_served_and_listed(catalog):
    models = catalog()
    assert list(models.listed()) == ["extractive", "hash-384"]
    assert models.owner("hash-384") == "ragproxy"
    assert models.embedding_model("hash-384").name == "hash-384"


@pytest.mark.parametrize("ask", ["chat_model", "embedding_model"])
def test_built_in_models_serve_for_one_thing_alone(catalog, ask):
    name = "hash-384" if ask == "chat_model" else "extractive"
    with pytest.raises(UnknownModel, match="does not serve for this"):
        getattr(catalog(), ask)(name)


def test_calls_are_retried_as_the_upstream_is_configured(catalog, first):
    models = catalog(at(first, "first", models=("vectors",), retries=1))
    first.script(refusal(503, "busy"))
    made = embed(models, "vectors")
    assert made.vectors == ([1, 0, 1],)
    assert made.headers[TRIED] == "first/vectors 503, first/vectors 200"


def test_chat_and_embeddings_share_the_upstreams_breaker(catalog, first):
    models = catalog(at(first, "first", models=("vectors", "chat"), break_after=1))
    first.script(refusal(500, "oops"))
    with pytest.raises(UpstreamUnavailable):
        embed(models, "vectors")
    with pytest.raises(BreakerOpen):
        embed(models, "vectors")
    assert len(first.requests) == 1


def test_a_fallback_answers_all_of_it(catalog, first, second):
    fallbacks = {"vectors": ("second/vectors",)}
    models = catalog(
        at(first, "first", models=("vectors",), fallbacks=fallbacks), at(second, "second", models=("vectors",))
    )
    first.script(refusal(503, "busy"))
    assert embed(models, "vectors").headers[TRIED] == "first/vectors 503, second/vectors 200"


def test_without_a_fallback_no_other_model_makes_the_vectors(catalog, first, second):
    models = catalog(at(first, "first", models=("vectors",)), at(second, "second", models=("vectors", "other")))
    first.script(refusal(503, "busy"))
    with pytest.raises(UpstreamUnavailable):
        embed(models, "vectors")
    assert second.requests == []


def test_the_indexs_vectors_pass_the_same_breaker_as_everything_else(catalog, first):
    embedder = catalog(at(first, "first", models=("vectors",), break_after=2)).embedder("vectors")
    first.script(refusal(503, "a"), refusal(503, "b"))
    for _ in range(2):
        with pytest.raises(UpstreamUnavailable):
            embedder.embed(["a"])
    with pytest.raises(BreakerOpen):
        embedder.embed(["a"])
    assert len(first.requests) == 2


def embed(models, name):
    return models.embedding_model(name).embed(EmbeddingRequest(name, ("a",)))


def at(server, name, **options):
    return Upstream(name, server.url, **options)


@pytest.fixture
def first():
    with UpstreamServer(models=["vectors", "both", "chat"]) as server:
        yield server


@pytest.fixture
def second():
    with UpstreamServer(models=["vectors", "both"]) as server:
        yield server


@pytest.fixture
def catalog():
    with contextlib.ExitStack() as opened:

        def make(*upstreams):
            models = Catalog(
                upstreams,
                model=None,
                pool=4,
                extractive=FakeModel("built in"),
                embeddings=BuiltInEmbeddings(HashEmbedder(), HashEmbedder.dimensions, tokens.estimate),
            )
            return opened.enter_context(contextlib.closing(models))

        yield make
