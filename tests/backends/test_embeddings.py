"""Embeddings for clients: passed on as the upstream made them, in as many requests as it takes."""

import base64
import json
import struct
import threading
import time

import numpy as np
import pytest

from ragproxy import tokens
from ragproxy.backends import embeddings
from ragproxy.backends.embeddings import BuiltInEmbeddings, Counted, FallbackEmbeddings, UpstreamEmbeddings
from ragproxy.backends.resilience import Breaker, Gate, Protection, RetryPolicy
from ragproxy.domain import Cancel, EmbeddingRequest, Embeddings, Usage
from ragproxy.errors import (
    ClientGone,
    InvalidRequest,
    UnsupportedParameter,
    UpstreamBroken,
    UpstreamRefused,
    UpstreamUnavailable,
)
from ragproxy.retrieval import HashEmbedder
from tests.fakes import FakeSleep
from tests.replies import Reply, refusal, usage


def test_the_upstream_is_sent_what_the_client_sent(up, model):
    model.embed(asking("a", "bb", params={"dimensions": 2, "user": "ann", "input_type": "query"}))
    assert up.requests[0].json == {
        "model": "upstream-model",
        "input": ["a", "bb"],
        "encoding_format": "float",
        "dimensions": 2,
        "user": "ann",
        "input_type": "query",
    }


def test_vectors_are_neither_normalised_nor_rounded(up, model):
    numbers = [0.1234567890123456, 12345678.9, -3]
    up.script(listed(numbers))
    assert model.embed(asking("a")).vectors == (numbers,)


def test_base64_is_asked_for_and_passed_on_when_the_client_wants_it(up, model):
    (vector,) = model.embed(asking("a", packed=True)).vectors
    assert up.requests[0].json["encoding_format"] == "base64"
    assert struct.unpack("<3f", base64.b64decode(vector)) == (1, 0, 1)


def test_a_server_that_refuses_base64_is_asked_for_numbers_from_then_on(up, model):
    up.script(refusal(400, "encoding_format: only 'float' is supported"))
    assert model.embed(asking("a", packed=True)).vectors == ([1, 0, 1],)
    model.embed(asking("a", packed=True))
    assert [request.json["encoding_format"] for request in up.requests] == ["base64", "float", "float"]


def test_tokens_go_as_tokens(up, model):
    made = model.embed(EmbeddingRequest("asked", ((5, 6), (7,)), tokens=True))
    assert up.requests[0].json["input"] == [[5, 6], [7]]
    assert made.vectors == ([2, 11, 1], [1, 7, 1])


# ---- batches ------------------------------------------------------------------------------------


def test_many_inputs_go_in_batches_that_keep_their_order_and_add_up_their_usage(up, http):
    model = UpstreamEmbeddings(http, "upstream-model", inputs=3)
    made = model.embed(asking(*("x" * number for number in range(1, 9))))
    assert [len(request.json["input"]) for request in up.requests] == [3, 3, 2]
    assert [vector[0] for vector in made.vectors] == list(range(1, 9))
    assert (made.usage.prompt, made.usage.details["total_tokens"]) == (8, 8)


def test_long_inputs_go_in_smaller_batches_whole(up, http):
    model = UpstreamEmbeddings(http, "upstream-model", characters=10)
    made = model.embed(asking("x" * 6, "x" * 4, "x" * 25, "x"))
    assert [list(map(len, request.json["input"])) for request in up.requests] == [[6, 4], [25], [1]]
    assert [vector[0] for vector in made.vectors] == [6, 4, 25, 1]


@pytest.mark.parametrize(
    "message",
    [
        "batch size 5 > maximum allowed batch size 2",  # text-embeddings-inference
        "Too many inputs. The max number of inputs is 2.",  # Azure
        "invalid request: total number of texts must be at most 2",  # Cohere
    ],
)
def test_a_server_that_wants_fewer_at_once_gets_fewer_from_then_on(up, model, message):
    up.script(refusal(422, message), refusal(422, message))
    made = model.embed(asking("a", "bb", "ccc", "dddd", "eeeee"))
    assert [vector[0] for vector in made.vectors] == [1, 2, 3, 4, 5]
    assert [len(request.json["input"]) for request in up.requests] == [5, 3, 2, 1, 2]
    up.reset()
    model.embed(asking("a", "b", "c"))
    assert [len(request.json["input"]) for request in up.requests] == [2, 1]


@pytest.mark.parametrize(
    "refused",
    [
        refusal(400, "Requested 300001 tokens, max 300000 tokens per request", "max_tokens_per_request"),
        refusal(400, "Too many tokens in batch. Max is 16384."),
        refusal(413, "Payload too large"),
    ],
)
def test_too_much_text_at_once_goes_in_halves_this_time_alone(up, model, refused):
    up.script(refused)
    model.embed(asking("a", "b", "c", "d"))
    assert [len(request.json["input"]) for request in up.requests] == [4, 2, 2]
    up.reset()
    model.embed(asking("a", "b", "c", "d"))
    assert [len(request.json["input"]) for request in up.requests] == [4]


def test_one_input_that_is_too_much_is_refused_and_nothing_is_learnt_from_it(up, model):
    refused = refusal(413, "input is too large, increase the physical batch size")
    up.script(refused, refused)
    with pytest.raises(UpstreamRefused, match="too large"):
        model.embed(asking("a", "b"))
    up.reset()
    model.embed(asking("a", "b"))
    assert len(up.requests) == 1


def test_other_refusals_are_passed_on_at_once(up, model):
    up.script(refusal(400, "dimensions: not supported"))
    with pytest.raises(UpstreamRefused, match="dimensions"):
        model.embed(asking("a", "b"))
    assert len(up.requests) == 1


# ---- usage --------------------------------------------------------------------------------------


def test_of_several_usages_every_figure_is_added_up(up, http):
    model = UpstreamEmbeddings(http, "upstream-model", inputs=1)
    up.script(
        listed([1], usage={"prompt_tokens": 3, "total_tokens": 4, "images": 1, "tier": "x"}),
        listed([2], usage={"prompt_tokens": 5, "total_tokens": 6}),
    )
    made = model.embed(asking("a", "b"))
    assert made.usage == Usage(8, 0, 10, {"prompt_tokens": 8, "total_tokens": 10, "images": 1})


def test_a_usage_that_an_upstream_does_not_tell_is_estimated_and_says_so(up, model):
    up.script(listed([1], [2]))
    made = Counted(model, len).embed(asking("abc", "de"))
    assert made.usage == Usage(5, 0, 5, {"estimated": True})


def test_tokens_need_no_estimate(up, model):
    up.script(listed([1]))
    made = Counted(model, len).embed(EmbeddingRequest("m", ((5, 6, 7),), tokens=True))
    assert made.usage == Usage(3, 0, 3)


def test_one_usage_that_is_missing_makes_an_estimate_of_the_sum(up, http):
    up.script(listed([1], usage=usage(9, 0)), listed([2]))
    made = Counted(UpstreamEmbeddings(http, "upstream-model", inputs=1), len).embed(asking("abc", "de"))
    assert made.usage == Usage(5, 0, 5, {"estimated": True})


def test_a_usage_that_is_told_is_left_alone(model):
    assert Counted(model, len).embed(asking("abc")).usage == Usage(1, 0, 1, usage(1, 0))


# ---- failures -----------------------------------------------------------------------------------


def test_only_the_batch_that_failed_is_sent_again(up, http):
    sleep = FakeSleep()
    protection = Protection(Gate("main"), Breaker("main", failures=9), RetryPolicy(2, sleep=sleep))
    model = UpstreamEmbeddings(http, "upstream-model", protection.call, inputs=1)
    up.script(listed([7]), refusal(503, "busy"), listed([8]))
    assert model.embed(asking("a", "b")).vectors == ([7], [8])
    assert [request.json["input"] for request in up.requests] == [["a"], ["b"], ["b"]]


def test_the_upstreams_headers_for_clients_come_with_the_vectors(up, model):
    up.script(listed([1], headers={"x-ratelimit-remaining-tokens": "99", "set-cookie": "a=b"}))
    assert model.embed(asking("a")).headers == {"x-ratelimit-remaining-tokens": "99"}


def test_the_whole_request_is_one_models():
    first, second = Scripted(fails=UpstreamUnavailable("down", status=503)), Scripted([9])
    made = FallbackEmbeddings([("one/m", first), ("two/m", second)]).embed(asking("a"))
    assert made.vectors == ([9],)
    assert made.headers["x-ragproxy-tried"] == "one/m 503, two/m 200"


def test_a_hang_up_breaks_the_call_off(up, model):
    up.script(Reply.json({}, head_delay_s=30))
    cancel = Cancel()
    threading.Timer(0.2, cancel.cancel).start()
    began = time.monotonic()
    with pytest.raises(UpstreamBroken):
        model.embed(asking("a", cancel=cancel))
    assert time.monotonic() - began < 2
    assert up.requests[0].left.wait(2)


@pytest.mark.parametrize(
    "reply", [Reply.json({"data": []}), Reply.text("<html>", 200, "text/html"), Reply.json({"data": []}, cut_at=4)]
)
def test_an_answer_that_is_no_list_of_their_vectors_is_broken(up, model, reply):
    up.script(reply)
    with pytest.raises(UpstreamBroken):
        model.embed(asking("a"))


# ---- the built-in model -------------------------------------------------------------------------


def test_the_built_in_vectors_are_those_of_the_index(built_in):
    made = built_in.embed(asking("Le bureau ouvre à 9 heures", "Prices"))
    rows = [np.frombuffer(base64.b64decode(vector), "<f4") for vector in made.vectors]
    assert np.array_equal(rows, HashEmbedder().embed(["Le bureau ouvre à 9 heures", "Prices"]))
    assert built_in.name == "hash-384"


def test_the_built_in_models_tokens_are_counted(built_in):
    count = tokens.estimate("some words here") + tokens.estimate("more")
    assert built_in.embed(asking("some words here", "more")).usage == Usage(count, 0, count)


def test_the_dimensions_it_has_may_be_asked_for(built_in):
    assert len(built_in.embed(asking("a", params={"dimensions": 384})).vectors) == 1


def test_other_dimensions_are_refused(built_in):
    with pytest.raises(UnsupportedParameter) as caught:
        built_in.embed(asking("a", params={"dimensions": 256}))
    assert caught.value.param == "dimensions"


def test_tokens_are_refused_by_the_built_in_model(built_in):
    with pytest.raises(InvalidRequest, match="send strings") as caught:
        built_in.embed(EmbeddingRequest("hash-384", ((5, 6),), tokens=True))
    assert caught.value.param == "input"


def test_nothing_is_embedded_for_who_has_gone(monkeypatch):
    cancel = Cancel()
    embedder = Leaving(cancel, after=2)
    monkeypatch.setattr(embeddings, "_AT_ONCE", 1)
    with pytest.raises(ClientGone):
        BuiltInEmbeddings(embedder, 384, len).embed(asking("a", "b", "c", "d", cancel=cancel))
    assert embedder.texts == ["a", "b"]


# ---- fixtures -----------------------------------------------------------------------------------


def asking(*texts, **fields):
    return EmbeddingRequest("asked", texts, **fields)


def listed(*rows, usage=None, headers=None):
    data = [{"index": index, "embedding": row} for index, row in enumerate(rows)]
    return Reply.text(json.dumps({"data": data, "usage": usage}), 200, "application/json", headers)


class Scripted:
    """An EmbeddingModel with one answer."""

    def __init__(self, vector=None, fails=None):
        self.vector = vector
        self.fails = fails

    def embed(self, request):
        if self.fails:
            raise self.fails
        return Embeddings((self.vector,))


class Leaving(HashEmbedder):
    """An Embedder whose client leaves after so many texts."""

    def __init__(self, cancel, after):
        self.cancel, self.after, self.texts = cancel, after, []

    def embed(self, texts):
        self.texts += texts
        if len(self.texts) >= self.after:
            self.cancel.cancel()
        return super().embed(texts)


@pytest.fixture
def model(http):
    return UpstreamEmbeddings(http, "upstream-model")


@pytest.fixture
def built_in():
    return BuiltInEmbeddings(HashEmbedder(), HashEmbedder.dimensions, tokens.estimate)
