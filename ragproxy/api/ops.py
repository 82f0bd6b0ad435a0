"""For the operator: alive, ready, metrics. Open, since probes carry no key; they tell nothing of the content."""

from __future__ import annotations

import logging

from flask import Blueprint, Response

from ragproxy import __version__
from ragproxy.api.context import services
from ragproxy.api.stream import json_response
from ragproxy.errors import RagproxyError

log = logging.getLogger(__name__)

OK = "ok"

bp = Blueprint("ops", __name__)


@bp.get("/health")
def health() -> Response:
    """Alive: the process answers."""
    return json_response({"status": "ok", "version": __version__})


@bp.get("/ready")
def ready() -> Response:
    """Ready: the records and the index answer. 503 names the part that does not; an upstream away is no reason."""
    checks = check_parts()
    failed = any(told != OK for told in checks.values())
    return json_response({"status": "unavailable" if failed else "ok", "checks": checks}, 503 if failed else 200)


@bp.get("/metrics")
def metrics() -> Response:
    """Prometheus metrics."""
    return Response(services.metrics.render(), content_type=services.metrics.CONTENT_TYPE)


def check_parts() -> dict[str, str]:
    """What must answer for us to answer: each "ok", or why it is not."""
    checks = {}
    for name, ping in {"records": services.state.ping, "index": services.index.ping}.items():
        try:
            ping()
            checks[name] = OK
        except RagproxyError as error:
            log.warning("not ready", extra={"part": name, "code": error.code})
            checks[name] = error.message
    return checks
