"""What the server is told when it starts: what is wrong stops it by name, what is right is kept to."""

import openai
import pytest
import requests
from openai import OpenAI

from tests.e2e.by_hand import checked, post, user
from tests.e2e.servers import Server, migrated

ADMIN = "admin-0123456789"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("RAGPROXY_AUTH", "maybe"),
        ("RAGPROXY_READ_TIMEOUT", "soon"),
        ("OPENAI_BASE_URL", "localhost:11434"),
        ("CHROMA_URL", "chroma"),
        ("DATABASE_URL", "mysql://host/name"),
        ("RAGPROXY_TOP_K", "0"),
    ],
)
def test_a_bad_variable_stops_the_start_with_its_name(tmp_path, variable, value):
    with pytest.raises(RuntimeError) as caught:
        Server(tmp_path, warm=False, **{variable: value})
    message = str(caught.value)
    assert f"ragproxy cannot start. {variable}: " in message
    assert "Traceback" not in message


def test_an_upstream_model_without_its_upstream_stops_the_start(tmp_path):
    with pytest.raises(RuntimeError, match="RAGPROXY_UPSTREAM_MODEL: set OPENAI_BASE_URL too"):
        Server(tmp_path, warm=False, RAGPROXY_UPSTREAM_MODEL="gpt-9")


def test_keys_without_an_administrators_key_stop_the_start(tmp_path):
    with pytest.raises(RuntimeError, match="RAGPROXY_ADMIN_KEY: "):
        Server(tmp_path, warm=False, RAGPROXY_AUTH="keys")


def test_with_keys_a_wrong_one_is_an_authentication_error(locked):
    client = OpenAI(base_url=locked.url, api_key="sk-wrong", max_retries=0)
    for call in _calls(client):
        with pytest.raises(openai.AuthenticationError) as caught:
            call()
        assert caught.value.code == "invalid_api_key"
        assert caught.value.request_id
        assert "sk-wrong" not in caught.value.response.text


def test_with_keys_no_key_is_401_in_openais_shape(locked):
    answer = post(locked, {"model": "ragproxy", "messages": user("Hello")})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert checked(answer.json()["error"])["code"] == "invalid_api_key"


@pytest.mark.parametrize("prefix", ["", "/v1"])
def test_with_keys_the_right_one_opens_every_route(locked, prefix):
    client = OpenAI(base_url=locked.url + prefix, api_key=ADMIN, max_retries=0)
    for call in _calls(client):
        assert call()


def test_with_keys_probes_need_none_and_a_wrong_body_is_not_read_first(locked):
    for path in ("/health", "/ready", "/metrics"):
        assert requests.get(locked.url + path, timeout=5).ok
    answer = requests.post(locked.url + "/chat/completions", data=b"{", timeout=5)
    assert answer.status_code == 401


def test_an_unknown_model_is_answered_by_the_agent_when_told_to(locked):
    client = OpenAI(base_url=locked.url, api_key=ADMIN, max_retries=0)
    answer = client.chat.completions.create(model="gpt-99", messages=user("Hello?"))
    assert answer.model == "gpt-99"
    assert answer.choices[0].message.content


def test_only_the_origins_named_may_call_from_a_browser(locked):
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,x-stainless-os"}
    url = locked.url + "/v1/chat/completions"
    let_in = requests.options(url, headers={"Origin": "https://ui.example", **asks}, timeout=5)
    assert let_in.status_code == 200
    assert let_in.headers["Access-Control-Allow-Origin"] == "https://ui.example"
    assert "x-stainless-os" in let_in.headers["Access-Control-Allow-Headers"]
    kept_out = requests.options(url, headers={"Origin": "https://evil.example", **asks}, timeout=5)
    assert "Access-Control-Allow-Origin" not in kept_out.headers


def _calls(client):
    return (
        lambda: client.models.list().data,
        lambda: client.models.retrieve("ragproxy"),
        lambda: client.chat.completions.create(model="ragproxy", messages=user("Hello?")),
        lambda: list(client.chat.completions.create(model="ragproxy", messages=user("Hello?"), stream=True)),
        lambda: client.completions.create(model="ragproxy", prompt="Hello?"),
        lambda: client.post("/completions", body={"model": "ragproxy", "messages": user("Hello?")}, cast_to=dict),
    )


@pytest.fixture(scope="module")
def locked(tmp_path_factory):
    """A server that wants keys, told a few other things too."""
    data_dir = tmp_path_factory.mktemp("locked")
    migrated(data_dir)
    with Server(
        data_dir,
        warm=False,
        RAGPROXY_AUTH="keys",
        RAGPROXY_ADMIN_KEY=ADMIN,
        RAGPROXY_MODEL_POLICY="ignore",
        RAGPROXY_CORS_ORIGINS="https://ui.example",
    ) as server:
        yield server
