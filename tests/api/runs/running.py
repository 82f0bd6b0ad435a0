"""Runs over a test client, worked on when a test says so; everything is read strictly by OpenAI's own types."""

import json

from openai.lib.streaming._assistants import accumulate_event, accumulate_run_step
from openai.types.beta import AssistantStreamEvent
from openai.types.beta.threads import Message, Run
from openai.types.beta.threads.runs import RunStep
from pydantic import TypeAdapter

from tests.api.library import UPSTREAM_MODEL, right, services_of
from tests.replies import Reply, chat_chunk, chat_frames, chat_usage, sse

MODEL = UPSTREAM_MODEL
EVENT = TypeAdapter(AssistantStreamEvent)
STALLS = Reply.events(*chat_frames("Par", "is")[:-3], stalls=True)
LOOK = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
DONE = b"event: done\ndata: [DONE]\n\n"
BEGUN = ["run.created", "run.queued", "run.in_progress"]
SEARCHED = ["run.step.created", "run.step.in_progress", "run.step.delta", "run.step.completed"]
WRITING = ["run.step.created", "run.step.in_progress", "message.created", "message.in_progress"]
WRITTEN = ["message.completed", "run.step.completed", "run.completed"]


def assistant(client, **more):
    return right(client.post("/v1/assistants", json={"model": MODEL, **more}))["id"]


def thread(client, *texts, **more):
    messages = [{"role": "user", "content": text} for text in texts]
    return right(client.post("/v1/threads", json={"messages": messages, **more}))["id"]


def run(client, thread_id, assistant_id, **more):
    """The run, queued."""
    return read_run(client.post(f"/v1/threads/{thread_id}/runs", json={"assistant_id": assistant_id, **more}))


def worked(client, body):
    """The run, when it has been worked on."""
    assert work(client)
    return seen(client, body)


def seen(client, body):
    return read_run(client.get(path(body)))


def path(body):
    return f"/v1/threads/{body['thread_id']}/runs/{body['id']}"


def read_run(answer):
    body = right(answer)
    Run.model_validate_json(answer.text, strict=True)
    return body


def submit(client, body, **outputs):
    given = [{"tool_call_id": id, "output": output} for id, output in outputs.items()]
    return client.post(f"{path(body)}/submit_tool_outputs", json={"tool_outputs": given})


def steps(client, body, **query):
    """Its steps, oldest first."""
    data = right(client.get(f"{path(body)}/steps", query_string={"order": "asc", **query}))["data"]
    for step in data:
        RunStep.model_validate_json(json.dumps(step), strict=True)
    return data


def messages(client, thread_id, **query):
    """Those of the thread, oldest first."""
    data = right(client.get(f"/v1/threads/{thread_id}/messages", query_string={"order": "asc", **query}))["data"]
    for message in data:
        Message.model_validate_json(json.dumps(message), strict=True)
    return data


def said(client, thread_id):
    """Who said what in the thread."""
    return [
        (message["role"], "".join(part["text"]["value"] for part in message["content"]))
        for message in messages(client, thread_id)
    ]


def streamed(client, address, **body):
    """The events of a run that is worked on once its stream has begun."""
    answer = client.post(address, json={**body, "stream": True})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    pieces = iter(answer.response)
    first = next(pieces)
    assert work(client)
    frames = [first, *pieces]
    assert frames[-1] == DONE
    return checked(frames[:-1])


def checked(frames):
    """The events of frames, each read strictly; the deltas add up to what is told in full."""
    events = []
    for frame in frames:
        name, data = frame.decode().rstrip("\n").split("\n")
        event = {"event": name.removeprefix("event: "), "data": json.loads(data.removeprefix("data: "))}
        EVENT.validate_json(json.dumps(event), strict=True)
        events.append(event)
    added_up(events)
    return events


def added_up(events):
    """What the official client makes of the deltas is what the last events say."""
    message, known = None, {}
    for event in events:
        read = EVENT.validate_python(event)
        name = event["event"]
        if name in ("thread.message.completed", "thread.message.incomplete"):
            assert plain(message.to_dict()["content"]) == event["data"]["content"]
        if name == "thread.run.step.completed" and event["data"]["id"] in known:
            made = plain(known[event["data"]["id"]].to_dict()["step_details"])
            assert made == plain(event["data"]["step_details"])
        message, _ = accumulate_event(event=read, current_message_snapshot=message)
        accumulate_run_step(event=read, run_step_snapshots=known)


def plain(value):
    """Without the places that deltas name."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items() if key != "index"}
    return value


def names(events):
    return [event["event"].removeprefix("thread.") for event in events]


def calling(*calls):
    """An upstream that calls functions: (id, name, arguments), these in two pieces."""
    frames = []
    for index, (id, name, text) in enumerate(calls):
        begun = {"index": index, "id": id, "type": "function", "function": {"name": name, "arguments": ""}}
        frames.append(chat_chunk({"tool_calls": [begun]}))
        for piece in (text[:3], text[3:]):
            frames.append(chat_chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]}))
    frames += [chat_chunk({}, "tool_calls"), chat_usage()]
    return Reply.events(*map(sse, frames), b"data: [DONE]\n\n")


def work(client):
    return services_of(client).running.work(lambda: False)


def asked(upstream):
    """The messages that the model was sent last, but for the system's."""
    return [
        (message["role"], message.get("content"))
        for message in upstream.requests[-1].json["messages"]
        if message["role"] != "system"
    ]


def told(upstream):
    """What the system told the model last."""
    return "\n".join(
        message["content"] for message in upstream.requests[-1].json["messages"] if message["role"] == "system"
    )
