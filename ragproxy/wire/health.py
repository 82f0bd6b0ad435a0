"""How the server and its upstreams are doing, as administrators see it. Ours alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from ragproxy.domain import UpstreamHealth


def health_json(
    upstreams: Iterable[UpstreamHealth], checks: Mapping[str, str], *, version: str, process: int, processes: int
) -> dict[str, Any]:
    """The whole report. `checks` are "ok", or say what does not answer; upstreams are as this process sees them."""
    return {
        "object": "admin.health",
        "version": version,
        "process": process,
        "processes": processes,
        "checks": dict(checks),
        "upstreams": [upstream_json(each) for each in upstreams],
    }


def upstream_json(health: UpstreamHealth) -> dict[str, Any]:
    """One upstream."""
    return {
        "object": "upstream.health",
        "name": health.name,
        "kind": health.kind,
        "base_url": _without_key(health.base_url),
        "status": health.status,
        "circuit": health.circuit,
        "retry_in_s": round(health.open_for_s, 1),
        "calls_in_flight": health.in_flight,
        "calls_waiting": health.waiting,
        "calls": health.calls,
        "failures": health.failures,
        "last_answer_at": health.answered_at,
        "last_failure_at": health.failed_at,
        "last_failure": health.failure,
        "p50_ms": _rounded(health.p50_ms),
        "p95_ms": _rounded(health.p95_ms),
        "models": health.models if health.listed else None,
    }


def _rounded(ms: float | None) -> float | None:
    return None if ms is None else round(ms, 1)


def _without_key(url: str) -> str:
    """The address without what may stand before its host, which opens it."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
