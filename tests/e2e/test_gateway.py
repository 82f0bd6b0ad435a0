"""What the upstream receives when it writes the answer."""

import pytest

from tests.e2e.by_hand import TOWER, user
from tests.replies import refusal

TOOL = {"type": "function", "function": {"name": "measure", "parameters": {"type": "object", "properties": {}}}}


def test_the_passages_stand_delimited_before_the_clients_messages(ai, upstream):
    messages = [{"role": "user", "content": TOWER, "name": "ada", "x-unknown": [1, None]}]
    ai.chat.completions.create(model="ragproxy", messages=messages)
    system, *others = _sent(upstream)["messages"]
    assert others == messages
    assert system["role"] == "system"
    opening, _, passage = system["content"].partition('<passage id="1" source="tower.md')
    assert "The Eiffel Tower is 330 metres tall." in passage.partition("</passage>")[0]
    assert "Answer in English." in opening


def test_the_rules_are_in_the_askers_language(ai, upstream):
    ai.chat.completions.create(model="ragproxy", messages=user("Quel jour ferme le musée du Louvre ?"))
    told = _sent(upstream)["messages"][0]["content"]
    assert "Réponds en français." in told
    assert "Le musée du Louvre ferme le mardi." in told


@pytest.mark.parametrize("role", ["system", "developer"])
def test_the_clients_own_instructions_come_first(ai, upstream, role):
    own = {"role": role, "content": "Speak like a pirate."}
    ai.chat.completions.create(model="ragproxy", messages=[own, *user(TOWER)])
    first, second = _sent(upstream)["messages"]
    assert first["role"] == role
    assert first["content"].startswith("Speak like a pirate.\n\n")
    assert "<passage" in first["content"]
    assert second == user(TOWER)[0]


def test_parameters_known_and_unknown_travel_untouched(ai, upstream):
    parameters = {
        "temperature": 0.25,
        "top_p": 1,
        "max_completion_tokens": 12,
        "stop": ["\n\n", "END"],
        "presence_penalty": -2,
        "logit_bias": {"50256": -100},
        "logprobs": True,
        "top_logprobs": 2,
        "tools": [TOOL],
        "tool_choice": {"type": "function", "function": {"name": "measure"}},
        "parallel_tool_calls": False,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "height", "strict": True, "schema": {"type": "object", "properties": {}}},
        },
        "seed": 7,
        "user": "end-user-1",
        "store": False,
        "metadata": {"team": "a"},
        "service_tier": "auto",
        "reasoning_effort": "low",
        "extra_body": {"new_in_2030": {"deep": [1, 2.5, None, "é"]}, "top_k": 5},
    }
    ai.chat.completions.create(model="ragproxy", messages=user(TOWER), **parameters)
    sent = _sent(upstream)
    extra = parameters.pop("extra_body")
    assert {name: value for name, value in sent.items() if name not in ("model", "messages")} == {**parameters, **extra}
    assert sent["model"] == "tiny"


def test_our_own_fields_stay_here(ai, upstream):
    ours = {"rag": {"top_k": 1}, "conversation_id": "new", "lang": "de", "files": [], "clientModel": "spare"}
    both = user("The Eiffel Tower and the musée du Louvre")
    answer = ai.chat.completions.create(model="ragproxy", messages=both, extra_body=ours)
    sent = _sent(upstream)
    assert set(sent) == {"model", "messages"}
    assert sent["model"] == "spare"
    assert "Answer in German." in sent["messages"][0]["content"]
    assert sent["messages"][0]["content"].count("<passage id=") == len(answer.sources) == 1
    assert answer.conversation_id.startswith("conv_")


def test_a_stream_is_asked_for_as_a_stream_with_its_usage(ai, upstream):
    options = {"include_usage": False, "include_obfuscation": False}
    list(ai.chat.completions.create(model="ragproxy", messages=user(TOWER), stream=True, stream_options=options))
    sent = _sent(upstream)
    assert sent["stream"] is True
    assert sent["stream_options"] == {"include_usage": True, "include_obfuscation": False}


def test_a_server_that_knows_no_stream_options_is_asked_without_them(ai, upstream):
    upstream.script(refusal(400, "Unrecognized request argument supplied: stream_options"))
    chunks = list(ai.chat.completions.create(model="spare", messages=user("One two"), stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "One two"
    first, second = upstream.to("/chat/completions")
    assert first.json.pop("stream_options") == {"include_usage": True}
    assert "stream_options" not in second.json


def test_the_upstream_sees_its_own_key_and_never_the_clients(ai, upstream):
    ai.chat.completions.create(
        model="ragproxy", messages=user(TOWER), extra_headers={"Cookie": "session=1", "OpenAI-Organization": "org-1"}
    )
    headers = upstream.requests[-1].headers
    assert headers["authorization"] == "Bearer sk-upstream"
    assert "sk-client" not in str(headers)
    assert not {"cookie", "openai-organization"} & set(headers)
    assert headers["content-type"] == "application/json"


def test_an_answer_costs_one_request_and_nothing_before_it(ai, upstream):
    ai.models.list()
    ai.models.retrieve("tiny")
    assert upstream.requests == []
    ai.chat.completions.create(model="ragproxy", messages=user(TOWER))
    list(ai.chat.completions.create(model="tiny", messages=user(TOWER), stream=True))
    ai.completions.create(model="tiny", prompt=TOWER)
    paths = [(request.method, request.path.removeprefix("/v1")) for request in upstream.requests]
    assert paths == [("POST", "/chat/completions")] * 2 + [("POST", "/completions")]


def test_content_in_parts_is_searched_as_text_and_forwarded_as_it_came(ai, upstream):
    parts = [
        {"type": "text", "text": "How tall is"},
        {"type": "image_url", "image_url": {"url": "http://127.0.0.1:9/never-fetched.png", "detail": "low"}},
        {"type": "text", "text": "the Eiffel Tower?"},
    ]
    answer = ai.chat.completions.create(model="ragproxy", messages=[{"role": "user", "content": parts}])
    system, sent = _sent(upstream)["messages"]
    assert sent["content"] == parts
    assert "330 metres" in system["content"]
    assert answer.sources[0]["filename"] == "tower.md"


def test_a_tool_result_at_the_end_is_answered_from_the_documents_too(ai, upstream):
    upstream.text = "It is 330 metres tall [1]."
    call = {"id": "call_1", "type": "function", "function": {"name": "measure", "arguments": "{}"}}
    messages = [
        *user(TOWER),
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "330"},
    ]
    answer = ai.chat.completions.create(model="ragproxy", messages=messages, tools=[TOOL])
    assert [message for message in _sent(upstream)["messages"] if message["role"] != "system"] == messages
    assert "330 metres" in _sent(upstream)["messages"][0]["content"]
    assert answer.sources[0]["filename"] == "tower.md"
    assert answer.choices[0].message.annotations


def test_a_follow_up_is_rewritten_in_one_cheap_call(ai, upstream):
    upstream.text = "How tall is the Eiffel Tower?"
    answer = ai.chat.completions.create(model="ragproxy", messages=_follow_up(), temperature=0.7, seed=1)
    rewriting, writing = [request.json for request in upstream.requests]
    assert set(rewriting) == {"model", "messages", "max_tokens", "temperature"}
    assert (rewriting["model"], rewriting["max_tokens"], rewriting["temperature"]) == ("tiny", 100, 0)
    assert "And how tall is it?" in rewriting["messages"][-1]["content"]
    assert "iron lattice" in rewriting["messages"][-1]["content"]
    assert writing["messages"][1:] == _follow_up()
    assert answer.sources[0]["filename"] == "tower.md"


@pytest.mark.parametrize(
    "failure", [refusal(400, "No such parameter"), refusal(500, "Out of order"), refusal(429, "Slow down")]
)
def test_a_rewriting_that_fails_costs_the_answer_nothing(ai, upstream, failure):
    upstream.script(failure)
    answer = ai.chat.completions.create(model="ragproxy", messages=_follow_up())
    assert answer.choices[0].message.content == "And how tall is it?"
    assert len(upstream.requests) == 2


def _follow_up():
    return [
        *user("Tell me of the Eiffel Tower."),
        {"role": "assistant", "content": "It is an iron lattice."},
        *user("And how tall is it?"),
    ]


def _sent(upstream):
    (request,) = upstream.to("/chat/completions")
    return request.json
