"""Traces for OpenTelemetry: what a request went through, told to a collector. Off unless an endpoint is set.

Whoever traces is given a `Tracing`, or None: nothing of OpenTelemetry is imported then, and a None is all there is to
look at. Spans carry ids, names and counts; never a key, a prompt or a passage.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from ragproxy.errors import ConfigError

__all__ = ["UNTRACED", "Span", "Tracing", "open_tracing"]

UNTRACED = nullcontext[None]()  # in the place of a span's block

Value = str | int | float | bool


class Span(Protocol):
    """One thing that was done, from its beginning to `end`, which may come from any thread, and more than once."""

    def note(self, name: str, value: Value) -> None:
        """Say more about it."""
        ...

    def rename(self, name: str) -> None:
        """Give it the name that was not known when it began."""
        ...

    def fail(self, code: str | None) -> None:
        """It went wrong, by that error's code."""
        ...

    def end(self) -> None:
        """It is over."""
        ...


class Tracing(Protocol):
    """Begins spans; each is a child of the one that is current in its thread."""

    def request(self, method: str, header: Callable[[str], str | None]) -> Span:
        """A request of a client, in the trace that its `traceparent` names; current in this thread until it ends."""
        ...

    def call(
        self, method: str, path: str, host: str, headers: MutableMapping[str, str]
    ) -> AbstractContextManager[Span | None]:
        """A request of ours to an upstream, whose headers get a `traceparent`. None when it is nobody's child.

        Failed when the block raises; whoever closes the generator that the block stands in has left.
        """
        ...

    def step(self, name: str, **about: Value) -> AbstractContextManager[Span]:
        """A part of what is done; current in the block, and failed when the block raises."""
        ...

    def close(self) -> None:
        """Tell the collector what it was not told yet, for two seconds at most."""
        ...


def open_tracing(endpoint: str | None) -> Tracing | None:
    """What traces, when a collector's address is set; OpenTelemetry reads it and its own variables itself.

    ConfigError when the extra is not installed.
    """
    if endpoint is None:
        return None
    try:
        from ragproxy.tracing.otel import OpenTelemetry, exporter
    except ImportError as err:
        raise ConfigError(
            "OTEL_EXPORTER_OTLP_ENDPOINT: OpenTelemetry is not installed: pip install ragproxy[otel]"
        ) from err
    return OpenTelemetry(exporter())
