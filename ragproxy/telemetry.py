"""What the server tells its operator: metrics, request ids, and log lines of JSON without anybody's text."""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import time
import traceback
from pathlib import Path
from typing import TextIO

import orjson
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

_SANE_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}", re.ASCII)
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
_ENCODER = json.JSONEncoder(ensure_ascii=False, default=str)
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def request_id(given: str | None) -> str:
    """The client's own id when it is sane (1-128 of letters, digits, `._:-`), else a new one."""
    if given and _SANE_ID.fullmatch(given):
        return given
    return "req_" + secrets.token_hex(16)


class Metrics:
    """The counters behind `/metrics`; one registry an app, so that two apps in one process do not mix."""

    CONTENT_TYPE = CONTENT_TYPE_LATEST

    def __init__(self, shared_dir: Path | None = None) -> None:
        self._registry = registry = CollectorRegistry()
        self._shared_dir = shared_dir
        self.requests = Counter(
            "ragproxy_requests", "Requests answered", ["method", "route", "status"], registry=registry
        )
        self.seconds = Histogram(
            "ragproxy_request_seconds", "Seconds to the first byte", ["route"], buckets=_SECONDS, registry=registry
        )
        self.in_flight = Gauge(
            "ragproxy_requests_in_flight",
            "Requests and streams not finished yet",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.retrieve_seconds = Histogram(
            "ragproxy_retrieve_seconds", "Seconds of retrieval", buckets=_SECONDS, registry=registry
        )
        self.upstream_seconds = Histogram(
            "ragproxy_upstream_seconds", "Seconds to the model's first piece", buckets=_SECONDS, registry=registry
        )
        self.tokens = Counter(
            "ragproxy_tokens",
            "Tokens, as the model reported them or estimated; the cached are prompt, the reasoning completion too",
            ["model", "kind", "estimated"],
            registry=registry,
        )
        self.cost = Counter(
            "ragproxy_cost_usd", "US dollars, where prices are known", ["model", "estimated"], registry=registry
        )
        self.cache = Counter(
            "ragproxy_cache", "Looks into the cache of answers: hit, miss, error", ["outcome"], registry=registry
        )
        self.unlimited = Counter(
            "ragproxy_requests_unlimited",
            "Requests of callers with limits that were let through uncounted, for Redis did not answer",
            registry=registry,
        )
        self.lost_usage = Counter(
            "ragproxy_usage_rows_lost", "Requests whose usage could not be written down", registry=registry
        )
        self.stream_errors = Counter(
            "ragproxy_stream_errors", "Streams that ended with an error frame", registry=registry
        )
        self.hangups = Counter("ragproxy_hangups", "Clients gone before their answer was whole", registry=registry)

    def consumed(self, model: str, *, estimated: bool, cost: float | None, **tokens: int) -> None:
        """Count the tokens of one call, by kind, and what they cost in US dollars."""
        mark = "true" if estimated else "false"
        for kind, number in tokens.items():
            if number:
                self.tokens.labels(model, kind, mark).inc(number)
        if cost is not None:
            self.cost.labels(model, mark).inc(cost)

    def render(self) -> bytes:
        """Prometheus' text format, of all web processes when they share a folder."""
        if self._shared_dir is None:
            return generate_latest(self._registry)
        merged = CollectorRegistry()
        MultiProcessCollector(merged, path=str(self._shared_dir))
        return generate_latest(merged)


def forget_process(shared_dir: Path, pid: int) -> None:
    """Drop the live gauges of a web process that has ended."""
    mark_process_dead(pid, path=str(shared_dir))


class JsonLines(logging.Formatter):
    """One JSON object a line. Exceptions are told by type and place; their message may quote a prompt, so it needs
    `content=True`.
    """

    def __init__(self, *, content: bool = False) -> None:
        super().__init__()
        self._content = content

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update({key: value for key, value in vars(record).items() if key not in _STANDARD})
        if record.exc_info and record.exc_info[0]:
            kind, value, trace = record.exc_info
            line["error"] = f"{kind.__name__}: {value}" if self._content else kind.__name__
            line["trace"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
        try:
            return orjson.dumps(line, default=str).decode()
        except TypeError:  # half a character in a stranger's word, or a number beyond 64 bits
            return _ENCODER.encode(line)


def start_logging(level: str, *, content: bool = False, stream: TextIO | None = None) -> None:
    """Send the package's log lines to `stream` (stderr) as JSON; calling again replaces the former destination."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines(content=content))
    logger = logging.getLogger("ragproxy")
    logger.handlers[:] = [handler]
    logger.setLevel(level.upper())
    logger.propagate = False
