"""What a request consumed reaches the recorder, once, when nothing more will come."""

import threading
from contextlib import contextmanager

import pytest

from ragproxy.api.accounting import UNSETTLED, Unsettled, asking, tell_cost
from ragproxy.api.guard import authenticate
from ragproxy.domain import Caller, Consumed, Tally

KEY = "the-admin-key-of-this-test"
# what they are sent is kept or looked up, and no model is asked while the client waits
ONLY_KEEPING = (
    "assistants.",
    "threads.",
    "thread_messages.",
    "runs.",
    "conversations.",
    "stored_completions.",
    "batches.",
    "responses.cancel_response",
    "responses.count_input_tokens",
)
BODY = {"model": "ragproxy", "messages": [{"role": "user", "content": "Who?"}]}


def test_the_end_of_the_last_request_is_waited_for():
    unsettled = Unsettled()
    assert unsettled.wait(0)
    unsettled.add(2)
    unsettled.add(-1)
    assert not unsettled.wait(0.02)
    last = threading.Timer(0.1, unsettled.add, (-1,))
    last.start()
    assert unsettled.wait(5)
    unsettled.add(1)
    assert not unsettled.wait(0.02)
    last.join()


def test_a_whole_answer_is_recorded_with_its_id_its_caller_and_the_model_asked_for(client, recorder):
    client.post("/v1/chat/completions", json=BODY, headers={"x-request-id": "mine"})
    (account,) = recorder.accounts
    assert (account.request_id, account.caller, account.model) == ("mine", Caller(), "ragproxy")
    assert [(call.model, call.ended, call.cost) for call in account.calls] == [("extractive", "whole", 0)]


def test_a_stream_is_recorded_when_it_is_closed(client, recorder):
    answer = client.post("/v1/chat/completions", json={**BODY, "stream": True}, headers={"x-request-id": "mine"})
    pieces = answer.iter_encoded()
    next(pieces)
    assert recorder.accounts == []
    answer.close()
    (account,) = recorder.accounts
    assert (account.request_id, account.calls[0].ended) == ("mine", "left")


def test_a_stream_that_is_read_is_recorded_once(client, recorder):
    answer = client.post("/v1/chat/completions", json={**BODY, "stream": True})
    assert answer.data.endswith(b"data: [DONE]\n\n")
    answer.close()
    assert [call.ended for account in recorder.accounts for call in account.calls] == ["whole"]


@pytest.mark.parametrize(
    ("path", "body", "status", "model"),
    [
        ("/v1/chat/completions", {**BODY, "model": "gpt-9"}, 404, "gpt-9"),
        ("/chat/completions", {**BODY, "model": "gpt-9", "stream": True}, 404, "gpt-9"),
        ("/v1/chat/completions", {**BODY, "n": "two"}, 400, ""),
        ("/v1/chat/completions", {**BODY, "logprobs": True}, 400, "ragproxy"),
        ("/completions", {"model": "gpt-9", "prompt": "Who?"}, 404, "gpt-9"),
        ("/openai/deployments/gpt-9/chat/completions", BODY, 404, "gpt-9"),
        ("/openai/deployments/gpt-9/embeddings", {}, 400, "gpt-9"),
        ("/v1/embeddings", {"model": "gpt-9", "input": "Who?"}, 404, "gpt-9"),
        ("/v1/moderations", {"model": "gpt-9", "input": "Who?"}, 501, "gpt-9"),
        ("/v1/images/generations", {"model": 7}, 400, ""),
        ("/v1/fine_tuning/jobs", {"model": "gpt-9", "training_file": "file-a"}, 404, "gpt-9"),
        ("/v1/fine_tuning/jobs", {}, 400, ""),
    ],
)
def test_a_request_that_is_refused_is_recorded_without_calls(client, recorder, path, body, status, model):
    assert client.post(path, json=body).status_code == status
    (account,) = recorder.accounts
    assert (account.model, account.calls, account.status, account.cost) == (model, (), status, 0.0)
    assert account.route.rpartition("/")[2] == path.rpartition("/")[2]


def test_a_request_of_nobody_is_not_recorded(make_app, record_of):
    app = make_app(auth=frozenset({"keys"}), admin_key=KEY)
    with record_of(app) as recorder:
        assert app.test_client().post("/v1/chat/completions", json=BODY).status_code == 401
        assert recorder.accounts == []


def test_a_caller_without_the_scope_is_recorded_as_who_it_is(make_app, record_of):
    app = make_app(auth=frozenset({"keys"}), admin_key=KEY)
    key, secret = app.extensions["ragproxy"].keys.create(owner="ann", name="Files", scopes=("files",))
    with record_of(app) as recorder:
        answer = app.test_client().post(
            "/v1/chat/completions", json=BODY, headers={"Authorization": f"Bearer {secret}"}
        )
        assert answer.status_code == 403
        (account,) = recorder.accounts
    assert (account.caller.id, account.caller.owner, account.status, account.calls) == (key.id, "ann", 403, ())


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_out_of_the_cache_is_a_hit_without_calls(client, recorder, stream):
    body = {**BODY, "stream": stream, "rag": {"cache": {"ttl_s": 60}}, "seed": int(stream)}
    for _ in range(2):
        client.post("/v1/chat/completions", json=body).get_data()
    first, second = recorder.accounts
    assert (first.hit, [call.ended for call in first.calls]) == (False, ["whole"])
    assert (second.hit, second.calls, second.cost) == (True, (), 0.0)


def test_the_agent_that_answers_is_recorded(client, recorder):
    client.post("/v1/chat/completions", json=BODY)
    client.post("/v1/chat/completions", json={**BODY, "model": "extractive"})
    assert [account.agent for account in recorder.accounts] == ["ragproxy", None]


def test_the_agent_is_recorded_also_when_its_answer_fails(client, recorder):
    client.post("/v1/chat/completions", json={**BODY, "rag": {"stores": ["nowhere"]}})
    (account,) = recorder.accounts
    assert (account.status, account.agent) == (404, "ragproxy")


def test_the_time_is_that_of_the_whole_answer(client, recorder):
    client.post("/v1/chat/completions", json=BODY)
    assert 0 < recorder.accounts[0].ms < 10_000


def test_a_stream_is_settled_before_its_end_is_told(client, recorder):
    answer = client.post("/v1/chat/completions", json={**BODY, "stream": True})
    for piece in answer.iter_encoded():
        assert bool(recorder.accounts) == (b"[DONE]" in piece)
    answer.close()
    assert len(recorder.accounts) == 1


def test_a_search_asks_a_model_only_when_it_is_rewritten(client, recorder):
    store = client.post("/v1/vector_stores", json={"name": "any"}).get_json()["id"]
    client.post(f"/v1/vector_stores/{store}/search", json={"query": "Who?"})
    assert recorder.accounts == []
    client.post(f"/v1/vector_stores/{store}/search", json={"query": "Who?", "rewrite_query": True})
    (account,) = recorder.accounts
    assert (account.model, account.calls, account.status) == (f"rag/{store}", (), 200)


def test_requests_that_ask_no_model_are_not_recorded(client, recorder):
    for path in ("/v1/models", "/v1/vector_stores", "/health", "/v1/chat/completions", "/openai/models"):
        client.get(path)
    client.post("/v1/vector_stores", json={"name": "any"})
    client.options("/v1/chat/completions")
    client.post("/v1/nowhere")
    assert recorder.accounts == []


def test_every_route_that_asks_a_model_is_recorded(client, recorder, app):
    asking = ("chat", "embed", "relay")
    paths = {
        rule.rule.replace("<path:deployment>", "gpt-9")
        for rule in app.url_map.iter_rules()
        if "POST" in rule.methods and "<job_id>" not in rule.rule and _scope(app, rule) in asking
        if not rule.endpoint.removeprefix("bare-").startswith(ONLY_KEEPING)
    }
    for path in paths:
        client.post(path, data=b"nonsense", content_type="text/plain")
    assert len(paths) > 20
    assert len(recorder.accounts) == len(paths)


def test_who_settles_with_us_gets_the_account_once(app, recorder):
    told = []
    with app.test_request_context("/v1/chat/completions", method="POST"):
        begun = asking("gpt-4o", Tally())
        begun.then(told.append)
        begun.settle()
        begun.settle()
    assert told == recorder.accounts
    assert len(told) == 1
    assert app.extensions[UNSETTLED].wait(0)


@pytest.mark.parametrize(("cost", "header"), [(0.000123, "0.000123"), (0.0, None), (None, None)])
def test_the_header_tells_what_costs_something(app, cost, header):
    tally, response = Tally(), app.response_class()
    tally.add(Consumed("m", 1, 1, cost=cost))
    tell_cost(response, tally)
    assert response.headers.get("x-ragproxy-cost") == header


class FakeRecorder:
    def __init__(self):
        self.accounts = []

    def record(self, account):
        self.accounts.append(account)


def _scope(app, rule):
    """The scope that the route's resource is guarded with; None for others."""
    for before in app.before_request_funcs.get(rule.endpoint.rpartition(".")[0], ()):
        if getattr(before, "func", None) is authenticate:
            return before.args[0]
    return None


@contextmanager
def _recording(app):
    services = app.extensions["ragproxy"]
    real, services.recorder = services.recorder, FakeRecorder()
    yield services.recorder
    services.recorder = real


@pytest.fixture
def record_of():
    return _recording


@pytest.fixture
def recorder(app):
    with _recording(app) as recorder:
        yield recorder
