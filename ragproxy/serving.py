"""gunicorn's configuration: `gunicorn -c python:ragproxy.serving wsgi:app`.

gthread: one process holds the embedded Chroma, and a thread a request is all the concurrency a stream needs.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from ragproxy.errors import ConfigError
from ragproxy.settings import from_env
from ragproxy.telemetry import forget_process

try:
    _settings = from_env()
except ConfigError as _error:
    sys.stderr.write(f"ragproxy cannot start. {_error.message}\n")
    raise SystemExit(1) from None

bind = _settings.address
workers = _settings.workers
worker_class = "gthread"
threads = _settings.threads
worker_connections = 2 * threads
backlog = 2048
keepalive = 30
timeout = 120
graceful_timeout = 30
preload_app = False  # Chroma opened before a fork hangs in the child
accesslog = None
loglevel = "warning"
control_socket_disable = True
limit_request_line = 8190
proc_name = "ragproxy"


def post_worker_init(worker: Any) -> None:
    """Make Ctrl-C quick and safe in the worker, whatever streams it is sending.

    gunicorn's own handler takes the lock of its thread pool, which the thread it interrupts may be holding already,
    and after it the interpreter waits for every request; the master would kill such a worker only after 30 s.
    """

    def leave(*_: Any) -> None:
        signal.signal(signal.SIGQUIT, signal.SIG_IGN)
        worker.in_a_hurry = True
        raise SystemExit(0)

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to everybody; the master's SIGQUIT follows
    signal.signal(signal.SIGQUIT, leave)


def worker_exit(server: Any, worker: Any) -> None:
    """Let go of the data directory and the indexes when a worker ends."""
    app = getattr(worker, "wsgi", None)
    if app is not None and "ragproxy" in getattr(app, "extensions", {}):
        app.extensions["ragproxy"].close()
    if getattr(worker, "in_a_hurry", False):
        os._exit(0)


def child_exit(server: Any, worker: Any) -> None:
    """Forget the gauges of a dead worker when several share their metrics."""
    if _settings.metrics_dir is not None:
        forget_process(_settings.metrics_dir, worker.pid)
