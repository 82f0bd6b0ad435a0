"""What a server says, read strictly by the types of the `openai` package as it goes by.

`Listening` and `ListeningAsync` are transports for httpx: the official clients get what they always get, and whatever
is not OpenAI's is noted in `FAULTS`, which must be empty after each test (see the conftest). `read` does the same for
what was heard otherwise.
"""

import json
import re
from typing import Generic, Literal, TypeVar, get_args

import httpx
from openai import pagination
from openai.types import (
    Batch,
    Completion,
    CompletionChoice,
    CreateEmbeddingResponse,
    Embedding,
    FileDeleted,
    FileObject,
    FilePurpose,
    Model,
    Upload,
    VectorStore,
    VectorStoreDeleted,
    VectorStoreSearchResponse,
)
from openai.types.beta import Assistant, AssistantDeleted, AssistantStreamEvent, Thread, ThreadDeleted
from openai.types.beta.threads import Message, MessageDeleted, Run
from openai.types.beta.threads.runs import RunStep
from openai.types.chat import ChatCompletion, ChatCompletionChunk, ChatCompletionDeleted, ChatCompletionStoreMessage
from openai.types.conversations import (
    Conversation,
    ConversationDeletedResource,
    ConversationItem,
    ConversationItemList,
)
from openai.types.responses import (
    CompactedResponse,
    InputTokenCountResponse,
    Response,
    ResponseItem,
    ResponseItemList,
    ResponseStreamEvent,
)
from openai.types.shared import ErrorObject
from openai.types.uploads import UploadPart
from openai.types.vector_stores import (
    FileContentResponse,
    VectorStoreFile,
    VectorStoreFileBatch,
    VectorStoreFileDeleted,
)
from pydantic import BaseModel, TypeAdapter, ValidationError

T = TypeVar("T")
FAULTS = []  # sentences
READ = {"answers": 0, "events": 0}  # how many were read so far


class DeletedResponse(BaseModel, extra="forbid"):
    """What OpenAI says of a response that is gone, which the client makes None of."""

    id: str
    object: str
    deleted: bool


class AnyStoredMessage(ChatCompletionStoreMessage):
    """A message that a completion answers: its type knows assistants alone, OpenAI's own example shows users."""

    role: Literal["developer", "system", "user", "assistant", "tool", "function"]


class AnyFile(FileObject):
    """A file: its type does not know all purposes that one may be sent with."""

    purpose: Literal[*get_args(FilePurpose), "batch_output", "assistants_output", "fine-tune-results"]


class AnyEmbedding(Embedding):
    """A row: the client asks for base64, and decodes it before anybody sees the type."""

    embedding: list[float] | str


class Embeddings(CreateEmbeddingResponse):
    """Rows, of numbers or of base64."""

    data: list[AnyEmbedding]


class PieceOfCompletion(Completion):
    """A piece of a completion: only the last one of a choice says why it ended."""

    class Choice(CompletionChoice):
        finish_reason: Literal["stop", "length", "content_filter"] | None

    choices: list[Choice]


class Compacted(CompactedResponse):
    """Its type knows a model's items alone, OpenAI's own example has a user's message."""

    output: list[ResponseItem]


class Cursors(pagination.SyncCursorPage[T], Generic[T]):
    """A page, with what OpenAI shows of it and the client does not need."""

    object: Literal["list"]
    first_id: str | None
    last_id: str | None


class Found(pagination.SyncPage[T], Generic[T]):
    """All that there is, said to be all."""

    has_more: Literal[False]
    next_page: None


class Hits(Found[VectorStoreSearchResponse]):
    """What a search found."""

    search_query: str | list[str]


_ANSWERS = [  # the first that matches
    ("POST", "/chat/completions", ChatCompletion),
    ("GET", "/chat/completions", Cursors[ChatCompletion]),
    ("GET", "/chat/completions/[^/]+/messages", Cursors[AnyStoredMessage]),
    ("DELETE", "/chat/completions/[^/]+", ChatCompletionDeleted),
    ("GET|POST", "/chat/completions/[^/]+", ChatCompletion),
    ("POST", "/completions", Completion | ChatCompletion),  # the agent form answers as a chat
    ("POST", "/embeddings", Embeddings),
    ("GET", "/models", pagination.SyncPage[Model]),
    ("GET", "/models/.+", Model),
    ("POST", "/responses", Response),
    ("POST", "/responses/input_tokens", InputTokenCountResponse),
    ("POST", "/responses/compact", Compacted),
    ("POST", "/responses/[^/]+/cancel", Response),
    ("GET", "/responses/[^/]+", Response),
    ("DELETE", "/responses/[^/]+", DeletedResponse),
    ("GET", "/responses/[^/]+/input_items", ResponseItemList),
    ("DELETE", "/conversations/[^/]+", ConversationDeletedResource),
    ("POST", "/conversations", Conversation),
    ("GET|POST", "/conversations/[^/]+", Conversation),
    ("GET|POST", "/conversations/[^/]+/items", ConversationItemList),
    ("GET", "/conversations/[^/]+/items/[^/]+", ConversationItem),
    ("DELETE", "/conversations/[^/]+/items/[^/]+", Conversation),
    ("GET", "/batches", Cursors[Batch]),
    ("GET|POST", "/batches.*", Batch),
    ("GET", "/assistants", Cursors[Assistant]),
    ("DELETE", "/assistants/[^/]+", AssistantDeleted),
    ("GET|POST", "/assistants(/[^/]+)?", Assistant),
    ("DELETE", "/threads/[^/]+", ThreadDeleted),
    ("POST", "/threads/runs", Run),
    ("GET|POST", "/threads(/[^/]+)?", Thread),
    ("GET", "/threads/[^/]+/messages", Cursors[Message]),
    ("DELETE", "/threads/[^/]+/messages/[^/]+", MessageDeleted),
    ("GET|POST", "/threads/[^/]+/messages(/[^/]+)?", Message),
    ("GET", "/threads/[^/]+/runs", Cursors[Run]),
    ("GET", "/threads/[^/]+/runs/[^/]+/steps", Cursors[RunStep]),
    ("GET", "/threads/[^/]+/runs/[^/]+/steps/[^/]+", RunStep),
    ("GET|POST", "/threads/[^/]+/runs.*", Run),
    ("POST", "/files", AnyFile),
    ("GET", "/files", Cursors[AnyFile]),
    ("GET", "/files/[^/]+", AnyFile),
    ("DELETE", "/files/[^/]+", FileDeleted),
    ("POST", "/uploads/[^/]+/parts", UploadPart),
    ("POST", "/uploads.*", Upload),
    ("GET", "/vector_stores", Cursors[VectorStore]),
    ("DELETE", "/vector_stores/[^/]+", VectorStoreDeleted),
    ("GET|POST", "/vector_stores(/[^/]+)?", VectorStore),
    ("POST", "/vector_stores/[^/]+/search", Hits),
    ("GET", "/vector_stores/[^/]+(/file_batches/[^/]+)?/files", Cursors[VectorStoreFile]),
    ("GET", "/vector_stores/[^/]+/files/[^/]+/content", Found[FileContentResponse]),
    ("DELETE", "/vector_stores/[^/]+/files/[^/]+", VectorStoreFileDeleted),
    ("GET|POST", "/vector_stores/[^/]+/files(/[^/]+)?", VectorStoreFile),
    ("GET|POST", "/vector_stores/[^/]+/file_batches.*", VectorStoreFileBatch),
]
_ANSWERS = [(re.compile(methods), re.compile(path), TypeAdapter(kind)) for methods, path, kind in _ANSWERS]
_CHUNKS = {
    "/chat/completions": TypeAdapter(ChatCompletionChunk),
    "/completions": TypeAdapter(PieceOfCompletion | ChatCompletionChunk),
}
_EVENT = TypeAdapter(ResponseStreamEvent)
_PREFIX = re.compile(r"^(/v1|/openai/deployments/[^/]+|/openai)(?=/)")
_THREAD_EVENT = TypeAdapter(AssistantStreamEvent)
_LAST = {"response.completed", "response.incomplete", "response.failed"}
# what is shown without being in the types: by OpenAI of a response and of a call that is complete, by us of a store
_SHOWN = {"store", "response.store", "name", "description", "data.description"}


def read(method, path, status, media_type, body, *, whole=True):
    """Read an answer; `body` is its bytes, all of them if it is `whole`. Paths that OpenAI does not have are let be."""
    path = _PREFIX.sub("", path)
    try:
        if media_type.startswith("text/event-stream"):
            _read_stream(path, body.decode(), whole)
        elif whole and media_type.startswith("application/json"):
            _read_answer(method, path, status, body)
    except (AssertionError, ValidationError, ValueError) as err:
        FAULTS.append(f"{method} {path} ({status}): {str(err)[:1000]}\n{body[-2000:].decode(errors='replace')}")


def check_error(error):
    """Assert that the error is OpenAI's: the four keys, each of its type."""
    assert set(error) == {"message", "type", "param", "code"}, error
    assert ErrorObject.model_validate_json(json.dumps(error), strict=True).message


def _read_answer(method, path, status, body):
    if status >= 400:
        told = json.loads(body)
        assert list(told) == ["error"], told
        return check_error(told["error"])
    for methods, pattern, kind in _ANSWERS:
        if methods.fullmatch(method) and pattern.fullmatch(path):
            _check(kind, body, of_ours=not path.startswith(("/chat", "/completions", "/embeddings")))
            READ["answers"] += 1
            return None
    return None


def _read_stream(path, text, whole):
    frames = [frame for frame in re.split(r"\r?\n\r?\n", text) if frame and not frame.startswith(":")]
    if not text.endswith("\n\n"):
        assert not whole, "the stream ends in the middle of an event"
        frames = frames[:-1]
    if path in _CHUNKS:
        _read_chunks(_CHUNKS[path], frames, whole)
    elif path.startswith("/responses"):
        _read_events(frames, whole)
    elif path.startswith("/threads"):
        _read_thread_events(frames, whole)
    READ["events"] += len(frames)


def _read_chunks(kind, frames, whole):
    ended = False
    for frame in frames:
        assert frame.startswith("data: "), frame
        assert not ended, f"after the end: {frame}"
        data = frame.removeprefix("data: ")
        ended = data == "[DONE]" or data.startswith('{"error":')
        if data.startswith('{"error":'):
            check_error(json.loads(data)["error"])
        elif data != "[DONE]":
            _check(kind, data, of_ours=False)
    assert ended or not whole, "the stream has no end"


def _read_events(frames, whole):
    last, number = None, None
    for frame in frames:
        assert last not in _LAST, f"after the end: {frame}"
        parts = re.fullmatch("event: (.+)\ndata: (.+)", frame)
        assert parts, f"no event with a name: {frame}"
        name, data = parts.groups()
        event = _check(_EVENT, data)
        assert event.type == name, frame
        assert number is None or event.sequence_number == number + 1, frame
        last, number = name, event.sequence_number
    assert last in _LAST or not whole, f"the stream ends with {last}"


def _read_thread_events(frames, whole):
    name = None
    for frame in frames:
        assert name not in ("done", "error"), f"after the end: {frame}"
        parts = re.fullmatch("event: (.+)\ndata: (.+)", frame)
        assert parts, f"no event with a name: {frame}"
        name, data = parts.groups()
        if name == "done":
            assert data == "[DONE]", frame
        elif name == "error":
            check_error(json.loads(data))
        else:
            _check(_THREAD_EVENT, f'{{"event": {json.dumps(name)}, "data": {data}}}')
    assert name in ("done", "error") or not whole, f"the stream ends with {name}"


def _check(kind, data, *, of_ours=True):
    """What the JSON says, read strictly; where the shape is ours alone, nothing may be there that OpenAI has not."""
    said = kind.validate_json(data, strict=True)
    if of_ours:
        extras = sorted(set(_extras(said)) - _SHOWN)
        assert not extras, f"not OpenAI's: {extras}"
    return said


def _extras(value, path=""):
    """The names of what no type has."""
    if isinstance(value, BaseModel):
        yield from (path + name for name in value.model_extra or {})
        for name in type(value).model_fields:
            yield from _extras(getattr(value, name), f"{path}{name}.")
    elif isinstance(value, list):
        for each in value:
            yield from _extras(each, path)


# ---- transports -----------------------------------------------------------------------------------


class Listening(httpx.HTTPTransport):
    """Reads what a client is told."""

    def handle_request(self, request):
        response = super().handle_request(request)
        response.stream = _Heard(request, response)
        return response


class ListeningAsync(httpx.AsyncHTTPTransport):
    """Reads what an asynchronous client is told."""

    async def handle_async_request(self, request):
        response = await super().handle_async_request(request)
        response.stream = _HeardAsync(request, response)
        return response


class _Hearing:
    def __init__(self, request, response):
        self._stream = response.stream
        self._about = (request.method, request.url.path, response.status_code, response.headers.get("content-type", ""))
        self._pieces = []
        self._whole = False
        self._over = False

    def _end(self):
        if not self._over:
            self._over = True
            read(*self._about, b"".join(self._pieces), whole=self._whole)


class _Heard(_Hearing, httpx.SyncByteStream):
    def __iter__(self):
        for piece in self._stream:
            self._pieces.append(piece)
            yield piece
        self._whole = True

    def close(self):
        self._stream.close()
        self._end()


class _HeardAsync(_Hearing, httpx.AsyncByteStream):
    async def __aiter__(self):
        async for piece in self._stream:
            self._pieces.append(piece)
            yield piece
        self._whole = True

    async def aclose(self):
        await self._stream.aclose()
        self._end()
