"""Server-sent events, out and in. Source: WHATWG HTML, "Server-sent events" (only `data` fields matter here)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ragproxy.errors import UpstreamBroken
from ragproxy.wire.json import dumps

DONE = b"data: [DONE]\n\n"
COMMENT = b": ping\n\n"
MAX_EVENT_BYTES = 16 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"


def frame(value: Any) -> bytes:
    """The value as one event."""
    return b"data: " + dumps(value) + b"\n\n"


def named_frame(event: Mapping[str, Any]) -> bytes:
    """An event that says in its `type` what it is called."""
    return b"event: " + str(event["type"]).encode() + b"\n" + frame(event)


def events(reads: Iterable[bytes]) -> Iterator[bytes]:
    """The payload of each event of a stream, however its bytes are cut; `[DONE]` too.

    Lines end with LF, CR or CRLF; other fields are skipped, an event cut off by the end is dropped. A comment, an event
    without data and an empty read give an empty payload: a sign of life, and nothing else. UpstreamBroken when an event
    grows beyond MAX_EVENT_BYTES.
    """
    data: list[bytes] = []
    size = 0
    for line in _lines(reads):
        if line is None:
            yield b""
        elif not line:
            if data:
                payload = data[0] if len(data) == 1 else b"\n".join(data)
                data, size = [], 0
                yield payload if payload.strip() else b""
        elif line.startswith(b"data:"):
            data.append(line[6:] if line.startswith(b"data: ") else line[5:])
            size = _bounded(size + len(line))
        elif line == b"data":
            data.append(b"")
            size = _bounded(size + len(line))
        elif line.startswith(b":"):
            yield b""


def _lines(reads: Iterable[bytes]) -> Iterator[bytes | None]:
    """Whole lines without their ends; None for an empty read."""
    pieces: list[bytes] = []  # of a line still open: joined once, since adding bytes to bytes copies all of them
    size = 0
    after_cr = False
    first = True
    for read in reads:
        if not read:
            yield None
            continue
        if after_cr:
            after_cr = False
            read = read.removeprefix(b"\n")
            if not read:
                continue
        after_cr = read.endswith(b"\r")  # the line ends here and now; an LF that comes next belongs to it
        for line in read.splitlines(keepends=True):
            pieces.append(line)
            size = _bounded(size + len(line))
            if line.endswith((b"\n", b"\r")):
                whole = b"".join(pieces) if len(pieces) > 1 else line
                pieces, size = [], 0
                if first:
                    first = False
                    whole = whole.removeprefix(_BOM)
                yield whole.rstrip(b"\r\n")


def _bounded(size: int) -> int:
    if size > MAX_EVENT_BYTES:
        raise UpstreamBroken(f"The upstream sent an event of more than {MAX_EVENT_BYTES // 2**20} MiB")
    return size
