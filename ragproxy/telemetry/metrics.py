"""Prometheus' metrics: what is counted, and how it is told."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from ragproxy.telemetry.scraping import Jobs, Processes, Queue
from ragproxy.telemetry.upstream import UpstreamMetrics

OTHER = "other"  # in the place of a word that somebody outside made up: else each would begin a series of its own

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
_LONG_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)
_METHODS = frozenset({"GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS"})


class Metrics:
    """The counters behind `/metrics`; one registry an app, so that two apps in one process do not mix.

    Processes that share a folder tell the sum of all; a circuit is then told as the process sees it that sees it worst.
    """

    CONTENT_TYPE = CONTENT_TYPE_LATEST

    def __init__(self, shared_dir: Path | None = None) -> None:
        if shared_dir is not None:
            shared_dir.mkdir(parents=True, exist_ok=True)  # on a platform it is new at each start
        disable_created_metrics()  # one more series for each, which processes that share a folder do not tell anyway
        self._registry = CollectorRegistry()
        self._shared_dir = shared_dir
        self._looked_up: list[Collector] = [Processes(self._pids)]
        self._answered: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._of_requests()
        self._of_consumption()
        self._of_upstreams()
        self._of_indexing()

    def _of_requests(self) -> None:
        self.requests = self._counter("requests", "Requests answered", "method", "route", "status")
        self.seconds = self._histogram("request_seconds", "Seconds to the first byte", "route")
        self.in_flight = self._gauge("requests_in_flight", "Requests and streams not finished yet")
        self.in_flight.set(0)  # a process of the same number may have left its own
        self.rate_limited = self._counter(
            "rate_limited", "Requests refused because something is used up or full, by the code of the error", "reason"
        )
        self.unlimited = self._counter(
            "requests_unlimited",
            "Requests of callers with limits that were let through uncounted, for Redis did not answer",
        )
        self.stream_errors = self._counter("stream_errors", "Streams that ended with an error frame")
        self.hangups = self._counter("hangups", "Clients gone before their answer was whole")
        self.retrieve_seconds = self._histogram("retrieve_seconds", "Seconds of retrieval")
        self.cache = self._counter("cache", "Looks into the cache of answers: hit, miss, error", "outcome")

    def _of_consumption(self) -> None:
        self.tokens = self._counter(
            "tokens",
            "Tokens, as the model reported them or estimated; the cached are prompt, the reasoning completion too",
            *("model", "kind", "estimated"),
        )
        self.cost = self._counter("cost_usd", "US dollars, where prices are known", "model", "estimated")
        self.lost_usage = self._counter("usage_rows_lost", "Requests whose usage could not be written down")

    def _of_upstreams(self) -> None:
        self.upstream_seconds = self._histogram("upstream_seconds", "Seconds to the model's first piece")
        self.upstream_requests = self._counter(
            "upstream_requests", "Calls of upstreams, each attempt, by how they ended", "upstream", "model", "result"
        )
        self.upstream_first_token = self._histogram(
            "upstream_first_token_seconds", "Seconds from a call to its first piece", "model", buckets=_LONG_SECONDS
        )
        self.upstream_request_seconds = self._histogram(
            "upstream_request_seconds", "Seconds of a call that ended well", "model", buckets=_LONG_SECONDS
        )
        self.upstream_in_flight = self._gauge("upstream_requests_in_flight", "Calls that are out", "upstream")
        self.upstream_queued = self._gauge("upstream_requests_queued", "Calls that wait for their turn", "upstream")
        self.upstream_concurrency = self._gauge("upstream_concurrency_limit", "Calls it gets at once", "upstream")
        self.upstream_refusals = self._counter(
            "upstream_refusals", "Calls not let out: the circuit open, or too many at once (busy)", "upstream", "reason"
        )
        self.upstream_retries = self._counter("upstream_retries", "Calls made again", "upstream")
        self.upstream_fallbacks = self._counter(
            "upstream_fallbacks", "Answers by another model than the one first asked", "model", "fallback"
        )
        self.upstream_circuit = self._gauge(
            "upstream_circuit_state", "The circuit: 0 closed, 1 half-open, 2 open", "upstream", mode="livemax"
        )
        self.upstream_circuit_opened = self._counter(
            "upstream_circuit_opened", "How often the circuit was opened", "upstream"
        )

    def _of_indexing(self) -> None:
        self.indexed = self._counter(
            "indexed_files", "Files completed, or failed by the code of their last_error", "result"
        )
        self.indexing_seconds = self._histogram(
            "indexing_seconds", "Seconds to read and cut a file, and to write several into the index", "step"
        )

    def upstream(self, name: str) -> UpstreamMetrics:
        """What is counted of the upstream of that name."""
        return UpstreamMetrics(self, name)

    def look_up_jobs(self, read: Callable[[], Iterable[Queue]]) -> None:
        """Tell of the work that waits, too, as `read` says; RagproxyError when it cannot."""
        self._looked_up.append(Jobs(read))

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request; its route is the rule that it fits, not what was asked for."""
        method = method if method in _METHODS else OTHER
        found = self._answered.get((method, route, status))
        if found is None:  # to look it up by its labels takes longer than to count
            found = self.requests.labels(method, route, status), self.seconds.labels(route)
            self._answered[method, route, status] = found
        found[0].inc()
        found[1].observe(seconds)

    def fell_back(self, model: str, fallback: str) -> None:
        """Another model answered than the one first asked."""
        self.upstream_fallbacks.labels(model, fallback).inc()

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
        merged = CollectorRegistry()
        if self._shared_dir is None:
            merged.register(self._registry)
        else:
            self._pids()  # which forgets the dead
            MultiProcessCollector(merged, path=str(self._shared_dir))
        for collector in self._looked_up:
            merged.register(collector)
        return generate_latest(merged)

    def _pids(self) -> list[int]:
        """The processes whose metrics these are. Those that died without a word are forgotten."""
        if self._shared_dir is None:
            return [os.getpid()]
        pids = {int(path.stem.rpartition("_")[2]) for path in self._shared_dir.glob("gauge_livesum_*.db")}
        for pid in [pid for pid in pids if not _lives(pid)]:
            forget_process(self._shared_dir, pid)
            pids.remove(pid)
        return sorted(pids)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"ragproxy_{name}", meaning, labels, registry=self._registry)

    def _gauge(self, name: str, meaning: str, *labels: str, mode: Any = "livesum") -> Gauge:
        return Gauge(f"ragproxy_{name}", meaning, labels, registry=self._registry, multiprocess_mode=mode)

    def _histogram(self, name: str, meaning: str, *labels: str, buckets: Sequence[float] = _SECONDS) -> Histogram:
        return Histogram(f"ragproxy_{name}", meaning, labels, buckets=buckets, registry=self._registry)


def forget_process(shared_dir: Path, pid: int) -> None:
    """Drop the live gauges of a web process that has ended."""
    mark_process_dead(pid, path=str(shared_dir))


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
