"""A server with three upstreams from a file: one that is told to fail, an Azure resource, and one that is down."""

import pytest
from openai import OpenAI

from tests.azure import PROMPT_FILTER, SAFE, Azure, Login
from tests.e2e.servers import Server, free_port, migrated
from tests.replies import refusal
from tests.upstream import Upstream

HELLO = [{"role": "user", "content": "Hello"}]
TRIED = "x-ragproxy-tried"


def test_each_model_is_listed_once_with_its_upstream(ai):
    owners = {model.id: model.owned_by for model in ai.models.list()}
    assert owners["spare"] == "main"
    assert owners["small"] == "azure"
    assert (owners["main/both"], owners["azure/both"]) == ("main", "azure")
    assert {"main/spare", "azure/small"}.isdisjoint(owners)
    assert ai.models.retrieve("azure/small").owned_by == "azure"


def test_a_model_is_called_by_its_name_and_with_its_upstreams(ai, main, azure):
    main.text, azure.text = "main speaks", "azure speaks"
    assert said(ai, "both") == "main speaks"
    assert said(ai, "azure/both") == "azure speaks"
    assert said(ai, "azure/small") == said(ai, "small") == "azure speaks"
    assert azure.requests[-1].path.startswith("/openai/deployments/our-small/")
    assert main.requests[-1].headers["x-team"] == "search"


def test_what_azures_filters_say_reaches_the_client_on_proper_chunks(ai, azure):
    azure.text = "One two"
    chunks = list(ai.chat.completions.create(model="small", messages=HELLO, stream=True))
    assert chunks[0].prompt_filter_results == PROMPT_FILTER
    assert all(chunk.choices for chunk in chunks)
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[0].choices[0].delta.content == ""
    assert [chunk.choices[0].delta.role for chunk in chunks[1:]] == [None] * (len(chunks) - 1)
    assert SAFE in [getattr(chunk.choices[0], "content_filter_results", None) for chunk in chunks]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "Onetwo"


def test_azure_answers_for_an_upstream_that_fails(ai, main, azure):
    azure.text = "azure speaks"
    main.script(refusal(503, "down", headers={"retry-after-ms": "1"}), refusal(503, "down"))
    answer = ai.chat.completions.with_raw_response.create(model="both", messages=HELLO)
    assert answer.parse().choices[0].message.content == "azure speaks"
    assert answer.parse().model == "both"
    assert answer.headers[TRIED] == "main/both 503, main/both 503, azure/both 200"


def test_the_built_in_model_answers_for_an_upstream_that_is_down_from_the_start(ai):
    answer = ai.chat.completions.with_raw_response.create(model="far", messages=HELLO)
    assert answer.parse().choices[0].message.content
    assert answer.headers[TRIED].endswith("away/far unavailable, extractive 200")


def test_the_agents_are_written_for_by_a_model_named_with_its_upstream(ai, azure):
    azure.text = "azure writes"
    assert said(ai, "ragproxy") == "azure writes"


def test_a_mistake_in_the_file_stops_the_start_with_a_sentence(tmp_path):
    (tmp_path / "bad.toml").write_text('[[upstream]]\nname = "main"\nbase_url = "http://a.example"\nretires = 2\n')
    migrated(tmp_path)
    with pytest.raises(RuntimeError, match=r"cannot start\. RAGPROXY_CONFIG: .*bad\.toml: upstream 'main': retires:"):
        Server(tmp_path, RAGPROXY_CONFIG=str(tmp_path / "bad.toml"))


# ---- fixtures -----------------------------------------------------------------------------------


def said(ai, model):
    return ai.chat.completions.create(model=model, messages=HELLO).choices[0].message.content


@pytest.fixture(scope="module")
def shared_main():
    with Upstream(models=["both", "spare"]) as main:
        yield main


@pytest.fixture
def main(shared_main):
    shared_main.reset()
    return shared_main


@pytest.fixture(scope="module")
def shared_azure():
    login = Login("tenant", "client", "hush")
    with login, Azure({"our-both": "both", "our-small": "small"}, login=login) as azure:
        yield azure


@pytest.fixture
def azure(shared_azure):
    shared_azure.reset()
    return shared_azure


@pytest.fixture(scope="module")
def ai(tmp_path_factory, shared_main, shared_azure):
    data_dir = tmp_path_factory.mktemp("many")
    file = data_dir / "upstreams.toml"
    file.write_text(f"""
        [[upstream]]
        name = "main"
        base_url = "{shared_main.url}"
        key_env = "MAIN_KEY"
        models = ["both", "spare"]
        headers = {{ "X-Team" = "search" }}
        retries = 1
        fallbacks = {{ "both" = ["azure/both"] }}

        [[upstream]]
        name = "azure"
        kind = "azure"
        base_url = "{shared_azure.endpoint}"
        entra_tenant = "tenant"
        entra_client = "client"
        entra_secret_env = "AZURE_SECRET"
        entra_url = "{shared_azure.login.endpoint}"
        deployments = {{ "both" = "our-both", "small" = "our-small" }}

        [[upstream]]
        name = "away"
        base_url = "http://127.0.0.1:{free_port()}/v1"
        retries = 1
        fallbacks = {{ "far" = ["extractive"] }}
        """)
    migrated(data_dir)
    with (
        Server(
            data_dir,
            RAGPROXY_CONFIG=str(file),
            RAGPROXY_UPSTREAM_MODEL="azure/small",
            MAIN_KEY="sk-main",
            AZURE_SECRET="hush",
        ) as server,
        OpenAI(base_url=server.url + "/v1", api_key="any", max_retries=0, timeout=30) as ai,
    ):
        yield ai
