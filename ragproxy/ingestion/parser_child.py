"""What the sandbox's child runs: `python -m ragproxy.ingestion.parser_child MEMORY_MB CPU_S`, files in, JSON out.

It may die at any file. It has no keys, writes no file, and ends with its parent: of an orphan, the kernel closes the
pipe it reads from.
"""

from __future__ import annotations

import fcntl
import json
import os
import resource
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any

from ragproxy.errors import InvalidFile, LoadError
from ragproxy.ingestion.loaders import load
from ragproxy.ingestion.sandbox import ANSWER, MAX_ANSWER, OUT_OF_MEMORY, READY, REQUEST

_NICENESS = 5  # answering people comes first
_OPEN_FILES = 64
_ENDED_BY_OTHERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(memory_mb: int, cpu_s: int) -> None:
    """Serve until the input ends, or until there was a file for which memory did not suffice."""
    for stop in _ENDED_BY_OTHERS:
        signal.signal(stop, signal.SIG_IGN)  # sent to a whole group: the parent decides when we end
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    _confine(memory_mb)
    _send(answers, READY)
    try:
        while request := _received(requests):
            _allow_seconds(cpu_s)
            with _dying_with(requests):
                answer = _answer(*request)
            _send(answers, ANSWER.pack(len(answer)) + answer)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


def _received(requests: IO[bytes]) -> tuple[str, bytes] | None:
    """A name and a file; None at the end of the input, wherever it is."""
    header = requests.read(REQUEST.size)
    if len(header) < REQUEST.size:
        return None
    name_size, size = REQUEST.unpack(header)
    name, data = requests.read(name_size), requests.read(size)
    return (name.decode(), data) if len(data) == size else None


def _answer(filename: str, data: bytes) -> bytes:
    answer = _encoded(_parsed(filename, data))
    if len(answer) > MAX_ANSWER:
        return _encoded({"error": InvalidFile.code, "message": "The file holds too much text; split it"})
    return answer


def _parsed(filename: str, data: bytes) -> dict[str, Any]:
    try:
        document = load(filename, data)
    except LoadError as err:
        return {"error": err.code, "message": err.message}
    return {"title": document.title, "blocks": [(block.text, block.page, block.heading) for block in document.blocks]}


def _encoded(answer: dict[str, Any]) -> bytes:
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _send(pipe: IO[bytes], message: bytes) -> None:
    pipe.write(message)
    pipe.flush()


def _confine(memory_mb: int) -> None:
    os.nice(_NICENESS)
    _limit(resource.RLIMIT_AS, memory_mb << 20)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)  # a dump would hold somebody's document
    _limit(resource.RLIMIT_NOFILE, _OPEN_FILES)


def _limit(which: int, value: int) -> None:
    with suppress(ValueError, OSError):  # lower already, or unknown to this system
        resource.setrlimit(which, (value, value))


def _allow_seconds(seconds: int) -> None:
    """So much processor time from now on: the parent's clock is the limit, this is for a parent that is stopped."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    with suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (int(spent.ru_utime + spent.ru_stime) + seconds + 1, hard))


@contextmanager
def _dying_with(parent: IO[bytes]) -> Iterator[None]:
    """Let the kernel end us as soon as the pipe closes (SIGIO, whose default is death), whatever code is running.

    Nobody reads the pipe while a file is parsed, and no thread of ours would run inside native code. Not
    PR_SET_PDEATHSIG: that is the death of the thread that started us.
    """
    flags = fcntl.fcntl(parent, fcntl.F_GETFL)
    fcntl.fcntl(parent, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(parent, fcntl.F_SETFL, flags | os.O_ASYNC)
    if select.select([parent], [], [], 0)[0]:  # closed before we asked to be told
        os._exit(1)
    try:
        yield
    finally:
        fcntl.fcntl(parent, fcntl.F_SETFL, flags)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
