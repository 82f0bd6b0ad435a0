"""A cheap upstream: one thread, canned answers, so that what is measured is the gateway.

`python -m tests.bench.upstream [CHUNKS PERIOD_MS]` prints its port. A request with `"stream": true` gets so many chunks,
the first at once and each next one a period later; every other request is answered at once.
"""

import asyncio
import json
import re
import sys

HEAD = {"id": "chatcmpl-1", "created": 1, "model": "tiny"}
USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
BODY = json.dumps(
    {
        **HEAD,
        "object": "chat.completion",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": "Thirty days [1]."}, "finish_reason": "stop"}
        ],
        "usage": USAGE,
    }
).encode()
MODELS = json.dumps(
    {"object": "list", "data": [{"id": "tiny", "object": "model", "created": 1, "owned_by": "x"}]}
).encode()
STREAM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
STREAMS = re.compile(rb'"stream"\s*:\s*true')  # peers write their JSON anew, with other blanks


def frame(choices, **more):
    """One event, in a piece of chunked coding."""
    value = {**HEAD, "object": "chat.completion.chunk", "choices": choices, **more}
    return coded(b"data: " + json.dumps(value).encode() + b"\n\n")


def coded(data):
    return b"%x\r\n%b\r\n" % (len(data), data)


MARK = b"thirty "  # what every chunk holds, once
WORD = frame([{"index": 0, "delta": {"role": "assistant", "content": MARK.decode()}, "finish_reason": None}])
STOP = frame([{"index": 0, "delta": {}, "finish_reason": "stop"}])
LAST = frame([], usage=USAGE)
END = coded(b"data: [DONE]\n\n") + b"0\r\n\r\n"


class Canned(asyncio.Protocol):
    """Enough of HTTP/1.1 for clients that send Content-Length and wait for each answer."""

    def __init__(self, chunks, period_s):
        self.chunks, self.period_s = chunks, period_s
        self.loop = asyncio.get_running_loop()

    def connection_made(self, transport):
        self.transport, self.data = transport, b""

    def data_received(self, data):
        self.data += data
        while True:
            head, end, rest = self.data.partition(b"\r\n\r\n")
            if not end:
                return
            length = next(
                (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
            )
            if len(rest) < length:
                return
            asked, self.data = rest[:length], rest[length:]
            if STREAMS.search(asked):
                self.transport.write(STREAM_HEAD)
                self.send(self.loop.time(), 1, LAST if b"include_usage" in asked else b"")
                continue
            body = MODELS if head.startswith(b"GET") else BODY
            self.transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
            )

    def send(self, began, number, last):
        """The chunk of that number, from 1, and all that follow; a late one does not delay those after it."""
        if self.transport.is_closing():
            return
        if number < self.chunks:
            self.transport.write(WORD)
            self.loop.call_at(began + number * self.period_s, self.send, began, number + 1, last)
        else:
            self.transport.write(WORD + STOP + last + END)


async def main(chunks, period_s):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Canned(chunks, period_s), "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    chunks, period_ms = (*map(int, sys.argv[1:]), *(40, 50)[len(sys.argv) - 1 :])
    sys.exit(asyncio.run(main(chunks, period_ms / 1000)))
