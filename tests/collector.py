"""A collector of OpenTelemetry's: a real HTTP server that takes OTLP, and gives the spans it was told."""

import gzip
import http.server
import threading
import time
from dataclasses import dataclass, field

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span as Wire
from opentelemetry.proto.trace.v1.trace_pb2 import Status


@dataclass
class Told:
    """A span that has ended; ids are hexadecimal, times in nanoseconds."""

    name: str
    id: str
    parent: str
    trace: str
    kind: str
    failed: bool
    message: str
    began: int
    ended: int
    service: str
    about: dict = field(default_factory=dict)

    def contains(self, other):
        """Whether the other one's time lies in this one's."""
        return self.began <= other.began <= other.ended <= self.ended


class Collector:
    """`with Collector() as collector`: its `url` is the endpoint."""

    def __init__(self):
        self.spans = []
        self.raw = b""
        outer = self

        class Take(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                assert self.path == "/v1/traces", self.path
                outer._take(body)
                answer = ExportTraceServiceResponse().SerializeToString()
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Take)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def _take(self, body):
        self.raw += body
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            service = _values(resource.resource.attributes)["service.name"]
            for scope in resource.scope_spans:
                self.spans += [_told(span, service) for span in scope.spans]

    def of(self, trace, number=1, timeout_s=10):
        """Name -> span, of the trace with that id, once there are so many."""
        until = time.monotonic() + timeout_s
        while len(found := {span.name: span for span in list(self.spans) if span.trace == trace}) < number:
            assert time.monotonic() < until, f"only {sorted(found)}"
            time.sleep(0.02)
        return found

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


def _told(span, service):
    return Told(
        name=span.name,
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        trace=span.trace_id.hex(),
        kind=Wire.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(),
        failed=span.status.code == Status.STATUS_CODE_ERROR,
        message=span.status.message,
        began=span.start_time_unix_nano,
        ended=span.end_time_unix_nano,
        service=service,
        about=_values(span.attributes),
    )


def _values(attributes):
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in attributes}
