"""Send one request over and over, from a process of its own: prints requests a second and milliseconds."""

import asyncio
import json
import statistics
import sys
import time
from urllib.parse import urlsplit


async def caller(host, port, request, until, took):
    reader, writer = await asyncio.open_connection(host, port)
    while time.perf_counter() < until:
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"unexpected answer: {head[:200]!r}")
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        await reader.readexactly(length)
        took.append(time.perf_counter() - began)
    writer.close()


async def main(url, body, concurrency, seconds):
    parts, data = urlsplit(url), body.encode()
    request = (
        f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer sk-bench\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    ).encode() + data
    took: list[float] = []
    until = time.perf_counter() + seconds
    await asyncio.gather(*(caller(parts.hostname, parts.port, request, until, took) for _ in range(concurrency)))
    took.sort()
    print(
        json.dumps(
            {
                "rps": len(took) / seconds,
                "p50_ms": statistics.median(took) * 1000,
                "p95_ms": took[int(len(took) * 0.95)] * 1000,
            }
        )
    )


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
