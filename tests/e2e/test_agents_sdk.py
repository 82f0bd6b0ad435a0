"""OpenAI's Agents SDK against real servers: agents with a search, a function and a memory that is kept here."""

import asyncio

import agents
import httpx
import openai
import pytest
from agents import Agent, FileSearchTool, Runner, function_tool
from agents.memory import OpenAIConversationsSession
from agents.models.openai_chatcompletions import OpenAIChatCompletionsModel
from agents.models.openai_responses import OpenAIResponsesModel
from openai import AsyncOpenAI
from pydantic import BaseModel

from tests.e2e.responding import called
from tests.e2e.strict import ListeningAsync

pytestmark = pytest.mark.sets("embedded", "scaled")

LOOKED = []


class Price(BaseModel):
    euros: int


@function_tool
def look(at: str) -> str:
    """Look at a thing."""
    LOOKED.append(at)
    return "It is closed for repairs."


@pytest.mark.parametrize("stream", [False, True])
def test_an_agent_searches_calls_and_cites(run, town, upstream, stream):
    script(upstream, stream, "It costs four euros [1], but is closed.")
    search = FileSearchTool(vector_store_ids=[town.id], max_num_results=1, include_search_results=True)
    agent = {"instructions": "You are the town's clerk.", "tools": [search, look]}
    result = run(agent, "What does it cost to enter the pool?", stream=stream)
    assert result.final_output == "It costs four euros [1], but is closed."
    assert LOOKED == ["the tower"]
    kinds = [item.type for item in result.new_items]
    assert kinds == [
        "tool_call_item",
        "tool_call_item",
        "tool_call_output_item",
        "tool_call_item",
        "message_output_item",
    ]
    first, call, output, second, message = (item.raw_item for item in result.new_items)
    for each in (first, second):
        assert (each.type, each.status, each.results[0].filename) == ("file_search_call", "completed", "pool.txt")
    assert (call.name, output["output"]) == ("look", "It is closed for repairs.")
    (note,) = message.content[0].annotations
    assert (note.type, note.file_id, note.filename) == ("file_citation", first.results[0].file_id, "pool.txt")
    assert message.content[0].text[note.index :].startswith("[1]")
    asked, answered = (request.json for request in upstream.to("/chat/completions"))
    assert [tool["function"]["name"] for tool in asked["tools"]] == ["look"]
    assert [each["role"] for each in answered["messages"]] == ["system", "user", "assistant", "tool"]
    assert answered["messages"][0]["content"].startswith("You are the town's clerk.")
    assert "four euros" in answered["messages"][0]["content"]
    assert result.context_wrapper.usage.requests == 2
    assert result.context_wrapper.usage.total_tokens > 0


@pytest.mark.parametrize("stream", [False, True])
def test_an_agent_over_chat_calls(run, upstream, stream):
    script(upstream, stream, "It is closed.")
    result = run({"tools": [look]}, "How is the tower?", stream=stream, over=OpenAIChatCompletionsModel)
    assert (result.final_output, LOOKED) == ("It is closed.", ["the tower"])
    assert [item.type for item in result.new_items] == [
        "tool_call_item",
        "tool_call_output_item",
        "message_output_item",
    ]
    assert [each["role"] for each in upstream.requests[-1].json["messages"]] == ["user", "assistant", "tool"]


@pytest.mark.parametrize("stream", [False, True])
def test_an_agent_goes_on_from_its_last_response(run, upstream, stream):
    script(upstream, stream, "It is closed.")
    first = run({"tools": [look]}, "How is the tower?", stream=stream, auto_previous_response_id=True)
    upstream.text = "The tower."
    again = run({}, "What is?", stream=stream, previous_response_id=first.last_response_id)
    assert again.final_output == "The tower."
    roles = [each["role"] for each in upstream.requests[-1].json["messages"]]
    assert roles == ["user", "assistant", "tool", "assistant", "user"]


@pytest.mark.parametrize("stream", [False, True])
def test_a_conversation_here_is_an_agents_memory(run, client, official, town, upstream, stream):
    async def ask(text, **given):
        return await run.later(given, text, stream=stream, session=session)

    async def converse():
        search = FileSearchTool(vector_store_ids=[town.id], include_search_results=True)
        script(upstream, stream, "It costs four euros [1].")
        await ask("What does it cost to enter the pool?", tools=[search, look])
        upstream.text = "The pool."
        await ask("What does?")
        told = upstream.requests[-1].json["messages"]
        assert [each["role"] for each in told] == ["user", "assistant", "tool", "assistant", "user"]
        items = await session.get_items()
        popped = await session.pop_item()
        assert (popped, await session.get_items()) == (items[-1], items[:-1])
        return [item["type"] for item in items]

    session = OpenAIConversationsSession(openai_client=client)
    kinds = run.wait(converse())
    assert kinds.count("file_search_call") == 2
    assert [kind for kind in kinds if kind != "file_search_call"] == [
        "message",
        "function_call",
        "function_call_output",
        "message",
        "message",
        "message",
    ]
    conversation = session.session_id
    assert len(list(official.conversations.items.list(conversation))) == len(kinds) - 1
    run.wait(session.clear_session())
    with pytest.raises(openai.NotFoundError):
        official.conversations.retrieve(conversation)


@pytest.mark.parametrize("stream", [False, True])
def test_a_conversation_of_the_servers_goes_on(run, official, upstream, stream):
    conversation = official.conversations.create().id
    script(upstream, stream, "It is closed.")
    run({"tools": [look]}, "How is the tower?", stream=stream, conversation_id=conversation)
    upstream.text = "The tower."
    assert run({}, "What is?", stream=stream, conversation_id=conversation).final_output == "The tower."
    kinds = [item.type for item in official.conversations.items.list(conversation, order="asc")]
    assert kinds == ["message", "function_call", "function_call_output", *["message"] * 3]


@pytest.mark.parametrize("stream", [False, True])
def test_an_agent_answers_in_a_form(run, upstream, stream):
    upstream.text = '{"euros": 4}'
    assert run({"output_type": Price}, "What does it cost?", stream=stream).final_output == Price(euros=4)
    assert upstream.requests[-1].json["response_format"]["type"] == "json_schema"


# ---- what they do ---------------------------------------------------------------------------------


def script(upstream, stream, text):
    """Let it call the function, and then say the text."""
    LOOKED.clear()
    upstream.script(called(stream), path="/chat/completions")
    upstream.text = text


class Running:
    """Runs agents of one client, in one loop: connections are a loop's own."""

    def __init__(self, client):
        self._client = client
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)  # where `run_sync` runs

    def __call__(self, agent, text, *, stream, over=OpenAIResponsesModel, **given):
        """The result of a run; `agent` are the arguments that make one."""
        if stream:
            return self.wait(self.streamed(agent, text, over=over, **given))
        return Runner.run_sync(self._made(agent, over), text, **given)

    async def later(self, agent, text, *, stream, **given):
        """The same for who runs in the loop."""
        if stream:
            return await self.streamed(agent, text, **given)
        return await Runner.run(self._made(agent), text, **given)

    async def streamed(self, agent, text, *, over=OpenAIResponsesModel, **given):
        result = Runner.run_streamed(self._made(agent, over), text, **given)
        kinds = {event.type async for event in result.stream_events()}
        assert {"raw_response_event", "run_item_stream_event"} <= kinds
        return result

    def wait(self, coming):
        return self._loop.run_until_complete(coming)

    def close(self):
        self.wait(self._client.close())
        asyncio.set_event_loop(None)
        self._loop.close()

    def _made(self, agent, over=OpenAIResponsesModel):
        return Agent(name="Clerk", model=over(model="tiny", openai_client=self._client), **agent)


@pytest.fixture
def client(batching):
    """The official asynchronous client; its answers are read strictly."""
    http = httpx.AsyncClient(transport=ListeningAsync(limits=httpx.Limits(max_keepalive_connections=0)))
    return AsyncOpenAI(base_url=batching.url + "/v1", api_key="sk-client", max_retries=0, http_client=http)


@pytest.fixture
def run(client, upstream):
    running = Running(client)
    yield running
    running.close()


@pytest.fixture(scope="module", autouse=True)
def nothing_is_traced():
    """The SDK would send what it does to OpenAI."""
    agents.set_tracing_disabled(True)
