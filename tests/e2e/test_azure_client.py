"""The official AzureOpenAI client against ragproxy, which knows nothing of its being written for Azure."""

import contextlib

import openai
import pytest
import requests
from openai import AzureOpenAI

from tests.e2e.servers import Server, migrated

KEY = "rk-the-admins"
HEIGHT = [{"role": "user", "content": "How tall is the Eiffel Tower?"}]


def test_a_deployment_is_an_agent(azure_ai, upstream):
    upstream.text = "330 metres [1]."
    answer = azure_ai.chat.completions.create(model="ragproxy", messages=HEIGHT)
    assert answer.model == "ragproxy"
    assert answer.choices[0].message.content == "330 metres [1]."
    assert answer.sources[0]["filename"] == "tower.md"


def test_a_deployment_is_a_store_slash_and_all(azure_ai, upstream):
    answer = azure_ai.chat.completions.create(model="rag/default", messages=HEIGHT)
    assert answer.model == "rag/default"
    assert answer.sources


def test_a_deployment_is_a_model_streamed(azure_ai, upstream):
    upstream.text = "One two three"
    chunks = list(
        azure_ai.chat.completions.create(
            model="spare", messages=HEIGHT, stream=True, stream_options={"include_usage": True}
        )
    )
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks[:-1]) == "One two three"
    assert chunks[-1].usage.total_tokens == 10
    assert upstream.requests[-1].json["model"] == "spare"


def test_the_deployment_counts_and_not_the_bodys_model(gateway, upstream):
    with client_of(gateway, azure_deployment="spare") as ai:
        answer = ai.chat.completions.create(model="no-such-model", messages=HEIGHT)
    assert answer.model == "spare"
    assert upstream.requests[-1].json["model"] == "spare"


def test_a_body_without_a_model_is_complete(gateway, upstream):
    answer = requests.post(
        f"{gateway.url}/openai/deployments/spare/chat/completions?api-version=2023-05-15",
        json={"messages": HEIGHT},
        timeout=10,
    )
    assert answer.status_code == 200
    assert answer.json()["model"] == "spare"


def test_legacy_completions(azure_ai, upstream):
    answer = azure_ai.completions.create(model="spare", prompt="Once", max_tokens=5)
    assert (answer.object, answer.choices[0].text) == ("text_completion", "Once!")


def test_models_are_listed_and_found(azure_ai):
    names = [model.id for model in azure_ai.models.list()]
    assert {"ragproxy", "rag/default", "spare"} <= set(names)
    assert azure_ai.models.retrieve("rag/default").id == "rag/default"


def test_a_deployment_that_is_not_there(azure_ai):
    with pytest.raises(openai.NotFoundError) as caught:
        azure_ai.chat.completions.create(model="nobody", messages=HEIGHT)
    assert caught.value.code == "model_not_found"


def test_a_wrong_body_is_refused_as_ever(azure_ai):
    with pytest.raises(openai.BadRequestError) as caught:
        azure_ai.chat.completions.create(model="spare", messages=[])
    assert caught.value.param == "messages"


def test_an_address_that_azure_has_and_we_have_not(gateway):
    answer = requests.post(f"{gateway.url}/openai/deployments/spare/extensions/x", json={}, timeout=10)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_url")


# ---- keys ---------------------------------------------------------------------------------------


def test_the_key_comes_in_azures_header(locked):
    with client_of(locked, api_key=KEY) as ai:
        answer = ai.chat.completions.create(model="ragproxy", messages=HEIGHT)
        assert answer.choices[0].message.content
        assert "".join(
            chunk.choices[0].delta.content or ""
            for chunk in ai.chat.completions.create(model="ragproxy", messages=HEIGHT, stream=True)
        )


def test_a_wrong_key_is_refused(locked):
    with client_of(locked, api_key="rk-wrong") as ai:
        for stream in (False, True):
            with pytest.raises(openai.AuthenticationError) as caught:
                ai.chat.completions.create(model="ragproxy", messages=HEIGHT, stream=stream)
            assert caught.value.code == "invalid_api_key"
        with pytest.raises(openai.AuthenticationError):
            ai.models.list()


def test_a_token_is_a_bearer_key(locked):
    with client_of(locked, api_key=None, azure_ad_token=KEY) as ai:
        assert ai.models.list().data


def test_azures_header_opens_the_other_addresses_too_and_a_bearer_counts_first(locked):
    url = f"{locked.url}/v1/models"
    assert requests.get(url, headers={"api-key": KEY}, timeout=10).status_code == 200
    assert requests.get(url, headers={"api-key": "rk-wrong"}, timeout=10).status_code == 401
    both = {"api-key": KEY, "Authorization": "Bearer rk-wrong"}
    assert requests.get(url, headers=both, timeout=10).status_code == 401


# ---- fixtures -----------------------------------------------------------------------------------


@contextlib.contextmanager
def client_of(server, *, api_key="any", **options):
    with AzureOpenAI(
        azure_endpoint=server.url, api_key=api_key, api_version="2024-10-21", max_retries=0, timeout=30, **options
    ) as ai:
        yield ai


@pytest.fixture
def azure_ai(gateway):
    with client_of(gateway) as ai:
        yield ai


@pytest.fixture(scope="module")
def locked(tmp_path_factory):
    """A server that wants a key, with the built-in model and no documents."""
    data_dir = tmp_path_factory.mktemp("locked")
    migrated(data_dir)
    with Server(data_dir, RAGPROXY_AUTH="keys", RAGPROXY_ADMIN_KEY=KEY) as server:
        yield server
