import logging
import socket
import time
from itertools import pairwise

import pytest

from ragproxy.backends.catalog import MOST_NAMES, Catalog
from ragproxy.domain import ChatRequest, CompletionRequest, Message
from ragproxy.errors import ConfigError, NotServed, UnknownModel, UpstreamUnavailable
from ragproxy.upstreams import Upstream
from tests.fakes import FakeModel
from tests.replies import Reply, refusal


def test_without_an_upstream_there_is_the_built_in_model_alone(catalog):
    models = catalog(None)
    models.start()
    assert models.default == "extractive"
    assert list(models.listed()) == ["extractive"]
    assert said(models.chat_model("extractive")) == said(models.extractive)
    assert models.completion_model("extractive") is None
    with pytest.raises(UnknownModel) as caught:
        models.chat_model("gpt-4o")
    assert caught.value.param == "model"


def test_the_configured_model_is_served_before_and_without_the_list(catalog, up):
    up.script(*[refusal(404, "no such page")] * 50, path="/models")
    models = catalog(up.url, model="upstream-model")
    assert models.default == "upstream-model"
    assert list(models.listed()) == ["upstream-model", "extractive"]
    models.start()
    assert eventually(lambda: up.to("/models"))
    assert said(models.chat_model("upstream-model")) == "Hi"
    with pytest.raises(UnknownModel):
        models.chat_model("other")
    assert up.to("/chat/completions")[0].json["model"] == "upstream-model"


def test_the_upstreams_models_are_learnt_in_the_background(catalog, up):
    up.models = ["b/large", "a:small", "upstream-model"]
    models = catalog(up.url, model="upstream-model")
    with pytest.raises(UnknownModel):
        models.chat_model("b/large")
    models.start()
    assert eventually(lambda: list(models.listed()) == ["upstream-model", "extractive", "b/large", "a:small"])
    assert said(models.chat_model("b/large")) == "Hi"
    assert models.chat_model("b/large") is models.chat_model("b/large")
    assert up.to("/models")[0].headers["authorization"] == "Bearer sk-key"


def test_a_name_with_a_slash_is_the_upstreams_own_even_when_it_begins_like_its_name(catalog, up):
    up.models = ["openai/gpt-4o", "meta/llama"]
    models = catalog(up.url, model="openai/gpt-4o")
    assert said(models.chat_model("openai/gpt-4o")) == "Hi"  # before the list is known
    models.start()
    assert eventually(lambda: "meta/llama" in models.names())
    assert said(models.chat_model("openai/gpt-4o")) == "Hi"
    assert [request.json["model"] for request in up.to("/chat/completions")] == ["openai/gpt-4o"] * 2


def test_an_upstream_of_the_environment_is_called_once_and_tells_no_tale(catalog, up):
    up.script(refusal(503, "down"), path="/chat/completions")
    models = catalog(up.url, model="upstream-model")
    with pytest.raises(UpstreamUnavailable) as caught:
        said(models.chat_model("upstream-model"))
    assert "x-ragproxy-tried" not in caught.value.headers
    assert len(up.to("/chat/completions")) == 1
    assert models.owner("upstream-model") == "upstream"
    assert models.owner("extractive") == "ragproxy"


def test_names_never_ask_the_upstream(catalog, up):
    models = catalog(up.url, model="upstream-model")
    for _ in range(3):
        models.names()
        models.chat_model("upstream-model")
    assert up.requests == []


def test_the_list_is_read_again_now_and_then(catalog, up):
    models = catalog(up.url, model="upstream-model", refresh_s=0.05)
    models.start()
    assert eventually(lambda: len(up.to("/models")) > 1)
    up.models = ["upstream-model", "new"]
    assert eventually(lambda: "new" in models.names())
    up.models = ["upstream-model"]
    assert eventually(lambda: "new" not in models.names())


@pytest.mark.parametrize(
    "reply", [refusal(503, "down"), refusal(401, "who?"), Reply.text("<html>", 200, "text/html"), Reply.json({})]
)
def test_an_upstream_that_gives_no_list_is_asked_again_soon(catalog, up, reply, caplog):
    up.script(reply, reply, path="/models")
    up.models = ["upstream-model", "other"]
    models = catalog(up.url, model="upstream-model", retry_s=0.02)
    models.start()
    assert eventually(lambda: "other" in models.names())
    assert len(up.to("/models")) == 3
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == 1  # one for a row of failures
    assert "sk-key" not in caplog.text


def test_an_upstream_that_goes_down_keeps_its_last_list(catalog, up):
    up.models = ["upstream-model", "other"]
    models = catalog(up.url, model="upstream-model", refresh_s=0.05)
    models.start()
    assert eventually(lambda: "other" in models.names())
    up.script(*[refusal(500, "down")] * 3, path="/models")
    asked = len(up.to("/models"))
    assert eventually(lambda: len(up.to("/models")) > asked + 2)
    assert "other" in models.names()


def test_failures_are_spaced_wider_and_wider_up_to_the_usual_pause(catalog, up):
    up.script(*[refusal(500, "down")] * 50, path="/models")
    models = catalog(up.url, model="upstream-model", retry_s=0.05, refresh_s=0.2)
    models.start()
    assert eventually(lambda: len(up.to("/models")) == 5)
    times = [request.at for request in up.to("/models")]
    gaps = [after - before for before, after in pairwise(times)]
    assert all(gap > least for gap, least in zip(gaps, (0.04, 0.09, 0.19, 0.19), strict=True))


def test_an_upstream_that_refuses_connections_does_not_hold_the_start(catalog):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
    models = catalog(url)
    began = time.monotonic()
    models.start()
    assert time.monotonic() - began < 1
    assert list(models.listed()) == ["extractive"]


def test_a_long_list_is_cut(catalog, up):
    up.models = [f"m{number}" for number in range(MOST_NAMES + 5)]
    models = catalog(up.url, model="m0")
    models.start()
    assert eventually(lambda: len(models.listed()) > 2)
    assert len(models.listed()) == MOST_NAMES + 1


# ---- an upstream, and no word about which of its models writes ----------------------------------


def test_an_upstream_with_one_chat_model_needs_no_word(catalog, up, caplog):
    up.models = ["llama3:8b", "nomic-embed-text", "vectors-of-ours"]
    models = catalog(up.url)
    models.embedder("vectors-of-ours")
    models.start()  # waits for the first list
    assert models.default == "llama3:8b"
    assert list(models.listed()) == ["llama3:8b", "extractive", "nomic-embed-text", "vectors-of-ours"]
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_an_upstream_with_several_leaves_it_to_the_built_in_one_and_says_what_to_set(catalog, up, caplog):
    up.models = ["one", "two"]
    models = catalog(up.url)
    models.start()
    assert models.default == "extractive"
    assert "set RAGPROXY_UPSTREAM_MODEL to one of one, two" in caplog.text
    assert said(models.chat_model("two")) == "Hi"


def test_an_upstream_that_is_silent_does_not_hold_the_start_for_long(catalog, up):
    up.script(Reply.json({}, head_delay_s=30), path="/models")
    models = catalog(up.url)
    began = time.monotonic()
    models.start(first_list_s=0.2)
    assert models.default == "extractive"
    models.close()
    assert time.monotonic() - began < 1.5


# ---- legacy completions, embeddings, settings ---------------------------------------------------


def test_a_model_known_to_have_chat_alone_has_no_completions(catalog, up):
    models = catalog(up.url, model="upstream-model")
    model = models.completion_model("upstream-model")
    request = CompletionRequest(model="m", prompts=("a",))
    assert [delta.content for delta in model.complete(request)] == ["a!"]
    up.script(refusal(404, "Unknown request URL"))
    with pytest.raises(NotServed):
        list(model.complete(request))
    assert models.completion_model("upstream-model") is None
    assert said(models.chat_model("upstream-model")) == "Hi"


def test_an_unknown_model_has_no_completions_either(catalog, up):
    with pytest.raises(UnknownModel):
        catalog(up.url).completion_model("other")


def test_an_embedder_asks_the_same_upstream(catalog, up):
    assert catalog(up.url).embedder("upstream-model").embed(["a"]).shape == (1, 3)
    with pytest.raises(ConfigError, match=r"RAGPROXY_EMBEDDING_MODEL: .*OPENAI_BASE_URL"):
        catalog(None).embedder("upstream-model")


def test_start_twice_learns_once_and_close_ends_it(catalog, up):
    models = catalog(up.url, model="upstream-model", refresh_s=0.02)
    models.start()
    models.start()
    assert eventually(lambda: up.to("/models"))
    models.close()
    asked = len(up.to("/models"))
    time.sleep(0.1)
    assert len(up.to("/models")) == asked
    assert up.connections == 1


# ---- fixtures -----------------------------------------------------------------------------------


def said(model):
    return "".join(delta.content or "" for delta in model.chat(ChatRequest("m", (Message("user", "Hi"),))))


def eventually(true, wait_s=5.0):
    end = time.monotonic() + wait_s
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.01)
    return False


@pytest.fixture
def catalog(caplog):
    caplog.set_level(logging.INFO)
    made = []

    def make(url, *, key="sk-key", model=None, **options):
        extractive = FakeModel("built in")
        upstream = Upstream("openai", str(url), key=key, read_timeout_s=5, implicit=True)
        models = Catalog([upstream] if url else [], model=model, pool=4, extractive=extractive, **options)
        models.extractive = extractive
        made.append(models)
        return models

    yield make
    for models in made:
        models.close()
