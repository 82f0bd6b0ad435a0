"""Answers of a model server, right and wrong, for tests.upstream to give."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True)
class Reply:
    """An answer, piece by piece; every piece is a write of its own, and a chunk when `framing` is chunked.

    `cut_at` closes the connection when that many bytes of the body, framing included, are out (`reset`: with RST);
    `ends_at` ends the body after that many bytes of it, properly. `head_cut_at` closes in the headers. `stalls` keeps
    silent after the last piece and `endless` repeats it until the client leaves.
    """

    pieces: tuple[bytes, ...] = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    framing: str = "chunked"  # chunked, length, or close: the body ends with the connection
    version: str = "1.1"
    length: int | None = None  # a Content-Length that lies
    head_delay_s: float = 0.0
    delay_s: float = 0.0  # before each piece
    head_cut_at: int | None = None
    cut_at: int | None = None
    ends_at: int | None = None
    reset: bool = False
    stalls: bool = False
    endless: bool = False
    closes: bool = False  # the connection after the answer, without a word in the headers

    @classmethod
    def json(cls, body: Any, status: int = 200, headers: Mapping[str, str] | None = None, **options: Any) -> Reply:
        return cls.text(json.dumps(body), status, "application/json", headers, **options)

    @classmethod
    def text(
        cls, body: str, status: int, media_type: str, headers: Mapping[str, str] | None = None, **options: Any
    ) -> Reply:
        options = {"framing": "length", **options}
        return cls((body.encode(),), status, {"content-type": media_type, **(headers or {})}, **options)

    @classmethod
    def events(cls, *frames: Any, headers: Mapping[str, str] | None = None, **options: Any) -> Reply:
        """A stream of server-sent events: bytes go out as they are, anything else as `data: <JSON>`."""
        pieces = tuple(frame if isinstance(frame, bytes) else sse(frame) for frame in frames)
        return cls(pieces, headers={"content-type": "text/event-stream", **(headers or {})}, **options)

    @property
    def body(self) -> bytes:
        """The body's bytes, framing excluded."""
        return b"".join(self.pieces)

    def in_writes_of(self, size: int) -> Reply:
        """The same body, `size` bytes a write: characters and frames are split wherever that falls."""
        body = self.body
        return replace(self, pieces=tuple(body[at : at + size] for at in range(0, len(body), size)))

    def wire(self) -> list[bytes]:
        """The writes of the body."""
        pieces = list(self.pieces)
        if self.ends_at is not None:
            pieces = list(_first(pieces, self.ends_at))
        if self.framing == "chunked":
            pieces = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces if piece]
            if not (self.stalls or self.endless):
                pieces.append(b"0\r\n\r\n")
        return pieces if self.cut_at is None else list(_first(pieces, self.cut_at))

    def head(self) -> bytes:
        headers = dict(self.headers)
        if self.framing == "chunked":
            headers["transfer-encoding"] = "chunked"
        elif self.framing == "length":
            body = self.body if self.ends_at is None else self.body[: self.ends_at]
            headers["content-length"] = str(len(body) if self.length is None else self.length)
        else:
            headers["connection"] = "close"
        lines = [f"HTTP/{self.version} {self.status} Told", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join(lines).encode() + b"\r\n\r\n"


# ---- what a well-behaved server says ------------------------------------------------------------


def sse(value: Any) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def chat_chunk(delta: Mapping[str, Any], finish: str | None = None, index: int = 0, **extra: Any) -> dict[str, Any]:
    """One chunk of a streamed chat completion."""
    choice = {"index": index, "delta": dict(delta), "finish_reason": finish}
    return {**_CHUNK, "choices": [choice], **extra}


def chat_usage(prompt: int = 7, completion: int = 3) -> dict[str, Any]:
    """The usage chunk of a streamed chat completion."""
    return {**_CHUNK, "choices": [], "usage": usage(prompt, completion)}


def chat_frames(*texts: str, finish: str = "stop", choices: int = 1) -> list[bytes]:
    """A whole streamed chat completion, its usage and `[DONE]` included."""
    everyone = range(choices)
    frames = [sse(chat_chunk({"role": "assistant", "content": ""}, index=index)) for index in everyone]
    frames += [sse(chat_chunk({"content": text}, index=index)) for text in texts for index in everyone]
    frames += [sse(chat_chunk({}, finish, index)) for index in everyone]
    return [*frames, sse(chat_usage()), DONE]


def whole(text: str) -> dict[str, Any]:
    """A whole chat completion of one choice."""
    message = {"role": "assistant", "content": text}
    return {
        **_CHUNK,
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": usage(4, 5),
    }


def usage(prompt: int, completion: int) -> dict[str, int]:
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


_CHUNK = {
    "id": "chatcmpl-upstream",
    "object": "chat.completion.chunk",
    "created": 1700000000,
    "model": "upstream-model",
    "system_fingerprint": "fp_upstream",
}


def well_behaved(method: str, path: str, body: Any, models: Sequence[str], text: str | None) -> Reply:
    """What a server that follows the protocol answers; it writes `text`, or repeats the last message."""
    if method == "GET" and path == "/models":
        cards = [{"id": name, "object": "model", "created": 1700000000, "owned_by": "upstream"} for name in models]
        return Reply.json({"object": "list", "data": cards})
    if method != "POST" or path not in ("/chat/completions", "/completions", "/embeddings"):
        return refusal(404, f"Unknown request URL: {method} {path}", "unknown_url")
    if body.get("model") not in models:
        return refusal(404, f"The model `{body.get('model')}` does not exist", "model_not_found")
    if path == "/embeddings":
        return _embeddings(body)
    return _chat(body, text) if path == "/chat/completions" else _completion(body, text)


def refusal(status: int, message: str, code: str | None = None, **options: Any) -> Reply:
    """An error as OpenAI words them."""
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
    return Reply.json({"error": error}, status, **options)


def _chat(body: Mapping[str, Any], text: str | None) -> Reply:
    content = body["messages"][-1]["content"]
    text = text if text is not None else content if isinstance(content, str) else json.dumps(content)
    words, choices = _pieces_of(text), body.get("n") or 1
    if body.get("stream"):
        frames = chat_frames(*words, choices=choices)
        asked = (body.get("stream_options") or {}).get("include_usage")
        return Reply.events(*(frames if asked else [*frames[:-2], DONE]))
    message = {"role": "assistant", "content": text, "refusal": None}
    answers = [
        {"index": index, "message": message, "logprobs": None, "finish_reason": "stop"} for index in range(choices)
    ]
    whole = {**_CHUNK, "object": "chat.completion", "choices": answers, "usage": usage(7, len(words) * choices)}
    return Reply.json(whole, headers={"x-ratelimit-remaining-requests": "99", "x-request-id": "req_upstream"})


def _completion(body: Mapping[str, Any], text: str | None) -> Reply:
    prompts = body["prompt"] if isinstance(body["prompt"], list) and body["prompt"] else [body["prompt"]]
    prompts = [prompts] if isinstance(prompts[0], int) else prompts
    said = [text if text is not None else f"{prompt}!" for prompt in prompts for _ in range(body.get("n") or 1)]
    base = {"id": "cmpl-upstream", "object": "text_completion", "created": 1700000000, "model": body["model"]}

    def choice(index: int, text: str, finish: str | None) -> dict[str, Any]:
        return {**base, "choices": [{"index": index, "text": text, "logprobs": None, "finish_reason": finish}]}

    counted = usage(7, sum(len(_pieces_of(text)) for text in said))
    if not body.get("stream"):
        choices = [choice(index, text, "stop")["choices"][0] for index, text in enumerate(said)]
        return Reply.json({**base, "choices": choices, "usage": counted})
    frames: list[Any] = [
        choice(index, piece, None) for index, text in enumerate(said) for piece in _pieces_of(text)
    ] + [choice(index, "", "stop") for index in range(len(said))]
    if (body.get("stream_options") or {}).get("include_usage"):
        frames.append({**base, "choices": [], "usage": counted})
    return Reply.events(*frames, DONE)


def _embeddings(body: Mapping[str, Any]) -> Reply:
    texts = [body["input"]] if isinstance(body["input"], str) or isinstance(body["input"][0], int) else body["input"]
    if not all(texts):
        return refusal(400, "'$.input' is invalid: input cannot be an empty string")
    rows: list[Any] = [[float(len(text)), float(sum(_codes(text)) % 97), 1.0] for text in texts]
    rows = [row[: body.get("dimensions") or 3] for row in rows]
    if body.get("encoding_format") == "base64":
        rows = [base64.b64encode(struct.pack(f"<{len(row)}f", *row)).decode() for row in rows]
    data = [{"object": "embedding", "index": index, "embedding": row} for index, row in enumerate(rows)]
    return Reply.json({"object": "list", "data": data, "model": body["model"], "usage": usage(len(texts), 0)})


def _codes(text: str | Sequence[int]) -> Iterator[int]:
    """Its characters, or the tokens it is given as."""
    return (ord(each) if isinstance(each, str) else each for each in text)


def _pieces_of(text: str) -> list[str]:
    return [word if number == 0 else " " + word for number, word in enumerate(text.split(" "))]


def _first(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    for piece in pieces:
        if size <= 0:
            return
        yield piece[:size]
        size -= len(piece)
