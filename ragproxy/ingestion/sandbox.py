"""STRANGERS' FILES -> TEXT, in child processes with limits, so that a hostile file costs itself and not the server.

A child reads files from a pipe and answers JSON, never pickle: what comes back from it is untrusted too. It lives on
for the next file, since starting one takes about half a second.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import PurePosixPath
from typing import IO, Any, Final

from ragproxy.domain import Block, Document
from ragproxy.errors import InvalidFile, UnsupportedFile
from ragproxy.ingestion.loaders import check_supported, load
from ragproxy.offload import offload

REQUEST: Final = struct.Struct(">IQ")  # bytes of the name, bytes of the file; both follow
ANSWER: Final = struct.Struct(">I")  # bytes of the JSON that follows
MAX_ANSWER: Final = 128 << 20  # bytes; the loaders' own limit of characters is well below
READY: Final = b"\n"
OUT_OF_MEMORY: Final = 77  # the exit code that says so

_START_S = 60.0
_MODULE = "ragproxy.ingestion.parser_child"
_PLAIN = frozenset({"txt", "text", "log", "md", "markdown", "mdx"})  # read by our own code, in linear time
_PLAIN_BYTES = 1 << 20


class Sandbox:
    """`load`, behind walls. At most `children` processes, each for one caller at a time, for `files_per_child` files.

    A file may take `memory_mb` MiB of address space and `time_s` seconds. Safe from many threads; `close` ends all
    children, and the death of this process does too.
    """

    def __init__(
        self, *, memory_mb: int = 1024, time_s: float = 120, files_per_child: int = 200, children: int = 4
    ) -> None:
        self._memory_mb = memory_mb
        self._time_s = time_s
        self._files_per_child = files_per_child
        self._seats = threading.BoundedSemaphore(children)
        self._lock = threading.Lock()
        self._idle: list[_Child] = []
        self._busy: set[_Child] = set()
        self._closed = False

    def load(self, filename: str, data: bytes) -> Document:
        """As `ingestion.load`, with its errors; InvalidFile too when the file breaks a limit or its parser.

        Small plain text is read in this process. ChildProcessError, which says nothing of the file, when no child can
        be started or the sandbox is closed meanwhile.
        """
        if _is_plain(filename, data):
            return offload(load, filename, data)
        check_supported(filename)
        with self._seats:
            return _document(self._ask(filename, data))

    def rest(self, idle_s: float = 60.0) -> None:
        """End the children that nobody has needed for `idle_s` seconds: they hold memory."""
        with self._lock:
            unused = time.monotonic() - idle_s
            tired = [child for child in self._idle if child.used <= unused]
            self._idle = [child for child in self._idle if child.used > unused]
        for child in tired:
            child.end()

    def close(self) -> None:
        """End all children, busy or not; no error when it is closed already."""
        with self._lock:
            self._closed = True
            children = [*self._idle, *self._busy]
            self._idle = []
        for child in children:
            child.end()

    def _ask(self, filename: str, data: bytes) -> dict[str, Any]:
        while True:
            with self._child() as child:
                fresh = child.files == 0
                try:
                    return child.ask(filename, data)
                except _Died as death:
                    if self._closed:
                        raise ChildProcessError("the sandbox was closed") from None
                    if fresh or death.is_slow:
                        raise InvalidFile(death.reason) from None
                    # else earlier files may be to blame: once more, in a child that has read none

    @contextmanager
    def _child(self) -> Iterator[_Child]:
        """A child of our own for one file; it goes back when it can go on."""
        child = self._take()
        try:
            yield child
        finally:
            with self._lock:
                self._busy.discard(child)
                keep = not self._closed and child.is_alive and child.files < self._files_per_child
                if keep:
                    self._idle.append(child)
            if not keep:
                child.end()

    def _take(self) -> _Child:
        with self._lock:
            while self._idle:
                child = self._idle.pop()
                if child.is_alive:
                    self._busy.add(child)
                    return child
                child.end()
        child = _Child(self._memory_mb, self._time_s)
        with self._lock:
            if not self._closed:
                self._busy.add(child)
                return child
        child.end()
        raise ChildProcessError("the sandbox was closed")


class _Died(Exception):
    """The child ended without an answer."""

    def __init__(self, reason: str, *, is_slow: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_slow = is_slow


class _Child:
    """One process that parses. ChildProcessError when it cannot be started."""

    def __init__(self, memory_mb: int, time_s: float) -> None:
        self.files = 0
        self.used = time.monotonic()
        self._memory_mb = memory_mb
        self._time_s = time_s
        self._late = False
        self._broken = False
        self._process = subprocess.Popen(
            [sys.executable, "-B", "-P", "-m", _MODULE, str(memory_mb), str(int(time_s) + 1)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path)), "PYTHONUTF8": "1"},  # no key of ours
            start_new_session=True,  # a Ctrl-C is for us: the file in hand is not to blame
        )
        assert self._process.stdin
        assert self._process.stdout
        self._requests: IO[bytes] = self._process.stdin
        self._answers: IO[bytes] = self._process.stdout
        with self._deadline(_START_S):
            ready = self._answers.read(len(READY))
        if ready != READY:
            self.end()
            raise ChildProcessError(f"the parser process did not start (exit code {self._process.returncode})")

    @property
    def is_alive(self) -> bool:
        """Whether it can be given another file."""
        return not self._broken and self._process.poll() is None

    def ask(self, filename: str, data: bytes) -> dict[str, Any]:
        """The child's answer, an object of any content; `_Died` when there is none."""
        try:
            with self._deadline(self._time_s):
                name = filename.encode("utf-8", "replace")
                self._requests.write(REQUEST.pack(len(name), len(data)) + name)
                self._requests.write(data)
                self._requests.flush()
                answer = json.loads(self._read(ANSWER.unpack(self._read(ANSWER.size))[0]))
        except (OSError, EOFError, ValueError, RecursionError):  # a closed pipe, or an answer that is none
            raise self._death() from None
        finally:
            self.files += 1
            self.used = time.monotonic()
        if not isinstance(answer, dict):
            raise self._death()
        return answer

    def end(self) -> None:
        """Kill it, and wait until it is gone."""
        self._broken = True
        self._process.kill()
        self._process.wait()
        for pipe in (self._requests, self._answers):
            with suppress(OSError):  # what it did not read is still to be written
                pipe.close()

    @contextmanager
    def _deadline(self, seconds: float) -> Iterator[None]:
        """Kill the child after so long, which ends every wait for it."""
        timer = threading.Timer(seconds, self._expire)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _expire(self) -> None:
        self._late = True
        self._process.kill()

    def _read(self, size: int) -> bytes:
        if size > MAX_ANSWER:
            raise ValueError("an answer beyond every limit")
        data = self._answers.read(size)
        if len(data) < size:
            raise EOFError
        return data

    def _death(self) -> _Died:
        """Why it ended; it is ended if it has not yet."""
        self._broken = True
        try:
            code = self._process.wait(1)  # the pipe closes a moment before the process is gone
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = 0
        if self._late or code == -signal.SIGXCPU:
            return _Died(f"The file takes longer than {self._time_s:g} seconds to read; split it", is_slow=True)
        if code in (OUT_OF_MEMORY, -signal.SIGKILL):  # not killed by us: by the kernel, when the machine has no more
            return _Died(f"The file needs more than {self._memory_mb:,} MiB of memory to be read; split it")
        return _Died("The file crashed the program that reads it; it is damaged or made to do harm")


def _is_plain(filename: str, data: bytes) -> bool:
    return len(data) <= _PLAIN_BYTES and PurePosixPath(filename).suffix[1:].lower() in _PLAIN


def _document(answer: dict[str, Any]) -> Document:
    """The document that the child found. Its LoadError otherwise, and InvalidFile for an answer that makes no sense."""
    kind, message = answer.get("error"), answer.get("message")
    if isinstance(kind, str) and isinstance(message, str):
        raise (UnsupportedFile if kind == UnsupportedFile.code else InvalidFile)(_text(message)[:1000])
    try:
        return Document(_text(answer["title"]), tuple(_block(*block) for block in answer["blocks"]))
    except (KeyError, TypeError, ValueError) as err:
        raise InvalidFile("The file misled the program that reads it") from err


def _block(text: Any, page: Any, heading: Any) -> Block:
    if page is not None and type(page) is not int:
        raise TypeError("a page is a number")
    return Block(_text(text), page, _text(heading))


def _text(value: Any) -> str:
    """The text as every store can hold it; ValueError for half a character, TypeError for anything else."""
    if type(value) is not str:
        raise TypeError("expected a text")
    if not value.isascii():
        value.encode()
    return value
