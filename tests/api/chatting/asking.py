"""Chats over a test client, whole or streamed, and what is kept of them."""

import json

from tests.api.library import UPSTREAM_MODEL, right

MODEL = UPSTREAM_MODEL
CHAT = "/v1/chat/completions"


def body_of(*messages, model=MODEL, **more):
    """The body of a chat; a string is a user's message."""
    said = [{"role": "user", "content": each} if isinstance(each, str) else each for each in messages]
    return {"model": model, "messages": said, **more}


def ask(client, *messages, path=CHAT, headers=None, **more):
    """The answer as one object: `id`, `text`, `conversation_id`, `calls`, and `response`."""
    response = client.post(path, json=body_of(*messages, **more), headers=headers)
    assert response.status_code == 200, response.text
    return streamed(response) if more.get("stream") else Told(response, [response.get_json()], "message")


def streamed(response):
    """A stream that has come to its end."""
    frames = [frame.removeprefix("data: ") for frame in response.text.split("\n\n") if frame]
    assert frames.pop() == "[DONE]"
    return Told(response, [json.loads(frame) for frame in frames if not frame.startswith(":")], "delta")


class Told:
    def __init__(self, response, bodies, key):
        self.response, self.bodies = response, bodies
        said = [body["choices"][0][key] for body in bodies if body["choices"]]
        self.id = bodies[0]["id"]
        self.conversation_id = bodies[0].get("conversation_id")
        assert {body.get("conversation_id") for body in bodies} == {self.conversation_id}
        self.text = "".join(each.get("content") or "" for each in said)
        self.calls = [call for each in said for call in each.get("tool_calls") or ()]


def items(client, conversation_id):
    """The items of a conversation, oldest first."""
    return right(client.get(f"/v1/conversations/{conversation_id}/items?order=asc&limit=100"))["data"]


def said(client, conversation_id):
    """(role, text) of its messages."""
    return [
        (item["role"], "".join(part["text"] for part in item["content"]))
        for item in items(client, conversation_id)
        if item["type"] == "message"
    ]


def sent(upstream):
    """(role, text) of the messages that the upstream was sent last, but for the system's."""
    messages = upstream.to("/chat/completions")[-1].json["messages"]
    return [(each["role"], each["content"]) for each in messages if each["role"] != "system"]
