"""What the server tells its operator: metrics, request ids, and log lines of JSON without anybody's text."""

from __future__ import annotations

import re
import secrets

from ragproxy.telemetry.lines import JsonLines, start_logging
from ragproxy.telemetry.metrics import OTHER, Metrics, forget_process
from ragproxy.telemetry.port import MetricsPort
from ragproxy.telemetry.upstream import UpstreamMetrics

__all__ = [
    "OTHER",
    "JsonLines",
    "Metrics",
    "MetricsPort",
    "UpstreamMetrics",
    "forget_process",
    "request_id",
    "start_logging",
]

_SANE_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}", re.ASCII)


def request_id(given: str | None) -> str:
    """The client's own id when it is sane (1-128 of letters, digits, `._:-`), else a new one."""
    if given and _SANE_ID.fullmatch(given):
        return given
    return "req_" + secrets.token_hex(16)
