"""The official client against the server a newcomer gets: the guide as documents, no upstream."""

import json
import re

import openai
import pytest
from openai import OpenAI

pytestmark = pytest.mark.sets("embedded", "scaled")

ENGLISH = "Which port does ragproxy listen on by default?"
FRENCH = "Sur quel port ragproxy écoute-t-il par défaut ?"
NOWHERE_EN = "Who won the 1998 football World Cup final in Saint-Denis?"
NOWHERE_FR = "Quelle est la recette traditionnelle du cassoulet toulousain ?"


def test_the_model_list_names_agents_aliases_stores_and_upstream_models(client):
    models = {model.id: model for model in client.models.list()}
    assert {"ragproxy", "gpt-4o", "gpt-3.5-turbo", "rag/default", "extractive"} <= set(models)
    assert all(model.object == "model" and model.created > 0 for model in models.values())
    again = {model.id: model.created for model in client.models.list()}
    assert again == {name: model.created for name, model in models.items()}


@pytest.mark.parametrize("name", ["ragproxy", "gpt-4o", "rag/default", "extractive"])
def test_a_model_is_retrieved_by_its_name_slashes_and_all(client, name):
    assert client.models.retrieve(name).id == name


def test_an_unknown_model_is_404_everywhere(client):
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve("gpt-9")
    assert caught.value.code == "model_not_found"
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="gpt-9", messages=[{"role": "user", "content": "Hi"}])
    assert caught.value.code == "model_not_found"
    with pytest.raises(openai.NotFoundError):
        client.completions.create(model="rag/no-such-store", prompt="Hi")


@pytest.mark.parametrize("question", [ENGLISH, FRENCH])
def test_a_question_about_the_guide_is_answered_and_cited(client, question):
    answer = _ask(client, question)
    message = answer.choices[0].message
    assert "8083" in message.content
    assert answer.model == "ragproxy"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0
    markers = re.findall(r"\[\d+\]", message.content)
    citations = [annotation.url_citation for annotation in message.annotations]
    assert [message.content[c.start_index : c.end_index] for c in citations] == markers
    assert markers
    assert all(c.title.split(",")[0].endswith(".md") for c in citations)


def test_every_carrier_tells_of_the_same_sources(client):
    raw = client.chat.completions.with_raw_response.create(model="ragproxy", messages=_user(ENGLISH))
    answer = raw.parse()
    header = json.loads(raw.headers["X-Metadata-Sources"])
    sources = answer.sources
    assert [source["index"] for source in sources] == list(range(1, len(sources) + 1))
    brief = [{key: source[key] for key in ("index", "file_id", "filename", "score")} for source in sources]
    assert header == {"sources": brief, "truncated": False}
    assert len(raw.headers["X-Metadata-Sources"]) <= 4096
    assert {source["index"] for source in sources if source["cited"]} == {
        int(number) for number in re.findall(r"\[(\d+)\]", answer.choices[0].message.content)
    }
    assert all(0 <= source["score"] <= 1 and source["quote"] and source["chunk_id"] for source in sources)


def test_a_stream_says_the_same_as_the_whole_answer(client):
    whole = _ask(client, FRENCH)
    chunks = list(client.chat.completions.create(model="ragproxy", messages=_user(FRENCH), stream=True))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    annotations = [a for chunk in chunks for a in getattr(chunk.choices[0].delta, "annotations", None) or []]
    assert text == whole.choices[0].message.content
    assert annotations == [a.model_dump() for a in whole.choices[0].message.annotations]
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert chunks[-1].sources == whole.sources
    assert not any(getattr(chunk, "sources", None) for chunk in chunks[:-1])
    assert len({(chunk.id, chunk.created, chunk.model) for chunk in chunks}) == 1
    assert len(chunks) > 3


@pytest.mark.parametrize(("question", "words"), [(NOWHERE_EN, "do not contain"), (NOWHERE_FR, "ne contiennent pas")])
def test_what_the_documents_do_not_say_is_said_so_in_the_askers_language(client, question, words):
    answer = _ask(client, question)
    assert words in answer.choices[0].message.content
    assert not answer.choices[0].message.annotations
    assert not any(source["cited"] for source in answer.sources)


def test_the_language_asked_for_wins(client):
    answer = _ask(client, NOWHERE_EN, extra_body={"lang": "fr"})
    assert "ne contiennent pas" in answer.choices[0].message.content


def test_carriers_can_be_chosen(client):
    raw = client.chat.completions.with_raw_response.create(
        model="ragproxy", messages=_user(ENGLISH), extra_body={"rag": {"sources": ["markdown"]}}
    )
    answer = raw.parse()
    assert "X-Metadata-Sources" not in raw.headers
    assert not hasattr(answer, "sources")
    assert not answer.choices[0].message.annotations
    assert "Sources" in answer.choices[0].message.content
    assert ".md" in answer.choices[0].message.content


def test_a_follow_up_is_understood_with_what_came_before(client):
    answer = client.chat.completions.create(
        model="ragproxy",
        messages=[
            *_user("What is the default value of the PORT setting?"),
            {"role": "assistant", "content": "8083 [1]"},
            *_user("And of HOST?"),
        ],
    )
    assert "127.0.0.1" in answer.choices[0].message.content


def test_usage_comes_last_in_a_stream_and_only_when_asked(client):
    without = list(client.chat.completions.create(model="ragproxy", messages=_user(ENGLISH), stream=True))
    assert all("usage" not in chunk.model_fields_set for chunk in without)
    chunks = list(
        client.chat.completions.create(
            model="ragproxy", messages=_user(ENGLISH), stream=True, stream_options={"include_usage": True}
        )
    )
    assert chunks[-1].choices == []
    assert chunks[-1].usage.total_tokens > 0
    assert all(chunk.usage is None and "usage" in chunk.model_fields_set for chunk in chunks[:-1])


def test_parameters_the_builtin_model_cannot_honour_are_refused_by_name(client):
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(
            model="ragproxy",
            messages=_user(ENGLISH),
            tools=[{"type": "function", "function": {"name": "f", "parameters": {}}}],
        )
    assert (caught.value.code, caught.value.param) == ("unsupported_parameter", "tools")


def test_n_stop_and_max_tokens_work(client):
    answer = client.chat.completions.create(model="ragproxy", messages=_user(ENGLISH), n=2, max_tokens=3)
    assert [choice.index for choice in answer.choices] == [0, 1]
    assert {choice.finish_reason for choice in answer.choices} == {"length"}
    stopped = client.chat.completions.create(model="ragproxy", messages=_user(ENGLISH), stop="8083")
    assert "8083" not in stopped.choices[0].message.content


def test_a_prompt_is_a_question_too(client):
    answer = client.completions.create(model="ragproxy", prompt=ENGLISH)
    assert answer.object == "text_completion"
    assert "8083" in answer.choices[0].text
    assert answer.sources
    several = client.completions.create(model="gpt-3.5-turbo", prompt=[ENGLISH, FRENCH], n=2)
    assert [choice.index for choice in several.choices] == [0, 1, 2, 3]
    streamed = client.completions.create(model="ragproxy", prompt=ENGLISH, stream=True)
    assert "".join(chunk.choices[0].text for chunk in streamed) == answer.choices[0].text


@pytest.mark.parametrize(
    ("extra", "param"),
    [
        ({"suffix": "end"}, "suffix"),
        ({"best_of": 2}, "best_of"),
        ({"logprobs": 2}, "logprobs"),
        ({"prompt": [1, 2]}, "prompt"),
    ],
)
def test_what_a_prompt_cannot_carry_over_chat_is_refused_by_name(client, extra, param):
    with pytest.raises(openai.BadRequestError) as caught:
        client.completions.create(**{"model": "ragproxy", "prompt": ENGLISH, **extra})
    assert caught.value.param == param


def test_the_agent_form_of_completions_answers_in_chat_shape(client):
    answer = client.post(
        "/completions",
        body={
            "model": "ragproxy",
            "messages": _user(FRENCH),
            "conversation_id": "new",
            "lang": "fr",
            "clientModel": "extractive",
        },
        cast_to=dict,
    )
    assert answer["object"] == "chat.completion"
    assert answer["conversation_id"].startswith("conv_")
    assert "8083" in answer["choices"][0]["message"]["content"]
    with pytest.raises(openai.NotFoundError):
        client.post("/completions", body={"model": "no-such-agent", "messages": _user("Hi")}, cast_to=dict)


def test_a_store_named_as_the_model_is_searched_alone(client):
    answer = client.chat.completions.create(model="rag/default", messages=_user(ENGLISH))
    assert answer.model == "rag/default"
    assert "8083" in answer.choices[0].message.content


def test_retrieval_can_be_restricted_to_files(client):
    first = _ask(client, ENGLISH).sources[0]["file_id"]
    answer = _ask(client, ENGLISH, extra_body={"files": [first]})
    assert {source["file_id"] for source in answer.sources} == {first}


def test_server_timing_shows_the_parts(client):
    raw = client.chat.completions.with_raw_response.create(model="ragproxy", messages=_user(ENGLISH))
    names = [part.split(";")[0] for part in raw.headers["Server-Timing"].split(", ")]
    assert names == ["auth", "retrieve", "upstream", "total"]


def _ask(client, question, **more):
    return client.chat.completions.create(model="ragproxy", messages=_user(question), **more)


def _user(text):
    return [{"role": "user", "content": text}]


@pytest.fixture(params=["", "/v1"], ids=["bare", "v1"])
def client(server, request):
    return OpenAI(base_url=server.url + request.param, api_key="sk-fake-key", max_retries=0, timeout=30)
