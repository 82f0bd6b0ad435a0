"""What the quick starts of the Assistants API have in common: a weather bot, its functions, and what runs them."""

import json
import time

from openai import AssistantEventHandler

from tests.replies import DONE, Reply, chat_chunk, chat_usage, sse

ENDED = ("completed", "failed", "cancelled", "incomplete", "expired", "requires_action")
LOCATION = {"type": "string", "description": "The city and state, e.g., San Francisco, CA"}


def function(name, description, **properties):
    parameters = {"type": "object", "properties": properties, "required": list(properties)}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


TEMPERATURE = function(
    "get_current_temperature",
    "Get the current temperature for a specific location",
    location=LOCATION,
    unit={"type": "string", "enum": ["Celsius", "Fahrenheit"], "description": "The unit that the location uses"},
)
RAIN = function("get_rain_probability", "Get the probability of rain for a specific location", location=LOCATION)
WEATHER = "It is 57 degrees in San Francisco, and it will hardly rain: 6 %."
ARGUMENTS = {
    "get_current_temperature": {"location": "San Francisco, CA", "unit": "Fahrenheit"},
    "get_rain_probability": {"location": "San Francisco, CA"},
}


def outputs(run):
    """What the functions that a run waits for come to."""
    answers = {"get_current_temperature": "57", "get_rain_probability": "0.06"}
    calls = run.required_action.submit_tool_outputs.tool_calls
    return [{"tool_call_id": call.id, "output": answers[call.function.name]} for call in calls]


def calling(*names):
    """An upstream that calls these functions at once, each told in pieces."""
    calls = [
        {"index": index, "id": f"call_{name}", "type": "function", "function": {"name": name, "arguments": ""}}
        for index, name in enumerate(names)
    ]
    deltas = [{"role": "assistant", "content": None, "tool_calls": calls[:1]}]
    for index, name in enumerate(names):
        if index:
            deltas.append({"tool_calls": [calls[index]]})
        text = json.dumps(ARGUMENTS.get(name, {}))
        for piece in (text[:12], text[12:]):
            deltas.append({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    frames = [*map(chat_chunk, deltas), chat_chunk({}, "tool_calls"), chat_usage()]
    return Reply.events(*map(sse, frames), DONE)


def wait_for_run(client, run, *statuses, patience_s=30):
    """The run once it has one of the statuses; any that it stays in when none is named."""
    until = time.monotonic() + patience_s
    while run.status not in (statuses or ENDED):
        assert time.monotonic() < until, f"the run is {run.status}"
        time.sleep(0.05)
        run = client.beta.threads.runs.retrieve(run.id, thread_id=run.thread_id)
    return run


class Notes(AssistantEventHandler):
    """Notes what it is told, in order."""

    def __init__(self):
        super().__init__()
        self.events = []  # the names of all
        self.told = []  # (what is called, about what)

    def on_event(self, event):
        self.events.append(event.event.removeprefix("thread."))

    def on_text_created(self, text):
        self.told.append(("text created", text.value))

    def on_text_delta(self, delta, snapshot):
        self.told.append(("text delta", delta.value))

    def on_text_done(self, text):
        self.told.append(("text done", text.value))

    def on_tool_call_created(self, tool_call):
        self.told.append(("tool created", tool_call.type))

    def on_tool_call_done(self, tool_call):
        self.told.append(("tool done", tool_call.type))

    def on_message_created(self, message):
        self.told.append(("message created", message.role))

    def on_message_done(self, message):
        self.told.append(("message done", message.status))

    def on_end(self):
        self.told.append(("end", None))
