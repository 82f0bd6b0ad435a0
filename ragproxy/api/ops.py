"""For the operator: alive, ready, metrics. Open, since probes carry no key; they tell nothing of the content."""

from __future__ import annotations

import logging

from flask import Blueprint, Response

from ragproxy import __version__
from ragproxy.api.context import services
from ragproxy.api.stream import json_response
from ragproxy.errors import RagproxyError

log = logging.getLogger(__name__)

bp = Blueprint("ops", __name__)


@bp.get("/health")
def health() -> Response:
    """Alive: the process answers."""
    return json_response({"status": "ok", "version": __version__})


@bp.get("/ready")
def ready() -> Response:
    """Ready: the records and the index answer. 503 names the part that does not; an upstream away is no reason."""
    parts = {"records": services.state.ping, "index": services.index.ping}
    failed = {}
    for name, ping in parts.items():
        try:
            ping()
        except RagproxyError as error:
            log.warning("not ready", extra={"part": name, "code": error.code})
            failed[name] = error.message
    checks = {name: failed.get(name, "ok") for name in parts}
    return json_response({"status": "unavailable" if failed else "ok", "checks": checks}, 503 if failed else 200)


@bp.get("/metrics")
def metrics() -> Response:
    """Prometheus metrics."""
    return Response(services.metrics.render(), content_type=services.metrics.CONTENT_TYPE)
