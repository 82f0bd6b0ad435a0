"""client.responses of the official client against real servers, its helpers included."""

import openai
import pytest
from pydantic import BaseModel

from tests.e2e.by_hand import user
from tests.e2e.responding import ARGUMENTS, DONE, LOOK, ask, called, fragment
from tests.replies import Reply, chat_chunk, sse

pytestmark = pytest.mark.sets("embedded", "scaled")

RESULTS = "file_search_call.results"


class Tower(BaseModel):
    name: str
    metres: int


def test_a_text_is_answered_and_kept(ai, upstream):
    upstream.text = "Paris it is."
    response = ai.responses.create(
        model="tiny",
        input="Where?",
        instructions="Be brief.",
        max_output_tokens=20,
        metadata={"a": "b"},
        temperature=0.5,
        top_p=1,
        truncation="auto",
        user="ann",
    )
    assert (response.status, response.output_text, response.metadata) == ("completed", "Paris it is.", {"a": "b"})
    assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens > 0
    assert ai.responses.retrieve(response.id) == response
    (asked,) = ai.responses.input_items.list(response.id)
    assert (asked.role, asked.content[0].text) == ("user", "Where?")
    sent = upstream.requests[-1].json
    assert [message["role"] for message in sent["messages"]] == ["system", "user"]
    assert (sent["max_completion_tokens"], sent["temperature"], sent["user"]) == (20, 0.5, "ann")
    assert ai.responses.delete(response.id) is None
    with pytest.raises(openai.NotFoundError) as no:
        ai.responses.retrieve(response.id)
    assert no.value.code == "response_not_found"


def test_items_are_listed_page_by_page(ai, upstream):
    items = [{"role": "user", "content": [{"type": "input_text", "text": f"{number}"}]} for number in range(7)]
    response = ai.responses.create(model="tiny", input=items)
    listed = list(ai.responses.input_items.list(response.id, limit=3, order="asc"))
    assert [item.content[0].text for item in listed] == [f"{number}" for number in range(7)]
    newest = [item.id for item in ai.responses.input_items.list(response.id, limit=3)]
    assert newest == [item.id for item in reversed(listed)]
    assert ai.responses.input_tokens.count(model="tiny", input=items).input_tokens > 6


def test_a_picture_goes_to_the_upstream(ai, upstream):
    upstream.text = "A dot."
    picture = "data:image/png;base64,iVBORw0KGgo="
    content = [
        {"type": "input_text", "text": "What is it?"},
        {"type": "input_image", "image_url": picture, "detail": "low"},
    ]
    response = ai.responses.create(model="tiny", input=[{"role": "user", "content": content}])
    assert response.output_text == "A dot."
    assert upstream.requests[-1].json["messages"][0]["content"] == [
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": picture, "detail": "low"}},
    ]
    (asked,) = ai.responses.input_items.list(response.id, include=["message.input_image.image_url"])
    assert asked.content[1].image_url == picture


@pytest.mark.parametrize("stream", [False, True])
def test_a_function_is_called_and_answered(ai, upstream, stream):
    upstream.script(called(stream), path="/chat/completions")
    first = ask(ai, "Look!", stream=stream, tools=[LOOK])
    (call,) = first.output
    assert (call.type, call.name, call.arguments, call.status) == (
        "function_call",
        "look",
        "".join(ARGUMENTS),
        "completed",
    )
    upstream.text = "It is 330 metres tall."
    output = {"type": "function_call_output", "call_id": call.call_id, "output": "330 m"}
    second = ask(ai, [output], stream=stream, tools=[LOOK], previous_response_id=first.id)
    assert (second.output_text, second.previous_response_id) == ("It is 330 metres tall.", first.id)
    asked, called_, answer = upstream.requests[-1].json["messages"]
    assert (asked["content"], answer["role"], answer["content"]) == ("Look!", "tool", "330 m")
    assert called_["tool_calls"][0]["function"] == {"name": "look", "arguments": "".join(ARGUMENTS)}
    third = ask(ai, "Thanks.", stream=stream, previous_response_id=second.id)
    roles = [message["role"] for message in upstream.requests[-1].json["messages"]]
    assert roles == ["user", "assistant", "tool", "assistant", "user"]
    assert [item.type for item in ai.responses.input_items.list(second.id)] == ["function_call_output"]
    assert third.status == "completed"


def test_an_answer_is_parsed(ai, upstream):
    upstream.text = '{"name": "Eiffel", "metres": 330}'
    response = ai.responses.parse(model="tiny", input="Which tower?", text_format=Tower)
    assert response.output_parsed == Tower(name="Eiffel", metres=330)
    form = upstream.requests[-1].json["response_format"]
    assert (form["type"], form["json_schema"]["name"]) == ("json_schema", "Tower")
    with ai.responses.stream(model="tiny", input="Which tower?", text_format=Tower) as stream:
        assert stream.get_final_response().output_parsed == Tower(name="Eiffel", metres=330)


def test_a_stream_tells_every_event_in_order(ai, upstream):
    upstream.text = "It is 330 metres tall."
    with ai.responses.stream(model="tiny", input="How tall?") as stream:
        events = list(stream)
        final = stream.get_final_response()
    kinds = [event.type.removeprefix("response.") for event in events]
    assert kinds == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        *["output_text.delta"] * 5,
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert final.output_text == "It is 330 metres tall."
    assert ai.responses.retrieve(final.id).output_text == final.output_text


def test_a_stream_of_thoughts_a_refusal_and_a_call(ai, upstream):
    deltas = [
        ({"role": "assistant", "reasoning_content": "Hm, "}, None),
        ({"reasoning_content": "no."}, None),
        ({"refusal": "I won't say"}, None),
        ({"tool_calls": [fragment("look", "{}")]}, None),
        ({}, "tool_calls"),
    ]
    upstream.script(Reply.events(*(sse(chat_chunk(*each)) for each in deltas), DONE), path="/chat/completions")
    with ai.responses.stream(model="tiny", input="How?", tools=[LOOK], reasoning={"effort": "low"}) as stream:
        kinds = {event.type for event in stream}
        thought, message, call = stream.get_final_response().output
    assert {"response.reasoning_text.delta", "response.refusal.done", "response.function_call_arguments.done"} <= kinds
    assert (thought.content[0].text, message.content[0].refusal, call.name) == ("Hm, no.", "I won't say", "look")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("model", ["tiny", "rag"])
def test_files_are_searched_and_cited(ai, town, upstream, stream, model):
    upstream.text = "Été 🏊: it costs four euros [1], and opens at seven [1]."
    searching = {"type": "file_search", "vector_store_ids": [town.id], "max_num_results": 1}
    asked = {"tools": [searching], "include": [RESULTS]}
    model = f"rag/{town.name}" if model == "rag" else model
    response = ask(ai, "What does it cost to enter the pool?", stream=stream, model=model, **asked)
    search, message = response.output
    (result,) = search.results
    assert (search.type, search.status, result.filename) == ("file_search_call", "completed", "pool.txt")
    assert "four euros" in result.text
    assert search.queries == ["What does it cost to enter the pool?"]
    (part,) = message.content
    assert [part.text[note.index :][:3] for note in part.annotations] == ["[1]", "[1]"]
    assert {(note.type, note.file_id, note.filename) for note in part.annotations} == {
        ("file_citation", result.file_id, "pool.txt")
    }
    assert ai.responses.retrieve(response.id).output == response.output
    assert "four euros" in upstream.requests[-1].json["messages"][0]["content"]
    assert "tools" not in upstream.requests[-1].json


def test_files_are_searched_as_the_tool_is_told(ai, town, upstream):
    def found(**tool):
        tools = [{"type": "file_search", "vector_store_ids": [town.id], **tool}]
        search, _ = ask(ai, "the town's pool and the library", tools=tools, include=[RESULTS]).output
        return {result.filename for result in search.results}

    assert found() == {"pool.txt", "library.txt"}
    assert found(filters={"type": "eq", "key": "kind", "value": "books"}) == {"library.txt"}
    assert found(ranking_options={"ranker": "auto", "score_threshold": 1.0}) == set()
    for none in ({"tool_choice": "none"}, {"max_tool_calls": 0}):
        tools = [{"type": "file_search", "vector_store_ids": [town.id]}]
        assert [item.type for item in ask(ai, "the pool", tools=tools, **none).output] == ["message"]
    hidden = ask(ai, "the pool", tools=[{"type": "file_search", "vector_store_ids": [town.id]}])
    assert hidden.output[0].results is None


@pytest.mark.parametrize("stream", [False, True])
def test_a_conversation_goes_on(ai, upstream, stream):
    conversation = ai.conversations.create(items=user("I am Ada."))
    upstream.text = "Hello Ada."
    first = ask(ai, "Greet me.", stream=stream, conversation=conversation.id)
    assert first.conversation.id == conversation.id
    upstream.text = "You are Ada."
    ask(ai, "Who am I?", stream=stream, conversation={"id": conversation.id})
    told = [message["content"] for message in upstream.requests[-1].json["messages"]]
    assert told == ["I am Ada.", "Greet me.", "Hello Ada.", "Who am I?"]
    kept = [item.content[0].text for item in ai.conversations.items.list(conversation.id, order="asc")]
    assert kept == [*told, "You are Ada."]


def test_a_conversation_is_compacted(ai, upstream):
    upstream.text = "Ada greets."
    compacted = ai.responses.compact(model="tiny", input=[*user("I am Ada."), *user("Greet me.")])
    kinds = [item.type for item in compacted.output]
    assert kinds[-1] == "compaction"
    upstream.text = "Ada."
    output = [item.to_dict(warnings=False) for item in compacted.output]
    assert ask(ai, [*output, *user("Who am I?")]).output_text == "Ada."
    told = " ".join(str(message["content"]) for message in upstream.requests[-1].json["messages"])
    assert "Ada greets." in told


@pytest.fixture
def ai(official, upstream):
    """The official client of a server whose upstream behaves itself."""
    return official
