"""What happens to every request: who is it, which id, how long; and the headers every answer has."""

from __future__ import annotations

import logging
import time
from functools import partial

from flask import Flask, Request, Response

from ragproxy.api import custom_headers, inside
from ragproxy.api.admin_session import signed_in
from ragproxy.api.body import discard, is_announced
from ragproxy.api.context import Visit, services, visit
from ragproxy.domain import Scope
from ragproxy.tracing import Span
from ragproxy.wire.rates import rate_headers

log = logging.getLogger("ragproxy.access_log")

# what we send is data, the pages of people's documents too: nothing in it may run, be framed, or tell where it is
SECURITY = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "no-referrer"),
)


def init_app(app: Flask) -> None:
    """Give every answer of the app its headers, its line in the log and its place in the metrics."""
    app.before_request(_begin)
    app.after_request(_finish)


def authenticate(scope: Scope | None) -> None:
    """Before every guarded view: find the caller, or answer 401; 403 when it may not use routes of that scope.

    A CORS preflight carries no key by design.
    """
    current = visit()
    request = current.request
    if request.method == "OPTIONS":
        return
    started = time.perf_counter()
    known = request.environ.get(inside.CALLER)
    if known is None and scope == "admin":
        known = signed_in()
    if known is not None:  # asked by ourselves, or by the desk
        current.meet(known)
        services.identity.check(known, scope)
    else:
        services.identity.admit(_authorization(request), address=request.remote_addr, scope=scope, meet=current.meet)
    current.quota = services.quotas.of(current.caller)
    if current.quota is not None and request.environ.get(inside.NOTE) is None:  # what was put aside was counted then
        current.quota.enter()
    current.timings_s["auth"] = time.perf_counter() - started


def _authorization(request: Request) -> str | None:
    """The Authorization header; without one, the key as Azure's clients send it."""
    key = request.headers.get("api-key")
    return request.headers.get("Authorization") or (f"Bearer {key}" if key else None)


def _begin() -> None:
    current = visit()
    services.metrics.in_flight.inc()
    if (tracing := services.tracing) is not None:
        current.span = tracing.request(current.request.method, current.request.headers.get)


def _finish(response: Response) -> Response:
    current = visit()
    request = current.request
    elapsed_s = current.elapsed_s
    timings = {**current.timings_s, "total": elapsed_s}
    headers = response.headers
    headers["x-request-id"] = current.id
    headers["openai-processing-ms"] = str(round(elapsed_s * 1000))
    headers["Server-Timing"] = ", ".join([f"{name};dur={s * 1000:.1f}" for name, s in timings.items()])
    given = {name.lower() for name, _ in headers}
    for name, value in SECURITY:
        if name.lower() not in given:
            headers.add(name, value)
    if current.custom:
        custom_headers.give_back(response, current)
    _tell_rates(response, current)
    if request.path == "/admin" or request.path.startswith("/admin/"):
        headers["Cache-Control"] = "no-store"  # secrets are told once
    route = request.url_rule.rule if request.url_rule else "unknown"
    metrics = services.metrics
    metrics.answered(request.method, route, response.status_code, elapsed_s)
    response.call_on_close(metrics.in_flight.dec)
    if current.span is not None:
        _tell_span(current.span, response, current, route)
    if is_announced(request.environ):
        response.call_on_close(partial(discard, request.environ))
    log.info(
        "answered",
        extra={
            "request": current.id,
            "method": request.method,
            "route": route,
            "status": response.status_code,
            "ms": round(elapsed_s * 1000, 1),
        },
    )
    return response


def _tell_span(span: Span, response: Response, current: Visit, route: str) -> None:
    span.rename(f"{current.request.method} {route}")
    span.note("http.route", route)
    span.note("http.response.status_code", response.status_code)
    span.note("ragproxy.request_id", current.id)
    if response.status_code >= 500:
        span.fail(str(response.status_code))
    response.call_on_close(span.end)


def _tell_rates(response: Response, current: Visit) -> None:
    """Say what is left of the caller's limits, whatever an upstream says of its own."""
    quota = current.quota
    if quota is None and current.known:  # refused before it was counted
        quota = services.quotas.of(current.caller)
    if quota is not None:
        response.headers.update(rate_headers(quota.rates))
