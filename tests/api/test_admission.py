"""Limits on their way through the API: who is let in, what it says in the headers, and what is given back."""

import io

import pytest

from ragproxy.domain import Budget, Limits
from tests.replies import Reply, chat_frames, refusal, whole
from tests.upstream import Upstream

KEY = "the-admin-key-of-this-test"
CHAT = {"model": "tiny", "messages": [{"role": "user", "content": "one two three four"}], "max_tokens": 100}
KINDS = ("limit", "remaining", "reset")
SIX = {f"x-ratelimit-{what}-{kind}" for what in KINDS for kind in ("requests", "tokens")}
MODEL = "tiny"

# every way to ask a model, each naming it
WAYS = {
    "chat": ("/v1/chat/completions", CHAT),
    "bare chat": ("/chat/completions", CHAT),
    "completion": ("/v1/completions", {"model": MODEL, "prompt": "Who?"}),
    "agent form": ("/completions", {"model": MODEL, "messages": CHAT["messages"]}),
    "client's model": ("/v1/chat/completions", {**CHAT, "model": "ragproxy", "clientModel": MODEL}),
    "azure chat": (f"/openai/deployments/{MODEL}/chat/completions", {"messages": CHAT["messages"]}),
    "azure completion": (f"/openai/deployments/{MODEL}/completions", {"prompt": "Who?"}),
    "azure embedding": (f"/openai/deployments/{MODEL}/embeddings", {"input": "Who?"}),
    "embedding": ("/v1/embeddings", {"model": MODEL, "input": "Who?"}),
    "moderation": ("/v1/moderations", {"model": MODEL, "input": "Who?"}),
    "image": ("/v1/images/generations", {"model": MODEL, "prompt": "A cat"}),
    "speech": ("/v1/audio/speech", {"model": MODEL, "input": "Who?", "voice": "alloy"}),
    "fine tuning": ("/v1/fine_tuning/jobs", {"model": MODEL, "training_file": "FILE"}),
    "search": ("/v1/vector_stores/STORE/search", {"query": "Who?", "rewrite_query": True}),
}


def test_every_answer_to_a_caller_with_limits_has_the_six_headers(holder):
    client = holder(limits=Limits(100, 10_000), scopes=("chat", "files"))
    for answer, status in (
        (client.post("/v1/chat/completions", json=CHAT), 200),
        (client.get("/v1/models"), 200),
        (client.get("/v1/files/file-none"), 404),
        (client.post("/v1/chat/completions", json={}), 400),
        (client.post("/v1/chat/completions", json={**CHAT, "model": "gpt-9"}), 404),
        (client.post("/v1/chat/completions", json={**CHAT, "max_tokens": 50_000}), 429),
        (client.post("/v1/embeddings", json={"model": "tiny", "input": "a"}), 403),
        (client.post("/v1/chat/completions", json={**CHAT, "stream": True}), 200),
    ):
        assert (answer.status_code, rates(answer).keys()) == (status, SIX)
        assert rates(answer)["x-ratelimit-limit-requests"] == "100"
        assert rates(answer)["x-ratelimit-limit-tokens"] == "10000"
        answer.close()


def test_of_one_kind_of_limit_there_are_three(holder):
    assert rates(holder(limits=Limits(requests=5)).get("/v1/models")) == {
        "x-ratelimit-limit-requests": "5",
        "x-ratelimit-remaining-requests": "4",
        "x-ratelimit-reset-requests": "1m0s",
    }
    assert rates(holder(limits=Limits(tokens=500)).get("/v1/models")) == {
        "x-ratelimit-limit-tokens": "500",
        "x-ratelimit-remaining-tokens": "500",
        "x-ratelimit-reset-tokens": "0s",
    }


def test_who_has_no_limits_or_is_nobody_has_no_headers(app, holder):
    holder = holder()
    for path in ("/v1/models", "/v1/files/file-none"):
        assert rates(holder.get(path)) == {}
    limited = app.test_client()
    for path, status in (("/v1/models", 401), ("/health", 200), ("/v1/nowhere", 404)):
        answer = limited.get(path)
        assert (answer.status_code, rates(answer)) == (status, {})


def test_the_upstreams_own_headers_pass_to_who_has_no_limits(holder, upstream):
    theirs = {"x-ratelimit-remaining-requests": "7", "x-ratelimit-remaining-tokens": "70"}
    upstream.script(*[refusal(429, "slow", headers={**theirs, "retry-after": "9"})] * 3, path="/chat/completions")
    assert rates(holder().post("/v1/chat/completions", json=CHAT)) == theirs
    limited = holder(limits=Limits(requests=100)).post("/v1/chat/completions", json=CHAT)
    assert limited.headers["retry-after"] == "9"
    assert limited.headers["x-ratelimit-remaining-requests"] == "99"
    assert len(limited.headers.getlist("x-ratelimit-remaining-requests")) == 1


def test_who_asks_too_often_is_told_when_to_come_back(holder):
    client = holder(limits=Limits(requests=2))
    assert [client.get("/v1/models").status_code for _ in range(3)] == [200, 200, 429]
    answer = client.get("/v1/models")
    assert answer.get_json()["error"] == {
        "message": "Rate limit reached on requests per min (RPM): Limit 2, Used 2, Requested 1. "
        "Please try again in 1m0s",
        "type": "rate_limit_error",
        "param": None,
        "code": "rate_limit_exceeded",
    }
    assert answer.headers["retry-after"] == "60"
    assert 55_000 < int(answer.headers["retry-after-ms"]) <= 60_000
    assert answer.headers["x-ratelimit-remaining-requests"] == "0"
    assert "x-should-retry" not in answer.headers


def test_a_preflight_is_not_counted(holder):
    client = holder(limits=Limits(requests=1))
    for _ in range(3):
        client.options("/v1/models")
    assert client.get("/v1/models").status_code == 200


def test_a_whole_answer_leaves_what_it_consumed(holder, upstream):
    upstream.script(Reply.json(whole("Paris")), path="/chat/completions")
    client = holder(limits=Limits(tokens=500))
    answer = client.post("/v1/chat/completions", json=CHAT)
    assert answer.headers["x-ratelimit-remaining-tokens"] == "491"
    assert remaining(client) == 491


def test_a_stream_reserves_until_it_ends(holder, upstream):
    upstream.script(Reply.events(*chat_frames("Par", "is")), path="/chat/completions")
    client = holder(limits=Limits(tokens=500))
    answer = client.post("/v1/chat/completions", json={**CHAT, "stream": True})
    assert answer.headers["x-ratelimit-remaining-tokens"] == str(500 - 4 - 100)
    assert remaining(client) == 396
    refused = client.post("/v1/chat/completions", json={**CHAT, "max_tokens": 450})
    assert refused.status_code == 429
    assert "on tokens per min (TPM): Limit 500, Used 104, Requested 454" in refused.get_json()["error"]["message"]
    assert answer.data.endswith(b"data: [DONE]\n\n")
    assert remaining(client) == 490
    answer.close()
    assert remaining(client) == 490


def test_who_hangs_up_has_consumed_what_came(holder, upstream):
    upstream.script(Reply.events(*chat_frames("Paris " * 10)[:2], stalls=True))
    client = holder(limits=Limits(tokens=500))
    answer = client.post("/v1/chat/completions", json={**CHAT, "stream": True})
    pieces = answer.iter_encoded()
    while b"Paris" not in next(pieces):
        pass
    assert remaining(client) == 396
    answer.close()
    assert 500 - 4 - 30 < remaining(client) < 500 - 4 - 5


@pytest.mark.parametrize("stream", [False, True])
def test_an_upstream_that_fails_leaves_everything(holder, upstream, stream):
    upstream.script(refusal(400, "no"), path="/chat/completions")
    client = holder(limits=Limits(tokens=500))
    answer = client.post("/v1/chat/completions", json={**CHAT, "stream": stream})
    assert answer.status_code == 400
    assert answer.headers["x-ratelimit-remaining-tokens"] == "500"
    assert remaining(client) == 500


def test_an_answer_out_of_the_cache_costs_no_tokens(holder):
    client = holder(limits=Limits(tokens=5000))
    body = {**CHAT, "model": "extractive", "rag": {"cache": {"ttl_s": 60}}}
    client.post("/v1/chat/completions", json=body)
    left = remaining(client)
    assert left < 5000
    assert client.post("/v1/chat/completions", json=body).headers["x-cache"] == "hit"
    assert remaining(client) == left


@pytest.mark.parametrize(
    "body", [{**CHAT, "max_tokens": 500}, {**CHAT, "n": 6}, {**CHAT, "max_completion_tokens": 500}]
)
def test_what_can_never_be_admitted_is_not_to_be_sent_again(holder, upstream, body):
    upstream.requests.clear()
    answer = holder(limits=Limits(tokens=500)).post("/v1/chat/completions", json=body)
    assert answer.status_code == 429
    assert answer.headers["x-should-retry"] == "false"
    assert answer.get_json()["error"]["code"] == "rate_limit_exceeded"
    assert answer.get_json()["error"]["message"].startswith("Request too large on tokens per min (TPM): Limit 500")
    assert [each.path for each in upstream.requests if "models" not in each.path] == []


def test_all_prompts_count_and_tokens_as_themselves(holder):
    client = holder(limits=Limits(tokens=500))
    body = {"model": "tiny", "prompt": [[1] * 200, [2] * 200], "max_tokens": 60}
    answer = client.post("/v1/completions", json=body)
    assert "Limit 500, Requested 520" in answer.get_json()["error"]["message"]
    answer = client.post("/v1/embeddings", json={"model": "hash-384", "input": ["one two"] * 251})
    assert "Limit 500, Requested 502" in answer.get_json()["error"]["message"]


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_ask_a_model_counts_for_its_limit(asked, way):
    ask = asked(way, model_limits=lambda model: {model: Limits(requests=1)})
    assert ask().status_code != 429
    answer = ask()
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (429, "rate_limit_exceeded")
    assert "on requests per min (RPM): Limit 1, Used 1, Requested 1" in answer.get_json()["error"]["message"]
    assert answer.headers["x-ratelimit-remaining-requests"] == "0"


@pytest.mark.parametrize("way", WAYS)
def test_no_way_to_ask_a_model_is_open_when_the_budget_is_used_up(asked, upstream, way):
    ask = asked(way, budget=Budget(0, "day"))
    upstream.requests.clear()
    answer = ask()
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (429, "insufficient_quota")
    assert [each.path for each in upstream.requests if "models" not in each.path] == []


def test_a_search_that_is_not_rewritten_asks_no_model(holder):
    client = holder(budget=Budget(0, "day"), limits=Limits(tokens=1))
    store = client.post("/v1/vector_stores", json={"name": "any"}).get_json()["id"]
    assert client.post(f"/v1/vector_stores/{store}/search", json={"query": "Who is it?"}).status_code == 200


def test_the_servers_limits_hold_for_everybody_but_the_administrator(make_app):
    client = make_app(requests_per_minute=2, admin_key=KEY).test_client()
    assert [client.get("/v1/models").status_code for _ in range(3)] == [200, 200, 429]
    assert client.get("/v1/models", headers={"Authorization": "Bearer any"}).status_code == 429
    for _ in range(3):
        answer = client.get("/v1/models", headers={"Authorization": f"Bearer {KEY}"})
        assert (answer.status_code, rates(answer)) == (200, {})


def test_without_redis_requests_pass_and_the_metric_tells(make_app):
    client = make_app(requests_per_minute=1, tokens_per_minute=200, redis_url="redis://127.0.0.1:1").test_client()
    for _ in range(3):
        answer = client.post("/v1/chat/completions", json={**CHAT, "model": "ragproxy"})
        assert (answer.status_code, rates(answer)) == (200, {})
    assert "ragproxy_requests_unlimited_total 3.0" in client.get("/metrics").text


def rates(answer):
    return {name.lower(): value for name, value in answer.headers if name.lower().startswith("x-ratelimit-")}


def remaining(client):
    return int(client.get("/v1/models").headers["x-ratelimit-remaining-tokens"])


class Holder:
    """A test client that holds a key."""

    def __init__(self, app, secret):
        self._client = app.test_client()
        self._headers = {"Authorization": f"Bearer {secret}"}

    def __getattr__(self, method):
        return lambda path, **given: getattr(self._client, method)(path, headers=self._headers, **given)


@pytest.fixture(scope="module")
def shared_upstream():
    with Upstream(models=[MODEL]) as upstream:
        yield upstream


@pytest.fixture
def upstream(shared_upstream):
    shared_upstream.reset()
    return shared_upstream


@pytest.fixture(scope="module")
def app(make_app, shared_upstream):
    app = make_app(
        auth=frozenset({"keys"}),
        admin_key=KEY,
        upstream_url=shared_upstream.url,
        upstream_key="sk-upstream",
        upstream_model=MODEL,
    )
    app.extensions["ragproxy"].models.start()
    return app


@pytest.fixture
def holder(app):
    """Makes clients, each with a key of its own."""

    def make(**terms):
        scopes = terms.pop("scopes", ("chat", "embed", "files", "relay"))
        _, secret = app.extensions["ragproxy"].keys.create(name="any", scopes=scopes, **terms)
        return Holder(app, secret)

    return make


@pytest.fixture
def asked(app, holder, upstream):
    """How to ask a model in one of the ways, with a key of those terms."""

    def make(way, *, model_limits=None, **terms):
        path, body = WAYS[way]
        admin = Holder(app, KEY)
        model = MODEL
        if way == "search":
            store = admin.post("/v1/vector_stores", json={"name": "any"}).get_json()["id"]
            path, model = path.replace("STORE", store), f"rag/{store}"
        if way == "fine tuning":
            form = {"purpose": "fine-tune", "file": (io.BytesIO(b'{"messages": []}\n'), "t.jsonl")}
            body = {**body, "training_file": admin.post("/v1/files", data=form).get_json()["id"]}
        if model_limits:
            terms["model_limits"] = model_limits(model)
        client = holder(**terms)
        return lambda: client.post(path, json=body)

    return make
