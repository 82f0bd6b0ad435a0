"""Prometheus' metrics: what is counted, and how it is told."""

from __future__ import annotations

from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class Metrics:
    """The counters behind `/metrics`; one registry an app, so that two apps in one process do not mix."""

    CONTENT_TYPE = CONTENT_TYPE_LATEST

    def __init__(self, shared_dir: Path | None = None) -> None:
        if shared_dir is not None:
            shared_dir.mkdir(parents=True, exist_ok=True)  # on a platform it is new at each start
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
