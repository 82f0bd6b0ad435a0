"""Questions to /responses, and answers read strictly by OpenAI's own types."""

import json

import sqlalchemy as sa
from openai.types.responses import InputTokenCountResponse, Response, ResponseItem
from pydantic import TypeAdapter

from ragproxy.state.tables import responses
from tests.api.library import UPSTREAM_MODEL, refused, right
from tests.replies import Reply, chat_chunk, chat_usage, sse, whole
from tests.wire.responding import checked

MODEL = UPSTREAM_MODEL
PATH = "/v1/responses"
LOOK = {"type": "function", "name": "look", "parameters": {"type": "object"}}
DONE = b"data: [DONE]\n\n"
CALLS = [{"index": 0, "id": "call_1", "type": "function", "function": {"name": "look", "arguments": '{"a":1}'}}]
ITEM = TypeAdapter(ResponseItem)


def ask(client, input, *, model=MODEL, stream=False, **more):
    """The response, read strictly; of a stream the last."""
    if stream:
        return globals()["stream"](client, input, model=model, **more)[-1]["response"]
    answer = client.post(PATH, json={"model": model, "input": input, **more})
    body = right(answer)
    Response.model_validate_json(answer.text, strict=True)
    return body


def stream(client, input, *, model=MODEL, **more):
    """The events, read strictly."""
    answer = client.post(PATH, json={"model": model, "input": input, "stream": True, **more})
    assert answer.status_code == 200, answer.text
    frames = [frame for frame in answer.text.split("\n\n") if frame and not frame.startswith(":")]
    return checked(json.loads(frame.partition("data: ")[2]) for frame in frames)


def items(client, body):
    """What a response was asked, oldest first."""
    data = right(client.get(f"{PATH}/{body['id']}/input_items?order=asc"))["data"]
    for item in data:
        ITEM.validate_json(json.dumps(item), strict=True)
    return data


def text_of(body):
    return "".join(part["text"] for item in body["output"] for part in item.get("content", ()) if "text" in part)


def unfit(client, id, code, status=400):
    answer = client.post(PATH, json={"model": MODEL, "input": "Hi", "previous_response_id": id})
    refused(answer, status, code, "previous_response_id")


def tokens(client, **body):
    answer = client.post(f"{PATH}/input_tokens", json={"model": MODEL, **body})
    return InputTokenCountResponse.model_validate_json(right(answer) and answer.text, strict=True).input_tokens


def listed(client):
    """How many responses are kept."""
    database = client.application.extensions["ragproxy"].state.responses._database
    with database.reading() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(responses))


def searching(*stores, **options):
    return {"type": "file_search", "vector_store_ids": list(stores), **options}


def script_calls(upstream, streamed):
    said = {"role": "assistant", "content": None, "tool_calls": CALLS}
    upstream.script(
        one_chunk(said, "tool_calls") if streamed else whole_of(said, "tool_calls"), path="/chat/completions"
    )


def one_chunk(said, finish="stop"):
    return Reply.events(sse(chat_chunk(said)), sse(chat_chunk({}, finish)), sse(chat_usage()), DONE)


def whole_of(said, finish="stop"):
    body = whole("")
    return Reply.json({**body, "choices": [{"index": 0, "message": said, "finish_reason": finish}]})
