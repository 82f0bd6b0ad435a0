"""Batches of requests: a file of them, answered line by line in the background."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ragproxy.domain.callers import Caller

BatchEndpoint = Literal["/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/v1/responses", "/v1/moderations"]
BatchStatus = Literal[
    "validating", "failed", "in_progress", "finalizing", "completed", "expired", "cancelling", "cancelled"
]
BatchEnding = Literal["failed", "completed", "expired", "cancelled"]


@dataclass(frozen=True, slots=True)
class BatchFault:
    """What is wrong with a batch, or with one line of its file (counted from 1)."""

    code: str
    message: str
    line: int | None = None
    param: str | None = None


@dataclass(frozen=True, slots=True)
class BatchUsage:
    """The tokens that all lines together consumed, as their answers tell it."""

    input: int = 0
    cached: int = 0  # of the input
    output: int = 0
    reasoning: int = 0  # of the output

    def __add__(self, other: BatchUsage) -> BatchUsage:
        return BatchUsage(
            self.input + other.input,
            self.cached + other.cached,
            self.output + other.output,
            self.reasoning + other.reasoning,
        )


@dataclass(frozen=True, slots=True)
class BatchJob:
    """A batch. Times are epoch seconds, None for what has not come to pass; `total` is 0 until its file was read."""

    id: str
    owner: str
    created: int
    endpoint: BatchEndpoint
    input_file_id: str
    caller: Caller = field(repr=False)  # for whom it is worked on
    window_s: int = 86_400  # what is not done after it is not done at all
    status: BatchStatus = "validating"
    metadata: Mapping[str, str] | None = None
    model: str | None = None
    errors: tuple[BatchFault, ...] = ()
    total: int = 0
    completed: int = 0
    failed: int = 0
    usage: BatchUsage | None = None
    ending: BatchEnding | None = None  # the status that follows `finalizing`
    output_file_id: str | None = None
    error_file_id: str | None = None
    output_lifetime_s: int | None = None
    started: int | None = None
    cancelling: int | None = None
    finalizing: int | None = None
    ended: int | None = None
    deaths: int = 0  # of workers that had it in hand, since a line of it was last done

    @property
    def expires(self) -> int:
        """When its window has passed."""
        return self.created + self.window_s


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A line of a batch's file: what is to be asked, or why it cannot be. `custom_id` is None when there is none."""

    number: int
    custom_id: str | None
    body: Mapping[str, Any] = field(default_factory=dict)
    fault: BatchFault | None = None


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of a line: `data` is its line of the output file, or of the error file when it has `failed`.

    `code` is the machine name of the error that it was answered with.
    """

    number: int
    failed: bool
    data: Mapping[str, Any]
    code: str | None = None
