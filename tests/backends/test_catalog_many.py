import contextlib
import logging
import socket
import time

import pytest

from ragproxy.backends.catalog import BACKENDS, Catalog
from ragproxy.domain import ChatRequest, CompletionRequest, Message
from ragproxy.errors import BreakerOpen, ConfigError, NotServed, OverQuota, UnknownModel, UpstreamUnavailable
from ragproxy.upstreams import KINDS, Upstream
from tests.fakes import FakeModel
from tests.replies import refusal
from tests.upstream import Upstream as UpstreamServer

TRIED = "x-ragproxy-tried"


def test_every_kind_of_upstream_has_a_backend():
    assert set(BACKENDS) == set(KINDS)


def test_a_models_own_name_means_the_first_upstream_that_has_it(catalog, first, second):
    models = catalog(at(first, "first", models=("both", "mine")), at(second, "second", models=("both", "yours")))
    assert said(models.chat_model("both")) == "from first"
    assert said(models.chat_model("second/both")) == "from second"
    assert said(models.chat_model("yours")) == "from second"
    assert second.to("/chat/completions")[0].json["model"] == "both"


def test_a_list_shows_each_id_once_and_tells_apart_those_that_two_have(catalog, first, second):
    models = catalog(at(first, "first", models=("both", "mine")), at(second, "second", models=("both", "yours")))
    assert list(models.listed()) == ["extractive", "both", "first/both", "second/both", "mine", "yours"]
    assert {"first/mine", "second/yours"} <= set(models.names())
    owners = [models.owner(name) for name in ("both", "second/both", "yours", "second/yours", "extractive")]
    assert owners == ["first", "second", "second", "second", "ragproxy"]


def test_a_name_with_an_upstream_that_lacks_the_model_means_nothing(catalog, first, second):
    models = catalog(at(first, "first", models=("mine",)), at(second, "second", models=("yours",)))
    for name in ("first/yours", "second/", "third/mine", "first/first/mine"):
        assert name not in models.names()
        with pytest.raises(UnknownModel):
            models.chat_model(name)


def test_a_model_that_looks_qualified_is_the_upstreams_of_that_name(catalog, first, second):
    models = catalog(at(first, "router", models=("main/m",)), at(second, "main", models=("m",)))
    assert said(models.chat_model("main/m")) == "from second"
    assert said(models.chat_model("router/main/m")) == "from first"


def test_lists_are_learnt_beside_the_configured_ones(catalog, first, second):
    first.models = ["learnt", "both"]
    models = catalog(at(first, "first"), at(second, "second", models=("both",)))
    assert said(models.chat_model("both")) == "from second"
    models.start()
    assert eventually(lambda: "first/learnt" in models.names())
    assert said(models.chat_model("both")) == "from first"
    assert second.to("/models") == []


def test_an_upstream_that_is_down_at_the_start_blocks_nobody(catalog, second):
    began = time.monotonic()
    models = catalog(Upstream("first", nowhere()), at(second, "second", models=("yours",)), model="yours")
    models.start()
    assert said(models.chat_model("yours")) == "from second"
    assert time.monotonic() - began < 1


# ---- who writes ---------------------------------------------------------------------------------


def test_the_only_chat_model_of_all_upstreams_writes(catalog, first, second):
    models = catalog(at(first, "first", models=("text-embed",)), at(second, "second", models=("yours",)))
    assert models.default == "yours"


def test_with_several_nobody_knows_until_it_is_said(catalog, first, second, caplog):
    first.models = ["mine"]
    models = catalog(at(first, "first"), at(second, "second", models=("yours",)))
    models.start()
    assert models.default == "extractive"
    assert "set RAGPROXY_UPSTREAM_MODEL to one of mine, yours" in caplog.text


def test_models_of_an_upstream_without_chat_do_not_write(catalog, first, second):
    models = catalog(at(first, "first", models=("mine",), serves={"embeddings"}), at(second, "second", models=("y",)))
    assert models.default == "y"
    with pytest.raises(UnknownModel, match="does not serve it for this"):
        models.chat_model("mine")


def test_the_writer_may_be_named_with_its_upstream(catalog, first, second):
    models = catalog(
        at(first, "first", models=("both",)), at(second, "second", models=("both", "mine")), model="second/both"
    )
    assert models.default == "second/both"
    assert said(models.chat_model(models.default)) == "from second"
    assert next(iter(models.listed())) == "second/both"


def test_a_writer_of_one_upstream_is_listed_under_its_own_name(catalog, second):
    models = catalog(at(second, "second", models=("yours",)), model="second/yours")
    assert list(models.listed()) == ["yours", "extractive"]


def test_a_writer_that_no_list_names_yet_is_of_the_first_upstream_that_lists_its_models(catalog, first, second):
    models = catalog(at(first, "first", models=("mine",)), at(second, "second"), model="later")
    assert said(models.chat_model("later")) == "from second"


def test_a_writer_named_with_an_upstream_needs_no_list(catalog, first, second):
    models = catalog(at(first, "first"), at(second, "second"), model="second/later")
    assert said(models.chat_model("second/later")) == "from second"
    assert second.to("/chat/completions")[0].json["model"] == "later"


def test_a_writer_that_is_listed_after_all_moves_to_who_lists_it(catalog, first, second):
    second.models = ["later"]
    models = catalog(at(first, "first"), at(second, "second"), model="later")
    assert said(models.chat_model("later")) == "from first"
    models.start()
    assert eventually(lambda: "second/later" in models.names())
    assert said(models.chat_model("later")) == "from second"


def test_a_writer_that_nobody_can_have_stops_the_start(catalog, first):
    with pytest.raises(ConfigError, match=r"^RAGPROXY_UPSTREAM_MODEL: no upstream has the model 'x'"):
        catalog(at(first, "first", models=("mine",)), model="x")


# ---- what each serves ---------------------------------------------------------------------------


def test_an_embedder_is_found_by_its_name_and_keeps_the_models(catalog, first, second):
    first.models = second.models = ["vectors"]
    models = catalog(at(first, "first", serves={"chat"}), at(second, "second", models=("vectors",)))
    assert models.embedder("vectors").embed(["a"]).shape == (1, 3)
    assert models.embedder("second/vectors").name == "vectors"
    assert (len(first.requests), len(second.requests)) == (0, 1)
    with pytest.raises(ConfigError, match="RAGPROXY_EMBEDDING_MODEL"):
        models.embedder("first/vectors")


def test_an_embedder_is_as_persistent_as_its_upstream(catalog, first):
    first.models = ["vectors"]
    first.script(refusal(503, "down", headers={"retry-after-ms": "1"}))
    embedder = catalog(at(first, "first", models=("vectors",), retries=1)).embedder("vectors")
    assert embedder.embed(["a"]).shape == (1, 3)
    assert len(first.requests) == 2


def test_an_upstream_without_completions_has_chat_alone(catalog, first):
    models = catalog(at(first, "first", models=("mine",), serves={"chat"}))
    assert models.completion_model("mine") is None
    assert said(models.chat_model("mine")) == "from first"


def test_completions_go_to_the_upstream_that_has_the_model(catalog, first, second):
    models = catalog(at(first, "first", models=("mine",)), at(second, "second", models=("yours",)))
    model = models.completion_model("yours")
    assert next(model.complete(CompletionRequest("m", ("a",)))).content == "from second"


def test_relays_find_who_serves_their_capability(catalog, first, second):
    models = catalog(
        at(first, "first", models=("mine",)), at(second, "second", models=("dall-e-3",), serves={"images", "audio"})
    )
    assert named(models.server_for("images")) == ("second", None)
    assert named(models.server_for("images", "dall-e-3")) == ("second", "dall-e-3")
    assert named(models.server_for("images", "second/dall-e-3")) == ("second", "dall-e-3")
    assert named(models.server_for("audio", "not-listed")) == ("second", "not-listed")
    assert named(models.server_for("audio", "second/not-listed")) == ("second", "not-listed")
    assert named(models.server_for("chat", "mine")) == ("first", "mine")


def test_what_nobody_serves_says_what_to_set(catalog, first):
    with pytest.raises(NotServed, match=r"'moderations': name it in the 'serves' of an \[\[upstream\]\]"):
        catalog(at(first, "first")).server_for("moderations")


# ---- resilience ---------------------------------------------------------------------------------


def test_what_was_tried_is_told(catalog, first):
    first.script(refusal(503, "down", headers={"retry-after-ms": "1"}))
    models = catalog(at(first, "first", models=("mine",), retries=1))
    assert headers(models.chat_model("mine"))[TRIED] == "first/mine 503, first/mine 200"


def test_an_upstream_may_be_tried_just_once(catalog, first):
    first.script(refusal(503, "down"))
    models = catalog(at(first, "first", models=("mine",)))
    with pytest.raises(UpstreamUnavailable):
        said(models.chat_model("mine"))
    assert len(first.requests) == 1


def test_another_upstream_answers_for_one_that_fails(catalog, first, second):
    first.script(refusal(503, "down"))
    models = catalog(
        at(first, "first", models=("mine",), fallbacks={"mine": ("second/yours",)}),
        at(second, "second", models=("yours",)),
    )
    model = models.chat_model("mine")
    deltas = list(model.chat(asked()))
    assert "".join(delta.content or "" for delta in deltas) == "from second"
    assert deltas[0].headers[TRIED] == "first/mine 503, second/yours 200"
    assert said(model) == "from first"


def test_whoever_can_be_stood_in_for_is_not_waited_for_long(catalog, first, second):
    first.script(refusal(429, "slow down", headers={"retry-after": "15"}))
    models = catalog(
        at(first, "first", models=("mine",), retries=2, fallbacks={"mine": ("second/yours",)}),
        at(second, "second", models=("yours",)),
    )
    began = time.monotonic()
    assert headers(models.chat_model("mine"))[TRIED] == "first/mine 429, second/yours 200"
    assert time.monotonic() - began < 10


def test_the_fallbacks_of_a_fallback_come_after_it(catalog, first, second):
    first.script(refusal(503, "a"), refusal(503, "b"))
    models = catalog(
        at(first, "first", models=("a", "b"), fallbacks={"a": ("b", "extractive"), "b": ("second/c",)}),
        at(second, "second", models=("c",)),
    )
    second.script(refusal(503, "c"))
    deltas = list(models.chat_model("a").chat(asked()))
    assert deltas[0].headers[TRIED] == "first/a 503, first/b 503, second/c 503, extractive 200"
    assert deltas[0].content == "built in"


def test_two_models_that_stand_in_for_each_other_are_asked_once_each(catalog, first, second):
    models = catalog(
        at(first, "first", models=("a",), fallbacks={"a": ("second/b",)}),
        at(second, "second", models=("b",), fallbacks={"b": ("first/a",)}),
    )
    first.script(refusal(503, "a"))
    second.script(refusal(503, "b"))
    with pytest.raises(UpstreamUnavailable) as caught:
        said(models.chat_model("a"))
    assert caught.value.headers[TRIED] == "first/a 503, second/b 503"
    first.script(refusal(503, "a"))
    assert said(models.chat_model("a")) == "from second"
    second.script(refusal(503, "b"))
    assert said(models.chat_model("b")) == "from first"


def test_a_model_with_fallbacks_is_served_while_its_upstream_is_down_from_the_start(catalog, second):
    down = Upstream("first", nowhere(), fallbacks={"mine": ("second/yours",)})
    models = catalog(down, at(second, "second"))
    assert said(models.chat_model("mine")) == "from second"
    assert {"mine", "yours"} <= set(models.listed())


def test_a_fallback_that_nobody_has_is_left_out_and_told_once(catalog, first, second, caplog):
    models = catalog(at(first, "first", models=("mine",), fallbacks={"mine": ("ghost", "yours")}), at(second, "second"))
    second.models = ["yours"]
    models.start()
    assert eventually(lambda: "yours" in models.names())
    for _ in range(2):
        first.script(refusal(503, "down"))
        assert said(models.chat_model("mine")) == "from second"
    assert caplog.text.count("first/mine falls back to ghost, which no upstream has") == 1


def test_completions_fall_back_to_those_that_have_them(catalog, first, second):
    first.script(refusal(503, "down"))
    models = catalog(
        at(first, "first", models=("mine",), fallbacks={"mine": ("extractive", "yours")}),
        at(second, "second", models=("yours",)),
    )
    deltas = list(models.completion_model("mine").complete(CompletionRequest("m", ("a",))))
    assert deltas[0].headers[TRIED] == "first/mine 503, second/yours 200"


def test_all_models_of_an_upstream_share_its_breaker(catalog, first):
    first.script(refusal(503, "down"), refusal(503, "down"))
    models = catalog(at(first, "first", models=("a", "b"), break_after=2))
    for model in ("a", "b"):
        with pytest.raises(UpstreamUnavailable):
            said(models.chat_model(model))
    with pytest.raises(BreakerOpen):
        said(models.chat_model("a"))
    assert len(first.requests) == 2


def test_all_models_of_an_upstream_share_its_places(catalog, first):
    models = catalog(at(first, "first", models=("a", "b"), concurrency=1, queue=0))
    with contextlib.closing(models.chat_model("a").chat(asked())) as deltas:
        next(deltas)
        with pytest.raises(OverQuota):
            said(models.chat_model("b"))
    assert said(models.chat_model("b")) == "from first"


# ---- headers ------------------------------------------------------------------------------------


def test_each_upstream_gets_its_own_key_and_headers(catalog, first, second, caplog):
    models = catalog(
        at(first, "first", models=("mine",), key="sk-1", headers={"X-Team": "search"}),
        at(second, "second", models=("yours",)),
    )
    said(models.chat_model("mine"))
    said(models.chat_model("yours"))
    assert first.requests[0].headers["authorization"] == "Bearer sk-1"
    assert first.requests[0].headers["x-team"] == "search"
    assert {"authorization", "x-team"}.isdisjoint(second.requests[0].headers)
    assert "sk-1" not in caplog.text
    assert "search" not in caplog.text


# ---- fixtures -----------------------------------------------------------------------------------


def at(server, name, **options):
    """The configuration of an upstream that is `server`."""
    if "serves" in options:
        options["serves"] = frozenset(options["serves"])
    return Upstream(name, server.url, **options)


def asked():
    return ChatRequest("m", (Message("user", "Hi"),))


def said(model):
    return "".join(delta.content or "" for delta in model.chat(asked()))


def headers(model):
    return next(iter(list(model.chat(asked())))).headers


def named(served):
    server, model = served
    return server.name, model


def nowhere():
    """An address that refuses connections."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"http://127.0.0.1:{taken.getsockname()[1]}/v1"


def eventually(true, wait_s=5.0):
    end = time.monotonic() + wait_s
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.01)
    return False


class Served(list):
    """What an upstream lists; it serves whatever model is asked."""

    def __contains__(self, model):
        return True


class AnyModel(UpstreamServer):
    """An upstream that lists its `models`, and serves any."""

    @property
    def models(self):
        return self._listed

    @models.setter
    def models(self, names):
        self._listed = Served(names)


@pytest.fixture
def first():
    with AnyModel() as server:
        server.text = "from first"
        yield server


@pytest.fixture
def second():
    with AnyModel() as server:
        server.text = "from second"
        yield server


@pytest.fixture
def catalog(caplog):
    caplog.set_level(logging.DEBUG)
    made = []

    def make(*upstreams, model=None, **options):
        models = Catalog(upstreams, model=model, pool=4, extractive=FakeModel("built in"), **options)
        made.append(models)
        return models

    yield make
    for models in made:
        models.close()
