"""Server-sent events, out and in. Source: WHATWG HTML, "Server-sent events" (only `data` fields matter here)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ragproxy.errors import UpstreamBroken
from ragproxy.wire.json import dumps

DONE = b"data: [DONE]\n\n"
RUN_DONE = b"event: done\ndata: [DONE]\n\n"
COMMENT = b": ping\n\n"
MAX_EVENT_BYTES = 16 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"


def frame(value: Any) -> bytes:
    """The value as one event."""
    return b"data: " + dumps(value) + b"\n\n"


def named_frame(event: Mapping[str, Any]) -> bytes:
    """An event that says in its `type` what it is called."""
    return b"event: " + str(event["type"]).encode() + b"\n" + frame(event)


def told_frame(event: Mapping[str, Any]) -> bytes:
    """An event whose name is beside its data."""
    return b"event: " + str(event["event"]).encode() + b"\n" + frame(event["data"])


def events(reads: Iterable[bytes]) -> Iterator[bytes]:
    """The payload of each event of a stream, however its bytes are cut; `[DONE]` too.

    Lines end with LF, CR or CRLF; other fields are skipped, an event cut off by the end is dropped. A comment, an event
    without data and an empty read give an empty payload: a sign of life, and nothing else. UpstreamBroken when an event
    grows beyond MAX_EVENT_BYTES.
    """
    lines = _Lines()
    data: list[bytes] = []
    size = 0
    for read in reads:
        # an object that is an event of one line, as nearly all reads are: a look for its lines would cost more
        if read[:7] == b"data: {" and read[-2:] == b"\n\n" and not data and lines.are_whole:
            payload = read[6:-2]
            if b"\n" not in payload and b"\r" not in payload and len(payload) <= MAX_EVENT_BYTES:
                lines.begun = True
                yield payload
                continue
        if not read:
            yield b""
        for line in lines.of(read):
            if not line:
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


class _Lines:
    """The lines of a stream, whole and without their ends, however its bytes are cut."""

    def __init__(self) -> None:
        self.begun = False
        self.are_whole = True  # what comes next begins a line
        self._pieces: list[bytes] = []  # of a line still open: joined once, since adding bytes to bytes copies them all
        self._size = 0
        self._after_cr = False

    def of(self, read: bytes) -> Iterator[bytes]:
        """The lines that end with the next bytes of the stream."""
        if self._after_cr and read:
            self._after_cr = False
            read = read.removeprefix(b"\n")
        if read:
            self._after_cr = read.endswith(b"\r")  # the line ends here and now; an LF that comes next belongs to it
        for line in read.splitlines(keepends=True):
            self._pieces.append(line)
            self._size = _bounded(self._size + len(line))
            if line.endswith((b"\n", b"\r")):
                whole = b"".join(self._pieces) if len(self._pieces) > 1 else line
                self._pieces, self._size = [], 0
                if not self.begun:
                    self.begun = True
                    whole = whole.removeprefix(_BOM)
                yield whole.rstrip(b"\r\n")
        self.are_whole = not self._pieces and not self._after_cr


def _bounded(size: int) -> int:
    if size > MAX_EVENT_BYTES:
        raise UpstreamBroken(f"The upstream sent an event of more than {MAX_EVENT_BYTES // 2**20} MiB")
    return size
