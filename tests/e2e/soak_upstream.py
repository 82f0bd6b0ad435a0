"""An upstream for hundreds of slow streams at once on one event loop, as bad as each request asks for.

A request says what it wants in its text, wherever that stands in its body: `word=w7 pieces=20 every_ms=100 fault=reset
at=5` is twenty pieces "w7-0 ", "w7-1 " ..., and a reset after five of them. On its own account the server closes
connections that have been idle for a while, now at once, now later, some never.
"""

import asyncio
import base64
import json
import random
import re
import socket
import struct
from collections import Counter

from tests.replies import DONE, chat_chunk, chat_usage, sse, usage, whole

WANTED = re.compile(rb"word=(\w+) pieces=(\d+) every_ms=(\d+) fault=([\w-]+) at=(\d+)")
# what answers well, what never begins to answer, and what breaks off: by name
GOOD = ("none", "slow-start", "closes", "pings", "no-done")
AT_ONCE = ("500", "503", "429", "mute", "vanishes", "vanishes-hard", "half-head", "no-http", "error-first", "no-json")
LATER = ("cut", "reset", "stall", "bad-json", "error", "noise", "short")
KEEPS_ON = {*GOOD, "500", "503", "429", "error-first", "no-json", "short"} - {"closes"}
REFUSALS = {"500": (500, "oops"), "503": (503, "not now"), "429": (429, "slow down")}
PATIENCE_S = 30.0  # a client that is told nothing must have left by then
_LINGER_NOT = struct.pack("ii", 1, 0)


class Upstream:
    """The server; use it with `async with`. `open` counts its connections, `answering` those in an answer."""

    def __init__(self, seed=0):
        self.open = self.answering = self.outstayed = 0
        self.asked = Counter()  # faults
        self._chance = random.Random(seed)
        self._tasks = set()

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=512)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/v1"
        return self

    async def __aexit__(self, *_):
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reads, writes):
        self._tasks.add(task := asyncio.current_task())
        self.open += 1
        try:
            while (request := await self._next_request(reads)) is not None:
                self.answering += 1
                try:
                    if not await self._answer(request, reads, writes):
                        break
                finally:
                    self.answering -= 1
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            pass
        finally:
            self.open -= 1
            self._tasks.discard(task)
            writes.close()

    async def _next_request(self, reads):
        """(path, body), or None at the end of the connection, or when it has been idle for too long."""
        idle_s = self._chance.choice([0.5, 2.0, 5.0, None])
        try:
            head = await asyncio.wait_for(reads.readuntil(b"\r\n\r\n"), idle_s)
        except TimeoutError:
            return None
        length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
        body = await reads.readexactly(int(length[1])) if length else await _chunks(reads) if b"POST" in head else b""
        return head.split()[1].decode().removeprefix("/v1"), body

    async def _answer(self, request, reads, writes):
        """Whether the connection goes on."""
        path, body = request
        wanted = WANTED.findall(body)
        word, pieces, every_ms, fault, at = wanted[-1] if wanted else (b"w", 1, 1, b"none", 0)
        answer = Answer(path, body, word.decode(), int(pieces), fault.decode(), int(at))
        self.asked[answer.fault] += 1
        every_s = int(every_ms) / 1000
        if answer.fault == "mute":
            await self._outwait(reads)
            return False
        await asyncio.sleep(1.0 if answer.fault == "slow-start" else every_s)
        for number, write in enumerate(answer.writes()):
            if number:
                await asyncio.sleep(every_s if answer.streams else every_s / 10)
            if reads.at_eof():
                return False
            writes.write(write)
            await writes.drain()
        if answer.fault == "stall":
            await self._outwait(reads)
        if answer.fault in ("reset", "vanishes-hard"):
            writes.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        return answer.fault in KEEPS_ON

    async def _outwait(self, reads):
        """Say nothing until the client leaves."""
        try:
            await asyncio.wait_for(reads.read(1), PATIENCE_S)
        except TimeoutError:
            self.outstayed += 1


class Answer:
    """What goes out for a request, write by write."""

    def __init__(self, path, body, word, pieces, fault, at):
        self.path, self.fault = path, fault
        self._words = [f"{word}-{number} " for number in range(pieces)]
        self._at = min(at, pieces)
        self._streams = re.search(rb'"stream": *true|name="stream"\r\n\r\ntrue', body) is not None
        self._inputs = len(json.loads(body)["input"]) if path == "/embeddings" else 0

    @property
    def streams(self):
        """Whether it comes piece by piece."""
        return self._streams or self.path == "/audio/speech"

    def writes(self):
        """The bytes, up to where the fault breaks them off."""
        if self.fault in ("vanishes", "vanishes-hard"):
            return []
        if self.fault == "no-http":
            return [b"\x16\x03\x01 this is no HTTP\r\n\r\n"]
        if self.fault in REFUSALS:
            status, message = REFUSALS[self.fault]
            error = {"message": message, "type": "server_error", "param": None, "code": None}
            return _whole(json.dumps({"error": error}).encode(), status=status, more="retry-after: 7\r\n")
        head = _head(self._media_type())
        if self.fault == "half-head":
            return [head[:30]]
        return self._chunked(head, self._pieces())

    def _chunked(self, head, pieces):
        chunks = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces]
        if self.fault in ("cut", "reset", "stall"):
            # beside the role, the pieces that the client is to have; of what is not a stream, half
            chunks = chunks[: self._at + 1] if self.streams else [chunks[0][: len(chunks[0]) // 2]]
            return [head, *chunks, b"ff\r\ndata: {"] if self.streams and self.fault == "cut" else [head, *chunks]
        return [head, *chunks, b"0\r\n\r\n"]

    def _media_type(self):
        if self.path == "/audio/speech":
            return "audio/mpeg"
        return "text/event-stream" if self._streams else "application/json"

    def _pieces(self):
        if self.path == "/audio/speech":
            return [word.encode() * 200 for word in self._words]
        if self.fault == "no-json":
            return [b"data: \xff\xfe{{{\n\n" if self._streams else b"\xff\xfe{{{"]
        if self.fault == "error-first":
            error = {"error": {"message": "it failed", "type": "server_error", "param": None, "code": None}}
            return [sse(error) if self._streams else json.dumps(error).encode()]
        return self._events() if self._streams else [json.dumps(self._value()).encode()]

    def _events(self):
        if self.path.startswith("/audio"):
            begins, good = [], [sse({"type": "transcript.text.delta", "delta": word}) for word in self._words]
            ends = [sse({"type": "transcript.text.done", "text": "".join(self._words)})]
        elif self.path == "/completions":
            begins, good = [], [sse(_text(word)) for word in self._words]
            ends = [sse(_text("", "stop")), sse({**_text(""), "choices": [], "usage": usage(7, 3)}), DONE]
        else:
            begins = [sse(chat_chunk({"role": "assistant", "content": ""}))]
            good = [sse(chat_chunk({"content": word})) for word in self._words]
            ends = [sse(chat_chunk({}, "stop")), sse(chat_usage()), DONE]
        bad = {
            "bad-json": b'data: {"choices": [{"ind\n\n',
            "error": sse({"error": {"message": "it failed", "type": "server_error", "param": None, "code": None}}),
            "noise": b"data: " + bytes(range(128, 256)) + b"\n\n",
        }
        if self.fault in bad:
            return [*begins, *good[: self._at], bad[self.fault]]
        if self.fault == "short":
            return [*begins, *good[: self._at]]
        if self.fault == "pings":
            good = [piece for each in good for piece in (b": keep-alive\n\n", each)]
        return [*begins, *good, *(ends[:-1] if self.fault == "no-done" and len(ends) > 1 else ends)]

    def _value(self):
        text = "".join(self._words)
        if self.path == "/models":
            return {"object": "list", "data": []}
        if self.path == "/embeddings":
            row = base64.b64encode(struct.pack("<3f", 1, 2, 3)).decode()
            data = [{"object": "embedding", "index": index, "embedding": row} for index in range(self._inputs)]
            return {"object": "list", "data": data, "model": "m", "usage": usage(3, 0)}
        if self.path.startswith("/images"):
            return {"created": 1, "data": [{"b64_json": "aGk=" * 5000}]}
        if self.path.startswith("/audio"):
            return {"text": text}
        if self.path == "/moderations":
            return {"id": "modr-1", "model": "m", "results": [{"flagged": False}]}
        return {**_text(text, "stop"), "usage": usage(7, 3)} if self.path == "/completions" else whole(text)


def _text(text, finish=None):
    choice = {"index": 0, "text": text, "logprobs": None, "finish_reason": finish}
    return {"id": "cmpl-1", "object": "text_completion", "created": 1700000000, "model": "m", "choices": [choice]}


def _head(media_type, status=200, framing="transfer-encoding: chunked\r\n"):
    return f"HTTP/1.1 {status} Told\r\ncontent-type: {media_type}\r\n{framing}\r\n".encode()


def _whole(body, status, more):
    return [_head("application/json", status, f"content-length: {len(body)}\r\n{more}") + body]


async def _chunks(reads):
    body = b""
    while size := int(await reads.readline(), 16):
        body += await reads.readexactly(size + 2)
    await reads.readline()
    return body
