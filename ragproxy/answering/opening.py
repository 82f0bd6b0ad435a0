"""Answers are opened before they are given out: whatever can fail first has failed by then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain

from ragproxy.domain import Delta
from ragproxy.errors import UpstreamBroken


class Opened(Iterator[Delta]):
    """Deltas of which the first has been pulled already.

    It can be closed before its first `next` too; a generator around a generator could not, for one that never
    started runs no `finally`.
    """

    def __init__(self, deltas: Iterator[Delta]) -> None:
        """Pull the first delta. What fails is raised here; UpstreamBroken when there is none."""
        first = next(deltas, None)
        if first is None:
            raise UpstreamBroken("The model ended its answer before it began")
        self.first = first
        self._waiting: Delta | None = first
        self._deltas = deltas

    def __iter__(self) -> Iterator[Delta]:
        """Those that are still to come; a loop has them from the generator itself, and not from a call for each."""
        first, self._waiting = self._waiting, None
        return self._deltas if first is None else chain((first,), self._deltas)

    def __next__(self) -> Delta:
        if self._waiting is not None:
            delta, self._waiting = self._waiting, None
            return delta
        return next(self._deltas)

    def close(self) -> None:
        """Stop the work behind; any number of times."""
        self._waiting = None
        close(self._deltas)


@contextmanager
def closing(deltas: Iterator[Delta]) -> Iterator[Iterator[Delta]]:
    """`contextlib.closing` for the port's iterators, which are generators or stand for one."""
    try:
        yield deltas
    finally:
        close(deltas)


def close(deltas: Iterator[Delta]) -> None:
    """Stop the work behind deltas that have any."""
    stop = getattr(deltas, "close", None)
    if stop is not None:
        stop()
