"""X-Custom-*: passed on to the upstream and given back, on every kind of answer."""

import time

import pytest

from ragproxy.app import create_app
from ragproxy.settings import Settings
from ragproxy.state import migrate
from tests.replies import refusal
from tests.upstream import Upstream

CUSTOM = {"X-Custom-Team": "blue", "x-custom-trace-id": "a b/c;d=1", "X-Custom-Empty": ""}
ASKED = {
    "/v1/chat/completions": {"model": "tiny", "messages": [{"role": "user", "content": "Hello?"}]},
    "/completions": {"model": "tiny", "prompt": "Hello"},
    "/v1/embeddings": {"model": "tiny", "input": "Hello"},
}
ROUTES = pytest.mark.parametrize("path", ASKED)


@ROUTES
def test_they_go_to_the_upstream_and_come_back(client, up, path):
    answer = client.post(path, json=ASKED[path], headers=CUSTOM)
    assert answer.status_code == 200
    for name, value in CUSTOM.items():
        assert answer.headers[name] == value
        assert up.requests[-1].headers[name.lower()] == value


def test_streams_have_them_too(client, up):
    path = "/v1/chat/completions"
    answer = client.post(path, json={**ASKED[path], "stream": True}, headers=CUSTOM)
    assert answer.data.endswith(b"data: [DONE]\n\n")
    assert answer.headers["X-Custom-Team"] == up.requests[-1].headers["x-custom-team"] == "blue"


@pytest.mark.parametrize(("status", "code"), [(400, 400), (500, 503)])
def test_an_upstreams_error_has_them_too(client, up, status, code):
    up.script(refusal(status, "no"))
    answer = client.post("/v1/chat/completions", json=ASKED["/v1/chat/completions"], headers=CUSTOM)
    assert answer.status_code == code
    assert answer.headers["X-Custom-Team"] == "blue"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/v1/chat/completions", {}, 400),
        ("POST", "/v1/moderations", {"input": "x"}, 501),
        ("GET", "/v1/models/none", None, 404),
        ("GET", "/v1/models", None, 200),
    ],
)
def test_every_answer_of_the_api_gives_them_back(client, method, path, body, status):
    answer = client.open(path, method=method, json=body, headers=CUSTOM)
    assert answer.status_code == status
    assert answer.headers["X-Custom-Trace-Id"] == CUSTOM["x-custom-trace-id"]


def test_the_built_in_model_gives_them_back(client, up):
    asked = {"model": "extractive", "messages": [{"role": "user", "content": "Hello?"}]}
    assert client.post("/v1/chat/completions", json=asked, headers=CUSTOM).headers["X-Custom-Team"] == "blue"
    assert up.to("/chat/completions") == []


def test_the_agents_calls_to_the_upstream_have_them(client, up):
    turns = [("user", "The tower"), ("assistant", "Yes?"), ("user", "How tall is it?")]
    messages = [{"role": role, "content": content} for role, content in turns]
    client.post("/v1/chat/completions", json={"model": "ragproxy", "messages": messages}, headers=CUSTOM)
    assert len(up.to("/chat/completions")) == 2  # the question is rewritten first
    assert {each.headers.get("x-custom-team") for each in up.to("/chat/completions")} == {"blue"}


def test_a_prompt_for_a_chat_model_has_them(client, up):
    up.script(refusal(404, "Unknown request URL", "unknown_url"), path="/completions")
    client.post("/v1/completions", json=ASKED["/completions"], headers=CUSTOM)
    assert up.to("/chat/completions")[-1].headers["x-custom-team"] == "blue"


def test_ten_are_passed_on_and_an_eleventh_is_refused(client, up):
    path, headers = "/v1/chat/completions", {f"X-Custom-{n}": str(n) for n in range(11)}
    refused = client.post(path, json=ASKED[path], headers=headers)
    assert refused.status_code == 400
    assert refused.json["error"]["code"] == "too_many_custom_headers"
    assert "at most 10" in refused.json["error"]["message"]
    assert up.to("/chat/completions") == []
    del headers["X-Custom-10"]
    assert client.post(path, json=ASKED[path], headers=headers).status_code == 200
    assert {name for name in up.requests[-1].headers if name.startswith("x-custom-")} == set(map(str.lower, headers))


@pytest.mark.parametrize("value", ["é", "a\tb", "x" * 1025, "\x7f"])
def test_a_value_that_cannot_travel_is_refused(client, up, value):
    path = "/v1/chat/completions"
    answer = client.post(path, json=ASKED[path], headers={"X-Custom-A": value})
    assert answer.status_code == 400
    assert answer.json["error"]["param"] == "X-Custom-A"
    assert up.to("/chat/completions") == []


def test_a_name_that_is_too_long_is_refused_and_not_repeated(client):
    answer = client.get("/v1/models", headers={"X-Custom-" + "a" * 1024: "x"})
    assert answer.status_code == 400
    assert len(answer.text) < 500


def test_the_longest_ones_travel(client):
    headers = {"X-Custom-" + "a" * 1015: "x" * 1024}
    assert client.get("/v1/models", headers=headers).headers["x-custom-" + "a" * 1015] == "x" * 1024


def test_others_stay_here(client, up):
    path = "/v1/chat/completions"
    answer = client.post(path, json=ASKED[path], headers={"X-Customer": "a", "X-Other": "b", "Cookie": "c"})
    assert {"x-customer", "x-other", "cookie"}.isdisjoint(up.requests[-1].headers)
    assert "X-Customer" not in answer.headers


def test_browsers_may_read_them(client):
    headers = {"Origin": "https://chat.example", "X-Custom-Team": "blue"}
    exposed = ", ".join(client.get("/v1/models", headers=headers).headers.getlist("Access-Control-Expose-Headers"))
    assert "X-Custom-Team" in exposed
    assert "x-request-id" in exposed


def test_a_401_gives_them_back(tmp_path):
    settings = Settings(data_dir=tmp_path, auth=frozenset({"keys"}), admin_key="key")
    migrate(settings.database)
    app = create_app(settings)
    answer = app.test_client().get("/v1/models", headers=CUSTOM)
    assert (answer.status_code, answer.headers["X-Custom-Team"]) == (401, "blue")
    app.extensions["ragproxy"].close()


@pytest.fixture(scope="module")
def shared_up():
    with Upstream(models=["tiny", "listed"]) as up:
        yield up


@pytest.fixture
def up(shared_up):
    shared_up.reset()
    return shared_up


@pytest.fixture(scope="module")
def app(make_app, shared_up):
    made = make_app(upstream_url=shared_up.url, upstream_model="tiny")
    models = made.extensions["ragproxy"].models
    models.start()
    until = time.monotonic() + 10
    while "listed" not in models.names():  # the thread that asks for the list would take what a test scripts
        assert time.monotonic() < until
        time.sleep(0.01)
    return made
