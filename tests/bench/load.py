"""Send one request over and over, from a process of its own: prints requests a second and milliseconds.

`python -m tests.bench.load URL BODY CONNECTIONS SECONDS [PAUSE_S [HEADERS]]`; each connection pauses between requests.
"""

import asyncio
import json
import statistics
import sys
import time
from urllib.parse import urlsplit


async def caller(host, port, request, until, took, pause_s):
    reader, writer = await asyncio.open_connection(host, port)
    while time.perf_counter() < until:
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"unexpected answer: {head[:200]!r}")
        await read_body(reader, head)
        took.append(time.perf_counter() - began)
        if pause_s:
            await asyncio.sleep(pause_s)
    writer.close()


async def read_body(reader, head):
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            await reader.readexactly(int(line[15:]))
            return
    while size := int(await reader.readuntil(b"\r\n"), 16):  # else it is in pieces
        await reader.readexactly(size + 2)
    await reader.readuntil(b"\r\n")


def request_bytes(url, body, headers=None):
    """The POST as it goes over the wire."""
    parts, data = urlsplit(url), body.encode()
    more = {"Authorization": "Bearer sk-bench", "Content-Type": "application/json", **(headers or {})}
    lines = [f"POST {parts.path} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {len(data)}"]
    lines += [f"{name}: {value}" for name, value in more.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + data


async def main(url, body, concurrency, seconds, pause_s=0.0, headers=None):
    parts, request = urlsplit(url), request_bytes(url, body, headers)
    took: list[float] = []
    began = time.perf_counter()
    until = began + seconds
    callers = (caller(parts.hostname, parts.port, request, until, took, pause_s) for _ in range(concurrency))
    await asyncio.gather(*callers)
    spent = time.perf_counter() - began  # the last answers come after `seconds`
    took.sort()
    print(
        json.dumps(
            {
                "requests": len(took),
                "rps": len(took) / spent,
                "p50_ms": statistics.median(took) * 1000,
                "p95_ms": took[int(len(took) * 0.95)] * 1000,
            }
        )
    )


if __name__ == "__main__":
    url, body, concurrency, seconds, *rest = sys.argv[1:]
    pause_s = float(rest[0]) if rest else 0.0
    asyncio.run(main(url, body, int(concurrency), float(seconds), pause_s, json.loads(rest[1]) if rest[1:] else None))
