import contextlib
import logging

import pytest

from ragproxy.backends.catalog import Catalog
from ragproxy.domain import ChatRequest, CompletionRequest, Message
from ragproxy.errors import NotServed, UpstreamBroken, UpstreamError, UpstreamRefused, UpstreamUnavailable
from ragproxy.upstreams import Entra, Upstream
from tests.azure import PROMPT_FILTER, SAFE, Azure, Login, azure_error, filtered_frames
from tests.fakes import FakeModel
from tests.replies import Reply, sse


def test_a_model_is_asked_at_its_deployment_with_the_key(catalog, azure):
    models = catalog(azure)
    assert said(models.chat_model("gpt-4o")) == "Hi"
    request = azure.requests[0]
    assert request.path == "/openai/deployments/our-4o/chat/completions?api-version=2024-10-21"
    assert request.headers["api-key"] == "az-key"
    assert "authorization" not in request.headers
    assert request.json["model"] == "gpt-4o"


def test_a_deployment_of_an_odd_name_is_one_segment(catalog, azure):
    azure.deployments["../our model?"] = "odd"
    said(catalog(azure, deployments={"odd": "../our model?"}).chat_model("odd"))
    assert azure.requests[0].path.startswith("/openai/deployments/..%2Four%20model%3F/chat/completions?")


def test_nobody_asks_azure_for_a_list(catalog, azure):
    models = catalog(azure)
    models.start()
    assert list(models.listed()) == ["gpt-4o", "extractive", "vectors"]
    assert azure.requests == []


def test_the_embedder_asks_its_deployment(catalog, azure):
    assert catalog(azure).embedder("vectors").embed(["a", "bb"]).shape == (2, 3)
    assert azure.requests[0].path == "/openai/deployments/our-vectors/embeddings?api-version=2024-10-21"


def test_custom_headers_go_along(catalog, azure):
    said(catalog(azure, headers={"X-Team": "search"}).chat_model("gpt-4o"))
    assert azure.requests[0].headers["x-team"] == "search"
    assert azure.requests[0].headers["api-key"] == "az-key"


# ---- what azure says differently ----------------------------------------------------------------


def test_what_the_filters_say_is_kept_and_the_prompts_comes_with_the_first_piece(catalog, azure):
    azure.text = "Par is"
    deltas = list(catalog(azure).chat_model("gpt-4o").chat(asked(stream=True)))
    assert deltas[0].chunk["prompt_filter_results"] == PROMPT_FILTER
    assert [delta.choice["content_filter_results"] for delta in deltas if delta.content] == [SAFE, SAFE]
    assert "".join(delta.content or "" for delta in deltas) == "Paris"


def test_filters_of_a_whole_answer_are_kept_too(catalog, azure):
    (delta,) = catalog(azure).chat_model("gpt-4o").chat(asked())
    assert delta.chunk["prompt_filter_results"] == PROMPT_FILTER
    assert delta.choice["content_filter_results"] == SAFE


def test_a_model_that_fails_after_its_prompt_was_filtered_fails_before_the_first_delta(catalog, azure):
    error = {"error": {"code": "429", "message": "busy"}}
    azure.script(Reply.events(filtered_frames()[0], sse(error)))
    with pytest.raises(UpstreamRefused) as caught:
        next(catalog(azure).chat_model("gpt-4o").chat(asked(stream=True)))
    assert caught.value.status == 429


def test_a_stream_of_nothing_but_filters_is_broken(catalog, azure):
    azure.script(Reply.events(*[filtered_frames()[0]] * 3))
    with pytest.raises(UpstreamBroken):
        next(catalog(azure).chat_model("gpt-4o").chat(asked(stream=True)))


def test_chunks_of_filters_alone_pass_in_the_middle(catalog, azure):
    late = {"choices": [{"index": 0, "finish_reason": None, "content_filter_offsets": {"check_offset": 3}}]}
    frames = filtered_frames("Par", "is")
    azure.script(Reply.events(*frames[:3], sse(late), *frames[3:]))
    deltas = list(catalog(azure).chat_model("gpt-4o").chat(asked(stream=True)))
    assert {"check_offset": 3} in [delta.choice.get("content_filter_offsets") for delta in deltas]
    assert "".join(delta.content or "" for delta in deltas) == "Paris"


def test_a_filtered_prompt_is_the_clients_to_know(catalog, azure):
    azure.script(azure_error(400, "content_filter", "The response was filtered", {"code": "ResponsibleAIPolicy"}))
    with pytest.raises(UpstreamRefused) as caught:
        said(catalog(azure).chat_model("gpt-4o"))
    error = caught.value
    assert (error.status, error.code, error.param) == (400, "content_filter", "prompt")
    assert error.message == "The response was filtered"


def test_a_deployment_that_is_not_there_is_told(catalog, azure):
    models = catalog(azure, deployments={"gone": "gone"})
    with pytest.raises(UpstreamRefused) as caught:
        said(models.chat_model("gone"))
    assert (caught.value.status, caught.value.code) == (404, "DeploymentNotFound")
    with pytest.raises(UpstreamRefused):
        list(models.completion_model("gone").complete(CompletionRequest("m", ("a",))))
    assert models.completion_model("gone") is not None


def test_a_chat_model_without_completions_is_noticed(catalog, azure):
    models = catalog(azure)
    with pytest.raises(NotServed):
        list(models.completion_model("gpt-4o").complete(CompletionRequest("m", ("a",))))
    assert models.completion_model("gpt-4o") is None


def test_a_limit_says_when_to_come_back(catalog, azure):
    azure.script(azure_error(429, "429", "Requests have exceeded call rate limit", headers={"retry-after": "7"}))
    with pytest.raises(UpstreamRefused) as caught:
        said(catalog(azure).chat_model("gpt-4o"))
    assert caught.value.status == 429
    assert caught.value.headers["retry-after"] == "7"


def test_a_wrong_key_is_never_a_clients_fault(catalog, azure):
    azure.key = "another"
    with pytest.raises(UpstreamError) as caught:
        said(catalog(azure).chat_model("gpt-4o"))
    assert caught.value.code == "upstream_auth"


# ---- tokens -------------------------------------------------------------------------------------


def test_a_token_stands_for_the_key_and_serves_many_calls(catalog, azure, login):
    models = catalog(azure, login)
    for _ in range(3):
        assert said(models.chat_model("gpt-4o")) == "Hi"
    assert [request.headers["authorization"] for request in azure.requests] == ["Bearer token-1"] * 3
    assert "api-key" not in azure.requests[0].headers
    assert len(login.requests) == 1


def test_embedder_and_models_share_a_token(catalog, azure, login):
    models = catalog(azure, login)
    models.embedder("vectors").embed(["a"])
    said(models.chat_model("gpt-4o"))
    assert len(login.requests) == 1


def test_a_token_that_is_refused_is_forgotten(catalog, azure, login):
    models = catalog(azure, login)
    said(models.chat_model("gpt-4o"))
    azure.revoked.add("token-1")
    with pytest.raises(UpstreamError):
        said(models.chat_model("gpt-4o"))
    assert said(models.chat_model("gpt-4o")) == "Hi"
    assert azure.requests[-1].headers["authorization"] == "Bearer token-2"


def test_a_login_server_that_is_down_makes_the_upstream_unavailable(catalog, azure, login):
    login.script(Reply.text("<html>", 502, "text/html"))
    models = catalog(azure, login)
    with pytest.raises(UpstreamUnavailable, match=r"login server .* answered with status 502"):
        said(models.chat_model("gpt-4o"))
    assert azure.requests == []
    assert said(models.chat_model("gpt-4o")) == "Hi"


def test_wrong_credentials_are_told_without_them(catalog, azure, login, caplog):
    login.secret = "another"
    with pytest.raises(UpstreamError, match=r"invalid_client.*entra_client") as caught:
        said(catalog(azure, login).chat_model("gpt-4o"))
    assert caught.value.code == "upstream_auth"
    assert "hush" not in caught.value.message + caplog.text


# ---- fixtures -----------------------------------------------------------------------------------


def asked(stream=False):
    return ChatRequest("m", (Message("user", "Hi"),), stream=stream)


def said(model):
    return "".join(delta.content or "" for delta in model.chat(asked()))


@pytest.fixture
def azure():
    with Azure({"our-4o": "gpt-4o", "our-vectors": "vectors"}, key="az-key") as azure:
        yield azure


@pytest.fixture
def login(azure):
    with Login("tenant", "client", "hush") as login:
        azure.login = login
        yield login


@pytest.fixture
def catalog(caplog):
    """The models of the resource, by key or, with a login server, by token."""
    caplog.set_level(logging.DEBUG)
    with contextlib.ExitStack() as made:

        def make(azure, login=None, deployments=None, **options):
            deployments = deployments or {"gpt-4o": "our-4o", "vectors": "our-vectors"}
            entra = Entra("tenant", "client", "hush", login.endpoint) if login else None
            upstream = Upstream(
                "azure",
                azure.endpoint,
                kind="azure",
                key=None if login else "az-key",
                models=tuple(deployments),
                deployments=deployments,
                entra=entra,
                **options,
            )
            return made.enter_context(
                contextlib.closing(
                    Catalog([upstream], model=next(iter(deployments)), pool=4, extractive=FakeModel("built in"))
                )
            )

        yield make
