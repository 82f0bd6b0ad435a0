"""Legacy completions: the upstream's own, and those carried over chat for agents and for servers that have none."""

import openai
import pytest

from tests.e2e.by_hand import TOWER, user
from tests.replies import DONE, Reply, refusal


def test_a_prompt_goes_to_the_upstreams_own_completions(ai, upstream):
    parameters = {"suffix": "end", "max_tokens": 0, "logprobs": 3, "echo": True, "best_of": 2, "seed": 1, "n": 2}
    answer = ai.completions.create(model="tiny", prompt="Once", extra_body={"new": {"a": None}}, **parameters)
    (request,) = upstream.requests
    assert request.path == "/v1/completions"
    assert request.json == {"model": "tiny", "prompt": "Once", "new": {"a": None}, **parameters}
    assert answer.object == "text_completion"
    assert answer.id.startswith("cmpl-")
    assert [choice.text for choice in answer.choices] == ["Once!", "Once!"]
    assert answer.usage.total_tokens > 0
    assert not hasattr(answer, "sources")


@pytest.mark.parametrize(
    "prompt", [["One", "Two"], [1, 2, 3], [[1, 2], [3]]], ids=["strings", "tokens", "lists of tokens"]
)
def test_every_form_of_prompt_is_forwarded_as_it_came(ai, upstream, prompt):
    ai.completions.create(model="tiny", prompt=prompt)
    sent = upstream.requests[-1].json["prompt"]
    assert sent in (prompt, [prompt])  # one list of tokens is a list of one prompt


def test_a_completion_streams_from_the_upstreams_own(ai, upstream):
    upstream.text = "Once upon a time"
    chunks = list(
        ai.completions.create(model="tiny", prompt="Tell", stream=True, stream_options={"include_usage": True})
    )
    assert "".join(chunk.choices[0].text for chunk in chunks[:-1]) == upstream.text
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].choices == []
    assert chunks[-1].usage.total_tokens > 0
    assert len({(chunk.id, chunk.created, chunk.model, chunk.object) for chunk in chunks}) == 1


def test_logprobs_of_a_completion_pass_through(ai, upstream):
    logprobs = {"tokens": ["a"], "token_logprobs": [-0.1], "top_logprobs": [{"a": -0.1}], "text_offset": [0]}
    choice = {"index": 0, "text": "a", "logprobs": logprobs, "finish_reason": "length"}
    body = {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": "tiny", "choices": [choice]}
    upstream.script(Reply.json(body))
    answer = ai.completions.create(model="tiny", prompt="x")
    assert answer.choices[0].model_dump() == choice


def test_an_agent_answers_a_prompt_over_chat_from_the_documents(ai, upstream):
    upstream.text = "330 metres [1]"
    answer = ai.completions.create(model="ragproxy", prompt=TOWER, max_tokens=20, stop=["END"])
    (request,) = upstream.requests
    assert request.path == "/v1/chat/completions"
    assert request.json["messages"][1:] == user(TOWER)
    assert (request.json["max_tokens"], request.json["stop"]) == (20, ["END"])
    assert "prompt" not in request.json
    assert answer.choices[0].text == "330 metres [1]"
    assert answer.sources[0]["filename"] == "tower.md"
    assert answer.sources[0]["cited"] is True


def test_several_prompts_over_chat_are_several_questions(ai, upstream):
    answer = ai.completions.create(model="ragproxy", prompt=["One", "Two"], n=2, echo=True)
    assert [choice.index for choice in answer.choices] == [0, 1, 2, 3]
    assert [choice.text for choice in answer.choices] == ["OneOne", "OneOne", "TwoTwo", "TwoTwo"]
    assert len(upstream.to("/chat/completions")) == 2


def test_an_agents_completion_streams_over_chat(ai, upstream):
    upstream.text = "330 metres [1]"
    chunks = list(ai.completions.create(model="gpt-3.5-turbo", prompt=TOWER, stream=True))
    assert "".join(chunk.choices[0].text for chunk in chunks) == upstream.text
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert chunks[-1].sources[0]["cited"] is True
    assert {chunk.object for chunk in chunks} == {"text_completion"}


@pytest.mark.parametrize(("extra", "param"), [({"suffix": "x"}, "suffix"), ({"logprobs": 1}, "logprobs")])
def test_what_chat_cannot_carry_is_refused_by_name_and_costs_nothing(ai, upstream, extra, param):
    with pytest.raises(openai.BadRequestError) as caught:
        ai.completions.create(model="ragproxy", prompt=TOWER, **extra)
    assert (caught.value.code, caught.value.param) == ("unsupported_parameter", param)
    assert upstream.requests == []


@pytest.mark.parametrize(("status", "model"), [(404, "tiny"), (405, "spare"), (501, "other")])
def test_a_server_without_completions_is_asked_over_chat_from_then_on(impatient, upstream, status, model):
    client = openai.OpenAI(base_url=impatient.url, api_key="sk", max_retries=0)
    upstream.script(refusal(status, "No such route"), path="/completions")
    assert client.completions.create(model=model, prompt="Hello").choices[0].text == "Hello"
    assert client.completions.create(model=model, prompt="Again").choices[0].text == "Again"
    assert [request.path for request in upstream.requests] == ["/v1/completions", *["/v1/chat/completions"] * 2]


def test_the_agent_form_streams_in_chat_shape(gateway, upstream):
    client = openai.OpenAI(base_url=gateway.url, api_key="sk", max_retries=0)
    upstream.text = "330 metres [1]"
    body = {"model": "ragproxy", "messages": user(TOWER), "stream": True, "conversation_id": "new", "lang": "fr"}
    raw = client.post("/completions", body=body, cast_to=str).split("\n\n")
    assert '"object":"chat.completion.chunk"' in raw[0]
    assert all('"conversation_id":"conv_' in frame for frame in raw[:-2])
    assert raw[-2:] == [DONE.decode().strip(), ""]
    assert "Réponds en français." in upstream.requests[-1].json["messages"][0]["content"]
