"""Embeddings through the official clients: of a local upstream, of the built-in model, and of a real one."""

import contextlib
import socket
import subprocess
import sys
import time

import numpy as np
import openai
import pytest
import requests
from openai import AzureOpenAI

from ragproxy.retrieval import HashEmbedder
from tests.e2e import scaled
from tests.e2e.servers import ROOT, Server, free_port, migrated
from tests.replies import Reply, refusal

REAL = ROOT.parent / "shared" / "tools" / "embed_server.py"


def test_the_clients_default_is_base64_all_the_way(ai, upstream):
    made = ai.embeddings.create(model="tiny", input=["a", "bbbb"])
    assert [line.embedding for line in made.data] == [[1, 0, 1], [4, 4, 1]]
    assert (made.model, made.usage.prompt_tokens) == ("tiny", 2)
    assert upstream.requests[-1].json["encoding_format"] == "base64"


def test_numbers_when_the_client_asks_for_them(ai, upstream):
    made = ai.embeddings.create(model="tiny", input="a", encoding_format="float")
    assert made.data[0].embedding == [1, 0, 1]
    assert upstream.requests[-1].json["encoding_format"] == "float"


def test_an_upstream_that_knows_no_base64_is_understood(ai, upstream):
    upstream.script(Reply.json({"data": [{"index": 0, "embedding": [0.5, -2]}]}), path="/embeddings")
    made = ai.embeddings.create(model="other", input="three little words")
    assert made.data[0].embedding == [0.5, -2]
    assert made.usage.prompt_tokens == 3
    assert made.usage.estimated is True


def test_an_upstream_that_always_sends_base64_is_understood(ai, upstream):
    upstream.script(Reply.json({"data": [{"index": 0, "embedding": "AAAAPwAAAMA="}]}), path="/embeddings")
    assert ai.embeddings.create(model="other", input="a", encoding_format="float").data[0].embedding == [0.5, -2]


def test_dimensions_and_unknown_fields_reach_the_upstream(ai, upstream):
    made = ai.embeddings.create(
        model="tiny", input="a", dimensions=2, user="ann", extra_body={"input_type": "query", "truncate": True}
    )
    assert len(made.data[0].embedding) == 2
    sent = upstream.requests[-1].json
    assert (sent["dimensions"], sent["user"], sent["input_type"], sent["truncate"]) == (2, "ann", "query", True)


@pytest.mark.parametrize(("given", "sent"), [([5, 6], [[5, 6]]), ([[5, 6], [7]], [[5, 6], [7]])])
def test_tokens_reach_the_upstream_as_tokens(ai, upstream, given, sent):
    made = ai.embeddings.create(model="tiny", input=given)
    assert upstream.requests[-1].json["input"] == sent
    assert len(made.data) == len(sent)


def test_two_thousand_inputs_come_back_in_order(ai, upstream):
    made = ai.embeddings.create(model="tiny", input=["x" * (number % 40 + 1) for number in range(2048)])
    assert [line.embedding[0] for line in made.data] == [number % 40 + 1 for number in range(2048)]
    assert [line.index for line in made.data] == list(range(2048))
    assert made.usage.total_tokens == 2048


def test_an_unknown_model_is_not_found(ai):
    with pytest.raises(openai.NotFoundError) as caught:
        ai.embeddings.create(model="nobody", input="a")
    assert caught.value.code == "model_not_found"


def test_the_upstreams_refusal_is_passed_on(ai, upstream):
    upstream.script(refusal(429, "Slow down", "rate_limit_exceeded", headers={"retry-after": "3"}), path="/embeddings")
    with pytest.raises(openai.RateLimitError, match="Slow down") as caught:
        ai.embeddings.create(model="tiny", input="a")
    assert caught.value.response.headers["retry-after"] == "3"


def test_a_client_that_hangs_up_takes_the_upstreams_request_with_it(gateway, upstream):
    upstream.script(Reply.json({}, head_delay_s=30), path="/embeddings")
    body = b'{"model": "tiny", "input": "a"}'
    head = f"POST /v1/embeddings HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    with socket.create_connection(("127.0.0.1", gateway.port)) as client:
        client.sendall(head.encode() + b"\r\n\r\n" + body)
        until = time.monotonic() + 5
        while not upstream.to("/embeddings"):
            assert time.monotonic() < until
            time.sleep(0.02)
    assert upstream.to("/embeddings")[0].left.wait(2)


def test_the_built_in_model(ai, upstream):
    made = ai.embeddings.create(model="hash-384", input=["Le musée ferme le mardi.", "Opening hours"])
    rows = np.array([line.embedding for line in made.data], dtype=np.float32)
    assert np.array_equal(rows, HashEmbedder().embed(["Le musée ferme le mardi.", "Opening hours"]))
    assert upstream.to("/embeddings") == []


def test_azures_client(gateway, upstream):
    with AzureOpenAI(azure_endpoint=gateway.url, api_key="any", api_version="2024-10-21", max_retries=0) as azure:
        made = azure.embeddings.create(model="tiny", input=["a", "bbbb"])
    assert [line.embedding for line in made.data] == [[1, 0, 1], [4, 4, 1]]


# ---- LangChain ----------------------------------------------------------------------------------


def test_langchain_sends_texts_when_it_is_told_to(gateway, upstream):
    vectors = langchain(gateway, "hash-384", check_embedding_ctx_length=False).embed_documents(["One", "Deux"])
    assert np.array_equal(np.array(vectors, dtype=np.float32), HashEmbedder().embed(["One", "Deux"]))


def test_langchain_sends_tokens_by_default(gateway, upstream, vocabulary):
    vectors = langchain(gateway, "tiny").embed_documents(["some words to cut", "Deux"])
    sent = upstream.to("/embeddings")[0].json["input"]
    assert all(isinstance(token, int) for tokens in sent for token in tokens)
    assert len(vectors) == 2


def test_langchains_tokens_are_refused_by_the_built_in_model_with_the_way_out(gateway, vocabulary):
    with pytest.raises(openai.BadRequestError, match="check_embedding_ctx_length=False"):
        langchain(gateway, "hash-384").embed_documents(["One"])


# ---- a real embedding model ---------------------------------------------------------------------


def test_a_real_model_answers_as_it_would_without_us(real):
    texts = ["The tower is 330 metres tall.", "How high is the tower?", "Bananas are yellow."]
    with openai.OpenAI(base_url=real.upstream, api_key="any") as direct, scaled.client(real.server) as ai:
        theirs = direct.embeddings.create(model="all-MiniLM-L6-v2", input=texts)
        ours = ai.embeddings.create(model="all-MiniLM-L6-v2", input=texts)
    assert [line.embedding for line in ours.data] == [line.embedding for line in theirs.data]
    assert ours.usage == theirs.usage
    first, second, third = (np.array(line.embedding) for line in ours.data)
    assert first @ second > first @ third


def langchain(server, model, **options):
    library = pytest.importorskip("langchain_openai", reason="langchain-openai is not installed: make dev")
    return library.OpenAIEmbeddings(base_url=server.url + "/v1", api_key="any", model=model, max_retries=0, **options)


@pytest.fixture
def vocabulary():
    """tiktoken's vocabulary, which LangChain would download."""
    tiktoken = pytest.importorskip("tiktoken", reason="tiktoken is not installed")
    encoding = tiktoken.Encoding(
        "bytes", pat_str=".", mergeable_ranks={bytes([n]): n for n in range(256)}, special_tokens={}
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tiktoken, "encoding_for_model", lambda name: encoding)
        patch.setattr(tiktoken, "get_encoding", lambda name: encoding)
        yield


class Real:
    def __init__(self, server, upstream):
        self.server, self.upstream = server, upstream


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """A gateway of a small sentence transformer, where its files are."""
    if not REAL.is_file():
        pytest.skip("there is no local embedding server beside this checkout")
    port, data_dir = free_port(), tmp_path_factory.mktemp("real")
    upstream = f"http://127.0.0.1:{port}/v1"
    migrated(data_dir)
    with contextlib.ExitStack() as running:
        process = subprocess.Popen([sys.executable, str(REAL), "--port", str(port)], stderr=subprocess.DEVNULL)
        running.callback(process.wait, 10)
        running.callback(process.terminate)
        _wait_for(upstream, process)
        settings = {"OPENAI_BASE_URL": upstream, "RAGPROXY_EMBEDDING_MODEL": "all-MiniLM-L6-v2"}
        yield Real(running.enter_context(Server(data_dir, **settings)), upstream)


def _wait_for(upstream, process):
    until = time.monotonic() + 30
    while True:
        with contextlib.suppress(requests.ConnectionError):
            requests.get(upstream + "/models", timeout=5)
            return
        if process.poll() is not None or time.monotonic() > until:
            pytest.skip("the local embedding server does not start here")
        time.sleep(0.1)
