"""The file of a batch: looked through before anything is asked, then read again, a line at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from ragproxy.domain import BatchEndpoint, BatchFault, BatchJob, BatchLine, File
from ragproxy.errors import NotFound
from ragproxy.state import State

MAX_LINES = 50_000  # OpenAI's limits, both
MAX_BYTES = 200 << 20

_BLOCK = 1 << 18  # bytes read at once
_SHOWN = 100  # faults of a file in which nothing can be asked
_BLANK = b" \t\r"
_BOM = b"\xef\xbb\xbf"


class LineReader(Protocol):
    """Knows what a line says; owned by those who read the files of batches."""

    def read_line(self, number: int, data: bytes, endpoint: BatchEndpoint) -> BatchLine:
        """The line; one that cannot be asked says why."""
        ...

    def at_fault(self, line: BatchLine, code: str, message: str, param: str | None = None) -> BatchLine:
        """The line, which cannot be asked for this reason."""
        ...


class Unusable(Exception):
    """Nothing in the file can be asked, for these reasons; `lines` are those that are wrong, when they were read."""

    def __init__(self, *faults: BatchFault, lines: int = 0) -> None:
        super().__init__(*faults)
        self.faults = faults
        self.lines = lines


@dataclass(frozen=True, slots=True)
class Survey:
    """How many lines there are, those that cannot be asked, and the model that the first of the others names."""

    total: int
    faulty: tuple[BatchLine, ...]
    model: str | None


class BatchInput:
    """The lines of a batch's file, as its caller may read it. A line longer than `longest` bytes cannot be asked."""

    def __init__(self, state: State, reader: LineReader, job: BatchJob, *, longest: int) -> None:
        self._state = state
        self._reader = reader
        self._job = job
        self._longest = longest

    def file(self) -> File:
        """What the library knows of it. Unusable when it is gone, of another purpose, empty or too large."""
        try:
            file = self._state.library.readable(self._job.input_file_id, self._job.caller)
        except NotFound as err:
            raise Unusable(BatchFault("file_not_found", err.message, param="input_file_id")) from err
        if file.purpose != "batch":
            raise Unusable(
                BatchFault(
                    "invalid_file_purpose",
                    f"The file '{file.id}' was uploaded with the purpose '{file.purpose}'; it must be 'batch'",
                    param="input_file_id",
                )
            )
        if file.size > MAX_BYTES:
            raise Unusable(BatchFault("file_too_large", f"The file is larger than {MAX_BYTES >> 20} MiB"))
        return file

    def survey(self, check: Callable[[], None]) -> Survey:
        """Look through the whole file, calling `check` at each line. Unusable."""
        total, model, seen, faulty = 0, None, set[str](), list[BatchLine]()
        for line in self._lines(self.file()):
            check()
            total += 1
            if total > MAX_LINES:
                raise Unusable(BatchFault("too_many_lines", f"The file holds more than {MAX_LINES:,} lines"))
            if line.fault is None and line.custom_id in seen:
                message = "The 'custom_id' is that of a line before"
                line = self._reader.at_fault(line, "duplicate_custom_id", message, "custom_id")
            if line.fault is not None:
                faulty.append(line)
                continue
            seen.add(line.custom_id or "")
            named = line.body.get("model")
            model = named if model is None and isinstance(named, str) else model
        if not total:
            raise Unusable(BatchFault("empty_file", "The file holds no line"))
        if len(faulty) == total:
            raise Unusable(*[line.fault for line in faulty[:_SHOWN] if line.fault], lines=total)
        return Survey(total, tuple(faulty), model)

    def left(self, done: Collection[int]) -> Iterator[BatchLine]:
        """The lines but for those whose numbers are given: of a file that was surveyed, those that cannot be asked.

        Unusable when the file is gone.
        """
        return (line for line in self._lines(self.file()) if line.number not in done)

    def _lines(self, file: File) -> Iterator[BatchLine]:
        try:
            stream = self._state.blobs.open(file.sha256)
        except NotFound as err:
            raise Unusable(BatchFault("file_not_found", err.message, param="input_file_id")) from err
        with stream:
            for number, data in _split(stream, self._longest):
                if data is not None:
                    yield self._reader.read_line(number, data, self._job.endpoint)
                else:
                    message = f"The line is longer than {self._longest >> 20} MiB"
                    yield self._reader.at_fault(BatchLine(number, None), "request_too_large", message)


def _split(stream: BinaryIO, longest: int) -> Iterator[tuple[int, bytes | None]]:
    """The lines that are not blank, with their numbers; None for one that is too long, of which no more is kept."""
    number, begun, too_long = 1, bytearray(), False
    while block := stream.read(_BLOCK):
        *ends, rest = block.split(b"\n")
        for end in ends:
            if (line := _line(begun, end, too_long, longest, number)) != b"":
                yield number, line
            number, too_long = number + 1, False
            begun.clear()
        begun += rest
        if len(begun) > longest:
            too_long = True
            begun.clear()
    if (line := _line(begun, b"", too_long, longest, number)) != b"":
        yield number, line


def _line(begun: bytearray, end: bytes, too_long: bool, longest: int, number: int) -> bytes | None:
    if too_long or len(begun) + len(end) > longest:
        return None
    data = bytes(begun) + end
    return (data.removeprefix(_BOM) if number == 1 else data).strip(_BLANK)
