"""The quick starts of OpenAI's Assistants API with the official client, step by step; only the address is ours."""

from contextlib import contextmanager

import pytest

from tests.e2e.assisting import RAIN, TEMPERATURE, WEATHER, Notes, calling, outputs

pytestmark = [pytest.mark.sets("embedded", "scaled"), pytest.mark.filterwarnings("ignore::DeprecationWarning")]

CHAT = "/chat/completions"
FILES = {
    "goog-10k.txt": "Alphabet's annual report. The revenues of Alphabet were 307 billion dollars in 2023.",
    "brka-10k.txt": "Berkshire's annual report. The insurers of Berkshire hold a float of 169 billion dollars.",
    "aapl-10k.txt": "Apple's annual report. At the end of October 2023, 15.5 billion shares of AAPL were outstanding.",
}
SHARES = "How many shares of AAPL were outstanding at the end of October 2023?"
ANALYST = "You are an expert financial analyst. Answer from the audited financial statements."
BOT = "You are a weather bot. Use the provided functions to answer questions."
ASKED = "What's the weather in San Francisco today and the likelihood it'll rain?"
BEGUN = ["run.created", "run.queued", "run.in_progress"]
SEARCHED = ["run.step.created", "run.step.in_progress", "run.step.completed"]


def test_file_search_is_followed_with_a_handler(client, analyst, edgar, upstream):
    upstream.text = "Été 🏊: 15.5 billion shares of AAPL were outstanding [1]."
    file = client.files.create(file=edgar("aapl-10k.txt"), purpose="assistants")
    attached = [{"file_id": file.id, "tools": [{"type": "file_search"}]}]
    thread = client.beta.threads.create(messages=[{"role": "user", "content": SHARES, "attachments": attached}])
    (store,) = thread.tool_resources.file_search.vector_store_ids
    assert store not in analyst.tool_resources.file_search.vector_store_ids
    printed = []

    class EventHandler(Notes):
        def on_message_done(self, message):
            super().on_message_done(message)
            text = message.content[0].text
            citations = []
            for index, annotation in enumerate(text.annotations):
                assert text.value[annotation.start_index : annotation.end_index] == annotation.text
                cited = client.files.retrieve(annotation.file_citation.file_id)
                citations.append(f"[{index}] {cited.filename}")
            for index, annotation in enumerate(text.annotations):
                text.value = text.value.replace(annotation.text, f"[{index}]")
            printed.extend([text.value, *citations])

    handler = EventHandler()
    with client.beta.threads.runs.stream(
        thread_id=thread.id,
        assistant_id=analyst.id,
        instructions="Please address the user as Jane Doe. The user has a premium account.",
        event_handler=handler,
    ) as stream:
        stream.until_done()
        run = stream.get_final_run()
        searching, writing = stream.get_final_run_steps()
    assert printed == ["Été 🏊: 15.5 billion shares of AAPL were outstanding [0].", "[0] aapl-10k.txt"]
    assert [event for event in handler.events if not event.endswith(".delta")] == [
        *BEGUN,
        *SEARCHED,
        "run.step.created",
        "run.step.in_progress",
        "message.created",
        "message.in_progress",
        "message.completed",
        "run.step.completed",
        "run.completed",
    ]
    # each once: the client tells the end of a tool call again when the run ends
    assert list(dict.fromkeys(said for said, _ in handler.told if said != "text delta")) == [
        "tool created",
        "tool done",
        "message created",
        "text created",
        "text done",
        "message done",
        "end",
    ]
    assert (run.status, searching.type, writing.type) == ("completed", "tool_calls", "message_creation")
    told = upstream.to(CHAT)[-1].json["messages"]
    assert "15.5 billion shares" in str(told)
    assert "Please address the user as Jane Doe." in str(told)
    assert ANALYST not in str(told)  # the run's instructions take the place of the assistant's


def test_file_search_is_polled(client, analyst, upstream):
    upstream.text = "307 billion dollars [1]."
    thread = client.beta.threads.create()
    client.beta.threads.messages.create(thread.id, role="user", content="What were the revenues of Alphabet in 2023?")
    run = client.beta.threads.runs.create_and_poll(thread_id=thread.id, assistant_id=analyst.id)
    assert run.status == "completed"
    (message,) = client.beta.threads.messages.list(thread_id=thread.id, run_id=run.id)
    assert (message.role, message.assistant_id, message.run_id) == ("assistant", analyst.id, run.id)
    text = message.content[0].text
    (note,) = text.annotations
    assert (text.value, text.value[note.start_index : note.end_index]) == ("307 billion dollars [1].", note.text)
    assert client.files.retrieve(note.file_citation.file_id).filename == "goog-10k.txt"
    assert run.usage.total_tokens == run.usage.prompt_tokens + run.usage.completion_tokens > 0
    writing, searching = client.beta.threads.runs.steps.list(run.id, thread_id=thread.id)
    assert writing.step_details.message_creation.message_id == message.id
    (call,) = searching.step_details.tool_calls
    assert call.type == "file_search"
    shown = client.beta.threads.runs.steps.retrieve(
        searching.id,
        thread_id=thread.id,
        run_id=run.id,
        include=["step_details.tool_calls[*].file_search.results[*].content"],
    )
    (call,) = shown.step_details.tool_calls
    result = call.file_search.results[0]
    assert (result.file_name, result.content[0].type) == ("goog-10k.txt", "text")
    assert "307 billion" in result.content[0].text
    assert "307 billion" in str(upstream.to(CHAT)[-1].json["messages"])


def test_functions_are_called_and_followed(client, bot, upstream):
    upstream.script(calling("get_current_temperature", "get_rain_probability"), path=CHAT)
    upstream.text = WEATHER
    thread = client.beta.threads.create()
    client.beta.threads.messages.create(thread_id=thread.id, role="user", content=ASKED)
    printed, handlers = [], []

    class EventHandler(Notes):
        def __init__(self):
            super().__init__()
            handlers.append(self)

        def on_event(self, event):
            super().on_event(event)
            if event.event == "thread.run.requires_action":
                self.submit(outputs(event.data))

        def submit(self, tool_outputs):
            with client.beta.threads.runs.submit_tool_outputs_stream(
                thread_id=self.current_run.thread_id,
                run_id=self.current_run.id,
                tool_outputs=tool_outputs,
                event_handler=EventHandler(),
            ) as stream:
                printed.extend(stream.text_deltas)

    with client.beta.threads.runs.stream(
        thread_id=thread.id, assistant_id=bot.id, event_handler=EventHandler()
    ) as stream:
        stream.until_done()
    assert "".join(printed) == WEATHER
    first, second = handlers
    assert first.events[:3] == BEGUN
    assert first.events[-1] == "run.requires_action"
    assert [said for said in first.told if said[0] == "tool created"] == [("tool created", "function")] * 2
    assert second.events[-1] == "run.completed"
    assert "message.completed" in second.events
    assert_functions_were_called(upstream)


def test_functions_are_called_and_polled(client, bot, upstream):
    upstream.script(calling("get_current_temperature", "get_rain_probability"), path=CHAT)
    upstream.text = WEATHER
    thread = client.beta.threads.create(messages=[{"role": "user", "content": ASKED}])
    run = client.beta.threads.runs.create_and_poll(thread_id=thread.id, assistant_id=bot.id)
    assert (run.status, run.required_action.type) == ("requires_action", "submit_tool_outputs")
    calls = run.required_action.submit_tool_outputs.tool_calls
    assert [call.function.name for call in calls] == ["get_current_temperature", "get_rain_probability"]
    assert calls[1].function.arguments == '{"location": "San Francisco, CA"}'
    run = client.beta.threads.runs.submit_tool_outputs_and_poll(
        thread_id=thread.id, run_id=run.id, tool_outputs=outputs(run)
    )
    assert (run.status, run.required_action) == ("completed", None)
    answer, question = client.beta.threads.messages.list(thread_id=thread.id)
    assert (answer.content[0].text.value, question.content[0].text.value) == (WEATHER, ASKED)
    writing, calling_ = client.beta.threads.runs.steps.list(run.id, thread_id=thread.id)
    told = {call.function.name: call.function.output for call in calling_.step_details.tool_calls}
    assert told == {"get_current_temperature": "57", "get_rain_probability": "0.06"}
    assert (calling_.status, writing.status) == ("completed", "completed")
    assert_functions_were_called(upstream)


def test_a_thread_is_made_and_run_at_once(client, bot, upstream):
    upstream.text = "Hello."
    messages = [{"role": "user", "content": "Greet me."}]
    run = client.beta.threads.create_and_run_poll(assistant_id=bot.id, thread={"messages": messages})
    assert run.status == "completed"
    with client.beta.threads.create_and_run_stream(assistant_id=bot.id, thread={"messages": messages}) as stream:
        events = [event.event for event in stream]
        (message,) = stream.get_final_messages()
    assert events[0] == "thread.created"
    assert events[-1] == "thread.run.completed"
    assert message.content[0].text.value == "Hello."


def test_a_thread_goes_on_and_the_model_knows_what_was_said(client, bot, upstream):
    thread = client.beta.threads.create()
    for question, answer in (("I am Ada.", "Hello Ada."), ("Who am I?", "You are Ada.")):
        upstream.text = answer
        client.beta.threads.messages.create(thread.id, role="user", content=question)
        with client.beta.threads.runs.stream(thread_id=thread.id, assistant_id=bot.id) as stream:
            assert "".join(stream.text_deltas) == answer
    told = [each["content"] for each in upstream.to(CHAT)[-1].json["messages"]]
    assert told == [BOT, "I am Ada.", "Hello Ada.", "Who am I?"]
    said = [each.content[0].text.value for each in client.beta.threads.messages.list(thread.id, order="asc", limit=3)]
    assert said == ["I am Ada.", "Hello Ada.", "Who am I?", "You are Ada."]  # the pages are followed


def test_the_raw_events_end_with_done(client, bot, upstream):
    upstream.text = "Three small words"
    thread = client.beta.threads.create(messages=[{"role": "user", "content": "Say it."}])
    events = list(client.beta.threads.runs.create(thread_id=thread.id, assistant_id=bot.id, stream=True))
    assert [event.event for event in events[:3]] == [f"thread.{name}" for name in BEGUN]
    deltas = [event.data.delta for event in events if event.event == "thread.message.delta"]
    assert "".join(delta.content[0].text.value for delta in deltas) == "Three small words"
    assert events[-1].event == "thread.run.completed"
    assert events[-1].data == client.beta.threads.runs.retrieve(events[-1].data.id, thread_id=thread.id)


def test_an_assistant_is_a_name_of_chats_and_responses(client, analyst, upstream):
    upstream.text = "307 billion dollars [1]."
    question = "What were the revenues of Alphabet in 2023?"
    client.chat.completions.create(model=analyst.id, messages=[{"role": "user", "content": question}])
    assert "307 billion" in str(upstream.to(CHAT)[-1].json["messages"])
    assert client.responses.create(model=analyst.id, input=question).output_text == "307 billion dollars [1]."
    assert ANALYST in str(upstream.to(CHAT)[-1].json["messages"])


def assert_functions_were_called(upstream):
    """The model was told of its functions, and of what they came to."""
    asked, answered = [request.json for request in upstream.to(CHAT)]
    assert [tool["function"]["name"] for tool in asked["tools"]] == ["get_current_temperature", "get_rain_probability"]
    system, question, called, *results = answered["messages"]
    assert (system["content"], question["content"]) == (BOT, ASKED)
    names = [call["function"]["name"] for call in called["tool_calls"]]
    assert names == ["get_current_temperature", "get_rain_probability"]
    assert [(result["role"], result["content"]) for result in results] == [("tool", "57"), ("tool", "0.06")]
    ids = [call["id"] for call in called["tool_calls"]]
    assert [result["tool_call_id"] for result in results] == ids


@pytest.fixture
def client(official, upstream):
    """The official client of a server whose upstream behaves itself."""
    return official


@pytest.fixture(scope="module")
def edgar(tmp_path_factory):
    """Opens a financial statement."""
    folder = tmp_path_factory.mktemp("edgar")
    for name, text in FILES.items():
        (folder / name).write_text(text)
    with _closing() as opened:
        yield lambda name: opened((folder / name).open("rb"))


@contextmanager
def _closing():
    files = []
    yield lambda file: files.append(file) or file
    for file in files:
        file.close()


@pytest.fixture(scope="module")
def analyst(official, edgar):
    """The assistant of the first quick start, made as there."""
    assistant = official.beta.assistants.create(
        name="Financial Analyst Assistant", instructions=ANALYST, model="gpt-4o", tools=[{"type": "file_search"}]
    )
    assert (assistant.model, assistant.tools[0].type) == ("gpt-4o", "file_search")
    store = official.vector_stores.create(name="Financial Statements")
    batch = official.vector_stores.file_batches.upload_and_poll(
        vector_store_id=store.id, files=[edgar("goog-10k.txt"), edgar("brka-10k.txt")]
    )
    assert (batch.status, batch.file_counts.completed) == ("completed", 2)
    return official.beta.assistants.update(
        assistant_id=assistant.id, tool_resources={"file_search": {"vector_store_ids": [store.id]}}
    )


@pytest.fixture(scope="module")
def bot(official):
    """The assistant of the second."""
    return official.beta.assistants.create(instructions=BOT, model="gpt-4o", tools=[TEMPERATURE, RAIN])
