"""Questions to /responses with the official client, and upstreams that call a function."""

from tests.replies import Reply, chat_chunk, chat_usage, sse

DONE = b"data: [DONE]\n\n"
LOOK = {
    "type": "function",
    "name": "look",
    "description": "Looks at a thing",
    "parameters": {"type": "object", "properties": {"at": {"type": "string"}}, "required": ["at"]},
    "strict": False,
}
ARGUMENTS = ('{"at":', '"the tower"}')


def ask(ai, input, *, model="tiny", stream=False, **given):
    """The response; of a stream the last."""
    if not stream:
        return ai.responses.create(model=model, input=input, **given)
    *_, last = ai.responses.create(model=model, input=input, stream=True, **given)
    return last.response


def fragment(name, arguments):
    return {"index": 0, "id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}


def called(stream):
    """An upstream that calls the tool."""
    if not stream:
        call = {key: value for key, value in fragment("look", "".join(ARGUMENTS)).items() if key != "index"}
        return whole(content=None, tool_calls=[call], finish="tool_calls")
    begun = {"role": "assistant", "content": None, "tool_calls": [fragment("look", "")]}
    more = [{"tool_calls": [{"index": 0, "function": {"arguments": each}}]} for each in ARGUMENTS]
    frames = [*map(chat_chunk, (begun, *more)), chat_chunk({}, "tool_calls"), chat_usage()]
    return Reply.events(*map(sse, frames), DONE)


def whole(*, content="It is", finish="stop", **message):
    """An upstream's whole answer."""
    choice = {"index": 0, "message": {"role": "assistant", "content": content, **message}, "finish_reason": finish}
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    head = {"id": "chatcmpl-u", "object": "chat.completion", "created": 1700000000, "model": "tiny"}
    return Reply.json({**head, "choices": [choice], "usage": usage})
