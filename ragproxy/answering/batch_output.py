"""The files that come of a batch: what was answered, and what was not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Protocol

from ragproxy.domain import BatchJob, BatchResult, BatchUsage, File
from ragproxy.errors import RagproxyError
from ragproxy.state import State, new_id

_MOST_BYTES = 64 << 30  # no limit of its own: what was answered is kept already


class LineWriter(Protocol):
    """Knows how results are written; owned by those who make the files of batches."""

    def written(self, result: BatchResult) -> bytes:
        """A result as a line, with its end."""
        ...

    def usage_of(self, result: BatchResult) -> BatchUsage:
        """The tokens that the answer says it consumed."""
        ...


class BatchOutput:
    """Makes the files, never more than a few results in memory."""

    def __init__(self, state: State, writer: LineWriter, *, clock: Callable[[], float] = time.time) -> None:
        self._state = state
        self._writer = writer
        self._clock = clock

    def write(self, job: BatchJob, *, failed: bool) -> tuple[File | None, BatchUsage]:
        """Keep the bytes of one file, of the lines that failed or of the others; None when there is no such line.

        The file is in no library yet. Also what its lines consumed. StorageFull, StateUnavailable.
        """
        lines = _Lines(self._writer, self._state.batch_jobs.results(job.id, failed=failed))
        sha256, size = self._state.blobs.put(lines, _MOST_BYTES)
        if not size:
            self._state.blobs.take_back(sha256)
            return None, lines.usage
        now = int(self._clock())
        kind = "error" if failed else "output"
        return (
            File(
                id=new_id("file-"),
                owner=job.owner,
                filename=f"{job.id}_{kind}.jsonl",
                purpose="batch_output",
                sha256=sha256,
                size=size,
                created=now,
                expires=None if job.output_lifetime_s is None else now + job.output_lifetime_s,
                groups=self._groups(job),
            ),
            lines.usage,
        )

    def _groups(self, job: BatchJob) -> tuple[str, ...]:
        """Who may read the questions may read the answers, and nobody else."""
        try:
            return self._state.library.readable(job.input_file_id, job.caller).groups
        except RagproxyError:  # it is gone, and so is what was said of it
            return ()


class _Lines:
    """Results as something to be read."""

    def __init__(self, writer: LineWriter, results: Iterator[BatchResult]) -> None:
        self.usage = BatchUsage()
        self._writer = writer
        self._results = results
        self._left = b""

    def read(self, size: int, /) -> bytes:
        while len(self._left) < size and (result := next(self._results, None)) is not None:
            self.usage += self._writer.usage_of(result)
            self._left += self._writer.written(result)
        data, self._left = self._left[:size], self._left[size:]
        return data
