"""A port of its own for `/metrics` and `/health`, in processes that serve nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from ragproxy.errors import ConfigError


class MetricsPort:
    """Answers GET `/metrics` with what `render` says, and `/health` with 200, until `close`.

    ConfigError when the port cannot be taken.
    """

    def __init__(self, host: str, port: int, render: Callable[[], bytes], content_type: str) -> None:
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/metrics":
                    self._send(200, render(), content_type)
                elif self.path == "/health":
                    self._send(200, b'{"status":"ok"}', "application/json")
                else:
                    self._send(404, b"/metrics and /health are here, and nothing else\n", "text/plain; charset=utf-8")

            def _send(self, status: int, body: bytes, content_type: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Nothing: a probe every few seconds is no news."""

        try:
            self._server = ThreadingHTTPServer((host.strip("[]"), port), Answer)
        except OSError as err:
            raise ConfigError(f"RAGPROXY_METRICS_PORT: cannot listen on {host}:{port}: {err.strerror}") from err
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, name="metrics-port", daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens; the system's choice when 0 was asked for."""
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()
