"""Hold many streams at once, from a process of its own: prints how they went.

`python -m tests.bench.streams URL BODY STREAMS CHUNKS DEADLINE_S [HEADERS]`; all of them ask at the same moment.
"""

import asyncio
import json
import statistics
import sys
import time
from urllib.parse import urlsplit

from tests.bench.load import request_bytes
from tests.bench.upstream import MARK

LATE_S, GAP_S = 1.0, 0.15
DONE = b"[DONE]"
TAIL = max(len(MARK), len(DONE)) - 1  # what a read may cut in two


class Stream(asyncio.Protocol):
    """One answer: when its chunks arrived."""

    def __init__(self, request, chunks):
        self.request, self.expected = request, chunks
        self.ended = asyncio.get_running_loop().create_future()
        self.tail, self.chunks, self.done = b"", 0, False
        self.first_s = self.gap_s = 0.0

    def connection_made(self, transport):
        self.transport = transport
        self.last_at = time.perf_counter()

    def ask(self):
        self.asked_at = time.perf_counter()
        self.transport.write(self.request)

    def data_received(self, data):
        now, data = time.perf_counter(), self.tail + data
        news = data.count(MARK)
        if news:
            if self.chunks:
                self.gap_s = max(self.gap_s, now - self.last_at)
            else:
                self.first_s = now - self.asked_at
            self.chunks += news
            self.last_at = now
        if DONE in data:
            self.done = True
            self.transport.close()
        cut = max(data.rfind(MARK) + len(MARK) if news else 0, len(data) - TAIL)  # nothing is counted twice
        self.tail = data[cut:]

    def connection_lost(self, _):
        if not self.ended.done():
            self.ended.set_result(None)

    @property
    def is_complete(self):
        return self.done and self.chunks == self.expected

    @property
    def is_late(self):
        return self.first_s > LATE_S or self.gap_s > GAP_S


async def main(url, body, count, chunks, deadline_s, headers):
    loop, parts, request = asyncio.get_running_loop(), urlsplit(url), request_bytes(url, body, headers)
    opening = (
        loop.create_connection(lambda: Stream(request, chunks), parts.hostname, parts.port) for _ in range(count)
    )
    streams = [stream for _, stream in await asyncio.gather(*opening)]
    for stream in streams:
        stream.ask()
    await asyncio.wait([stream.ended for stream in streams], timeout=deadline_s)
    first = sorted(stream.first_s * 1000 for stream in streams if stream.chunks)
    complete = sum(stream.is_complete for stream in streams)
    late = sum(stream.is_late for stream in streams if stream.is_complete)
    print(
        json.dumps(
            {
                "streams": count,
                "complete": complete,
                "late": late,
                "held": complete == count and late <= count * 0.01,
                "chunks": sum(stream.chunks for stream in streams),
                "first_p50_ms": statistics.median(first) if first else None,
                "first_p95_ms": first[int(len(first) * 0.95)] if first else None,
            }
        )
    )


if __name__ == "__main__":
    url, body, count, chunks, deadline_s, *rest = sys.argv[1:]
    headers = json.loads(rest[0]) if rest else None
    asyncio.run(main(url, body, int(count), int(chunks), float(deadline_s), headers))
