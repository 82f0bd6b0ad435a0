"""OpenTelemetry's SDK, and all we use of it. A provider of our own: what other libraries trace is not our business."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from ragproxy import __version__
from ragproxy.errors import RagproxyError

_PARTING_S = 2.0
_W3C = TraceContextTextMapPropagator()
_CURRENT: ContextVar[OneSpan | None] = ContextVar("ragproxy_span", default=None)


def exporter() -> SpanExporter:
    """OTLP over HTTP, by OpenTelemetry's own variables."""
    return OTLPSpanExporter()


class OneSpan:
    """A Span."""

    __slots__ = ("_span",)

    def __init__(self, span: trace.Span) -> None:
        self._span = span

    @property
    def trace_id(self) -> str:
        """32 hexadecimal digits."""
        return trace.format_trace_id(self._span.get_span_context().trace_id)

    @property
    def context(self) -> trace.Context:
        """What its children are begun in."""
        return trace.set_span_in_context(self._span, trace.Context())

    def note(self, name: str, value: str | int | float | bool) -> None:
        """As the port."""
        self._span.set_attribute(name, value)

    def rename(self, name: str) -> None:
        """As the port."""
        self._span.update_name(name)

    def fail(self, code: str | None) -> None:
        """As the port."""
        self._span.set_status(Status(StatusCode.ERROR, code))
        if code:
            self._span.set_attribute("error.type", code)

    def end(self) -> None:
        """As the port."""
        if self._span.is_recording():
            self._span.end()
        if _CURRENT.get() is self:
            _CURRENT.set(None)


class OpenTelemetry:
    """A Tracing that sends to an exporter, in batches and from a thread of its own. Make it after any fork."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("ragproxy", __version__)
        _log_as_we_do()

    def request(self, method: str, header: Callable[[str], str | None]) -> OneSpan:
        """As the port."""
        given = {name: value for name in _W3C.fields if (value := header(name))}
        context = _W3C.extract(given, trace.Context())
        span = OneSpan(self._tracer.start_span(method, context, SpanKind.SERVER, {"http.request.method": method}))
        _CURRENT.set(span)
        return span

    @contextmanager
    def call(self, method: str, path: str, host: str, headers: MutableMapping[str, str]) -> Iterator[OneSpan | None]:
        """As the port."""
        parent = _CURRENT.get()
        if parent is None:
            yield None
            return
        about = {"http.request.method": method, "server.address": host, "url.path": path}
        span = OneSpan(self._tracer.start_span(f"upstream {method} {path}", parent.context, SpanKind.CLIENT, about))
        _W3C.inject(headers, span.context)
        with _until_its_end(span):
            yield span

    @contextmanager
    def step(self, name: str, **about: str | int | float | bool) -> Iterator[OneSpan]:
        """As the port."""
        parent = _CURRENT.get()
        context = parent.context if parent else trace.Context()
        span = OneSpan(self._tracer.start_span(name, context, SpanKind.INTERNAL, about))
        _CURRENT.set(span)
        try:
            with _until_its_end(span):
                yield span
        finally:
            _CURRENT.set(parent)

    def close(self) -> None:
        """As the port."""
        # beside us: it waits as long as a collector that does not answer lets it
        parting = threading.Thread(target=self._provider.shutdown, name="traces", daemon=True)
        parting.start()
        parting.join(_PARTING_S)


@contextmanager
def _until_its_end(span: OneSpan) -> Iterator[None]:
    try:
        yield
    except GeneratorExit:
        span.note("ragproxy.left", True)
        raise
    except BaseException as err:
        span.fail(err.code if isinstance(err, RagproxyError) else type(err).__name__)
        raise
    finally:
        span.end()


def _resource() -> Resource:
    """What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say of us, under our name when they give none."""
    told = OTELResourceDetector().detect().attributes.get(SERVICE_NAME)
    return Resource.create({"service.version": __version__, **({} if told else {SERVICE_NAME: "ragproxy"})})


class _Told(logging.Filter):
    """Gives each log line the id of the trace it belongs to."""

    def filter(self, record: logging.LogRecord) -> bool:
        span = _CURRENT.get()
        if span is not None:
            record.trace_id = span.trace_id
        return True


def _log_as_we_do() -> None:
    """Our lines with the id of their trace, and OpenTelemetry's own through our handlers."""
    ours, theirs = logging.getLogger("ragproxy"), logging.getLogger("opentelemetry")
    for handler in ours.handlers:
        if not any(isinstance(one, _Told) for one in handler.filters):
            handler.addFilter(_Told())
    theirs.handlers[:] = ours.handlers
    theirs.propagate = False
